package destination

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"lineman/chatops"
	"lineman/internal/config"
	"lineman/models"
	"lineman/notify"
)

// pagerDuty sends events to PagerDuty or to whatever else speaks its Events
// API v2: one alert for each maintenance, finding, source or mail, triggered,
// acknowledged and resolved as they go.
type pagerDuty struct {
	o      Options
	url    string
	who    string
	key    config.Secret
	client *http.Client
}

const pagerDutyURL = "https://events.pagerduty.com/v2/enqueue"

func newPagerDuty(o Options, s config.Destination) (notify.Destination, error) {
	c := s.PagerDuty
	d := &pagerDuty{o: o, url: c.URL.Reveal(), key: c.RoutingKey}
	if d.url == "" {
		d.url = pagerDutyURL
	}
	u, err := url.Parse(d.url)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil || u.Fragment != "" {
		return nil, errors.New("url: is no web address; write it like " + pagerDutyURL)
	}
	if d.key == "" || len(d.key) > 100 || strings.ContainsFunc(d.key.Reveal(), func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, errors.New("routing_key: is no key of an integration; write it alone")
	}
	d.who = u.Host
	d.client, err = o.client(c.TLS, c.Timeout)
	return d, err
}

// The limits of the API in characters.
const (
	maxDedupKey = 255
	maxPaged    = 1024
	maxPages    = 50 // calls for one parcel
)

// pdEvent is the body of a call.
type pdEvent struct {
	RoutingKey string     `json:"routing_key"`
	Action     string     `json:"event_action"`
	DedupKey   string     `json:"dedup_key"`
	Payload    *pdPayload `json:"payload,omitempty"` // of trigger
	Client     string     `json:"client,omitempty"`
	ClientURL  string     `json:"client_url,omitempty"`
}

type pdPayload struct {
	Summary   string            `json:"summary"`
	Source    string            `json:"source"`
	Severity  string            `json:"severity"` // critical, error, warning or info
	Timestamp string            `json:"timestamp,omitempty"`
	Component string            `json:"component,omitempty"`
	Group     string            `json:"group,omitempty"`
	Class     string            `json:"class,omitempty"`
	Details   map[string]string `json:"custom_details,omitempty"`
}

// The actions of the API.
const (
	pdTrigger     = "trigger"
	pdAcknowledge = "acknowledge"
	pdResolve     = "resolve"
)

// Deliver makes one call for each thing that the parcel is about, with the last
// that happened to it. A call that is repeated changes nothing: the dedup key
// and the action say the same again.
func (d *pagerDuty) Deliver(ctx context.Context, p notify.Parcel) (notify.Receipt, error) {
	events := pagesOf(p)
	left := 0
	if len(events) > maxPages {
		left, events = len(events)-maxPages, events[len(events)-maxPages:]
	}
	for _, e := range events {
		if err := d.send(ctx, e); err != nil {
			return notify.Receipt{}, err
		}
	}
	r := notify.Receipt{}
	switch {
	case len(events) == 0:
		r.Note = "there was nothing in it to page for"
	case left > 0:
		r.Note = fmt.Sprintf("%d of %d alerts were sent, the newest ones", maxPages, maxPages+left)
	}
	if len(events) > 0 {
		r.Posted = events[len(events)-1].DedupKey
	}
	return r, nil
}

func (d *pagerDuty) send(ctx context.Context, e pdEvent) error {
	e.RoutingKey = d.key.Reveal()
	if e.Action == pdTrigger {
		e.Client, e.ClientURL = "lineman", d.o.PublicURL
	}
	body, err := json.Marshal(e)
	if err != nil {
		return notify.Fatal(fmt.Errorf("write the JSON: %w", err))
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, d.url, bytes.NewReader(body))
	if err != nil {
		return notify.Fatal(errors.New("the url is no web address"))
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", userAgent(d.o.Version))
	_, err = call(d.client, r, d.who, d.o.Now(), d.key.Reveal())
	return err
}

// pagesOf gives the last event of each thing that a parcel is about, in the
// order in which they came.
func pagesOf(p notify.Parcel) []pdEvent {
	if p.Test {
		return []pdEvent{{Action: pdTrigger, DedupKey: "lineman:test:" + p.Key, Payload: &pdPayload{
			Summary: "lineman: a test of this destination", Source: "lineman", Severity: "info", Class: string(models.EventTest),
		}}}
	}
	last := map[string]int{}
	var events []pdEvent
	for _, i := range p.Items {
		e, is := pageOf(i)
		if !is {
			continue
		}
		at, known := last[e.DedupKey]
		switch {
		case known && e.Action == pdAcknowledge && events[at].Action == pdTrigger: // both have to be said
		case known:
			events[at].DedupKey = ""
		}
		last[e.DedupKey] = len(events)
		events = append(events, e)
	}
	kept := events[:0]
	for _, e := range events {
		if e.DedupKey != "" {
			kept = append(kept, e)
		}
	}
	return kept
}

// pageOf says what an event means for a pager; false: nothing.
func pageOf(i notify.Item) (pdEvent, bool) {
	e := pdEvent{Action: actionOf(i.Event.Kind), DedupKey: dedupKey(i.Event)}
	if e.Action == "" || e.DedupKey == "" {
		return pdEvent{}, false
	}
	if e.Action == pdTrigger && i.Maintenance != nil && i.Maintenance.Status.Closed() {
		e.Action = pdResolve // it is late: what it is about is over
	}
	if e.Action == pdTrigger {
		e.Payload = pagePayload(i)
	}
	return e, true
}

func actionOf(k models.EventKind) string {
	switch k {
	case models.EventAcknowledged:
		return pdAcknowledge
	case models.EventCancelled, models.EventCompleted, models.EventEnded, models.EventPresumedOver, models.EventOverlapGone, models.EventSourceUp:
		return pdResolve
	case models.EventDigest:
		return ""
	}
	return pdTrigger
}

// dedupKey is what an alert is known by: the same for all that happens to one
// thing.
func dedupKey(e models.Event) string {
	key := ""
	switch {
	case e.FindingID != "":
		key = "finding:" + e.FindingID
	case e.Kind == models.EventUnknownCircuit && e.MaintenanceID != "":
		key = "unknown-circuit:" + e.MaintenanceID
	case e.MaintenanceID != "":
		key = "maintenance:" + e.MaintenanceID
	case e.Source != "" && (e.Kind == models.EventSourceDown || e.Kind == models.EventSourceUp):
		key = "source:" + e.Source
	case e.Provider != "" && e.Is(models.EventLayoutDrift, models.EventProviderSilent):
		key = string(e.Kind) + ":" + e.Provider
	case e.RawID != "":
		key = "mail:" + e.RawID
	default:
		return ""
	}
	return shorten("lineman:"+key, maxDedupKey)
}

func pagePayload(i notify.Item) *pdPayload {
	e := i.Event
	p := &pdPayload{
		Source: "lineman", Severity: pageSeverity(i), Class: string(e.Kind), Details: map[string]string{},
		Summary: shorten(chatops.CleanLine(fmt.Sprintf("%s: %s", e.Kind, e.Name)), maxPaged),
	}
	if !e.At.IsZero() {
		p.Timestamp = e.At.UTC().Format(time.RFC3339)
	}
	note := func(name, value string) {
		if value = chatops.CleanLine(value); value != "" {
			p.Details[name] = shorten(value, maxPaged)
		}
	}
	note("detail", e.Detail)
	for _, c := range e.Changes[:min(len(e.Changes), 20)] {
		note("change "+chatops.CleanLine(shorten(c.Field, 100)), c.Old+" → "+c.New)
	}
	if m := i.Maintenance; m != nil {
		p.Source = shorten(chatops.CleanLine(m.Name), maxDedupKey)
		p.Component = shorten(chatops.CleanLine(m.ProviderName), maxDedupKey)
		p.Summary = shorten(chatops.CleanLine(fmt.Sprintf("%s: %s %s %s", e.Kind, m.Name, m.WorstImpact(), m.Summary)), maxPaged)
		note("status", string(m.Status))
		note("phase", string(i.Phase))
		note("start", moment(m.Start()))
		note("end", moment(m.End()))
	}
	if f := i.Finding; f != nil {
		p.Source = shorten(chatops.CleanLine(f.Subject.Name), maxDedupKey)
		p.Group = string(f.Subject.Kind)
		p.Summary = shorten(chatops.CleanLine(fmt.Sprintf("%s: %s %s %s", e.Kind, f.Subject.Kind, f.Subject.Name, f.Severity)), maxPaged)
		note("start", moment(f.Start))
		note("end", moment(f.End))
	}
	if p.Source == "" {
		p.Source = "lineman" // the API wants one
	}
	return p
}

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// pageSeverity is how bad it is, in the words of the API.
func pageSeverity(i notify.Item) string {
	switch {
	case i.Finding != nil && i.Finding.Severity == models.SeverityIsolated:
		return "critical"
	case i.Finding != nil && i.Finding.Severity == models.SeverityDegraded, i.Event.Kind == models.EventSourceDown:
		return "error"
	case i.Finding != nil, i.Event.Is(models.EventParseFailed, models.EventLayoutDrift, models.EventProviderSilent):
		return "warning"
	case i.Maintenance == nil:
		return "info"
	}
	switch worst := i.Maintenance.WorstImpact(); {
	case i.Event.Kind == models.EventOverrun && worst == models.ImpactOutage:
		return "critical"
	case worst == models.ImpactOutage:
		return "error"
	case worst == models.ImpactDegraded, worst == models.ImpactReducedRedundancy, worst == "":
		return "warning"
	}
	return "info"
}
