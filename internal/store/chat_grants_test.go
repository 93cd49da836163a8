package store_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"lineman/internal/store"
	"lineman/internal/store/storetest"
	"lineman/models"
)

func grant(text string) models.Grant {
	f := strings.Fields(text)
	return models.Grant{Command: f[0], Subcommand: f[1], Kind: models.GrantKind(f[2]), Value: f[3]}
}

func ruleGrant() models.Grant {
	return models.Grant{
		Kind: models.GrantRule, Platform: "slack", Command: "st2", Subcommand: "*", Class: models.GrantWrite, Expires: day.Add(time.Hour),
		Effect: models.GrantOnly, Order: -3, Text: "st2 apu*", Unless: []string{"* --force"}, Place: models.GrantShared,
		Organizations: []string{"T1"}, Channels: []string{"C1", "C2"}, Users: []string{"U[12]*"}, Comment: "from the bot before",
	}
}

var apartFromMaking = cmpopts.IgnoreFields(models.Grant{}, "ID", "Author", "CreatedAt", "UpdatedAt", "Revision")

func TestGrants(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		now := day
		s := storetest.Open(t, url, func() time.Time { return now })
		g := grant("network status user U1")
		g.Name = "eva"
		made := must(s.CreateGrant(ctx, root, g))
		if made.ID == "" || made.Revision != 1 || made.Author != root.Name || !made.CreatedAt.Equal(day) {
			t.Errorf("%+v", made)
		}
		rule := must(s.CreateGrant(ctx, root, ruleGrant()))
		if diff := cmp.Diff(ruleGrant(), rule, apartFromMaking); diff != "" {
			t.Error(diff)
		}
		got := must(s.Grants(ctx, "slack"))
		if diff := cmp.Diff([]models.Grant{made, rule}, got); diff != "" {
			t.Error(diff)
		}
		if got = must(s.Grants(ctx, "webex")); len(got) != 1 || got[0].ID != made.ID {
			t.Errorf("%+v", got)
		}
		var input *models.InputError
		if err := second(s.CreateGrant(ctx, root, grant(" network  status user U1"))); !errors.As(err, &input) || input.Field != "value" {
			t.Errorf("twice: %v", err)
		}
		elsewhere := g
		elsewhere.Platform = "webex"
		must(s.CreateGrant(ctx, root, elsewhere))
		if err := second(s.CreateGrant(ctx, root, grant("* status user U1"))); !errors.As(err, &input) || input.Field != "subcommand" {
			t.Errorf("* needs *: %v", err)
		}

		now = now.Add(time.Minute)
		changed := made
		changed.Comment, changed.Expires = "until the audit", day.Add(24*time.Hour)
		if err := second(s.ReplaceGrant(ctx, root, changed, 7)); !errors.Is(err, models.ErrStale) {
			t.Errorf("stale: %v", err)
		}
		changed = must(s.ReplaceGrant(ctx, root, changed, 1))
		if changed.Revision != 2 || !changed.UpdatedAt.Equal(now) || !changed.CreatedAt.Equal(day) || changed.Comment != "until the audit" {
			t.Errorf("%+v", changed)
		}
		if same := must(s.ReplaceGrant(ctx, root, changed, 2)); same.Revision != 2 {
			t.Errorf("what changes nothing is a change: %+v", same)
		}
		clash := changed
		clash.Platform = "webex"
		if err := second(s.ReplaceGrant(ctx, root, clash, 0)); !errors.As(err, &input) || input.Field != "value" {
			t.Errorf("like another: %v", err)
		}
		if err := s.DeleteGrant(ctx, root, made.ID, 1); !errors.Is(err, models.ErrStale) {
			t.Errorf("stale: %v", err)
		}
		ok(t, s.DeleteGrant(ctx, root, made.ID, 2))
		for _, id := range []string{made.ID, "x", ""} {
			if err := s.DeleteGrant(ctx, root, id, 0); !errors.Is(err, models.ErrNotFound) {
				t.Errorf("%q: %v", id, err)
			}
		}
		var said []string
		for _, e := range must(first3(s.AuditLog(ctx, models.ScopeAll, models.Page{}))) {
			if e.Ref == made.ID {
				said = append(said, e.Author+" "+e.Action+" "+e.Name+" | "+e.Reason)
				if (e.Before == "") != (e.Action == "create") || (e.After == "") != (e.Action == "delete") {
					t.Errorf("%+v", e)
				}
			}
		}
		want := []string{
			root.Name + " delete network status for user U1 (eva) until 2031-05-02T08:00:00Z | ",
			root.Name + " change network status for user U1 (eva) until 2031-05-02T08:00:00Z | before: network status for user U1 (eva)",
			root.Name + " create network status for user U1 (eva) | ",
		}
		if diff := cmp.Diff(want, said); diff != "" {
			t.Error(diff)
		}
	})
}

func TestFindGrants(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for _, text := range []string{"* * user *", "network redeploy user U2", "network redeploy user U1", "* * organization T1", "network * channel C1"} {
			must(s.CreateGrant(ctx, root, grant(text)))
		}
		must(s.CreateGrant(ctx, root, ruleGrant()))
		var all []string
		page := models.Page{Limit: 2}
		for {
			rows, total, err := s.FindGrants(ctx, models.GrantFilter{Page: page})
			ok(t, err)
			if total != 6 {
				t.Errorf("of %d", total)
			}
			for _, g := range rows {
				all = append(all, string(g.Kind)+" "+g.Value)
				page.After = []string{string(g.Kind), "0", g.Command, g.Subcommand, g.Value, g.ID}
				if g.Kind == models.GrantRule {
					page.After[1] = "-3"
				}
			}
			if len(rows) < 2 {
				break
			}
		}
		if diff := cmp.Diff([]string{"user *", "user U1", "user U2", "rule ", "organization T1", "channel C1"}, all); diff != "" {
			t.Error(diff)
		}
		rows, total, err := s.FindGrants(ctx, models.GrantFilter{Kinds: []models.GrantKind{models.GrantUser}, Commands: []string{"network"}, Values: []string{"U1"}})
		if err != nil || total != 1 || rows[0].Value != "U1" {
			t.Errorf("%v %v", rows, err)
		}
	})
}

func TestImportGrants(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		rows := []models.GrantRow{{Grant: grant("* * organization T1"), Line: 2}, {Grant: grant("network redeploy user U1"), Line: 3}, {Grant: ruleGrant(), Line: 4}}
		if got := must(s.ImportGrants(ctx, root, rows)); got != (models.ImportResult{Created: 3}) {
			t.Errorf("%+v", got)
		}
		rows[1].Name = "eva"
		if got := must(s.ImportGrants(ctx, root, rows)); got != (models.ImportResult{Updated: 1, Unchanged: 2}) {
			t.Errorf("%+v", got)
		}
		all := must(s.Grants(ctx, "slack"))
		changed := all[2] // the rule, by its id
		changed.Comment = "other words"
		if got := must(s.ImportGrants(ctx, root, []models.GrantRow{{Grant: changed, Line: 2}})); got != (models.ImportResult{Updated: 1}) {
			t.Errorf("%+v", got)
		}
		bad := append(rows, models.GrantRow{Grant: grant("jokes * user U7"), Line: 5}, models.GrantRow{Grant: models.Grant{Kind: "team", Command: "*", Subcommand: "*"}, Line: 6})
		var input *models.InputError
		if err := second(s.ImportGrants(ctx, root, bad)); !errors.As(err, &input) || input.Field != "line 6" {
			t.Errorf("%v", err)
		}
		if got := must(s.Grants(ctx, "slack")); len(got) != 3 {
			t.Errorf("a bad file was half taken: %v", got)
		}
	})
}
