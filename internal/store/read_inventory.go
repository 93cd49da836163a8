package store

import (
	"context"

	"gorm.io/gorm"

	"lineman/models"
)

// FindSites lists the sites in scope by name: those that the scope names, and
// those where a circuit in scope ends. Page.After is the name of a site.
func (s *Store) FindSites(ctx context.Context, scope models.Scope, f models.SiteFilter) (all []models.Site, total int, err error) {
	err = s.read(ctx, "read sites", func(tx *gorm.DB) error {
		v := sightOf(scope)
		query := func() *gorm.DB {
			q := withIDs(where(tx.Table("sites w"), v.sites("w.id")), "w.id", f.IDs)
			for column, values := range map[string][]string{"w.name IN ?": f.Names, "w.region IN ?": f.Regions, "w.tenant IN ?": f.Tenants} {
				if len(values) > 0 {
					q = q.Where(column, values)
				}
			}
			q = withIDs(q, "w.id", f.IDs)
			if len(f.Tags) > 0 {
				q = q.Where("w.id IN (SELECT site_id FROM site_tags WHERE tag IN ?)", f.Tags)
			}
			return containing(q, f.Query, "LOWER(w.name)")
		}
		rows, n, err := listed[siteRow](query, keyset{{"w.name", byText, false}}, f.Page, "w.*")
		if err != nil {
			return err
		}
		full, err := loadSites(tx, each(rows, func(r siteRow) string { return r.ID }))
		total, all = n, each(rows, func(r siteRow) models.Site { return full[r.ID] })
		return err
	})
	return all, total, err
}

// sites is the condition that a site, whose ID is in column, is in sight.
func (v sight) sites(column string) condition {
	if v.all {
		return condition{sql: "1 = 1"}
	}
	own := anyOf(
		in("s.name IN ?", v.scope.Sites),
		in("s.tenant IN ?", v.scope.Tenants),
		in("s.id IN (SELECT site_id FROM site_tags WHERE tag IN ?)", v.scope.Tags),
	)
	if own.sql != nothing.sql {
		own.sql = column + " IN (SELECT s.id FROM sites s WHERE " + own.sql + ")"
	}
	ends := v.circuits("t.circuit_id")
	if ends.sql != nothing.sql {
		ends.sql = column + " IN (SELECT t.site_id FROM terminations t WHERE t.site_id IS NOT NULL AND " + ends.sql + ")"
	}
	return anyOf(own, ends)
}

// CircuitTypes lists the types of the circuits in scope by name; with the whole
// scope also those that no circuit has.
func (s *Store) CircuitTypes(ctx context.Context, scope models.Scope) (names []string, err error) {
	err = s.read(ctx, "read circuit types", func(tx *gorm.DB) error {
		if scope.All {
			return tx.Table("circuit_types").Order("name").Pluck("name", &names).Error
		}
		q := where(tx.Table("circuits x"), sightOf(scope).circuits("x.id"))
		return q.Where("x.type_name IS NOT NULL").Distinct().Order("x.type_name").Pluck("x.type_name", &names).Error
	})
	return names, err
}

// FindPolls lists the passes over sources, newest first. A scope that is
// narrowed in any way sees none. Page.After are the start and the ID of a pass.
func (s *Store) FindPolls(ctx context.Context, scope models.Scope, f models.PollFilter) (all []models.PollItem, total int, err error) {
	if !scope.All {
		return nil, 0, nil
	}
	type row struct {
		Row    pollRow `gorm:"embedded"`
		Source string
	}
	err = s.read(ctx, "read polls", func(tx *gorm.DB) error {
		query := func() *gorm.DB {
			q := within(withIDs(tx.Table("polls l").Joins("JOIN sources s ON s.id = l.source_id"), "l.id", f.IDs), "l.started", f.Started)
			if len(f.Sources) > 0 {
				q = q.Where("s.name IN ?", f.Sources)
			}
			return q
		}
		rows, n, err := listed[row](query, keyset{{"l.started", byTime, true}, {"l.id", byText, true}}, f.Page, "l.*, s.name AS source")
		total, all = n, each(rows, func(r row) models.PollItem { return models.PollItem{Poll: r.Row.model(), Source: r.Source} })
		return err
	})
	return all, total, err
}
