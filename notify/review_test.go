package notify

import (
	"strings"
	"testing"

	"lineman/chatops"
	"lineman/models"
)

// commands are those of a message's buttons.
func commands(m chatops.Message) string {
	var all []string
	for _, b := range m.Blocks {
		if a, is := b.(chatops.Actions); is {
			for _, button := range a.Buttons {
				all = append(all, button.Command)
			}
		}
	}
	return strings.Join(all, "\n")
}

// TestWhatWaitsLeadsToTheReview holds that whoever may see mail comes from what
// is announced of it to its item, and nobody else does.
func TestWhatWaitsLeadsToTheReview(t *testing.T) {
	all, err := NewTemplates(TemplateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	record := &models.MaintenanceItem{Maintenance: models.Maintenance{ID: "m1", Name: "zayo-TTN-1"}}
	mail := &models.MailItem{RawNotification: models.RawNotification{ID: "r1", Subject: "Work", State: models.StateParsingFailed, Error: "no end"}}
	part := models.Scope{Providers: []string{"zayo"}}
	for name, c := range map[string]struct {
		item  Item
		scope models.Scope
		leads bool
	}{
		"unknown circuit":              {Item{Event: models.Event{Kind: models.EventUnknownCircuit, RawID: "r1", MaintenanceID: "m1"}, Maintenance: record}, models.ScopeAll, true},
		"new, with an unknown circuit": {Item{Event: models.Event{Kind: models.EventNew, Also: []models.EventKind{models.EventUnknownCircuit}, RawID: "r1"}, Maintenance: record}, models.ScopeAll, true},
		"new":                          {Item{Event: models.Event{Kind: models.EventNew, RawID: "r1"}, Maintenance: record}, models.ScopeAll, false},
		"unknown circuit, in part":     {Item{Event: models.Event{Kind: models.EventUnknownCircuit, RawID: "r1"}, Maintenance: record}, part, false},
		"failed":                       {Item{Event: models.Event{Kind: models.EventParseFailed, RawID: "r1"}, Mail: mail}, models.ScopeAll, true},
		"unknown provider":             {Item{Event: models.Event{Kind: models.EventUnknownProvider, RawID: "r1"}, Mail: mail}, models.ScopeAll, true},
	} {
		v := all.view(Parcel{Rule: models.Rule{Scope: c.scope}, Items: []Item{c.item}})
		m, err := all.execute(familyOf(v.Kind), v)
		if err != nil {
			t.Fatal(err)
		}
		if got := commands(m); strings.Contains(got, "maintenance review r1") != c.leads {
			t.Errorf("%s has the buttons\n%s", name, got)
		}
	}
	if e, told := models.MailAnnouncement(models.RawNotification{ID: "r1", State: models.StateParsed, Flags: models.MailFlags{Incomplete: true}}, models.CauseLive, record.UpdatedAt); !told || e.Kind != models.EventParseFailed {
		t.Errorf("a mail that was not read whole: %+v, %t", e, told)
	}
	if e, told := models.MailAnnouncement(models.RawNotification{ID: "r1", State: models.StateParsed}, models.CauseLive, record.UpdatedAt); told {
		t.Errorf("a mail that was read: %+v", e)
	}
}
