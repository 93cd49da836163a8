package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"gorm.io/gorm"

	"lineman/models"
)

// AuditLog lists the writes of people, newest first. A scope that is narrowed
// in any way sees none. Page.After are the time and the ID of an entry.
func (s *Store) AuditLog(ctx context.Context, scope models.Scope, page models.Page) (all []models.Audit, total int, err error) {
	if !scope.All {
		return nil, 0, nil
	}
	err = s.read(ctx, "read the audit log", func(tx *gorm.DB) error {
		query := func() *gorm.DB { return tx.Table("audit_log a") }
		rows, n, err := listed[auditRow](query, keyset{{"a.at", byTime, true}, {"a.id", byText, true}}, page, "a.*")
		all, total = each(rows, auditRow.model), n
		return err
	})
	return all, total, err
}

// Audit keeps that somebody did something that is committed by now: what no
// transaction of the author's own can tell.
func (s *Store) Audit(ctx context.Context, by models.Principal, action, object, id, name string) error {
	return s.write(ctx, "keep an entry of the audit log", func(w *work) error {
		return audit(w, []models.Audit{auditOf(s, by, action, object, id, name, "", "", "")})
	})
}

// audit keeps entries of the log in an open transaction.
func audit(w *work, entries []models.Audit) error {
	return insert(w.DB, each(entries, newAuditRow))
}

// digestOf is a SHA-256 over everything that a record says; empty for a record
// that is not there.
func digestOf(m models.Maintenance) string {
	if m.Status == "" {
		return ""
	}
	for i := range m.Circuits {
		m.Circuits[i].Circuit = nil
	}
	text, err := json.Marshal(m)
	if err != nil {
		return "" // strings, numbers and times can always be written
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
