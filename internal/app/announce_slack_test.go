package app_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	fake "lineman/internal/fake/slack"
)

// push hands a raw mail to a service over HTTP.
func (s *service) push(t testing.TB, token string, raw []byte) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.base+"/api/v1/notifications/raw", bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "message/rfc822")
	r.Header.Set("Authorization", "Token "+token)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	if text, err := io.ReadAll(answer.Body); err != nil || answer.StatusCode >= 300 {
		t.Fatalf("push: %d %s %v", answer.StatusCode, text, err)
	}
}

// slackWorld is a service that announces in the channel C0NOC, where kim is an
// operator.
type slackWorld struct {
	t     *testing.T
	ctx   context.Context
	slack *fake.Server
	in    installation
	s     *service
	token string
}

func newSlackWorld(t *testing.T, more ...string) *slackWorld {
	t.Helper()
	w := &slackWorld{t: t, slack: fake.New(fake.Options{})}
	t.Cleanup(w.slack.Close)
	in := plain(t, slackSettings(w.slack, "slack_signing_secret: signing-secret")+
		"notify:\n  destinations: [{name: noc, chat: {platform: slack, channel: C0NOC}}]\n"+strings.Join(more, ""))
	everything(t, in)
	in.run(t, "user", "create", "kim", "--role", "operator")
	in.run(t, "user", "link", "--user", "kim", "--platform", "slack", "--chat-user", "U0KIM")
	w.in, w.s = in, in.serve(t)
	w.slack.CallAt(w.s.base + "/chat/slack")
	w.token = strings.TrimSpace(in.run(t, "token", "create", "--name", "pusher", "--role", "operator"))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	w.ctx = ctx
	return w
}

// await waits for a message that is in this thread, empty for the channel
// itself, and holds all of these texts.
func (w *slackWorld) await(thread string, parts ...string) fake.Message {
	w.t.Helper()
	var found fake.Message
	err := w.slack.Await(w.ctx, func() bool {
		for _, m := range w.slack.Messages() {
			all := m.Thread == thread
			for _, p := range parts {
				all = all && strings.Contains(m.All(), p)
			}
			if all {
				found = m
				return true
			}
		}
		return false
	})
	if err != nil {
		w.t.Fatalf("no message in %q with %q: %v\n%s\n%s", thread, parts, err, w.said(), w.s.log)
	}
	return found
}

// said are the texts of all messages.
func (w *slackWorld) said() string {
	var all []string
	for _, m := range w.slack.Messages() {
		all = append(all, fmt.Sprintf("%s in %q to %q: %s", m.TS, m.Thread, m.To, m.Text))
	}
	return strings.Join(all, "\n")
}

// press uses a button and waits for what comes of it; with confirm, it says
// that it is meant.
func (w *slackWorld) press(m fake.Message, label string, confirm bool, answer string) {
	w.t.Helper()
	before := len(w.slack.Messages())
	if _, err := w.slack.Person("U0KIM").Press(w.ctx, m, label); err != nil {
		w.t.Fatal(err)
	}
	if confirm {
		var question fake.Message
		err := w.slack.Await(w.ctx, func() bool {
			for _, m := range w.slack.Messages()[before:] {
				question = m
			}
			return strings.Contains(question.All(), `"Confirm"`)
		})
		if err != nil {
			w.t.Fatalf("%s: %v\n%s\n%s", label, err, w.said(), w.s.log)
		}
		if _, err := w.slack.Person("U0KIM").Press(w.ctx, question, "Confirm"); err != nil {
			w.t.Fatal(err)
		}
	}
	if _, err := w.slack.AwaitMessage(w.ctx, answer); err != nil {
		w.t.Fatalf("%s: %v\n%s\n%s", label, err, w.said(), w.s.log)
	}
}

// TestSlackThread follows one maintenance in a channel: its root is updated in
// place, what happens stands under it, and its buttons work.
func TestSlackThread(t *testing.T) {
	w := newSlackWorld(t)
	start := time.Now().Add(40 * time.Hour).Truncate(time.Hour)
	w.s.push(t, w.token, work(1, "CONFIRMED", start))
	root := w.await("", "ntt-VNOC-7: CONFIRMED", "acknowledged", "Mute")
	first := w.await(root.TS, "New: ntt-VNOC-7", "ld-7", "Acknowledge", "Show")
	if first.Shown || root.Key == "" || first.Key == "" || root.Key == first.Key {
		t.Errorf("the first message: %+v, its root: %+v", first, root)
	}

	w.press(first, "Show", false, "Last changes")
	w.press(root, "Acknowledge", true, "by kim")
	root = w.await("", "ntt-VNOC-7: CONFIRMED", "by kim")
	if root.Edited == 0 {
		t.Error("the root was not updated in place")
	}

	w.s.push(t, w.token, work(2, "RE-SCHEDULED", start.Add(24*time.Hour)))
	moved := w.await(root.TS, "Moved: ntt-VNOC-7", "start", "→")
	if !moved.Shown {
		t.Error("that the work was moved is seen in the thread only")
	}
	w.await("", "ntt-VNOC-7: RE-SCHEDULED")

	w.s.push(t, w.token, work(3, "CANCELLED", start.Add(24*time.Hour)))
	w.await(root.TS, "Cancelled: ntt-VNOC-7")
	root = w.await("", "ntt-VNOC-7: CANCELLED")
	w.press(root, "Mute", true, "told nothing of ntt-VNOC-7")
	w.s.stop(t)
	roots := 0
	for _, m := range w.slack.Messages() {
		if m.Thread == "" && strings.Contains(m.All(), "ntt-VNOC-7: ") {
			roots++
		}
	}
	if roots != 1 {
		t.Errorf("%d roots: %s", roots, w.said())
	}
}

// TestSlackLimited holds that Slack's wish to be left alone is heeded, and that
// what is sent then is sent once.
func TestSlackLimited(t *testing.T) {
	w := newSlackWorld(t)
	w.slack.Fail("chat.postMessage", fake.Fault{Status: http.StatusTooManyRequests, RetryAfter: 3})
	w.s.push(t, w.token, work(1, "CONFIRMED", time.Now().Add(400*time.Hour)))
	root := w.await("", "ntt-VNOC-7: CONFIRMED")
	w.await(root.TS, "New: ntt-VNOC-7")
	var posts []fake.Call
	for _, c := range w.slack.Calls() {
		if c.Method == "chat.postMessage" {
			posts = append(posts, c)
		}
	}
	if len(posts) != 3 || posts[0].Error == "" || posts[1].At.Sub(posts[0].At) < 3*time.Second {
		t.Errorf("the calls: %+v", posts)
	}
	w.s.stop(t)
}

// TestSlackRefuses holds that nothing is lost while Slack refuses the token, and
// that the doctor, the figures and the deliveries say what to do.
func TestSlackRefuses(t *testing.T) {
	w := newSlackWorld(t)
	w.slack.Fail("chat.postMessage", fake.Fault{Error: "invalid_auth"})
	w.s.push(t, w.token, work(1, "CONFIRMED", time.Now().Add(400*time.Hour)))
	until(t, "the refusal", func() bool {
		_, text := w.s.get(t, "/metrics")
		return strings.Contains(text, `lineman_destination_up{destination="noc",kind="chat"} 0`)
	})
	const why = "slack chat.postMessage: invalid_auth; check slack_api_token"
	for _, ask := range [][]string{{"notify", "status"}, {"doctor"}, {"announcements", "list", "--state", "queued"}} {
		out, _ := w.in.command(ask...).CombinedOutput() // the doctor finds fault with other things too
		want := why
		switch ask[0] {
		case "doctor":
			want = "warn  deliveries: the last one to noc failed at "
		case "announcements":
			want = "noc queued"
		}
		if !strings.Contains(string(out), want) || ask[0] == "doctor" && !strings.Contains(string(out), why+"; 1 wait") {
			t.Errorf("%v: want %q in\n%s", ask, want, out)
		}
	}
	if out := w.in.run(t, "announcements", "list", "--state", "failed"); strings.Contains(out, "ntt-VNOC-7") {
		t.Errorf("it was given up:\n%s", out)
	}
	w.s.stop(t)
}
