package command_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lineman/chatops"
	"lineman/chatops/command"
)

const (
	docFile  = "../../docs/chat.md"
	docBegin = "<!-- The commands, written by go test ./chatops/command -update. -->\n"
	docEnd   = "<!-- End of the commands. -->\n"
)

// TestDocumented holds docs/chat.md to the declarations: every command with its
// role, parameters and example.
func TestDocumented(t *testing.T) {
	doc, err := os.ReadFile(docFile)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, begun := strings.Cut(string(doc), docBegin)
	have, after, ended := strings.Cut(rest, docEnd)
	if !begun || !ended {
		t.Fatalf("%s lacks the lines that the commands stand between", docFile)
	}
	o := options(sample())
	o.Accounts = &desk{}
	want := documented(command.All(o))
	if *update && have != want {
		if err := os.WriteFile(docFile, []byte(before+docBegin+want+docEnd+after), 0o644); err != nil {
			t.Fatal(err)
		}
		have = want
	}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Errorf("%s (-declared +written); run the test with -update:\n%s", docFile, diff)
	}
}

func documented(commands []chatops.Command) string {
	var b strings.Builder
	for _, c := range commands {
		fmt.Fprintf(&b, "\n### %s\n\n%s.\n", c.Name, strings.ToUpper(c.Summary[:1])+c.Summary[1:])
		for _, s := range c.Subcommands {
			name := strings.TrimSpace(c.Name + " " + s.Name)
			var notes []string
			if len(s.Aliases) > 0 {
				notes = append(notes, "also `"+strings.Join(s.Aliases, "`, `")+"`")
			}
			if s.Role != "viewer" {
				notes = append(notes, "needs the role "+string(s.Role))
			}
			if s.Writes {
				notes = append(notes, "is confirmed before it is done")
			}
			fmt.Fprintf(&b, "\n`%s` %s", name, s.Summary)
			if len(notes) > 0 {
				fmt.Fprintf(&b, " (%s)", strings.Join(notes, "; "))
			}
			fmt.Fprintf(&b, ". Example: `%s`\n", s.Example)
			if len(s.Params) == 0 {
				continue
			}
			b.WriteString("\n| parameter | kind | what it is |\n|---|---|---|\n")
			for _, p := range s.Params {
				fmt.Fprintf(&b, "| `%s` | %s | %s |\n", p.Name, paramKind(p), paramText(p))
			}
		}
	}
	return b.String() + "\n"
}

func paramKind(p chatops.Param) string {
	kind := string(p.Kind)
	if p.Max > p.Min {
		kind += fmt.Sprintf(" %d–%d", p.Min, p.Max)
	}
	if p.Required {
		kind += ", needed"
	}
	return kind
}

func paramText(p chatops.Param) string {
	text := p.Summary
	if len(p.Values) > 0 {
		text += ": `" + strings.Join(p.Values, "`, `") + "`"
	}
	if p.Many {
		text += "; several with commas"
	}
	if p.NameOnly {
		text += "; by name only"
	}
	if p.Rest {
		text += "; takes all words that are left"
	}
	return text
}
