package jobs

import (
	"time"

	"github.com/riverqueue/river"

	"lineman/models"
)

// River's queues: what waits for other machines must not hold up what needs
// this one's processor.
const (
	queueNetwork = "network"
	queueWork    = "work"
	queueNotify  = "notify" // a destination that hangs keeps one of its workers
)

// policy is how jobs of one kind are run.
type policy struct {
	queue    string
	timeout  time.Duration
	attempts int
	backoff  time.Duration // before the second attempt; doubles, up to maxBackoff
	single   bool          // at most one equal job waits
}

const (
	// minBackoff is above the five seconds under which River puts a failed job
	// straight back to "available", where it could collide with a waiting one.
	minBackoff = 10 * time.Second
	maxBackoff = time.Hour

	longestTimeout = 5 * time.Minute
	syncTimeout    = 30 * time.Minute // River rescues no job before its own timeout
	rescueAfter    = 2 * longestTimeout
	keepCompleted  = 10 * time.Minute
	sweepEvery     = time.Minute
	findingsEvery  = time.Minute
	driftEvery     = time.Hour
	clockEvery     = time.Minute
	proposeEvery   = time.Minute
	reconcileEvery = time.Hour
	retainAt       = "17 3 * * *"           // a fixed hour, so that restarts do not put it off for ever
	fetchEvery     = 100 * time.Millisecond // on SQLite, where an insert in a transaction wakes nobody

	// A fetch takes no more jobs than there are idle workers, and this long
	// passes between two: with few workers it is the limit of jobs a second.
	fetchPause = 20 * time.Millisecond
)

// policies has an entry for every kind of job. A poll is tried three times
// only: its schedule is its real retry, and a mail server that refuses a
// password locks the account of whoever insists.
var policies = map[models.JobKind]policy{
	models.JobPoll:      {queue: queueNetwork, timeout: longestTimeout, attempts: 3, backoff: 30 * time.Second, single: true},
	models.JobLabel:     {queue: queueNetwork, timeout: longestTimeout, attempts: 10, backoff: minBackoff, single: true},
	models.JobSweep:     {queue: queueNetwork, timeout: time.Minute, attempts: 1, backoff: minBackoff, single: true},
	models.JobRetain:    {queue: queueWork, timeout: longestTimeout, attempts: 1, backoff: minBackoff, single: true},
	models.JobFindings:  {queue: queueWork, timeout: longestTimeout, attempts: 1, backoff: minBackoff, single: true},
	models.JobDrift:     {queue: queueWork, timeout: longestTimeout, attempts: 1, backoff: minBackoff, single: true},
	models.JobReconcile: {queue: queueNetwork, timeout: longestTimeout, attempts: 1, backoff: minBackoff, single: true},
	models.JobSync:      {queue: queueNetwork, timeout: syncTimeout, attempts: 1, backoff: minBackoff, single: true},
	models.JobRoute:     {queue: queueNotify, timeout: longestTimeout, attempts: 10, backoff: minBackoff, single: true},
	models.JobDeliver:   {queue: queueNotify, timeout: longestTimeout, attempts: 1, backoff: minBackoff, single: true},
	models.JobClock:     {queue: queueNotify, timeout: time.Minute, attempts: 1, backoff: minBackoff, single: true},
	models.JobPropose:   {queue: queueNetwork, timeout: longestTimeout, attempts: 1, backoff: minBackoff, single: true},
	models.JobProcess:   {queue: queueWork, timeout: longestTimeout, attempts: 10, backoff: minBackoff},
}

// jobArgs are a job as River keeps it: one Go type for each kind.
type jobArgs interface {
	river.JobArgs
	job() models.Job
}

type pollArgs struct {
	Source string `json:"source"`
}

func (pollArgs) Kind() string      { return string(models.JobPoll) }
func (a pollArgs) job() models.Job { return models.Job{Kind: models.JobPoll, Source: a.Source} }

type labelArgs struct {
	Source string `json:"source"`
}

func (labelArgs) Kind() string      { return string(models.JobLabel) }
func (a labelArgs) job() models.Job { return models.Job{Kind: models.JobLabel, Source: a.Source} }

type sweepArgs struct{}

func (sweepArgs) Kind() string    { return string(models.JobSweep) }
func (sweepArgs) job() models.Job { return models.Job{Kind: models.JobSweep} }

type reconcileArgs struct {
	Source string `json:"source"`
}

func (reconcileArgs) Kind() string { return string(models.JobReconcile) }
func (a reconcileArgs) job() models.Job {
	return models.Job{Kind: models.JobReconcile, Source: a.Source}
}

type syncArgs struct {
	Inventory string `json:"inventory"`
}

func (syncArgs) Kind() string      { return string(models.JobSync) }
func (a syncArgs) job() models.Job { return models.Job{Kind: models.JobSync, Source: a.Inventory} }

type retainArgs struct{}

func (retainArgs) Kind() string    { return string(models.JobRetain) }
func (retainArgs) job() models.Job { return models.Job{Kind: models.JobRetain} }

type findingsArgs struct{}

func (findingsArgs) Kind() string    { return string(models.JobFindings) }
func (findingsArgs) job() models.Job { return models.Job{Kind: models.JobFindings} }

type driftArgs struct{}

func (driftArgs) Kind() string    { return string(models.JobDrift) }
func (driftArgs) job() models.Job { return models.Job{Kind: models.JobDrift} }

type processArgs struct {
	RawIDs []string `json:"raw_ids"`
}

func (processArgs) Kind() string { return string(models.JobProcess) }
func (a processArgs) job() models.Job {
	return models.Job{Kind: models.JobProcess, RawIDs: a.RawIDs}
}

type routeArgs struct{}

func (routeArgs) Kind() string    { return string(models.JobRoute) }
func (routeArgs) job() models.Job { return models.Job{Kind: models.JobRoute} }

type deliverArgs struct {
	Destination string `json:"destination"`
}

func (deliverArgs) Kind() string { return string(models.JobDeliver) }
func (a deliverArgs) job() models.Job {
	return models.Job{Kind: models.JobDeliver, Source: a.Destination}
}

type clockArgs struct{}

func (clockArgs) Kind() string    { return string(models.JobClock) }
func (clockArgs) job() models.Job { return models.Job{Kind: models.JobClock} }

type proposeArgs struct{}

func (proposeArgs) Kind() string    { return string(models.JobPropose) }
func (proposeArgs) job() models.Job { return models.Job{Kind: models.JobPropose} }

// argsOf turns a job into what River keeps; an error names what is missing.
func argsOf(job models.Job) (jobArgs, error) {
	switch job.Kind {
	case models.JobPoll, models.JobLabel, models.JobReconcile, models.JobSync, models.JobDeliver:
		if job.Source == "" {
			return nil, models.Invalid(string(job.Kind)+" job", "it names no source")
		}
		switch job.Kind {
		case models.JobPoll:
			return pollArgs{Source: job.Source}, nil
		case models.JobReconcile:
			return reconcileArgs{Source: job.Source}, nil
		case models.JobSync:
			return syncArgs{Inventory: job.Source}, nil
		case models.JobDeliver:
			return deliverArgs{Destination: job.Source}, nil
		}
		return labelArgs{Source: job.Source}, nil
	case models.JobSweep:
		return sweepArgs{}, nil
	case models.JobRetain:
		return retainArgs{}, nil
	case models.JobFindings:
		return findingsArgs{}, nil
	case models.JobDrift:
		return driftArgs{}, nil
	case models.JobRoute:
		return routeArgs{}, nil
	case models.JobClock:
		return clockArgs{}, nil
	case models.JobPropose:
		return proposeArgs{}, nil
	case models.JobProcess:
		if len(job.RawIDs) == 0 {
			return nil, models.Invalid("process job", "it names no raw mail")
		}
		return processArgs{RawIDs: job.RawIDs}, nil
	}
	return nil, models.Invalid("job", "%q is not a known kind", job.Kind)
}

// retryPolicy says when a failed job is tried again.
type retryPolicy struct{ now func() time.Time }

// after is the pause before the attempt that follows attempt number n of the
// job id: the kind's backoff, doubled each time, and up to a tenth more so that
// jobs that failed together do not come back together.
func after(kind models.JobKind, n int, id int64) time.Duration {
	d := max(policies[kind].backoff, minBackoff)
	for ; n > 1 && d < maxBackoff; n-- {
		d *= 2
	}
	d = min(d, maxBackoff)
	return d + d/100*time.Duration(id%10)
}
