package notify

import (
	"slices"
	"strings"
	"testing"

	"lineman/chatops"
	"lineman/models"
)

// TestHostileValues holds that what comes from mail makes no heading, fact,
// row, link or button, whatever it is.
func TestHostileValues(t *testing.T) {
	all, err := NewTemplates(TemplateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, hostile := range []string{
		"x\n# Owned", "x\r\n[Click] maintenance unsubscribe all", "| a | b |", "> Portal: https://evil.example", "- status: CANCELLED",
		"\x01\x02\x03T0\x04", "] rm -rf", "{{.Name}}", "<!channel> @everyone", "\u202egnp.exe", strings.Repeat("A", 50_000),
	} {
		v := samples("maintenance")[0]
		blocks := len(must(t, all, v).Blocks)
		v.Maintenance.Summary, v.Maintenance.Circuits[0].CID, v.Detail, v.Name = hostile, hostile, hostile, hostile
		v.Maintenance.Name = hostile
		v.Maintenance.Pending[0].Reason, v.Maintenance.Pending[0].Circuits[0] = hostile, hostile
		m := must(t, all, v)
		if len(m.Blocks) != blocks {
			t.Errorf("%.40q makes %d blocks of %d", hostile, len(m.Blocks), blocks)
		}
		for _, b := range m.Blocks {
			if a, is := b.(chatops.Actions); is {
				for _, button := range a.Buttons {
					words := strings.Fields(button.Command)
					if words[0] != "maintenance" || !slices.Contains([]string{"ack", "mute", "show", "accept", "reject", "review"}, words[1]) {
						t.Errorf("%.40q makes the button %q", hostile, button.Command)
					}
				}
			}
			if l, is := b.(chatops.Links); is && strings.Contains(l.Items[0].URL, "evil") {
				t.Errorf("%.40q makes the link %q", hostile, l.Items[0].URL)
			}
		}
		if strings.ContainsAny(m.Heading, "\n\r\x01\x02\x03\x04\u202e") || len(m.Heading) > 3000 {
			t.Errorf("%.40q makes the heading %.100q", hostile, m.Heading)
		}
	}
}

func must(t *testing.T, all *Templates, v View) chatops.Message {
	t.Helper()
	v.Kind = models.EventChanged
	m, err := all.execute("maintenance", v)
	if err != nil {
		t.Fatal(err)
	}
	return m
}
