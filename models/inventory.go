package models

import "time"

// Provider is a network from which circuits are rented.
type Provider struct {
	ID            string
	Slug          string // unique, lower case, stable
	Name          string // unique, as shown
	Parser        string // name of the parser provider; empty: the slug
	Emails        []string
	IDsPerAccount bool   // the account is part of a maintenance's identity
	CIDRule       string // how its circuit ids are compared, as ParseCIDRule reads it; empty: DefaultCIDRule
	HoldOver      time.Duration
	Tenant        string
	Tags          []string
	Builtin       bool // came with the catalogue and was not edited since
	CreatedAt     time.Time
	UpdatedAt     time.Time
}

// Site is a place where circuits end.
type Site struct {
	ID        string
	Name      string // unique
	Region    string
	Tenant    string
	Tags      []string
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Circuit is one rented circuit, unique by (provider, CID without case).
type Circuit struct {
	ID           string
	CID          string
	ProviderID   string
	Provider     Provider // filled by readers; the zero value otherwise
	Type         string   // circuit type's name, for example Transit
	Status       string   // free text of the inventory, for example active
	Description  string
	Tenant       string
	Tags         []string
	Terminations []Termination     // A before Z
	CustomFields map[string]string // as the inventory that it is synced from has them
	Inventory    string            // name of that inventory; empty: it is synced from none
	LastSeen     time.Time         // when that inventory last had it
	RemovedAt    time.Time         // when it was found missing there; zero: it is there
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

// OutOfService lists the statuses, in small letters, of circuits that nothing
// can be counted on: not yet, not now or never again. A circuit with any other
// status, or with none, may carry traffic; so may one that is deprovisioning.
var OutOfService = []string{"planned", "provisioning", "offline", "decommissioned", "deprovisioned", "removed", "retired"}

// Termination is one end of a circuit.
type Termination struct {
	ID        string
	CircuitID string
	Side      string // A or Z
	SiteID    string
	Site      Site   // filled by readers
	XConnect  string // cross-connect id

	Device       string // what its cable leads to
	Interface    string // of the device
	Cable        string // its label, else how the inventory calls it
	CustomFields map[string]string
}

// Alias is another name under which a provider lists a circuit.
type Alias struct {
	ID         string
	ProviderID string
	Alias      string
	CircuitID  string
	CreatedAt  time.Time
}

// KnownCircuit is one way in which a circuit is written: its id or an alias.
type KnownCircuit struct {
	CID  string
	Text string
}

// RedundancyGroup is a set of circuits of which MinUp must be up.
type RedundancyGroup struct {
	ID         string
	Name       string // unique
	MinUp      int    // 0: all but one
	CircuitIDs []string
	Circuits   []Circuit // filled by readers
}

// Organization of the outside names used in CSV files and errors.
const (
	SideA = "A"
	SideZ = "Z"
)
