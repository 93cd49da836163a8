package parsers

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxMomentText is how much text one moment may take.
const maxMomentText = 120

// Scan reads the first moment of a text: date, time of day, weekday and zone
// in any order that people use, up to a word that means "to" or to something
// that is no part of a time. ok is false when there is neither a date nor a
// time of day.
func (t Times) Scan(s string) (m Moment, rest string, ok bool) {
	sc := scanner{s: s, times: t}
	for sc.i < len(s) && sc.i-sc.from < maxMomentText {
		before := sc.i
		if !sc.next() {
			break
		}
		if sc.i == before {
			sc.i++
		}
		if sc.m == (Moment{}) {
			sc.from = sc.i
			sc.end = sc.i
		}
	}
	sc.m.Text = strings.Trim(s[sc.from:max(sc.end, sc.from)], " ,;-")
	return sc.m, s[max(sc.end, sc.from):], sc.some()
}

// ScanSpan reads two moments: "A to B", "A - B", "from A until B".
func (t Times) ScanSpan(s string) (from, to Moment, rest string, ok bool) {
	from, rest, ok = t.Scan(s)
	if !ok {
		return from, to, s, false
	}
	link, size := linkWord(rest)
	if !link {
		return from, to, rest, false
	}
	to, rest, ok = t.Scan(rest[size:])
	return from, to, rest, ok
}

// linkWord tells whether a text begins with what stands between the two ends
// of a span, and how long that is.
func linkWord(s string) (bool, int) {
	t := strings.TrimLeft(s, " ,;")
	skipped := len(s) - len(t)
	for _, mark := range []string{"-", "–", "—", "~", "〜", "～", "→", "―", "−"} {
		if strings.HasPrefix(t, mark) {
			return true, skipped + len(mark)
		}
	}
	word := leadingWord(t)
	switch strings.ToLower(word) {
	case "to", "until", "till", "through", "thru", "and", "bis", "hasta", "a", "à", "au", "até", "al", "tot", "から", "end", "ends", "ending", "end:":
		return true, skipped + len(word)
	}
	return false, 0
}

func leadingWord(s string) string {
	for i, r := range s {
		if !unicode.IsLetter(r) {
			return s[:i]
		}
	}
	return s
}

type scanner struct {
	s     string
	i     int // next byte
	from  int // where the moment begins
	end   int // after the last part of it
	times Times
	m     Moment
	year  bool // the year is said
}

func (sc *scanner) some() bool { return sc.m.HasTime || sc.m.HasDate() }

func (sc *scanner) take(n int) { sc.i += n; sc.end = sc.i }

// next reads one part; false: the moment is over.
func (sc *scanner) next() bool {
	rest := sc.s[sc.i:]
	switch c := rest[0]; {
	case isDigit(c):
		return sc.number(rest)
	case c == ' ' || c == ',' || c == '\t' || c == '.' || c == '\'':
		sc.i++
		return true
	case c == '(' || c == '[':
		return sc.paren(rest)
	case (c == '+' || c == '-') && sc.m.HasTime && sc.m.Zone == "":
		return sc.offset(rest)
	case c == '-' || c == ':' || c == '*':
		if sc.some() {
			return false
		}
		sc.i++
		return true
	}
	r, n := utf8.DecodeRuneInString(rest)
	if unicode.IsLetter(r) {
		return sc.word(rest)
	}
	if unicode.IsSpace(r) {
		sc.i += n
		return true
	}
	if sc.some() {
		return false
	}
	sc.i += n
	return true
}

func (sc *scanner) paren(rest string) bool {
	end := strings.IndexAny(Clip(rest, maxLabel+1), ")]")
	if end < 0 {
		if sc.some() {
			return false
		}
		sc.i++
		return true
	}
	inner := strings.TrimSpace(rest[1:end])
	if n, ok := weekdayName(strings.ToLower(inner)); ok {
		sc.m.weekday, sc.m.Weekday = n, inner
		sc.take(end + 1)
		return true
	}
	if !sc.m.HasTime {
		if sc.some() {
			return false
		}
		sc.i += end + 1
		return true
	}
	_, known := sc.times.Zones.Find(inner)
	switch {
	case sc.m.Zone == "" && (known || zoneLike(inner)):
		sc.m.Zone = inner
	case known:
		if _, ok := sc.times.Zones.Find(sc.m.Zone); !ok || ambiguousZones[Key(sc.m.Zone)] {
			sc.m.Zone += " (" + inner + ")"
		}
	default:
		return false
	}
	sc.take(end + 1)
	return true
}

// zoneLike tells whether a text could be the name of a zone that is not known.
func zoneLike(s string) bool {
	words := strings.Fields(s)
	return len(words) > 0 && len(words) <= 4 && len(s) <= 40 && !strings.ContainsAny(s, "0123456789")
}

// offset reads "+03:00", "-0500" behind a time; "-" may as well be a range.
func (sc *scanner) offset(rest string) bool {
	n := 1
	for n < len(rest) && (isDigit(rest[n]) || rest[n] == ':') && n < 7 {
		n++
	}
	text := rest[:n]
	attached := sc.i > 0 && sc.s[sc.i-1] != ' '
	sure := rest[0] == '+' || (n == 5 && !strings.Contains(text, ":")) || (attached && strings.Contains(sc.m.Text, "T")) ||
		attached && n == 6 && text[3] == ':' && sc.exact()
	if !sure || offsetZone(text) == nil {
		return false
	}
	sc.m.Zone = text
	sc.take(n)
	return true
}

// exact tells whether a date and a time of day with seconds stand right before
// the next byte, as programs write them: "2026-03-01 10:00:00".
func (sc *scanner) exact() bool {
	s := sc.s[max(0, sc.i-19):sc.i]
	return len(s) == 19 && s[4] == '-' && s[7] == '-' && s[13] == ':' && s[16] == ':'
}

func (sc *scanner) word(rest string) bool {
	word := leadingWord(rest)
	low := strings.ToLower(word)
	m := &sc.m
	if n, ok := weekdayName(low); ok && m.weekday == 0 {
		m.weekday, m.Weekday = n, word
		sc.take(len(word))
		return true
	}
	if n := monthName(low); n > 0 && m.Month == 0 {
		m.Month = n
		sc.take(len(word))
		return true
	}
	if m.HasTime {
		if sc.meridiem(low, rest) {
			return true
		}
		if m.Zone == "" {
			if n := sc.zone(rest, word); n > 0 {
				m.Zone = strings.TrimSpace(rest[:n])
				sc.take(n)
				return true
			}
		}
	}
	switch low {
	case "hrs", "hr", "hours", "h", "uhr", "uur":
		if m.HasTime { // a span goes on behind it
			sc.take(len(word))
			return true
		}
	}
	switch low {
	case "at", "on", "of", "the", "from", "between", "starting", "hrs", "hr", "hours", "h", "uhr", "um", "de", "del", "le", "am", "om", "uur", "día", "dia":
		sc.i += len(word)
		return true
	case "t":
		sc.i += len(word)
		return m.HasDate()
	}
	if sc.some() || m.weekday > 0 && m.Month+m.Day > 0 {
		return false
	}
	*m = Moment{}
	sc.year = false
	sc.i += len(word)
	return true
}

func (sc *scanner) meridiem(low, rest string) bool {
	m, n := &sc.m, len(low)
	if (low == "a" || low == "p") && len(rest) > 2 && rest[1] == '.' && rest[2]|0x20 == 'm' {
		n = len(strings.TrimRight(rest[:min(4, len(rest))], " "))
		low += "m"
	}
	if (low != "am" && low != "pm") || m.Hour > 12 || m.Hour == 0 || m.Zone != "" {
		return false
	}
	if low == "pm" && m.Hour < 12 {
		m.Hour += 12
	} else if low == "am" && m.Hour == 12 {
		m.Hour = 0
	}
	sc.take(n)
	return true
}

// zone tells how long the zone label is that a text begins with; 0: none.
func (sc *scanner) zone(rest, word string) int {
	best, n := 0, 0
	for range 4 {
		n += len(leadingWord(rest[n:]))
		if n == 0 || n > maxLabel {
			break
		}
		for n < len(rest) && (rest[n] == '/' || rest[n] == '_') && !strings.HasPrefix(rest[n:], "/ ") {
			n += 1 + len(leadingWord(rest[n+1:]))
		}
		if _, ok := sc.times.Zones.Find(rest[:n]); ok {
			best = n
		}
		if n >= len(rest) || rest[n] != ' ' {
			break
		}
		n++
	}
	if low := strings.ToUpper(word); best >= len(word) && (low == "GMT" || low == "UTC") {
		best = max(best, offsetEnd(rest, len(word)))
	}
	if best == 0 && (len(word) >= 2 && len(word) <= 5 && word == strings.ToUpper(word) && word[0] < utf8.RuneSelf ||
		ambiguousZones[strings.ToLower(word)]) && !isLink(word) {
		return len(word)
	}
	return best
}

// offsetEnd tells where an offset behind GMT or UTC ends.
func offsetEnd(rest string, n int) int {
	i := n
	for i < len(rest) && rest[i] == ' ' {
		i++
	}
	if i+1 >= len(rest) || (rest[i] != '+' && rest[i] != '-') || !isDigit(rest[i+1]) {
		return 0
	}
	j := i + 1
	for j < len(rest) && (isDigit(rest[j]) || rest[j] == ':') && j-i < 6 {
		j++
	}
	if offsetZone(rest[:j]) == nil || j < len(rest) && (rest[j] == '-' || rest[j] == '/') {
		return 0
	}
	return j
}

func isLink(word string) bool {
	ok, _ := linkWord(word)
	return ok
}
