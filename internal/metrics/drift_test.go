package metrics_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lineman/internal/metrics"
	"lineman/models"
)

// TestDrifts holds that drifts are counted by provider and kind, that many
// providers make no endless page, and that a failure to read them is told.
func TestDrifts(t *testing.T) {
	show := func(drifts []models.Drift, err error) string {
		text := scrape(t, &memory{}, func(o *metrics.Options) {
			o.Drifts = func(context.Context) ([]models.Drift, error) { return drifts, err }
		})
		var lines []string
		for line := range strings.Lines(only(text, "lineman_")) {
			if strings.HasPrefix(line, "lineman_mail_drifts{") || strings.HasPrefix(line, "lineman_collector_up{") && strings.Contains(line, "drifts") {
				lines = append(lines, strings.TrimSpace(line))
			}
		}
		return strings.Join(lines, "\n")
	}
	got := show([]models.Drift{
		{Kind: models.DriftFailing, Provider: "lumen", Format: "lumen/a"}, {Kind: models.DriftFailing, Provider: "lumen", Format: "lumen/b"},
		{Kind: models.DriftSilent, Provider: "ntt\xff\n"},
	}, nil)
	if diff := cmp.Diff(`lineman_collector_up{collector="drifts"} 1
lineman_mail_drifts{kind="failing",provider="lumen"} 2
lineman_mail_drifts{kind="silent",provider="ntt`+"\uFFFD"+`\n"} 1`, got); diff != "" {
		t.Error(diff)
	}
	var many []models.Drift
	for i := range 1000 {
		many = append(many, models.Drift{Kind: models.DriftSilent, Provider: fmt.Sprint("p", i)})
	}
	got = show(many, nil)
	if n := strings.Count(got, "lineman_mail_drifts{"); n != 201 || !strings.Contains(got, `lineman_mail_drifts{kind="silent",provider="(other)"} 800`) {
		t.Errorf("%d series of 1,000 drifts", n)
	}
	if got := show(nil, errors.New("away")); got != `lineman_collector_up{collector="drifts"} 0` {
		t.Errorf("where they cannot be read: %s", got)
	}
}
