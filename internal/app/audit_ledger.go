package app

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"lineman/internal/audit"
	"lineman/models"
	"lineman/parsers"
)

// ledger looks through the messages of which no bytes were ever kept. What they
// name beside their subjects nobody knows; the report says how many they are.
func (d *dossier) ledger(ctx context.Context) error {
	seen, err := paged(func(p models.Page) ([]models.SeenMessage, int, error) {
		return d.store.Bodiless(ctx, models.ScopeAll, models.TimeRange{From: d.From, To: d.To}, p)
	})
	if err != nil || len(seen) == 0 {
		return err
	}
	count := map[models.MailState]int{}
	for _, m := range seen {
		count[m.Outcome]++
		subject := &parsers.Mail{Message: parsers.Message{Subject: m.Subject}}
		for _, hit := range d.scanner.Scan(subject, parsers.Result{}).Missed {
			d.Dossier.Mails = append(d.Dossier.Mails, audit.Mail{
				ID: m.ID, SHA256: m.SHA256, Received: m.Received, Sender: m.Sender, Subject: m.Subject, MessageID: m.MessageID, Source: m.Source,
				State: string(m.Outcome), Reason: m.Reason, Found: []string{hit.Where() + " names " + hit.Text}, Size: m.Size, Bodiless: true,
			})
		}
	}
	var each []string
	for _, state := range slices.SortedFunc(maps.Keys(count), func(a, b models.MailState) int { return cmp.Or(count[b]-count[a], cmp.Compare(a, b)) }) {
		each = append(each, fmt.Sprintf("%d %s", count[state], cmp.Or(string(state), "without an outcome")))
	}
	d.Remarks = append(d.Remarks, fmt.Sprintf("of %d messages of this time no bytes were kept (%s); only their subjects could be searched", len(seen), strings.Join(each, ", ")))
	return nil
}
