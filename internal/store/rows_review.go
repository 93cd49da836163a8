package store

import (
	"lineman/models"
)

// reviewRow is what people decided of one mail.
type reviewRow struct {
	ItemID            string  `gorm:"primaryKey;not null"`
	Owner             string  `gorm:"not null"`
	OwnedAt           instant `gorm:""`
	Decision          string  `gorm:"not null"`
	DecidedBy         string  `gorm:"not null"`
	DecidedAt         instant `gorm:""`
	Reading           string  `gorm:"not null"`
	Settled           string  `gorm:"not null"`
	SettledUnknown    bool    `gorm:"not null"`
	SettledIncomplete bool    `gorm:"not null"`
	UpdatedAt         instant `gorm:"not null"`
}

func (reviewRow) TableName() string { return "reviews" }

// isSettled chooses, over raw mails r and reviews v, mail of which a decision is
// about what it is now: in this state, and with no flag that it is not about.
const isSettled = "(v.settled IS NOT NULL AND v.settled <> '' AND v.settled = r.state AND (v.settled_unknown OR NOT r.unknown_cids) AND (v.settled_incomplete OR NOT r.incomplete))"

// settle makes the decision one about a mail as it stands.
func (r *reviewRow) settle(raw rawRow) {
	r.Settled, r.SettledUnknown, r.SettledIncomplete = raw.State, raw.UnknownCIDs, raw.Incomplete
}

// holds reports whether a person's reading is in force, which no reading of
// lineman's replaces.
func (r reviewRow) holds(v models.Verdict) bool { return r.Reading != "" && v.By == "" }

// verdictOn is the state that a mail gets: what a person accepted waits no
// more.
func (r reviewRow) verdictOn(v models.Verdict) models.MailState {
	accepted := r.Decision == string(models.ReviewAccept) || r.Decision == string(models.ReviewReject)
	if v.State == models.StateNeedsReview && accepted && r.Settled == string(models.StateParsed) {
		return models.StateParsed
	}
	return v.State
}

// reviewActRow is one thing that a person did.
type reviewActRow struct {
	ID       string               `gorm:"primaryKey;not null"`
	ItemID   string               `gorm:"not null"`
	Action   string               `gorm:"not null"`
	Author   string               `gorm:"not null"`
	At       instant              `gorm:"not null"`
	Reason   string               `gorm:"not null"`
	Detail   string               `gorm:"not null"`
	Data     document[reviewData] `gorm:"not null"`
	UndoneBy string               `gorm:"not null"`
	UndoneAt instant              `gorm:""`
}

func (reviewActRow) TableName() string { return "review_acts" }

func (r reviewActRow) model() models.ReviewAct {
	return models.ReviewAct{
		ID: r.ID, Action: models.ReviewAction(r.Action), Author: r.Author, At: r.At.Time, Reason: r.Reason, Detail: r.Detail,
		UndoneBy: r.UndoneBy, UndoneAt: r.UndoneAt.Time, Fill: r.Data.V.Fill, Assigned: r.Data.V.Assigned, Address: r.Data.V.Address,
	}
}

// reviewData is what is needed to undo an act; the names are part of the
// schema.
type reviewData struct {
	Before   storedReview       `json:"before"`             // what was decided before
	State    string             `json:"state,omitempty"`    // of the mail before, where the act sets it
	Error    string             `json:"error,omitempty"`    // beside it
	Assigned string             `json:"assigned,omitempty"` // provider that the mail was assigned to before
	Address  string             `json:"address,omitempty"`  // that the act gave to a provider
	Mails    []string           `json:"mails,omitempty"`    // others that were read again for it
	Alias    string             `json:"alias,omitempty"`    // ID of the alias that it made
	Notices  []storedVerdict    `json:"notices,omitempty"`  // that it accepted or rejected
	Fill     *models.NoticeFill `json:"fill,omitempty"`
}

// storedReview is a decision in JSON.
type storedReview struct {
	Owner      string `json:"owner,omitempty"`
	OwnedAt    int64  `json:"owned_at,omitempty"` // microseconds
	Decision   string `json:"decision,omitempty"`
	DecidedBy  string `json:"decided_by,omitempty"`
	DecidedAt  int64  `json:"decided_at,omitempty"`
	Reading    string `json:"reading,omitempty"`
	Settled    string `json:"settled,omitempty"`
	Unknown    bool   `json:"unknown,omitempty"`
	Incomplete bool   `json:"incomplete,omitempty"`
}

// storedVerdict is a notice with the maintenance that it is part of.
type storedVerdict struct {
	Maintenance string `json:"maintenance"`
	Notice      string `json:"notice"`
}

func storeReview(r reviewRow) storedReview {
	return storedReview{
		Owner: r.Owner, OwnedAt: micros(r.OwnedAt.Time), Decision: r.Decision, DecidedBy: r.DecidedBy, DecidedAt: micros(r.DecidedAt.Time),
		Reading: r.Reading, Settled: r.Settled, Unknown: r.SettledUnknown, Incomplete: r.SettledIncomplete,
	}
}

// restore gives a row that says again what was decided before.
func (s storedReview) restore(itemID string) reviewRow {
	return reviewRow{
		ItemID: itemID, Owner: s.Owner, OwnedAt: at(fromMicros(s.OwnedAt)), Decision: s.Decision, DecidedBy: s.DecidedBy,
		DecidedAt: at(fromMicros(s.DecidedAt)), Reading: s.Reading, Settled: s.Settled, SettledUnknown: s.Unknown, SettledIncomplete: s.Incomplete,
	}
}
