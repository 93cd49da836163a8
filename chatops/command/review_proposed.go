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

// fillFacts are what a fill would give, for its confirmation.
func fillFacts(facts *chatops.Facts, w models.ReviewWrite) {
	for i, f := range w.Fill.Given() {
		if i == shown {
			text(facts, "and", fmt.Sprintf("%d more", len(w.Fill.Given())-shown))
			return
		}
		text(facts, f.Field, clip(f.Text))
	}
}
