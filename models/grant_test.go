package models_test

import (
	"strings"
	"testing"
	"time"

	"lineman/models"
)

var grantNow = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// grantRow is a row of a table of grants: command, subcommand, type, value.
func grantRow(text string) models.Grant {
	f := strings.Fields(text)
	return models.Grant{Command: f[0], Subcommand: f[1], Kind: models.GrantKind(f[2]), Value: f[3]}
}

func grantRows(lines ...string) []models.Grant {
	var list []models.Grant
	for _, l := range lines {
		list = append(list, grantRow(l))
	}
	return list
}

// The three ways to share access that operators start from: one organization,
// a channel for each team, and a subcommand for a few.
var (
	oneOrganization = grantRows("* * organization T202B88NN", "* * channel *", "* * user *")
	splitByChannel  = grantRows("* * organization T202B88NN", "support * channel C2020H455", "devops * channel C3030I566", "* * user *")
	fewUsers        = grantRows(
		"* * organization T202B88NN", "jokes * channel *", "jokes * user *", "network * channel C3030I566",
		"network history user *", "network redeploy user U2049K991", "network redeploy user U2039K725", "network redeploy user U7924K784",
		"network status user *", "weather * channel *", "weather * user *",
	)
)

func TestDecideGrant(t *testing.T) {
	past, future := grantNow.Add(-time.Hour), grantNow.Add(time.Hour)
	with := func(base []models.Grant, more ...models.Grant) []models.Grant {
		return append(append([]models.Grant{}, base...), more...)
	}
	rule := func(effect models.GrantEffect, change func(g *models.Grant)) models.Grant {
		g := models.Grant{Kind: models.GrantRule, Effect: effect, Command: "*", Subcommand: "*"}
		change(&g)
		return g
	}
	for _, tc := range []struct {
		name    string
		grants  []models.Grant
		ask     string // organization channel user command [subcommand …]; - is no id
		missing string // empty: allowed; "rule": a rule denies
	}{
		{"nothing granted", nil, "T202B88NN C1 U1 jokes tell", "organization channel user"},
		{"one organization", oneOrganization, "T202B88NN C1 U1 network redeploy", ""},
		{"another organization", oneOrganization, "T999 C1 U1 network redeploy", "organization"},
		{"no organization", oneOrganization, "- C1 U1 network redeploy", "organization"},
		{"no channel and no user are any", oneOrganization, "T202B88NN - - network redeploy", ""},
		{"an id in other case", oneOrganization, "t202b88nn C1 U1 jokes tell", "organization"},
		{"support in its channel", splitByChannel, "T202B88NN C2020H455 U1 support ticket", ""},
		{"support in the other", splitByChannel, "T202B88NN C3030I566 U1 support ticket", "channel"},
		{"devops in its channel", splitByChannel, "T202B88NN C3030I566 U1 devops deploy", ""},
		{"devops elsewhere", splitByChannel, "T202B88NN C9 U1 devops deploy", "channel"},
		{"support from outside", splitByChannel, "T1 C2020H455 U1 support ticket", "organization"},
		{"a command that is not granted", splitByChannel, "T202B88NN C2020H455 U1 weather now", "channel"},
		{"an admin redeploys", fewUsers, "T202B88NN C3030I566 U2049K991 network redeploy", ""},
		{"the second admin", fewUsers, "T202B88NN C3030I566 U2039K725 network redeploy", ""},
		{"the third admin", fewUsers, "T202B88NN C3030I566 U7924K784 network redeploy", ""},
		{"somebody redeploys", fewUsers, "T202B88NN C3030I566 U1 network redeploy", "user"},
		{"an admin elsewhere", fewUsers, "T202B88NN C1 U2049K991 network redeploy", "channel"},
		{"somebody elsewhere from outside", fewUsers, "T1 C1 U1 network redeploy", "organization channel user"},
		{"somebody reads the history", fewUsers, "T202B88NN C3030I566 U1 network history", ""},
		{"somebody reads the status", fewUsers, "T202B88NN C3030I566 U1 network status", ""},
		{"the status elsewhere", fewUsers, "T202B88NN C1 U1 network status", "channel"},
		{"jokes everywhere", fewUsers, "T202B88NN C77 U1 jokes tell", ""},
		{"weather everywhere", fewUsers, "T202B88NN C77 U1 weather now", ""},
		{"without a subcommand any grant of the command does", fewUsers, "T202B88NN C3030I566 U1 network", ""},
		{"another subcommand", fewUsers, "T202B88NN C3030I566 U2049K991 network erase", "user"},

		{"a pattern for subcommands", grantRows("* * organization *", "* * channel *", "net* get-* user U1"), "T C U1 network get-devices", ""},
		{"outside of the pattern", grantRows("* * organization *", "* * channel *", "net* get-* user U1"), "T C U1 network set-devices", "user"},
		{"for this platform", []models.Grant{rule("allow", func(g *models.Grant) { g.Platform = "slack" })}, "T C U jokes tell", ""},
		{"for another platform", []models.Grant{rule("allow", func(g *models.Grant) { g.Platform = "webex" })}, "T C U jokes tell", "organization channel user"},
		{"expired", []models.Grant{rule("allow", func(g *models.Grant) { g.Expires = past })}, "T C U jokes tell", "organization channel user"},
		{"expiring at this instant", []models.Grant{rule("allow", func(g *models.Grant) { g.Expires = grantNow })}, "T C U jokes tell", "organization channel user"},
		{"not yet expired", []models.Grant{rule("allow", func(g *models.Grant) { g.Expires = future })}, "T C U jokes tell", ""},
		{"for reading", []models.Grant{rule("allow", func(g *models.Grant) { g.Class = models.GrantRead })}, "T C U jokes tell", ""},
		{"writing is not reading", []models.Grant{rule("allow", func(g *models.Grant) { g.Class = models.GrantRead })}, "T C U jokes write", "organization channel user"},
		{"the user here", []models.Grant{rule("allow", func(g *models.Grant) { g.Users, g.Channels = []string{"U1"}, []string{"C1"} })}, "T C1 U1 jokes tell", ""},
		{"the user there", []models.Grant{rule("allow", func(g *models.Grant) { g.Users, g.Channels = []string{"U1"}, []string{"C1"} })}, "T C2 U1 jokes tell", "organization channel user"},
		{"denied by text", with(oneOrganization, rule("deny", func(g *models.Grant) { g.Text = "jokes tell *dirty*" })), "T202B88NN C U jokes tell a Dirty one", "rule"},
		{"another text", with(oneOrganization, rule("deny", func(g *models.Grant) { g.Text = "jokes tell *dirty*" })), "T202B88NN C U jokes tell a clean one", ""},
		{"denied unless", with(oneOrganization, rule("deny", func(g *models.Grant) { g.Unless = []string{"* one"} })), "T202B88NN C U jokes tell a clean one", ""},
		{"deny before allow", []models.Grant{rule("allow", func(*models.Grant) {}), rule("deny", func(g *models.Grant) { g.Users = []string{"U*"} })}, "T C U1 jokes tell", "rule"},
		{"an earlier allow", []models.Grant{rule("allow", func(*models.Grant) {}), rule("deny", func(g *models.Grant) { g.Order = 1 })}, "T C U1 jokes tell", ""},
		{"only these users", with(oneOrganization, rule("only", func(g *models.Grant) { g.Command, g.Users = "network", []string{"U1"} })), "T202B88NN C U1 network redeploy", ""},
		{"only these, and nobody else", with(oneOrganization, rule("only", func(g *models.Grant) { g.Command, g.Users = "network", []string{"U1"} })), "T202B88NN C U2 network redeploy", "rule"},
		{"a direct message", []models.Grant{rule("allow", func(g *models.Grant) { g.Place = models.GrantDirect })}, "T D1 U jokes tell", ""},
		{"not a direct message", []models.Grant{rule("allow", func(g *models.Grant) { g.Place = models.GrantDirect })}, "T C1 U jokes tell", "organization channel user"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := strings.Fields(strings.ReplaceAll(tc.ask, "-", "\x00"))
			for i := range f {
				f[i] = strings.ReplaceAll(strings.TrimPrefix(f[i], "\x00"), "\x00", "-")
			}
			a := models.ChatAsk{
				Platform: "slack", Organization: f[0], Channel: f[1], User: f[2], Direct: f[1] == "D1",
				Command: f[3], Text: strings.Join(f[3:], " "), Writes: strings.Contains(tc.ask, "write"),
			}
			if len(f) > 4 {
				a.Subcommand = f[4]
			}
			d := models.DecideGrant(tc.grants, a, grantNow)
			var missing []string
			for _, s := range d.Missing() {
				missing = append(missing, string(s.Kind))
			}
			if d.Rule != nil && !d.Allowed {
				missing = []string{"rule"}
			}
			if got := strings.Join(missing, " "); got != tc.missing || d.Allowed != (tc.missing == "") {
				t.Errorf("allowed %v, missing %q; want %q", d.Allowed, got, tc.missing)
			}
		})
	}
}

func TestGrantCheck(t *testing.T) {
	good := grantRow("network status user U1")
	for field, change := range map[string]func(g *models.Grant){
		"kind":       func(g *models.Grant) { g.Kind = "team" },
		"class":      func(g *models.Grant) { g.Class = "both" },
		"command":    func(g *models.Grant) { g.Command = "" },
		"subcommand": func(g *models.Grant) { g.Command = "*" },
		"value":      func(g *models.Grant) { g.Value = "" },
		"effect":     func(g *models.Grant) { g.Effect = models.GrantDeny },
		"place":      func(g *models.Grant) { g.Kind, g.Value, g.Effect, g.Place = models.GrantRule, "", "deny", "room" },
	} {
		g := good
		change(&g)
		if err := g.Check(); err == nil || !strings.HasPrefix(err.Error(), field+":") {
			t.Errorf("%s: %v", field, err)
		}
	}
	if err := good.Check(); err != nil {
		t.Error(err)
	}
}
