package command

import (
	"fmt"
	"strings"
	"time"

	"lineman/chatops"
	"lineman/models"
)

// maxFill bounds the command of a button.
const maxFill = 1500

// fillProposed is the command that fills in everything that was proposed for a
// mail, value by value, so that what is confirmed is what was shown; empty where
// a command cannot say it.
func fillProposed(d models.ReviewDetail) string {
	fill, err := d.Proposed.Fill(nil)
	if err != nil || d.Provider == "" || len(fill.Windows) > 1 || len(fill.Fields()) == 0 {
		return ""
	}
	words := []string{"review fill " + d.ID}
	add := func(name, value string) {
		if value != "" {
			words = append(words, name+"="+chatops.Quote(value))
		}
	}
	add("maintenance-id", fill.MaintenanceID)
	add("account", fill.Account)
	add("status", string(fill.Status))
	for _, w := range fill.Windows {
		add("start", w.Start.Format(time.RFC3339))
		add("end", w.End.Format(time.RFC3339))
	}
	var cids []string
	for _, c := range fill.Circuits {
		if strings.ContainsAny(c.CID, ",") {
			return ""
		}
		cids = append(cids, c.CID)
	}
	if len(cids) > 0 {
		add("circuit", strings.Join(cids, ","))
		add("impact", string(fill.Circuits[0].Impact))
	}
	add("reason", d.Proposed.Reason())
	command := strings.Join(words, " ")
	if len(command) > maxFill {
		return ""
	}
	return command
}

// proposedTable draws what was proposed.
func proposedTable(r models.ProposalRun) chatops.Table {
	t := chatops.Table{Title: "Proposed by " + r.Model + ", and found in the mail; nothing of it counts until somebody fills it in", Columns: []string{"field", "value", "in the mail"}}
	for _, p := range r.Proposals[:min(len(r.Proposals), shown)] {
		t.Rows = append(t.Rows, row{chatops.T("%s", p.Field), chatops.T("%s", clip(p.Value)), chatops.T("%s", clip(p.Evidence))})
	}
	return t
}

// fillFacts are what an act is about, with what a fill would give, for its
// confirmation.
func fillFacts(d models.ReviewDetail, w models.ReviewWrite) chatops.Facts {
	facts := chatops.Facts{}
	text(&facts, "subject", clip(d.Subject))
	text(&facts, "sender", d.Sender)
	text(&facts, "waits for", waitsFor(d.ReviewItem))
	for i, f := range w.Fill.Given() {
		if i == shown {
			text(&facts, "and", fmt.Sprintf("%d more", len(w.Fill.Given())-shown))
			break
		}
		text(&facts, f.Field, clip(f.Text))
	}
	return facts
}
