package app_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	fake "lineman/internal/fake/slack"
)

// slackSettings are those of a service for a workspace.
func slackSettings(s *fake.Server, more string) string {
	return fmt.Sprintf("secret_key: a-secret-key\nchatops:\n  platforms:\n    slack: {slack_api_token: xoxb-bot, slack_api_url: %q, %s}\n", s.URL(), more)
}

// TestSlack runs the service against a workspace, over HTTP and over sockets.
func TestSlack(t *testing.T) {
	for name, set := range map[string]string{"http": "slack_signing_secret: [new, signing-secret]", "socket": "slack_app_token: xapp-app"} {
		t.Run(name, func(t *testing.T) {
			slack := fake.New(fake.Options{})
			t.Cleanup(slack.Close)
			in := plain(t, slackSettings(slack, set))
			s := in.serve(t)
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			if name == "http" {
				slack.CallAt(s.base + "/chat/slack")
			} else if err := slack.Await(ctx, func() bool { now, _ := slack.Sockets(); return now == 2 }); err != nil {
				t.Fatalf("no sockets: %v\n%s", err, s.log)
			}
			// Without a grant nothing is permitted, and all the ids that one needs are told.
			d, err := slack.Person("U0KIM").Slash(ctx, "C0NOC", "/maintenance", "list")
			if err != nil {
				t.Fatalf("%v\n%s", err, s.log)
			}
			m, err := slack.AwaitMessage(ctx, "ask an administrator")
			if err != nil {
				t.Fatalf("%v\n%s", err, s.log)
			}
			if text := m.All(); m.To != "U0KIM" || !strings.Contains(text, "T0NOC") || !strings.Contains(text, "C0NOC (noc)") || !strings.Contains(text, "U0KIM (kim)") {
				t.Errorf("answered %s", text)
			}
			if d.Ack.Took > 3*time.Second {
				t.Errorf("acknowledged after %v", d.Ack.Took)
			}
			s.stop(t)
			if now, _ := slack.Sockets(); now != 0 {
				t.Errorf("%d sockets are left open", now)
			}
		})
	}
}

// Nothing of chat is there where no platform comes in over HTTP, and without a
// signature nobody is let in.
func TestSlackRoutes(t *testing.T) {
	slack := fake.New(fake.Options{})
	t.Cleanup(slack.Close)
	for name, tc := range map[string]struct {
		settings string
		asks     bool
	}{
		"configured":     {slackSettings(slack, "slack_signing_secret: s"), true},
		"over sockets":   {slackSettings(slack, "slack_app_token: xapp-app"), false},
		"not configured": {"", false},
	} {
		s := plain(t, tc.settings).serve(t)
		for _, path := range []string{"/chat/slack/slash_command", "/chat/slack/interaction/", "/chat/slack/event"} {
			resp, err := http.Post(s.base+path, "application/json", strings.NewReader("{}"))
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(resp.Body)
			_ = resp.Body.Close()
			asks := strings.Contains(string(body), "missing signature")
			want := http.StatusNotFound
			if tc.asks {
				want = http.StatusUnauthorized
			}
			if err != nil || resp.StatusCode != want || asks != tc.asks {
				t.Errorf("%s: %s: %d %s", name, path, resp.StatusCode, body)
			}
		}
		if _, text := s.get(t, "/metrics"); tc.asks && !strings.Contains(text, `lineman_chat_platform_events_total{event="refused",kind="missing_signature",platform="slack"} 3`) {
			t.Errorf("%s: the refusals are not counted", name)
		}
		s.stop(t)
	}
}

// TestSlackDoctor: the doctor logs in and says what is missing.
func TestSlackDoctor(t *testing.T) {
	slack := fake.New(fake.Options{})
	t.Cleanup(slack.Close)
	for more, want := range map[string]string{
		"slack_signing_secret: s":                              "ok    chat slack: logged in as lineman in the workspace noc (T0NOC); requests come in over HTTP",
		"slack_app_token: xapp-app":                            "ok    chat slack: logged in as lineman in the workspace noc (T0NOC); sockets can be opened",
		"slack_app_token: xapp-wrong":                          "fail  chat slack: slack apps.connections.open: invalid_auth; check slack_app_token",
		"slack_signing_secret: s, slack_api_token: xoxb-other": "",
	} {
		settings := slackSettings(slack, more)
		if want == "" {
			settings = strings.Replace(settings, "slack_api_token: xoxb-bot, ", "", 1)
			want = "fail  chat slack: slack auth.test: invalid_auth; check slack_api_token"
		}
		c := plain(t, settings).command("doctor")
		out, _ := c.CombinedOutput() // other checks may fail
		if !strings.Contains(string(out), want) {
			t.Errorf("%s: want %q in\n%s", more, want, out)
		}
	}
}

// TestSlackLookup: grants are made for ids that Slack tells by name, and where it
// cannot, those that wrote to lineman are listed.
func TestSlackLookup(t *testing.T) {
	slack := fake.New(fake.Options{})
	t.Cleanup(slack.Close)
	slack.AddUser(fake.User{ID: "U0ANN", Name: "ann", Email: "ann@noc.example"})
	slack.AddUser(fake.User{ID: "U0ANN2", Name: "Ann"})
	in := plain(t, slackSettings(slack, "slack_signing_secret: signing-secret"))
	s := in.serve(t)
	slack.CallAt(s.base + "/chat/slack")
	if _, err := slack.Person("U0KIM").Slash(t.Context(), "C0NOC", "/whoami", ""); err != nil {
		t.Fatal(err)
	}
	s.stop(t)
	for _, tc := range []struct {
		kind, name string
		ok         bool
		want       string
	}{
		{"channel", "#noc", true, "C0NOC"},
		{"user", "ann@noc.example", true, "U0ANN"},
		{"organization", "noc", true, "T0NOC"},
		{"user", "ann", false, `"ann" may be U0ANN (ann), U0ANN2 (Ann); give one of them as --value`},
		{"channel", "nowhere", false, `slack has no channel called "nowhere"; those that wrote to lineman are C0NOC (noc)`},
		{"organization", "elsewhere", false, `slack does not tell the organization id of a name such as "elsewhere"; those that wrote to lineman are T0NOC (noc)`},
	} {
		c := in.command("grant", "add", "--platform", "slack", "--kind", tc.kind, "--command", "maintenance", "--lookup", tc.name)
		out, err := c.CombinedOutput()
		if (err == nil) != tc.ok || !strings.Contains(string(out), tc.want) {
			t.Errorf("%s %s: %v\n%s", tc.kind, tc.name, err, out)
		}
	}
	list := in.run(t, "grant", "list")
	for _, want := range []string{"C0NOC", "noc", "U0ANN", "T0NOC"} {
		if !strings.Contains(list, want) {
			t.Errorf("no %s in\n%s", want, list)
		}
	}
	if out := in.run(t, "grant", "seen", "--platform", "slack"); !strings.Contains(out, "U0KIM") || !strings.Contains(out, "C0NOC") {
		t.Errorf("seen are\n%s", out)
	}
	slack.EndToken()
	if out, err := in.command("grant", "add", "--platform", "slack", "--kind", "channel", "--command", "circuit", "--lookup", "noc").CombinedOutput(); err == nil || !strings.Contains(string(out), "token_expired") {
		t.Errorf("with a dead token: %v\n%s", err, out)
	}
}
