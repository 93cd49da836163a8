package parsers

import (
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// cityIndex is the gazetteer: sorted lines that scripts/cities.sh makes of the
// cities over 15,000 people of geonames.org (CC BY 4.0, see cities.md). The
// first letter is the kind of a line:
//
//	a california	US.CA		a state or province by name or code
//	c germany	DE		a country by name or code
//	p san jose	US.CA 12,CR.08 9	a city: region and zone of each of its name
//	l frankfurt	1		a name that a large city has
//	s US.CA		12		zones of all cities of a region or country
//	z 12		America/Los_Angeles
//
//go:embed cities.txt
var cityIndex string

// ErrPlace is wrapped by every error that says that a place cannot be found.
var ErrPlace = errors.New("place not known")

// CityZones gives the IANA zones that a place can have, as mail names it: "San
// Jose, CA", "Toronto, Ontario, Canada", "Frankfurt, Germany". There are
// several when the place is ambiguous and its candidates are in several
// zones, and none is preferred. A name alone must be that of a large city,
// since small places of the same name are not in the gazetteer. A place that
// the gazetteer lacks is taken to be in the one zone of its state or country;
// where that has several, or nothing is known of what stands behind the comma,
// the error wraps ErrPlace.
func CityZones(place string) ([]string, error) {
	if len(place) > 2*maxLabel {
		return nil, fmt.Errorf("%q: %w", Clip(place, maxLabel), ErrPlace)
	}
	parts := strings.Split(place, ",")
	city := PlaceKey(parts[0])
	if city == "" {
		return nil, fmt.Errorf("%q: %w", place, ErrPlace)
	}
	within := make([][]string, 0, len(parts)-1)
	for _, q := range parts[1:] {
		if key := PlaceKey(q); key != "" {
			regions := regionsNamed(key)
			if len(regions) == 0 {
				return nil, fmt.Errorf("%q: nothing is known of %q: %w", place, strings.TrimSpace(q), ErrPlace)
			}
			within = append(within, regions)
		}
	}
	if _, large := cityLine("l", city); !large && len(within) == 0 {
		return nil, fmt.Errorf("%q without state or country: %w", place, ErrPlace)
	}
	zones, found := zonesOf(city, within)
	if !found && len(within) > 0 {
		zones = wholeRegion(within)
	}
	if len(zones) == 0 {
		return nil, fmt.Errorf("%q: %w", place, ErrPlace)
	}
	return zones, nil
}

// zonesOf gives the zones of the cities of a name that lie in one region of
// each list.
func zonesOf(city string, within [][]string) (zones []string, found bool) {
	line, ok := cityLine("p", city)
	for ok && line != "" {
		var one string
		one, line, _ = strings.Cut(line, ",")
		region, zone, _ := strings.Cut(one, " ")
		fits := true
		for _, list := range within {
			fits = fits && slices.ContainsFunc(list, func(r string) bool { return inRegion(region, r) })
		}
		if fits {
			found = true
			zones = appendZone(zones, zone)
		}
	}
	return zones, found
}

// inRegion reports whether a region ("US.CA") is another one or lies in it
// ("US").
func inRegion(region, other string) bool {
	return region == other || strings.HasPrefix(region, other) && region[len(other)] == '.'
}

// regionsNamed gives the states, provinces and countries that have a name or
// code; "DE" is both Delaware and Germany.
func regionsNamed(key string) []string {
	var all []string
	for _, kind := range []string{"a", "c"} {
		if line, ok := cityLine(kind, key); ok {
			all = append(all, strings.Split(line, ",")...)
		}
	}
	return all
}

// wholeRegion gives the zones of the regions that what stands behind a city
// can mean together, if each is known to have one zone only.
func wholeRegion(within [][]string) []string {
	var zones []string
	for _, r := range within[0] {
		for _, list := range within[1:] {
			if !slices.ContainsFunc(list, func(o string) bool { return inRegion(r, o) || inRegion(o, r) }) {
				r = ""
				break
			}
		}
		if r == "" {
			continue
		}
		line, ok := cityLine("s", r)
		if !ok || strings.Contains(line, ",") || dividedRegions[r] {
			return nil
		}
		zones = appendZone(zones, line)
	}
	return zones
}

// dividedRegions have small places in another zone than all their cities.
var dividedRegions = map[string]bool{
	"US": true, "CA": true, "AU": true,
	"US.AK": true, "US.AZ": true, "US.FL": true, "US.ID": true, "US.IN": true, "US.KS": true, "US.KY": true, "US.MI": true, "US.ND": true,
	"US.NE": true, "US.NV": true, "US.OR": true, "US.SD": true, "US.TN": true, "US.TX": true,
	"CA.02": true, "CA.05": true, "CA.08": true, "CA.10": true, "CA.11": true, "CA.13": true, "CA.14": true,
	"AU.02": true, "AU.05": true, "AU.08": true,
}

func appendZone(zones []string, number string) []string {
	name, ok := cityLine("z", number)
	if !ok || slices.Contains(zones, name) {
		return zones
	}
	return append(zones, name)
}

// cityLine finds the line of a kind and key by halving.
func cityLine(kind, key string) (string, bool) {
	want := kind + " " + key + "\t"
	from, to := 0, len(cityIndex)
	for from < to {
		at := from + (to-from)/2
		at = strings.LastIndexByte(cityIndex[:at], '\n') + 1
		line, _, _ := strings.Cut(cityIndex[at:], "\n")
		if rest, ok := strings.CutPrefix(line, want); ok {
			return rest, true
		}
		if line < want {
			from = at + len(line) + 1
		} else {
			to = at
		}
	}
	return "", false
}

// PlaceKey is what the names of places are compared by: Key without accents,
// "St." and the like written out.
func PlaceKey(name string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(Clip(name, 2*maxLabel)) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case r == 'ß':
			b.WriteString("ss")
		case r == 'ø' || r == 'Ø':
			b.WriteByte('o')
		case r == 'ł' || r == 'Ł':
			b.WriteByte('l')
		case r == 'æ' || r == 'Æ':
			b.WriteString("ae")
		case r == 'ı':
			b.WriteByte('i')
		default:
			b.WriteRune(r)
		}
	}
	key := Key(b.String())
	first, rest, _ := strings.Cut(key, " ")
	if long, ok := shortPlace[first]; ok && rest != "" {
		return long + " " + rest
	}
	return key
}

var shortPlace = map[string]string{"st": "saint", "ste": "sainte", "ft": "fort", "mt": "mount"}
