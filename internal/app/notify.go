package app

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"lineman/chatops/platform"
	"lineman/internal/config"
	"lineman/models"
	"lineman/notify"
	"lineman/notify/destination"
)

// announcer is what announces: nil where nothing is to be told to.
type announcer struct {
	options   destination.Options
	router    *notify.Router
	courier   *notify.Courier
	clock     *notify.Clock
	templates *notify.Templates
	desk      *notify.Desk
	rules     []models.Rule
	targets   map[string]notify.Target // the configured ones by name
}

// announces reports whether there is anybody to be told: a destination, or a
// chat platform where people can subscribe.
func announces(c config.Config) bool {
	return len(c.Notify.Destinations) > 0 || slices.ContainsFunc(platform.All(), func(m platform.Member) bool {
		return m.Open != nil && m.Configured(c.ChatOps.Platforms)
	})
}

// openNotify makes the rooms of announcements. An InputError when settings or
// templates do not fit.
func (a *App) openNotify() error {
	if !announces(a.Config) {
		return nil
	}
	n := &announcer{targets: map[string]notify.Target{}}
	var err error
	if n.rules, err = a.configuredRules(); err != nil {
		return err
	}
	n.templates, err = notify.NewTemplates(notify.TemplateOptions{
		Folder: a.Config.Notify.Templates.Folder, Logger: a.Logger,
		Handover: func(ctx context.Context, scope models.Scope, now time.Time) (notify.Handover, error) {
			return notify.ReadHandover(ctx, a.store, notify.Handing{Rules: a.habits.of, Sources: a.sourceTold}, scope, now)
		},
	})
	if err != nil {
		return err
	}
	var names []string
	for _, c := range a.Config.Notify.Destinations {
		names = append(names, c.Name)
	}
	o := notify.Options{
		Names: names, Rules: n.rules, Target: n.target, Same: n.same, PhaseRules: a.habits.of, Busy: a.store.BackfillWaiting,
		Counted: a.counted.Delivered, Sources: a.sourceTold, Now: a.Now, Logger: a.Logger, Step: fault(),
	}
	n.router = notify.NewRouter(o, a.store)
	n.courier = notify.NewCourier(o, a.store, n.templates, owner(), dead)
	n.clock = notify.NewClock(o, a.store)
	n.desk = notify.NewDesk(o, a.store, n.router, n.templates, a.zoneOfRules())
	a.announcer = n // the commands of chat need it
	return a.openDestinations(n)
}

// openDestinations makes the configured destinations, with the platforms of
// chat.
func (a *App) openDestinations(n *announcer) error {
	chats, err := a.openChat()
	if err != nil {
		return err
	}
	n.options = destination.Options{Now: a.Now, PublicURL: a.Config.HTTP.PublicURL, Version: a.Version}
	for _, p := range chats.platforms {
		if s, speaks := p.(platform.Sender); speaks {
			n.options.Senders = append(n.options.Senders, s)
		}
	}
	if chats.dispatcher != nil {
		n.options.Buttons = chats.dispatcher
	}
	for i, c := range a.Config.Notify.Destinations {
		target, err := destination.New(n.options, c)
		if err != nil {
			return models.Invalid(fmt.Sprintf("notify.destinations[%d]", i), "%v", err)
		}
		if c.Kind() == config.DestinationChat {
			target.Address = c.Chat.Platform + ":" + c.Chat.Channel
			if c.Chat.User != "" {
				target.Address = c.Chat.Platform + ":@" + c.Chat.User
			}
		}
		n.targets[c.Name] = target
	}
	return nil
}

// target finds a destination: a configured one, or a channel or user of a chat
// platform, written PLATFORM:CHANNEL or PLATFORM:@USER.
func (n *announcer) target(name string) (notify.Target, error) {
	if t, known := n.targets[name]; known {
		return t, nil
	}
	slug, channel, is := strings.Cut(name, ":")
	if !is {
		return notify.Target{}, models.Invalid("destination", "there is no destination called %q; add it under notify.destinations", name)
	}
	c := config.Destination{Name: name, Chat: config.ChatDestination{Platform: slug, Channel: channel}}
	if user, direct := strings.CutPrefix(channel, "@"); direct {
		c.Chat.Channel, c.Chat.User = "", user
	}
	t, err := destination.New(n.options, c)
	if err != nil {
		return notify.Target{}, models.Invalid("destination", "%v", err)
	}
	return t, nil
}

// same names the configured destinations at a chat address.
func (n *announcer) same(address string) []string {
	var names []string
	for name, t := range n.targets {
		if t.Address == address && name != address {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// configuredRules are those of the file; without any, everything goes to the
// first destination that people read.
func (a *App) configuredRules() ([]models.Rule, error) {
	list := a.Config.Notify.Rules
	if to := firstDestination(a.Config.Notify.Destinations); len(list) == 0 && to != "" {
		list = []config.NotifyRule{{Name: "everything", Destination: to}}
	}
	var rules []models.Rule
	for i, c := range list {
		r := a.rule(c)
		if err := notify.Check(r); err != nil {
			return nil, models.Invalid(fmt.Sprintf("notify.rules[%d]", i), "%v", err)
		}
		rules = append(rules, r)
	}
	return rules, nil
}

// sourceTold reports whether people are told of a source's trouble: of those
// that are configured, and not in shadow.
func (a *App) sourceTold(name string) bool {
	return slices.ContainsFunc(a.Config.Sources, func(s config.Source) bool { return s.Name == name && s.Mode != "shadow" })
}

func firstDestination(list []config.Destination) string {
	machine := map[string]bool{}
	for _, m := range destination.All() {
		machine[m.Kind] = m.Machine
	}
	for _, programs := range []bool{false, true} {
		for _, c := range list {
			if machine[c.Kind()] == programs {
				return c.Name
			}
		}
	}
	return ""
}

// zoneOfRules is the zone of rules that name none.
func (a *App) zoneOfRules() string {
	if zone := a.Config.Notify.TimeZone; zone != "" {
		return zone
	}
	return a.Config.Display.TimeZone
}

// rule turns a configured rule into one of the records.
func (a *App) rule(c config.NotifyRule) models.Rule {
	r := models.Rule{
		ID: "config:" + c.Name, Name: c.Name, From: models.RuleFromConfig, Scope: models.ScopeAll, Destination: c.Destination,
		Filter: models.RuleFilter{
			Providers: c.Providers, Sites: c.Sites, Circuits: c.Circuits, CircuitTypes: c.CircuitTypes, Tenants: c.Tenants, Tags: c.Tags,
			Statuses: as[models.Status](c.Statuses), MinImpact: models.Impact(c.MinImpact), Phases: as[models.Phase](c.Phases),
			LeadTime: c.LeadTime, Kinds: as[models.EventKind](c.Kinds),
		},
		Zone: c.TimeZone, Quiet: quietHours(c.QuietHours),
		Urgent:   models.UrgentRules{Within: c.Urgent.Within, Kinds: as[models.EventKind](c.Urgent.Kinds), Never: c.Urgent.Never},
		Digest:   models.DigestPlan{Cron: c.Digest.Cron, Template: c.Digest.Template},
		Escalate: models.Escalation{After: c.Escalate.After, Rule: c.Escalate.Rule},
	}
	if r.Zone == "" {
		r.Zone = a.zoneOfRules()
	}
	if r.Quiet.From == "" && !c.QuietHours.Off {
		r.Quiet = quietHours(a.Config.Notify.QuietHours)
	}
	for _, text := range c.Reminders {
		r.Reminders = append(r.Reminders, config.Reminder(text))
	}
	if c.Reminders == nil {
		r.Reminders = models.DefaultReminders
	}
	return r
}

func quietHours(q config.NotifyQuiet) models.QuietHours {
	if q.Off {
		return models.QuietHours{}
	}
	return models.QuietHours{From: q.From, To: q.To, Days: q.Days}
}

func as[T ~string](words []string) []T {
	var all []T
	for _, w := range words {
		all = append(all, T(w))
	}
	return all
}

// route makes the deliveries of what happened.
func (a *App) route(ctx context.Context, _ models.Job) error {
	if a.announcer == nil {
		return nil
	}
	return a.announcer.router.Route(ctx)
}

// deliver sends what is due for a destination.
func (a *App) deliver(ctx context.Context, j models.Job) error {
	if a.announcer == nil {
		return nil
	}
	return a.announcer.courier.Deliver(ctx, j.Source)
}

// tick announces what time brings, and routes what no job was enqueued for:
// what a process without a queue wrote.
func (a *App) tick(ctx context.Context, j models.Job) error {
	if a.announcer == nil {
		return nil
	}
	if err := a.announcer.clock.Tick(ctx); err != nil {
		return fmt.Errorf("look at the clock: %w", err)
	}
	return a.route(ctx, j)
}
