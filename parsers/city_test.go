package parsers

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestCityZones(t *testing.T) {
	tests := []struct {
		place string
		zones string // empty: not known
	}{
		{"San Jose, CA", "America/Los_Angeles"},
		{"San José, Costa Rica", "America/Costa_Rica"},
		{"San Jose", "America/Costa_Rica America/Los_Angeles Asia/Manila"},
		{"Portland, ME", "America/New_York"},
		{"Portland, Oregon", "America/Los_Angeles"},
		{"Portland", "America/Chicago America/Los_Angeles America/New_York"},
		{"Kansas City", "America/Chicago"},
		{"Toronto, ON", "America/Toronto"},
		{"Toronto, Ontario, Canada", "America/Toronto"},
		{"London, UK", "Europe/London"},
		{"London", "America/Toronto Europe/London"},
		{"Frankfurt, Germany", "Europe/Berlin"},
		{"Frankfurt, DE", "Europe/Berlin"},
		{"FRANKFURT AM MAIN", "Europe/Berlin"},
		{"New York, NY, USA", "America/New_York"},
		{"Washington, DC", "America/New_York"},
		{"St. Louis, MO", "America/Chicago"},
		{"Saint Louis, Missouri", "America/Chicago"},
		{"Zurich, Switzerland", "Europe/Zurich"},
		{"Genève, CH", "Europe/Zurich"},
		{"Weehawken Point, NJ", "America/New_York"},       // the whole state
		{"Nowhere, Singapore", "Asia/Singapore"},          // the whole country
		{"Nowhere, DE", "America/New_York Europe/Berlin"}, // Delaware or Germany
		{"Ontario, OR", ""},                               // in the east of a divided state
		{"Nowhere, TX", ""},
		{"Singapore", "Asia/Singapore"},
		{"Chicago, Atlantis", ""},
		{"Nowhere", ""},
		{"Atlantis", ""}, // a town of that name is known, others may not be
		{"Atlantis, South Africa", "Africa/Johannesburg"},
		{"Chicago", "America/Chicago"},
		{"", ""},
		{", CA", ""},
		{strings.Repeat("a,", 100_000), ""},
	}
	for _, tt := range tests {
		t.Run(Clip(tt.place, 40), func(t *testing.T) {
			zones, err := CityZones(tt.place)
			slices.Sort(zones)
			if got := strings.Join(zones, " "); got != tt.zones {
				t.Errorf("got %q (%v), want %q", got, err, tt.zones)
			}
			if (err != nil) != (tt.zones == "") || err != nil && !errors.Is(err, ErrPlace) {
				t.Errorf("error %v", err)
			}
		})
	}
}

// TestCityIndex holds that every line can be found and every zone exists.
func TestCityIndex(t *testing.T) {
	if cityIndex == "" {
		t.Fatal("the gazetteer is empty")
	}
	for line := range strings.Lines(cityIndex) {
		key, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		kind, name, _ := strings.Cut(key, " ")
		if got, ok := cityLine(kind, name); !ok || got != value {
			t.Fatalf("%q is found as %q, %v", line, got, ok)
		}
		if kind != "z" {
			continue
		}
		if _, err := time.LoadLocation(value); err != nil {
			t.Errorf("zone %q: %v", value, err)
		}
	}
}

func BenchmarkCityZones(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := CityZones("San Jose, CA"); err != nil {
			b.Fatal(err)
		}
	}
}
