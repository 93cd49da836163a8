package models

import "time"

// Backlog is what waits to be done, for metrics.
type Backlog struct {
	Mails  Waiting            // kept and not read yet
	Labels map[string]Waiting // messages whose labels are due, by the sources that were asked for; those without any are left out
}

// Waiting is a number of things that wait, and since when the oldest does.
type Waiting struct {
	Count  int64
	Oldest time.Time // zero: nothing waits
}
