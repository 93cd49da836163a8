package rest

import (
	"encoding/json"

	"lineman/models"
)

// libraryCircuit and libraryNotice have the keys of the Python library.
type libraryCircuit struct {
	CircuitID string `json:"circuit_id"`
	Impact    string `json:"impact"`
}

type libraryNotice struct {
	Provider      string           `json:"provider"`
	Account       string           `json:"account"`
	MaintenanceID string           `json:"maintenance_id"`
	Status        string           `json:"status"`
	Circuits      []libraryCircuit `json:"circuits"`
	Start         int64            `json:"start"`
	End           int64            `json:"end"`
	Stamp         int64            `json:"stamp"`
	Organizer     string           `json:"organizer"`
	UID           string           `json:"uid"`
	Sequence      int              `json:"sequence"`
	Summary       string           `json:"summary"`
}

// libraryJSON is a notice in one object: from the start of its first window to
// the end of its last one, with the circuits of all of them.
func libraryJSON(n models.Notice) string {
	l := libraryNotice{
		Provider: n.Provider, Account: n.Account, MaintenanceID: n.MaintenanceID, Status: string(n.Status),
		Circuits: []libraryCircuit{}, Stamp: n.Stamp.Unix(), Organizer: n.Organizer, UID: n.UID, Sequence: n.Sequence, Summary: n.Summary,
	}
	at := map[string]int{}
	for i, w := range n.Windows {
		if start := w.Start.Unix(); i == 0 || start < l.Start {
			l.Start = start
		}
		l.End = max(l.End, w.End.Unix())
		for _, c := range w.Circuits {
			k, seen := at[c.CID]
			if !seen {
				at[c.CID] = len(l.Circuits)
				l.Circuits = append(l.Circuits, libraryCircuit{c.CID, string(c.Impact)})
			} else if c.Impact.Worse(models.Impact(l.Circuits[k].Impact)) {
				l.Circuits[k].Impact = string(c.Impact)
			}
		}
	}
	text, err := json.Marshal(l)
	if err != nil {
		return "" // strings and numbers can always be written
	}
	return string(text)
}
