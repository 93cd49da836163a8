package chatops

import (
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"time"

	"lineman/models"
)

// value reads the text of one parameter of a kind that needs no record, and
// gives it as commands get it: see Kind. Times are read in zone unless they
// name another.
func (p Param) value(text string, now time.Time, zone *time.Location) (string, error) {
	switch p.Kind {
	case KindEnum:
		return p.enum(text)
	case KindInt:
		return p.number(text)
	case KindDuration:
		d, ok := readDuration(text)
		if !ok {
			return "", models.Invalid(p.Name, "%q is no length of time; write it like 90m, 2h, 7d or 1d12h", CleanLine(text))
		}
		return d.String(), nil
	case KindTime:
		t, err := readTime(text, now, zone)
		if err != nil {
			return "", models.Invalid(p.Name, "%s", err.Error())
		}
		return t.UTC().Format(time.RFC3339), nil
	case KindIP:
		a, err := netip.ParseAddr(text)
		if err != nil {
			return "", models.Invalid(p.Name, "%q is no IP address; write it like 192.0.2.1 or 2001:db8::1", CleanLine(text))
		}
		return a.String(), nil
	}
	return text, nil
}

func (p Param) enum(text string) (string, error) {
	for _, v := range p.Values {
		if fold(v) == fold(text) {
			return v, nil
		}
	}
	return "", models.Invalid(p.Name, "%q is not one of %s", CleanLine(text), strings.Join(p.Values, ", "))
}

func (p Param) number(text string) (string, error) {
	n, err := strconv.Atoi(text)
	if err != nil {
		return "", models.Invalid(p.Name, "%q is no whole number", CleanLine(text))
	}
	if p.Max > p.Min && (n < p.Min || n > p.Max) {
		return "", models.Invalid(p.Name, "%d is out of range; write a number from %d to %d", n, p.Min, p.Max)
	}
	return strconv.Itoa(n), nil
}

// fold writes RE-SCHEDULED, re_scheduled and rescheduled alike.
func fold(s string) string {
	return strings.NewReplacer("-", "", "_", "", " ", "").Replace(strings.ToLower(s))
}

var durationPart = regexp.MustCompile(`^(\d{1,6})([smhdw])`)

// readDuration reads 90m, 2h, 7d, 1d12h.
func readDuration(text string) (time.Duration, bool) {
	units := map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour}
	text = strings.ToLower(strings.TrimSpace(text))
	var sum time.Duration
	for rest := text; rest != ""; {
		m := durationPart.FindStringSubmatch(rest)
		if m == nil {
			return 0, false
		}
		n, err := strconv.Atoi(m[1])
		if err != nil {
			return 0, false
		}
		sum += time.Duration(n) * units[m[2]]
		rest = rest[len(m[0]):]
	}
	return sum, text != "" && sum <= 100*366*24*time.Hour
}
