package graphql

import (
	"context"

	"lineman/models"
)

// Reader is what queries read; each method answers with what the scope shows.
type Reader interface {
	ListReader
	MaintenanceReader
	InventoryReader
}

// ListReader gives the lists that a query starts with.
type ListReader interface {
	MaintenanceHeads(ctx context.Context, s models.Scope, f models.MaintenanceFilter) ([]models.MaintenanceHead, error)
	FindImpacts(ctx context.Context, s models.Scope, f models.ImpactFilter) ([]models.ImpactItem, int, error)
	Circuits(ctx context.Context, s models.Scope, f models.CircuitFilter) ([]models.Circuit, int, error)
	ProviderRefs(ctx context.Context, s models.Scope, slugs []string, p models.Page) ([]models.ProviderRef, error)
	FindSites(ctx context.Context, s models.Scope, f models.SiteFilter) ([]models.Site, int, error)
	FindNotes(ctx context.Context, s models.Scope, f models.NoteFilter) ([]models.Note, int, error)
	Mails(ctx context.Context, s models.Scope, f models.MailFilter) ([]models.MailItem, int, error)
	FindNotices(ctx context.Context, s models.Scope, f models.NoticeFilter) ([]models.NoticeItem, int, error)
	Findings(ctx context.Context, s models.Scope, f models.FindingFilter) ([]models.FindingItem, int, error)
}

// MaintenanceReader gives what belongs to many maintenances at once.
type MaintenanceReader interface {
	MaintenancesByID(ctx context.Context, s models.Scope, ids []string) (map[string]models.MaintenanceHead, error)
	MaintenancesOfProviders(ctx context.Context, s models.Scope, b models.Batch) (map[string][]models.MaintenanceHead, error)
	Windows(ctx context.Context, s models.Scope, b models.Batch) (map[string][]models.Window, error)
	ListedCircuits(ctx context.Context, s models.Scope, b models.Batch) (map[string][]models.ListedCircuit, error)
	ImpactsOn(ctx context.Context, s models.Scope, b models.Batch) (map[string][]models.ImpactItem, error)
}

// InventoryReader gives what belongs to many circuits, sites or providers at
// once.
type InventoryReader interface {
	CircuitsByID(ctx context.Context, s models.Scope, ids []string) (map[string]*models.Circuit, error)
	CircuitsOf(ctx context.Context, s models.Scope, owner models.OwnerKind, b models.Batch) (map[string][]models.Circuit, error)
	Terminations(ctx context.Context, s models.Scope, b models.Batch) (map[string][]models.Termination, error)
	Tags(ctx context.Context, s models.Scope, owner models.OwnerKind, b models.Batch) (map[string][]string, error)
}
