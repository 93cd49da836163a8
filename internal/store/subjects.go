package store

import (
	"cmp"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lineman/models"
)

// subjectKey names a site or redundancy group.
type subjectKey struct {
	kind models.SubjectKind
	id   string
}

func (k subjectKey) compare(o subjectKey) int {
	return cmp.Or(cmp.Compare(k.kind, o.kind), cmp.Compare(k.id, o.id))
}

// touchCircuits says that something about circuits changed: what there is to
// find at their sites and groups is computed anew before the commit. Where
// circuits change place, it is called before and after. Of several causes,
// the one that is news counts.
func (w *work) touchCircuits(cause models.Cause, ids []string) error {
	keys, err := subjectsOf(w.DB, ids)
	w.touchSubjects(cause, keys...)
	return err
}

func (w *work) touchSubjects(cause models.Cause, keys ...subjectKey) {
	if len(keys) == 0 {
		return
	}
	if w.touched == nil {
		w.touched = map[subjectKey]bool{}
	}
	for _, k := range keys {
		w.touched[k] = true
	}
	if w.cause == "" || w.cause == models.CauseShadow || cause == models.CauseLive || cause == models.CauseEdit {
		w.cause = cause
	}
}

// subjectsOf gives the sites where circuits end and the groups they are in.
func subjectsOf(tx *gorm.DB, circuits []string) ([]subjectKey, error) {
	seen := map[subjectKey]bool{}
	err := chunks(unique(validIDs(circuits)), func(part []string) error {
		var sites, groups []string
		if err := tx.Model(&terminationRow{}).Where("circuit_id IN ? AND site_id IS NOT NULL", part).Distinct().Pluck("site_id", &sites).Error; err != nil {
			return err
		}
		err := tx.Model(&redundancyMemberRow{}).Where("circuit_id IN ?", part).Distinct().Pluck("group_id", &groups).Error
		for _, id := range sites {
			seen[subjectKey{models.SubjectSite, id}] = true
		}
		for _, id := range groups {
			seen[subjectKey{models.SubjectGroup, id}] = true
		}
		return err
	})
	keys := make([]subjectKey, 0, len(seen))
	for k := range seen {
		keys = append(keys, k)
	}
	return keys, err
}

// lockSubjects holds the rows of subjects to the end of the transaction, in an
// order that all transactions share. Whoever holds them sees what others that
// held them before did.
func (w *work) lockSubjects(keys []subjectKey) error {
	rows := each(keys, func(k subjectKey) findingSubjectRow { return findingSubjectRow{Kind: string(k.kind), SubjectID: k.id} })
	err := chunks(rows, func(part []findingSubjectRow) error {
		return w.Clauses(clause.OnConflict{DoNothing: true}).Create(&part).Error
	})
	if err != nil || w.s.dialect == dialectSQLite {
		return err
	}
	for kind, ids := range idsByKind(keys) {
		err := chunks(ids, func(part []string) error {
			var held []findingSubjectRow
			return locked(w.s, w.DB).Where("kind = ? AND subject_id IN ?", kind, part).Order("subject_id").Find(&held).Error
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func idsByKind(keys []subjectKey) map[models.SubjectKind][]string {
	ids := map[models.SubjectKind][]string{}
	for _, k := range keys {
		ids[k.kind] = append(ids[k.kind], k.id)
	}
	return ids
}

// protectedRow is one circuit of a subject.
type protectedRow struct {
	SubjectID string
	Name      string
	MinUp     int
	CircuitID string
}

// guarded is a subject with the circuits that it needs.
type guarded struct {
	models.Subject
	models.Protected
}

// inService is the condition that a circuit can be counted on: it is not
// missing in its inventory, and its status does not say otherwise.
const inService = "c.removed_at IS NULL AND LOWER(c.status) NOT IN ?"

// loadGuarded reads subjects with their circuits that are in service, sorted.
// One that is not there, or has no such circuit, is left out.
func (s *Store) loadGuarded(tx *gorm.DB, keys []subjectKey) (map[subjectKey]*guarded, error) {
	all := map[subjectKey]*guarded{}
	for kind, sql := range map[models.SubjectKind]string{
		models.SubjectSite: `SELECT t.site_id AS subject_id, s.name, 1 AS min_up, t.circuit_id FROM terminations t JOIN sites s ON s.id = t.site_id
			JOIN circuits c ON c.id = t.circuit_id WHERE t.site_id IN ? AND ` + inService,
		models.SubjectGroup: `SELECT g.id AS subject_id, g.name, g.min_up, r.circuit_id FROM redundancy_members r JOIN redundancy_groups g ON g.id = r.group_id
			JOIN circuits c ON c.id = r.circuit_id WHERE r.group_id IN ? AND ` + inService,
	} {
		err := chunks(idsByKind(keys)[kind], func(part []string) error {
			var rows []protectedRow
			err := tx.Raw(sql, part, models.OutOfService).Scan(&rows).Error
			for _, r := range rows {
				k := subjectKey{kind, r.SubjectID}
				if all[k] == nil {
					all[k] = &guarded{Subject: models.Subject{Kind: kind, ID: r.SubjectID, Name: r.Name}, Protected: models.Protected{MinUp: r.MinUp, Single: s.overlap.Single}}
				}
				all[k].Circuits = append(all[k].Circuits, r.CircuitID)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	for _, g := range all {
		slices.Sort(g.Circuits)
		g.Circuits = slices.Compact(g.Circuits)
		if g.Kind == models.SubjectGroup && g.MinUp == 0 {
			g.MinUp = max(1, len(g.Circuits)-1)
		}
	}
	return all, nil
}
