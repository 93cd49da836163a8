package store

import (
	"context"

	"gorm.io/gorm"

	"lineman/models"
)

// KnownRefs tells which of the messages of a folder are in the ledger already.
// The references are compared by UID and RemoteID; folder and uidValidity
// stand for all of them.
func (s *Store) KnownRefs(ctx context.Context, sourceID, folder string, uidValidity uint32, refs []models.MailRef) (map[models.MailRef]bool, error) {
	known := map[models.MailRef]bool{}
	err := s.read(ctx, "look up the ledger", func(tx *gorm.DB) error {
		return chunks(refs, func(part []models.MailRef) error {
			rows, err := findRefs(tx, sourceID, folder, uidValidity, part)
			if err != nil {
				return err
			}
			have := map[[2]any]bool{}
			for _, r := range rows {
				have[[2]any{uint32(r.UID), r.RemoteID}] = true
			}
			for _, r := range part {
				if have[[2]any{r.UID, r.RemoteID}] {
					known[r] = true
				}
			}
			return nil
		})
	})
	return known, err
}

// Census counts which messages of a folder the ledger has: with a raw mail,
// without one, and not at all. The references are compared as KnownRefs does.
func (s *Store) Census(ctx context.Context, sourceID, folder string, uidValidity uint32, refs []models.MailRef) (kept, skipped int, missing []models.MailRef, err error) {
	err = s.read(ctx, "compare with the ledger", func(tx *gorm.DB) error {
		kept, skipped, missing = 0, 0, nil
		return chunks(refs, func(part []models.MailRef) error {
			rows, err := findRefs(tx, sourceID, folder, uidValidity, part)
			if err != nil {
				return err
			}
			have := map[[2]any]messageRow{}
			for _, r := range rows {
				have[[2]any{uint32(r.UID), r.RemoteID}] = r
			}
			for _, ref := range part {
				row, ok := have[[2]any{ref.UID, ref.RemoteID}]
				switch {
				case !ok:
					missing = append(missing, ref)
				case row.RawID != "":
					kept++
				default:
					skipped++
				}
			}
			return nil
		})
	})
	return kept, skipped, missing, err
}

// findRefs reads the ledger rows of messages of one folder.
func findRefs(tx *gorm.DB, sourceID, folder string, uidValidity uint32, refs []models.MailRef) ([]messageRow, error) {
	uids := make([]int64, len(refs))
	remotes := make([]string, len(refs))
	for i, r := range refs {
		uids[i], remotes[i] = int64(r.UID), r.RemoteID
	}
	var rows []messageRow
	// Both lists together are a superset; the caller compares exactly.
	err := tx.Where("source_id = ? AND folder = ? AND uid_validity = ? AND uid IN ? AND remote_id IN ?",
		sourceID, folder, int64(uidValidity), unique(uids), unique(remotes)).Find(&rows).Error
	return rows, err
}

// KnownHashes gives the raw mails that have these hashes, by hash.
func (s *Store) KnownHashes(ctx context.Context, sha256 []string) (map[string]string, error) {
	known := map[string]string{}
	err := s.read(ctx, "look up raw mail", func(tx *gorm.DB) error {
		rows, err := loadIn[rawRow](tx, "sha256", sha256)
		for _, r := range rows {
			known[r.SHA256] = r.ID
		}
		return err
	})
	return known, err
}

// unique gives each value once, in the order of its first appearance.
func unique[T comparable](in []T) []T {
	seen := make(map[T]bool, len(in))
	out := make([]T, 0, len(in))
	for _, v := range in {
		if !seen[v] {
			seen[v] = true
			out = append(out, v)
		}
	}
	return out
}
