package config

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Notify are the settings of announcements. Without destinations and chat
// platforms nothing is announced.
type Notify struct {
	Destinations []Destination   `yaml:"destinations"`
	Rules        []NotifyRule    `yaml:"rules"` // none: everything to the one destination, if there is one
	QuietHours   NotifyQuiet     `yaml:"quiet_hours"`
	TimeZone     string          `yaml:"time_zone"` // of rules without one; empty: that of display
	Templates    NotifyTemplates `yaml:"templates"`
}

// NotifyTemplates are files in the place of the built-in templates.
type NotifyTemplates struct {
	Folder string `yaml:"folder"` // empty: the built-in ones
}

// NotifyRule is who is told what, and when.
type NotifyRule struct {
	Name         string         `yaml:"name"`
	Destination  string         `yaml:"destination"` // name of a destination
	Providers    []string       `yaml:"providers"`   // slugs
	Sites        []string       `yaml:"sites"`
	Circuits     []string       `yaml:"circuits"`
	CircuitTypes []string       `yaml:"circuit_types"`
	Tenants      []string       `yaml:"tenants"`
	Tags         []string       `yaml:"tags"`
	Statuses     []string       `yaml:"statuses"`
	MinImpact    string         `yaml:"min_impact"`
	Phases       []string       `yaml:"phases"`
	LeadTime     time.Duration  `yaml:"lead_time"`
	Kinds        []string       `yaml:"kinds"`
	Reminders    []string       `yaml:"reminders"` // such as 7d; default 7d, 24h, 1h
	TimeZone     string         `yaml:"time_zone"`
	QuietHours   NotifyQuiet    `yaml:"quiet_hours"` // empty: those of all rules
	Urgent       NotifyUrgent   `yaml:"urgent"`
	Digest       NotifyDigest   `yaml:"digest"`
	Escalate     NotifyEscalate `yaml:"escalate"`
}

// NotifyQuiet are hours of the day at which nothing but urgent events is told.
type NotifyQuiet struct {
	From string   `yaml:"from"`
	To   string   `yaml:"to"`
	Days []string `yaml:"days"` // mon … sun, on which they begin; none: all
	Off  bool     `yaml:"off"`  // of a rule: none, whatever holds for the others
}

// NotifyUrgent says what passes quiet hours and digests.
type NotifyUrgent struct {
	Within time.Duration `yaml:"within"`
	Kinds  []string      `yaml:"kinds"`
	Never  bool          `yaml:"never"`
}

// NotifyDigest collects what is not urgent.
type NotifyDigest struct {
	Cron     string `yaml:"cron"`
	Template string `yaml:"template"` // digest or handover
}

// NotifyEscalate sends an urgent event that nobody acknowledges to another rule.
type NotifyEscalate struct {
	After time.Duration `yaml:"after"`
	Rule  string        `yaml:"rule"`
}

// Words of rules. They are the vocabulary of the records, which this package
// does not know; a test holds the two together.
var (
	notifyKinds = []string{
		"new", "changed", "rescheduled", "cancelled", "completed", "conflict", "acknowledged", "reminder", "started", "ended", "overrun",
		"presumed-over", "overlap-found", "overlap-worse", "overlap-gone", "parse-failed", "unknown-provider", "unknown-circuit",
		"source-down", "source-up", "layout-drift", "provider-silent",
	}
	notifyStatuses = []string{"TENTATIVE", "CONFIRMED", "RE-SCHEDULED", "IN-PROCESS", "COMPLETED", "CANCELLED", "UNKNOWN"}
	notifyImpacts  = []string{"NO-IMPACT", "REDUCED-REDUNDANCY", "DEGRADED", "OUTAGE"}
	notifyPhases   = []string{"upcoming", "running", "overrun", "presumed-over", "closed"}
	notifyDays     = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}
)

func (d *decoder) notify(c Notify) {
	d.destinations("notify.destinations", c.Destinations)
	if c.TimeZone != "" {
		d.zone("notify.time_zone", c.TimeZone)
	}
	d.quiet("notify.quiet_hours", c.QuietHours)
	names := map[string]int{}
	for i, r := range c.Rules {
		key := fmt.Sprintf("notify.rules[%d]", i)
		d.present(key+".name", r.Name, "choose a name for the rule")
		if j, twice := names[r.Name]; twice && r.Name != "" {
			d.add(key+".name", "%q is also the name of notify.rules[%d]; choose another", r.Name, j)
		} else {
			names[r.Name] = i
		}
		d.rule(key, r, c)
	}
	for i, r := range c.Rules {
		if _, known := names[r.Escalate.Rule]; !known && r.Escalate.Rule != "" {
			d.add(fmt.Sprintf("notify.rules[%d].escalate.rule", i), "there is no rule called %q", r.Escalate.Rule)
		}
	}
}

func (d *decoder) rule(key string, r NotifyRule, c Notify) {
	known := slices.ContainsFunc(c.Destinations, func(t Destination) bool { return t.Name == r.Destination })
	if d.present(key+".destination", r.Destination, "name one of notify.destinations"); r.Destination != "" && !known {
		d.add(key+".destination", "there is no destination called %q; add it under notify.destinations", r.Destination)
	}
	d.oneOfEach(key+".kinds", r.Kinds, notifyKinds)
	d.oneOfEach(key+".statuses", r.Statuses, notifyStatuses)
	d.oneOfEach(key+".phases", r.Phases, notifyPhases)
	d.oneOfEach(key+".urgent.kinds", r.Urgent.Kinds, notifyKinds)
	if r.MinImpact != "" {
		d.oneOf(key+".min_impact", r.MinImpact, notifyImpacts...)
	}
	for name, list := range map[string][]string{"providers": r.Providers, "sites": r.Sites, "circuits": r.Circuits, "circuit_types": r.CircuitTypes, "tenants": r.Tenants, "tags": r.Tags} {
		d.words(key+"."+name, list)
	}
	for i, text := range r.Reminders {
		if span, err := parseDuration(text); err != nil || span < time.Minute || span > 60*day {
			d.add(fmt.Sprintf("%s.reminders[%d]", key, i), "must be a time span from 1m to 60d, not %q", text)
		}
	}
	if len(r.Reminders) > 10 {
		d.add(key+".reminders", "has more than ten; leave some out")
	}
	if r.TimeZone != "" {
		d.zone(key+".time_zone", r.TimeZone)
	}
	d.quiet(key+".quiet_hours", r.QuietHours)
	if r.Digest.Cron != "" {
		if strings.Contains(r.Digest.Cron, "TZ=") {
			d.add(key+".digest.cron", "names a zone; set time_zone of the rule instead")
		} else {
			d.cron(key+".digest.cron", r.Digest.Cron)
		}
	}
	if r.Digest.Template != "" {
		d.oneOf(key+".digest.template", r.Digest.Template, "digest", "handover")
		d.present(key+".digest.cron", r.Digest.Cron, "say when the digest is sent, for example 0 7 * * 1-5")
	}
	if (r.Escalate.After > 0) != (r.Escalate.Rule != "") {
		d.add(key+".escalate", "needs both after and rule")
	}
	if r.Urgent.Within < 0 || r.LeadTime < 0 || r.Escalate.After < 0 {
		d.add(key, "has a time span below zero")
	}
}

// oneOfEach checks that every entry is one of the allowed words.
func (d *decoder) oneOfEach(key string, list, allowed []string) {
	for i, v := range list {
		d.oneOf(fmt.Sprintf("%s[%d]", key, i), v, allowed...)
	}
}

func (d *decoder) quiet(key string, q NotifyQuiet) {
	if (q.From == "") != (q.To == "") {
		d.add(key, "need both from and to")
	}
	for name, text := range map[string]string{"from": q.From, "to": q.To} {
		if _, err := time.Parse("15:04", text); text != "" && err != nil {
			d.add(key+"."+name, "%q is no time of day; write it like 22:00", text)
		}
	}
	if q.From != "" && q.From == q.To {
		d.add(key, "begin and end at %s; leave them out", q.From)
	}
	d.oneOfEach(key+".days", q.Days, notifyDays)
}

// Reminder reads one of a rule's reminders; 0 where it was not checked.
func Reminder(text string) time.Duration {
	span, err := parseDuration(text)
	if err != nil {
		return 0
	}
	return span
}
