package destination

import (
	"time"

	"lineman/chatops"
	"lineman/chatops/platform"
	"lineman/models"
	"lineman/notify"
)

// The limits of a body. What is left out is counted.
const (
	maxItems   = 200
	maxListed  = 1000 // circuits, changes, windows of one item
	maxMessage = 20_000
)

// payload is the body of a webhook, version 1: keys are added, never changed.
type payload struct {
	Version int        `json:"version"`
	Key     string     `json:"key"`
	At      *time.Time `json:"at"`
	Rule    string     `json:"rule"`
	Thread  string     `json:"thread,omitempty"`
	Grouped bool       `json:"grouped"`
	Digest  bool       `json:"digest"`
	Test    bool       `json:"test"`
	Heading string     `json:"heading"`
	Text    string     `json:"text"`
	Items   []itemBody `json:"items"`
	More    int        `json:"more,omitempty"` // items left out
}

type itemBody struct {
	Event       eventBody        `json:"event"`
	Maintenance *maintenanceBody `json:"maintenance"`
	Finding     *findingBody     `json:"finding"`
	Mail        *mailBody        `json:"mail"`
}

type eventBody struct {
	Key         string       `json:"key"`
	Kind        string       `json:"kind"`
	Also        []string     `json:"also"`
	At          *time.Time   `json:"at"`
	Cause       string       `json:"cause,omitempty"`
	Author      string       `json:"author,omitempty"`
	Urgent      bool         `json:"urgent"`
	Name        string       `json:"name"`
	Revision    int64        `json:"revision,omitempty"`
	WindowStart *time.Time   `json:"window_start,omitempty"`
	WindowEnd   *time.Time   `json:"window_end,omitempty"`
	LeadSeconds int64        `json:"lead_seconds,omitempty"`
	Severity    string       `json:"severity,omitempty"`
	Source      string       `json:"source,omitempty"`
	Detail      string       `json:"detail,omitempty"`
	Changes     []changeBody `json:"changes"`
}

type changeBody struct {
	Field string `json:"field"`
	Old   string `json:"old"`
	New   string `json:"new"`
}

type maintenanceBody struct {
	ID            string        `json:"id"`
	Name          string        `json:"name"`
	Provider      providerBody  `json:"provider"`
	MaintenanceID string        `json:"maintenance_id"`
	Status        string        `json:"status"`
	Phase         string        `json:"phase"`
	Summary       string        `json:"summary"`
	Windows       []windowBody  `json:"windows"`
	Circuits      []circuitBody `json:"circuits"`
	WorstImpact   string        `json:"worst_impact"`
	Acknowledged  bool          `json:"acknowledged"`
	Revision      int64         `json:"revision"`
}

type providerBody struct {
	Slug string `json:"slug"`
	Name string `json:"name"`
}

type windowBody struct {
	Ordinal int        `json:"ordinal"`
	Kind    string     `json:"kind"`
	Called  bool       `json:"called"`
	Status  string     `json:"status"`
	Start   *time.Time `json:"start"`
	End     *time.Time `json:"end"`
}

type circuitBody struct {
	CircuitID string    `json:"circuit_id"` // as the provider writes it
	Impact    string    `json:"impact"`
	Account   string    `json:"account"`
	Linked    bool      `json:"linked"`
	Cancelled bool      `json:"cancelled"`
	Ends      []endBody `json:"ends"`
}

type endBody struct {
	Side      string `json:"side"`
	Site      string `json:"site"`
	Device    string `json:"device"`
	Interface string `json:"interface"`
}

type findingBody struct {
	ID           string     `json:"id"`
	Subject      subject    `json:"subject"`
	Severity     string     `json:"severity"`
	State        string     `json:"state"`
	Start        *time.Time `json:"start"`
	End          *time.Time `json:"end"`
	Circuits     []string   `json:"circuits"`
	Maintenances []string   `json:"maintenances"` // names
	Revision     int64      `json:"revision"`
}

type subject struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
}

type mailBody struct {
	ID       string     `json:"id"`
	State    string     `json:"state"`
	Source   string     `json:"source"`
	Provider string     `json:"provider"`
	Subject  string     `json:"subject"`
	Received *time.Time `json:"received"`
}

func payloadOf(o Options, p notify.Parcel) payload {
	out := payload{
		Version: 1, Key: p.Key, At: instant(p.At), Rule: p.Rule.Name, Thread: p.Thread, Grouped: p.Grouped, Digest: p.Digest, Test: p.Test,
		Heading: chatops.CleanLine(p.Message.Heading), Text: shorten(platform.DrawText(p.Message, zoneOf(p.Rule), 0), maxMessage),
		Items: []itemBody{}, More: max(0, len(p.Items)-maxItems),
	}
	for _, i := range p.Items[:min(len(p.Items), maxItems)] {
		out.Items = append(out.Items, itemBody{
			Event: eventBodyOf(i.Event, i.Delivery.Urgent), Maintenance: maintenanceBodyOf(i), Finding: findingBodyOf(i.Finding), Mail: mailBodyOf(i.Mail),
		})
	}
	return out
}

func eventBodyOf(e models.Event, urgent bool) eventBody {
	out := eventBody{
		Key: e.Key, Kind: string(e.Kind), At: instant(e.At), Cause: string(e.Cause), Author: e.Author, Urgent: urgent, Name: e.Name,
		Revision: e.Revision, WindowStart: instant(e.Window), WindowEnd: instant(e.Ends), LeadSeconds: int64(e.Lead / time.Second),
		Severity: string(e.Severity), Source: e.Source, Detail: e.Detail, Changes: []changeBody{}, Also: []string{},
	}
	for _, k := range e.Also {
		out.Also = append(out.Also, string(k))
	}
	for _, c := range e.Changes[:min(len(e.Changes), maxListed)] {
		out.Changes = append(out.Changes, changeBody{c.Field, c.Old, c.New})
	}
	return out
}

func maintenanceBodyOf(i notify.Item) *maintenanceBody {
	m := i.Maintenance
	if m == nil {
		return nil
	}
	out := &maintenanceBody{
		ID: m.ID, Name: m.Name, Provider: providerBody{m.ProviderSlug, m.ProviderName}, MaintenanceID: m.ExternalID, Status: string(m.Status),
		Phase: string(i.Phase), Summary: m.Summary, WorstImpact: string(m.WorstImpact()), Acknowledged: m.Ack != nil && m.Ack.Holds,
		Revision: m.Revision, Windows: []windowBody{}, Circuits: []circuitBody{},
	}
	for _, w := range m.Windows[:min(len(m.Windows), maxListed)] {
		out.Windows = append(out.Windows, windowBody{w.Ordinal, string(w.Kind), w.Called, string(w.Status), instant(w.Start), instant(w.End)})
	}
	for _, c := range m.Circuits[:min(len(m.Circuits), maxListed)] {
		line := circuitBody{CircuitID: c.CID, Impact: string(c.Impact), Account: c.Account, Linked: c.CircuitID != "", Cancelled: c.Cancelled, Ends: []endBody{}}
		if c.Circuit != nil {
			for _, t := range c.Circuit.Terminations {
				line.Ends = append(line.Ends, endBody{t.Side, t.Site.Name, t.Device, t.Interface})
			}
		}
		out.Circuits = append(out.Circuits, line)
	}
	return out
}

func findingBodyOf(f *models.FindingItem) *findingBody {
	if f == nil {
		return nil
	}
	out := &findingBody{
		ID: f.ID, Subject: subject{string(f.Subject.Kind), f.Subject.Name}, Severity: string(f.Severity), State: "open",
		Start: instant(f.Start), End: instant(f.End), Circuits: []string{}, Maintenances: []string{}, Revision: f.Revision,
	}
	if !f.ClosedAt.IsZero() {
		out.State = "closed"
	}
	for _, c := range f.Members[:min(len(f.Members), maxListed)] {
		out.Circuits = append(out.Circuits, c.CID)
	}
	for _, m := range f.Causes[:min(len(f.Causes), maxListed)] {
		out.Maintenances = append(out.Maintenances, m.Name)
	}
	return out
}

func mailBodyOf(m *models.MailItem) *mailBody {
	if m == nil {
		return nil
	}
	return &mailBody{ID: m.ID, State: string(m.State), Source: m.Source, Provider: m.Provider, Subject: m.Subject, Received: instant(m.Received)}
}
