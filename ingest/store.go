package ingest

import (
	"context"
	"time"

	"lineman/models"
)

// Store is what the pipeline needs of the database. Each method is one
// transaction.
type Store interface {
	Ledger
	Records
	Labelling
	Watch
	Leases
}

// Ledger remembers every message that was listed, and keeps raw mail.
type Ledger interface {
	EnsureSource(ctx context.Context, name, kind string) (models.Source, error)
	Cursors(ctx context.Context, sourceID string) ([]models.Cursor, error)
	KnownRefs(ctx context.Context, sourceID, folder string, uidValidity uint32, refs []models.MailRef) (map[models.MailRef]bool, error)
	KnownHashes(ctx context.Context, sha256 []string) (map[string]string, error)
	// Census counts which messages of a folder the ledger has: with a raw mail,
	// without one, and not at all.
	Census(ctx context.Context, sourceID, folder string, uidValidity uint32, refs []models.MailRef) (kept, skipped int, missing []models.MailRef, err error)
	Keep(ctx context.Context, sourceID string, cursor models.Cursor, arrivals []models.Arrival) ([]models.Kept, error)
}

// Records takes what processing found.
type Records interface {
	Providers(ctx context.Context) ([]models.Provider, error)
	// KnownCircuits gives the ids and aliases of all circuits, and a stamp that
	// changes with them; nothing but the stamp when it is still the given one.
	KnownCircuits(ctx context.Context, stamp string) ([]models.KnownCircuit, string, error)
	Received(ctx context.Context, sourceID string, limit int) ([]models.RawNotification, error)
	Raws(ctx context.Context, ids []string) ([]models.RawNotification, error)
	Attempt(ctx context.Context, ids []string) error
	Spare(ctx context.Context, ids []string) error
	// Strangers gives the messages of a source that matched nobody or were
	// skipped, in the order of their IDs, after one of them.
	Strangers(ctx context.Context, sourceID, after string, limit int) ([]models.Stranger, error)
	SetMatched(ctx context.Context, sourceID, stamp string) error
	Reopen(ctx context.Context, rawIDs []string, cause models.Cause) error
	Holders(ctx context.Context, rawIDs []string) (map[string][]string, error)
	Apply(ctx context.Context, verdicts []models.Verdict) ([]models.Applied, error)
	// TrustDue gives mails whose senders are to be judged again, and Judge keeps
	// what came of it.
	TrustDue(ctx context.Context, now time.Time, limit int) ([]models.RawNotification, error)
	Judge(ctx context.Context, verdicts []models.TrustVerdict) error
}

// Labelling knows which labels in a mailbox are not yet those of the state.
type Labelling interface {
	LabelsDue(ctx context.Context, sourceID string, limit int) ([]models.LabelTask, error)
	LabelResults(ctx context.Context, results []models.LabelResult) error
}

// Watch keeps how each pass went.
type Watch interface {
	StartPoll(ctx context.Context, sourceID string) (string, error)
	FinishPoll(ctx context.Context, pollID string, tally models.Tally, errText string) error
	SetReconciled(ctx context.Context, sourceID string, r models.Reconciliation) error
	SetLag(ctx context.Context, sourceID string, lag time.Duration) error
	SourceResult(ctx context.Context, sourceID string, at time.Time, errText string) error
}

// Leases keep two processes from reading one source at once.
type Leases interface {
	AcquireLease(ctx context.Context, name, owner string, ttl time.Duration) (bool, error)
	LeaseOwner(ctx context.Context, name string) (string, error)
	ReleaseLease(ctx context.Context, name, owner string) error
}
