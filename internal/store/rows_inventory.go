package store

import (
	"time"

	"lineman/models"
)

type providerRow struct {
	ID            string  `gorm:"primaryKey;not null"`
	Slug          string  `gorm:"not null;uniqueIndex:providers_slug"`
	Name          string  `gorm:"not null"`
	NameKey       string  `gorm:"not null;uniqueIndex:providers_name"`
	Parser        string  `gorm:"not null"`
	IDsPerAccount bool    `gorm:"column:ids_per_account;not null"`
	HoldOver      int64   `gorm:"not null"`
	CIDRule       string  `gorm:"column:cid_rule;not null"`
	Tenant        string  `gorm:"not null"`
	Builtin       bool    `gorm:"not null"`
	CreatedAt     instant `gorm:"not null"`
	UpdatedAt     instant `gorm:"not null"`
}

func (providerRow) TableName() string { return "providers" }

func (r providerRow) model() models.Provider {
	return models.Provider{
		ID: r.ID, Slug: r.Slug, Name: r.Name, Parser: r.Parser, IDsPerAccount: r.IDsPerAccount,
		HoldOver: time.Duration(r.HoldOver) * time.Second, CIDRule: r.CIDRule, Tenant: r.Tenant, Builtin: r.Builtin,
		CreatedAt: r.CreatedAt.Time, UpdatedAt: r.UpdatedAt.Time,
	}
}

type providerEmailRow struct {
	Address    string `gorm:"primaryKey;not null"`
	ProviderID string `gorm:"not null"`
	Position   int    `gorm:"not null"`
}

func (providerEmailRow) TableName() string { return "provider_emails" }

type providerTagRow struct {
	ProviderID string `gorm:"primaryKey;not null"`
	Tag        string `gorm:"primaryKey;not null"`
}

func (providerTagRow) TableName() string { return "provider_tags" }

type siteRow struct {
	ID        string  `gorm:"primaryKey;not null"`
	Name      string  `gorm:"not null;uniqueIndex:sites_name"`
	Region    string  `gorm:"not null"`
	Tenant    string  `gorm:"not null"`
	CreatedAt instant `gorm:"not null"`
	UpdatedAt instant `gorm:"not null"`
}

func (siteRow) TableName() string { return "sites" }

func (r siteRow) model() models.Site {
	return models.Site{
		ID: r.ID, Name: r.Name, Region: r.Region, Tenant: r.Tenant,
		CreatedAt: r.CreatedAt.Time, UpdatedAt: r.UpdatedAt.Time,
	}
}

type siteTagRow struct {
	SiteID string `gorm:"primaryKey;not null"`
	Tag    string `gorm:"primaryKey;not null"`
}

func (siteTagRow) TableName() string { return "site_tags" }

type circuitTypeRow struct {
	Name      string  `gorm:"primaryKey;not null"`
	CreatedAt instant `gorm:"not null"`
}

func (circuitTypeRow) TableName() string { return "circuit_types" }

type circuitRow struct {
	ID          string  `gorm:"primaryKey;not null"`
	ProviderID  string  `gorm:"not null;uniqueIndex:circuits_cid"`
	CID         string  `gorm:"column:cid;not null"`
	CIDKey      string  `gorm:"column:cid_key;not null;uniqueIndex:circuits_cid"`
	TypeName    ref     `gorm:""`
	Status      string  `gorm:"not null"`
	Description string  `gorm:"not null"`
	Tenant      string  `gorm:"not null"`
	CreatedAt   instant `gorm:"not null"`
	UpdatedAt   instant `gorm:"not null"`

	CustomFields words   `gorm:"not null"`
	Inventory    string  `gorm:"not null"`
	LastSeen     instant `gorm:""`
	RemovedAt    instant `gorm:""`
}

func (circuitRow) TableName() string { return "circuits" }

func (r circuitRow) model() models.Circuit {
	return models.Circuit{
		ID: r.ID, CID: r.CID, ProviderID: r.ProviderID, Type: string(r.TypeName), Status: r.Status,
		Description: r.Description, Tenant: r.Tenant, CreatedAt: r.CreatedAt.Time, UpdatedAt: r.UpdatedAt.Time,
		CustomFields: r.CustomFields, Inventory: r.Inventory, LastSeen: r.LastSeen.Time, RemovedAt: r.RemovedAt.Time,
	}
}

// circuitRowOf gives the row of a circuit that changed at an instant.
func circuitRowOf(c models.Circuit, now instant) circuitRow {
	return circuitRow{
		ID: c.ID, ProviderID: c.ProviderID, CID: c.CID, CIDKey: models.CIDKey(c.CID), TypeName: ref(c.Type),
		Status: c.Status, Description: c.Description, Tenant: c.Tenant, CreatedAt: at(c.CreatedAt), UpdatedAt: now,
		CustomFields: c.CustomFields, Inventory: c.Inventory, LastSeen: at(c.LastSeen), RemovedAt: at(c.RemovedAt),
	}
}

type circuitTagRow struct {
	CircuitID string `gorm:"primaryKey;not null"`
	Tag       string `gorm:"primaryKey;not null"`
}

func (circuitTagRow) TableName() string { return "circuit_tags" }

type terminationRow struct {
	ID        string `gorm:"primaryKey;not null"`
	CircuitID string `gorm:"not null;uniqueIndex:terminations_side"`
	Side      string `gorm:"not null;uniqueIndex:terminations_side"`
	SiteID    ref    `gorm:""`
	XConnect  string `gorm:"column:xconnect;not null"`

	Device       string `gorm:"not null"`
	Interface    string `gorm:"not null"`
	Cable        string `gorm:"not null"`
	CustomFields words  `gorm:"not null"`
}

func (terminationRow) TableName() string { return "terminations" }

func (r terminationRow) model() models.Termination {
	return models.Termination{
		ID: r.ID, CircuitID: r.CircuitID, Side: r.Side, SiteID: string(r.SiteID), XConnect: r.XConnect,
		Device: r.Device, Interface: r.Interface, Cable: r.Cable, CustomFields: r.CustomFields,
	}
}

func terminationRowOf(circuitID string, t models.Termination) terminationRow {
	return terminationRow{
		ID: t.ID, CircuitID: circuitID, Side: t.Side, SiteID: ref(t.SiteID), XConnect: t.XConnect,
		Device: t.Device, Interface: t.Interface, Cable: t.Cable, CustomFields: t.CustomFields,
	}
}

type aliasRow struct {
	ID         string  `gorm:"primaryKey;not null"`
	ProviderID string  `gorm:"not null;uniqueIndex:aliases_alias"`
	Alias      string  `gorm:"not null"`
	AliasKey   string  `gorm:"not null;uniqueIndex:aliases_alias"`
	CircuitID  string  `gorm:"not null"`
	CreatedAt  instant `gorm:"not null"`
}

func (aliasRow) TableName() string { return "aliases" }

func (r aliasRow) model() models.Alias {
	return models.Alias{ID: r.ID, ProviderID: r.ProviderID, Alias: r.Alias, CircuitID: r.CircuitID, CreatedAt: r.CreatedAt.Time}
}

type redundancyGroupRow struct {
	ID    string `gorm:"primaryKey;not null"`
	Name  string `gorm:"not null;uniqueIndex:redundancy_groups_name"`
	MinUp int    `gorm:"not null"`
}

func (redundancyGroupRow) TableName() string { return "redundancy_groups" }

type redundancyMemberRow struct {
	GroupID   string `gorm:"primaryKey;not null"`
	CircuitID string `gorm:"primaryKey;not null"`
	Priority  string `gorm:"not null"`
}

func (redundancyMemberRow) TableName() string { return "redundancy_members" }
