package models

import "time"

// Notice is what one mail says of one maintenance (a ParsedNotification).
// Notices are never edited; a newer parser adds new versions.
type Notice struct {
	ID            string
	RawID         string
	ProviderID    string
	Provider      string // as the notice names it: slug, or X-MAINTNOTE-PROVIDER
	MaintenanceID string // as in the mail; see IdentityOf for the key
	Synthetic     bool   // the mail has no id, MaintenanceID was derived
	Supersedes    []string
	Account       string
	Organizer     string
	Summary       string
	UID           string // "0" where the format has none
	Sequence      int    // -1 where an iCalendar event has none, 1 for other formats
	Status        Status
	Stamp         time.Time // as printed: DTSTAMP or Date
	Issued        time.Time // DTSTAMP or Date of the inner original, never after Received
	Received      time.Time // of the raw mail
	Windows       []NoticeWindow
	Parser        string // format that read it, for example zayo/html
	ParserVersion string
	Warnings      []string
	Digest        string // over everything above that a provider said; breaks ties
	Trust         TrustLevel
	TrustReason   string // one sentence for people
	Guarded       bool   // it waits for a person where it would cancel, complete or move
	Held          bool   // it does so now; filled by readers
	CreatedAt     time.Time
}

// NoticeWindow is one window as a notice states it.
type NoticeWindow struct {
	Kind     WindowKind
	Start    time.Time
	End      time.Time
	Day      int // "day n of m": n, else 0
	Days     int // m, else 0
	Circuits []NoticeCircuit
}

// NoticeCircuit is one line of a notice's circuit list, as the mail has it.
type NoticeCircuit struct {
	CID       string
	Impact    Impact
	RawImpact string // the provider's own words; empty when it said nothing
}
