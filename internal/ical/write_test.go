package ical_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	goical "github.com/emersion/go-ical"

	"lineman/internal/ical"
)

// unfold gives the content lines of what was written, after the rules of RFC
// 5545, 3.1: CRLF at the end of each, none longer than 75 octets, no character
// cut in two.
func unfold(t *testing.T, text string) []string {
	t.Helper()
	if !utf8.ValidString(text) {
		t.Error("no UTF-8")
	}
	rest := strings.ReplaceAll(text, "\r\n", "")
	if strings.ContainsAny(rest, "\r\n") {
		t.Errorf("a line end that is no CRLF in %q", text)
	}
	for line := range strings.SplitSeq(text, "\r\n") {
		if len(line) > 75 {
			t.Errorf("a line of %d octets: %q", len(line), line)
		}
		if !utf8.ValidString(line) {
			t.Errorf("a character is cut in two: %q", line)
		}
	}
	if !strings.HasSuffix(text, "\r\n") {
		t.Error("the last line has no end")
	}
	return strings.Split(strings.TrimSuffix(strings.ReplaceAll(text, "\r\n ", ""), "\r\n"), "\r\n")
}

// Four-byte characters at every place around the fold.
func TestFolding(t *testing.T) {
	for n := range 160 {
		value := strings.Repeat("x", n) + "🛠🛠" + strings.Repeat("é", n)
		w := new(ical.Writer)
		w.Text("SUMMARY", value)
		lines := unfold(t, string(w.Bytes()))
		if len(lines) != 1 || lines[0] != "SUMMARY:"+value {
			t.Fatalf("%d: %q", n, lines)
		}
	}
}

// What a summary holds starts no line, ends no property and hides nothing.
func TestHostileText(t *testing.T) {
	for value, want := range map[string]string{
		"x\r\nATTENDEE:mailto:evil@x.example": `x\nATTENDEE:mailto:evil@x.example`,
		"x\nEND:VEVENT":                       `x\nEND:VEVENT`,
		"x\rEND:VEVENT":                       `x\nEND:VEVENT`,
		"a;b,c\\d":                            `a\;b\,c\\d`,
		`a\nb`:                                `a\\nb`,
		"tab\there":                           "tab here",
		"nul\x00 bell\x07 esc\x1b del\x7f":    "nul bell esc del",
		"c1 \u0085line\u2028and\u2029more":    `c1 \nline\nand\nmore`,
		"exe\u202Efdp\u2066x\u2069\u200E":     "exefdpx",
		"bad \xff\xfe bytes":                  "bad \uFFFD bytes",
		"\uFEFFbom":                           "bom",
		`"quoted" 'twice'`:                    `"quoted" 'twice'`,
		"":                                    "",
	} {
		w := new(ical.Writer)
		w.Text("SUMMARY", value)
		if got := unfold(t, string(w.Bytes())); len(got) != 1 || got[0] != "SUMMARY:"+want {
			t.Errorf("%q: %q, want %q", value, got, want)
		}
	}
}

func TestHostileParameters(t *testing.T) {
	for value, want := range map[string]string{
		"plain":              "CN=plain:v",
		"a:b;c,d":            `CN="a:b;c,d":v`,
		`x":mailto:evil;y="`: `CN="x':mailto:evil;y='":v`,
		"x\r\nATTENDEE:y":    `CN="x ATTENDEE:y":v`,
	} {
		w := new(ical.Writer)
		w.Value("ORGANIZER", "v", ical.Param{Name: "CN", Value: value})
		if got := unfold(t, string(w.Bytes())); len(got) != 1 || got[0] != "ORGANIZER;"+want {
			t.Errorf("%q: %q, want %q", value, got, want)
		}
	}
	w := new(ical.Writer)
	w.Value("URL", "https://x.example/\r\nATTENDEE:y")
	if got := unfold(t, string(w.Bytes())); len(got) != 1 {
		t.Errorf("a value started a line: %q", got)
	}
}

// FuzzText: whatever the text, another reader finds the one property with the
// cleaned text.
func FuzzText(f *testing.F) {
	f.Add("x\r\nATTENDEE:mailto:evil@x.example", "a\"b")
	f.Add(strings.Repeat("🛠", 40), ";:,\\")
	f.Fuzz(func(t *testing.T, value, param string) {
		w := new(ical.Writer)
		w.Begin("VCALENDAR")
		w.Text("SUMMARY", value, ical.Param{Name: "CN", Value: param})
		w.End("VCALENDAR")
		unfold(t, string(w.Bytes()))
		c, err := goical.NewDecoder(strings.NewReader(string(w.Bytes()))).Decode()
		if err != nil {
			t.Fatalf("%v in %q", err, w.Bytes())
		}
		if len(c.Props) != 1 || len(c.Children) != 0 {
			t.Fatalf("%d properties in %q", len(c.Props), w.Bytes())
		}
		got, err := c.Props.Get("SUMMARY").Text()
		if err != nil || got != ical.Clean(value) {
			t.Errorf("%q, want %q (%v)", got, ical.Clean(value), err)
		}
	})
}
