package store

import (
	"slices"

	"lineman/models"
)

// heldReason is what the mail of a notice that waits says.
const heldReason = "its sender is in doubt, and it would cancel, complete or move a maintenance: accept or reject it"

// trustOf gives how a mail is judged: now, or as it was before.
func trustOf(v models.Verdict, raw *rawRow) (models.Trust, bool) {
	if v.Trust != nil {
		return models.Trust{Level: v.Trust.Level, Reason: clean(v.Trust.Reason)}, v.Trust.Guarded
	}
	return models.Trust{Level: models.TrustLevel(raw.Trust), Reason: raw.TrustReason}, raw.TrustGuarded
}

// lessTrusted reports whether a notice that says the same as n came from a
// sender in doubt while that of n is known: then n must be heard.
func lessTrusted(r, n *noticeRow) bool {
	return models.TrustLevel(r.Trust).Doubtful() && !models.TrustLevel(n.Trust).Doubtful()
}

func anyHeld(rows []*noticeRow) bool {
	return slices.ContainsFunc(rows, func(n *noticeRow) bool { return n.Held })
}

// turn notes which notices of a record wait for a person.
func (g *graph) turn(notices []models.Notice, held []string) {
	for _, n := range notices {
		row := g.notices[n.ID]
		if row == nil || row.Held == slices.Contains(held, n.ID) {
			continue
		}
		row.Held, row.turned = !row.Held, true
	}
}

// saveHeld writes which notices wait, and gives their mail its state.
func (g *graph) saveHeld() error {
	turned := map[bool][]string{}
	var mails []string
	for _, n := range g.notices {
		if !n.turned || n.Superseded {
			continue
		}
		turned[n.Held] = append(turned[n.Held], n.ID)
		mails = append(mails, n.RawID)
	}
	for held, ids := range turned {
		slices.Sort(ids)
		err := chunks(ids, func(part []string) error {
			return g.w.Model(&noticeRow{}).Where("id IN ?", part).Update("held", held).Error
		})
		if err != nil {
			return err
		}
	}
	return g.saveHeldMail(unique(mails))
}

// saveHeldMail brings the state of mail in line with its notices: needs-review
// while one of them waits, parsed when none does any more.
func (g *graph) saveHeldMail(ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	slices.Sort(ids)
	raws, err := loadIn[rawRow](locked(g.w.s, g.w.DB), "id", ids)
	if err != nil {
		return err
	}
	rows, err := loadIn[noticeRow](g.w.Where("superseded = ? AND held = ?", false, true), "raw_id", ids)
	if err != nil {
		return err
	}
	waits := map[string]bool{}
	for _, n := range rows {
		waits[n.RawID] = true
	}
	var turned []rawRow
	for _, r := range raws {
		switch state := models.MailState(r.State); {
		case waits[r.ID] && state == models.StateParsed:
			r.State, r.Error = string(models.StateNeedsReview), heldReason
		case !waits[r.ID] && state == models.StateNeedsReview && r.Error == heldReason:
			r.State, r.Error = string(models.StateParsed), ""
		default:
			continue
		}
		r.UpdatedAt = at(g.now)
		g.states[r.ID] = models.MailState(r.State)
		turned = append(turned, r)
	}
	if err := upsert(g.w.DB, turned); err != nil {
		return err
	}
	return markLabels(g.w, turned)
}

// restate corrects the answers for mail that a later one of the same batch
// turned.
func (g *graph) restate(applied []models.Applied) {
	for i, a := range applied {
		if state := g.states[a.RawID]; state != "" {
			applied[i].State = state
		}
	}
}
