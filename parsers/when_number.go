package parsers

import (
	"strings"
	"unicode/utf8"
)

// number reads a part that begins with a digit: a time, a date or one number
// of a date in words.
func (sc *scanner) number(rest string) bool {
	n := digits(rest)
	next := rest[n:]
	switch {
	case n <= 2 && len(next) > 1 && (next[0] == ':' || next[0] == 'h') && isDigit(next[1]):
		return sc.clock(rest, n)
	case n == 4 && sc.m.HasDate() && !sc.m.HasTime && (sc.year || clockWord(next)) && atoi(rest[:2]) < 25 && atoi(rest[2:4]) < 60:
		sc.m.Hour, sc.m.Min, sc.m.HasTime = atoi(rest[:2]), atoi(rest[2:4]), true
		sc.take(n)
		return sc.midnight()
	case n <= 2 && !sc.m.HasTime && meridiemAfter(next):
		sc.m.Hour, sc.m.HasTime = atoi(rest[:n]), true
		sc.take(n)
		return sc.m.Hour <= 12
	case n == 8 && !sc.m.HasDate():
		return sc.date(atoi(rest[:4]), atoi(rest[4:6]), atoi(rest[6:8]), true, n)
	case len(next) > 1 && strings.IndexByte("-/.", next[0]) >= 0 && (isDigit(next[1]) || monthName(strings.ToLower(leadingWord(next[1:]))) > 0):
		return sc.triple(rest, n)
	}
	return sc.single(rest, n)
}

func digits(s string) int {
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	return n
}

func atoi(s string) int {
	v := 0
	for i := 0; i < len(s) && i < 9; i++ {
		v = v*10 + int(s[i]-'0')
	}
	return v
}

func clockWord(s string) bool {
	low := strings.ToLower(strings.TrimLeft(s[:min(len(s), 8)], " "))
	for _, w := range []string{"hrs", "hr", "hours", "utc", "gmt", "z", "h"} {
		if strings.HasPrefix(low, w) {
			return true
		}
	}
	return false
}

func meridiemAfter(s string) bool {
	low := strings.ToLower(strings.TrimLeft(s[:min(len(s), 6)], " "))
	for _, w := range []string{"am", "pm", "a.m", "p.m"} {
		if strings.HasPrefix(low, w) {
			return len(low) == len(w) || !isLetter(low[len(w)])
		}
	}
	return false
}

func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }

// clock reads hh:mm, hh:mm:ss, 22h00.
func (sc *scanner) clock(rest string, n int) bool {
	if sc.m.HasTime {
		return false
	}
	m := &sc.m
	i := n + 1
	k := digits(rest[i:])
	m.Hour, m.Min = atoi(rest[:n]), atoi(rest[i:i+min(k, 2)])
	bad := k != 2
	i += k
	if i+1 < len(rest) && rest[i] == ':' && isDigit(rest[i+1]) {
		k = digits(rest[i+1:])
		m.Sec = atoi(rest[i+1 : i+1+min(k, 2)])
		bad = bad || k != 2
		i += 1 + k
		if i+1 < len(rest) && rest[i] == '.' && isDigit(rest[i+1]) {
			i += 1 + digits(rest[i+1:])
		}
	}
	if bad || m.Hour > 24 || m.Min > 59 || m.Sec > 60 {
		*m = Moment{}
		return false
	}
	m.HasTime = true
	sc.take(i)
	return sc.midnight()
}

// midnight accepts 24:00 as the end of the day and nothing else of that hour.
func (sc *scanner) midnight() bool {
	if sc.m.Hour == 24 && (sc.m.Min > 0 || sc.m.Sec > 0) {
		sc.m.HasTime = false
		return false
	}
	return true
}

// triple reads a date of three parts with the same separator; the year may be
// missing beside the name of a month.
func (sc *scanner) triple(rest string, n int) bool {
	if sc.m.HasDate() {
		return false
	}
	sep := rest[n]
	second := rest[n+1:]
	k := digits(second)
	name := 0
	if k == 0 {
		word := leadingWord(second)
		name, k = monthName(strings.ToLower(word)), len(word)
	}
	i := n + 1 + k
	third, size := 0, 0
	if i+1 < len(rest) && rest[i] == sep && isDigit(rest[i+1]) {
		size = digits(rest[i+1:])
		third = atoi(rest[i+1 : i+1+size])
		i += 1 + size
	}
	first := atoi(rest[:n])
	switch {
	case name > 0 && n == 4 && size > 0:
		return sc.date(first, name, third, true, i)
	case name > 0 && n <= 2 && (size == 0 || size == 2 || size == 4):
		return sc.date(third, name, first, size > 0, i)
	case size == 0:
		return false
	case n == 4 && k <= 2 && size <= 2:
		return sc.date(first, atoi(second[:k]), third, true, i)
	case n <= 2 && k <= 2 && (size == 2 || size == 4):
		return sc.numeric(first, atoi(second[:k]), third, i)
	}
	return false
}

// numeric takes a date of three numbers in the order of the layout; numbers
// over 12 can only be days.
func (sc *scanner) numeric(a, b, year, n int) bool {
	day, month := a, b
	if sc.times.Order == MonthFirst {
		day, month = b, a
	}
	both := a <= 12 && b <= 12
	if sc.times.Order == Undecided && month > 12 {
		day, month = month, day
	}
	if !sc.date(year, month, day, true, n) {
		return false
	}
	sc.m.numeric = both
	return true
}

func (sc *scanner) date(year, month, day int, hasYear bool, n int) bool {
	if sc.m.HasDate() || month < 1 || month > 12 || day < 1 || day > 31 || (hasYear && year == 0) {
		return false
	}
	sc.m.Year, sc.m.Month, sc.m.Day = year, month, day
	sc.year = hasYear
	sc.take(n)
	return true
}

// single takes a number that stands alone: a year, or the day beside the name
// of a month.
func (sc *scanner) single(rest string, n int) bool {
	m := &sc.m
	next := rest[n:]
	r, size := utf8.DecodeRuneInString(next)
	v := atoi(rest[:n])
	switch {
	case r == '年' && n == 4:
		m.Year, sc.year = v, true
	case r == '月' && n <= 2 && v <= 12:
		m.Month = v
	case r == '日' && n <= 2 && v <= 31:
		m.Day = v
	case r == '時' && n <= 2 && v < 25:
		m.Hour, m.HasTime = v, true
	case r == '分' && n <= 2 && v < 60:
		m.Min = v
	default:
		return sc.plain(v, n, next)
	}
	sc.take(n + size)
	return true
}

func (sc *scanner) plain(v, n int, next string) bool {
	m := &sc.m
	switch {
	case n == 4 && !sc.year && v >= 1990 && v <= 2200 && (m.Month > 0 || m.Day == 0):
		m.Year, sc.year = v, true
		sc.take(n)
	case n <= 2 && m.Day == 0 && v >= 1 && v <= 31:
		m.Day = v
		for _, suffix := range []string{"st", "nd", "rd", "th", "ST", "ND", "RD", "TH"} {
			if strings.HasPrefix(next, suffix) {
				n += 2
				break
			}
		}
		sc.take(n)
	default:
		if sc.some() {
			return false
		}
		*m = Moment{}
		sc.year = false
		sc.i += n
	}
	return true
}
