package calendar_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lineman/models"
	"lineman/parsers"
	"lineman/parsers/provider"
)

// TestRoundTrip: what the feed says is what the reader of provider's mail
// reads in it.
func TestRoundTrip(t *testing.T) {
	list := items()
	list[2].Shown[0].Circuits = []models.CircuitImpact{hit("C/3", models.ImpactReducedRedundancy)} // a notice names a circuit
	list = slices.Delete(list, 4, 5)                                                               // and has an end
	body := ask(handler(t, &memory{items: list}, nil), http.MethodGet, path).Body.String()
	mail, err := parsers.ReadMail([]byte("From: noc@carrier.example\r\nSubject: x\r\nContent-Type: text/calendar; charset=utf-8\r\n\r\n" + body))
	if err != nil {
		t.Fatal(err)
	}
	result := parsers.NewEngine(provider.All()).Parse(mail, "ntt")
	if result.Outcome != parsers.OutcomeMaintenance {
		t.Fatalf("%s: %s %v", result.Outcome, result.Reason, result.Fields)
	}
	if len(result.Notices) != len(list) {
		t.Errorf("%d notices of %d maintenances", len(result.Notices), len(list))
	}
	for _, m := range list {
		i := slices.IndexFunc(result.Notices, func(n models.Notice) bool { return n.MaintenanceID == m.ExternalID })
		if i < 0 {
			t.Errorf("%s was not read", m.ExternalID)
			continue
		}
		n := result.Notices[i]
		if diff := cmp.Diff(said(m), told(n)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", m.ExternalID, diff)
		}
		if !strings.Contains(n.Summary, "Splicing, ring 7; see ATTENDEE:mailto:evil@x.example 🛠") {
			t.Errorf("summary %q", n.Summary)
		}
	}
	for _, f := range parsers.Lint([]byte(body), "feed.ics") {
		t.Errorf("lint: %+v", f)
	}
}

// said is what a maintenance of the feed says, as its reader should have it:
// its windows in order, whatever their kind, which no property tells.
func said(m models.CalendarItem) models.Notice {
	n := models.Notice{
		Provider: m.ProviderSlug, MaintenanceID: m.ExternalID, Account: "ACME", Organizer: "mailto:" + m.Organizer,
		UID: m.ID + "-primary-1@lineman", Sequence: int(m.Revision), Status: m.Shown[0].Status, Stamp: m.UpdatedAt,
	}
	for _, w := range m.Shown {
		read := models.NoticeWindow{Kind: models.WindowPrimary, Start: w.Start, End: w.End}
		for _, c := range w.Circuits {
			read.Circuits = append(read.Circuits, models.NoticeCircuit{CID: c.CID, Impact: c.Impact})
		}
		n.Windows = append(n.Windows, read)
	}
	return n
}

// told is the part of a notice that said gives.
func told(n models.Notice) models.Notice {
	for _, w := range n.Windows {
		for i := range w.Circuits {
			w.Circuits[i].RawImpact = ""
		}
	}
	return models.Notice{
		Provider: n.Provider, MaintenanceID: n.MaintenanceID, Account: n.Account, Organizer: n.Organizer,
		UID: n.UID, Sequence: n.Sequence, Status: n.Status, Stamp: n.Stamp, Windows: n.Windows,
	}
}
