package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"lineman/models"
)

// mayWait chooses raw mails r that wait for a person, unless one decided. It is
// the condition of an index.
const mayWait = "(r.state IN ('parsing-failed', 'unknown-provider', 'quarantined', 'needs-review') OR r.unknown_cids OR r.incomplete)"

// namesKnown reports whether a raw mail r names a circuit of the inventory: one
// that was not read, or one of a record that it is part of.
const namesKnown = `(CASE WHEN r.incomplete OR EXISTS (SELECT 1 FROM notices n JOIN maintenance_circuits mc ON mc.maintenance_id = n.record_id
	WHERE n.raw_id = r.id AND n.superseded = false AND mc.circuit_id IS NOT NULL) THEN 1 ELSE 0 END)`

// reviewItemRow is a raw mail with what people decided of it.
type reviewItemRow struct {
	Item      mailItemRow `gorm:"embedded"`
	Owner     string
	OwnedAt   instant
	Decision  string
	DecidedBy string
	DecidedAt instant
	Reading   string
	Reviewed  instant // when people last did something
	Moved     instant // when one of its maintenances last changed
	Settled   bool
	Priority  int
}

const reviewColumns = mailItemColumns + `, COALESCE(v.owner, '') AS owner, v.owned_at AS owned_at, COALESCE(v.decision, '') AS decision,
	COALESCE(v.decided_by, '') AS decided_by, v.decided_at AS decided_at, COALESCE(v.reading, '') AS reading, v.updated_at AS reviewed,
	(SELECT MAX(m.updated_at) FROM notices n JOIN maintenances m ON m.id = n.record_id WHERE n.raw_id = r.id AND n.superseded = false) AS moved,
	` + isSettled + " AS settled, " + namesKnown + " AS priority"

func reviewItems(tx *gorm.DB) *gorm.DB {
	return mailItems(tx).Joins("LEFT JOIN reviews v ON v.item_id = r.id")
}

func (r reviewItemRow) model() models.ReviewItem {
	item := models.ReviewItem{
		MailItem: r.Item.model(), Priority: r.Priority > 0, Owner: r.Owner, OwnedAt: r.OwnedAt.Time, Decision: models.ReviewAction(r.Decision),
		DecidedBy: r.DecidedBy, DecidedAt: r.DecidedAt.Time, Reading: models.Reading(r.Reading),
	}
	item.Reasons = models.ReasonsOf(item.State, item.Flags)
	item.Open = len(item.Reasons) > 0 && !r.Settled
	for _, t := range []time.Time{item.UpdatedAt, r.Reviewed.Time, r.Moved.Time} {
		item.Version = max(item.Version, micros(t))
	}
	return item
}

// ReviewItems lists mail that waits for a person, or did: what names a known
// circuit first, then the newest. A scope that is narrowed in any way sees
// none.
func (s *Store) ReviewItems(ctx context.Context, scope models.Scope, f models.ReviewFilter) (all []models.ReviewItem, total int, err error) {
	if !scope.All {
		return nil, 0, nil
	}
	err = s.read(ctx, "read what waits for review", func(tx *gorm.DB) error {
		query := func() *gorm.DB { return filterReview(reviewItems(tx), f) }
		keys := keyset{{namesKnown, byNumber, true}, {"r.received", byTime, true}, {"r.id", byText, true}}
		rows, n, err := listed[reviewItemRow](query, keys, f.Page, reviewColumns)
		all, total = each(rows, reviewItemRow.model), n
		return err
	})
	return all, total, err
}

func filterReview(q *gorm.DB, f models.ReviewFilter) *gorm.DB {
	switch f.State {
	case models.ReviewDone:
		q = q.Where("v.decision <> '' AND NOT (" + mayWait + " AND NOT " + isSettled + ")")
	case models.ReviewAll:
		q = q.Where("(" + mayWait + " OR v.decision <> '')")
	case models.ReviewOpen:
		fallthrough
	default:
		q = q.Where(mayWait).Where("NOT " + isSettled)
	}
	var wanted []condition
	for _, reason := range f.Reasons {
		switch reason {
		case models.ReviewIncomplete:
			wanted = append(wanted, condition{sql: "r.incomplete"})
		case models.ReviewUnknownCIDs:
			wanted = append(wanted, condition{sql: "r.unknown_cids"})
		case models.ReviewFailed, models.ReviewUnknownProvider, models.ReviewQuarantined, models.ReviewNeedsReview:
			for state, r := range models.ReviewStates {
				if r == reason {
					wanted = append(wanted, condition{"r.state = ?", []any{string(state)}})
				}
			}
		}
	}
	if len(wanted) > 0 {
		q = where(q, anyOf(wanted...))
	}
	if len(f.Providers) > 0 {
		q = q.Where("p.slug IN ?", each(f.Providers, nameKey))
	}
	if f.Owner != "" {
		q = q.Where("v.owner = ?", f.Owner)
	}
	if f.Query != "" {
		like := "%" + likeEscaper.Replace(strings.ToLower(f.Query)) + "%"
		q = q.Where(`(LOWER(r.subject) LIKE ? ESCAPE '\' OR r.sender LIKE ? ESCAPE '\')`, like, like)
	}
	return q
}

// ReviewItem gives one mail as it waits for a person, or did, with what is
// stored of it; models.ErrNotFound when it is not there or not in scope.
func (s *Store) ReviewItem(ctx context.Context, scope models.Scope, id string) (d models.ReviewDetail, err error) {
	err = s.read(ctx, "read what waits for review", func(tx *gorm.DB) error {
		if !scope.All || !isID(id) {
			return found(gorm.ErrRecordNotFound, "mail %q", id)
		}
		d = models.ReviewDetail{}
		if d.ReviewItem, err = reviewItem(tx, id); err != nil {
			return err
		}
		notices, err := scanned[noticeRow](tx.Where("raw_id = ? AND superseded = ?", id, false).Order("position"))
		if err != nil {
			return err
		}
		d.Notices = each(notices, noticeRow.model)
		records := slices.DeleteFunc(unique(each(notices, func(n noticeRow) string { return string(n.RecordID) })), func(id string) bool { return id == "" })
		if err := tx.Table("maintenances").Where("id IN ?", records).Order("name").Pluck("name", &d.Maintenances).Error; err != nil {
			return err
		}
		cids := cidsOf(adopted(notices))
		if d.Circuits, err = s.reviewCircuits(tx, d.ProviderID, records, cids); err != nil {
			return fmt.Errorf("match circuits: %w", err)
		}
		acts, err := scanned[reviewActRow](tx.Where("item_id = ?", id).Order("at DESC, id DESC"))
		d.Acts = each(acts, reviewActRow.model)
		return err
	})
	return d, err
}

func reviewItem(tx *gorm.DB, id string) (models.ReviewItem, error) {
	rows, err := scanned[reviewItemRow](reviewItems(tx).Select(reviewColumns).Where("r.id = ?", id))
	if err == nil && len(rows) == 0 {
		err = gorm.ErrRecordNotFound
	}
	if err != nil {
		return models.ReviewItem{}, found(err, "mail %q", id)
	}
	return rows[0].model(), nil
}

// adopted makes notices known as the graph does.
func adopted(rows []noticeRow) []*noticeRow {
	all := make([]*noticeRow, len(rows))
	for i := range rows {
		rows[i].notice = rows[i].model()
		all[i] = &rows[i]
	}
	return all
}

// MatchCircuits says what circuit ids of a provider mean.
func (s *Store) MatchCircuits(ctx context.Context, providerID string, cids []string) (all []models.MeantCircuit, err error) {
	if !isID(providerID) {
		return nil, nil
	}
	err = s.read(ctx, "match circuits", func(tx *gorm.DB) error {
		all, err = s.reviewCircuits(tx, providerID, nil, cids)
		return err
	})
	return all, err
}

// reviewCircuits matches circuit ids, step by step as for any notice, and tells
// which of them people linked in records.
func (s *Store) reviewCircuits(tx *gorm.DB, providerID string, records, cids []string) ([]models.MeantCircuit, error) {
	if len(cids) == 0 || providerID == "" {
		return nil, nil
	}
	l := newLinks(&work{DB: tx, s: s})
	exact, err := loadIn[circuitRow](tx.Select("id", "provider_id", "cid_key").Where("provider_id = ?", providerID), "cid_key", unique(each(cids, models.CIDKey)))
	if err != nil {
		return nil, err
	}
	for _, r := range exact {
		l.exact[models.Identity{ProviderID: r.ProviderID, Key: r.CIDKey}] = r.ID
	}
	listed, err := loadIn[impactRow](tx, "maintenance_id", records)
	if err != nil {
		return nil, err
	}
	all := make([]models.MeantCircuit, len(cids))
	var ids []string
	for i, cid := range cids {
		match, err := l.match(providerID, cid)
		if err != nil {
			return nil, err
		}
		all[i] = models.MeantCircuit{CID: cid, Match: match, Linked: match.CircuitID}
		for _, line := range listed {
			if line.Manual && line.CIDKey == cidKey(cid) {
				all[i].Manual, all[i].Linked = true, string(line.CircuitID)
			}
		}
		ids = append(ids, all[i].Linked)
	}
	return all, nameCircuits(tx, all, ids)
}

// nameCircuits puts the ids of circuits in the place of the IDs of their rows.
func nameCircuits(tx *gorm.DB, all []models.MeantCircuit, ids []string) error {
	rows, err := loadIn[circuitRow](tx.Select("id", "cid"), "id", validIDs(unique(ids)))
	cids := make(map[string]string, len(rows))
	for _, r := range rows {
		cids[r.ID] = r.CID
	}
	for i := range all {
		all[i].Linked = cids[all[i].Linked]
	}
	return err
}
