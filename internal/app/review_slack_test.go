package app_test

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestReviewByButtons sees to a cancellation in doubt by the buttons that Slack
// shows: from the list to the mail, from there to the answer. An answer that
// was asked for before somebody else gave one is refused, with what changed.
func TestReviewByButtons(t *testing.T) {
	w := newSlackWorld(t, "trust: {untrusted: review}\n")
	start := time.Now().Add(40 * time.Hour).Truncate(time.Hour)
	w.s.push(t, w.token, work(1, "CONFIRMED", start))
	w.await("", "ntt-VNOC-7: CONFIRMED")
	w.s.push(t, w.token, work(2, "CANCELLED", start))
	w.await("", "ntt-VNOC-7", "PENDING")

	kim := w.slack.Person("U0KIM")
	if _, err := kim.Slash(w.ctx, "C0NOC", "/maintenance", "review"); err != nil {
		t.Fatal(err)
	}
	list, err := w.slack.AwaitMessage(w.ctx, "Mail that waits for a person")
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, w.said(), w.s.log)
	}
	w.press(list, "Show Planned work 2", false, "accept or reject it")
	item, err := w.slack.AwaitMessage(w.ctx, "accept or reject it")
	if err != nil {
		t.Fatal(err)
	}
	w.press(item, "Reject", true, "What the mail says does not count.")
	if _, body := w.s.get(t, "/api/v1/maintenances/ntt-VNOC-7"); !strings.Contains(body, `"pending":[]`) || !strings.Contains(body, `"status":"CONFIRMED"`) {
		t.Errorf("rejected: %s", body)
	}
	_, body := w.s.send(t, http.MethodGet, "/api/v1/review?state=all", w.token, "")
	_, id, _ := strings.Cut(body, `"id":"`)
	id, _, _ = strings.Cut(id, `"`)
	if code, body := w.s.send(t, http.MethodPost, "/api/v1/review/"+id+"/undo", w.token, `{}`); code != http.StatusOK {
		t.Fatalf("undo: %d %s", code, body)
	}

	before := len(w.slack.Messages())
	if _, err := kim.Press(w.ctx, item, "Accept"); err != nil {
		t.Fatal(err)
	}
	question := item
	if err := w.slack.Await(w.ctx, func() bool {
		for _, m := range w.slack.Messages()[before:] {
			if strings.Contains(m.All(), `"Confirm"`) {
				question = m
				return true
			}
		}
		return false
	}); err != nil {
		t.Fatalf("%v\n%s", err, w.said())
	}
	if code, body := w.s.send(t, http.MethodPost, "/api/v1/review/"+id+"/accept", w.token, `{}`); code != http.StatusOK {
		t.Fatalf("accept: %d %s", code, body)
	}
	if _, err := kim.Press(w.ctx, question, "Confirm"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.slack.AwaitMessage(w.ctx, "pusher did accept"); err != nil {
		t.Fatalf("stale: %v\n%s\n%s", err, w.said(), w.s.log)
	}
	w.s.stop(t)
}
