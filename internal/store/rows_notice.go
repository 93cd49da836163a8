package store

import (
	"time"

	"lineman/models"
)

type noticeRow struct {
	ID            string             `gorm:"primaryKey;not null"`
	RawID         string             `gorm:"not null"`
	ProviderID    string             `gorm:"not null"`
	Key           string             `gorm:"not null"`
	Position      int                `gorm:"not null"`
	Provider      string             `gorm:"not null"`
	MaintenanceID string             `gorm:"not null"`
	Synthetic     bool               `gorm:"not null"`
	Supersedes    list[string]       `gorm:"not null"`
	Account       string             `gorm:"not null"`
	Organizer     string             `gorm:"not null"`
	Summary       string             `gorm:"not null"`
	UID           string             `gorm:"column:uid;not null"`
	Sequence      int                `gorm:"not null"`
	Status        string             `gorm:"not null"`
	Stamp         instant            `gorm:""`
	Issued        instant            `gorm:""`
	Received      instant            `gorm:"not null"`
	Windows       list[storedWindow] `gorm:"not null"`
	Parser        string             `gorm:"not null"`
	ParserVersion string             `gorm:"not null"`
	Warnings      list[string]       `gorm:"not null"`
	Digest        string             `gorm:"not null"`
	RecordID      ref                `gorm:""`
	Superseded    bool               `gorm:"not null"`
	Trust         string             `gorm:"not null"`
	TrustReason   string             `gorm:"not null"`
	Guarded       bool               `gorm:"not null"`
	Held          bool               `gorm:"not null"`
	CreatedAt     instant            `gorm:"not null"`

	notice models.Notice // what the row says, once it was converted
	record *record       // the maintenance it is part of, while it is worked on
	moved  bool          // RecordID is not what is stored
	turned bool          // Held is not what is stored
}

func (noticeRow) TableName() string { return "notices" }

func (r noticeRow) model() models.Notice {
	return models.Notice{
		ID: r.ID, RawID: r.RawID, ProviderID: r.ProviderID, Provider: r.Provider, MaintenanceID: r.MaintenanceID,
		Synthetic: r.Synthetic, Supersedes: r.Supersedes, Account: r.Account, Organizer: r.Organizer,
		Summary: r.Summary, UID: r.UID, Sequence: r.Sequence, Status: models.Status(r.Status),
		Stamp: r.Stamp.Time, Issued: r.Issued.Time, Received: r.Received.Time, Windows: windowsOf(r.Windows),
		Parser: r.Parser, ParserVersion: r.ParserVersion, Warnings: r.Warnings, Digest: r.Digest,
		Trust: models.TrustLevel(r.Trust), TrustReason: r.TrustReason, Guarded: r.Guarded, Held: r.Held,
		CreatedAt: r.CreatedAt.Time,
	}
}

func newNoticeRow(n models.Notice, key string, position int) noticeRow {
	return noticeRow{
		ID: n.ID, RawID: n.RawID, ProviderID: n.ProviderID, Key: key, Position: position, Provider: n.Provider,
		MaintenanceID: n.MaintenanceID, Synthetic: n.Synthetic, Supersedes: n.Supersedes, Account: n.Account,
		Organizer: n.Organizer, Summary: n.Summary, UID: n.UID, Sequence: n.Sequence, Status: string(n.Status),
		Stamp: at(n.Stamp), Issued: at(n.Issued), Received: at(n.Received), Windows: storeWindows(n.Windows),
		Parser: n.Parser, ParserVersion: n.ParserVersion, Warnings: n.Warnings, Digest: n.Digest,
		Trust: string(n.Trust), TrustReason: n.TrustReason, Guarded: n.Guarded,
		CreatedAt: at(n.CreatedAt),
	}
}

// storedWindow is a notice's window in JSON; the names are part of the schema.
type storedWindow struct {
	Kind     string          `json:"kind"`
	Start    int64           `json:"start"` // microseconds
	End      int64           `json:"end"`
	Day      int             `json:"day,omitempty"`
	Days     int             `json:"days,omitempty"`
	Circuits []storedCircuit `json:"circuits,omitempty"`
}

type storedCircuit struct {
	CID       string `json:"cid"`
	Impact    string `json:"impact"`
	RawImpact string `json:"raw_impact,omitempty"`
}

func storeWindows(windows []models.NoticeWindow) list[storedWindow] {
	var all list[storedWindow]
	for _, w := range windows {
		s := storedWindow{Kind: string(w.Kind), Start: micros(w.Start), End: micros(w.End), Day: w.Day, Days: w.Days}
		for _, c := range w.Circuits {
			s.Circuits = append(s.Circuits, storedCircuit{c.CID, string(c.Impact), c.RawImpact})
		}
		all = append(all, s)
	}
	return all
}

func windowsOf(stored []storedWindow) []models.NoticeWindow {
	var all []models.NoticeWindow
	for _, s := range stored {
		w := models.NoticeWindow{
			Kind: models.WindowKind(s.Kind), Start: fromMicros(s.Start), End: fromMicros(s.End), Day: s.Day, Days: s.Days,
		}
		for _, c := range s.Circuits {
			w.Circuits = append(w.Circuits, models.NoticeCircuit{CID: c.CID, Impact: models.Impact(c.Impact), RawImpact: c.RawImpact})
		}
		all = append(all, w)
	}
	return all
}

// The zero time is 0; nothing happens at 1970 exactly.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func fromMicros(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}
