package parsers

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"time"
)

// observance is one STANDARD or DAYLIGHT of a VTIMEZONE.
type observance struct {
	offset int // seconds east of UTC while it holds
	rule   string
	start  string
}

// zoneOfRules makes a zone of a VTIMEZONE: of its only offset, or of a
// standard and a daylight time that each begin at a yearly rule (a weekday of
// a month). Anything else is not guessed.
func zoneOfRules(tzid string, props []icalProp) (*time.Location, bool) {
	std, dst, ok := observances(props)
	if !ok || std == nil {
		return nil, false
	}
	if dst == nil || dst.offset == std.offset {
		return time.FixedZone(Clip(tzid, 40), std.offset), true
	}
	begins, ok1 := posixRule(dst)
	ends, ok2 := posixRule(std)
	if !ok1 || !ok2 {
		return nil, false
	}
	posix := fmt.Sprintf("<S>%s<D>%s,%s,%s", posixOffset(std.offset), posixOffset(dst.offset), begins, ends)
	loc, err := time.LoadLocationFromTZData(Clip(tzid, 40), zoneFile(std.offset, posix))
	return loc, err == nil
}

// observances gives the newest standard and daylight time: the last ones whose
// rule has no end.
func observances(props []icalProp) (std, dst *observance, ok bool) {
	var open *observance
	for _, p := range props {
		v := strings.ToUpper(strings.TrimSpace(p.value))
		switch p.name {
		case "BEGIN":
			open = &observance{}
		case "TZOFFSETTO":
			t, err := time.Parse("-0700", v)
			if err != nil || open == nil {
				return nil, nil, false
			}
			_, open.offset = t.Zone()
		case "RRULE":
			if open != nil {
				open.rule = v
			}
		case "DTSTART":
			if open != nil {
				open.start = v
			}
		case "END":
			if open == nil || strings.Contains(open.rule, "UNTIL=") {
				open = nil
				continue
			}
			if v == "STANDARD" {
				std = open
			} else {
				dst = open
			}
			open = nil
		}
	}
	return std, dst, true
}

// posixRule writes the begin of an observance as POSIX does ("M3.5.0/2:00:00").
// POSIX counts hours on the clock before the change, as DTSTART does.
func posixRule(o *observance) (string, bool) {
	at, err := time.Parse("20060102T150405", o.start)
	if err != nil {
		return "", false
	}
	rule, err := parseRule(o.rule, time.UTC)
	if err != nil || rule.freq != "YEARLY" || rule.interval != 1 || len(rule.byDay) != 1 || len(rule.byMDay) > 0 || len(rule.byMonth) > 1 {
		return "", false
	}
	month := int(at.Month())
	if len(rule.byMonth) == 1 {
		month = rule.byMonth[0]
	}
	week := rule.byDay[0].nth
	if week == -1 {
		week = 5
	}
	if week < 1 || week > 5 || month < 1 || month > 12 {
		return "", false
	}
	return fmt.Sprintf("M%d.%d.%d/%d:%02d:%02d", month, week, rule.byDay[0].day, at.Hour(), at.Minute(), at.Second()), true
}

// posixOffset writes an offset as POSIX does: west is positive.
func posixOffset(seconds int) string {
	sign := "-"
	if seconds < 0 {
		sign, seconds = "", -seconds
	}
	return fmt.Sprintf("%s%d:%02d:%02d", sign, seconds/3600, seconds/60%60, seconds%60)
}

// zoneFile makes zone data (RFC 8536) whose only content is a POSIX rule.
func zoneFile(offset int, posix string) []byte {
	var b bytes.Buffer
	header := func(transitions, types, chars uint32) {
		b.WriteString("TZif2")
		b.Write(make([]byte, 15))
		for _, n := range []uint32{0, 0, 0, transitions, types, chars} {
			_ = binary.Write(&b, binary.BigEndian, n) // a buffer takes everything
		}
	}
	local := func() {
		_ = binary.Write(&b, binary.BigEndian, int32(offset))
		b.WriteString("\x00\x00S\x00") // not daylight; name at 0: "S"
	}
	header(0, 1, 2) // the first block is for old readers
	local()
	header(1, 1, 2)
	_ = binary.Write(&b, binary.BigEndian, int64(-1)<<40) // one change, long ago
	b.WriteByte(0)
	local()
	b.WriteString("\n" + posix + "\n")
	return b.Bytes()
}
