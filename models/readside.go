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
	Revision        int64 // of the maintenance
	CreatedAt       time.Time
	UpdatedAt       time.Time
}

// NoticeItem is one notice with the raw mail and maintenance it belongs to.
type NoticeItem struct {
	Notice
	MaintenanceRowID string
	MaintenanceName  string
}
