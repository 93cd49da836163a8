package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"lineman/models"
)

// Subscriptions gives the rules that people made, the oldest first. One shows
// no more than its author sees now, and sleeps once its author is gone.
func (s *Store) Subscriptions(ctx context.Context) (all []models.Rule, err error) {
	err = s.read(ctx, "read subscriptions", func(tx *gorm.DB) error {
		var rows []subscriptionRow
		if err := tx.Order("created_at, id").Find(&rows).Error; err != nil {
			return err
		}
		all = each(rows, subscriptionRow.model)
		ids := unique(each(all, func(r models.Rule) string { return r.UserID }))
		users, err := loadIn[userRow](tx.Table("users"), "id", validIDs(ids))
		byID := make(map[string]models.User, len(users))
		for _, u := range users {
			byID[u.ID] = u.model()
		}
		for i := range all {
			bind(&all[i], byID, s.clock())
		}
		return err
	})
	return all, err
}

// bind narrows a rule to what its author sees.
func bind(r *models.Rule, users map[string]models.User, now time.Time) {
	u, there := users[r.UserID]
	switch {
	case r.UserID == "":
	case !there:
		r.Scope, r.Asleep = models.Scope{}, "the user "+r.Author+", who subscribed, is gone"
	case !u.Active(now):
		r.Scope, r.Asleep = models.Scope{}, "the user "+r.Author+", who subscribed, is disabled or has expired"
	default:
		r.Scope = r.Scope.Both(u.Scope)
	}
}

// maxSubscriptions bounds the rules that people make.
const maxSubscriptions = 2000

// Subscribe keeps a new rule and gives it as it is kept. An InputError when
// its name is in use, or there are too many.
func (s *Store) Subscribe(ctx context.Context, by models.Principal, r models.Rule) (models.Rule, error) {
	err := s.write(ctx, "keep a subscription", func(w *work) error {
		var n int64
		if err := w.Model(&subscriptionRow{}).Count(&n).Error; err != nil {
			return err
		}
		if n >= maxSubscriptions {
			return models.Invalid("", "there are %d subscriptions already; remove some that nobody reads", n)
		}
		now := s.clock()
		r.ID, r.CreatedAt, r.UpdatedAt = newID(), now, now
		row := newSubscriptionRow(r)
		r.Name = row.Name
		if err := w.Create(&row).Error; err != nil {
			return err
		}
		return audit(w, []models.Audit{auditOf(s, by, "create", "subscription", row.ID, row.Name, "", digest(row.model()), "")})
	})
	if isUnique(err) {
		return r, models.Invalid("name", "a subscription named %q is there already; choose another name", tidy(r.Name))
	}
	return r, err
}

// Unsubscribe removes a rule by its ID; models.ErrNotFound when it is not
// there. What is on its way is dropped when it comes due.
func (s *Store) Unsubscribe(ctx context.Context, by models.Principal, id string) error {
	return s.write(ctx, "remove a subscription", func(w *work) error {
		if !isID(id) {
			return found(gorm.ErrRecordNotFound, "subscription %q", id)
		}
		var row subscriptionRow
		if err := w.Where("id = ?", id).Take(&row).Error; err != nil {
			return found(err, "subscription %q", id)
		}
		if err := w.Where("id = ?", id).Delete(&subscriptionRow{}).Error; err != nil {
			return err
		}
		return audit(w, []models.Audit{auditOf(s, by, "delete", "subscription", row.ID, row.Name, digest(row.model()), "", "")})
	})
}

// DestinationHealth gives how deliveries to a destination go; without Waiting.
func (s *Store) DestinationHealth(ctx context.Context, name string) (h models.DestinationHealth, err error) {
	err = s.read(ctx, "read the health of a destination", func(tx *gorm.DB) error {
		row := destinationRow{}
		err := tx.Where("name = ?", name).Limit(1).Find(&row).Error
		row.Name = name
		h = row.model()
		return err
	})
	return h, err
}

// DestinationHealths gives how deliveries to all destinations go that were
// ever tried or that something waits for, by name.
func (s *Store) DestinationHealths(ctx context.Context) (all []models.DestinationHealth, err error) {
	err = s.read(ctx, "read the health of destinations", func(tx *gorm.DB) error {
		var rows []destinationRow
		if err := tx.Order("name").Find(&rows).Error; err != nil {
			return err
		}
		var counts []struct {
			Destination string
			N           int64
			Due         int64
			Oldest      instant
		}
		now := at(s.clock())
		err := tx.Raw("SELECT destination, COUNT(*) AS n, COUNT(CASE WHEN next_at <= ? THEN 1 END) AS due, MIN(CASE WHEN next_at <= ? THEN next_at END) AS oldest "+
			"FROM deliveries WHERE "+isWaiting+" GROUP BY destination ORDER BY destination", now, now).Scan(&counts).Error
		place := map[string]int{}
		for i, r := range rows {
			all, place[r.Name] = append(all, r.model()), i
		}
		for _, c := range counts {
			i, known := place[c.Destination]
			if !known {
				i, all = len(all), append(all, models.DestinationHealth{Name: c.Destination})
			}
			all[i].Waiting, all[i].Due = c.N, models.Waiting{Count: c.Due, Oldest: c.Oldest.Time}
		}
		return err
	})
	return all, err
}

// Resend has deliveries made again: their rows are written as they are given,
// and their destinations are asked for.
func (s *Store) Resend(ctx context.Context, by models.Principal, list []models.Delivery) error {
	return s.write(ctx, "send announcements again", func(w *work) error {
		var entries []models.Audit
		for _, d := range list {
			w.enqueue(models.Job{Kind: models.JobDeliver, Source: d.Destination})
			entries = append(entries, auditOf(s, by, "resend", "announcement", d.EventID, d.Destination, "", "", ""))
		}
		if err := w.saveDeliveries(list); err != nil {
			return err
		}
		return audit(w, entries)
	})
}
