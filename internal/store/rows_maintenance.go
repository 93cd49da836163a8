package store

import "lineman/models"

type identityRow struct {
	ProviderID string  `gorm:"primaryKey;not null"`
	Key        string  `gorm:"primaryKey;not null"`
	GroupID    string  `gorm:"not null"`
	CreatedAt  instant `gorm:"not null"`
}

func (identityRow) TableName() string { return "identities" }

type maintenanceRow struct {
	ID         string               `gorm:"primaryKey;not null"`
	ProviderID string               `gorm:"not null;uniqueIndex:maintenances_key"`
	GroupID    string               `gorm:"not null"`
	Key        string               `gorm:"not null;uniqueIndex:maintenances_key"`
	Generation int                  `gorm:"not null;uniqueIndex:maintenances_key"`
	Name       string               `gorm:"not null"`
	NameKey    string               `gorm:"not null"`
	ExternalID string               `gorm:"not null"`
	Aliases    list[string]         `gorm:"not null"`
	Synthetic  bool                 `gorm:"not null"`
	Status     string               `gorm:"not null"`
	Summary    string               `gorm:"not null"`
	Organizer  string               `gorm:"not null"`
	Accounts   list[string]         `gorm:"not null"`
	Conflicts  list[storedConflict] `gorm:"not null"`
	Pending    list[storedPending]  `gorm:"not null"`
	Trust      string               `gorm:"not null"`
	Starts     instant              `gorm:""`
	Ends       instant              `gorm:""`
	AckAuthor  string               `gorm:"not null"`
	AckAt      instant              `gorm:""`
	AckDigest  string               `gorm:"not null"`

	Acknowledged bool `gorm:"not null"` // the acknowledgement is one of the record as it stands

	Worst string `gorm:"->;not null"` // impact; the database keeps it

	Orphan     bool    `gorm:"not null"`
	Deleted    bool    `gorm:"not null"`
	MergedInto string  `gorm:"not null"`
	FirstSeen  instant `gorm:""`
	LastNotice instant `gorm:""`
	Revision   int64   `gorm:"not null"`
	CreatedAt  instant `gorm:"not null"`
	UpdatedAt  instant `gorm:"not null"`
}

func (maintenanceRow) TableName() string { return "maintenances" }

func (r maintenanceRow) model() models.Maintenance {
	m := models.Maintenance{
		ID: r.ID, ProviderID: r.ProviderID, Key: r.Key, Generation: r.Generation, Name: r.Name,
		ExternalID: r.ExternalID, Aliases: r.Aliases, Synthetic: r.Synthetic, Status: models.Status(r.Status),
		Summary: r.Summary, Organizer: r.Organizer, Accounts: r.Accounts, Conflicts: each(r.Conflicts, storedConflict.model),
		Pending: each(r.Pending, storedPending.model), Trust: models.TrustLevel(r.Trust),
		Orphan: r.Orphan, Deleted: r.Deleted, MergedInto: r.MergedInto,
		FirstSeen: r.FirstSeen.Time, LastNotice: r.LastNotice.Time, Revision: r.Revision,
		CreatedAt: r.CreatedAt.Time, UpdatedAt: r.UpdatedAt.Time,
	}
	if !r.AckAt.IsZero() {
		m.Ack = &models.Acknowledgement{Author: r.AckAuthor, At: r.AckAt.Time, Digest: r.AckDigest, Holds: r.Acknowledged}
	}
	return m
}

func newMaintenanceRow(m models.Maintenance, group string) maintenanceRow {
	r := maintenanceRow{
		ID: m.ID, ProviderID: m.ProviderID, GroupID: group, Key: m.Key, Generation: m.Generation, Name: m.Name,
		NameKey: short(nameKey(m.Name)), ExternalID: m.ExternalID, Aliases: m.Aliases, Synthetic: m.Synthetic,
		Status: string(m.Status), Summary: m.Summary, Organizer: m.Organizer, Accounts: m.Accounts,
		Pending: each(m.Pending, storePending), Trust: string(m.Trust),
		Conflicts: each(m.Conflicts, storeConflict), Starts: at(m.Start()), Ends: at(m.End()), Orphan: m.Orphan, Deleted: m.Deleted, MergedInto: m.MergedInto,
		FirstSeen: at(m.FirstSeen), LastNotice: at(m.LastNotice), Revision: m.Revision,
		CreatedAt: at(m.CreatedAt), UpdatedAt: at(m.UpdatedAt),
	}
	if m.Ack != nil {
		r.AckAuthor, r.AckAt, r.AckDigest = m.Ack.Author, at(m.Ack.At), m.Ack.Digest
		r.Acknowledged = m.Acknowledged()
	}
	return r
}

type windowRow struct {
	MaintenanceID string             `gorm:"primaryKey;not null"`
	Ordinal       int                `gorm:"primaryKey;not null"`
	Kind          string             `gorm:"not null"`
	Called        bool               `gorm:"not null"`
	Status        string             `gorm:"not null"`
	Starts        instant            `gorm:"not null"`
	Ends          instant            `gorm:"not null"`
	Impacts       list[storedImpact] `gorm:"not null"`
}

func (windowRow) TableName() string { return "maintenance_windows" }

func (r windowRow) model() models.Window {
	return models.Window{
		Ordinal: r.Ordinal, Kind: models.WindowKind(r.Kind), Called: r.Called, Status: models.Status(r.Status),
		Start: r.Starts.Time, End: r.Ends.Time, Impacts: each(r.Impacts, storedImpact.model),
	}
}

func newWindowRow(maintenanceID string, w models.Window) windowRow {
	return windowRow{
		MaintenanceID: maintenanceID, Ordinal: w.Ordinal, Kind: string(w.Kind), Called: w.Called,
		Status: string(w.Status), Starts: at(w.Start), Ends: at(w.End), Impacts: each(w.Impacts, storeImpact),
	}
}

type impactRow struct {
	ID            string  `gorm:"primaryKey;not null"`
	MaintenanceID string  `gorm:"not null;uniqueIndex:maintenance_circuits_cid"`
	Position      int     `gorm:"not null"`
	CID           string  `gorm:"column:cid;not null"`
	CIDKey        string  `gorm:"column:cid_key;not null;uniqueIndex:maintenance_circuits_cid"`
	Account       string  `gorm:"not null;uniqueIndex:maintenance_circuits_cid"`
	Impact        string  `gorm:"not null"`
	RawImpact     string  `gorm:"not null"`
	Cancelled     bool    `gorm:"not null"`
	CircuitID     ref     `gorm:""`
	Manual        bool    `gorm:"not null"`
	CreatedAt     instant `gorm:"not null"`
	UpdatedAt     instant `gorm:"not null"`
}

func (impactRow) TableName() string { return "maintenance_circuits" }

func (r impactRow) model() models.CircuitImpact {
	return models.CircuitImpact{
		ID: r.ID, CID: r.CID, Account: r.Account, Impact: models.Impact(r.Impact), RawImpact: r.RawImpact,
		Cancelled: r.Cancelled, CircuitID: string(r.CircuitID), Manual: r.Manual,
	}
}

type noteRow struct {
	ID            string  `gorm:"primaryKey;not null"`
	MaintenanceID string  `gorm:"not null;uniqueIndex:notes_key,where:key <> ''"`
	Key           string  `gorm:"not null;uniqueIndex:notes_key"`
	Title         string  `gorm:"not null"`
	Comment       string  `gorm:"not null"`
	Level         string  `gorm:"not null"`
	Author        string  `gorm:"not null"`
	Closed        bool    `gorm:"not null"`
	TouchedBy     string  `gorm:"not null"`
	Removed       bool    `gorm:"not null"` // by a person: shown to nobody
	CreatedAt     instant `gorm:"not null"`
	UpdatedAt     instant `gorm:"not null"`
}

func (noteRow) TableName() string { return "notes" }

func (r noteRow) model() models.Note {
	return models.Note{
		ID: r.ID, MaintenanceID: r.MaintenanceID, Key: r.Key, Title: r.Title, Comment: r.Comment,
		Level: models.NoteLevel(r.Level), Author: r.Author, Closed: r.Closed,
		CreatedAt: r.CreatedAt.Time, UpdatedAt: r.UpdatedAt.Time,
	}
}

type editRow struct {
	ID            string             `gorm:"primaryKey;not null"`
	MaintenanceID string             `gorm:"not null"`
	Kind          string             `gorm:"not null"`
	Author        string             `gorm:"not null"`
	At            instant            `gorm:"not null"`
	Reason        string             `gorm:"not null"`
	Field         string             `gorm:"not null"`
	Value         string             `gorm:"not null"`
	Windows       list[storedWindow] `gorm:"not null"`
	CID           string             `gorm:"column:cid;not null"`
	CircuitID     ref                `gorm:""`
	Impact        string             `gorm:"not null"`
	NoticeID      ref                `gorm:""`
	Target        string             `gorm:"not null"`
	Digest        string             `gorm:"not null"`
}

func (editRow) TableName() string { return "edits" }

func (r editRow) model() models.Edit {
	return models.Edit{
		ID: r.ID, MaintenanceID: r.MaintenanceID, Kind: models.EditKind(r.Kind), Author: r.Author, At: r.At.Time,
		Reason: r.Reason, Field: r.Field, Value: r.Value, Windows: windowsOf(r.Windows), CID: r.CID,
		CircuitID: string(r.CircuitID), Impact: models.Impact(r.Impact), NoticeID: string(r.NoticeID),
		Target: r.Target, Digest: r.Digest,
	}
}

func newEditRow(e models.Edit) editRow {
	return editRow{
		ID: e.ID, MaintenanceID: e.MaintenanceID, Kind: string(e.Kind), Author: clean(e.Author), At: at(e.At),
		Reason: clean(e.Reason), Field: clean(e.Field), Value: clean(e.Value), Windows: storeWindows(e.Windows), CID: clean(e.CID),
		CircuitID: ref(e.CircuitID), Impact: string(e.Impact), NoticeID: ref(e.NoticeID), Target: clean(e.Target), Digest: e.Digest,
	}
}

type changeRow struct {
	ID            string  `gorm:"primaryKey;not null"`
	MaintenanceID string  `gorm:"not null;uniqueIndex:changes_order"`
	Revision      int64   `gorm:"not null;uniqueIndex:changes_order"`
	Position      int     `gorm:"not null;uniqueIndex:changes_order"`
	Field         string  `gorm:"not null"`
	Old           string  `gorm:"not null"`
	New           string  `gorm:"not null"`
	Cause         string  `gorm:"not null"`
	RawID         ref     `gorm:""`
	Author        string  `gorm:"not null"`
	At            instant `gorm:"not null"`
}

func (changeRow) TableName() string { return "changes" }

func (r changeRow) model() models.Change {
	return models.Change{
		ID: r.ID, MaintenanceID: r.MaintenanceID, Revision: r.Revision, Field: r.Field, Old: r.Old, New: r.New,
		Cause: models.Cause(r.Cause), RawID: string(r.RawID), Author: r.Author, At: r.At.Time,
	}
}
