package app_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"lineman/chatops"
	fake "lineman/internal/fake/slack"
	"lineman/internal/store"
	"lineman/models"
)

// everything lets everybody of the workspace do everything.
func everything(t testing.TB, in installation) {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{URL: "sqlite:" + in.dir + "/lineman.db", Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	for _, kind := range models.GrantScopes {
		g := models.Grant{Kind: kind, Command: models.Any, Subcommand: models.Any, Value: models.Any}
		if _, err := s.CreateGrant(t.Context(), models.Principal{Name: "test", Role: models.RoleAdmin, Scope: models.ScopeAll}, g); err != nil {
			t.Fatal(err)
		}
	}
}

// later lets the commands of a dead process be as if it had been dead for a
// while.
func (in installation) later(t *testing.T) {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{URL: "sqlite:" + in.dir + "/lineman.db", Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if _, err := s.SQL().Exec("UPDATE chat_commands SET touched = touched - ?", 2*chatops.Untouched.Microseconds()); err != nil {
		t.Fatal(err)
	}
}

// TestSlackKilled kills the service between the acknowledgement and the
// answer; the next one answers.
func TestSlackKilled(t *testing.T) {
	slack := fake.New(fake.Options{})
	t.Cleanup(slack.Close)
	in := plain(t, slackSettings(slack, "slack_signing_secret: signing-secret"))
	everything(t, in)
	s := in.serve(t)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	slack.CallAt(s.base + "/chat/slack")
	if _, err := slack.Person("U0KIM").Slash(ctx, "C0NOC", "/provider", "list"); err != nil {
		t.Fatal(err)
	}
	if _, err := slack.AwaitMessage(ctx, " providers"); err != nil {
		t.Fatalf("%v\n%v\n%s", err, slack.Messages(), s.log)
	}
	slack.Fail("response_url", fake.Fault{Status: 503, RetryAfter: 20}) // the answer waits
	if _, err := slack.Person("U0KIM").Slash(ctx, "C0NOC", "/maintenance", "list week"); err != nil {
		t.Fatal(err)
	}
	if err := slack.Await(ctx, func() bool {
		calls := slack.Calls()
		return calls[len(calls)-1].Method == "response_url" && calls[len(calls)-1].Error != ""
	}); err != nil {
		t.Fatal(err)
	}
	s.kill(t)
	in.later(t)
	s = in.serve(t)
	// The first answer may come again: the kill may have come before its record.
	answers := func() (n int) {
		for _, m := range slack.Messages() {
			if !strings.Contains(m.Text, " providers") {
				n++
			}
		}
		return n
	}
	if err := slack.Await(ctx, func() bool { return answers() > 0 }); err != nil {
		t.Fatalf("%v\n%s", err, s.log)
	}
	s.stop(t)
	if n := answers(); n != 1 {
		t.Errorf("%d answers: %v\n%s", n, slack.Messages(), s.log)
	}
}
