package parsers

import (
	"strings"
	"testing"
)

func TestSpan(t *testing.T) {
	text, err := ReadText("One  line\n\n> two\n*three:* 3 <!-- no -->\n| a | b |\n四 作業\n", 0)
	if err != nil {
		t.Fatal(err)
	}
	page, err := ReadHTML("<p>One line<br> two <b>three:</b> 3<table><tr><td>a<td>b<s>old</s></table><div>四 <s>作業</s></div><p><s>gone</s>", 0)
	if err != nil {
		t.Fatal(err)
	}
	for name, d := range map[string]*Document{"text": text, "HTML": page} {
		var lines []string
		for _, l := range d.Lines {
			lines = append(lines, l.Text)
		}
		if len(lines) < 5 {
			t.Errorf("%s: only the lines %q", name, lines)
		}
		for from := range lines {
			for to := from; to <= len(lines); to++ {
				if got, want := d.Span(from, to), strings.Join(lines[from:to], " "); got != want {
					t.Errorf("%s: lines %d to %d are %q, want %q", name, from, to, got, want)
				}
			}
		}
		if got, want := d.Span(-1, len(lines)+1), strings.Join(lines, " "); got != want {
			t.Errorf("%s: all lines are %q, want %q", name, got, want)
		}
	}
}
