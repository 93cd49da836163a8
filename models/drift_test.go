package models_test

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lineman/models"
)

// driftDay is a Tuesday.
var driftDay = time.Date(2026, 3, 3, 9, 0, 0, 0, time.UTC)

// history makes a mail a day for each letter, the last one on driftDay: g was
// read by the layout a, G by b, c by a without circuits, f could not be read, F
// by b, i is no notice, s was skipped; a dot is a day without mail.
func history(days string) []models.MailTrace {
	var all []models.MailTrace
	for i, c := range days {
		t := models.MailTrace{ID: strconv.Itoa(1000 + i), Received: driftDay.AddDate(0, 0, i-len(days)+1), Format: "lumen/a", Fields: []string{"circuit_id", "start"}}
		switch c {
		case 'g':
			t.State = models.StateParsed
		case 'G':
			t.State, t.Format = models.StateDuplicate, "lumen/b"
		case 'c':
			t.State, t.Fields = models.StateParsed, []string{"start"}
		case 'f':
			t.State, t.Format, t.Fields = models.StateParsingFailed, "", nil
		case 'F':
			t.State, t.Format, t.Fields = models.StateQuarantined, "lumen/b", nil
		case 'i':
			t.State, t.Format, t.Fields = models.StateIgnored, "", nil
		case 's':
			t.State = models.StateSkipped
		case '.':
			continue
		}
		all = append(all, t)
	}
	return all
}

func times(s string, n int) string { return strings.Repeat(s, n) }

func TestDrifts(t *testing.T) {
	tests := map[string]struct {
		days   string
		silent int // days after the last mail up to which mailboxes were read
		want   []string
	}{
		"nothing":                      {"", 0, nil},
		"all is well":                  {times("g", 40), 1, nil},
		"four of the last five":        {times("g", 20) + "ffgff", 0, []string{"4 of the last 5 of Lumen failed since Friday, 2026-02-27"}},
		"the last four":                {times("g", 20) + "gffff", 0, []string{"4 of the last 5 of Lumen failed since Saturday, 2026-02-28"}},
		"one was read again":           {times("g", 20) + "ffffg", 0, []string{"4 of the last 5 of Lumen failed since Friday, 2026-02-27"}},
		"three of the last five":       {times("g", 20) + "ffgfg", 0, nil},
		"a longer run":                 {times("g", 20) + times("f", 12), 0, []string{"12 of the last 12 of Lumen failed since Friday, 2026-02-20"}},
		"no notices in between":        {times("g", 20) + "fififif", 0, []string{"4 of the last 5 of Lumen failed since Wednesday, 2026-02-25"}},
		"too little before":            {times("g", 9) + "fffff", 0, nil},
		"it never could be read":       {times("gf", 20) + "fffff", 0, nil},
		"a few failed before":          {times("ggggf", 8) + times("g", 4) + "fffff", 0, []string{"5 of the last 5 of Lumen failed since Friday, 2026-02-27"}},
		"one layout of two":            {times("gG", 20) + times("gF", 5), 0, []string{"5 of the last 5 of Lumen (lumen/b) failed since Monday, 2026-02-23"}},
		"a field is gone":              {times("g", 30) + "ccgcc", 0, []string{"4 of the last 5 of Lumen (lumen/a) have no circuit_id since Friday, 2026-02-27, which they usually had"}},
		"a field that came and went":   {times("gc", 30) + "ccccc", 0, nil},
		"a field, too little before":   {times("g", 19) + "ccccc", 0, nil},
		"silence":                      {times("g....", 14) + "g", 60, []string{"no mail from Lumen for 60 days, normally 6 a month"}},
		"silence, not long enough":     {times("g....", 14) + "g", 29, nil},
		"silence, of a seldom one":     {times("g"+times(".", 39), 8) + "g", 100, nil},
		"long silence, of a seldom":    {times("g"+times(".", 39), 8) + "g", 260, []string{"no mail from Lumen for 260 days, normally one in 40 days"}},
		"silence, but there were such": {times("g....", 7) + times(".", 50) + times("g....", 7) + "g", 60, nil},
		"silence, after too few":       {times("g"+times(".", 19), 4) + "g", 200, nil},
		"it is over for a year":        {times("g....", 14) + "g", 366, nil},
		"skipped mail is no mail":      {times("g....", 14) + "g" + times("s", 40), 20, []string{"no mail from Lumen for 60 days, normally 6 a month"}},
		"failing and then silent":      {times("g....", 14) + "fffff", 60, []string{"5 of the last 5 of Lumen failed since Friday, 2026-02-27", "no mail from Lumen for 60 days, normally 7 a month"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, d := range models.DriftsOf(history(test.days), driftDay.AddDate(0, 0, test.silent)) {
				d.Name = "Lumen"
				got = append(got, d.Text())
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	if got := models.DriftsOf(history(times("g....", 14)+"g"), time.Time{}); len(got) > 0 {
		t.Errorf("nobody knows whether mailboxes were read: %v", got)
	}
}

// TestDriftProperties holds for histories of any kind: the order of the mails
// and the date of all do not count, a drift is told with what it says, and
// enough mail that is read ends every failure.
func TestDriftProperties(t *testing.T) {
	for seed := range uint64(300) {
		random := rand.New(rand.NewPCG(seed, 7))
		var days strings.Builder
		letters := []string{"gggggggggc", "gG", "gggf", "ffffg", "gfGFi.s", "g....", "c"}
		for range 1 + random.IntN(4) {
			kind := letters[random.IntN(len(letters))]
			for range random.IntN(40) {
				days.WriteByte(kind[random.IntN(len(kind))])
			}
		}
		traces := history(days.String())
		read := driftDay.AddDate(0, 0, random.IntN(200))
		want := models.DriftsOf(traces, read)

		mixed := append([]models.MailTrace(nil), traces...)
		random.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		if diff := cmp.Diff(want, models.DriftsOf(mixed, read)); diff != "" {
			t.Fatalf("seed %d: another order: %s", seed, diff)
		}
		for i := range mixed {
			mixed[i].Received = mixed[i].Received.Add(1000 * time.Hour)
		}
		moved := models.DriftsOf(mixed, read.Add(1000*time.Hour))
		for i := range moved {
			moved[i].Since, moved[i].Until = moved[i].Since.Add(-1000*time.Hour), moved[i].Until.Add(-1000*time.Hour)
		}
		if diff := cmp.Diff(want, moved); diff != "" {
			t.Fatalf("seed %d: at another time: %s", seed, diff)
		}
		keys := map[string]bool{}
		for _, d := range want {
			checkDrift(t, seed, d, traces)
			if keys[d.Key()] {
				t.Fatalf("seed %d: %s is told twice", seed, d.Key())
			}
			keys[d.Key()] = true
		}
		for _, d := range models.DriftsOf(history(days.String()+"ggGGggGGggGG"), driftDay) {
			if d.Kind != models.DriftField {
				t.Fatalf("seed %d: %s, after a dozen mails that were read", seed, d.Text())
			}
		}
	}
}

func checkDrift(t *testing.T, seed uint64, d models.Drift, traces []models.MailTrace) {
	t.Helper()
	if d.Kind == models.DriftSilent {
		if d.Monthly <= 0 || d.Until.Sub(d.Since) < 14*24*time.Hour {
			t.Fatalf("seed %d: %+v", seed, d)
		}
		return
	}
	if d.Of < 5 || 5*d.Wrong < 4*d.Of {
		t.Fatalf("seed %d: %+v is not wrong enough", seed, d)
	}
	wrong := 0
	for _, m := range traces {
		bad := m.State == models.StateParsingFailed || m.State == models.StateQuarantined
		if d.Kind == models.DriftField {
			bad = m.Format == d.Format && m.State != models.StateSkipped && len(m.Fields) > 0 && m.Fields[0] != d.Field
		}
		if bad && !m.Received.Before(d.Since) && (d.Format == "" || m.Format == d.Format) {
			wrong++
		}
	}
	if wrong != d.Wrong {
		t.Fatalf("seed %d: %+v, but %d went wrong since", seed, d, wrong)
	}
}
