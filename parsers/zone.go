package parsers

import (
	"strconv"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // the zones are part of the program: a machine without them must read the same
)

// Zone is what a zone label means.
type Zone struct {
	Label string // as the mail has it
	Loc   *time.Location
	Alt   *time.Location // the place, where the label is a fixed abbreviation of it; for cross-checks only
}

// Zones is the zone policy of a format: what its ambiguous abbreviations mean
// and where it is at home. Both may be empty.
type Zones struct {
	Means map[string]string // label by Key → IANA name, before the common meanings
	Home  string            // IANA name used where a time has no zone; empty: such a time is undecidable
}

// place is a zone that is loaded once, when first needed.
type place func() *time.Location

func at(name string) place {
	return sync.OnceValue(func() *time.Location {
		loc, err := time.LoadLocation(name)
		if err != nil {
			return nil
		}
		return loc
	})
}

// places are the zones that labels name without an offset.
var places = map[string]place{
	"Etc/UTC":             func() *time.Location { return time.UTC },
	"America/New_York":    at("America/New_York"),
	"America/Chicago":     at("America/Chicago"),
	"America/Denver":      at("America/Denver"),
	"America/Phoenix":     at("America/Phoenix"),
	"America/Los_Angeles": at("America/Los_Angeles"),
	"America/Anchorage":   at("America/Anchorage"),
	"America/Halifax":     at("America/Halifax"),
	"America/St_Johns":    at("America/St_Johns"),
	"America/Sao_Paulo":   at("America/Sao_Paulo"),
	"America/Mexico_City": at("America/Mexico_City"),
	"Pacific/Honolulu":    at("Pacific/Honolulu"),
	"Europe/London":       at("Europe/London"),
	"Europe/Dublin":       at("Europe/Dublin"),
	"Europe/Lisbon":       at("Europe/Lisbon"),
	"Europe/Paris":        at("Europe/Paris"),
	"Europe/Berlin":       at("Europe/Berlin"),
	"Europe/Amsterdam":    at("Europe/Amsterdam"),
	"Europe/Helsinki":     at("Europe/Helsinki"),
	"Europe/Istanbul":     at("Europe/Istanbul"),
	"Europe/Moscow":       at("Europe/Moscow"),
	"Asia/Kolkata":        at("Asia/Kolkata"),
	"Asia/Singapore":      at("Asia/Singapore"),
	"Asia/Hong_Kong":      at("Asia/Hong_Kong"),
	"Asia/Shanghai":       at("Asia/Shanghai"),
	"Asia/Tokyo":          at("Asia/Tokyo"),
	"Asia/Seoul":          at("Asia/Seoul"),
	"Asia/Dubai":          at("Asia/Dubai"),
	"Australia/Sydney":    at("Australia/Sydney"),
	"Australia/Adelaide":  at("Australia/Adelaide"),
	"Australia/Perth":     at("Australia/Perth"),
	"Australia/Brisbane":  at("Australia/Brisbane"),
	"Pacific/Auckland":    at("Pacific/Auckland"),
}

// named are the labels that name a place and follow its summer time.
var named = map[string]string{
	"utc": "Etc/UTC", "gmt": "Etc/UTC", "z": "Etc/UTC", "zulu": "Etc/UTC", "uct": "Etc/UTC",
	"greenwich mean time": "Etc/UTC", "coordinated universal time": "Etc/UTC", "universal time": "Etc/UTC",
	"utc time": "Etc/UTC", "gmt time": "Etc/UTC", "zulu time": "Etc/UTC", "gmt utc": "Etc/UTC", "utc gmt": "Etc/UTC",
	"et": "America/New_York", "eastern": "America/New_York", "eastern time": "America/New_York", "us eastern": "America/New_York",
	"ct": "America/Chicago", "central": "America/Chicago", "central time": "America/Chicago", "us central": "America/Chicago",
	"mt": "America/Denver", "mountain": "America/Denver", "mountain time": "America/Denver", "us mountain": "America/Denver",
	"pt": "America/Los_Angeles", "pacific": "America/Los_Angeles", "pacific time": "America/Los_Angeles", "us pacific": "America/Los_Angeles",
	"at": "America/Halifax", "atlantic": "America/Halifax", "atlantic time": "America/Halifax",
	"arizona": "America/Phoenix", "arizona time": "America/Phoenix",
	"alaska": "America/Anchorage", "alaska time": "America/Anchorage",
	"hawaii": "Pacific/Honolulu", "hawaii time": "Pacific/Honolulu",
	"newfoundland": "America/St_Johns", "newfoundland time": "America/St_Johns",
	"london": "Europe/London", "london time": "Europe/London", "uk time": "Europe/London", "uk": "Europe/London",
	"dublin": "Europe/Dublin", "irish time": "Europe/Dublin", "paris": "Europe/Paris", "paris time": "Europe/Paris",
	"central european": "Europe/Paris", "central european time": "Europe/Paris", "cet cest": "Europe/Paris",
	"amsterdam": "Europe/Amsterdam", "amsterdam time": "Europe/Amsterdam", "frankfurt time": "Europe/Berlin",
	"eastern european time": "Europe/Helsinki", "turkey time": "Europe/Istanbul", "istanbul time": "Europe/Istanbul",
	"moscow": "Europe/Moscow", "moscow time": "Europe/Moscow",
	"singapore": "Asia/Singapore", "singapore time": "Asia/Singapore", "hong kong time": "Asia/Hong_Kong",
	"hong kong": "Asia/Hong_Kong", "china time": "Asia/Shanghai", "beijing time": "Asia/Shanghai",
	"japan time": "Asia/Tokyo", "tokyo": "Asia/Tokyo", "tokyo time": "Asia/Tokyo", "korea time": "Asia/Seoul",
	"india time": "Asia/Kolkata", "sydney": "Australia/Sydney", "sydney time": "Australia/Sydney",
	"new zealand time": "Pacific/Auckland", "auckland": "Pacific/Auckland",
	"brasilia": "America/Sao_Paulo",
}

// fixedZone is an abbreviation with its offset in minutes and, where it has
// one, the place whose winter or summer time it is.
type fixedZone struct {
	minutes int
	place   string
}

// abbreviations have one meaning in the mail of network providers. CST, IST,
// BST, AST, GST and others with several are resolved by the format, else by
// the long name beside them, else they are undecidable.
var abbreviations = map[string]fixedZone{
	"est": {-300, "America/New_York"}, "edt": {-240, "America/New_York"},
	"cdt": {-300, "America/Chicago"}, "mst": {-420, "America/Denver"}, "mdt": {-360, "America/Denver"},
	"pst": {-480, "America/Los_Angeles"}, "pdt": {-420, "America/Los_Angeles"},
	"akst": {-540, "America/Anchorage"}, "akdt": {-480, "America/Anchorage"}, "hst": {-600, "Pacific/Honolulu"},
	"adt": {-180, "America/Halifax"}, "nst": {-210, "America/St_Johns"}, "ndt": {-150, "America/St_Johns"},
	"brt": {-180, "America/Sao_Paulo"}, "brst": {-120, "America/Sao_Paulo"}, "art": {-180, ""}, "clt": {-240, ""},
	"clst": {-180, ""}, "cot": {-300, ""}, "pet": {-300, ""}, "vet": {-240, ""}, "bot": {-240, ""}, "uyt": {-180, ""},
	"wet": {0, "Europe/Lisbon"}, "west": {60, "Europe/Lisbon"}, "cet": {60, "Europe/Paris"}, "cest": {120, "Europe/Paris"},
	"met": {60, "Europe/Paris"}, "mest": {120, "Europe/Paris"}, "eet": {120, "Europe/Helsinki"}, "eest": {180, "Europe/Helsinki"},
	"msk": {180, "Europe/Moscow"}, "trt": {180, "Europe/Istanbul"}, "sast": {120, ""}, "eat": {180, ""}, "cat": {120, ""},
	"wat": {60, ""}, "pkt": {300, ""}, "sgt": {480, ""}, "hkt": {480, ""}, "myt": {480, ""}, "pht": {480, ""}, "awst": {480, ""},
	"wib": {420, ""}, "wita": {480, ""}, "wit": {540, ""}, "ict": {420, ""}, "jst": {540, ""}, "kst": {540, ""},
	"aest": {600, "Australia/Sydney"}, "aedt": {660, "Australia/Sydney"}, "acst": {570, "Australia/Adelaide"},
	"acdt": {630, "Australia/Adelaide"}, "nzst": {720, "Pacific/Auckland"}, "nzdt": {780, "Pacific/Auckland"},
	"central standard time": {-360, "America/Chicago"}, "central daylight time": {-300, "America/Chicago"},
	"eastern standard time": {-300, "America/New_York"}, "eastern daylight time": {-240, "America/New_York"},
	"mountain standard time": {-420, "America/Denver"}, "mountain daylight time": {-360, "America/Denver"},
	"pacific standard time": {-480, "America/Los_Angeles"}, "pacific daylight time": {-420, "America/Los_Angeles"},
	"atlantic standard time": {-240, "America/Halifax"}, "atlantic daylight time": {-180, "America/Halifax"},
	"alaska standard time": {-540, "America/Anchorage"}, "alaska daylight time": {-480, "America/Anchorage"},
	"hawaii standard time": {-600, "Pacific/Honolulu"}, "hawaii aleutian standard time": {-600, "Pacific/Honolulu"},
	"british summer time": {60, "Europe/London"}, "irish standard time": {60, "Europe/Dublin"},
	"central european standard time": {60, "Europe/Paris"}, "central european summer time": {120, "Europe/Paris"},
	"western european time": {0, "Europe/Lisbon"}, "western european summer time": {60, "Europe/Lisbon"},
	"eastern european standard time": {120, "Europe/Helsinki"}, "eastern european summer time": {180, "Europe/Helsinki"},
	"india standard time": {330, ""}, "indian standard time": {330, ""}, "israel standard time": {120, ""},
	"israel daylight time": {180, ""}, "singapore standard time": {480, ""}, "china standard time": {480, ""},
	"hong kong standard time": {480, ""}, "japan standard time": {540, ""}, "korea standard time": {540, ""},
	"gulf standard time": {240, ""}, "arabia standard time": {180, ""}, "moscow standard time": {180, ""},
	"australian eastern standard time": {600, "Australia/Sydney"}, "australian eastern daylight time": {660, "Australia/Sydney"},
	"new zealand standard time": {720, "Pacific/Auckland"}, "new zealand daylight time": {780, "Pacific/Auckland"},
	"argentina time": {-180, ""}, "brasilia time": {-180, "America/Sao_Paulo"}, "brasilia standard time": {-180, "America/Sao_Paulo"},
	"brasilia summer time": {-120, "America/Sao_Paulo"}, "chile time": {-240, ""}, "colombia time": {-300, ""},
	"peru time": {-300, ""}, "venezuela time": {-240, ""}, "bolivia time": {-240, ""}, "uruguay time": {-180, ""},
	"paraguay time": {-240, ""}, "ecuador time": {-300, ""},
}

// ambiguous abbreviations have several meanings: without a word of the format
// or a long name beside them a time with one is undecidable.
var ambiguousZones = map[string]bool{
	"cst": true, "ist": true, "bst": true, "ast": true, "gst": true, "pyt": true, "ect": true, "sst": true, "cdst": true,
	"local": true, "local time": true, "lt": true,
}

// Find reads a zone label: "( Pacific )", "EDT (Eastern Daylight Time)",
// "GMT+3", "UTC -05:00", "+0530", "Asia/Tokyo". ok is false when the text is no
// zone label, or one that has several meanings.
func (z Zones) Find(label string) (Zone, bool) {
	text := strings.Trim(Fold(label), " ()[],;.:")
	if text == "" || len(text) > maxLabel {
		return Zone{}, false
	}
	if loc := offsetZone(text); loc != nil {
		return Zone{Label: text, Loc: loc}, true
	}
	var buf [maxLabel + 16]byte
	key := string(appendKey(buf[:0], text))
	if zone, ok := z.byKey(key); ok {
		zone.Label = text
		return zone, true
	}
	if open := strings.IndexByte(text, '('); open > 0 { // EDT (Eastern Daylight Time), CST (UTC-6)
		long, okLong := z.Find(text[open:])
		short, okShort := z.Find(text[:open])
		switch {
		case okLong && okShort && long.Alt == nil:
			long.Alt = short.Alt
			long.Label = text
			return long, true
		case okLong:
			long.Label = text
			return long, true
		case okShort:
			return short, true
		}
	}
	if strings.Contains(text, "/") && !strings.Contains(text, "..") {
		if p, ok := places[text]; ok {
			return Zone{Label: text, Loc: p()}, true
		}
		if validName(text) {
			if loc, err := time.LoadLocation(text); err == nil {
				return Zone{Label: text, Loc: loc}, true
			}
		}
	}
	return Zone{}, false
}

func validName(s string) bool {
	for _, r := range s {
		if (r < 'A' || r > 'z') && r != '/' && r != '-' && r != '+' && (r < '0' || r > '9') {
			return false
		}
	}
	return true
}

func (z Zones) byKey(key string) (Zone, bool) {
	if name, ok := z.Means[key]; ok {
		if loc := Place(name); loc != nil {
			return Zone{Loc: loc}, true
		}
	}
	if name, ok := named[key]; ok {
		return Zone{Loc: Place(name)}, true
	}
	if f, ok := abbreviations[key]; ok {
		zone := Zone{Loc: time.FixedZone(strings.ToUpper(key), f.minutes*60)}
		if f.place != "" {
			zone.Alt = Place(f.place)
		}
		return zone, true
	}
	return Zone{}, false
}

// Place gives a zone by its IANA name; nil if there is none.
func Place(name string) *time.Location {
	if p, ok := places[name]; ok {
		return p()
	}
	if name == "" || name == "Local" {
		return nil
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil
	}
	return loc
}

// offsetZone reads "+03:00", "-0500", "GMT+3", "UTC +5:30"; nil if it is none.
func offsetZone(s string) *time.Location {
	for _, prefix := range []string{"UTC", "GMT", "utc", "gmt"} {
		if rest, ok := strings.CutPrefix(s, prefix); ok {
			s = strings.TrimSpace(rest)
			break
		}
	}
	s = strings.ReplaceAll(s, "−", "-")
	if len(s) < 2 || (s[0] != '+' && s[0] != '-') {
		return nil
	}
	digits, minutes, hasColon := strings.Cut(strings.TrimSpace(s[1:]), ":")
	if !hasColon && len(digits) >= 3 {
		digits, minutes = digits[:len(digits)-2], digits[len(digits)-2:]
	}
	h, err := strconv.Atoi(digits)
	if err != nil || h > 14 || h < 0 || len(digits) > 2 {
		return nil
	}
	m := 0
	if minutes != "" {
		if m, err = strconv.Atoi(minutes); err != nil || m > 59 || m < 0 || len(minutes) != 2 {
			return nil
		}
	}
	sec := h*3600 + m*60
	if s[0] == '-' {
		sec = -sec
	}
	if sec == 0 {
		return time.UTC
	}
	return time.FixedZone("UTC"+s, sec)
}
