package parsers

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// GenericSlug is the provider that reads BCOP calendars of everybody else.
const GenericSlug = "genericprovider"

// Engine makes Results of mails. It is immutable and may be shared.
type Engine struct {
	providers []Provider
	bySlug    map[string]int
	generic   Provider
	senders   senderIndex
}

// NewEngine makes an Engine of providers, in the order in which they are
// preferred where nothing else decides. Without one named GenericSlug it adds
// one.
func NewEngine(providers []Provider) *Engine {
	e := &Engine{
		providers: append([]Provider(nil), providers...),
		bySlug:    make(map[string]int, len(providers)+1),
	}
	if !slices.ContainsFunc(providers, func(p Provider) bool { return p.Slug == GenericSlug }) {
		e.providers = append(e.providers, Provider{Slug: GenericSlug, Name: "Generic", Formats: []Format{Calendar("")}})
	}
	for i, p := range e.providers {
		e.bySlug[strings.ToLower(p.Slug)] = i
		for _, alias := range p.Aliases {
			e.bySlug[strings.ToLower(alias)] = i
		}
		if p.Slug == GenericSlug {
			e.generic = p
		}
	}
	e.senders = indexSenders(e.providers)
	return e
}

// Providers gives the providers that the Engine knows, in order.
func (e *Engine) Providers() []Provider { return append([]Provider(nil), e.providers...) }

// Knows reports whether a name is that of a provider's parser.
func (e *Engine) Knows(name string) bool {
	_, ok := e.bySlug[strings.ToLower(strings.TrimSpace(name))]
	return ok
}

// Parse reads a mail as one of the provider that is named by its slug; with an
// empty name the provider is detected. An unknown name is read by the generic
// reader, and the Result says so. It never fails and never panics: whatever
// happens is a Result.
func (e *Engine) Parse(m *Mail, provider string) Result {
	if rule := ignoredMail(m); rule != "" {
		r := Result{Outcome: OutcomeIgnored, Reason: rule, Provider: e.slugFor(m, provider)}
		return r
	}
	if isEmpty(m) {
		return Result{Outcome: OutcomeError, Provider: e.slugFor(m, provider), Reason: "the file or mail is empty: it has neither a header nor content"}
	}
	if provider = strings.TrimSpace(provider); provider != "" {
		return e.given(m, provider)
	}
	candidates := e.Detect(m)
	if len(candidates) == 0 {
		return e.undetected(m)
	}
	var best Result
	for i, c := range candidates {
		r := e.try(m, e.providers[e.bySlug[c.Slug]])
		r.Detected = c.Reason()
		if i == 0 {
			best = r
		}
		if r.Outcome != OutcomeError || r.Panic {
			return r
		}
		if c.Score >= sureScore || i == 2 {
			break
		}
	}
	return best
}

func (e *Engine) given(m *Mail, name string) Result {
	i, ok := e.bySlug[strings.ToLower(name)]
	if !ok {
		r := e.try(m, e.generic)
		r.Detected = fmt.Sprintf("there is no parser named %q: the generic reader was used", Clip(name, 60))
		return r
	}
	r := e.try(m, e.providers[i])
	r.Detected = "given by the caller"
	return r
}

func (e *Engine) slugFor(m *Mail, given string) string {
	if i, ok := e.bySlug[strings.ToLower(strings.TrimSpace(given))]; ok {
		return e.providers[i].Slug
	}
	if c := e.Detect(m); len(c) > 0 {
		return c[0].Slug
	}
	return ""
}

// undetected reads a mail of which no provider is known: a BCOP calendar can
// be read all the same.
func (e *Engine) undetected(m *Mail) Result {
	for _, msg := range messages(m) {
		for _, f := range e.generic.Formats {
			if ok, _ := fits(f, msg); ok {
				r := e.try(m, e.generic)
				r.Detected = "no provider is known by this mail; it has a BCOP calendar"
				return r
			}
		}
	}
	r := Result{Outcome: OutcomeError, Detected: "no provider is known by this mail"}
	if !speaksOfMaintenance(m) {
		r.Outcome = OutcomeIgnored
		r.Reason = "no provider is known by this mail, and nothing in it speaks of maintenance"
		return r
	}
	r.Reason = "no provider is known by this mail; name one, or add its sender's address" + mayBeIn("it", m, nil)
	return r
}

// messages gives the messages of a mail in the order in which they are tried.
func messages(m *Mail) []*Message { return append(m.inner(), &m.Message) }

// attempt is one reading that was not complete.
type attempt struct {
	format  string
	reading Reading
}

// try reads a mail with all formats of a provider. The first complete reading
// wins; of the others, the one with the fewest missing fields tells why.
func (e *Engine) try(m *Mail, p Provider) Result {
	r := Result{Provider: p.Slug}
	var best *attempt
	for _, msg := range messages(m) {
		for _, f := range e.formats(p) {
			ok, why := fits(f, msg)
			if !ok {
				r.Tried = appendNew(r.Tried, []string{f.Name + ": " + why})
				continue
			}
			reading, panicked := read(f, msg)
			switch {
			case panicked != "":
				r.Outcome, r.Panic, r.Format = OutcomeError, true, f.Name
				r.Reason = fmt.Sprintf("the format %s broke on this mail (%s)", f.Name, panicked)
				return r
			case reading.Ignored != "" && best != nil && len(best.reading.Fields) > 0: // half a notice is no other mail
				r.Tried = appendNew(r.Tried, []string{f.Name + ": " + reading.Ignored})
				continue
			case reading.Ignored != "":
				r.Outcome, r.Reason, r.Format, r.Warnings = OutcomeIgnored, reading.Ignored, f.Name, reading.Warnings
				return r
			}
			completeReading(&reading, p, f.Name, m, msg)
			if len(reading.Fields) == 0 && len(reading.Notices) > 0 {
				r.Outcome, r.Format = OutcomeMaintenance, f.Name
				r.Notices, r.Evidence, r.Warnings, r.Partial = reading.Notices, reading.Evidence, reading.Warnings, nil
				return r
			}
			r.Tried = appendNew(r.Tried, []string{f.Name + ": " + missing(reading)})
			if part := partial(reading); len(r.Partial) == 0 {
				r.Partial = part
			}
			if best == nil || reading.closer(best.reading) {
				best = &attempt{f.Name, reading}
			}
		}
	}
	return failed(r, best, m, p)
}

// closer reports whether a reading that is not complete is nearer to a notice
// than another: it names what is missing, and that is less.
func (r Reading) closer(other Reading) bool {
	if len(r.Fields) == 0 || len(other.Fields) == 0 {
		return len(r.Fields) > len(other.Fields)
	}
	return len(r.Fields) < len(other.Fields)
}

// formats gives the provider's formats; the calendar of the standard is tried
// last for everybody.
func (e *Engine) formats(p Provider) []Format {
	for _, f := range p.Formats {
		if f.Name == FormatBCOP {
			return p.Formats
		}
	}
	return append(p.Formats[:len(p.Formats):len(p.Formats)], e.generic.Formats...)
}

func missing(r Reading) string {
	if len(r.Fields) == 0 {
		return "no notice"
	}
	var names []string
	for _, f := range r.Fields {
		names = appendNew(names, []string{f.Field})
	}
	return "could not read " + strings.Join(names, ", ")
}

// failed ends a search without a complete reading.
func failed(r Result, best *attempt, m *Mail, p Provider) Result {
	r.Outcome = OutcomeError
	var cover []string
	if p.Slug != GenericSlug && (best == nil || len(best.reading.Fields) == 0) {
		cover = coverOf(m)
	}
	if best != nil {
		r.Format, r.Fields, r.Evidence, r.Warnings = best.format, best.reading.Fields, best.reading.Evidence, best.reading.Warnings
		if part := partial(best.reading); len(part) > 0 {
			r.Partial = part
		}
	}
	switch {
	case len(cover) > 0:
		r.Reason = "the notice is only in an attachment that cannot be read: " + Clip(strings.Join(cover, ", "), 300)
	case best != nil && len(r.Fields) == 0:
		r.Reason = best.format + " found no notice" + mayBeIn("it", m, r.Evidence)
	case best != nil:
		r.Reason = best.format + " " + missing(best.reading) + mayBeIn("that", m, r.Evidence)
	case !hasContent(m):
		r.Reason = "the mail has no content"
	case !speaksOfMaintenance(m):
		r.Outcome = OutcomeIgnored
		r.Reason = "nothing in the mail speaks of maintenance"
	default:
		r.Reason = fmt.Sprintf("no layout of %s that is known fits this mail%s", p.Slug, mayBeIn("it", m, nil))
	}
	return r
}

// hasContent reports whether any part of a mail holds more than blanks.
func hasContent(m *Mail) bool {
	for _, msg := range messages(m) {
		for _, p := range msg.Parts {
			if len(bytes.TrimSpace(p.Data)) > 0 {
				return true
			}
		}
	}
	return false
}

// isEmpty reports whether there is nothing at all: no content, and no header
// but what says of which type the content would be.
func isEmpty(m *Mail) bool {
	for name := range m.Header {
		if !strings.HasPrefix(name, "Content-") {
			return false
		}
	}
	return !hasContent(m)
}

// fits and read call a format; a panic in it is a reason, not a crash.
func fits(f Format, msg *Message) (ok bool, why string) {
	defer func() {
		if v := recover(); v != nil {
			ok, why = false, panicText(v)
		}
	}()
	if f.Fits == nil {
		return true, ""
	}
	return f.Fits(msg)
}

func read(f Format, msg *Message) (r Reading, panicked string) {
	defer func() {
		if v := recover(); v != nil {
			r, panicked = Reading{}, panicText(v)
		}
	}()
	return f.Read(msg), ""
}

func panicText(v any) string { return "panic: " + Clip(Fold(fmt.Sprint(v)), 200) }
