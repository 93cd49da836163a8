package platform_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	fake "lineman/internal/fake/slack"
	"lineman/models"
)

// What is answered at once and not in the acknowledgement is not lost with the
// process either, and leaves no command in the log.
func TestSlackAtOnceAfterCrash(t *testing.T) {
	for text, want := range map[string]string{"help": "There is no command", "wrk list": "Did you mean", "work pick": "Item 0", "work set": "the new value"} {
		t.Run(text, func(t *testing.T) {
			w := newWorld(t, nil)
			w.slack.Fail("chat.postEphemeral", slices.Repeat([]fake.Fault{{Status: 503}}, 3)...)
			d := w.did(w.kim.Mention(w.ctx, "C0NOC", text))
			w.stop() // the attempts have ended
			if c := w.journal.all(); len(c) != 1 || c[0].State != models.ChatAsked || len(w.slack.Messages()) != 0 {
				t.Fatalf("the journal has %+v", c)
			}
			w.clock.add(time.Minute)
			w.start()
			w.message(want)
			w.did(w.slack.Deliver(w.ctx, d)) // Slack sends it again
			w.stop()
			c := w.journal.all()
			if len(c) != 1 || c[0].State != models.ChatAnswered || c[0].Outcome != models.ChatNoCommand || c[0].Line != "" || len(w.slack.Messages()) != 1 {
				t.Errorf("%d messages; the journal has %+v", len(w.slack.Messages()), c)
			}
		})
	}
}

// A word that is no command gets one answer, wherever it is written.
func TestSlackUnknownIsAnsweredOnce(t *testing.T) {
	overBoth(t, func(t *testing.T, w *world) {
		w.slash("/work", "lsit")
		w.did(w.kim.Mention(w.ctx, "C0NOC", "work lsit"))
		w.did(w.kim.Direct(w.ctx, "work lsit"))
		w.stop() // everything is sent
		var answers int
		for _, m := range w.slack.Messages() {
			answers += strings.Count(strings.TrimPrefix(m.All(), m.Text), "Did you mean")
		}
		if n := len(w.slack.Messages()); n != 3 || answers != 3 {
			t.Errorf("%d messages with %d answers to three questions", n, answers)
		}
	})
}

// What was answered so far is kept as it was written, whatever is in it and
// however long it is, through a dialog, a button and a second dialog.
func TestSlackKeepsWhatWasAnswered(t *testing.T) {
	overBoth(t, func(t *testing.T, w *world) {
		const tricky = `it's "quoted" \ 'twice' a=b, c &lt; <x> 10.0.0.0/24`
		value := tricky + strings.Repeat("'", 1000)
		w.slash("/work", "number")
		w.did(w.kim.Submit(w.ctx, w.view("how many"), map[string]string{"name": value, "count": "12"}))
		w.did(w.kim.Submit(w.ctx, w.view("how many"), map[string]string{"name": value, "count": "2"}))
		if got := <-w.ran; !strings.Contains(got, `name="`+strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value)+`"`) {
			t.Errorf("it was run as %.200s", got)
		}
		w.did(w.kim.Mention(w.ctx, "C0NOC", `work number "it's ten 10.0.0.0/24"`))
		m := w.message("Fill in…")
		w.did(w.kim.Press(w.ctx, m, "Fill in…"))
		w.did(w.kim.Submit(w.ctx, w.view("how many"), map[string]string{"count": "3"}))
		if got := <-w.ran; got != `work number count=3 name="it's ten 10.0.0.0/24"` {
			t.Errorf("it was run as %s", got)
		}
		for _, m := range w.slack.Messages() {
			if strings.Contains(m.All(), "10.0.0.0") && strings.Contains(m.All(), "action_id") {
				t.Errorf("what was answered is in a button: %s", m.All())
			}
		}
	})
}
