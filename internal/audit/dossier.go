package audit

import (
	"time"

	"lineman/models"
)

// Dossier is what is known of a circuit in a time. Its JSON is index.json.
type Dossier struct {
	Circuit  string    `json:"circuit"`
	Provider string    `json:"provider"` // slug
	Names    []string  `json:"names"`    // the circuit's id and its aliases
	From     time.Time `json:"from"`
	To       time.Time `json:"to"`
	Made     time.Time `json:"made"`
	Remarks  []string  `json:"remarks"` // what the search could not do
	Searched int       `json:"mails_searched"`
	Sources  []Source  `json:"sources"`
	Mails    []Mail    `json:"mails"` // by receipt
	Records  []Record  `json:"maintenances"`
}

// Source is how a mailbox was read in that time.
type Source struct {
	Name   string `json:"name"`
	Passes int    `json:"passes"`
	Failed int    `json:"failed"`
	Gaps   []Gap  `json:"gaps"`
}

// Gap is a time in which a source was not read.
type Gap struct {
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	Reason string    `json:"reason"`
}

// GapOf says a gap in words.
func GapOf(g models.PollGap) Gap {
	return Gap{From: g.From, To: g.To, Reason: reasonOf(g)}
}

// Mail is one mail that names the circuit.
type Mail struct {
	ID           string    `json:"id"`
	File         string    `json:"file"` // in the ZIP file; empty: its bytes are not there
	SHA256       string    `json:"sha256"`
	Received     time.Time `json:"received"`
	Sender       string    `json:"sender"`
	Subject      string    `json:"subject"`
	MessageID    string    `json:"message_id"`
	Source       string    `json:"source"`
	Provider     string    `json:"provider"`
	State        string    `json:"state"`
	Flags        []string  `json:"flags"`
	Reason       string    `json:"reason"` // why it failed, was ignored or set aside
	Found        []string  `json:"found"`  // how it was found to name the circuit
	Maintenances []string  `json:"maintenances"`
	Changes      []Change  `json:"changes"` // that it caused, of those maintenances
	Size         int64     `json:"size"`
	Deleted      bool      `json:"deleted"`  // the bytes were removed by retention
	Bodiless     bool      `json:"bodiless"` // its bytes were never kept; ID is of the ledger
}

// Change is one difference that a mail or a person made.
type Change struct {
	Maintenance string    `json:"maintenance"`
	At          time.Time `json:"at"`
	Field       string    `json:"field"`
	Old         string    `json:"old"`
	New         string    `json:"new"`
	Cause       string    `json:"cause"`
	Author      string    `json:"author"` // empty: a mail
}

// Record is a maintenance of the circuit.
type Record struct {
	Name     string    `json:"name"`
	Status   string    `json:"status"`
	Start    time.Time `json:"start"`
	End      time.Time `json:"end"`
	Impact   string    `json:"impact"` // on the circuit
	Acks     []Ack     `json:"acknowledged"`
	ByPeople []Change  `json:"changed_by_people"`
}

// Ack is that somebody acknowledged a maintenance.
type Ack struct {
	Author string    `json:"author"`
	At     time.Time `json:"at"`
	Holds  bool      `json:"holds"` // it is true of the record as it stands
}
