package chatops_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"lineman/chatops"
	"lineman/models"
)

// people are users by name, and chat users who are linked to them.
type people struct {
	users map[string]models.User
	links map[string]string
	err   error
}

func (p people) ChatAccount(_ context.Context, platform, id string) (models.User, error) {
	u, ok := p.users[p.links[platform+" "+id]]
	if !ok && p.err == nil {
		return u, models.ErrNotFound
	}
	return u, p.err
}

func (p people) User(_ context.Context, name string) (models.User, error) {
	u, ok := p.users[name]
	if !ok {
		return u, models.ErrNotFound
	}
	return u, p.err
}

type given []models.Grant

func (g given) Grants(context.Context, string) ([]models.Grant, error) { return g, nil }

var explainNow = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func explainer(t *testing.T, p people, g ...models.Grant) *chatops.Dispatcher {
	t.Helper()
	run := func(context.Context, chatops.Call) (chatops.Message, error) { return chatops.Say("ran"), nil }
	d, err := chatops.New(chatops.Options{
		Commands: []chatops.Command{{Name: "net", Summary: "network", Subcommands: []chatops.Subcommand{
			{Name: "show", Summary: "shows", Role: models.RoleViewer, Example: "net show", Run: run},
			{Name: "set", Summary: "sets", Role: models.RoleOperator, Writes: true, Example: "net set", Run: run},
		}}},
		Accounts: chatops.Linked{Reader: p, Fallback: "chatbot", Now: func() time.Time { return explainNow }},
		Grants:   chatops.WithTerminal{Given: given(g)}, Logger: slog.New(slog.DiscardHandler), Now: func() time.Time { return explainNow },
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

var explainPeople = people{
	users: map[string]models.User{
		"chatbot": {Name: "chatbot", Role: models.RoleViewer}, "eva": {Name: "eva", Role: models.RoleOperator},
		"max": {Name: "max", Role: models.RoleAdmin, DisabledAt: explainNow},
	},
	links: map[string]string{"slack U1": "eva", "slack U2": "max"},
}

func TestExplain(t *testing.T) {
	read := models.Grant{Kind: models.GrantRule, Effect: models.GrantAllow, Class: models.GrantRead, Command: "*", Subcommand: "*"}
	all := models.Grant{Kind: models.GrantRule, Effect: models.GrantAllow, Command: "*", Subcommand: "*", Order: 1}
	one := models.Grant{Kind: models.GrantUser, Command: "net", Subcommand: "*", Value: "U1"}
	for _, tc := range []struct {
		name, user, line string
		grants           []models.Grant
		allowed          bool
		says             string
	}{
		{"no grant", "U1", "net show", nil, false, "No grant covers the organization T1. No grant covers the channel C1. No grant covers the user U1."},
		{"one scope", "U1", "net show", []models.Grant{one}, false, "No grant covers the channel C1. The user U1 is covered: net * for user U1."},
		{"a rule", "U1", "net show", []models.Grant{read}, true, "This rule permits it: rule 0: allow every command that reads for everybody. It acts as eva, with the role operator."},
		{"not for writes", "U1", "net-set", []models.Grant{read}, false, "No grant covers"},
		{"for writes", "U1", "/lineman net set", []models.Grant{read, all}, true, "acts as eva"},
		{"the role does not suffice", "U9", "net set", []models.Grant{all}, false, "It needs the role operator, and chatbot has the role viewer."},
		{"disabled", "U2", "net show", []models.Grant{all}, false, "Your user max in lineman is disabled or has expired"},
		{"unknown", "U1", "weather today", []models.Grant{all}, false, `There is no command "weather today"`},
		{"unknown subcommand", "U1", "net destroy", []models.Grant{all}, false, `There is no command "net destroy"`},
	} {
		e, err := explainer(t, explainPeople, tc.grants...).Explain(t.Context(), chatops.Request{
			Platform: "slack", Organization: chatops.Party{ID: "T1"}, Channel: chatops.Party{ID: "C1"}, User: chatops.Party{ID: tc.user}, Text: tc.line,
		})
		if why := strings.Join(e.Why(), " "); err != nil || e.Allowed() != tc.allowed || !strings.Contains(why, tc.says) {
			t.Errorf("%s: %v %v %s", tc.name, err, e.Allowed(), why)
		}
	}
	input := new(models.InputError)
	for _, line := range []string{"", "  ", strings.Repeat("x", chatops.MaxText+1)} {
		if _, err := explainer(t, explainPeople).Explain(t.Context(), chatops.Request{Platform: "slack", Text: line}); !errors.As(err, &input) || input.Field != "command" {
			t.Errorf("%.10q: %v", line, err)
		}
	}
}

// What is explained is what happens.
func TestExplainIsWhatHappens(t *testing.T) {
	grants := []models.Grant{
		{Kind: models.GrantRule, Effect: models.GrantDeny, Command: "net", Subcommand: "show", Text: "net show*secret*"},
		{Kind: models.GrantRule, Effect: models.GrantAllow, Command: "net", Subcommand: "*", Order: 1, Users: []string{"U[19]"}},
	}
	d := explainer(t, explainPeople, grants...)
	for _, user := range []string{"U1", "U2", "U3", "U9"} {
		for _, line := range []string{"net show", "net show top=secret", "net set"} {
			r := chatops.Request{Platform: "slack", Organization: chatops.Party{ID: "T1"}, Channel: chatops.Party{ID: "C1"}, User: chatops.Party{ID: user}, Text: line}
			e, err := d.Explain(t.Context(), r)
			if err != nil {
				t.Fatal(err)
			}
			m := d.Dispatch(t.Context(), r)
			if !strings.Contains(line, "=") && e.Allowed() == m.Failed {
				t.Errorf("%s: %q is explained as permitted %v, and answered %+v", user, line, e.Allowed(), m)
			}
			if strings.Contains(line, "secret") && e.Allowed() {
				t.Errorf("%s: %q is permitted", user, line)
			}
		}
	}
}

// Nobody locks the terminal out.
func TestTerminalIsAlwaysPermitted(t *testing.T) {
	d := explainer(t, explainPeople, models.Grant{Kind: models.GrantRule, Effect: models.GrantDeny, Command: "*", Subcommand: "*", Order: -1 << 40})
	e, err := d.Explain(t.Context(), chatops.Request{
		Platform: "terminal", Organization: chatops.Party{ID: "terminal"}, Channel: chatops.Party{ID: "local"}, User: chatops.Party{ID: "x"}, Text: "net show",
	})
	if err != nil || !e.Allowed() {
		t.Errorf("%v %v", err, e.Why())
	}
}

func TestLinked(t *testing.T) {
	l := chatops.Linked{Reader: explainPeople, Fallback: "chatbot", Now: func() time.Time { return explainNow }}
	for id, want := range map[string]string{"U1": "eva", "U9": "chatbot", "": "chatbot"} {
		p, err := l.Principal(t.Context(), chatops.Request{Platform: "slack", User: chatops.Party{ID: id}})
		if err != nil || p.Name != want {
			t.Errorf("%q is %s, %v", id, p.Name, err)
		}
	}
	if p, err := l.Principal(t.Context(), chatops.Request{Platform: "webex", User: chatops.Party{ID: "U1"}}); err != nil || p.Name != "chatbot" {
		t.Errorf("the same id elsewhere is %s, %v", p.Name, err)
	}
	broken := chatops.Linked{Reader: people{err: errors.New("no database")}, Fallback: "chatbot", Now: l.Now}
	if p, err := broken.Principal(t.Context(), chatops.Request{Platform: "slack", User: chatops.Party{ID: "U1"}}); err == nil {
		t.Errorf("without a database somebody is %s", p.Name)
	}
}
