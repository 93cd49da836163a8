package store

import (
	"slices"
	"strings"

	"gorm.io/gorm"

	"lineman/models"
)

var likeEscaper = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// narrow marks the records that are in sight only through some circuits, and
// takes the others out of their windows. Their circuits are loaded by then,
// with only those in sight.
func narrow(tx *gorm.DB, v sight, records []*models.Maintenance, partial map[string]bool) error {
	if v.all {
		return nil
	}
	whole, err := wholeProviders(tx, v)
	if err != nil {
		return err
	}
	for _, m := range records {
		if whole[m.ProviderID] {
			continue
		}
		partial[m.ID] = true
		seen := seenKeys(*m)
		for i, w := range m.Windows {
			m.Windows[i].Impacts = slices.DeleteFunc(w.Impacts, func(c models.WindowImpact) bool { return !seen[models.CIDKey(c.CID)] })
		}
		m.Accounts = nil
		for _, c := range m.Circuits {
			if c.Account != "" && !slices.Contains(m.Accounts, c.Account) {
				m.Accounts = append(m.Accounts, c.Account)
			}
		}
		slices.Sort(m.Accounts)
		m.Conflicts = nil
		for i := range m.Pending { // the mail is nobody's whose scope is narrowed
			p := &m.Pending[i]
			p.RawID = ""
			p.Circuits = slices.DeleteFunc(p.Circuits, func(cid string) bool { return !seen[models.CIDKey(cid)] })
		}
		if m.Ack != nil && m.Ack.Holds { // also of the part that is seen
			m.Ack.Digest = models.AckDigest(*m)
		}
	}
	return nil
}

// wholeProviders gives the providers that are in sight themselves.
func wholeProviders(tx *gorm.DB, v sight) (map[string]bool, error) {
	var ids []string
	err := where(tx.Table("providers x"), v.providers("x.id")).Pluck("x.id", &ids).Error
	whole := make(map[string]bool, len(ids))
	for _, id := range ids {
		whole[id] = true
	}
	return whole, err
}

func seenKeys(m models.Maintenance) map[string]bool {
	seen := make(map[string]bool, len(m.Circuits))
	for _, c := range m.Circuits {
		seen[models.CIDKey(c.CID)] = true
	}
	return seen
}

// narrowNotice takes the circuits that are not seen out of a notice.
func narrowNotice(n models.Notice, seen map[string]bool) models.Notice {
	n.Windows = each(n.Windows, func(w models.NoticeWindow) models.NoticeWindow {
		w.Circuits = slices.DeleteFunc(w.Circuits, func(c models.NoticeCircuit) bool { return !seen[models.CIDKey(c.CID)] })
		return w
	})
	n.Warnings = nil // may name circuits
	return n
}

// narrowChanges keeps the changes that name no circuit, or one that is seen.
func narrowChanges(changes []models.Change, seen map[string]bool) []models.Change {
	return slices.DeleteFunc(changes, func(c models.Change) bool {
		_, rest, found := strings.Cut(c.Field, "circuit[")
		if !found {
			return c.Field == "accounts" || c.Field == "pending" || c.Field == automaticNoteField || strings.HasPrefix(c.Field, "conflict[")
		}
		for key := range seen {
			if strings.HasPrefix(rest, key+"]") || strings.Contains(rest, ": "+key+"]") {
				return false
			}
		}
		return true
	})
}
