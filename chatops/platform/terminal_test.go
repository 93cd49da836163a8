package platform

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // a machine without zones must draw the same

	"lineman/chatops"
)

// answers is a Handler that answers with what was asked; some words make it
// fail, ask or send a file.
type answers struct{ seen []chatops.Request }

func (a *answers) Dispatch(_ context.Context, r chatops.Request) chatops.Message {
	a.seen = append(a.seen, r)
	switch {
	case r.Text == "bad":
		return chatops.Problem("That is bad.")
	case r.Text == "file":
		return chatops.Message{Blocks: []chatops.Block{chatops.File{Name: "../x.csv", MediaType: "text/csv", Bytes: []byte("1")}}}
	case r.Text == "ask":
		return chatops.Message{Blocks: []chatops.Block{chatops.Choices{
			Title: "ask", Ticket: "go on with ask", Cancel: "given up",
			Field: chatops.Field{Name: "id", Label: "which", Options: []chatops.Option{{Value: "first"}, {Value: "second"}}},
		}}}
	case r.Text == "write":
		return chatops.Message{Blocks: []chatops.Block{chatops.Actions{Buttons: []chatops.Button{
			{Label: "Confirm", Ticket: "confirmed"}, {Label: "Cancel", Ticket: "given up"},
		}}}}
	}
	return chatops.Say("said %s%s%s", r.Text, r.Ticket, r.Answers["id"])
}

func TestTerminal(t *testing.T) {
	for _, tc := range []struct {
		name        string
		in          string
		interactive bool
		want        string
		failed      bool
	}{
		{name: "one a line, last without line end", in: "one\n\n# remark\ntwo", want: "said one\n\nsaid two\n\n"},
		{name: "a failed command stops no other", in: "bad\ntwo\n", want: "That is bad.\n\nsaid two\n\n", failed: true},
		{name: "exit ends it", in: "one\nexit\ntwo\n", want: "said one\n\n"},
		{name: "slash quit ends it", in: "/quit\ntwo\n", want: ""},
		{name: "CRLF", in: "one\r\n", want: "said one\n\n"},
		{name: "nobody to ask", in: "ask\ntwo\n", want: "ask needs id: which\n   1  first\n   2  second\n\nsaid two\n\n", failed: true},
		{
			name: "asks and takes a number", in: "ask\n2\n", interactive: true,
			want: "lineman> ask needs id: which\n   1  first\n   2  second\nEnter a number or a value.\n\nid: said go on with asksecond\n\nlineman> ",
		},
		{
			name: "an empty answer gives up", in: "ask\n\none\n", interactive: true,
			want: "lineman> ask needs id: which\n   1  first\n   2  second\nEnter a number or a value.\n\nid: said given up\n\nlineman> said one\n\nlineman> ",
		},
		{name: "confirmed", in: "write\nyes\none\n", want: "[Confirm]\n[Cancel]\n\nsaid confirmed\n\nsaid one\n\n"},
		{name: "refused", in: "write\nno\none\n", want: "[Confirm]\n[Cancel]\n\nsaid given up\n\nsaid one\n\n", failed: true},
		{name: "not confirmed", in: "write\none\n", want: "[Confirm]\n[Cancel]\n\nsaid given up\n\nsaid one\n\n", failed: true},
		{name: "nothing left to confirm", in: "write", want: "[Confirm]\n[Cancel]\n\nsaid given up\n\n", failed: true},
		{
			name: "a person confirms", in: "write\ny\n", interactive: true,
			want: "lineman> [Confirm]\n[Cancel]\n\nyes or no: said confirmed\n\nlineman> ",
		},
		{name: "a person may err", in: "bad\n", interactive: true, want: "lineman> That is bad.\n\nlineman> "},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var out strings.Builder
			term := NewTerminal(TerminalOptions{Handler: &answers{}, In: strings.NewReader(tc.in), Out: &out, User: "kim", Interactive: tc.interactive, Width: 80})
			err := term.Run(context.Background())
			if errors.Is(err, ErrFailed) != tc.failed || err != nil && !tc.failed {
				t.Errorf("error %v", err)
			}
			if got := strings.TrimSuffix(out.String(), "\n"); got != strings.TrimSuffix(tc.want, "\n") {
				t.Errorf("wrote %q\nwant  %q", got, tc.want)
			}
		})
	}
}

func TestTerminalRequest(t *testing.T) {
	a := &answers{}
	if err := NewTerminal(TerminalOptions{Handler: a, In: strings.NewReader("one\n"), Out: io.Discard, User: "kim"}).Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	r := a.seen[0]
	if r.Platform != "terminal" || r.Organization.ID != "terminal" || r.Channel.ID != "local" || r.User.ID != "kim" || r.Text != "one" {
		t.Errorf("asked %+v", r)
	}
}

// A terminal that waits for input ends with its context.
func TestTerminalStops(t *testing.T) {
	in, closeIn := io.Pipe()
	defer func() { _ = closeIn.Close() }()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- NewTerminal(TerminalOptions{Handler: &answers{}, In: in, Out: io.Discard}).Run(ctx) }()
	cancel()
	if err := <-done; err != nil {
		t.Errorf("Run ended with %v", err)
	}
}

func TestLongLine(t *testing.T) {
	a := &answers{}
	in := strings.NewReader(strings.Repeat("x", 10<<20) + "\nnext\n")
	if err := NewTerminal(TerminalOptions{Handler: a, In: in, Out: io.Discard}).Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	if len(a.seen) != 2 || len(a.seen[0].Text) != maxLine || a.seen[1].Text != "next" {
		t.Errorf("%d commands were read, the first of %d bytes", len(a.seen), len(a.seen[0].Text))
	}
}

func TestFiles(t *testing.T) {
	folder := t.TempDir()
	o := TerminalOptions{Handler: &answers{}, In: strings.NewReader("file\n"), Out: io.Discard, Files: folder}
	if err := NewTerminal(o).Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(filepath.Join(folder, "x.csv")); err != nil || string(got) != "1" {
		t.Errorf("saved %q, %v", got, err)
	}
	o.In = strings.NewReader("file\n")
	if err := NewTerminal(o).Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(filepath.Join(folder, "x-2.csv")); err != nil || string(got) != "1" {
		t.Errorf("beside the first it saved %q, %v", got, err)
	}
}

func TestTableFits(t *testing.T) {
	table := chatops.Table{Columns: []string{"name", "circuits", "start"}}
	for i := range 3 {
		table.Rows = append(table.Rows, []chatops.Inline{
			chatops.T("zayo-TTN-%010d", i), chatops.T("東京大阪回線番号%d/OGYX/000000/ZYO", i), chatops.At(time.Date(2026, 7, 1, 2, 0, 0, 0, time.UTC)),
		})
	}
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, width := range []int{0, 200, 60, 40, 20, 5} {
		t.Run(fmt.Sprint(width), func(t *testing.T) {
			d := drawing{zone: berlin, width: width}
			text := d.table(table)
			for _, line := range strings.Split(text, "\n") {
				if width >= 40 && textWidth(line) > width {
					t.Errorf("%d columns: %q", textWidth(line), line)
				}
			}
			if width == 0 && !strings.Contains(text, "2026-07-01 04:00 CEST") {
				t.Errorf("no local time in %s", text)
			}
			if squeezed := strings.Join(strings.Fields(text), ""); width >= 200 && !strings.Contains(squeezed, "東京大阪回線番号2/OGYX/000000/ZYO") {
				t.Errorf("something is missing in %s", text)
			}
		})
	}
}

func TestTextWidth(t *testing.T) {
	for text, want := range map[string]int{"abc": 3, "日本": 4, "e\u0301": 1, "é": 1, "ｆ": 2, "": 0, "🔧": 2} {
		if got := textWidth(text); got != want {
			t.Errorf("%q has width %d, want %d", text, got, want)
		}
	}
}
