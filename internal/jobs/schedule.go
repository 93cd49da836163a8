package jobs

import (
	"fmt"
	"strings"
	"time"

	"github.com/riverqueue/river"
	"github.com/robfig/cron/v3"

	"lineman/models"
)

// Schedule says when a source is polled: five cron fields or @every, in UTC
// unless the expression starts with CRON_TZ=Zone.
type Schedule struct {
	Source string
	Cron   string
}

// utcSchedule asks a cron schedule in UTC, so that an expression without a
// zone never means the machine's.
type utcSchedule struct{ cron.Schedule }

// Next gives the first run after current.
func (s utcSchedule) Next(current time.Time) time.Time { return s.Schedule.Next(current.UTC()).UTC() }

func parseSchedule(s Schedule, now time.Time) (river.PeriodicSchedule, error) {
	if s.Source == "" {
		return nil, models.Invalid("schedule", "%q names no source", s.Cron)
	}
	field := fmt.Sprintf("schedule of source %q", s.Source)
	if zone, _, _ := strings.Cut(s.Cron, " "); strings.HasSuffix(zone, "=Local") {
		return nil, models.Invalid(field, "%q depends on this machine's time zone; name the zone", s.Cron)
	}
	parsed, err := cron.ParseStandard(s.Cron)
	if err != nil {
		return nil, models.Invalid(field, "%q is no cron expression: %v", s.Cron, err)
	}
	schedule := utcSchedule{parsed}
	if schedule.Next(now).IsZero() {
		return nil, models.Invalid(field, "%q never comes round", s.Cron)
	}
	return schedule, nil
}

// Rounds gives for any instant when a schedule comes round after it; zero: it
// does no more. An InputError where the schedule is wrong.
func Rounds(s Schedule) (next func(time.Time) time.Time, err error) {
	schedule, err := parseSchedule(s, time.Unix(0, 0))
	if err != nil {
		return nil, err
	}
	return schedule.Next, nil
}

// periodic lists what the elected leader enqueues: a poll for each source by
// its schedule, the comparison with its ledger, the sync of each inventory, the
// sweep, the findings that are due, drifts, and retention.
func periodic(schedules, syncs []Schedule, now time.Time) ([]*river.PeriodicJob, error) {
	retain, err := cron.ParseStandard(retainAt)
	if err != nil {
		return nil, fmt.Errorf("schedule of retention: %w", err)
	}
	jobs := []*river.PeriodicJob{river.NewPeriodicJob(
		river.PeriodicInterval(sweepEvery),
		func() (river.JobArgs, *river.InsertOpts) { return sweepArgs{}, insertOpts(models.JobSweep) },
		nil,
	), river.NewPeriodicJob(
		river.PeriodicInterval(findingsEvery),
		func() (river.JobArgs, *river.InsertOpts) { return findingsArgs{}, insertOpts(models.JobFindings) },
		nil,
	), river.NewPeriodicJob(
		river.PeriodicInterval(driftEvery),
		func() (river.JobArgs, *river.InsertOpts) { return driftArgs{}, insertOpts(models.JobDrift) },
		nil,
	), river.NewPeriodicJob(
		river.PeriodicInterval(clockEvery),
		func() (river.JobArgs, *river.InsertOpts) { return clockArgs{}, insertOpts(models.JobClock) },
		nil,
	), river.NewPeriodicJob(
		utcSchedule{retain},
		func() (river.JobArgs, *river.InsertOpts) { return retainArgs{}, insertOpts(models.JobRetain) },
		nil,
	)}
	seen := map[string]bool{}
	for _, s := range schedules {
		schedule, err := parseSchedule(s, now)
		if err != nil {
			return nil, err
		}
		if seen[s.Source] {
			return nil, models.Invalid("schedule", "source %q has two", s.Source)
		}
		seen[s.Source] = true
		jobs = append(jobs, river.NewPeriodicJob(schedule,
			func() (river.JobArgs, *river.InsertOpts) {
				return pollArgs{Source: s.Source}, insertOpts(models.JobPoll)
			}, nil), river.NewPeriodicJob(river.PeriodicInterval(reconcileEvery),
			func() (river.JobArgs, *river.InsertOpts) {
				return reconcileArgs{Source: s.Source}, insertOpts(models.JobReconcile)
			}, nil))
	}
	more, err := periodicSyncs(syncs, now)
	return append(jobs, more...), err
}

func periodicSyncs(syncs []Schedule, now time.Time) ([]*river.PeriodicJob, error) {
	var jobs []*river.PeriodicJob
	for _, s := range syncs {
		schedule, err := parseSchedule(s, now)
		if err != nil {
			return nil, err
		}
		jobs = append(jobs, river.NewPeriodicJob(schedule,
			func() (river.JobArgs, *river.InsertOpts) {
				return syncArgs{Inventory: s.Source}, insertOpts(models.JobSync)
			}, nil))
	}
	return jobs, nil
}
