package graphql

import (
	graph "github.com/graph-gophers/graphql-go"

	"lineman/models"
)

// pending is a Pending.
type pending struct {
	Notice     graph.ID
	Received   *dateTime
	Trust      string
	Reason     string
	Text       string
	Status     string
	OldWindows []*pendingWindow
	NewWindows []*pendingWindow
	Circuits   []string
}

// pendingWindow is a PendingWindow.
type pendingWindow struct {
	Ordinal   int32
	Kind      string
	StartTime *dateTime
	EndTime   *dateTime
}

func eachPending(found []models.Pending) []*pending {
	all := make([]*pending, len(found))
	for i, p := range found {
		all[i] = &pending{
			Notice: graph.ID(p.NoticeID), Received: moment(p.Received), Trust: string(p.Trust), Reason: p.Reason, Text: p.Text(),
			Status: string(p.Status), OldWindows: pendingWindows(p.Old()), NewWindows: pendingWindows(p.New()), Circuits: append([]string{}, p.Circuits...),
		}
	}
	return all
}

func pendingWindows(found []models.PendingWindow) []*pendingWindow {
	all := make([]*pendingWindow, len(found))
	for i, w := range found {
		all[i] = &pendingWindow{Ordinal: int32(w.Ordinal), Kind: string(w.Kind), StartTime: moment(w.Start), EndTime: moment(w.End)}
	}
	return all
}
