package notify

import (
	"slices"
	"time"

	"lineman/models"
)

// View is what a template can print. Fields that do not fit the event are
// empty. Times are instants and are drawn in the reader's zone.
type View struct {
	Kind     models.EventKind
	Title    string // the kind in words
	Urgent   bool
	Name     string // of the maintenance, the subject of the finding, the source; the mail's subject
	At       time.Time
	Author   string
	Detail   string
	Reason   string // why it is told here, of an escalation
	Changes  []Difference
	Window   time.Time // start of the window that a reminder is of
	Ends     time.Time
	Severity models.Severity
	Unknown  []string // circuits that the inventory does not have
	Review   string   // ID of the mail that lists them, for who may see mail

	Maintenance *MaintenanceView
	Finding     *FindingView
	Mail        *MailView
	Source      string

	Rule  string
	URL   string // of the record's page; empty: there is none
	Rows  []Row  // of a group or digest
	More  int    // rows that are left out
	Total int

	Handover *Handover
}

// MaintenanceView is a maintenance for templates.
type MaintenanceView struct {
	Name         string
	ID           string // as the provider writes it
	Provider     string
	Status       models.Status
	Phase        models.Phase
	Impact       models.Impact
	Summary      string
	Start        time.Time
	End          time.Time
	Windows      []models.Window
	Circuits     []CircuitView
	More         int // circuits that are left out
	Acknowledged string
	Notices      int
	Trust        models.TrustLevel
	Pending      []PendingView // what waits for a person
}

// PendingView is a notice that waits for a person, for templates.
type PendingView struct {
	Notice   string // ID
	From     models.Status
	To       models.Status
	Old, New []models.PendingWindow // in which something is planned, and would be
	Circuits []string               // that it would cancel or drop
	Trust    models.TrustLevel
	Reason   string
	Received time.Time
}

// CircuitView is one listed circuit for templates.
type CircuitView struct {
	CID       string
	Impact    models.Impact
	Sites     []string
	Cancelled bool
	Known     bool // in the inventory
}

// FindingView is a finding for templates.
type FindingView struct {
	Subject      string
	Kind         models.SubjectKind
	Severity     models.Severity
	Start        time.Time
	End          time.Time
	Circuits     []string
	Maintenances []string
	Open         bool
	Acknowledged string
}

// MailView is a mail for templates.
type MailView struct {
	ID       string
	Subject  string
	Sender   string
	Provider string
	State    models.MailState
	Error    string
}

// Row is one line of a group or digest: what happened and what it is about.
type Row struct {
	Title  string
	Name   string
	Status string
	Impact string
	Start  time.Time
	End    time.Time
	Urgent bool
	Detail string
}

const (
	shownCircuits = 20
	shownRows     = 100
	shownPending  = 3
)

func (t *Templates) view(p Parcel) View {
	v := View{Rule: p.Rule.Name, Total: len(p.Items), At: p.At, Title: "Test", Kind: models.EventTest}
	if len(p.Items) == 0 {
		return v
	}
	i := p.Items[0]
	e := i.Event
	v.Kind, v.Title, v.Urgent, v.Name, v.At = e.Kind, title(i, p.At), i.Delivery.Urgent, e.Name, e.At
	v.Author, v.Detail, v.Changes, v.Window, v.Ends = e.Author, e.Detail, Differences(e.Changes), e.Window, e.Ends
	v.Severity, v.Source = e.Severity, e.Source
	if e.Kind == models.EventDigest {
		v.Source = ""
	}
	if i.Delivery.Urgent {
		v.Reason = i.Delivery.Reason
	}
	if m := i.Maintenance; m != nil {
		mv := maintenanceView(m, i.Phase)
		v.Maintenance, v.Name, v.Unknown = &mv, m.Name, unknown(m)
		v.URL = t.link("maintenances", m.ID)
		if e.Is(models.EventUnknownCircuit) && p.Rule.Scope.All {
			v.Review = e.RawID
		}
	}
	if f := i.Finding; f != nil {
		fv := findingView(f)
		v.Finding, v.URL = &fv, t.link("overlaps", f.ID)
	}
	if m := i.Mail; m != nil {
		v.Mail = &MailView{ID: m.ID, Subject: m.Subject, Sender: m.Sender, Provider: m.Provider, State: m.State, Error: m.Error}
		if v.Mail.Error == "" {
			v.Mail.Error = e.Detail
		}
	}
	if p.Grouped || p.Digest {
		v.Rows, v.More = rows(p)
	}
	return v
}

// link is the page of a record; empty where no address is configured.
func (t *Templates) link(kind, id string) string {
	if t.base == "" {
		return ""
	}
	return t.base + "/" + kind + "/" + id
}

func maintenanceView(m *models.MaintenanceItem, phase models.Phase) MaintenanceView {
	v := MaintenanceView{
		Name: m.Name, ID: m.ExternalID, Provider: m.ProviderName, Status: m.Status, Phase: phase, Impact: m.WorstImpact(),
		Summary: m.Summary, Start: m.Start(), End: m.End(), Windows: m.Windows,
	}
	if m.Ack != nil && m.Ack.Holds {
		v.Acknowledged = m.Ack.Author
	}
	v.Trust = m.Trust
	for _, p := range m.Pending[:min(len(m.Pending), shownPending)] {
		v.Pending = append(v.Pending, PendingView{
			Notice: p.NoticeID, From: p.Was, To: p.Status, Old: p.Old(), New: p.New(), Circuits: p.Circuits,
			Trust: p.Trust, Reason: p.Reason, Received: p.Received,
		})
	}
	for n, c := range m.Circuits {
		if n == shownCircuits {
			v.More = len(m.Circuits) - n
			break
		}
		cv := CircuitView{CID: c.CID, Impact: c.Impact, Cancelled: c.Cancelled, Known: c.CircuitID != ""}
		if c.Circuit != nil {
			for _, t := range c.Circuit.Terminations {
				if t.Site.Name != "" && !slices.Contains(cv.Sites, t.Site.Name) {
					cv.Sites = append(cv.Sites, t.Site.Name)
				}
			}
		}
		v.Circuits = append(v.Circuits, cv)
	}
	return v
}

func unknown(m *models.MaintenanceItem) []string {
	var all []string
	for _, c := range m.Circuits {
		if c.CircuitID == "" && !c.Cancelled && !c.Manual {
			all = append(all, c.CID)
		}
	}
	return all
}

func findingView(f *models.FindingItem) FindingView {
	v := FindingView{
		Subject: f.Subject.Name, Kind: f.Subject.Kind, Severity: f.Severity, Start: f.Start, End: f.End, Open: f.ClosedAt.IsZero(),
	}
	if f.Acknowledged() {
		v.Acknowledged = f.Ack.Author
	}
	for _, c := range f.Members {
		v.Circuits = append(v.Circuits, c.CID)
	}
	for _, m := range f.Causes {
		v.Maintenances = append(v.Maintenances, m.Name)
	}
	return v
}

// rows gives the lines of a group or digest: one for each maintenance, with
// its newest news, the soonest first.
func rows(p Parcel) ([]Row, int) {
	var all []Row
	place := map[string]int{}
	for _, i := range p.Items {
		if i.Event.Kind == models.EventDigest {
			continue
		}
		r := rowOf(i, p.At)
		id := about(i.Event)
		if at, known := place[id]; known && id != "" {
			r.Urgent = r.Urgent || all[at].Urgent
			if all[at].Title != r.Title && i.Event.Kind != models.EventNew {
				r.Title = all[at].Title + ", " + r.Title
			}
			all[at] = r
			continue
		}
		place[id] = len(all)
		all = append(all, r)
	}
	slices.SortStableFunc(all, func(a, b Row) int {
		switch {
		case a.Urgent != b.Urgent:
			if a.Urgent {
				return -1
			}
			return 1
		}
		return a.Start.Compare(b.Start)
	})
	if len(all) > shownRows {
		return all[:shownRows], len(all) - shownRows
	}
	return all, 0
}

func rowOf(i Item, now time.Time) Row {
	e := i.Event
	r := Row{Title: title(i, now), Name: e.Name, Start: e.Window, End: e.Ends, Urgent: i.Delivery.Urgent, Detail: e.Detail, Status: string(e.Severity)}
	switch {
	case i.Maintenance != nil:
		m := i.Maintenance
		r.Name, r.Status, r.Impact, r.Start, r.End = m.Name, string(m.Status), string(m.WorstImpact()), next(m.Maintenance, now), m.End()
		if len(m.Pending) > 0 {
			r.Status += ", PENDING"
		}
	case i.Finding != nil:
		r.Start, r.End = i.Finding.Start, i.Finding.End
	case i.Mail != nil:
		r.Name, r.Detail = i.Mail.Subject, i.Mail.Error
	}
	return r
}

// title is an event in words.
func title(i Item, now time.Time) string {
	e := i.Event
	switch e.Kind {
	case models.EventReminder:
		if left := e.Window.Sub(now); left > 0 {
			if e.Lead-left < 5*time.Minute && left < e.Lead+5*time.Minute {
				left = e.Lead
			}
			return "Starts in " + span(left)
		}
		return "Starts"
	case models.EventNew, models.EventChanged, models.EventRescheduled, models.EventCancelled, models.EventCompleted, models.EventConflict:
		if i.Maintenance == nil {
			return "Withdrawn"
		}
	}
	if e.Kind == models.EventParseFailed && e.Detail == models.IncompleteDetail {
		return "A mail was not read whole"
	}
	if t, known := titles[e.Kind]; known {
		return t
	}
	return string(e.Kind)
}

var titles = map[models.EventKind]string{
	models.EventNew: "New", models.EventChanged: "Changed", models.EventRescheduled: "Moved", models.EventCancelled: "Cancelled",
	models.EventCompleted: "Completed", models.EventConflict: "Conflict", models.EventAcknowledged: "Acknowledged", models.EventPending: "PENDING",
	models.EventStarted: "Started", models.EventEnded: "Window ended", models.EventOverrun: "Overrun", models.EventPresumedOver: "Presumed over",
	models.EventOverlapFound: "Overlap found", models.EventOverlapWorse: "Overlap got worse", models.EventOverlapGone: "Overlap is gone",
	models.EventParseFailed: "A mail could not be read", models.EventUnknownProvider: "Mail of an unknown provider",
	models.EventUnknownCircuit: "Unknown circuit", models.EventSourceDown: "A source fails", models.EventSourceUp: "A source works again",
	models.EventLayoutDrift: "Mail reads otherwise than before", models.EventProviderSilent: "A provider fell silent",
	models.EventDigest: "Digest", models.EventTest: "Test",
}
