package store

import (
	"time"

	"lineman/models"
)

// cleanNotice makes a notice storable: no bytes that PostgreSQL refuses, times
// in UTC with microseconds. What is folded now is what is read back later.
func cleanNotice(n models.Notice) models.Notice {
	for _, field := range []*string{
		&n.Provider, &n.MaintenanceID, &n.Account, &n.Organizer, &n.Summary, &n.UID, &n.Parser, &n.ParserVersion,
	} {
		*field = clean(*field)
	}
	n.Account, n.UID = short(n.Account), short(n.UID)
	n.Supersedes = each(n.Supersedes, clean)
	n.Warnings = each(n.Warnings, clean)
	n.Stamp, n.Issued = storedTime(n.Stamp), storedTime(n.Issued)
	n.Windows = each(n.Windows, func(w models.NoticeWindow) models.NoticeWindow {
		w.Start, w.End = storedTime(w.Start), storedTime(w.End)
		w.Circuits = each(w.Circuits, func(c models.NoticeCircuit) models.NoticeCircuit {
			c.CID, c.RawImpact = clean(c.CID), clean(c.RawImpact)
			return c
		})
		return w
	})
	return n
}

func storedTime(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Microsecond)
}

// cidsOf gives the circuit ids of notices.
func cidsOf(rows []*noticeRow) []string {
	var cids []string
	for _, r := range rows {
		for _, w := range r.notice.Windows {
			for _, c := range w.Circuits {
				cids = append(cids, c.CID)
			}
		}
	}
	return unique(cids)
}

// isDuplicate reports whether a mail says nothing but what other mails with
// its Message-ID said before it.
func (a *application) isDuplicate(v *judged, raw *rawRow) bool {
	if len(v.notices) == 0 || raw.MessageID == "" {
		return false
	}
	var others []*noticeRow
	for _, id := range a.copies[raw.MessageID] {
		if id != raw.ID {
			others = append(others, a.current[id]...)
		}
	}
	for _, n := range v.notices {
		if !containsEqual(others, n) {
			return false
		}
	}
	return true
}

func containsEqual(rows []*noticeRow, n *noticeRow) bool {
	for _, r := range rows {
		if r.ProviderID == n.ProviderID && r.Digest == n.Digest && !lessTrusted(r, n) {
			return true
		}
	}
	return false
}
