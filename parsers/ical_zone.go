package parsers

import (
	"slices"
	"strings"
	"time"
)

func sortTimes(all []time.Time) { slices.SortFunc(all, time.Time.Compare) }

// zone finds the zone of a TZID: an IANA name (also behind a vendor's prefix),
// a Windows name, the X-LIC-LOCATION of its VTIMEZONE, or the rules of its
// VTIMEZONE.
func (e *eventReading) zone(tzid string) (*time.Location, bool) {
	tzid = strings.TrimSpace(strings.Trim(tzid, `"`))
	if len(tzid) > 200 {
		return nil, false
	}
	if loc := zoneByID(tzid); loc != nil {
		return loc, true
	}
	props, ok := e.c.zones[tzid]
	if !ok {
		return nil, false
	}
	for _, p := range props {
		if p.name == "X-LIC-LOCATION" || p.name == "TZID" || p.name == "X-MICROSOFT-CDO-TZID" {
			if loc := zoneByID(strings.TrimSpace(p.value)); loc != nil {
				return loc, true
			}
		}
	}
	return zoneOfRules(tzid, props)
}

func zoneByID(id string) *time.Location {
	switch strings.ToUpper(id) {
	case "UTC", "GMT", "Z", "ETC/UTC", "ETC/GMT", "COORDINATED UNIVERSAL TIME":
		return time.UTC
	}
	if iana, ok := windowsZones[strings.ToLower(id)]; ok {
		return Place(iana)
	}
	if strings.HasPrefix(id, "/") { // "/mozilla.org/20050126_1/Europe/Berlin"
		if parts := strings.Split(id, "/"); len(parts) >= 3 {
			return ianaPlace(strings.Join(parts[len(parts)-2:], "/"))
		}
	}
	return ianaPlace(id)
}

// ianaPlace loads a zone whose name has the form of an IANA name.
func ianaPlace(name string) *time.Location {
	if !strings.Contains(name, "/") || strings.Contains(name, "..") || strings.HasPrefix(name, "/") {
		return nil
	}
	for _, c := range []byte(name) {
		if !isLetter(c) && !isDigit(c) && c != '/' && c != '_' && c != '-' && c != '+' {
			return nil
		}
	}
	return Place(name)
}
