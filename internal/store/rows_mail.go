package store

import (
	"time"

	"lineman/models"
)

type sourceRow struct {
	ID          string  `gorm:"primaryKey;not null"`
	Name        string  `gorm:"not null;uniqueIndex:sources_name"`
	Kind        string  `gorm:"not null"`
	LastSuccess instant `gorm:""`
	LastError   string  `gorm:"not null"`
	LastErrorAt instant `gorm:""`

	Lag            int64               `gorm:"not null"` // seconds
	Matched        string              `gorm:"not null"`
	ReconciledAt   instant             `gorm:""`
	WindowStart    instant             `gorm:""`
	WindowMessages int                 `gorm:"not null"`
	WindowLedger   int                 `gorm:"not null"`
	WindowKept     int                 `gorm:"not null"`
	WindowSkipped  int                 `gorm:"not null"`
	WindowMissing  list[storedMailRef] `gorm:"not null"`
	CreatedAt      instant             `gorm:"not null"`
	UpdatedAt      instant             `gorm:"not null"`
}

func (sourceRow) TableName() string { return "sources" }

func (r sourceRow) model() models.Source {
	return models.Source{
		ID: r.ID, Name: r.Name, Kind: r.Kind, LastSuccess: r.LastSuccess.Time, LastError: r.LastError,
		LastErrorAt: r.LastErrorAt.Time, CreatedAt: r.CreatedAt.Time, UpdatedAt: r.UpdatedAt.Time,
		Lag: time.Duration(r.Lag) * time.Second, Matched: r.Matched, Reconciled: models.Reconciliation{
			At: r.ReconciledAt.Time, From: r.WindowStart.Time, Messages: r.WindowMessages, Ledger: r.WindowLedger,
			Kept: r.WindowKept, Skipped: r.WindowSkipped, Missing: each(r.WindowMissing, storedMailRef.model),
		},
	}
}

type cursorRow struct {
	SourceID    string  `gorm:"primaryKey;not null"`
	Folder      string  `gorm:"primaryKey;not null"`
	UIDValidity int64   `gorm:"column:uid_validity;not null"`
	UID         int64   `gorm:"column:uid;not null"`
	Remote      string  `gorm:"not null"`
	UpdatedAt   instant `gorm:"not null"`
}

func (cursorRow) TableName() string { return "cursors" }

type pollRow struct {
	ID              string  `gorm:"primaryKey;not null"`
	SourceID        string  `gorm:"not null"`
	Started         instant `gorm:"not null"`
	Finished        instant `gorm:""`
	Fetched         int     `gorm:"not null"`
	Fresh           int     `gorm:"not null"`
	Parsed          int     `gorm:"not null"`
	Ignored         int     `gorm:"not null"`
	Failed          int     `gorm:"not null"`
	UnknownProvider int     `gorm:"not null"`
	Duplicate       int     `gorm:"not null"`
	OutOfSequence   int     `gorm:"not null"`
	Error           string  `gorm:"not null"`
}

func (pollRow) TableName() string { return "polls" }

func (r pollRow) model() models.Poll {
	return models.Poll{
		ID: r.ID, SourceID: r.SourceID, Started: r.Started.Time, Finished: r.Finished.Time, Error: r.Error,
		Tally: models.Tally{
			Fetched: r.Fetched, New: r.Fresh, Parsed: r.Parsed, Ignored: r.Ignored, Failed: r.Failed,
			UnknownProvider: r.UnknownProvider, Duplicate: r.Duplicate, OutOfSequence: r.OutOfSequence,
		},
	}
}

type rawRow struct {
	ID            string  `gorm:"primaryKey;not null"`
	SourceID      ref     `gorm:""`
	SHA256        string  `gorm:"column:sha256;not null;uniqueIndex:raw_notifications_sha256"`
	MessageID     string  `gorm:"not null"`
	Subject       string  `gorm:"not null"`
	Sender        string  `gorm:"not null"`
	ProviderID    ref     `gorm:""`
	AssignedID    ref     `gorm:""`
	Date          instant `gorm:""`
	Received      instant `gorm:"not null"`
	State         string  `gorm:"not null"`
	OutOfSequence bool    `gorm:"not null"`
	UnknownCIDs   bool    `gorm:"column:unknown_cids;not null"`
	Incomplete    bool    `gorm:"not null"`
	Error         string  `gorm:"not null"`
	ParserVersion string  `gorm:"not null"`
	Attempts      int     `gorm:"not null"`
	Size          int64   `gorm:"not null"`
	Deleted       bool    `gorm:"not null"`
	Cause         string  `gorm:"not null"`
	Format        string  `gorm:"not null"`
	Fields        string  `gorm:"not null"` // blanks between
	ProcessedAt   instant `gorm:""`

	Trust         string  `gorm:"not null"`
	TrustReason   string  `gorm:"not null"`
	TrustProvider string  `gorm:"not null"` // ID
	TrustGuarded  bool    `gorm:"not null"`
	TrustTries    int     `gorm:"not null"`
	TrustDue      instant `gorm:""`

	CreatedAt instant `gorm:"not null"`
	UpdatedAt instant `gorm:"not null"`
}

func (rawRow) TableName() string { return "raw_notifications" }

func (r rawRow) flags() models.MailFlags {
	return models.MailFlags{OutOfSequence: r.OutOfSequence, UnknownCIDs: r.UnknownCIDs, Incomplete: r.Incomplete}
}

func (r rawRow) labels() []string { return models.Labels(models.MailState(r.State), r.flags()) }

func (r rawRow) model() models.RawNotification {
	return models.RawNotification{
		ID: r.ID, SourceID: string(r.SourceID), SHA256: r.SHA256, MessageID: r.MessageID, Subject: r.Subject,
		Sender: r.Sender, ProviderID: string(r.ProviderID), AssignedID: string(r.AssignedID), Date: r.Date.Time, Received: r.Received.Time,
		State: models.MailState(r.State), Flags: r.flags(), Error: r.Error, ParserVersion: r.ParserVersion,
		Attempts: r.Attempts, Size: r.Size, Deleted: r.Deleted, Cause: models.Cause(r.Cause), CreatedAt: r.CreatedAt.Time, UpdatedAt: r.UpdatedAt.Time,
		Trust: models.Trust{Level: models.TrustLevel(r.Trust), Reason: r.TrustReason, Later: !r.TrustDue.IsZero()}, TrustProvider: r.TrustProvider, TrustGuarded: r.TrustGuarded, TrustTries: r.TrustTries,
	}
}

// judge keeps how a mail was judged.
func (r *rawRow) judge(v models.TrustVerdict) {
	r.Trust, r.TrustReason, r.TrustProvider = string(v.Level), clean(v.Reason), v.ProviderID
	r.TrustGuarded, r.TrustTries, r.TrustDue = v.Guarded, v.Tries, at(v.Due)
}

type rawBodyRow struct {
	RawID string `gorm:"primaryKey;not null"`
	Zstd  []byte `gorm:"not null"`
}

func (rawBodyRow) TableName() string { return "raw_bodies" }

type messageRow struct {
	ID            string       `gorm:"primaryKey;not null"`
	SourceID      string       `gorm:"not null;uniqueIndex:mailbox_messages_ref"`
	Folder        string       `gorm:"not null;uniqueIndex:mailbox_messages_ref"`
	UIDValidity   int64        `gorm:"column:uid_validity;not null;uniqueIndex:mailbox_messages_ref"`
	UID           int64        `gorm:"column:uid;not null;uniqueIndex:mailbox_messages_ref"`
	RemoteID      string       `gorm:"not null;uniqueIndex:mailbox_messages_ref"`
	MessageID     string       `gorm:"not null"`
	Subject       string       `gorm:"not null"`
	Sender        string       `gorm:"not null"`
	Date          instant      `gorm:""`
	Received      instant      `gorm:""`
	SHA256        string       `gorm:"column:sha256;not null"`
	RawID         ref          `gorm:""`
	Size          int64        `gorm:"not null"`
	Outcome       string       `gorm:"not null"`
	Reason        string       `gorm:"not null"`
	LabelsApplied list[string] `gorm:"not null"`
	LabelsDone    bool         `gorm:"not null"`
	LabelError    string       `gorm:"not null"`
	CreatedAt     instant      `gorm:"not null"`
	UpdatedAt     instant      `gorm:"not null"`
}

func (messageRow) TableName() string { return "mailbox_messages" }

func (r messageRow) ref() models.MailRef {
	return models.MailRef{Folder: r.Folder, UIDValidity: uint32(r.UIDValidity), UID: uint32(r.UID), RemoteID: r.RemoteID}
}

func (r messageRow) model() models.MailboxMessage {
	return models.MailboxMessage{
		ID: r.ID, SourceID: r.SourceID, Ref: r.ref(), MessageID: r.MessageID, Subject: r.Subject, Sender: r.Sender,
		Date: r.Date.Time, Received: r.Received.Time, SHA256: r.SHA256, RawID: string(r.RawID), Size: r.Size,
		Outcome: models.MailState(r.Outcome), Reason: r.Reason, LabelsApplied: r.LabelsApplied, LabelsDone: r.LabelsDone,
		LabelError: r.LabelError, CreatedAt: r.CreatedAt.Time, UpdatedAt: r.UpdatedAt.Time,
	}
}

type leaseRow struct {
	Name    string  `gorm:"primaryKey;not null"`
	Owner   string  `gorm:"not null"`
	Expires instant `gorm:"not null"`
}

func (leaseRow) TableName() string { return "leases" }
