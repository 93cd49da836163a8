package define

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"lineman/parsers"
)

// clock reads the times of a layout: by its time layouts, or without any in
// every way that people write.
type clock struct {
	times   parsers.Times
	layouts []timeLayout
}

// timeLayout is one time layout, compiled.
type timeLayout struct {
	exp   *regexp.Regexp
	parts []string // token of each group
}

// timeTokens are what a time layout is made of, longest first.
var timeTokens = []struct{ token, exp string }{
	{"YYYY", `(\d{4})`}, {"MMMM", `(\pL{3,12})\.?`}, {"dddd", `(\pL{2,12})\.?`}, {"MMM", `(\pL{3,12})\.?`}, {"ddd", `(\pL{2,12})\.?`},
	{"ZZZ", `((?:UTC|GMT)? ?[+-]\d{1,2}(?::?\d{2})?|[A-Za-z]+/[A-Za-z_/]+|[A-Za-z]{1,5}\b)`},
	{"YY", `(\d{2})`}, {"MM", `(\d{2})`}, {"DD", `(\d{2})`}, {"HH", `(\d{2})`}, {"hh", `(\d{2})`}, {"mm", `(\d{2})`}, {"ss", `(\d{2})`},
	{"M", `(\d{1,2})`}, {"D", `(\d{1,2})`}, {"H", `(\d{1,2})`}, {"h", `(\d{1,2})`}, {"a", `([AaPp]\.?[Mm]\.?)`},
}

// newTimeLayout compiles a layout such as "DD.MM.YYYY HH:mm ZZZ"; words stand
// in brackets.
func newTimeLayout(layout string) (timeLayout, error) {
	var exp strings.Builder
	exp.WriteString(`(?:^|[^\d\pL])`)
	var l timeLayout
	for rest := layout; rest != ""; {
		if word, after, ok := strings.Cut(rest, "]"); ok && rest[0] == '[' {
			exp.WriteString(`\s*` + regexp.QuoteMeta(word[1:]) + `\s*`)
			rest = after
			continue
		}
		n := l.token(rest, &exp)
		switch c := rest[0]; {
		case n > 0:
		case c == ' ':
			exp.WriteString(`[\s,]*`)
			n = 1
		case 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c >= 0x80:
			return l, fmt.Errorf("%q has a word that is no part of a time: %q; put words into brackets, as in [at]", layout, parsers.FirstWord(rest))
		default:
			exp.WriteString(`\s*` + regexp.QuoteMeta(rest[:1]) + `\s*`)
			n = 1
		}
		rest = rest[n:]
	}
	if err := l.check(layout); err != nil {
		return l, err
	}
	exp.WriteString(`(?:$|[^\d\pL])`)
	var err error
	l.exp, err = regexp.Compile(exp.String())
	return l, err
}

// token takes the token that a layout begins with and gives its length.
func (l *timeLayout) token(rest string, exp *strings.Builder) int {
	for _, t := range timeTokens {
		if strings.HasPrefix(rest, t.token) {
			exp.WriteString(t.exp)
			l.parts = append(l.parts, t.token)
			return len(t.token)
		}
	}
	return 0
}

// check holds that a layout says a time of day or a whole date, and nothing
// twice.
func (l *timeLayout) check(layout string) error {
	has := map[byte]int{}
	for _, p := range l.parts {
		if p == "ddd" || p == "dddd" {
			has['w']++
			continue
		}
		has[p[0]]++
	}
	for c, n := range has {
		if n > 1 {
			return fmt.Errorf("%q says the part %q twice", layout, string(c))
		}
	}
	date := has['D'] + has['M']
	switch {
	case has['H'] > 0 && has['h'] > 0, has['h'] > 0 && has['a'] == 0:
		return fmt.Errorf("%q: write HH for 24 hours, or hh with a for AM and PM", layout)
	case date == 1, has['Y'] > 0 && date == 0:
		return fmt.Errorf("%q has a date that lacks DD or MM", layout)
	case date == 0 && has['H']+has['h'] == 0:
		return fmt.Errorf("%q has neither a date (DD MM YYYY) nor a time of day (HH mm)", layout)
	}
	return nil
}

// scan reads the first moment of a text.
func (c clock) scan(s string) (m parsers.Moment, rest string, ok bool) {
	s = parsers.Clip(s, 2000)
	if len(c.layouts) == 0 {
		return c.times.Scan(s)
	}
	var best []int
	var layout timeLayout
	for _, l := range c.layouts {
		at := l.exp.FindStringSubmatchIndex(s)
		if at != nil && (best == nil || at[2] < best[2] || at[2] == best[2] && at[1] > best[1]) {
			best, layout = at, l
		}
	}
	if best == nil {
		return m, s, false
	}
	end := best[len(best)-1]
	m, ok = layout.moment(s, best, c.times)
	m.Text = s[best[2]:end]
	return m, s[end:], ok
}

// moment makes a moment of the groups of a match: they are written anew in a
// form that has one meaning.
func (l timeLayout) moment(s string, at []int, times parsers.Times) (parsers.Moment, bool) {
	said := map[string]string{}
	for i, p := range l.parts {
		said[p[:1]] = s[at[2*i+2]:at[2*i+3]]
		if p == "ddd" || p == "dddd" {
			said["w"] = said["d"]
		}
		if p == "MMM" || p == "MMMM" {
			said["name"] = said["M"]
		}
	}
	month := said["name"]
	if n, err := strconv.Atoi(said["M"]); month == "" && err == nil {
		if n < 1 || n > 12 {
			return parsers.Moment{}, false
		}
		month = [...]string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"}[n-1]
	}
	year := said["Y"]
	if len(year) == 2 {
		year = "20" + year
	}
	hour := said["H"] + said["h"]
	clockText := ""
	if hour != "" {
		clockText = hour + ":" + orZero(said["m"]) + ":" + orZero(said["s"]) + " " + strings.ReplaceAll(said["a"], ".", "")
	}
	canon := parsers.Fold(strings.Join([]string{said["w"], said["D"], month, year, clockText, said["Z"]}, " "))
	m, rest, ok := times.Scan(canon)
	whole := ok && strings.TrimSpace(rest) == "" && (month == "" || m.HasDate()) && (hour == "" || m.HasTime)
	return m, whole
}

func orZero(s string) string {
	if s == "" {
		return "00"
	}
	return s
}

// span reads two moments.
func (c clock) span(s string) (from, to parsers.Moment, rest string, ok bool) {
	if len(c.layouts) == 0 {
		return c.times.ScanSpan(s)
	}
	if from, rest, ok = c.scan(s); !ok {
		return from, to, rest, false
	}
	between := rest
	if to, rest, ok = c.scan(rest); !ok {
		return from, to, rest, false
	}
	gap := strings.Index(between, to.Text)
	return from, to, rest, gap >= 0 && gap <= 20
}

var zoneWord = regexp.MustCompile(`\(([^()]{1,40})\)|\b([A-Z]{2,5}(?: ?[+-]\d{1,2}(?::?\d{2})?)?)\b`)

// zoneIn finds a zone in a label or header, such as "Start (UTC)".
func (c clock) zoneIn(label string) string {
	for _, s := range zoneWord.FindAllStringSubmatch(parsers.Clip(label, 200), 10) {
		if word := s[1] + s[2]; word != "" {
			if _, ok := c.times.Zones.Find(word); ok {
				return word
			}
		}
	}
	return ""
}
