package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"lineman/models"
)

// ImportSites creates and updates sites by name, all or none. An empty value
// leaves what is there. The first bad row is an InputError with its line.
func (s *Store) ImportSites(ctx context.Context, rows []models.SiteRow) (models.ImportResult, error) {
	return importRows(ctx, s, "sites", rows, newSiteImport)
}

// ExportSites lists all sites by name, as an import takes them.
func (s *Store) ExportSites(ctx context.Context) ([]models.SiteRow, error) {
	var all []models.SiteRow
	err := s.read(ctx, "read sites", func(tx *gorm.DB) error {
		var rows []siteRow
		if err := tx.Order("name").Find(&rows).Error; err != nil {
			return err
		}
		full, err := loadSites(tx, each(rows, func(r siteRow) string { return r.ID }))
		for _, r := range rows {
			site := full[r.ID]
			all = append(all, models.SiteRow{Name: site.Name, Region: site.Region, Tenant: site.Tenant, Tags: site.Tags})
		}
		return err
	})
	return all, err
}

// allSites gives all sites by name.
func allSites(tx *gorm.DB) (map[string]models.Site, error) {
	var ids []string
	if err := tx.Model(&siteRow{}).Pluck("id", &ids).Error; err != nil {
		return nil, err
	}
	byID, err := loadSites(tx, ids)
	byName := make(map[string]models.Site, len(byID))
	for _, site := range byID {
		byName[site.Name] = site
	}
	return byName, err
}

type siteImport struct {
	w      *work
	known  map[string]models.Site
	line   map[string]int
	dirty  []models.Site
	result models.ImportResult
}

func newSiteImport(w *work) (*siteImport, error) {
	known, err := allSites(w.DB)
	return &siteImport{w: w, known: known, line: map[string]int{}}, err
}

func (i *siteImport) take(row models.SiteRow) error {
	name := tidy(row.Name)
	if name == "" {
		return models.Invalid(lineField(row.Line), "the name is missing; every site needs one")
	}
	if line, again := i.line[name]; again {
		return models.Invalid(lineField(row.Line), "site %s is on line %d already; leave one of them out", name, line)
	}
	i.line[name] = row.Line
	site, known := i.known[name]
	if !known {
		site = models.Site{ID: newID(), Name: name, CreatedAt: i.w.s.clock()}
	}
	changed := setText(&site.Region, tidy(row.Region))
	changed = setText(&site.Tenant, tidy(row.Tenant)) || changed
	changed = setTags(&site.Tags, row.Tags) || changed
	switch {
	case !known:
		i.result.Created++
	case changed:
		i.result.Updated++
	default:
		i.result.Unchanged++
		return nil
	}
	i.dirty = append(i.dirty, site)
	return nil
}

func (i *siteImport) finish() (models.ImportResult, error) { return i.result, i.save() }

func (i *siteImport) save() error {
	now := at(i.w.s.clock())
	var rows []siteRow
	var tags []siteTagRow
	var ids []string
	for _, site := range i.dirty {
		ids = append(ids, site.ID)
		rows = append(rows, siteRow{
			ID: site.ID, Name: site.Name, Region: site.Region, Tenant: site.Tenant, CreatedAt: at(site.CreatedAt), UpdatedAt: now,
		})
		for _, t := range site.Tags {
			tags = append(tags, siteTagRow{SiteID: site.ID, Tag: t})
		}
	}
	if err := upsert(i.w.DB, rows); err != nil {
		return fmt.Errorf("save sites: %w", err)
	}
	return replaceOwned(i.w.DB, "site_id", ids, tags)
}
