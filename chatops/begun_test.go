package chatops_test

import (
	"context"
	"testing"
	"time"

	"lineman/chatops"
	"lineman/models"
)

// A process does not recover from itself what it is still at; what it leaves
// it does.
func TestRecoverLeavesWhatIsBegun(t *testing.T) {
	log := &journal{}
	d := dispatcher(t, log)
	turn := d.Begin(context.Background(), chatops.Request{Platform: "terminal", Text: "work list", At: noon.Add(-time.Hour)})
	if turn.Answer != nil {
		t.Fatalf("answered %s", flat(*turn.Answer))
	}
	sent := 0
	recover := func() {
		t.Helper()
		if err := d.Recover(context.Background(), "terminal", func(context.Context, chatops.Request, chatops.Message) error { sent++; return nil }); err != nil {
			t.Fatal(err)
		}
	}
	if recover(); sent != 0 {
		t.Fatal("a command that is being run was run again")
	}
	turn.Left()
	if recover(); sent != 1 || log.commands[0].State != models.ChatAnswered {
		t.Errorf("answered %d times; the journal has %+v", sent, log.commands)
	}
}
