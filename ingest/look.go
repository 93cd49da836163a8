package ingest

import (
	"fmt"
	"maps"
	"slices"

	"lineman/models"
	"lineman/parsers"
)

// sight is what can be seen in one stored mail.
type sight struct {
	mail     *parsers.Mail
	provider models.Provider // the zero value: nobody's
	sender   string          // that decided
	senders  []string        // all that may have sent it
	result   parsers.Result
	named    []parsers.Seen
	err      string // why it cannot be read at all
}

// look reads a mail for people: like verdict, but with everything that was
// found, and as a mail of whoever it looks like where nobody's address sent it.
func (p *Pipeline) look(raw models.RawNotification, src Source, m matcher) (s sight) {
	defer func() {
		if r := recover(); r != nil {
			p.Logger.Error("a reader panicked", "raw", raw.ID, "panic", fmt.Sprint(r))
			s = sight{err: "reading this mail makes lineman panic"}
		}
	}()
	if raw.Raw == nil {
		s.err = "its bytes are gone"
		return s
	}
	mail, err := parsers.ReadMail(raw.Raw)
	if err != nil {
		s.err = err.Error()
		return s
	}
	s.mail = mail
	s.provider, s.sender = m.whose(raw, mail, src.Header)
	for _, a := range append(mail.Senders(src.Header), mail.InnerSenders()...) {
		if !slices.Contains(s.senders, a) {
			s.senders = append(s.senders, a)
		}
	}
	name := ""
	if s.provider.ID != "" {
		name = readerOf(s.provider)
	}
	s.result = p.Engine.Parse(mail, name)
	if m.circuits != nil {
		s.named = m.circuits.Scan(mail, s.result).Missed
	}
	return s
}

// evidence is what people are shown of it.
func (s sight) evidence() models.ReviewEvidence {
	e := models.ReviewEvidence{
		Provider: s.result.Provider, Detected: s.result.Detected, Format: s.result.Format, Senders: s.senders, Error: s.err,
	}
	found := s.result.Evidence
	if s.result.Outcome != parsers.OutcomeMaintenance {
		e.Partial, found = s.partial(), nil
		for _, n := range s.result.Partial {
			found = append(found, n.Evidence...)
		}
	}
	e.Missing = s.missing(e.Partial)
	for _, f := range found {
		e.Found = append(e.Found, models.FoundField{Notice: f.Notice + 1, Field: f.Field, Part: f.Part, Text: parsers.Clip(parsers.Fold(f.Text), 200), Rule: f.Rule})
	}
	for _, seen := range s.named {
		e.Named = append(e.Named, models.NamedCircuit{CID: seen.CID, Text: seen.Text, Where: seen.Where()})
	}
	return e
}

// partial gives the notices of a mail that could not be read whole, as far as
// they could.
func (s sight) partial() []models.Notice {
	var all []models.Notice
	for _, n := range s.result.Partial {
		all = append(all, n.Notice)
	}
	return all
}

// missing gives what the nearest reader could not read, or, where another one
// read more, what is missing in that.
func (s sight) missing(partial []models.Notice) (all []models.MissingField) {
	lacks := map[string]bool{}
	for _, n := range partial {
		_, names := models.NoticeFill{}.Complete(n)
		for _, name := range names {
			lacks[name] = true
		}
	}
	for _, f := range s.result.Fields {
		if len(lacks) == 0 || lacks[f.Field] {
			all = append(all, models.MissingField{Field: f.Field, Reason: f.Reason})
			delete(lacks, f.Field)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(lacks)) {
		all = append(all, models.MissingField{Field: name, Reason: "could not be read"})
	}
	return all
}
