package parsers

import (
	"fmt"
	"strings"
	"time"

	"lineman/models"
)

// eventReading reads one VEVENT as a notice.
type eventReading struct {
	c        *icalCalendar
	props    []icalProp
	part     int
	home     *time.Location
	homeName string
	notice   models.Notice
	fields   []FieldError
	listed   []models.NoticeCircuit
	begun    *icalStart   // nil: its start could not be read
	evidence []Evidence   // of the notice
	windows  [][]Evidence // of each window: start, end
}

func (e *eventReading) isNotice() bool {
	for _, p := range e.props {
		if strings.HasPrefix(p.name, "X-MAINTNOTE") {
			return true
		}
	}
	return false
}

func (e *eventReading) read() {
	n := &e.notice
	n.Provider = e.text("X-MAINTNOTE-PROVIDER", "provider")
	n.Account = e.account()
	n.MaintenanceID = e.maintenanceID()
	n.Summary = Clip(strings.TrimSpace(e.text("SUMMARY", "summary")), 2000)
	n.Organizer = e.text("ORGANIZER", "organizer")
	n.UID = e.text("UID", "uid")
	n.Status = e.status()
	seq, there := e.first("SEQUENCE")
	var warning string
	n.Sequence, warning = icalSequence(seq, there)
	e.warn(warning)
	e.stamp()
	circuits := e.circuits()
	if len(circuits) == 0 && !n.Status.Closed() {
		e.fail("circuits", "the event has no X-MAINTNOTE-OBJECT-ID and is neither cancelled nor completed")
	}
	e.listed = circuits
	for _, span := range e.spans() {
		n.Windows = append(n.Windows, models.NoticeWindow{
			Kind: models.WindowPrimary, Start: span.start.UTC(), End: span.end.UTC(), Circuits: circuits,
		})
		e.windows = append(e.windows, span.evidence)
	}
}

func (e *eventReading) warn(text string) {
	if text != "" && len(e.notice.Warnings) < 50 {
		e.notice.Warnings = append(e.notice.Warnings, text)
	}
}

func (e *eventReading) fail(field, reason string) {
	e.fields = append(e.fields, FieldError{field, reason})
}

func (e *eventReading) show(field string, p icalProp) {
	if len(e.evidence) < 2000 {
		e.evidence = append(e.evidence, Evidence{Field: field, Part: e.part, Text: p.raw, Rule: p.name})
	}
}

// circuitEvidence gives where the circuits were found.
func (e *eventReading) circuitEvidence() []Evidence {
	var all []Evidence
	for _, ev := range e.evidence {
		if strings.HasPrefix(ev.Field, "circuits[") {
			all = append(all, ev)
		}
	}
	return all
}

// first gives the first property of a name that has a value.
func (e *eventReading) first(name string) (icalProp, bool) {
	for _, p := range e.props {
		if p.name == name && strings.TrimSpace(p.value) != "" {
			return p, true
		}
	}
	return icalProp{}, false
}

// text gives the value of a TEXT property, trimmed.
func (e *eventReading) text(name, field string) string {
	p, ok := e.first(name)
	if !ok {
		return ""
	}
	e.show(field, p)
	return Clip(strings.TrimSpace(unescape(p.value)), 4000)
}

// values gives the distinct values of a property that may stand several times,
// the one that is marked PRIMARY first.
func (e *eventReading) values(name string) (all []string, of []icalProp, primary int) {
	for _, p := range e.props {
		v := strings.TrimSpace(unescape(p.value))
		if p.name != name || v == "" || len(all) >= 100 {
			continue
		}
		if strings.EqualFold(p.param("X-MAINTNOTE-PRECEDENCE"), "PRIMARY") {
			primary++
			if primary == 1 {
				all, of = append([]string{v}, all...), append([]icalProp{p}, of...)
				continue
			}
		}
		all, of = append(all, v), append(of, p)
	}
	return all, of, primary
}

func (e *eventReading) maintenanceID() string {
	all, of, primary := e.values("X-MAINTNOTE-MAINTENANCE-ID")
	if len(all) == 0 {
		e.fail("maintenance_id", "the event has no X-MAINTNOTE-MAINTENANCE-ID")
		return ""
	}
	e.show("maintenance_id", of[0])
	if others := otherThan(all); len(others) > 0 {
		switch {
		case primary == 0:
			e.warn("no maintenance id is marked PRIMARY, the first one is taken")
		case primary > 1:
			e.warn("several maintenance ids are marked PRIMARY, the first one is taken")
		}
		e.warn("other maintenance ids of the same work: " + Clip(strings.Join(others, ", "), 300))
	}
	return Clip(all[0], 500)
}

func (e *eventReading) account() string {
	all, of, _ := e.values("X-MAINTNOTE-ACCOUNT")
	if len(all) == 0 {
		e.fail("account", "the event has no X-MAINTNOTE-ACCOUNT")
		return ""
	}
	e.show("account", of[0])
	if others := otherThan(all); len(others) > 0 {
		e.warn("the first account is taken, other accounts: " + Clip(strings.Join(others, ", "), 300))
	}
	return Clip(all[0], 500)
}

// otherThan gives the values that differ from the first.
func otherThan(all []string) []string {
	var others []string
	for _, v := range all[1:] {
		if v != all[0] {
			others = appendNew(others, []string{v})
		}
	}
	return others
}

func (e *eventReading) status() models.Status {
	cancelled := e.cancelledByCalendar()
	p, ok := e.first("X-MAINTNOTE-STATUS")
	if !ok {
		if cancelled != "" {
			return models.StatusCancelled
		}
		return models.StatusNoChange
	}
	e.show("status", p)
	status, known := maintStatus(unescape(p.value))
	if !known {
		e.warn(fmt.Sprintf("the status %q is not known and changes none", Clip(p.value, 60)))
	}
	if cancelled != "" && !status.Closed() {
		e.warn(fmt.Sprintf("%s contradicts X-MAINTNOTE-STATUS:%s; the cancellation is taken", cancelled, Clip(p.value, 60)))
		return models.StatusCancelled
	}
	return status
}

// cancelledByCalendar gives the plain calendar property that cancels the
// event; empty if none does.
func (e *eventReading) cancelledByCalendar() string {
	if p, ok := e.first("STATUS"); ok && (enumKey(p.value) == "CANCELLED" || enumKey(p.value) == "CANCELED") {
		e.show("status", p)
		return "STATUS:CANCELLED"
	}
	for _, p := range e.c.props {
		if p.name == "METHOD" && enumKey(p.value) == "CANCEL" {
			e.show("status", p)
			return "METHOD:CANCEL"
		}
	}
	return ""
}

func (e *eventReading) stamp() {
	p, ok := e.first("DTSTAMP")
	if !ok {
		e.warn("the event has no DTSTAMP, the mail's date is taken")
		return
	}
	w, err := icalTime(p, time.UTC, e.zone)
	if err != nil {
		e.warn(err.Error() + ", the mail's date is taken")
		return
	}
	e.show("stamp", p)
	if w.floating || w.allDay {
		e.warn("DTSTAMP names no time zone and is read as UTC")
	}
	e.notice.Stamp = w.at.UTC()
	e.notice.Issued = e.notice.Stamp
}

func (e *eventReading) circuits() []models.NoticeCircuit {
	impact, raw := e.eventImpact()
	var all []models.NoticeCircuit
	for _, p := range e.props {
		if p.name != "X-MAINTNOTE-OBJECT-ID" {
			continue
		}
		cid := Clip(strings.TrimSpace(unescape(p.value)), 1000)
		if cid == "" {
			e.warn("an X-MAINTNOTE-OBJECT-ID is empty and was left out")
			continue
		}
		c := models.NoticeCircuit{CID: cid, Impact: impact, RawImpact: raw}
		if own := strings.TrimSpace(p.param("X-MAINTNOTE-OBJECT-IMPACT")); own != "" {
			known := false
			if c.Impact, known = maintImpact(own); !known {
				e.warn(fmt.Sprintf("the impact %q of %s is not known and taken as OUTAGE", Clip(own, 60), Clip(cid, 60)))
			}
			c.RawImpact = Clip(own, 200)
		}
		e.show(fmt.Sprintf("circuits[%d].circuit_id", len(all)), p)
		all = append(all, c)
	}
	return all
}

func (e *eventReading) eventImpact() (models.Impact, string) {
	p, ok := e.first("X-MAINTNOTE-IMPACT")
	if !ok {
		if _, objects := e.first("X-MAINTNOTE-OBJECT-ID"); objects {
			e.warn("the event has no X-MAINTNOTE-IMPACT, which means OUTAGE")
		}
		return models.ImpactOutage, ""
	}
	e.show("impact", p)
	impact, known := maintImpact(unescape(p.value))
	if !known {
		e.warn(fmt.Sprintf("the impact %q is not known and taken as OUTAGE", Clip(p.value, 60)))
	}
	return impact, Clip(strings.TrimSpace(p.value), 200)
}
