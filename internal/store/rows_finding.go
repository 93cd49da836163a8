package store

import (
	"time"

	"lineman/models"
)

type findingRow struct {
	ID        string               `gorm:"primaryKey;not null"`
	Key       string               `gorm:"not null;uniqueIndex:findings_key,where:closed_at IS NULL"`
	Kind      string               `gorm:"not null"`
	SubjectID string               `gorm:"not null"`
	Subject   string               `gorm:"not null"`
	Severity  string               `gorm:"not null"`
	Starts    instant              `gorm:"not null"`
	Ends      instant              `gorm:"not null"`
	Exposures list[storedExposure] `gorm:"not null"`
	Since     instant              `gorm:"not null"`
	AckAuthor string               `gorm:"not null"`
	AckAt     instant              `gorm:""`
	AckDigest string               `gorm:"not null"`
	ClosedAt  instant              `gorm:""`
	Closing   string               `gorm:"not null"`
	Revision  int64                `gorm:"not null"`
	UpdatedAt instant              `gorm:"not null"`
}

func (findingRow) TableName() string { return "findings" }

// model leaves out the circuits and maintenances, which stand in tables of
// their own.
func (r findingRow) model() models.Finding {
	f := models.Finding{
		ID: r.ID, Key: r.Key, Subject: models.Subject{Kind: models.SubjectKind(r.Kind), ID: r.SubjectID, Name: r.Subject},
		Severity: models.Severity(r.Severity), Start: r.Starts.Time, End: r.Ends.Time,
		Exposures: each(r.Exposures, storedExposure.model), Since: r.Since.Time, ClosedAt: r.ClosedAt.Time,
		Closing: models.FindingChange(r.Closing), Revision: r.Revision, UpdatedAt: r.UpdatedAt.Time,
	}
	if !r.AckAt.IsZero() {
		f.Ack = &models.Acknowledgement{Author: r.AckAuthor, At: r.AckAt.Time, Digest: r.AckDigest}
	}
	return f
}

func newFindingRow(f models.Finding) findingRow {
	r := findingRow{
		ID: f.ID, Key: f.Key, Kind: string(f.Subject.Kind), SubjectID: f.Subject.ID, Subject: f.Subject.Name,
		Severity: string(f.Severity), Starts: at(f.Start), Ends: at(f.End), Exposures: each(f.Exposures, storeExposure),
		Since: at(f.Since), ClosedAt: at(f.ClosedAt), Closing: string(f.Closing), Revision: f.Revision, UpdatedAt: at(f.UpdatedAt),
	}
	if f.Ack != nil {
		r.AckAuthor, r.AckAt, r.AckDigest = f.Ack.Author, at(f.Ack.At), f.Ack.Digest
	}
	return r
}

type storedExposure struct {
	Start        time.Time       `json:"start"`
	End          time.Time       `json:"end"`
	Severity     models.Severity `json:"severity"`
	Down         []string        `json:"down,omitempty"`
	AtRisk       []string        `json:"at_risk,omitempty"`
	Maintenances []string        `json:"maintenances,omitempty"`
}

func storeExposure(e models.Exposure) storedExposure {
	e.Start, e.End = storedTime(e.Start), storedTime(e.End)
	return storedExposure(e)
}

func (e storedExposure) model() models.Exposure { return models.Exposure(e) }

type findingCircuitRow struct {
	FindingID string `gorm:"primaryKey;not null"`
	CircuitID string `gorm:"primaryKey;not null"`
}

func (findingCircuitRow) TableName() string { return "finding_circuits" }

type findingMaintenanceRow struct {
	FindingID     string `gorm:"primaryKey;not null"`
	MaintenanceID string `gorm:"primaryKey;not null"`
}

func (findingMaintenanceRow) TableName() string { return "finding_maintenances" }

type findingEventRow struct {
	ID        string  `gorm:"primaryKey;not null"`
	FindingID string  `gorm:"not null;uniqueIndex:finding_events_order"`
	Revision  int64   `gorm:"not null;uniqueIndex:finding_events_order"`
	Change    string  `gorm:"not null"`
	Was       string  `gorm:"not null"`
	Severity  string  `gorm:"not null"`
	Starts    instant `gorm:"not null"`
	Ends      instant `gorm:"not null"`
	Cause     string  `gorm:"not null"`
	Author    string  `gorm:"not null"`
	At        instant `gorm:"not null"`
}

func (findingEventRow) TableName() string { return "finding_events" }

func (r findingEventRow) model() models.FindingEvent {
	return models.FindingEvent{
		ID: r.ID, FindingID: r.FindingID, Revision: r.Revision, Change: models.FindingChange(r.Change), Was: models.Severity(r.Was),
		Severity: models.Severity(r.Severity), Start: r.Starts.Time, End: r.Ends.Time, Cause: models.Cause(r.Cause),
		Author: r.Author, At: r.At.Time,
	}
}

type findingSubjectRow struct {
	Kind      string  `gorm:"primaryKey;not null"`
	SubjectID string  `gorm:"primaryKey;not null"`
	NextAt    instant `gorm:""`
}

func (findingSubjectRow) TableName() string { return "finding_subjects" }

type findingStateRow struct {
	Name  string `gorm:"primaryKey;not null"`
	Value string `gorm:"not null"`
}

func (findingStateRow) TableName() string { return "finding_state" }

type providerHabitRow struct {
	ProviderID       string `gorm:"primaryKey;not null"`
	SendsCompletions bool   `gorm:"not null"`
}

func (providerHabitRow) TableName() string { return "provider_habits" }
