package metrics

import (
	"cmp"
	"context"
	"slices"

	"lineman/models"
)

// The limits of what is kept from one scrape to the next. A larger inventory is
// read anew each time.
const (
	maxKeptSeries = 250_000
	maxKeptBytes  = 64 << 20 // of the labels' values
)

// labelled are the series that an inventory has, without their values. They are
// not changed any more once they are made.
type labelled struct {
	stamp   string     // of the inventory
	labels  [][]string // of each series, in the order of the circuits
	sorted  []int      // the series in the order of their labels; nil while all have room
	members []member
	bytes   int
}

// member is a circuit whose status shows in a series.
type member struct {
	circuit string // ID
	series  int
}

type sample struct {
	labels []string
	value  float64
}

// read gives the series as the inventory stands, and the IDs of the circuits
// that are under active maintenance. The labels are made once for each state of
// the inventory.
func (c *circuits) read(ctx context.Context) (*labelled, map[string]bool, error) {
	had, stamp := c.kept.Load(), ""
	if had != nil {
		stamp = had.stamp
	}
	shown, err := c.o.Reader.ShownCircuits(ctx, models.ScopeAll, c.o.Now().UTC(), stamp)
	if err != nil {
		return nil, nil, err
	}
	if had != nil && shown.Unchanged {
		return had, shown.Active, nil
	}
	l := c.label(shown.Rows)
	l.stamp = shown.Stamp
	if l.stamp != "" && len(l.labels) <= maxKeptSeries && l.bytes <= maxKeptBytes {
		c.kept.Store(l)
	} else {
		c.kept.Store(nil)
	}
	return l, shown.Active, nil
}

// label merges rows with equal labels.
func (c *circuits) label(rows []models.CircuitStatus) *labelled {
	l := &labelled{labels: make([][]string, 0, len(rows)), members: make([]member, len(rows))}
	at := make(map[string]int, len(rows))
	texts := make([]string, len(c.paths)*len(rows))
	var key []byte
	for i := range rows {
		labels := texts[:len(c.paths):len(c.paths)]
		key = key[:0]
		for k, path := range c.paths {
			text, _ := resolve(&rows[i], path)
			labels[k] = value(text)
			key = append(append(key, labels[k]...), 0)
		}
		series, twice := at[string(key)]
		if !twice {
			series = len(l.labels)
			at[string(key)] = series
			l.labels, texts = append(l.labels, labels), texts[len(c.paths):]
			l.bytes += len(key)
		}
		l.members[i] = member{rows[i].Circuit.ID, series}
	}
	if len(l.labels) > c.o.MaxSeries {
		l.sorted = make([]int, len(l.labels))
		for i := range l.sorted {
			l.sorted[i] = i
		}
		slices.SortFunc(l.sorted, func(a, b int) int { return slices.Compare(l.labels[a], l.labels[b]) })
	}
	return l
}

// series gives the samples and how many have no room: of circuits with equal
// labels the worst value stands. Beyond the limit, circuits under maintenance
// go first.
func (l *labelled) series(active map[string]bool, limit int) ([]sample, int) {
	list := make([]sample, len(l.labels))
	for i, labels := range l.labels {
		list[i] = sample{labels, 1}
	}
	for _, m := range l.members {
		if active[m.circuit] {
			list[m.series].value = 2
		}
	}
	if l.sorted == nil {
		return list, 0
	}
	ordered := make([]sample, len(list))
	for i, series := range l.sorted {
		ordered[i] = list[series]
	}
	slices.SortStableFunc(ordered, func(a, b sample) int { return cmp.Compare(b.value, a.value) })
	return ordered[:limit], len(ordered) - limit
}
