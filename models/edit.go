package models

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// ErrStale is returned (wrapped) when a record is not the one that its editor
// saw: it was changed meanwhile. Nothing was changed.
var ErrStale = errors.New("the record was changed meanwhile")

// ErrDenied is returned (wrapped) for an act that the editor's scope does not
// cover, on a record that the editor sees. Nothing was changed.
var ErrDenied = errors.New("outside of the scope")

// EditWithdraw as Value of an EditAcknowledge takes the acknowledgement back.
const EditWithdraw = "withdraw"

// OwnProvider is the slug of the provider under which people keep work that is
// no provider's: their own. It is made with its first record.
const OwnProvider = "own-work"

// Write is what a person asks to be done to one maintenance. Its parts are
// done in this order: creation, acts, notes.
type Write struct {
	Maintenance string    // ID or name; empty with Create
	Expected    int64     // revision that the person saw; 0: whatever it is
	Create      *Creation // makes the record, or brings back one that was deleted
	Acts        []Edit    // without ID, MaintenanceID, Author and At; the store fills in the Digest of an acknowledgement, and a merge has the other record's ID or name as Target
	Notes       []NoteWrite
	Reason      string
}

// Creation is what a record that a person makes starts with. Acts of the same
// Write set its status and link its circuits.
type Creation struct {
	Provider string // slug, name or ID; empty: OwnProvider
	ID       string // as the provider writes it
	Account  string // needed where the provider's ids are unique only within an account
	Summary  string
	Windows  []NoticeWindow
}

// NoteWrite makes, changes or removes a note. What lineman noted itself is
// closed instead of removed, and left alone from then on.
type NoteWrite struct {
	ID      string // empty: a new one
	Remove  bool
	Title   string
	Comment string
	Level   NoteLevel // empty: INFO for a new note, else as it is
	Unique  bool      // refuse a title that another note of the record has
}

// Edited says what came of one Write.
type Edited struct {
	MaintenanceID string
	Name          string
	Revision      int64
	Changes       int
	NoteIDs       []string // in the order of Write.Notes
}

// WriteError says which of several writes was refused; none was done.
type WriteError struct {
	Index int // from 0
	Err   error
}

// Error names the write by its place.
func (e *WriteError) Error() string { return fmt.Sprintf("write %d: %v", e.Index+1, e.Err) }

// Unwrap gives the reason.
func (e *WriteError) Unwrap() error { return e.Err }

// The limits of what people write.
const (
	MaxWrites     = 1000
	maxActs       = 500
	maxEditText   = 64 << 10
	maxNoteTitle  = 200
	maxWindows    = 100
	maxExternalID = 90 // with the slug, names stay below 200 letters
	maxAccount    = 200
)

// The times that a window may have: what is outside is a slip.
var (
	firstTime = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	lastTime  = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
)

// Check reports the first thing in a write that no record could take, as an
// InputError. It looks at the write alone.
func (w Write) Check() error {
	if (w.Maintenance == "") == (w.Create == nil) {
		return Invalid("maintenance", "name the record to be changed, or create one")
	}
	if len(w.Acts) > maxActs || len(w.Notes) > maxActs {
		return Invalid("", "at most %d things can be done at once", maxActs)
	}
	if len(w.Reason) > maxEditText {
		return Invalid("reason", "too long; at most %d bytes", maxEditText)
	}
	if c := w.Create; c != nil {
		if strings.TrimSpace(c.ID) == "" || len(c.ID) > maxExternalID {
			return Invalid("maintenance_id", "give the maintenance an id of at most %d letters", maxExternalID)
		}
		if len(c.Account) > maxAccount {
			return Invalid("account", "too long; at most %d bytes", maxAccount)
		}
		if len(c.Summary) > maxEditText {
			return Invalid("summary", "too long; at most %d bytes", maxEditText)
		}
		if err := checkWindows(c.Windows); err != nil {
			return err
		}
	}
	for _, e := range w.Acts {
		if err := e.check(); err != nil {
			return err
		}
	}
	for _, n := range w.Notes {
		if err := n.check(); err != nil {
			return err
		}
	}
	return nil
}

func (e Edit) check() error {
	switch e.Kind {
	case EditSet:
		return e.checkSet()
	case EditImpact:
		if e.Impact.rank() == 0 {
			return Invalid("impact", "%q is no impact; use one of %s", e.Impact, list(Impacts))
		}
		fallthrough
	case EditLink, EditUnlink:
		if CIDKey(e.CID) == "" {
			return Invalid("circuit", "name a circuit")
		}
	case EditMerge:
		if strings.TrimSpace(e.Target) == "" {
			return Invalid("into", "name the maintenance to merge into")
		}
	case EditAcceptNotice, EditRejectNotice, EditReopenNotice:
		if e.NoticeID == "" {
			return Invalid("notice", "name a notice")
		}
	case EditAcknowledge, EditDelete:
	default:
		return Invalid("", "%q cannot be done to a maintenance", e.Kind)
	}
	return nil
}

func (e Edit) checkSet() error {
	switch e.Field {
	case fieldStatus:
		if !slices.Contains(RecordStatuses, Status(e.Value)) {
			return Invalid("status", "%q is no status; use one of %s", e.Value, list(RecordStatuses))
		}
	case fieldSummary:
		if len(e.Value) > maxEditText {
			return Invalid("summary", "too long; at most %d bytes", maxEditText)
		}
	case fieldWindows:
		if len(e.Windows) == 0 {
			return Invalid("windows", "a maintenance needs a window")
		}
		return checkWindows(e.Windows)
	default:
		return Invalid(e.Field, "this field cannot be set")
	}
	return nil
}

func checkWindows(windows []NoticeWindow) error {
	if len(windows) > maxWindows {
		return Invalid("windows", "too many; at most %d", maxWindows)
	}
	for i, w := range windows {
		field := fmt.Sprintf("windows[%d].", i)
		switch {
		case w.Kind != WindowPrimary && w.Kind != WindowBackup:
			return Invalid(field+"kind", "%q is no kind of window; use primary or backup", w.Kind)
		case w.Start.Before(firstTime) || !w.Start.Before(lastTime):
			return Invalid(field+"start", "the time is not between the years 2000 and 2100")
		case w.End.Before(firstTime) || !w.End.Before(lastTime):
			return Invalid(field+"end", "the time is not between the years 2000 and 2100")
		case w.End.Before(w.Start):
			return Invalid(field+"end", "the end is before the start")
		}
	}
	return nil
}

func (n NoteWrite) check() error {
	switch {
	case n.ID == "" && n.Remove:
		return Invalid("id", "name the note to be removed")
	case n.Remove:
	case strings.TrimSpace(n.Title) == "" && strings.TrimSpace(n.Comment) == "":
		return Invalid("comment", "a note needs a text")
	case len([]rune(n.Title)) > maxNoteTitle:
		return Invalid("title", "too long; at most %d letters", maxNoteTitle)
	case len(n.Comment) > maxEditText:
		return Invalid("comment", "too long; at most %d bytes", maxEditText)
	case n.Level != "" && n.Level != NoteInfo && n.Level != NoteWarning:
		return Invalid("level", "%q is no level; use INFO or WARNING", n.Level)
	}
	return nil
}

func list[T ~string](values []T) string {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = string(v)
	}
	return strings.Join(texts, ", ")
}

// SetStatus makes the act that sets the status.
func SetStatus(s Status) Edit { return Edit{Kind: EditSet, Field: fieldStatus, Value: string(s)} }

// SetSummary makes the act that sets the summary.
func SetSummary(text string) Edit { return Edit{Kind: EditSet, Field: fieldSummary, Value: text} }

// SetWindows makes the act that sets the windows of the whole record.
func SetWindows(windows []NoticeWindow) Edit {
	return Edit{Kind: EditSet, Field: fieldWindows, Windows: windows}
}

// Audit is one entry of the log of writes, kept for good.
type Audit struct {
	ID     string
	At     time.Time
	Author string
	Role   Role
	Action string // what was done, in few words: "set status, acknowledge"
	Object string // kind of what it was done to: maintenance, alias …
	Ref    string // its ID
	Name   string // its name then
	Reason string
	Before string // SHA-256 over the record before; empty: it was not there
	After  string // and after
}
