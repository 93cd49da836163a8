package command_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lineman/chatops"
	"lineman/chatops/command"
	"lineman/models"
)

// book keeps subscriptions in memory.
type book struct {
	rules []models.Rule
	mutes []models.AnnouncementMute
}

func (b *book) Subscriptions(context.Context, models.Principal) ([]models.Rule, error) {
	return b.rules, nil
}

func (b *book) Subscribe(_ context.Context, by models.Principal, r models.Rule) (models.Rule, error) {
	r.Author, r.Scope = by.Name, by.Scope
	b.rules = append(b.rules, r)
	return r, nil
}

func (b *book) Unsubscribe(_ context.Context, _ models.Principal, rule string) (models.Rule, error) {
	for i, r := range b.rules {
		if r.Name == rule {
			b.rules = append(b.rules[:i], b.rules[i+1:]...)
			return r, nil
		}
	}
	return models.Rule{}, models.ErrNotFound
}

func (b *book) Mute(_ context.Context, by models.Principal, destination, maintenance string, span time.Duration) (models.AnnouncementMute, error) {
	m := models.AnnouncementMute{Destination: destination, About: maintenance, Until: time.Unix(0, 0).UTC().Add(span), Author: by.Name}
	b.mutes = append(b.mutes, m)
	return m, nil
}

// TestSubscribe subscribes the channel that it is written in, by the words that
// people write, and ends it.
func TestSubscribe(t *testing.T) {
	b := &book{}
	o := options(sample())
	o.Announcer = b
	who := models.Principal{Name: "ada", Role: models.RoleAdmin, Scope: models.ScopeAll}
	d, err := chatops.New(chatops.Options{Commands: command.All(o), Grants: chatops.TerminalGrants{}, Accounts: chatops.Fixed(who), Finder: command.NewFinder(sample()), Now: o.Now, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	ask := func(text string) string {
		t.Helper()
		r := chatops.Request{Platform: "terminal", Organization: chatops.Party{ID: "terminal"}, Channel: chatops.Party{ID: "local"}, User: chatops.Party{ID: "ada"}, Text: text}
		m := d.Dispatch(t.Context(), r)
		for _, block := range m.Blocks { // a write is confirmed
			if a, is := block.(chatops.Actions); is && a.Buttons[0].Ticket != "" {
				r.Text, r.Ticket = "", a.Buttons[0].Ticket
				m = d.Dispatch(t.Context(), r)
				break
			}
		}
		var all strings.Builder
		for _, block := range m.Blocks {
			if p, is := block.(chatops.Text); is {
				for _, s := range p.Inline {
					all.WriteString(s.Text)
				}
			}
		}
		return all.String()
	}
	if got := ask(`maintenance subscribe tag=core min_impact=degraded kind=new,cancelled quiet=22:00-06:30 name=mine`); got != "terminal:local is told from now on: tag core, kind new or cancelled, impact DEGRADED or worse; quiet 22:00-06:30. The subscription is called mine." {
		t.Errorf("subscribe: %s", got)
	}
	want := []models.Rule{{
		Name: "mine", Author: "ada", From: models.RuleFromChat, Scope: models.ScopeAll, Destination: "terminal:local", Quiet: models.QuietHours{From: "22:00", To: "06:30"},
		Filter: models.RuleFilter{Tags: []string{"core"}, MinImpact: models.ImpactDegraded, Kinds: []models.EventKind{models.EventNew, models.EventCancelled}},
	}}
	if diff := cmp.Diff(want, b.rules); diff != "" {
		t.Error(diff)
	}
	b.rules = append(b.rules, models.Rule{
		Name: "shift", Zone: "Europe/Berlin", Digest: models.DigestPlan{Cron: "0 6 * * *", Template: "handover"},
		Quiet: models.QuietHours{From: "22:00", To: "06:00", Days: []string{"sat", "sun"}}, Escalate: models.Escalation{After: 15 * time.Minute, Rule: "boss"},
	}, models.Rule{Name: "all"})
	m := d.Dispatch(t.Context(), chatops.Request{Platform: "terminal", Organization: chatops.Party{ID: "terminal"}, Channel: chatops.Party{ID: "local"}, User: chatops.Party{ID: "ada"}, Text: "maintenance subscriptions"})
	var told []string
	for _, r := range m.Blocks[0].(chatops.Table).Rows {
		told = append(told, r[3][0].Text)
	}
	if diff := cmp.Diff([]string{"quiet 22:00-06:30", "handover at 0 6 * * *, quiet 22:00-06:00 on sat sun Europe/Berlin, after 15 min to boss", "at once"}, told); diff != "" {
		t.Error(diff)
	}
	b.rules = b.rules[:1]
	ask("maintenance mute for=12h")
	if len(b.mutes) != 1 || b.mutes[0].Destination != "terminal:local" || b.mutes[0].About != "" || !b.mutes[0].Until.Equal(time.Unix(12*3600, 0)) {
		t.Errorf("mute: %+v", b.mutes)
	}
	if got := ask("maintenance unsubscribe mine"); !strings.Contains(got, "mine ended") || len(b.rules) != 0 {
		t.Errorf("unsubscribe: %s", got)
	}
}
