package app

import (
	"strings"
	"testing"

	"lineman/chatops"
	"lineman/models"
)

// presses uses a button of the last answer.
func (c *chatter) presses(m chatops.Message, label string) string {
	c.e.t.Helper()
	for _, b := range m.Blocks {
		actions, _ := b.(chatops.Actions)
		for _, button := range actions.Buttons {
			if button.Label == label {
				r := c.request("")
				r.Ticket = button.Ticket
				return c.drawn(c.d.Dispatch(c.e.t.Context(), r))
			}
		}
	}
	return ""
}

// alias gives a circuit another id in chat, with the confirmation.
func (c *chatter) alias(line string) string {
	c.e.t.Helper()
	m := c.d.Dispatch(c.e.t.Context(), c.request(line))
	return c.drawn(m) + c.presses(m, "Confirm")
}

// TestChatAliasKeepsToItsSide: whoever sees one side gives no id to a circuit of
// the other, and is told of it no more than of one that nobody has; whoever sees
// a part of a provider alone gives none there either.
func TestChatAliasKeepsToItsSide(t *testing.T) {
	e := newEstate(t)
	e.furnish(sideA)
	e.furnish(sideB)
	for _, kind := range models.GrantScopes {
		_, err := e.a.AddGrant(t.Context(), models.Grant{Kind: kind, Command: "*", Subcommand: "*", Value: "*"}, "")
		e.check(err)
	}
	people := map[string]*chatter{}
	for by, scope := range scopes(sideA) {
		e.check(e.a.CreateUser(t.Context(), NewUser{Name: "op-" + by, Role: models.RoleOperator, Scope: scope}))
		_, err := e.a.LinkChat(t.Context(), models.ChatLink{Platform: "slack", ChatUser: chatops.Party{ID: "U" + by}, User: "op-" + by})
		e.check(err)
		people[by] = e.chatter("U" + by)
	}
	before := e.must("GET", "/api/v1/aliases?limit=1000", "")
	for by, who := range people {
		for _, line := range []string{
			"circuit alias %-C1 NEW provider=%", "circuit alias %-C1 NEW", "circuit alias %:%-C1 NEW", "circuit alias %-ALIAS NEW", "circuit alias %-C2 %-LOST",
		} {
			theirs := who.alias(strings.ReplaceAll(line, "%", sideB))
			nobodys := who.alias(strings.ReplaceAll(line, "%", noSide))
			if strings.ReplaceAll(theirs, sideB, "…") != strings.ReplaceAll(nobodys, noSide, "…") {
				t.Errorf("by %s, %q is answered %q, of a circuit that nobody has %q", by, line, theirs, nobodys)
			}
		}
	}
	for by, who := range people {
		whole := by == "provider" || by == "tenant" || by == "tag"
		text := who.alias("circuit alias " + sideA + "-C2 OWN-" + by)
		if whole != strings.Contains(text, "is also known as") || whole == strings.Contains(text, "you do not see all of") {
			t.Errorf("by %s, the own circuit: %s", by, text)
		}
	}
	// An id that the other side uses is free on this side, and nobody is told of it.
	if text := people["provider"].alias("circuit alias " + sideA + "-C1 " + sideB + "-ALIAS"); !strings.Contains(text, "is also known as") || strings.Contains(text, sideB+"-C1") {
		t.Errorf("an id of the other side: %s", text)
	}
	after := e.must("GET", "/api/v1/aliases?limit=1000", "")
	if n := strings.Count(after, `"alias"`) - strings.Count(before, `"alias"`); n != 4 || strings.Contains(after, `"NEW"`) {
		t.Errorf("%d aliases more, want four: %s", n, after)
	}
}
