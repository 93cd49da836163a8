package destination

import (
	"strings"
	"time"

	"lineman/models"
)

// zoneOf is the zone of a rule; UTC where it names none that is known.
func zoneOf(r models.Rule) *time.Location {
	zone, err := time.LoadLocation(r.Zone)
	if err != nil || r.Zone == "Local" {
		return time.UTC
	}
	return zone
}

// shorten cuts a text to a number of characters, and says so.
func shorten(text string, most int) string {
	if len(text) <= most {
		return text
	}
	runes := []rune(strings.ToValidUTF8(text, "\uFFFD"))
	if len(runes) <= most {
		return text
	}
	return string(runes[:most-1]) + "…"
}
