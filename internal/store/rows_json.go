package store

import (
	"time"

	"lineman/models"
)

// The JSON shapes of columns. A field that is added to the model must be added
// here too, or the conversions below do not compile.

type storedConflict struct {
	Field  string `json:"field"`
	Set    string `json:"set"`
	Notice string `json:"notice"`
}

type storedImpact struct {
	CID     string        `json:"cid"`
	Account string        `json:"account,omitempty"`
	Impact  models.Impact `json:"impact"`
}

type storedPending struct {
	NoticeID string                `json:"notice"`
	RawID    string                `json:"mail"`
	Received time.Time             `json:"received"`
	Trust    models.TrustLevel     `json:"trust"`
	Reason   string                `json:"reason,omitempty"`
	Said     models.Status         `json:"said"`
	Was      models.Status         `json:"was"`
	Before   []storedPendingWindow `json:"before,omitempty"`
	Status   models.Status         `json:"status"`
	Windows  []storedPendingWindow `json:"windows,omitempty"`
	Circuits []string              `json:"circuits,omitempty"`
}

type storedPendingWindow struct {
	Ordinal int               `json:"ordinal"`
	Kind    models.WindowKind `json:"kind"`
	Status  models.Status     `json:"status"`
	Start   time.Time         `json:"start"`
	End     time.Time         `json:"end"`
}

type storedMailRef struct {
	Folder      string `json:"folder"`
	UIDValidity uint32 `json:"uid_validity,omitempty"`
	UID         uint32 `json:"uid,omitempty"`
	RemoteID    string `json:"remote_id,omitempty"`
}

type storedScope struct {
	All       bool     `json:"all"`
	Tenants   []string `json:"tenants,omitempty"`
	Sites     []string `json:"sites,omitempty"`
	Providers []string `json:"providers,omitempty"`
	Tags      []string `json:"tags,omitempty"`
	Circuits  []string `json:"circuits,omitempty"`
}

// each converts a list; nil stays nil.
func each[From, To any](in []From, f func(From) To) []To {
	if in == nil {
		return nil
	}
	out := make([]To, len(in))
	for i, v := range in {
		out[i] = f(v)
	}
	return out
}

func storeConflict(c models.Conflict) storedConflict { return storedConflict(c) }
func (c storedConflict) model() models.Conflict      { return models.Conflict(c) }

func storePending(p models.Pending) storedPending {
	return storedPending{
		NoticeID: p.NoticeID, RawID: p.RawID, Received: p.Received.UTC(), Trust: p.Trust, Reason: clean(p.Reason), Said: p.Said, Was: p.Was, Status: p.Status,
		Before:   each(p.Before, func(w models.PendingWindow) storedPendingWindow { return storedPendingWindow(w) }),
		Windows:  each(p.Windows, func(w models.PendingWindow) storedPendingWindow { return storedPendingWindow(w) }),
		Circuits: each(p.Circuits, clean),
	}
}

func (p storedPending) model() models.Pending {
	return models.Pending{
		NoticeID: p.NoticeID, RawID: p.RawID, Received: p.Received, Trust: p.Trust, Reason: p.Reason, Said: p.Said, Was: p.Was, Status: p.Status,
		Before:   each(p.Before, func(w storedPendingWindow) models.PendingWindow { return models.PendingWindow(w) }),
		Windows:  each(p.Windows, func(w storedPendingWindow) models.PendingWindow { return models.PendingWindow(w) }),
		Circuits: p.Circuits,
	}
}

func storeMailRef(r models.MailRef) storedMailRef { return storedMailRef(r) }
func (r storedMailRef) model() models.MailRef     { return models.MailRef(r) }

func storeImpact(i models.WindowImpact) storedImpact { return storedImpact(i) }
func (i storedImpact) model() models.WindowImpact    { return models.WindowImpact(i) }
