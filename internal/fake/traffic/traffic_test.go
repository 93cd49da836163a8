package traffic_test

import (
	"bytes"
	"net/mail"
	"testing"

	"lineman/internal/fake/traffic"
)

func TestMailsAreMails(t *testing.T) {
	total := 0
	for i := range 120 {
		raw, received := traffic.Mail(i)
		total += len(raw)
		if _, err := mail.ReadMessage(bytes.NewReader(raw)); err != nil {
			t.Errorf("mail %d: %v", i, err)
		}
		if received.Before(traffic.Epoch) {
			t.Errorf("mail %d was received at %v, before the first was sent", i, received)
		}
		if again, _ := traffic.Mail(i); !bytes.Equal(raw, again) {
			t.Errorf("mail %d is not the same twice", i)
		}
	}
	if mean := total / 120; mean < 7_000 || mean > 16_000 {
		t.Errorf("a mail has %d bytes on average, want about 12 kB", mean)
	}
}
