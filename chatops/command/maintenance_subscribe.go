package command

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"lineman/chatops"
	"lineman/models"
)

// Announcer keeps who is told what.
type Announcer interface {
	Subscriptions(ctx context.Context, by models.Principal) ([]models.Rule, error)
	Subscribe(ctx context.Context, by models.Principal, r models.Rule) (models.Rule, error)
	Unsubscribe(ctx context.Context, by models.Principal, rule string) (models.Rule, error)
	Mute(ctx context.Context, by models.Principal, destination, maintenance string, span time.Duration) (models.AnnouncementMute, error)
}

// address is where the asker writes: the channel, or themselves.
func address(c chatops.Call) string {
	if to := c.Arg("destination"); to != "" {
		return to
	}
	if c.Request.Direct || c.Request.Channel.ID == "" {
		return c.Request.Platform + ":@" + c.Request.User.ID
	}
	return c.Request.Platform + ":" + c.Request.Channel.ID
}

func destinationParam() chatops.Param {
	return chatops.Param{Name: "destination", Summary: "a configured destination, instead of this channel", Kind: chatops.KindText, NameOnly: true}
}

func maintenanceSubscribe(o Options) chatops.Subcommand {
	many := func(name, summary string, values []string) chatops.Param {
		p := chatops.Param{Name: name, Summary: summary, Kind: chatops.KindText, Many: true, NameOnly: true}
		if values != nil {
			p.Kind, p.Values = chatops.KindEnum, values
		}
		return p
	}
	return chatops.Subcommand{
		Name: "subscribe", Summary: "has this channel told of maintenances, all or those of a provider, a site …",
		Role: models.RoleOperator, Writes: true, Example: "maintenance subscribe provider=zayo site=BCN min_impact=DEGRADED",
		Params: []chatops.Param{
			{Name: "provider", Summary: "provider by slug or name", Kind: chatops.KindProvider, Many: true, NameOnly: true},
			{Name: "site", Summary: "site where a circuit ends", Kind: chatops.KindSite, Many: true, NameOnly: true},
			many("circuit", "circuit id as the provider writes it", nil), many("type", "type of circuit", nil),
			many("tenant", "tenant of a circuit", nil), many("tag", "tag of a provider, circuit or site", nil),
			many("status", "the provider's status", names(models.RecordStatuses)), many("phase", "where it stands", names(models.Phases)),
			{Name: "min-impact", Summary: "the least impact that is told", Kind: chatops.KindEnum, Values: names(models.Impacts), NameOnly: true},
			many("kind", "kinds of event; without any, all", names(models.EventKinds)),
			{Name: "lead", Summary: "only what starts sooner than this", Kind: chatops.KindDuration, NameOnly: true},
			{Name: "quiet", Summary: "hours at which only urgent events are told, for example 22:00-06:30", Kind: chatops.KindText, NameOnly: true},
			{Name: "zone", Summary: "the zone of quiet hours and digest", Kind: chatops.KindText, NameOnly: true},
			{Name: "digest", Summary: "cron times at which the rest is told in one message, for example \"0 7 * * *\"", Kind: chatops.KindText, NameOnly: true},
			{Name: "name", Summary: "how the subscription is called", Kind: chatops.KindText, NameOnly: true},
			destinationParam(),
		},
		Run: func(ctx context.Context, c chatops.Call) (chatops.Message, error) {
			r, err := o.Announcer.Subscribe(ctx, c.Principal, subscriptionOf(c, o.Now()))
			if err != nil {
				return chatops.Message{}, err
			}
			m := chatops.Say("%s is told from now on: %s; %s. The subscription is called %s.", r.Destination, asked(r.Filter), when(r), r.Name)
			m.Blocks = append(m.Blocks, chatops.Actions{Buttons: []chatops.Button{{Label: "Undo", Command: "maintenance unsubscribe " + chatops.Quote(r.Name), Danger: true}}})
			return m, nil
		},
	}
}

func subscriptionOf(c chatops.Call, now time.Time) models.Rule {
	r := models.Rule{
		Name: c.Arg("name"), From: models.RuleFromChat, Destination: address(c), Zone: c.Arg("zone"), Digest: models.DigestPlan{Cron: c.Arg("digest")},
		Filter: models.RuleFilter{
			Providers: c.Args("provider"), Sites: c.Args("site"), Circuits: c.Args("circuit"), CircuitTypes: c.Args("type"), Tenants: c.Args("tenant"),
			Tags: c.Args("tag"), Statuses: typed[models.Status](c.Args("status")), Phases: typed[models.Phase](c.Args("phase")),
			MinImpact: models.Impact(c.Arg("min-impact")), Kinds: typed[models.EventKind](c.Args("kind")), LeadTime: c.Duration("lead"),
		},
	}
	if from, to, ok := strings.Cut(c.Arg("quiet"), "-"); ok {
		r.Quiet = models.QuietHours{From: strings.TrimSpace(from), To: strings.TrimSpace(to)}
	} else {
		r.Quiet.From = from // which is refused without an end
	}
	if r.Name == "" {
		r.Name = fmt.Sprintf("%s-%s", strings.NewReplacer(":", "-", "@", "").Replace(r.Destination), now.UTC().Format("060102-150405"))
	}
	return r
}

func typed[T ~string](words []string) []T {
	var all []T
	for _, w := range words {
		all = append(all, T(w))
	}
	return all
}

// asked is a filter in words.
func asked(f models.RuleFilter) string {
	var parts []string
	for _, p := range []struct {
		what   string
		values []string
	}{
		{"provider", f.Providers}, {"site", f.Sites}, {"circuit", f.Circuits}, {"type", f.CircuitTypes}, {"tenant", f.Tenants}, {"tag", f.Tags},
		{"status", names(f.Statuses)}, {"phase", names(f.Phases)}, {"kind", names(f.Kinds)},
	} {
		if len(p.values) > 0 {
			parts = append(parts, p.what+" "+strings.Join(p.values, " or "))
		}
	}
	if f.MinImpact != "" {
		parts = append(parts, "impact "+string(f.MinImpact)+" or worse")
	}
	if f.LeadTime > 0 {
		parts = append(parts, "starts within "+f.LeadTime.String())
	}
	if len(parts) == 0 {
		return "everything"
	}
	return strings.Join(parts, ", ")
}

// when is at what times a rule tells, in words.
func when(r models.Rule) string {
	var parts []string
	if r.Digest.Cron != "" {
		name := "digest"
		if r.Digest.Template != "" {
			name = r.Digest.Template
		}
		parts = append(parts, name+" at "+r.Digest.Cron)
	}
	if r.Quiet.From != "" {
		days := ""
		if len(r.Quiet.Days) > 0 {
			days = " on " + strings.Join(r.Quiet.Days, " ")
		}
		parts = append(parts, "quiet "+r.Quiet.From+"-"+r.Quiet.To+days)
	}
	if len(parts) == 0 {
		parts = append(parts, "at once")
	} else if r.Zone != "" {
		parts[len(parts)-1] += " " + r.Zone
	}
	if r.Escalate.Rule != "" {
		parts = append(parts, fmt.Sprintf("after %d min to %s", int(r.Escalate.After.Minutes()), r.Escalate.Rule))
	}
	return strings.Join(parts, ", ")
}

func maintenanceSubscriptions(o Options) chatops.Subcommand {
	return chatops.Subcommand{
		Name: "subscriptions", Summary: "lists who is told what", Role: models.RoleViewer, Example: "maintenance subscriptions",
		Run: func(ctx context.Context, c chatops.Call) (chatops.Message, error) {
			all, err := o.Announcer.Subscriptions(ctx, c.Principal)
			if err != nil {
				return chatops.Message{}, err
			}
			if len(all) == 0 {
				return chatops.Say("There is no subscription that you may see."), nil
			}
			t := chatops.Table{Columns: []string{"name", "where", "what", "when", "by", "told"}}
			for _, r := range all[:min(len(all), 100)] {
				by := r.Author
				if r.From == models.RuleFromConfig {
					by = "configuration"
				}
				told := "yes"
				if r.Asleep != "" {
					told = "no: " + r.Asleep
				}
				t.Rows = append(t.Rows, row{chatops.C(r.Name), chatops.T("%s", r.Destination), chatops.T("%s", asked(r.Filter)), chatops.T("%s", when(r)), chatops.T("%s", by), chatops.T("%s", told)})
			}
			return chatops.Message{Heading: count(len(all), "subscription"), Blocks: []chatops.Block{t}}, nil
		},
	}
}

func maintenanceUnsubscribe(o Options) chatops.Subcommand {
	return chatops.Subcommand{
		Name: "unsubscribe", Summary: "ends a subscription", Role: models.RoleOperator, Writes: true, Example: "maintenance unsubscribe noc-zayo",
		Params: []chatops.Param{{
			Name: "name", Summary: "of the subscription", Kind: chatops.KindText, Required: true, Rest: true,
			Options: func(ctx context.Context, c chatops.Call) ([]chatops.Option, error) {
				all, err := o.Announcer.Subscriptions(ctx, c.Principal)
				all = slices.DeleteFunc(all, func(r models.Rule) bool { return r.From == models.RuleFromConfig })
				var options []chatops.Option
				for _, r := range all {
					options = append(options, chatops.Option{Value: r.Name, Label: r.Name + ": " + asked(r.Filter)})
				}
				return options, err
			},
		}},
		Run: func(ctx context.Context, c chatops.Call) (chatops.Message, error) {
			r, err := o.Announcer.Unsubscribe(ctx, c.Principal, c.Arg("name"))
			if errors.Is(err, models.ErrNotFound) {
				err = models.Invalid("name", "there is no subscription called %q; maintenance subscriptions lists them", c.Arg("name"))
			}
			if err != nil {
				return chatops.Message{}, err
			}
			return chatops.Say("%s ended; %s is told no more of it.", r.Name, r.Destination), nil
		},
	}
}

func maintenanceMute(o Options) chatops.Subcommand {
	id := maintenanceParam(o, false)
	id.Required = false
	return chatops.Subcommand{
		Name: "mute", Summary: "has this channel told nothing for a while, of one maintenance or of any", Role: models.RoleOperator, Writes: true,
		Example: "maintenance mute zayo-TTN-1234567 for=12h",
		Params: []chatops.Param{
			id,
			{Name: "for", Summary: "how long; 0 ends it; a week when nothing is said", Kind: chatops.KindDuration, NameOnly: true},
			destinationParam(),
		},
		Run: func(ctx context.Context, c chatops.Call) (chatops.Message, error) {
			span := 7 * 24 * time.Hour
			if c.Arg("for") != "" {
				span = c.Duration("for")
			}
			m, err := o.Announcer.Mute(ctx, c.Principal, address(c), c.Arg("id"), span)
			if err != nil {
				return chatops.Message{}, err
			}
			of := "anything"
			if c.Arg("id") != "" {
				of = c.Arg("id")
			}
			if span == 0 {
				return chatops.Say("%s is told of %s again.", m.Destination, of), nil
			}
			return chatops.Message{Blocks: []chatops.Block{chatops.Text{Inline: chatops.Join(chatops.T("%s is told nothing of %s until ", m.Destination, of), chatops.At(m.Until), chatops.T("."))}}}, nil
		},
	}
}
