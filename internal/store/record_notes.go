package store

import (
	"fmt"
	"strings"

	"lineman/models"
)

// Keys of the notes that say why a circuit is not linked.
const (
	unknownCIDNote   = "unknown-cid:"
	ambiguousCIDNote = "ambiguous-cid:"
)

// syncNotes brings the automatic notes of a record to those that the rules of
// the fold and the links give. A note that is no longer due is closed, one that
// is due again is opened; what a person edited or closed is left alone.
func (g *graph) syncNotes(r *record, rules []models.Note) {
	due := map[string]bool{}
	for _, n := range append(rules, g.linkNotes(r)...) {
		row := noteRow{
			MaintenanceID: r.model.ID, Key: short(n.Key), Title: n.Title, Comment: n.Comment,
			Level: string(n.Level), UpdatedAt: at(g.now),
		}
		key := noteKey(row)
		due[key] = true
		old, known := r.notes[key]
		switch {
		case !known:
			row.ID, row.CreatedAt = newID(), at(g.now)
		case old.TouchedBy != "" || old.Author != "":
			continue
		case !old.Closed && old.Title == row.Title && old.Comment == row.Comment && old.Level == row.Level:
			continue
		default:
			row.ID, row.CreatedAt = old.ID, old.CreatedAt
		}
		r.notes[key], r.noteDirty[key] = row, true
	}
	for key, old := range r.notes {
		if due[key] || old.Closed || old.Key == "" || old.Author != "" || old.TouchedBy != "" {
			continue
		}
		old.Closed, old.UpdatedAt = true, at(g.now)
		r.notes[key], r.noteDirty[key] = old, true
	}
}

// linkNotes gives a note for each circuit id that is linked to no circuit.
func (g *graph) linkNotes(r *record) []models.Note {
	var notes []models.Note
	seen := map[string]bool{}
	for _, c := range r.model.Circuits {
		key := models.CIDKey(c.CID)
		if c.CircuitID != "" || c.Manual || seen[key] {
			continue
		}
		seen[key] = true
		// complete matched this very circuit already, so that it is remembered.
		match, err := g.links.match(r.model.ProviderID, c.CID)
		if err != nil {
			continue
		}
		notes = append(notes, linkNote(key, c.CID, match))
	}
	return notes
}

func linkNote(key, cid string, match models.Match) models.Note {
	if match.Ambiguous {
		return models.Note{
			Key: ambiguousCIDNote + key, Title: "Ambiguous circuit ID " + cid, Level: models.NoteWarning,
			Comment: fmt.Sprintf("The notice lists %s, which fits several circuits of this provider%s. None was linked; link the right one by hand or give it an alias.", cid, suggest(": ", match.Suggestions)),
		}
	}
	return models.Note{
		Key: unknownCIDNote + key, Title: "Nonexistent circuit ID " + cid, Level: models.NoteWarning,
		Comment: fmt.Sprintf("The notice lists %s, but the inventory has no such circuit of this provider. It will be linked by itself once the circuit is there%s.", cid, suggest("; similar ones are ", match.Suggestions)),
	}
}

func suggest(lead string, suggestions []models.Suggestion) string {
	var cids []string
	for _, s := range suggestions[:min(3, len(suggestions))] {
		cids = append(cids, s.CID)
	}
	if len(cids) == 0 {
		return ""
	}
	return lead + strings.Join(cids, ", ")
}
