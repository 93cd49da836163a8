package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"lineman/models"
)

// headCircuit is a circuit without its tags and terminations.
type headCircuit struct {
	ID           string
	CID          string `gorm:"column:cid"`
	ProviderID   string
	ProviderSlug string
	ProviderName string
	TypeName     ref
	Status       string
	Description  string
	Tenant       string
	CreatedAt    instant
	UpdatedAt    instant
	CustomFields words
	Inventory    string
	LastSeen     instant
	RemovedAt    instant
	OwnerID      string // what it was asked for by
}

const circuitColumns = "x.id, x.cid, x.provider_id, pr.slug AS provider_slug, pr.name AS provider_name, x.type_name, x.status, " +
	"x.description, x.tenant, x.created_at, x.updated_at, x.custom_fields, x.inventory, x.last_seen, x.removed_at"

// model gives a circuit whose Provider has only ID, slug and name.
func (r headCircuit) model() models.Circuit {
	return models.Circuit{
		ID: r.ID, CID: r.CID, ProviderID: r.ProviderID, Provider: models.Provider{ID: r.ProviderID, Slug: r.ProviderSlug, Name: r.ProviderName},
		Type: string(r.TypeName), Status: r.Status, Description: r.Description, Tenant: r.Tenant, CreatedAt: r.CreatedAt.Time, UpdatedAt: r.UpdatedAt.Time,
		CustomFields: r.CustomFields, Inventory: r.Inventory, LastSeen: r.LastSeen.Time, RemovedAt: r.RemovedAt.Time,
	}
}

func headCircuits(tx *gorm.DB, v sight) *gorm.DB {
	return where(tx.Table("circuits x").Joins("JOIN providers pr ON pr.id = x.provider_id"), v.circuits("x.id"))
}

// CircuitsByID gives the circuits in scope that have these IDs, without tags
// and terminations; of the provider, only ID, slug and name. Nobody may change
// them.
func (s *Store) CircuitsByID(ctx context.Context, scope models.Scope, ids []string) (map[string]*models.Circuit, error) {
	v := sightOf(scope)
	return recalled(ctx, s, &s.heads, "read circuits by id", v, ids, func(tx *gorm.DB, ids []string) (map[string]*models.Circuit, error) {
		rows, err := scanned[headCircuit](where(headCircuits(tx, v), s.among("x.id", ids)).Select(circuitColumns))
		found := make(map[string]*models.Circuit, len(rows))
		for _, r := range rows {
			c := r.model()
			found[r.ID] = &c
		}
		return found, err
	})
}

// CircuitsOf gives the circuits in scope of each of these providers, or those
// that end at each of these sites, by CID, as CircuitsByID does.
func (s *Store) CircuitsOf(ctx context.Context, scope models.Scope, owner models.OwnerKind, b models.Batch) (map[string][]models.Circuit, error) {
	byOwner := map[string][]models.Circuit{}
	err := s.peek(ctx, "read the circuits of "+string(owner)+"s", func(tx *gorm.DB) error {
		q, column := headCircuits(tx, sightOf(scope)), "x.provider_id"
		switch owner {
		case models.OwnerProvider:
		case models.OwnerSite:
			column = "e.site_id"
			q = q.Joins("JOIN terminations e ON e.circuit_id = x.id"). // once where both ends are there
											Where("e.side = (SELECT MIN(o.side) FROM terminations o WHERE o.circuit_id = e.circuit_id AND o.site_id = e.site_id)")
		default:
			return fmt.Errorf("circuits belong to no %s", owner)
		}
		q = where(q, s.among(column, b.IDs)).Select(circuitColumns + ", " + column + " AS owner_id, " +
			"ROW_NUMBER() OVER (PARTITION BY " + column + " ORDER BY x.cid_key, x.id) AS place")
		rows, err := batch[headCircuit](tx.Table("(?) r", q).Order("r.owner_id, r.place"), b)
		for _, r := range rows {
			byOwner[r.OwnerID] = append(byOwner[r.OwnerID], r.model())
		}
		return err
	})
	return byOwner, err
}

// Terminations gives the ends of each of these circuits that are in scope, A
// before Z, with their sites; the sites have no tags.
func (s *Store) Terminations(ctx context.Context, scope models.Scope, b models.Batch) (map[string][]models.Termination, error) {
	v := sightOf(scope)
	byCircuit, err := recalled(ctx, s, &s.ends, "read terminations", v, b.IDs, func(tx *gorm.DB, ids []string) (map[string][]models.Termination, error) {
		return s.endsOf(tx, v, ids)
	})
	n := 0
	for _, ends := range byCircuit {
		n += len(ends)
	}
	if b.Most > 0 && n > b.Most {
		return nil, fmt.Errorf("read terminations: %w: more than %d", models.ErrTooMany, b.Most)
	}
	return byCircuit, err
}

// endsOf reads the ends of circuits. Those without any are among them.
func (s *Store) endsOf(tx *gorm.DB, v sight, circuits []string) (map[string][]models.Termination, error) {
	type row struct {
		End           terminationRow `gorm:"embedded"`
		SiteName      ref
		SiteRegion    ref
		SiteTenant    ref
		SiteCreatedAt instant
		SiteUpdatedAt instant
	}
	q := where(tx.Table("terminations e").Joins("LEFT JOIN sites w ON w.id = e.site_id"), v.circuits("e.circuit_id"))
	rows, err := scanned[row](where(q, s.among("e.circuit_id", circuits)).Order("e.circuit_id, e.side").
		Select("e.id, e.circuit_id, e.side, e.site_id, e.xconnect, e.device, e.interface, e.cable, e.custom_fields, " +
			"w.name AS site_name, w.region AS site_region, w.tenant AS site_tenant, w.created_at AS site_created_at, w.updated_at AS site_updated_at"))
	found := make(map[string][]models.Termination, len(circuits))
	for _, id := range circuits {
		found[id] = nil
	}
	for _, r := range rows {
		t := r.End.model()
		t.Site = models.Site{
			ID: t.SiteID, Name: string(r.SiteName), Region: string(r.SiteRegion), Tenant: string(r.SiteTenant),
			CreatedAt: r.SiteCreatedAt.Time, UpdatedAt: r.SiteUpdatedAt.Time,
		}
		found[t.CircuitID] = append(found[t.CircuitID], t)
	}
	return found, err
}

// Tags gives the tags of each of these records that are in scope, sorted. A
// site's tags are shown where the site is, a provider's where all of it is.
func (s *Store) Tags(ctx context.Context, scope models.Scope, owner models.OwnerKind, b models.Batch) (map[string][]string, error) {
	byOwner := map[string][]string{}
	err := s.peek(ctx, "read the tags of "+string(owner)+"s", func(tx *gorm.DB) error {
		v := sightOf(scope)
		var q *gorm.DB
		switch owner {
		case models.OwnerCircuit:
			q = where(tx.Table("circuit_tags g").Select("g.circuit_id AS owner_id, g.tag"), s.among("g.circuit_id", b.IDs))
			q = where(q, v.circuits("g.circuit_id"))
		case models.OwnerSite:
			q = where(tx.Table("site_tags g").Select("g.site_id AS owner_id, g.tag"), s.among("g.site_id", b.IDs))
			q = where(q, v.sites("g.site_id"))
		case models.OwnerProvider:
			q = where(tx.Table("provider_tags g").Select("g.provider_id AS owner_id, g.tag"), s.among("g.provider_id", b.IDs))
			q = where(q, v.providers("g.provider_id"))
		default:
			return fmt.Errorf("no %s has tags", owner)
		}
		type row struct {
			OwnerID string
			Tag     string
		}
		rows, err := batch[row](q.Order("owner_id, g.tag"), b)
		for _, r := range rows {
			byOwner[r.OwnerID] = append(byOwner[r.OwnerID], r.Tag)
		}
		return err
	})
	return byOwner, err
}

// ProviderRefs lists the providers that are in scope themselves, with all that
// is theirs, by name. Without slugs it lists all of them.
func (s *Store) ProviderRefs(ctx context.Context, scope models.Scope, slugs []string, page models.Page) (all []models.ProviderRef, err error) {
	err = s.peek(ctx, "read providers", func(tx *gorm.DB) error {
		q := where(tx.Table("providers x"), sightOf(scope).providers("x.id"))
		if len(slugs) > 0 {
			q = q.Where("x.slug IN ?", each(slugs, nameKey))
		}
		return paged(q.Select("x.id, x.slug, x.name").Order("x.name_key, x.id"), page).Scan(&all).Error
	})
	return all, err
}
