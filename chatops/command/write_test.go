package command_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lineman/chatops"
	"lineman/chatops/command"
	"lineman/chatops/platform"
	"lineman/models"
)

// confirmed writes a line, presses Confirm, and gives the answer.
func confirmed(t *testing.T, d *chatops.Dispatcher, line string) string {
	t.Helper()
	got, question := ask(t, d, line)
	for _, b := range question.Blocks {
		if a, is := b.(chatops.Actions); is && a.Buttons[0].Label == "Confirm" {
			return press(t, d, a.Buttons[0].Ticket, nil)
		}
	}
	return got
}

// press uses a button or a menu.
func press(t *testing.T, d *chatops.Dispatcher, ticket string, answers map[string]string) string {
	t.Helper()
	m := d.Dispatch(context.Background(), chatops.Request{
		ID: "R2", Platform: chatops.PlatformTerminal, Ticket: ticket, Answers: answers, User: chatops.Party{ID: "kim"},
		Organization: chatops.Party{ID: chatops.OrganizationTerminal}, Channel: chatops.Party{ID: chatops.ChannelLocal},
	})
	text, err := platform.All()[0].Render(m)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestWrites(t *testing.T) {
	window := func(kind models.WindowKind, from, to float64) models.NoticeWindow {
		return models.NoticeWindow{Kind: kind, Start: hours(from), End: hours(to)}
	}
	for _, test := range []struct {
		line string
		want models.Write
		says string
	}{
		{
			`maintenance ack far reason="they called"`,
			models.Write{Maintenance: "id-FAR", Expected: 7, Reason: "they called", Acts: []models.Edit{{Kind: models.EditAcknowledge}}}, "zayo-FAR is acknowledged.",
		},
		{
			`maintenance note zayo-FAR customers "are told" level=warning`,
			models.Write{Maintenance: "id-FAR", Notes: []models.NoteWrite{{Comment: "customers are told", Level: models.NoteWarning}}}, "zayo-FAR has the note.",
		},
		{
			"maintenance set zayo-FAR status=cancelled",
			models.Write{Maintenance: "id-FAR", Expected: 7, Acts: []models.Edit{models.SetStatus(models.StatusCancelled)}}, "zayo-FAR is changed.",
		},
		{
			`maintenance set kddi-NIGHTS window=2 start="2026-03-02 17:00" end=2026-03-02T22:00:00+01:00 summary="ring work" impact=degraded`,
			models.Write{Maintenance: "id-NIGHTS", Expected: 7, Acts: []models.Edit{
				models.SetWindows([]models.NoticeWindow{window(models.WindowPrimary, -20, -16), window(models.WindowPrimary, 5, 9)}),
				models.SetSummary("ring work"), {Kind: models.EditImpact, CID: "SAME-1", Impact: models.ImpactDegraded},
			}}, "kddi-NIGHTS is changed.",
		},
		{
			"maintenance set zayo-TTN-0000000001 impact=no-impact cid=lost-1",
			models.Write{Maintenance: "id-TTN-0000000001", Expected: 7, Acts: []models.Edit{{Kind: models.EditImpact, CID: "LOST-1", Impact: models.ImpactNone}}},
			"zayo-TTN-0000000001 is changed.",
		},
		{"circuit alias SAME-1 OTHER-1 provider=kddi", models.Write{Maintenance: "kddi SAME-1 = OTHER-1"}, "SAME-1 of KDDI 東京 is also known as OTHER-1 now."},
	} {
		t.Run(test.line, func(t *testing.T) {
			r := sample()
			got := confirmed(t, dispatcher(t, r, models.ScopeAll), test.line)
			if !strings.Contains(got, test.says) {
				t.Errorf("it says\n%s", got)
			}
			if diff := cmp.Diff([]models.Write{test.want}, r.written); diff != "" {
				t.Errorf("written (-want +got):\n%s", diff)
			}
		})
	}
}

// What cannot be done is refused before it is confirmed, and writes nothing.
func TestWritesRefused(t *testing.T) {
	for line, says := range map[string]string{
		"maintenance set zayo-FAR":                                         "Nothing would change",
		"maintenance set zayo-FAR status=tentative":                        "Nothing would change",
		"maintenance set zayo-FAR status=gone":                             `"gone" is not one of`,
		"maintenance set zayo-FAR window=1":                                "needs start= or end=",
		"maintenance set zayo-FAR window=9 end=+900h":                      "has no window 9",
		"maintenance set kddi-NIGHTS end=23:00":                            "has 2 windows",
		"maintenance set zayo-FAR end=now":                                 "the end is before the start",
		`maintenance set zayo-FAR start="1999-01-01 00:00"`:                "between the years 2000 and 2100",
		"maintenance set zayo-FAR cid=SAME-1":                              "needs impact=",
		"maintenance set zayo-FAR impact=outage cid=NONE":                  `lists no circuit "NONE"`,
		"maintenance set zayo-TTN-0000000001 impact=outage":                "lists 2 circuits",
		"maintenance set zayo-FAR stauts=cancelled":                        `"stauts" is no parameter here`,
		"maintenance set nothing status=cancelled":                         `There is no maintenance "nothing"`,
		"maintenance ack nothing":                                          `There is no maintenance "nothing"`,
		"maintenance accept zayo-FAR":                                      "Nothing of zayo-FAR waits for a person",
		"circuit alias nothing x":                                          `There is no circuit "nothing"`,
		"circuit alias LOST-1 x":                                           `There is no circuit "LOST-1"`,
		"circuit alias zayo:SAME-1 same-1":                                 "is known as same-1 already",
		"maintenance note zayo-FAR " + strings.Repeat("long words ", 1000): "longer than",
	} {
		r := sample()
		got := strings.Join(strings.Fields(confirmed(t, dispatcher(t, r, models.ScopeAll), line)), " ")
		if !strings.Contains(got, says) || len(r.written) > 0 {
			t.Errorf("%.60s: %s\nwritten %v", line, got, r.written)
		}
	}
}

// What is refused when it is written is told in words, and the rest of what
// went wrong is not.
func TestWritesThatFail(t *testing.T) {
	for _, test := range []struct {
		err  error
		says string
	}{
		{fmt.Errorf("at revision 8: %w", models.ErrStale), "zayo-FAR was changed meanwhile, and nothing was done"},
		{models.ErrDenied, "you see only a part of zayo-FAR"},
		{models.ErrNotFound, `There is no maintenance "zayo-FAR"`},
		{models.Invalid("summary", "too long; at most 5 bytes"), "too long; at most 5 bytes"},
		{errors.New("pq: CANARY"), "Something went wrong on lineman's side"},
	} {
		r := sample()
		r.refuse = test.err
		got := strings.Join(strings.Fields(confirmed(t, dispatcher(t, r, models.ScopeAll), "maintenance ack zayo-FAR")), " ")
		if !strings.Contains(strings.ToLower(got), strings.ToLower(test.says)) || strings.Contains(got, "CANARY") {
			t.Errorf("%v: %s", test.err, got)
		}
	}
}

// A record that was acknowledged as it stands is not acknowledged again, and
// offers no button for it.
func TestAcknowledgedAlready(t *testing.T) {
	r := sample()
	m := &r.maintenances[0]
	m.Ack = &models.Acknowledgement{Author: "ann", Digest: models.AckDigest(m.Maintenance), Holds: true}
	if got, _ := ask(t, dispatcher(t, r, models.ScopeAll), "maintenance ack zayo-FAR"); !strings.Contains(got, "acknowledged already, by ann") {
		t.Errorf("got %s", got)
	}
	if got, _ := ask(t, dispatcher(t, r, models.ScopeAll), "maintenance show zayo-FAR"); strings.Contains(got, "maintenance ack") {
		t.Errorf("got %s", got)
	}
}

// Without a Writer, and to those whose role does not suffice, nothing that
// writes is offered.
func TestReadOnly(t *testing.T) {
	r := sample()
	o := options(r)
	o.Writer = nil
	for _, c := range command.All(o) {
		for _, s := range c.Subcommands {
			if s.Writes {
				t.Errorf("%s %s writes", c.Name, s.Name)
			}
		}
	}
	d := dispatcherOf(t, r, options(r), models.Principal{Name: "eve", Role: models.RoleViewer, Scope: models.ScopeAll})
	if got, _ := ask(t, d, "maintenance show zayo-FAR"); strings.Contains(got, "maintenance ack") {
		t.Errorf("a viewer is offered\n%s", got)
	}
	for _, line := range []string{"maintenance ack zayo-FAR", "maintenance accept zayo-FAR", "maintenance reject zayo-FAR", "maintenance note zayo-FAR x", "maintenance set zayo-FAR status=cancelled", "circuit alias zayo:SAME-1 x"} {
		if got := confirmed(t, d, line); !strings.Contains(got, "needs the role operator") || len(r.written) > 0 {
			t.Errorf("%s: %s", line, got)
		}
	}
}
