package notify

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"lineman/models"
)

var days = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// clockTime is a time of day.
type clockTime struct{ hour, minute int }

func parseClock(text string) (clockTime, error) {
	t, err := time.Parse("15:04", text)
	if err != nil {
		return clockTime{}, models.Invalid("quiet_hours", "%q is no time of day; write it like 22:00", text)
	}
	return clockTime{t.Hour(), t.Minute()}, nil
}

// on gives the instant of a time of day on the date of t, in t's zone. A time
// that the clocks skip is as long after midnight as they show.
func (c clockTime) on(t time.Time, plus int) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day()+plus, c.hour, c.minute, 0, 0, t.Location())
}

// QuietUntil gives the end of the quiet hours that an instant is in; the zero
// time when it is in none.
func QuietUntil(r models.Rule, now time.Time) (time.Time, error) {
	if r.Quiet.From == "" {
		return time.Time{}, nil
	}
	zone, err := zoneOf(r)
	if err != nil {
		return time.Time{}, err
	}
	from, err := parseClock(r.Quiet.From)
	if err != nil {
		return time.Time{}, err
	}
	to, err := parseClock(r.Quiet.To)
	if err != nil {
		return time.Time{}, err
	}
	here := now.In(zone)
	for _, back := range []int{-1, 0} { // they may have begun yesterday
		start, end := from.on(here, back), to.on(here, back)
		if !end.After(start) {
			end = to.on(here, back+1)
		}
		if len(r.Quiet.Days) > 0 && !slices.Contains(r.Quiet.Days, days[start.Weekday()]) {
			continue
		}
		if !now.Before(start) && now.Before(end) {
			return end.UTC(), nil
		}
	}
	return time.Time{}, nil
}

func zoneOf(r models.Rule) (*time.Location, error) {
	name := r.Zone
	if name == "" {
		name = "UTC"
	}
	zone, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		return nil, models.Invalid("zone", "%q is no time zone; use a name such as UTC or Europe/Berlin", name)
	}
	return zone, nil
}

// digestZone is the schedule of a rule's digest, in its zone.
type digestSchedule struct {
	cron cron.Schedule
	zone *time.Location
}

// schedule reads the cron expression of a rule's digest.
func schedule(r models.Rule) (s digestSchedule, err error) {
	defer func() {
		if recover() != nil { // as the library does on some input
			err = models.Invalid("digest", "%q is no cron expression", r.Digest.Cron)
		}
	}()
	if s.zone, err = zoneOf(r); err != nil {
		return s, err
	}
	if strings.Contains(r.Digest.Cron, "TZ=") {
		return s, models.Invalid("digest", "%q names a zone; the rule's zone counts", r.Digest.Cron)
	}
	if s.cron, err = cron.ParseStandard(r.Digest.Cron); err != nil {
		return s, models.Invalid("digest", "%q is no cron expression: %v; write five fields such as 0 7 * * 1-5", r.Digest.Cron, err)
	}
	if s.cron.Next(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		return s, models.Invalid("digest", "%q never comes round", r.Digest.Cron)
	}
	return s, nil
}

// after gives the first time of the digest after an instant.
func (s digestSchedule) after(t time.Time) time.Time { return s.cron.Next(t.In(s.zone)).UTC() }

// last gives the last time of the digest in (from, to]; zero: there is none.
func (s digestSchedule) last(from, to time.Time) time.Time {
	var last time.Time
	for t, n := s.after(from), 0; !t.After(to) && n < 100_000; t, n = s.after(t), n+1 {
		last = t
	}
	return last
}

// Check reports the first thing in a rule that makes no sense, as an
// InputError.
func Check(r models.Rule) error {
	if _, err := zoneOf(r); err != nil {
		return err
	}
	if (r.Quiet.From == "") != (r.Quiet.To == "") {
		return models.Invalid("quiet_hours", "they need a beginning and an end; set both from and to")
	}
	if _, err := QuietUntil(r, time.Unix(0, 0)); err != nil {
		return err
	}
	if r.Quiet.From != "" && r.Quiet.From == r.Quiet.To {
		return models.Invalid("quiet_hours", "they begin and end at %s; leave them out, or mute the rule", r.Quiet.From)
	}
	for _, d := range r.Quiet.Days {
		if !slices.Contains(days, d) {
			return models.Invalid("quiet_hours", "%q is no day; use mon, tue, wed, thu, fri, sat or sun", d)
		}
	}
	if r.Digest.Cron != "" {
		if _, err := schedule(r); err != nil {
			return err
		}
	}
	switch {
	case r.Digest.Template != "" && r.Digest.Cron == "":
		return models.Invalid("digest", "a template without a time; set cron, for example 0 7 * * *")
	case !slices.Contains([]string{"", "digest", "handover"}, r.Digest.Template):
		return models.Invalid("digest", "%q is no template of a digest; use digest or handover", r.Digest.Template)
	case (r.Escalate.After > 0) != (r.Escalate.Rule != ""):
		return models.Invalid("escalate", "it needs both a time and a rule; set after and rule")
	case r.Destination == "":
		return models.Invalid("destination", "the rule says not where to; name a destination")
	case r.Name == "":
		return models.Invalid("name", "the rule has no name; give it one")
	}
	return checkFilter(r)
}

func checkFilter(r models.Rule) error {
	for _, k := range slices.Concat(r.Filter.Kinds, r.Urgent.Kinds) {
		if !slices.Contains(models.EventKinds, k) {
			return models.Invalid("kinds", "%q is no kind of event; use some of %s", k, join(models.EventKinds))
		}
	}
	for _, v := range r.Filter.Statuses {
		if !slices.Contains(models.RecordStatuses, v) {
			return models.Invalid("statuses", "%q is no status; use some of %s", v, join(models.RecordStatuses))
		}
	}
	for _, v := range r.Filter.Phases {
		if !slices.Contains(models.Phases, v) {
			return models.Invalid("phases", "%q is no phase; use some of %s", v, join(models.Phases))
		}
	}
	if v := r.Filter.MinImpact; v != "" && !slices.Contains(models.Impacts, v) {
		return models.Invalid("min_impact", "%q is no impact; use one of %s", v, join(models.Impacts))
	}
	for _, d := range r.Reminders {
		if d < time.Minute || d > 60*24*time.Hour {
			return models.Invalid("reminders", "%s is out of range; use 1m to 60d", span(d))
		}
	}
	if len(r.Reminders) > 10 {
		return models.Invalid("reminders", "more than ten; leave some out")
	}
	return nil
}

func join[T ~string](list []T) string {
	words := make([]string, len(list))
	for i, v := range list {
		words[i] = string(v)
	}
	return strings.Join(words, ", ")
}

// span writes a stretch of time as people say it: 7 days, 24 h, 45 min.
func span(d time.Duration) string {
	d = d.Round(time.Minute)
	const day = 24 * time.Hour
	switch {
	case d >= 2*day && d%day == 0:
		return fmt.Sprintf("%d days", d/day)
	case d >= 2*day:
		return fmt.Sprintf("%d days %d h", d/day, d%day/time.Hour)
	case d >= time.Hour && d%time.Hour == 0:
		return fmt.Sprintf("%d h", d/time.Hour)
	case d >= time.Hour:
		return fmt.Sprintf("%d h %d min", d/time.Hour, d%time.Hour/time.Minute)
	}
	return fmt.Sprintf("%d min", d/time.Minute)
}
