package models

import "time"

// Inventory is what another system, a NetBox or a Nautobot, holds of circuits
// at one moment, in lineman's words. Remote IDs are that system's own; they
// find an object again when it is renamed.
type Inventory struct {
	Source  string    // name of the configured inventory
	Kind    string    // netbox or nautobot
	Version string    // of the system
	Started time.Time // when its reading began

	Providers []InventoryProvider
	Sites     []InventorySite // those where circuits end
	Circuits  []InventoryCircuit
	Groups    []InventoryGroup
	NoGroups  bool     // the system does not know groups: Groups says nothing
	Warnings  []string // what was left out, one sentence each
}

// InventoryProvider is a provider there. Several may have one Slug.
type InventoryProvider struct {
	RemoteID string
	Slug     string   // lineman's
	Mapped   bool     // the configuration names Slug: it must be there
	Also     []string // slugs of more providers whose mail may mean its circuits
	Name     string
	Emails   []string
	Parser   string // empty: nothing is said of it
	Tags     []string
}

// InventorySite is a place there.
type InventorySite struct {
	RemoteID string
	Name     string
	Region   string
	Tenant   string
	Tags     []string
}

// InventoryCircuit is a circuit there.
type InventoryCircuit struct {
	RemoteID     string
	Provider     string // RemoteID of its provider
	CID          string
	Type         string
	Status       string
	Description  string
	Tenant       string
	Tags         []string
	CustomFields map[string]string
	Aliases      []string // other ids that its provider may write
	Terminations []InventoryTermination
}

// InventoryTermination is one end of a circuit there.
type InventoryTermination struct {
	Side         string // A or Z
	Site         string // RemoteID of its site; empty: it ends at none
	XConnect     string
	Device       string
	Interface    string
	Cable        string
	CustomFields map[string]string
}

// InventoryGroup is a redundancy group there.
type InventoryGroup struct {
	RemoteID string
	Name     string
	MinUp    int // 0: nothing is said of it
	Members  []InventoryMember
}

// InventoryMember is a circuit of a group.
type InventoryMember struct {
	Circuit  string // RemoteID
	Priority string // for example primary
}

// SyncOptions say how an Inventory is taken over.
type SyncOptions struct {
	DryRun         bool // find out what would be done, and do nothing
	AcceptRemovals bool // however many circuits are missing
	RemovalLimit   int  // percent of the circuits at which removals are refused; 0: 10
}

// SyncCount counts the objects of one kind.
type SyncCount struct {
	Created   int
	Updated   int
	Removed   int // newly missing there
	Unchanged int
}

// SyncResult is what a sync did, or would do.
type SyncResult struct {
	Providers SyncCount
	Sites     SyncCount
	Circuits  SyncCount
	Aliases   SyncCount
	Groups    SyncCount
	Warnings  []string // what was not taken over, and why
}

// InventoryState is how the sync of one inventory stands.
type InventoryState struct {
	Name        string
	Kind        string
	Version     string
	LastSuccess time.Time // zero: never
	LastError   string    // of the last sync; empty: it succeeded
	LastErrorAt time.Time
	Circuits    int // that it has
	Removed     int // that it had
	Last        SyncResult
}
