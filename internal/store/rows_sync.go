package store

import "lineman/models"

// What a row of inventory_links stands for.
const (
	linkProvider = "provider"
	linkAddress  = "address" // object: the provider that it was added to
	linkSite     = "site"
	linkCircuit  = "circuit"
	linkAlias    = "alias" // object: the row of the alias
	linkGroup    = "group"
)

type inventoryLinkRow struct {
	Source    string  `gorm:"primaryKey;not null"`
	Kind      string  `gorm:"primaryKey;not null"`
	RemoteID  string  `gorm:"primaryKey;not null"`
	ObjectID  string  `gorm:"not null"`
	Made      bool    `gorm:"not null"`
	FirstSeen instant `gorm:"not null"`
	RemovedAt instant `gorm:""`
}

func (inventoryLinkRow) TableName() string { return "inventory_links" }

type inventorySourceRow struct {
	Name        string                     `gorm:"primaryKey;not null"`
	Kind        string                     `gorm:"not null"`
	Version     string                     `gorm:"not null"`
	Started     instant                    `gorm:""`
	LastSuccess instant                    `gorm:""`
	LastError   string                     `gorm:"not null"`
	LastErrorAt instant                    `gorm:""`
	Result      document[storedSyncResult] `gorm:"not null"`
}

func (inventorySourceRow) TableName() string { return "inventory_sources" }

func (r inventorySourceRow) model() models.InventoryState {
	return models.InventoryState{
		Name: r.Name, Kind: r.Kind, Version: r.Version, LastSuccess: r.LastSuccess.Time,
		LastError: r.LastError, LastErrorAt: r.LastErrorAt.Time, Last: r.Result.V.model(),
	}
}

type storedSyncCount struct {
	Created   int `json:"created,omitempty"`
	Updated   int `json:"updated,omitempty"`
	Removed   int `json:"removed,omitempty"`
	Unchanged int `json:"unchanged,omitempty"`
}

type storedSyncResult struct {
	Providers storedSyncCount `json:"providers"`
	Sites     storedSyncCount `json:"sites"`
	Circuits  storedSyncCount `json:"circuits"`
	Aliases   storedSyncCount `json:"aliases"`
	Groups    storedSyncCount `json:"groups"`
	Warnings  []string        `json:"warnings,omitempty"`
}

func storeSyncResult(r models.SyncResult) storedSyncResult {
	return storedSyncResult{
		Providers: storedSyncCount(r.Providers), Sites: storedSyncCount(r.Sites), Circuits: storedSyncCount(r.Circuits),
		Aliases: storedSyncCount(r.Aliases), Groups: storedSyncCount(r.Groups), Warnings: r.Warnings,
	}
}

func (r storedSyncResult) model() models.SyncResult {
	return models.SyncResult{
		Providers: models.SyncCount(r.Providers), Sites: models.SyncCount(r.Sites), Circuits: models.SyncCount(r.Circuits),
		Aliases: models.SyncCount(r.Aliases), Groups: models.SyncCount(r.Groups), Warnings: r.Warnings,
	}
}
