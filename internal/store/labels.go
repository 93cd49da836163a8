package store

import (
	"context"
	"slices"

	"gorm.io/gorm"

	"lineman/models"
)

// LabelsDue gives messages of a source whose labels in the mailbox are not
// those of their state. Those that failed before come last.
func (s *Store) LabelsDue(ctx context.Context, sourceID string, limit int) ([]models.LabelTask, error) {
	var tasks []models.LabelTask
	err := s.read(ctx, "read due labels", func(tx *gorm.DB) error {
		var rows []messageRow
		// One after the other: in one query no index would give this order.
		for _, which := range []string{"label_error = ''", "label_error <> ''"} {
			var part []messageRow
			err := tx.Where("source_id = ?", sourceID).Where(isLabelDue).Where(which).
				Order("created_at, id").Limit(limit - len(rows)).Find(&part).Error
			if err != nil {
				return err
			}
			if rows = append(rows, part...); len(rows) >= limit {
				break
			}
		}
		wanted, err := wantedLabels(tx, rows)
		if err != nil {
			return err
		}
		for i, r := range rows {
			tasks = append(tasks, models.LabelTask{
				MessageRowID: r.ID, Ref: r.ref(), MessageID: r.MessageID, Want: wanted[i],
				Add: without(wanted[i], r.LabelsApplied), Remove: without(r.LabelsApplied, wanted[i]),
			})
		}
		return nil
	})
	return tasks, err
}

// LabelResults keeps what became of label tasks. A message whose state changed
// meanwhile stays due.
func (s *Store) LabelResults(ctx context.Context, results []models.LabelResult) error {
	if len(results) == 0 {
		return nil
	}
	return s.write(ctx, "keep labels", func(w *work) error {
		byID := make(map[string]models.LabelResult, len(results))
		ids := make([]string, 0, len(results))
		for _, r := range results {
			byID[r.MessageRowID] = r
			ids = append(ids, r.MessageRowID)
		}
		rows, err := loadIn[messageRow](locked(w.s, w.DB), "id", validIDs(ids))
		if err != nil {
			return err
		}
		wanted, err := wantedLabels(w.DB, rows)
		if err != nil {
			return err
		}
		now := at(s.clock())
		for i := range rows {
			r := byID[rows[i].ID]
			rows[i].UpdatedAt, rows[i].LabelError = now, clean(r.Error)
			if r.Error == "" {
				rows[i].LabelsApplied = r.Applied
				rows[i].LabelsDone = sameSet(r.Applied, wanted[i])
			}
		}
		return upsert(w.DB, rows)
	})
}

// wantedLabels gives the label keys of each message's state: its raw mail's,
// or its own where no raw was kept.
func wantedLabels(tx *gorm.DB, rows []messageRow) ([][]string, error) {
	var ids []string
	for _, r := range rows {
		if r.RawID != "" {
			ids = append(ids, string(r.RawID))
		}
	}
	raws, err := loadIn[rawRow](tx, "id", unique(ids))
	if err != nil {
		return nil, err
	}
	byID := make(map[string]rawRow, len(raws))
	for _, r := range raws {
		byID[r.ID] = r
	}
	wanted := make([][]string, len(rows))
	for i, r := range rows {
		if r.RawID == "" {
			wanted[i] = models.Labels(models.MailState(r.Outcome), models.MailFlags{})
		} else {
			wanted[i] = byID[string(r.RawID)].labels()
		}
	}
	return wanted, nil
}

// markLabels sets which messages of these raw mails need labels, and enqueues
// the labelling of their sources.
func markLabels(w *work, raws []rawRow) error {
	byID := make(map[string]rawRow, len(raws))
	ids := make([]string, 0, len(raws))
	for _, r := range raws {
		byID[r.ID] = r
		ids = append(ids, r.ID)
	}
	messages, err := loadIn[messageRow](locked(w.s, w.DB), "raw_id", ids)
	if err != nil {
		return err
	}
	now := at(w.s.clock())
	due := map[bool][]string{}
	var sources []string
	for _, m := range messages {
		done := sameSet(m.LabelsApplied, byID[string(m.RawID)].labels())
		if done != m.LabelsDone {
			due[done] = append(due[done], m.ID)
		}
		if !done {
			sources = append(sources, m.SourceID)
		}
	}
	for done, ids := range due {
		err := chunks(ids, func(part []string) error {
			return w.Model(&messageRow{}).Where("id IN ?", part).
				Updates(map[string]any{"labels_done": done, "label_error": "", "updated_at": now}).Error
		})
		if err != nil {
			return err
		}
	}
	return enqueueLabels(w, unique(sources))
}

func enqueueLabels(w *work, sourceIDs []string) error {
	if len(sourceIDs) == 0 {
		return nil
	}
	var names []string
	if err := w.Model(&sourceRow{}).Where("id IN ?", sourceIDs).Order("name").Pluck("name", &names).Error; err != nil {
		return err
	}
	for _, name := range names {
		w.enqueue(models.Job{Kind: models.JobLabel, Source: name})
	}
	return nil
}

func without(list, drop []string) []string {
	var rest []string
	for _, v := range list {
		if !slices.Contains(drop, v) {
			rest = append(rest, v)
		}
	}
	return rest
}

func sameSet(a, b []string) bool {
	return len(without(a, b)) == 0 && len(without(b, a)) == 0
}
