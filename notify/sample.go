package notify

import (
	"slices"
	"time"

	"lineman/models"
)

// samples are what a template is tried on before it is used: for each event
// that it may be asked to tell, one with everything and one with nothing.
func samples(name string) []View {
	at := time.Date(2031, 5, 1, 8, 0, 0, 0, time.UTC)
	full := View{
		Urgent: true, Name: "zayo-TTN-1", At: at, Author: "ada", Detail: "a sentence", Reason: "a reason",
		Changes: []Difference{{"status", "TENTATIVE", "CONFIRMED"}, {"start", at, at.Add(time.Hour)}, {"circuit ABC", nil, "added"}},
		Window:  at, Ends: at.Add(time.Hour), Severity: models.SeverityIsolated, Unknown: []string{"ABC/1"}, Review: "1",
		Maintenance: &MaintenanceView{
			Name: "zayo-TTN-1", ID: "TTN-1", Provider: "Zayo", Status: models.StatusConfirmed, Phase: models.PhaseUpcoming, Impact: models.ImpactOutage,
			Summary: "splicing", Start: at, End: at.Add(time.Hour), Acknowledged: "ada", More: 3,
			Windows:  []models.Window{{Ordinal: 1, Kind: models.WindowPrimary, Start: at, End: at.Add(time.Hour)}, {Ordinal: 2, Kind: models.WindowBackup, Start: at, End: at}},
			Circuits: []CircuitView{{CID: "ABC/1", Impact: models.ImpactOutage, Sites: []string{"Barcelona"}, Known: true}},
			Trust:    models.TrustUnverified,
			Pending: []PendingView{{
				Notice: "1", From: models.StatusConfirmed, To: models.StatusRescheduled, Trust: models.TrustUnverified, Reason: "a sentence", Received: at,
				Old: []models.PendingWindow{{Ordinal: 1, Start: at, End: at}}, New: []models.PendingWindow{{Ordinal: 1, Start: at, End: at}}, Circuits: []string{"ABC/1"},
			}},
		},
		Finding: &FindingView{Subject: "Barcelona", Kind: models.SubjectSite, Severity: models.SeverityIsolated, Start: at, End: at, Circuits: []string{"ABC/1"}, Maintenances: []string{"zayo-TTN-1"}, Open: true},
		Mail:    &MailView{ID: "1", Subject: "a subject", Sender: "noc@provider.example", Provider: "zayo", State: models.StateParsingFailed, Error: "a sentence"},
		Source:  "noc", Rule: "everything", URL: "https://lineman.example/maintenances/1", Total: 3, More: 1,
		Rows: []Row{{Title: "New", Name: "zayo-TTN-1", Status: "CONFIRMED", Impact: "OUTAGE", Start: at, End: at, Urgent: true, Detail: "a sentence"}},
	}
	rows := full.Rows
	full.Handover = &Handover{
		From: at, To: at, Since: at, Running: rows, Next: rows, Changed: rows, Unacknowledged: rows, Overlaps: rows,
		Unread: []MailView{*full.Mail}, UnreadTotal: 1, Sources: []SourceView{{"noc", at, "a sentence"}},
	}
	var all []View
	for _, k := range slices.Concat(models.EventKinds, []models.EventKind{models.EventTest, models.EventDigest}) {
		if string(k) != name && familyOf(k) != name && !slices.Contains([]string{TemplateRoot, TemplateFindingRoot, TemplateGroup, TemplateDigest, TemplateHandover}, name) {
			continue
		}
		v := full
		v.Kind, v.Title = k, titles[k]
		empty := View{Kind: k, Title: titles[k], At: at}
		if name == TemplateHandover {
			empty.Handover = &Handover{}
		}
		all = append(all, v, empty)
	}
	return all
}
