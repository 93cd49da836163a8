package models

import "time"

// MaintenanceDetail is one maintenance with its history, as people look at it.
type MaintenanceDetail struct {
	Maintenance
	ProviderSlug string
	ProviderName string
	Notices      []Notice // newest first
	PeopleNotes  []Note
	Changes      []Change // newest first
}

// MaintenanceItem is one maintenance in a list.
type MaintenanceItem struct {
	Maintenance
	ProviderSlug string
	ProviderName string
}

// ImpactItem is one circuit of one maintenance where the circuit is linked,
// one row per (maintenance, circuit), with the worst impact.
type ImpactItem struct {
	ID              string
	MaintenanceID   string
	MaintenanceName string
	CircuitID       string
	CID             string // of the inventory
	ListedCID       string // as the maintenance lists it
	Impact          Impact
	Start           time.Time // of the maintenance
	Revision        int64     // of the maintenance
	CreatedAt       time.Time
	UpdatedAt       time.Time
}

// NoticeItem is one notice with the raw mail and maintenance it belongs to.
type NoticeItem struct {
	Notice
	MaintenanceRowID string
	MaintenanceName  string
}

// MaintenanceRef is a maintenance as other records refer to it.
type MaintenanceRef struct {
	ID           string
	Name         string
	Status       Status
	ProviderSlug string
}

// FindingItem is one finding with the records that it refers to by ID.
type FindingItem struct {
	Finding
	Members []Circuit        // those of Finding.Circuits that the inventory has
	Causes  []MaintenanceRef // those of Finding.Maintenances that are in sight
}

// FindingDetail is one finding with its history.
type FindingDetail struct {
	FindingItem
	Events []FindingEvent // newest first
}

// FindingCount is how many findings of one kind and severity are open.
type FindingCount struct {
	Kind     SubjectKind
	Severity Severity
	Count    int64
}

// SeenProvider is a provider as somebody sees it.
type SeenProvider struct {
	Provider
	Whole    bool // it is in scope itself; else only ID, Slug and Name are filled
	Circuits int  // of it that are in scope
}
