package store

import (
	"context"

	"lineman/models"
)

// AcknowledgeFinding keeps that somebody has seen an open finding as it stands
// and gives it as it is now. models.ErrNotFound when it is not in scope;
// models.ErrStale when it changed since the revision that was seen (0: any),
// an InputError when it is closed. Nothing is changed then. The write is in the
// audit log.
func (s *Store) AcknowledgeFinding(ctx context.Context, by models.Principal, id string, revision int64) (f models.Finding, err error) {
	err = s.write(ctx, "acknowledge a finding", func(w *work) error {
		row, err := findingInSight(w.DB, sightOf(by.Scope), id)
		if err != nil {
			return err
		}
		// Whoever computes it anew holds its subject.
		if err := w.lockSubjects([]subjectKey{{models.SubjectKind(row.Kind), row.SubjectID}}); err != nil {
			return err
		}
		if err := w.Where("id = ?", id).Take(&row).Error; err != nil {
			return found(err, "finding %s", id)
		}
		switch {
		case !row.ClosedAt.IsZero():
			return models.Invalid("id", "this finding closed at %s; there is nothing left to acknowledge", row.ClosedAt.Format("2006-01-02 15:04 UTC"))
		case revision != 0 && revision != row.Revision:
			return models.ErrStale
		}
		f = row.model()
		now := s.clock()
		f.Ack = &models.Acknowledgement{Author: clean(by.Name), At: now, Digest: models.FindingDigest(f)}
		f.Revision, f.UpdatedAt = f.Revision+1, now
		before := row.model()
		row = newFindingRow(f)
		if err := w.Save(&row).Error; err != nil {
			return err
		}
		event := findingEventRow{
			ID: newID(), FindingID: f.ID, Revision: f.Revision, Change: string(models.FindingAcknowledged), Was: row.Severity, Severity: row.Severity,
			Starts: row.Starts, Ends: row.Ends, Cause: string(models.CauseEdit), Author: f.Ack.Author, At: at(now),
		}
		w.tellFinding(f, event.model())
		if err := w.Create(&event).Error; err != nil {
			return err
		}
		return audit(w, []models.Audit{auditOf(s, by, "acknowledge", "finding", f.ID, string(f.Subject.Kind)+" "+f.Subject.Name, digest(before), digest(f), "")})
	})
	return f, err
}
