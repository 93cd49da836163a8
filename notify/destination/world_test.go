package destination_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lineman/chatops"
	"lineman/internal/config"
	"lineman/models"
	"lineman/notify"
	"lineman/notify/destination"
)

var update = flag.Bool("update", false, "write the golden files")

// noon is now in every test that does not say otherwise.
var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func options() destination.Options {
	return destination.Options{Now: func() time.Time { return noon }, PublicURL: "https://lineman.example.net", Version: "1.2.3"}
}

func made(t *testing.T, o destination.Options, s config.Destination) notify.Destination {
	t.Helper()
	s.Name = "here"
	target, err := destination.New(o, s)
	if err != nil {
		t.Fatal(err)
	}
	return target.Destination
}

func circuit(id, cid, device, port string) *models.Circuit {
	return &models.Circuit{ID: id, CID: cid, Type: "Transit", Terminations: []models.Termination{
		{Side: "A", Site: models.Site{Name: "Barcelona"}, Device: device, Interface: port},
		{Side: "Z", Site: models.Site{Name: "Madrid"}},
	}}
}

// work is a maintenance of two windows and three circuits, of which one is not
// known to the inventory.
func work() models.MaintenanceItem {
	m := models.MaintenanceItem{ProviderSlug: "zayo", ProviderName: "Zayo"}
	m.ID, m.Name, m.ExternalID, m.Status, m.Revision, m.UpdatedAt = "0191-m1", "zayo-TTN-0001", "TTN-0001", models.StatusConfirmed, 4, noon
	m.Summary, m.Organizer = "fibre; repair, night", "mr@zayo.example"
	m.Windows = []models.Window{
		{Ordinal: 1, Kind: models.WindowPrimary, Start: noon.Add(10 * time.Hour), End: noon.Add(14 * time.Hour)},
		{Ordinal: 2, Kind: models.WindowBackup, Start: noon.Add(34 * time.Hour), End: noon.Add(38 * time.Hour)},
	}
	m.Circuits = []models.CircuitImpact{
		{CID: "OGYX/1", Impact: models.ImpactOutage, CircuitID: "c1", Circuit: circuit("c1", "OGYX/1", "bcn-r1", "xe-0/0/1")},
		{CID: "OGYX/2", Impact: models.ImpactDegraded, CircuitID: "c2", Circuit: circuit("c2", "OGYX/2", "bcn-r1", "xe-0/0/2")},
		{CID: "OGYX/3", Impact: models.ImpactOutage},
	}
	return m
}

// about is a parcel about one maintenance.
func about(m models.MaintenanceItem, kind models.EventKind) notify.Parcel {
	head := chatops.Message{Heading: m.Name + " " + string(m.Status), Blocks: []chatops.Block{chatops.Text{Inline: chatops.T("the present state")}}}
	return notify.Parcel{
		Key: "k-0001", At: noon, Rule: models.Rule{Name: "noc", Zone: "Europe/Madrid"},
		Message: chatops.Message{Heading: m.Name + ": " + string(kind), Blocks: []chatops.Block{
			chatops.Text{Inline: chatops.Join(chatops.T("The start moved to "), chatops.At(noon.Add(10*time.Hour)))},
			chatops.Actions{Buttons: []chatops.Button{{Label: "Acknowledge", Command: "maintenance ack " + m.Name}}},
		}},
		Head: &head, Thread: m.ID,
		Items: []notify.Item{{
			Event: models.Event{Key: "change:" + m.ID + ":4", Kind: kind, At: noon, Cause: models.CauseLive, MaintenanceID: m.ID, Name: m.Name, Revision: 4,
				Changes: []models.Change{{Field: "window[1].start", Old: "2026-03-02T20:00:00Z", New: "2026-03-02T22:00:00Z"}}},
			Delivery: models.Delivery{Urgent: true}, Maintenance: &m, Phase: models.PhaseUpcoming,
		}},
	}
}

// failure is what an error says of trying again.
func failure(t *testing.T, err error) notify.Failure {
	t.Helper()
	f := new(notify.Failure)
	if !errors.As(err, &f) {
		t.Fatalf("%v is no *notify.Failure", err)
	}
	return *f
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}
