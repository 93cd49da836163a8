package store

import (
	"time"

	"lineman/models"
)

type announcementRow struct {
	ID          string                `gorm:"primaryKey;not null"`
	Key         string                `gorm:"not null;uniqueIndex:announcements_key"`
	Kind        string                `gorm:"not null"`
	At          instant               `gorm:"not null"`
	Cause       string                `gorm:"not null"`
	Author      string                `gorm:"not null"`
	Maintenance string                `gorm:"not null"`
	Finding     string                `gorm:"not null"`
	Raw         string                `gorm:"not null"`
	Source      string                `gorm:"not null"`
	Name        string                `gorm:"not null"`
	Revision    int64                 `gorm:"not null"`
	Data        document[storedEvent] `gorm:"not null"`
	RoutedAt    instant               `gorm:""`
	CreatedAt   instant               `gorm:"not null"`
}

func (announcementRow) TableName() string { return "announcements" }

// storedEvent is what no query asks for.
type storedEvent struct {
	Also     []models.EventKind `json:"also,omitempty"`
	Changes  []storedChange     `json:"changes,omitempty"`
	Window   time.Time          `json:"window,omitzero"`
	Ends     time.Time          `json:"ends,omitzero"`
	Lead     time.Duration      `json:"lead,omitempty"`
	Received time.Time          `json:"received,omitzero"`
	Severity models.Severity    `json:"severity,omitempty"`
	Detail   string             `json:"detail,omitempty"`
	Provider string             `json:"provider,omitempty"`
}

type storedChange struct {
	Field string `json:"field"`
	Old   string `json:"old,omitempty"`
	New   string `json:"new,omitempty"`
}

func newAnnouncementRow(e models.Event, now time.Time) announcementRow {
	return announcementRow{
		ID: newID(), Key: e.Key, Kind: string(e.Kind), At: at(e.At), Cause: string(e.Cause), Author: clean(e.Author),
		Maintenance: e.MaintenanceID, Finding: e.FindingID, Raw: e.RawID, Source: clean(e.Source), Name: clean(e.Name), Revision: e.Revision,
		Data: document[storedEvent]{storedEvent{
			Also: e.Also, Changes: each(e.Changes, func(c models.Change) storedChange { return storedChange{c.Field, clean(c.Old), clean(c.New)} }),
			Window: e.Window.UTC(), Ends: e.Ends.UTC(), Lead: e.Lead, Received: e.Received.UTC(), Severity: e.Severity, Detail: clean(e.Detail), Provider: e.Provider,
		}},
		CreatedAt: at(now),
	}
}

func (r announcementRow) model() models.Event {
	d := r.Data.V
	return models.Event{
		ID: r.ID, Key: r.Key, Kind: models.EventKind(r.Kind), Also: d.Also, At: r.At.Time, Cause: models.Cause(r.Cause), Author: r.Author,
		MaintenanceID: r.Maintenance, FindingID: r.Finding, RawID: r.Raw, Source: r.Source, Name: r.Name, Revision: r.Revision,
		Changes: each(d.Changes, func(c storedChange) models.Change { return models.Change{Field: c.Field, Old: c.Old, New: c.New} }),
		Window:  d.Window, Ends: d.Ends, Lead: d.Lead, Received: d.Received, Severity: d.Severity, Detail: d.Detail, Provider: d.Provider, CreatedAt: r.CreatedAt.Time,
	}
}

type deliveryRow struct {
	ID          string  `gorm:"primaryKey;not null"`
	EventID     string  `gorm:"not null;uniqueIndex:deliveries_once"`
	Rule        string  `gorm:"not null;uniqueIndex:deliveries_once"`
	RuleName    string  `gorm:"not null"`
	Destination string  `gorm:"not null;uniqueIndex:deliveries_once"`
	State       string  `gorm:"not null"`
	Reason      string  `gorm:"not null"`
	Urgent      bool    `gorm:"not null"`
	Digest      bool    `gorm:"not null"`
	Key         string  `gorm:"not null"`
	Batch       string  `gorm:"not null"`
	Attempts    int     `gorm:"not null"`
	NextAt      instant `gorm:""`
	SentAt      instant `gorm:""`
	Root        string  `gorm:"not null"`
	Posted      string  `gorm:"not null"`
	EscalateAt  instant `gorm:""`
	CreatedAt   instant `gorm:"not null"`
	UpdatedAt   instant `gorm:"not null"`
}

func (deliveryRow) TableName() string { return "deliveries" }

func newDeliveryRow(d models.Delivery) deliveryRow {
	return deliveryRow{
		ID: d.ID, EventID: d.EventID, Rule: d.RuleID, RuleName: d.RuleName, Destination: d.Destination, State: string(d.State),
		Reason: clean(d.Reason), Urgent: d.Urgent, Digest: d.Digest, Key: d.Key, Batch: d.Batch, Attempts: d.Attempts, NextAt: at(d.NextAt),
		SentAt: at(d.SentAt), Root: clean(d.Root), Posted: clean(d.Posted), EscalateAt: at(d.EscalateAt), CreatedAt: at(d.CreatedAt), UpdatedAt: at(d.UpdatedAt),
	}
}

func (r deliveryRow) model() models.Delivery {
	return models.Delivery{
		ID: r.ID, EventID: r.EventID, RuleID: r.Rule, RuleName: r.RuleName, Destination: r.Destination, State: models.DeliveryState(r.State),
		Reason: r.Reason, Urgent: r.Urgent, Digest: r.Digest, Key: r.Key, Batch: r.Batch, Attempts: r.Attempts, NextAt: r.NextAt.Time,
		SentAt: r.SentAt.Time, Root: r.Root, Posted: r.Posted, EscalateAt: r.EscalateAt.Time, CreatedAt: r.CreatedAt.Time, UpdatedAt: r.UpdatedAt.Time,
	}
}

type subscriptionRow struct {
	ID          string                  `gorm:"primaryKey;not null"`
	Name        string                  `gorm:"not null;uniqueIndex:subscriptions_name"`
	Author      string                  `gorm:"not null"`
	Origin      string                  `gorm:"not null"`
	Scope       document[storedScope]   `gorm:"not null"`
	Destination string                  `gorm:"not null"`
	Settings    document[storedSetting] `gorm:"not null"`
	MutedUntil  instant                 `gorm:""`
	CreatedAt   instant                 `gorm:"not null"`
	UpdatedAt   instant                 `gorm:"not null"`
}

func (subscriptionRow) TableName() string { return "subscriptions" }

// storedSetting is what a subscription says beside its name and destination.
type storedSetting struct {
	Filter    models.RuleFilter  `json:"filter"`
	Reminders []time.Duration    `json:"reminders"`
	Zone      string             `json:"zone"`
	Quiet     models.QuietHours  `json:"quiet"`
	Urgent    models.UrgentRules `json:"urgent"`
	Digest    models.DigestPlan  `json:"digest"`
	Escalate  models.Escalation  `json:"escalate"`
	User      string             `json:"user,omitempty"` // ID of the author
}

func newSubscriptionRow(r models.Rule) subscriptionRow {
	return subscriptionRow{
		ID: r.ID, Name: tidy(r.Name), Author: clean(r.Author), Origin: string(r.From), Scope: document[storedScope]{storedScope(r.Scope)},
		Destination: clean(r.Destination), Settings: document[storedSetting]{storedSetting{r.Filter, r.Reminders, r.Zone, r.Quiet, r.Urgent, r.Digest, r.Escalate, r.UserID}},
		MutedUntil: at(r.MutedUntil), CreatedAt: at(r.CreatedAt), UpdatedAt: at(r.UpdatedAt),
	}
}

func (r subscriptionRow) model() models.Rule {
	s := r.Settings.V
	return models.Rule{
		ID: r.ID, Name: r.Name, Author: r.Author, From: models.RuleOrigin(r.Origin), Scope: models.Scope(r.Scope.V), Filter: s.Filter,
		Destination: r.Destination, Reminders: s.Reminders, Zone: s.Zone, Quiet: s.Quiet, Urgent: s.Urgent, Digest: s.Digest, Escalate: s.Escalate,
		MutedUntil: r.MutedUntil.Time, CreatedAt: r.CreatedAt.Time, UpdatedAt: r.UpdatedAt.Time, UserID: s.User,
	}
}

type muteRow struct {
	Destination string  `gorm:"primaryKey;not null"`
	About       string  `gorm:"primaryKey;not null"`
	Until       instant `gorm:"not null"`
	Author      string  `gorm:"not null"`
}

func (muteRow) TableName() string { return "announcement_mutes" }

type threadRow struct {
	Destination string  `gorm:"primaryKey;not null"`
	About       string  `gorm:"primaryKey;not null"`
	Root        string  `gorm:"not null"`
	UpdatedAt   instant `gorm:"not null"`
}

func (threadRow) TableName() string { return "announcement_threads" }

type destinationRow struct {
	Name        string  `gorm:"primaryKey;not null"`
	Failures    int     `gorm:"not null"`
	OpenUntil   instant `gorm:""`
	LastError   string  `gorm:"not null"`
	LastErrorAt instant `gorm:""`
	LastSuccess instant `gorm:""`
}

func (destinationRow) TableName() string { return "destinations" }

func (r destinationRow) model() models.DestinationHealth {
	return models.DestinationHealth{
		Name: r.Name, Failures: r.Failures, OpenUntil: r.OpenUntil.Time, LastError: r.LastError, LastErrorAt: r.LastErrorAt.Time, LastSuccess: r.LastSuccess.Time,
	}
}

type announcementStateRow struct {
	Name  string `gorm:"primaryKey;not null"`
	Value string `gorm:"not null"`
}

func (announcementStateRow) TableName() string { return "announcement_state" }
