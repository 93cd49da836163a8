package models_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"lineman/models"
)

// acl is what access lists of Errbot say of a command; nil is not said.
type acl struct {
	AllowUsers, DenyUsers, AllowRooms, DenyRooms, AllowArgs, DenyArgs []string
	AllowMUC, AllowPrivate                                            *bool
}

// aclEntry is one pattern of ACCESS_CONTROLS, in their order.
type aclEntry struct {
	Command string // what stands before the arguments
	ACL     acl
}

// over is a list with another one's keys put over it: a key is replaced whole.
func (a acl) over(o acl) acl {
	for _, f := range [][2]*[]string{
		{&a.AllowUsers, &o.AllowUsers}, {&a.DenyUsers, &o.DenyUsers}, {&a.AllowRooms, &o.AllowRooms},
		{&a.DenyRooms, &o.DenyRooms}, {&a.AllowArgs, &o.AllowArgs}, {&a.DenyArgs, &o.DenyArgs},
	} {
		if *f[1] != nil {
			*f[0] = *f[1]
		}
	}
	if o.AllowMUC != nil {
		a.AllowMUC = o.AllowMUC
	}
	if o.AllowPrivate != nil {
		a.AllowPrivate = o.AllowPrivate
	}
	return a
}

func matches(patterns []string, text string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return models.Glob(p, text) })
}

// errbot decides as Errbot does: the first pattern that matches is put over the
// default, and the first filter that fails denies.
func errbot(defaults acl, list []aclEntry, user, room, command, args string, direct bool) bool {
	a := defaults
	for _, e := range list {
		if models.GlobFold(e.Command, command) {
			a = a.over(e.ACL)
			break
		}
	}
	switch {
	case a.AllowArgs != nil && !matches(a.AllowArgs, args), matches(a.DenyArgs, args):
		return false
	case a.AllowUsers != nil && !matches(a.AllowUsers, user), matches(a.DenyUsers, user):
		return false
	case direct:
		return a.AllowPrivate == nil || *a.AllowPrivate
	case a.AllowMUC != nil && !*a.AllowMUC:
		return false
	case a.AllowRooms != nil && !matches(a.AllowRooms, room), matches(a.DenyRooms, room):
		return false
	}
	return true
}

// translate writes access lists of Errbot as rules, as docs/grants.md says it:
// for each pattern the denials, then who is let in by place, then nobody else.
func translate(defaults acl, list []aclEntry) []models.Grant {
	var rules []models.Grant
	order := 0
	for _, e := range append(slices.Clone(list), aclEntry{"*", acl{}}) {
		rules = append(rules, translateOne(e.Command, defaults.over(e.ACL), order)...)
		order += 10
	}
	return rules
}

func translateOne(command string, a acl, order int) []models.Grant {
	made := func(effect models.GrantEffect, step int, change func(*models.Grant)) models.Grant {
		g := models.Grant{Kind: models.GrantRule, Effect: effect, Order: order + step, Command: command, Subcommand: models.Any}
		change(&g)
		return g
	}
	args := func(patterns []string) []string {
		var texts []string
		for _, p := range patterns {
			texts = append(texts, command+" "+p)
		}
		return texts
	}
	var rules []models.Grant
	if a.AllowArgs != nil {
		rules = append(rules, made(models.GrantDeny, 0, func(g *models.Grant) { g.Unless = args(a.AllowArgs) }))
	}
	for _, text := range args(a.DenyArgs) {
		rules = append(rules, made(models.GrantDeny, 0, func(g *models.Grant) { g.Text = text }))
	}
	if len(a.DenyUsers) > 0 {
		rules = append(rules, made(models.GrantDeny, 0, func(g *models.Grant) { g.Users = a.DenyUsers }))
	}
	if len(a.DenyRooms) > 0 {
		rules = append(rules, made(models.GrantDeny, 0, func(g *models.Grant) { g.Channels, g.Place = a.DenyRooms, models.GrantShared }))
	}
	nobody := func(patterns []string) bool { return patterns != nil && len(patterns) == 0 }
	if (a.AllowPrivate == nil || *a.AllowPrivate) && !nobody(a.AllowUsers) {
		rules = append(rules, made(models.GrantAllow, 1, func(g *models.Grant) { g.Place, g.Users = models.GrantDirect, a.AllowUsers }))
	}
	only := made(models.GrantOnly, 2, func(g *models.Grant) { g.Place, g.Users, g.Channels = models.GrantShared, a.AllowUsers, a.AllowRooms })
	if a.AllowMUC != nil && !*a.AllowMUC || nobody(a.AllowUsers) || nobody(a.AllowRooms) {
		only = made(models.GrantDeny, 2, func(*models.Grant) {})
	}
	return append(rules, only)
}

// Access lists of Errbot and the rules that they are translated to agree about
// every asker, over many lists.
func TestRulesAgreeWithErrbot(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	pick := func(values ...string) []string {
		if random.IntN(3) > 0 {
			return nil
		}
		list := []string{}
		for range random.IntN(3) {
			list = append(list, values[random.IntN(len(values))])
		}
		return list
	}
	maybe := func() *bool {
		return []*bool{nil, nil, new(true), new(false)}[random.IntN(4)]
	}
	lists := func() acl {
		return acl{
			AllowUsers: pick("U1", "U[12]", "U*"), DenyUsers: pick("U2", "U?"), AllowRooms: pick("C1", "C*"), DenyRooms: pick("C2"),
			AllowArgs: pick("status*", "*"), DenyArgs: pick("*force*", "reload"), AllowMUC: maybe(), AllowPrivate: maybe(),
		}
	}
	allowed, denied := 0, 0
	for range 4000 {
		defaults := lists()
		var entries []aclEntry
		for range random.IntN(4) {
			entries = append(entries, aclEntry{[]string{"st2", "ST2", "st*", "help", "*"}[random.IntN(5)], lists()})
		}
		// Arguments stand behind the command itself: patterns of them need its name.
		for i, e := range entries {
			if strings.Contains(e.Command, "*") {
				entries[i].ACL.AllowArgs, entries[i].ACL.DenyArgs = nil, nil
			}
		}
		defaults.AllowArgs, defaults.DenyArgs = nil, nil
		rules := translate(defaults, lower(entries))
		for _, g := range rules {
			if err := g.Check(); err != nil {
				t.Fatalf("%+v: %v", g, err)
			}
		}
		user, command := fmt.Sprintf("U%d", 1+random.IntN(3)), []string{"st2", "help"}[random.IntN(2)]
		room, direct := fmt.Sprintf("C%d", 1+random.IntN(3)), random.IntN(2) == 0
		args := []string{"status r1", "reload", "run --force", "x"}[random.IntN(4)]
		want := errbot(defaults, entries, user, room, command, args, direct)
		got := models.DecideGrant(rules, models.ChatAsk{
			Platform: "slack", Organization: "T1", Channel: room, User: user, Direct: direct, Command: command, Text: command + " " + args,
		}, grantNow)
		if got.Allowed != want {
			t.Fatalf("%s in %s (direct %v) gives %q %q: Errbot says %v, the rules %v (%v)\n%+v\n%+v", user, room, direct, command, args, want, got.Allowed, got.Rule, defaults, entries)
		}
		if want {
			allowed++
		} else {
			denied++
		}
	}
	if allowed < 500 || denied < 500 {
		t.Errorf("%d were allowed, %d denied: this tries too little", allowed, denied)
	}
}

// lower writes patterns of commands as lineman names commands: in lower case.
// Errbot compares them without regard to case.
func lower(list []aclEntry) []aclEntry {
	list = slices.Clone(list)
	for i := range list {
		list[i].Command = strings.ToLower(list[i].Command)
	}
	return list
}

// The documented form of a rule for one alias works: a pattern of the whole
// line of a command, the first that matches decides.
func TestRulesForAliases(t *testing.T) {
	rules := []models.Grant{
		{Kind: models.GrantRule, Effect: models.GrantOnly, Order: 1, Command: "*", Subcommand: "*", Text: "st2 apu status*"},
		{Kind: models.GrantRule, Effect: models.GrantOnly, Order: 2, Command: "*", Subcommand: "*", Text: "st2 apu*", Users: []string{"U1"}},
		{Kind: models.GrantRule, Effect: models.GrantOnly, Order: 3, Command: "*", Subcommand: "*", Users: []string{"U9"}},
	}
	for _, tc := range []struct {
		user, text string
		want       bool
	}{
		{"U2", "st2 apu status r1/r2", true},
		{"U2", "st2 APU Status r1", true},
		{"U1", "st2 apu reload r1", true},
		{"U2", "st2 apu reload r1", false},
		{"U9", "st2 apu reload r1", false}, // the first that matches decides
		{"U9", "st2 other", true},
		{"U1", "st2 other", false},
	} {
		d := models.DecideGrant(rules, models.ChatAsk{Platform: "slack", Organization: "T", Channel: "C", User: tc.user, Command: "st2", Text: tc.text}, grantNow)
		if d.Allowed != tc.want {
			t.Errorf("%s %q: %v", tc.user, tc.text, d.Allowed)
		}
	}
}
