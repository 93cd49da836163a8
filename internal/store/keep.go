package store

import (
	"cmp"
	"context"
	"fmt"

	"gorm.io/gorm/clause"

	"lineman/models"
)

// Raw mails of one JobProcess.
const processBatch = 50

// Keep puts messages into the ledger, their bytes into the raw mails (same
// hash, same raw), moves the cursor, and enqueues the processing of what is
// new. It may be repeated with the same arrivals. An arrival without bytes
// keeps only its ledger row; one whose row was kept without bytes before gets
// them now. The answers stand in the order of the arrivals.
func (s *Store) Keep(ctx context.Context, sourceID string, cursor models.Cursor, arrivals []models.Arrival) ([]models.Kept, error) {
	packed := s.pack(arrivals) // before the write lock is taken
	var kept []models.Kept
	err := s.write(ctx, fmt.Sprintf("keep %d messages", len(arrivals)), func(w *work) error {
		k := &keeping{w: w, sourceID: sourceID, arrivals: arrivals, packed: packed, now: at(s.clock())}
		if err := k.run(cursor); err != nil {
			return err
		}
		kept = k.kept()
		return nil
	})
	return kept, err
}

type packedMail struct {
	sha256 string
	zstd   []byte
}

func (s *Store) pack(arrivals []models.Arrival) []packedMail {
	all := make([]packedMail, len(arrivals))
	seen := map[string]bool{}
	for i, a := range arrivals {
		if a.Raw == nil {
			continue
		}
		all[i].sha256 = sha256Hex(a.Raw)
		if !seen[all[i].sha256] {
			seen[all[i].sha256] = true
			all[i].zstd = s.codec.pack(a.Raw)
		}
	}
	return all
}

// keeping is the state of one Keep.
type keeping struct {
	w        *work
	sourceID string
	arrivals []models.Arrival
	packed   []packedMail
	now      instant

	raws  map[string]rawRow // by hash
	fresh map[string]bool   // hashes that were not known, or skipped by other sources
	due   bool              // a label is due at once
}

func (k *keeping) run(cursor models.Cursor) error {
	source := sourceRow{}
	if err := k.w.Where("id = ?", k.sourceID).Take(&source).Error; err != nil {
		return found(err, "source %s", k.sourceID)
	}
	if err := k.keepRaws(); err != nil {
		return fmt.Errorf("keep raw mail: %w", err)
	}
	if err := k.keepMessages(); err != nil {
		return fmt.Errorf("keep the ledger: %w", err)
	}
	if err := k.moveCursor(cursor); err != nil {
		return fmt.Errorf("move the cursor: %w", err)
	}
	k.enqueue(source.Name)
	return nil
}

// keepRaws inserts what is new. Another process may insert the same bytes at
// the same time: what is in the table afterwards counts.
func (k *keeping) keepRaws() error {
	k.fresh, k.raws = map[string]bool{}, map[string]rawRow{}
	var hashes []string
	for _, p := range k.packed {
		if p.sha256 != "" {
			hashes = append(hashes, p.sha256)
		}
	}
	hashes = unique(hashes)
	if err := k.loadRaws(hashes); err != nil {
		return err
	}
	if err := k.reopen(); err != nil {
		return err
	}
	var rows []rawRow
	mine := map[string]string{}
	for i, p := range k.packed {
		if _, known := k.raws[p.sha256]; p.zstd == nil || known {
			continue
		}
		row := k.rawRow(k.arrivals[i], p.sha256)
		mine[p.sha256] = row.ID
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		return nil
	}
	err := chunks(rows, func(part []rawRow) error {
		return k.w.Clauses(clause.OnConflict{DoNothing: true}).Create(&part).Error
	})
	if err != nil {
		return err
	}
	if k.w.s.dialect == dialectSQLite { // nobody else can write meanwhile
		for _, r := range rows {
			k.raws[r.SHA256] = r
		}
	} else if err := k.loadRaws(hashes); err != nil {
		return err
	}
	return k.keepBodies(mine)
}

func (k *keeping) loadRaws(hashes []string) error {
	// Locked, so that nobody skips a mail while another source brings it.
	rows, err := loadIn[rawRow](locked(k.w.s, k.w.DB), "sha256", hashes)
	for _, r := range rows {
		k.raws[r.SHA256] = r
	}
	return err
}

// reopen lets mail be judged again that another source brought first and does
// not read: this one may.
func (k *keeping) reopen() error {
	var ids []string
	for hash, r := range k.raws {
		if r.State == string(models.StateSkipped) && string(r.SourceID) != k.sourceID && !r.Deleted {
			r.State, r.ProcessedAt, r.Attempts, r.UpdatedAt = string(models.StateReceived), instant{}, 0, k.now
			k.raws[hash], k.fresh[hash] = r, true
			ids = append(ids, r.ID)
		}
	}
	return chunks(ids, func(part []string) error {
		return k.w.Model(&rawRow{}).Where("id IN ?", part).Updates(map[string]any{
			"state": models.StateReceived, "processed_at": instant{}, "attempts": 0, "updated_at": k.now,
		}).Error
	})
}

func (k *keeping) keepBodies(mine map[string]string) error {
	var bodies []rawBodyRow
	for _, p := range k.packed {
		if id := mine[p.sha256]; p.zstd != nil && id != "" && k.raws[p.sha256].ID == id {
			k.fresh[p.sha256] = true
			bodies = append(bodies, rawBodyRow{RawID: id, Zstd: p.zstd})
		}
	}
	return insert(k.w.DB, bodies)
}

func (k *keeping) rawRow(a models.Arrival, sha256 string) rawRow {
	received := a.Message.Received
	if received.IsZero() {
		received = k.now.Time
	}
	return rawRow{
		ID: newID(), SourceID: ref(k.sourceID), SHA256: sha256, MessageID: short(clean(a.Message.MessageID)),
		Subject: clean(a.Message.Subject), Date: at(a.Message.Date), Received: at(received),
		State: string(models.StateReceived), Size: int64(len(a.Raw)), Cause: string(cmp.Or(a.Cause, models.CauseLive)),
		CreatedAt: k.now, UpdatedAt: k.now,
	}
}

func (k *keeping) keepMessages() error {
	rows := make([]messageRow, 0, len(k.arrivals))
	place := map[models.MailRef]int{} // one statement may not meet a row twice
	for i, a := range k.arrivals {
		row := k.messageRow(a, k.packed[i].sha256)
		k.due = k.due || !row.LabelsDone
		if p, again := place[a.Message.Ref]; !again {
			place[a.Message.Ref] = len(rows)
			rows = append(rows, row)
		} else if rows[p].RawID == "" {
			rows[p] = row
		}
	}
	return chunks(rows, func(part []messageRow) error {
		// A row that has its bytes stays as it is.
		return k.w.Clauses(clause.OnConflict{
			Columns: []clause.Column{{Name: "source_id"}, {Name: "folder"}, {Name: "uid_validity"}, {Name: "uid"}, {Name: "remote_id"}},
			DoUpdates: clause.AssignmentColumns([]string{
				"message_id", "subject", "sender", "date", "received", "sha256", "raw_id", "size", "outcome", "reason", "labels_done", "updated_at",
			}),
			Where: clause.Where{Exprs: []clause.Expression{
				clause.Expr{SQL: "mailbox_messages.raw_id IS NULL AND excluded.raw_id IS NOT NULL"},
			}},
		}).Create(&part).Error
	})
}

func (k *keeping) messageRow(a models.Arrival, sha256 string) messageRow {
	m := a.Message
	row := messageRow{
		ID: newID(), SourceID: k.sourceID, Folder: m.Ref.Folder, UIDValidity: int64(m.Ref.UIDValidity),
		UID: int64(m.Ref.UID), RemoteID: m.Ref.RemoteID, MessageID: short(clean(m.MessageID)), Subject: clean(m.Subject),
		Sender: clean(m.Sender), Date: at(m.Date), Received: at(m.Received), SHA256: sha256, Size: m.Size,
		CreatedAt: k.now, UpdatedAt: k.now,
	}
	if sha256 == "" {
		row.Outcome, row.Reason = string(m.Outcome), clean(m.Reason)
		row.LabelsDone = len(models.Labels(m.Outcome, models.MailFlags{})) == 0
		return row
	}
	raw := k.raws[sha256]
	row.RawID = ref(raw.ID)
	row.LabelsDone = len(raw.labels()) == 0
	return row
}

func (k *keeping) moveCursor(c models.Cursor) error {
	if c.Folder == "" && c == (models.Cursor{}) {
		return nil
	}
	row := cursorRow{
		SourceID: k.sourceID, Folder: c.Folder, UIDValidity: int64(c.UIDValidity), UID: int64(c.UID),
		Remote: c.Remote, UpdatedAt: k.now,
	}
	return k.w.Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error
}

// enqueue asks for the processing of what is new, and for labels of mail that
// is a copy of one that was processed.
func (k *keeping) enqueue(source string) {
	var ids []string
	for _, p := range k.packed {
		if p.zstd != nil && k.fresh[p.sha256] {
			ids = append(ids, k.raws[p.sha256].ID)
		}
	}
	for len(ids) > 0 {
		n := min(processBatch, len(ids))
		k.w.enqueue(models.Job{Kind: models.JobProcess, RawIDs: ids[:n]})
		ids = ids[n:]
	}
	if k.due {
		k.w.enqueue(models.Job{Kind: models.JobLabel, Source: source})
	}
}

func (k *keeping) kept() []models.Kept {
	all := make([]models.Kept, len(k.arrivals))
	for i, a := range k.arrivals {
		p := k.packed[i]
		all[i] = models.Kept{Ref: a.Message.Ref, New: p.zstd != nil && k.fresh[p.sha256]}
		if p.sha256 != "" {
			all[i].RawID = k.raws[p.sha256].ID
		}
	}
	return all
}

// EnqueueProcess enqueues the processing of raw mails and marks them, so that
// they are not taken for orphans again at once.
func (s *Store) EnqueueProcess(ctx context.Context, ids []string) error {
	return s.write(ctx, "enqueue raw mail", func(w *work) error {
		for rest := ids; len(rest) > 0; {
			n := min(processBatch, len(rest))
			w.enqueue(models.Job{Kind: models.JobProcess, RawIDs: rest[:n]})
			rest = rest[n:]
		}
		return chunks(ids, func(part []string) error {
			return w.Model(&rawRow{}).Where("id IN ?", part).Update("updated_at", at(s.clock())).Error
		})
	})
}
