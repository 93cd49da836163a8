package rest

import (
	"time"

	"lineman/models"
)

// PendingJSON is a notice that waits for a person; exported as Paging is.
type PendingJSON struct {
	Notice     string              `json:"notice" doc:"Id; accept or reject it at /api/v1/maintenances/{id}/notices/{notice}/accept or reject"`
	Received   *time.Time          `json:"received"`
	Trust      string              `json:"trust" doc:"Of its sender: unverified or failed"`
	Reason     string              `json:"reason"`
	Text       string              `json:"text" doc:"What it would do, in words"`
	Says       string              `json:"says" doc:"Its status"`
	OldStatus  string              `json:"old_status"`
	NewStatus  string              `json:"new_status" doc:"As it would be"`
	OldWindows []PendingWindowJSON `json:"old_windows" nullable:"false" doc:"In which something is planned now"`
	NewWindows []PendingWindowJSON `json:"new_windows" nullable:"false" doc:"In which something would be planned; none where it cancels or completes"`
	Circuits   []string            `json:"circuits" nullable:"false" doc:"That it would cancel or drop"`
}

// PendingWindowJSON is a window of it; exported as Paging is.
type PendingWindowJSON struct {
	Ordinal int       `json:"ordinal"`
	Kind    string    `json:"kind"`
	Start   time.Time `json:"start"`
	End     time.Time `json:"end"`
}

func pendingOf(p models.Pending) PendingJSON {
	return PendingJSON{
		Notice: p.NoticeID, Received: instant(p.Received), Trust: string(p.Trust), Reason: p.Reason, Text: p.Text(), Says: string(p.Said),
		OldStatus: string(p.Was), NewStatus: string(p.Status), OldWindows: convert(p.Old(), pendingWindow), NewWindows: convert(p.New(), pendingWindow),
		Circuits: append([]string{}, p.Circuits...),
	}
}

func pendingWindow(w models.PendingWindow) PendingWindowJSON {
	return PendingWindowJSON{Ordinal: w.Ordinal, Kind: string(w.Kind), Start: w.Start.UTC(), End: w.End.UTC()}
}
