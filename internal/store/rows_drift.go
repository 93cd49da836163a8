package store

import "lineman/models"

type driftRow struct {
	ID         string  `gorm:"primaryKey;not null"`
	Kind       string  `gorm:"not null;uniqueIndex:drifts_open,where:closed_at IS NULL"`
	ProviderID string  `gorm:"not null;uniqueIndex:drifts_open,where:closed_at IS NULL"`
	Format     string  `gorm:"not null;uniqueIndex:drifts_open,where:closed_at IS NULL"`
	Field      string  `gorm:"not null;uniqueIndex:drifts_open,where:closed_at IS NULL"`
	Wrong      int     `gorm:"not null"`
	Total      int     `gorm:"not null"`
	Monthly    int64   `gorm:"not null"` // hundredths
	Since      instant `gorm:"not null"`
	Until      instant `gorm:"not null"`
	FoundAt    instant `gorm:"not null"`
	ClosedAt   instant `gorm:""`
	UpdatedAt  instant `gorm:"not null"`
}

func (driftRow) TableName() string { return "drifts" }

// model is the drift without the names of its provider.
func (r driftRow) model() models.Drift {
	return models.Drift{
		ID: r.ID, Kind: models.DriftKind(r.Kind), ProviderID: r.ProviderID, Format: r.Format, Field: r.Field, Wrong: r.Wrong, Of: r.Total,
		Monthly: float64(r.Monthly) / 100, Since: r.Since.Time, Until: r.Until.Time, FoundAt: r.FoundAt.Time, ClosedAt: r.ClosedAt.Time,
	}
}

func newDriftRow(d models.Drift, now instant) driftRow {
	return driftRow{
		ID: d.ID, Kind: string(d.Kind), ProviderID: d.ProviderID, Format: d.Format, Field: d.Field, Wrong: d.Wrong, Total: d.Of,
		Monthly: int64(d.Monthly*100 + 0.5), Since: at(d.Since), Until: at(d.Until), FoundAt: at(d.FoundAt), ClosedAt: at(d.ClosedAt), UpdatedAt: now,
	}
}
