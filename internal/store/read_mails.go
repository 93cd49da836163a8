package store

import (
	"context"
	"strings"

	"gorm.io/gorm"

	"lineman/models"
)

// mailItemRow is a raw mail with the names of its source and provider.
type mailItemRow struct {
	Row      rawRow `gorm:"embedded"`
	Source   string
	Provider string
}

func (r mailItemRow) model() models.MailItem {
	return models.MailItem{RawNotification: r.Row.model(), Source: r.Source, Provider: r.Provider}
}

const mailItemColumns = "r.*, COALESCE(s.name, '') AS source, COALESCE(p.slug, '') AS provider"

func mailItems(tx *gorm.DB) *gorm.DB {
	return tx.Table("raw_notifications r").Joins("LEFT JOIN sources s ON s.id = r.source_id").Joins("LEFT JOIN providers p ON p.id = r.provider_id")
}

// Mails lists raw mails without their bytes, newest first. A scope that is
// narrowed in any way sees none. Page.After are the time of receipt and the ID
// of a mail.
func (s *Store) Mails(ctx context.Context, scope models.Scope, f models.MailFilter) (all []models.MailItem, total int, err error) {
	if !scope.All {
		return nil, 0, nil
	}
	err = s.read(ctx, "read mail", func(tx *gorm.DB) error {
		query := func() *gorm.DB {
			q := mailItems(tx)
			if len(f.States) > 0 {
				q = q.Where("r.state IN ?", f.States)
			}
			if len(f.Sources) > 0 {
				q = q.Where("s.name IN ?", f.Sources)
			}
			if len(f.Providers) > 0 {
				q = q.Where("p.slug IN ?", f.Providers)
			}
			q = filterMails(q, f)
			if f.Sender != "" {
				q = q.Where(`r.sender LIKE ? ESCAPE '\'`, "%"+likeEscaper.Replace(strings.ToLower(f.Sender))+"%")
			}
			return q
		}
		rows, n, err := listed[mailItemRow](query, keyset{{"r.received", byTime, true}, {"r.id", byText, true}}, f.Page, mailItemColumns)
		all, total = each(rows, mailItemRow.model), n
		return err
	})
	return all, total, err
}

// filterMails filters by what only scripts and pages ask for.
func filterMails(q *gorm.DB, f models.MailFilter) *gorm.DB {
	q = withIDs(q, "r.id", f.IDs)
	if f.Parsed != nil {
		read := []models.MailState{models.StateParsed, models.StateDuplicate, models.StateNeedsReview}
		if *f.Parsed {
			q = q.Where("r.state IN ?", read)
		} else {
			q = q.Where("r.state NOT IN ?", read)
		}
	}
	if f.Lit {
		q = q.Where("r.cause <> ?", models.CauseShadow)
	}
	q = containing(q, f.Query, "LOWER(r.subject)")
	return within(q, "r.received", f.Received)
}

// Mail gives one raw mail, without its bytes, with where it was seen and what
// it is part of; models.ErrNotFound when it is not there or not in scope.
func (s *Store) Mail(ctx context.Context, scope models.Scope, id string) (d models.MailDetail, err error) {
	err = s.read(ctx, "read a mail", func(tx *gorm.DB) error {
		if !scope.All || !isID(id) {
			return found(gorm.ErrRecordNotFound, "mail %q", id)
		}
		var row mailItemRow
		if err := mailItems(tx).Select(mailItemColumns).Where("r.id = ?", id).Take(&row).Error; err != nil {
			return found(err, "mail %q", id)
		}
		d = models.MailDetail{MailItem: row.model()}
		type seen struct {
			Row    messageRow `gorm:"embedded"`
			Source string
		}
		var rows []seen
		err := tx.Table("mailbox_messages x").Select("x.*, s.name AS source").Joins("JOIN sources s ON s.id = x.source_id").
			Where("x.raw_id = ?", id).Order("x.created_at, x.id").Scan(&rows).Error
		if err != nil {
			return err
		}
		d.Messages = each(rows, func(r seen) models.SeenMessage {
			return models.SeenMessage{MailboxMessage: r.Row.model(), Source: r.Source}
		})
		return tx.Table("notices n").Joins("JOIN maintenances m ON m.id = n.record_id").
			Where("n.raw_id = ? AND n.superseded = ?", id, false).Distinct().Order("m.name").Pluck("m.name", &d.Maintenances).Error
	})
	return d, err
}
