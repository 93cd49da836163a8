package destination_test

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lineman/chatops/platform"
	"lineman/internal/config"
	fake "lineman/internal/fake/slack"
	"lineman/models"
	"lineman/notify"
)

// inSlack is the channel C0NOC of a workspace.
func inSlack(t *testing.T) (*fake.Server, notify.Destination) {
	t.Helper()
	server := fake.New(fake.Options{})
	t.Cleanup(server.Close)
	settings := config.Platforms{Slack: config.Slack{APIToken: "xoxb-bot", SigningSecret: []config.Secret{"signing-secret"}, APIURL: server.URL()}}
	o := options()
	for _, m := range platform.All() {
		if m.Open == nil || !m.Configured(settings) {
			continue
		}
		p, err := m.Open(platform.Options{Settings: settings, Client: http.DefaultClient, Logger: slog.New(slog.DiscardHandler), Now: time.Now, Secrets: nothing{}})
		if err != nil {
			t.Fatal(err)
		}
		o.Senders = append(o.Senders, p.(platform.Sender))
	}
	return server, made(t, o, config.Destination{Chat: config.ChatDestination{Platform: "slack", Channel: "C0NOC"}})
}

// nothing keeps no secrets.
type nothing struct{}

func (nothing) Exchange(context.Context, string, func([]byte) ([]byte, error)) error { return nil }

// posted are the messages that are there: thread and key of each.
func posted(s *fake.Server) (list []string) {
	for _, m := range s.Messages() {
		list = append(list, m.Thread+" "+m.Key)
	}
	return list
}

// What was sent and not written down is found by its key, root and message, and
// not posted twice; where Slack does not let lineman look, it is posted again.
func TestSlackFindsItsKey(t *testing.T) {
	server, d := inSlack(t)
	p := about(work(), models.EventNew)
	for i := range p.Items {
		p.Items[i].Delivery.CreatedAt = time.Now()
	}
	first, err := d.Deliver(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	root := server.Messages()[0].TS
	want := []string{" " + p.Key + "-root", root + " " + p.Key}
	if diff := cmp.Diff(want, posted(server)); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}

	p.Repeat = true // the process died before it kept the receipt
	again, err := d.Deliver(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first, again); diff != "" {
		t.Errorf("the receipts differ:\n%s", diff)
	}
	p.Root = first.Root // the root was kept, and what stands under it was not
	if again, err = d.Deliver(t.Context(), p); err != nil || again.Posted != first.Posted {
		t.Errorf("%+v, %v: want %s", again, err, first.Posted)
	}
	if diff := cmp.Diff(want, posted(server)); diff != "" {
		t.Errorf("posted twice (-want +got):\n%s", diff)
	}

	half := p // another one, of which only the root came through
	half.Key, half.Message, half.Head, half.Root, half.Repeat = "k-0002-root", *p.Head, nil, "", false
	if _, err := d.Deliver(t.Context(), half); err != nil {
		t.Fatal(err)
	}
	p.Key, p.Root = "k-0002", ""
	if _, err := d.Deliver(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	list := server.Messages()
	want = append(want, " k-0002-root", list[2].TS+" k-0002")
	if diff := cmp.Diff(want, posted(server)); diff != "" {
		t.Errorf("half of it (-want +got):\n%s", diff)
	}

}

// Where Slack does not let lineman look, it is posted again: told twice is
// better than not at all.
func TestSlackMayNotLook(t *testing.T) {
	server, d := inSlack(t)
	p := about(work(), models.EventNew)
	p.Head = nil
	for _, p.Repeat = range []bool{false, true} {
		server.Fail("conversations.history", fake.Fault{Error: "missing_scope"})
		if _, err := d.Deliver(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]string{" " + p.Key, " " + p.Key}, posted(server)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// What an operator can mend is no reason to lose what is to be told: it is tried
// again, and the error says what to do.
func TestSlackTokenRefused(t *testing.T) {
	for code, advice := range map[string]string{
		"invalid_auth": "slack_api_token", "token_revoked": "slack_api_token", "missing_scope": "add the scope", "not_in_channel": "invite the bot",
		"channel_not_found": "the channel's id", "restricted_action": "let the bot write", "msg_too_long": "",
	} {
		server, d := inSlack(t)
		server.Fail("chat.postMessage", fake.Fault{Error: code})
		_, err := d.Deliver(t.Context(), about(work(), models.EventNew))
		f := failure(t, err)
		if f.Fatal != (advice == "") || !strings.Contains(f.Error(), advice) || !strings.Contains(f.Error(), code) {
			t.Errorf("%s: fatal %v: %v", code, f.Fatal, f)
		}
	}
}
