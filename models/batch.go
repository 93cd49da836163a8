package models

import (
	"errors"
	"time"
)

// ErrTooMany is returned (wrapped) by readers of batches that would read more
// rows than was allowed.
var ErrTooMany = errors.New("too many rows")

// Batch asks for what belongs to many records at once: for each of them a page
// of it, and no more than Most rows for all of them together.
type Batch struct {
	IDs  []string // of the records; what is no ID belongs to nothing
	Page Page     // of what belongs to each of them; the zero Page is all of it
	Most int      // more rows are ErrTooMany; 0: any number
}

// ProviderRef is a provider as what refers to it shows it.
type ProviderRef struct {
	ID   string
	Slug string
	Name string
}

// MaintenanceHead is a maintenance without its windows, circuits and history.
type MaintenanceHead struct {
	ID           string
	Name         string
	ExternalID   string
	Provider     ProviderRef
	Status       Status
	Summary      string
	Start, End   time.Time // of the first and of the last window; zero without
	Acknowledged bool
	Synthetic    bool
	Trust        TrustLevel
	Pending      []Pending // without mails and circuits where the scope is narrowed
	FirstSeen    time.Time
	LastNotice   time.Time
	Revision     int64
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

// ListedCircuit is one line of a maintenance's list of circuits.
type ListedCircuit struct {
	ID            string
	MaintenanceID string
	CID           string // as the notice writes it
	Account       string
	Impact        Impact
	Cancelled     bool   // a partial cancellation took it out
	CircuitID     string // linked and in scope; empty otherwise
	CreatedAt     time.Time
	UpdatedAt     time.Time
}

// OwnerKind is what carries tags.
type OwnerKind string

// The kinds of records that carry tags.
const (
	OwnerCircuit  OwnerKind = "circuit"
	OwnerSite     OwnerKind = "site"
	OwnerProvider OwnerKind = "provider"
)
