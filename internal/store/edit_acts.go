package store

import (
	"fmt"
	"slices"
	"strings"

	"lineman/models"
)

// allowed reports why an act cannot be done to a record by this person.
func (e *editing) allowed(r *record, act models.Edit) error {
	partial := !e.sight.all && !e.whole[r.group.provider]
	switch act.Kind {
	case models.EditLink:
		seen, err := e.inSight(act.CircuitID)
		if err != nil {
			return err
		}
		if !seen {
			return models.Invalid("circuit", "the inventory has no such circuit")
		}
		return e.linkable(r, act, partial)
	case models.EditUnlink, models.EditImpact:
		i := slices.IndexFunc(r.model.Circuits, func(c models.CircuitImpact) bool { return models.CIDKey(c.CID) == models.CIDKey(act.CID) })
		seen := i >= 0
		if seen && partial {
			var err error
			if seen, err = e.inSight(r.model.Circuits[i].CircuitID); err != nil {
				return err
			}
		}
		linked := i < 0 && !partial && slices.ContainsFunc(r.edits, func(e models.Edit) bool { // by an act before this one
			return e.Kind == models.EditLink && models.CIDKey(e.CID) == models.CIDKey(act.CID)
		})
		if !seen && !linked {
			return models.Invalid("circuit", "the maintenance does not list the circuit %s; link it first", act.CID)
		}
	case models.EditAcceptNotice, models.EditRejectNotice, models.EditReopenNotice:
		if n := e.graph.notices[act.NoticeID]; n == nil || n.record != nil && n.record != r || n.RecordID != ref(r.model.ID) {
			return models.Invalid("notice", "the maintenance has no such notice")
		}
		fallthrough
	case models.EditCreate, models.EditSet, models.EditDelete, models.EditMerge:
		if partial {
			return fmt.Errorf("%s of a maintenance that is seen in part: %w", act.Kind, models.ErrDenied)
		}
	case models.EditAcknowledge, models.EditNote:
	}
	return nil
}

// linkable refuses a link in place of one that is there or is not seen.
func (e *editing) linkable(r *record, act models.Edit, partial bool) error {
	for _, c := range r.model.Circuits {
		if models.CIDKey(c.CID) != models.CIDKey(act.CID) || c.CircuitID == act.CircuitID {
			continue
		}
		if partial {
			return fmt.Errorf("link of a circuit that is not seen: %w", models.ErrDenied)
		}
	}
	return nil
}

// took reports an act that did not come to what it says. The fold drops what
// makes no sense beside the notices; a person must be told.
func (e *editing) took(r *record, act models.Edit) error {
	m := r.model
	line := func(want func(models.CircuitImpact) bool) bool {
		return slices.ContainsFunc(m.Circuits, func(c models.CircuitImpact) bool {
			return models.CIDKey(c.CID) == models.CIDKey(act.CID) && want(c)
		})
	}
	switch act.Kind {
	case models.EditSet:
		if act.Field == "status" && string(m.Status) != act.Value || act.Field == "summary" && m.Summary != act.Value {
			return models.Invalid(act.Field, "a newer notice says otherwise, and it could not be set to %q", act.Value)
		}
	case models.EditLink:
		if !line(func(c models.CircuitImpact) bool { return c.CircuitID == act.CircuitID }) {
			return models.Invalid("circuit", "the notices listed %s and then took it out; it cannot be linked any more", act.CID)
		}
	case models.EditImpact:
		if !line(func(c models.CircuitImpact) bool { return c.Impact == act.Impact }) {
			return models.Invalid("impact", "the notices say otherwise of %s, and it could not be set", act.CID)
		}
	case models.EditUnlink:
		if line(func(c models.CircuitImpact) bool { return c.CircuitID != "" }) {
			return models.Invalid("circuit", "%s could not be unlinked", act.CID)
		}
	case models.EditDelete:
		if !m.Deleted {
			return models.Invalid("", "the maintenance could not be deleted")
		}
	case models.EditCreate:
		if m.Deleted {
			return models.Invalid("", "the maintenance could not be brought back")
		}
	case models.EditAcknowledge, models.EditNote, models.EditMerge,
		models.EditAcceptNotice, models.EditRejectNotice, models.EditReopenNotice:
	}
	return nil
}

// notes does what a write asks of notes, and gives what to record of it and
// the IDs of the notes.
func (e *editing) notes(r *record, write models.Write) (changes []models.Change, ids []string, err error) {
	for _, n := range write.Notes {
		var change models.Change
		var id string
		if n.ID == "" {
			change, id, err = e.addNote(r, n, write.Reason)
		} else {
			change, id, err = e.changeNote(r, n)
		}
		if err != nil {
			return nil, nil, err
		}
		ids = append(ids, id)
		if change.Field != "" {
			changes = append(changes, change)
		}
	}
	return changes, ids, nil
}

func (e *editing) addNote(r *record, n models.NoteWrite, reason string) (models.Change, string, error) {
	title := tidy(n.Title)
	if title == "" { // the first words of the text
		title = strings.TrimSpace(cut(strings.SplitN(strings.TrimSpace(clean(n.Comment)), "\n", 2)[0], 80))
	}
	if n.Unique && titled(r, title, "") {
		return models.Change{}, "", models.Invalid("title", "the maintenance has a note with this title already")
	}
	level := n.Level
	if level == "" {
		level = models.NoteInfo
	}
	row := noteRow{
		ID: newID(), MaintenanceID: r.model.ID, Title: title, Comment: clean(n.Comment), Level: string(level),
		Author: authorOf(e.by), CreatedAt: at(e.now), UpdatedAt: at(e.now),
	}
	r.notes[noteKey(row)], r.noteDirty[noteKey(row)], r.dirty = row, true, true
	// The act keeps the record, and with it the note, when its notices go.
	act := models.Edit{
		ID: row.ID, MaintenanceID: r.model.ID, Kind: models.EditNote, Author: row.Author, At: e.moment(r), Reason: clean(reason),
		Field: row.Title, Value: row.Comment,
	}
	r.edits = append(r.edits, act)
	e.edits = append(e.edits, newEditRow(act))
	return models.Change{Field: "note", New: title}, row.ID, nil
}

// changeNote changes or removes a note.
func (e *editing) changeNote(r *record, n models.NoteWrite) (models.Change, string, error) {
	for key, row := range r.notes {
		if row.ID != n.ID || row.Removed {
			continue
		}
		if !e.sight.all && !e.whole[r.group.provider] && row.Key != "" {
			break // it names circuits
		}
		old := row
		switch {
		case n.Remove && row.Key == "":
			e.gone = append(e.gone, row.ID)
			delete(r.notes, key)
			delete(r.noteDirty, key)
			return models.Change{Field: "note", Old: row.Title}, row.ID, nil // a person's: it has no key
		case n.Remove:
			row.Closed, row.Removed = true, true
		default:
			row.Title, row.Comment = tidy(n.Title), clean(n.Comment)
			if n.Level != "" {
				row.Level = string(n.Level)
			}
		}
		if n.Unique && !n.Remove && titled(r, row.Title, row.ID) {
			return models.Change{}, "", models.Invalid("title", "the maintenance has a note with this title already")
		}
		if row == old {
			return models.Change{}, row.ID, nil
		}
		row.TouchedBy, row.UpdatedAt = authorOf(e.by), at(e.now)
		r.notes[key], r.noteDirty[key], r.dirty = row, true, true
		change := models.Change{Field: "note", Old: old.Title, New: row.Title}
		if row.Key != "" {
			change.Field = automaticNoteField
		}
		if n.Remove {
			change.New = ""
		}
		return change, row.ID, nil
	}
	return models.Change{}, "", fmt.Errorf("note: %w", models.ErrNotFound)
}

// automaticNoteField stands in Changes of what lineman noted itself: such
// titles name circuits.
const automaticNoteField = "note[automatic]"

// titled reports whether a record shows another note with a title.
func titled(r *record, title, except string) bool {
	for _, n := range r.notes {
		if n.ID != except && n.Title == title && !n.Removed {
			return true
		}
	}
	return false
}

func authorOf(by models.Principal) string {
	if name := tidy(by.Name); name != "" {
		return name
	}
	return "unknown" // an empty author means lineman itself
}

// cut gives the first letters of a text.
func cut(text string, letters int) string {
	if r := []rune(text); len(r) > letters {
		return string(r[:letters])
	}
	return text
}

// actions tells in few words what was done.
func actions(acts []models.Edit, notes []models.NoteWrite) string {
	var words []string
	for _, a := range acts {
		word := string(a.Kind)
		switch {
		case a.Kind == models.EditSet:
			word += " " + a.Field
		case a.Kind == models.EditAcknowledge && a.Value == models.EditWithdraw:
			word = "withdraw acknowledgement"
		}
		words = append(words, word)
	}
	for _, n := range notes {
		switch {
		case n.Remove:
			words = append(words, "remove note")
		case n.ID != "":
			words = append(words, "change note")
		default:
			words = append(words, "note")
		}
	}
	return cut(strings.Join(unique(words), ", "), 200)
}
