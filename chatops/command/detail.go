package command

import (
	"fmt"
	"strings"
	"time"

	"lineman/chatops"
	"lineman/models"
)

// history bounds the notices and changes that are shown of one maintenance.
const history = 5

// detail draws one maintenance.
func detail(m models.MaintenanceDetail, now time.Time, rules models.PhaseRules) chatops.Message {
	msg := chatops.Message{Heading: m.Name}
	msg.Blocks = append(msg.Blocks, detailFacts(m, now, rules))
	add := func(t chatops.Table) {
		if len(t.Rows) > 0 {
			msg.Blocks = append(msg.Blocks, t)
		}
	}
	add(pendingTable(m.Pending))
	add(windowTable(m.Windows))
	add(circuitTable(m.Circuits))
	add(noteTable(append(append([]models.Note{}, m.Notes...), m.PeopleNotes...)))
	add(noticeTable(m.Notices))
	add(changeTable(m.Changes))
	return msg
}

func detailFacts(m models.MaintenanceDetail, now time.Time, rules models.PhaseRules) chatops.Facts {
	facts := chatops.Facts{}
	text(&facts, "provider", m.ProviderName)
	text(&facts, "id", m.ExternalID)
	if m.Synthetic {
		text(&facts, "", "(the provider gives no id; this one was derived)")
	}
	text(&facts, "also", strings.Join(m.Aliases, ", "))
	text(&facts, "status", standing(m.Maintenance))
	text(&facts, "phase", string(models.PhaseOf(m.Maintenance, now, rules)))
	text(&facts, "impact", string(m.WorstImpact()))
	text(&facts, "account", strings.Join(m.Accounts, ", "))
	text(&facts, "organizer", m.Organizer)
	text(&facts, "summary", m.Summary)
	text(&facts, "sender", string(m.Trust))
	text(&facts, "acknowledged", acknowledged(m.Maintenance))
	for _, c := range m.Conflicts {
		text(&facts, "conflict", fmt.Sprintf("%s was set to %q, a later notice says %q", c.Field, c.Set, c.Notice))
	}
	return facts
}

func acknowledged(m models.Maintenance) string {
	switch {
	case m.Ack == nil:
		return "no"
	case m.Ack.Digest != models.AckDigest(m):
		return "no: it changed since " + m.Ack.Author + " acknowledged it"
	}
	return "by " + m.Ack.Author
}

func windowTable(windows []models.Window) chatops.Table {
	t := chatops.Table{Title: "Windows", Columns: []string{"#", "kind", "start", "end", "status"}}
	for _, w := range windows {
		kind := string(w.Kind)
		if w.Called {
			kind += ", called"
		}
		t.Rows = append(t.Rows, row{
			chatops.T("%d", w.Ordinal), chatops.T("%s", kind), chatops.At(w.Start), chatops.At(w.End), chatops.T("%s", string(w.Status)),
		})
	}
	return t
}

func circuitTable(circuits []models.CircuitImpact) chatops.Table {
	t := chatops.Table{Title: "Circuits", Columns: []string{"circuit", "impact", "a side", "z side", "remark"}}
	for _, c := range circuits {
		remark := ""
		if c.CircuitID == "" {
			remark = "unknown circuit"
		}
		if c.Cancelled {
			remark = strings.TrimPrefix(remark+", cancelled", ", ")
		}
		a, z := sites(c.Circuit)
		t.Rows = append(t.Rows, row{
			chatops.C(c.CID), chatops.T("%s", string(c.Impact)), chatops.T("%s", a), chatops.T("%s", z), chatops.T("%s", remark),
		})
	}
	return t
}

// sites are the names of the sites at both ends; empty where unknown.
func sites(c *models.Circuit) (a, z string) {
	if c == nil {
		return "", ""
	}
	for _, t := range c.Terminations {
		switch t.Side {
		case models.SideA:
			a = t.Site.Name
		case models.SideZ:
			z = t.Site.Name
		}
	}
	return a, z
}

func noteTable(notes []models.Note) chatops.Table {
	t := chatops.Table{Title: "Notes", Columns: []string{"level", "title", "comment", "by"}}
	for _, n := range notes {
		if n.Closed {
			continue
		}
		by := n.Author
		if by == "" {
			by = "lineman"
		}
		t.Rows = append(t.Rows, row{chatops.T("%s", string(n.Level)), chatops.T("%s", n.Title), chatops.T("%s", n.Comment), chatops.T("%s", by)})
	}
	return t
}

func noticeTable(notices []models.Notice) chatops.Table {
	t := chatops.Table{Title: fmt.Sprintf("Notices (%d)", len(notices)), Columns: []string{"received", "status", "read by", "summary"}}
	for _, n := range notices[:min(len(notices), history)] {
		t.Rows = append(t.Rows, row{chatops.At(n.Received), chatops.T("%s", string(n.Status)), chatops.T("%s", n.Parser), chatops.T("%s", n.Summary)})
	}
	return t
}

func changeTable(changes []models.Change) chatops.Table {
	t := chatops.Table{Title: "Last changes", Columns: []string{"when", "what", "before", "after", "by"}}
	for _, c := range changes[:min(len(changes), history)] {
		by := c.Author
		if by == "" {
			by = string(c.Cause)
		}
		t.Rows = append(t.Rows, row{chatops.At(c.At), chatops.T("%s", c.Field), changed(c.Field, c.Old), changed(c.Field, c.New), chatops.T("%s", by)})
	}
	return t
}
