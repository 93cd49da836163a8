package models_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"lineman/models"
)

var update = flag.Bool("update", false, "write what is compared")

func TestMailStates(t *testing.T) {
	for _, to := range models.MailStates {
		reached := slices.ContainsFunc(models.MailSteps, func(s models.MailStep) bool { return slices.Contains(s.To, to) })
		if !reached {
			t.Errorf("no step leads to %s", to)
		}
		if to != models.StateReceived && models.StateReceived.CanBecome(to) == false {
			t.Errorf("a mail that is read cannot become %s", to)
		}
	}
	if models.StateParsed.CanBecome(models.StateReceived) {
		t.Error("a parsed mail becomes received again")
	}
}

// TestMailStatesAreDrawn compares the picture in docs with the table.
func TestMailStatesAreDrawn(t *testing.T) {
	const path = "../docs/states.md"
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(page), "```mermaid\n")
	_, after, closed := strings.Cut(rest, "```\n")
	if !found || !closed {
		t.Fatalf("%s has no picture", path)
	}
	want := before + "```mermaid\n" + drawing() + "```\n" + after
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if string(page) != want {
		t.Errorf("%s does not draw models.MailSteps; run go test ./models -run Drawn -update", path)
	}
}

// drawing is the table as a Mermaid state diagram; what can be read again is
// drawn as one box.
func drawing() string {
	var b strings.Builder
	b.WriteString("stateDiagram-v2\n")
	name := func(s models.MailState) string { return strings.ReplaceAll(string(s), "-", "_") }
	for _, s := range models.MailStates {
		fmt.Fprintf(&b, "    %s: %s\n", name(s), s)
	}
	for _, step := range models.MailSteps {
		if slices.Equal(step.From, step.To) {
			continue // said in words
		}
		from := []string{"[*]"}
		if step.From != nil {
			from = nil
			for _, s := range step.From {
				from = append(from, name(s))
			}
		}
		for _, f := range from {
			for _, to := range step.To {
				fmt.Fprintf(&b, "    %s --> %s: %s\n", f, name(to), step.By)
			}
		}
	}
	return b.String()
}
