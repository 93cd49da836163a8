// Command cities makes the gazetteer of package parsers of the data of
// Debian's geonames packages: the compiled list of cities is its first
// argument, the English names (a PO file by id) its second, and the index goes
// to standard output. scripts/cities.sh calls it.
package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"lineman/parsers"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: cities cities.compiled en.po >parsers/cities.txt")
		os.Exit(2)
	}
	if err := run(os.Stdout, os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "cities:", err)
		os.Exit(1)
	}
}

func run(w io.Writer, compiled, names string) error {
	data, err := os.ReadFile(compiled)
	if err != nil {
		return err
	}
	cities, err := decode(data)
	if err != nil {
		return fmt.Errorf("read %s: %w", compiled, err)
	}
	po, err := os.ReadFile(names)
	if err != nil {
		return err
	}
	return newIndex(cities, english(po)).write(w)
}

// city is one entry of the list.
type city struct {
	id, name, code, state, iso, country, zone string
	people                                    uint32
}

// large is how many people a city has that mail may name without its country.
const large = 300_000

var errFormat = errors.New("this is no list of cities")

// decode reads a GVariant array of structures that begin with seven strings;
// the ends of the elements stand at the end.
func decode(data []byte) ([]city, error) {
	const offset = 4
	if len(data) < offset {
		return nil, errFormat
	}
	last := int(binary.LittleEndian.Uint32(data[len(data)-offset:]))
	if last > len(data)-offset || (len(data)-last)%offset != 0 {
		return nil, errFormat
	}
	var all []city
	from := 0
	for next := last; next < len(data); next += offset {
		end := int(binary.LittleEndian.Uint32(data[next:]))
		if end < from || end > last {
			return nil, errFormat
		}
		fields := bytes.SplitN(data[from:end], []byte{0}, 8)
		if len(fields) < 8 {
			return nil, errFormat
		}
		at := (end - len(fields[7]) + 3) &^ 3 // elements begin at multiples of 8
		if at+4 > end {
			return nil, errFormat
		}
		all = append(all, city{string(fields[0]), string(fields[1]), string(fields[2]), string(fields[3]),
			string(fields[4]), string(fields[5]), string(fields[6]), binary.LittleEndian.Uint32(data[at:])})
		from = (end + 7) &^ 7
	}
	return all, nil
}

// english reads the names of a PO file by id.
func english(po []byte) map[string]string {
	all := map[string]string{}
	id := ""
	for line := range strings.Lines(string(po)) {
		line = strings.TrimSpace(line)
		if v, ok := strings.CutPrefix(line, "msgid "); ok {
			id = strings.Trim(v, `"`)
		}
		if v, ok := strings.CutPrefix(line, "msgstr "); ok && id != "" {
			all[id] = strings.Trim(v, `"`)
		}
	}
	return all
}

// index is what is written: kind and key of a line → its values.
type index struct {
	lines map[string][]string
	zones map[string]string
}

func newIndex(cities []city, english map[string]string) *index {
	x := &index{lines: map[string][]string{}, zones: map[string]string{}}
	for _, c := range append(cities, missing...) {
		if c.zone == "" || c.iso == "" {
			continue
		}
		region := c.iso
		if c.code != "" {
			region += "." + c.code
		}
		zone, ok := x.zones[c.zone]
		if !ok {
			zone = strconv.Itoa(len(x.zones))
			x.zones[c.zone] = zone
			x.add("z "+zone, c.zone)
		}
		for _, name := range spellings(c, english[c.id]) {
			x.add("p "+parsers.PlaceKey(name), region+" "+zone)
			if c.people >= large {
				x.add("l "+parsers.PlaceKey(name), "1")
			}
		}
		x.add("s "+region, zone)
		x.add("s "+c.iso, zone)
		x.add("c "+parsers.PlaceKey(c.country), c.iso)
		x.add("c "+strings.ToLower(c.iso), c.iso)
		if c.code == "" {
			continue
		}
		x.add("a "+parsers.PlaceKey(c.state), region)
		if c.iso == "US" {
			x.add("a "+strings.ToLower(c.code), region)
		}
	}
	for code, region := range provinces {
		x.add("a "+code, region)
	}
	for name, iso := range countries {
		x.add("c "+name, iso)
	}
	return x
}

func (x *index) add(key, value string) {
	if !strings.HasSuffix(key, " ") && !slices.Contains(x.lines[key], value) {
		x.lines[key] = append(x.lines[key], value)
	}
}

// spellings gives the names by which mail calls a city.
func spellings(c city, english string) []string {
	all := []string{c.name}
	if english != "" {
		all = append(all, english)
	}
	for _, name := range all[:len(all):len(all)] {
		for _, mark := range []string{" am ", " an der ", " im ", " (", " upon "} { // Frankfurt am Main
			if short, _, ok := strings.Cut(name, mark); ok {
				all = append(all, short)
			}
		}
	}
	switch c.id {
	case "5128581":
		all = append(all, "New York", "NYC")
	case "4140963":
		all = append(all, "Washington", "Washington DC")
	}
	return all
}

// missing are places that the list leaves out because they have no state.
var missing = []city{
	{name: "Singapore", iso: "SG", country: "Singapore", zone: "Asia/Singapore", people: 5_000_000},
	{name: "Gibraltar", iso: "GI", country: "Gibraltar", zone: "Europe/Gibraltar"},
}

// provinces are the codes that mail uses where the list has numbers.
var provinces = map[string]string{
	"ab": "CA.01", "bc": "CA.02", "mb": "CA.03", "nb": "CA.04", "nl": "CA.05", "ns": "CA.07", "on": "CA.08", "pe": "CA.09", "qc": "CA.10",
	"sk": "CA.11", "yt": "CA.12", "nt": "CA.13", "nu": "CA.14",
	"d c": "US.DC", "act": "AU.01", "nsw": "AU.02", "qld": "AU.04", "vic": "AU.07", "tas": "AU.06",
}

// countries are other names and codes that mail uses.
var countries = map[string]string{
	"usa": "US", "u s a": "US", "u s": "US", "united states of america": "US", "uk": "GB", "great britain": "GB", "england": "GB", "gbr": "GB", "u k": "GB",
	"deu": "DE", "fra": "FR", "nld": "NL", "the netherlands": "NL", "holland": "NL", "esp": "ES", "ita": "IT", "che": "CH", "aut": "AT",
	"bel": "BE", "swe": "SE", "nor": "NO", "dnk": "DK", "fin": "FI", "irl": "IE", "pol": "PL", "prt": "PT", "can": "CA", "mex": "MX",
	"bra": "BR", "aus": "AU", "nzl": "NZ", "jpn": "JP", "sgp": "SG", "hkg": "HK", "ind": "IN", "kor": "KR", "twn": "TW", "zaf": "ZA",
	"are": "AE", "uae": "AE", "cze": "CZ", "czech republic": "CZ", "czechia": "CZ", "hun": "HU", "rou": "RO", "bgr": "BG", "grc": "GR", "tur": "TR",
	"turkey": "TR", "ukr": "UA", "lux": "LU", "svk": "SK", "svn": "SI", "hrv": "HR", "est": "EE", "lva": "LV", "ltu": "LT",
	"republic of ireland": "IE",
}

func (x *index) write(w io.Writer) error {
	var lines []string
	for key, values := range x.lines {
		lines = append(lines, key+"\t"+strings.Join(values, ","))
	}
	slices.Sort(lines)
	out := bufio.NewWriter(w)
	for _, l := range lines {
		fmt.Fprintln(out, l)
	}
	return out.Flush()
}
