package define

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"lineman/models"
	"lineman/parsers"
)

// layout is a definition ready to read mail with.
type layout struct {
	slug, name string
	labels     *parsers.Labels
	circuits   *parsers.Columns // nil: circuits stand beside a label
	windows    *parsers.Columns // nil: times stand beside labels
	clock      clock
	subject    map[string]*regexp.Regexp
	patterns   map[string]*regexp.Regexp
	status     parsers.StatusWords
	impact     parsers.ImpactWords
	filler     string
	ignore     []string
}

var slugForm = regexp.MustCompile(`^[a-z][a-z0-9-]{1,39}$`)

// compiler checks a definition and goes on after a problem.
type compiler struct {
	file
	decoder
}

// compile makes the provider of a definition.
func (f file) compile() (parsers.Provider, []error) {
	c := compiler{file: f, decoder: decoder{name: f.name}}
	c.identity()
	l := &layout{slug: f.slug.value, name: f.title.value, filler: f.account.value}
	c.places(l)
	c.times(l)
	c.words(l)
	l.subject, l.patterns = c.expressions(f.subject, "subject"), c.expressions(f.patterns, "patterns")
	for _, t := range f.ignore {
		l.ignore = append(l.ignore, parsers.Plain(t.value))
	}
	c.required()
	slices.SortStableFunc(c.problems, func(a, b error) int { return cmp.Compare(lineOf(a), lineOf(b)) })
	return parsers.Provider{
		Slug: l.slug, Name: l.name, Organizer: c.file.organizer.value, Filler: l.filler,
		Senders: lower(f.senders), Subjects: lower(f.subjects), Body: lower(f.body),
		Formats: []parsers.Format{{Name: l.slug + "/definition", Read: l.read}},
	}, c.problems
}

func lineOf(err error) int {
	var e *Error
	if !errors.As(err, &e) {
		return 0
	}
	return e.Line
}

func lower(list []text) []string {
	var all []string
	for _, t := range list {
		all = append(all, strings.ToLower(t.value))
	}
	return all
}

// identity checks who the provider is and how its mail is told.
func (c *compiler) identity() {
	switch s := c.slug; {
	case s.value == "":
		c.missing(s, "slug", "the provider's short name, such as harbournet")
	case !slugForm.MatchString(s.value) || s.value == parsers.GenericSlug:
		c.add(s.line, "slug", "%q cannot be used; write 2 to 40 lower-case letters, digits and dashes, a letter first", s.value)
	}
	if c.title.value == "" {
		c.missing(c.title, "name", "the provider's name for people")
	}
	for i, s := range c.senders {
		if !senderForm(s.value) {
			c.add(s.line, fmt.Sprintf("senders[%d]", i), "%q is no address (noc@net.example), domain (net.example) or wildcard (*.net.example)", s.value)
		}
	}
	for i, s := range append(append([]text{}, c.subjects...), c.body...) {
		if key := "subjects"; len(s.value) < 4 && s.value != "" {
			if i >= len(c.subjects) {
				key = "body"
			}
			c.add(s.line, key, "%q is too short to tell a provider by; write 4 characters or more", s.value)
		}
	}
	if len(c.senders)+len(c.subjects)+len(c.body) == 0 {
		c.add(0, "senders", "is missing: name the addresses or domains that the provider sends from")
	}
}

// missing says that a key is not there; one that is there without a value has
// been told already.
func (c *compiler) missing(t text, key, what string) {
	if t.line == 0 {
		c.add(0, key, "is missing: %s", what)
	}
}

func senderForm(s string) bool {
	if s == "" {
		return true // told already
	}
	local, domain, address := strings.Cut(s, "@")
	if !address {
		domain = strings.TrimPrefix(s, "*.")
	}
	return !strings.ContainsAny(s, " <>,;") && strings.Contains(domain, ".") && !strings.ContainsAny(domain, "@*") &&
		!strings.HasPrefix(domain, ".") && (!address || local != "")
}

// places makes the vocabularies of labels and headers.
func (c *compiler) places(l *layout) {
	l.labels = parsers.NewLabels(c.vocabulary("labels", c.labels))
	headers := c.vocabulary("headers", c.headers)
	if headers["circuit"] != nil {
		l.circuits = parsers.NewColumns([]string{"circuit"}, headers)
	}
	switch {
	case headers["start"] != nil && headers["end"] != nil:
		l.windows = parsers.NewColumns([]string{"start", "end"}, headers)
	case headers["window"] != nil:
		l.windows = parsers.NewColumns([]string{"window"}, headers)
	}
}

// vocabulary turns lists of labels into what labels are compared by; a label
// names one field.
func (c *compiler) vocabulary(key string, fields map[string][]text) map[string][]string {
	all := map[string][]string{}
	owner := map[string]string{}
	for _, field := range slices.Sorted(maps.Keys(fields)) {
		for _, t := range fields[field] {
			k := parsers.Key(t.value)
			at := key + "." + field
			switch other, taken := owner[k]; {
			case t.value == "": // told already
			case k == "":
				c.add(t.line, at, "%q has no letter or digit", t.value)
			case len(t.value) > 80:
				c.add(t.line, at, "%q is longer than the 80 bytes of a label", t.value)
			case taken && other != field:
				c.add(t.line, at, "%q stands for %s already; one label names one field", t.value, other)
			default:
				owner[k] = field
				all[field] = append(all[field], t.value)
			}
		}
	}
	return all
}

// times makes the clock.
func (c *compiler) times(l *layout) {
	orders := map[string]parsers.Order{"": parsers.Undecided, "day-first": parsers.DayFirst, "month-first": parsers.MonthFirst}
	order, ok := orders[c.dates.value]
	if !ok {
		c.add(c.dates.line, "date_order", "%q is neither day-first nor month-first", c.dates.value)
	}
	l.clock.times = parsers.Times{Order: order, Zones: parsers.Zones{Home: c.zone.value, Means: map[string]string{}}}
	c.place(c.zone, "zone")
	for label, t := range c.zones {
		c.place(t, "zones."+label)
		l.clock.times.Zones.Means[parsers.Key(label)] = t.value
	}
	for i, t := range c.layouts {
		if t.value == "" {
			continue
		}
		one, err := newTimeLayout(t.value)
		if err != nil {
			c.add(t.line, fmt.Sprintf("time_layouts[%d]", i), "%v", err)
			continue
		}
		l.clock.layouts = append(l.clock.layouts, one)
	}
}

func (c *compiler) place(t text, key string) {
	if t.value != "" && parsers.Place(t.value) == nil {
		c.add(t.line, key, "%q is no time zone; use a name such as Europe/Berlin or Etc/UTC", t.value)
	}
}

// words puts the definition's words before those that all layouts share.
func (c *compiler) words(l *layout) {
	statuses := map[string]models.Status{"cancelled": models.StatusCancelled, "completed": models.StatusCompleted, "in-process": models.StatusInProcess,
		"re-scheduled": models.StatusRescheduled, "tentative": models.StatusTentative, "confirmed": models.StatusConfirmed}
	var confirmed parsers.StatusWords
	for _, name := range statusNames {
		if phrases := plain(c.status[name]); len(phrases) > 0 {
			w := parsers.StatusPhrases{Status: statuses[name], Phrases: phrases}
			if name == "confirmed" {
				confirmed = append(confirmed, w)
				continue
			}
			l.status = append(l.status, w)
		}
	}
	l.status = append(append(l.status, parsers.CommonStatus...), confirmed...)
	impacts := map[string]models.Impact{"no-impact": models.ImpactNone, "reduced-redundancy": models.ImpactReducedRedundancy,
		"degraded": models.ImpactDegraded, "outage": models.ImpactOutage}
	for _, name := range impactNames {
		if phrases := plain(c.impact[name]); len(phrases) > 0 {
			l.impact = append(l.impact, parsers.ImpactPhrases{Impact: impacts[name], Phrases: phrases})
		}
	}
	l.impact = append(l.impact, parsers.CommonImpact...)
}

func plain(list []text) []string {
	var all []string
	for _, t := range list {
		if p := parsers.Plain(t.value); p != "" {
			all = append(all, p)
		}
	}
	return all
}

// expressions compiles patterns: what is in the first group counts, without a
// group the whole match.
func (c *compiler) expressions(patterns map[string]text, key string) map[string]*regexp.Regexp {
	all := map[string]*regexp.Regexp{}
	for field, t := range patterns {
		exp, err := regexp.Compile(t.value)
		switch {
		case t.value == "":
		case err != nil:
			c.add(t.line, key+"."+field, "%q is no pattern: %v", t.value, err)
		case exp.NumSubexp() > 1:
			c.add(t.line, key+"."+field, "%q has %d groups; put one pair of parentheses around the value, others as (?:…)", t.value, exp.NumSubexp())
		case exp.MatchString(""):
			c.add(t.line, key+"."+field, "%q also fits nothing at all; make it say what the value looks like", t.value)
		default:
			all[field] = exp
		}
	}
	return all
}

// required checks that every field that a notice needs has a place.
func (c *compiler) required() {
	has := func(field string) bool { return len(c.labels[field])+len(c.headers[field]) > 0 }
	if !has("maintenance_id") && c.subject["maintenance_id"].value == "" {
		c.add(0, "labels.maintenance_id", "is missing: name the labels of the ticket number, or a pattern in subject.maintenance_id")
	}
	if !has("account") && c.subject["account"].value == "" && c.account.value == "" {
		c.add(0, "labels.account", "is missing: name the labels of the customer, or what stands for it in filler_account")
	}
	for _, of := range []map[string][]text{c.labels, c.headers} {
		for _, pair := range [][2]string{{"start", "end"}, {"end", "start"}, {"backup_start", "backup_end"}, {"backup_end", "backup_start"}} {
			if len(of[pair[0]]) > 0 && len(of[pair[1]]) == 0 {
				c.add(of[pair[0]][0].line, pair[1], "is missing beside %s", pair[0])
			}
		}
	}
	if !has("window") && !has("start") {
		c.add(0, "labels.start", "is missing: name the labels of start and end, or of window where one line has both")
	}
	if !has("circuit") && c.subject["circuit"].value == "" {
		c.add(0, "labels.circuit", "is missing: name the label of the circuits, or the header of their column in headers.circuit")
	}
	if (len(c.headers["account"]) > 0 || len(c.headers["impact"]) > 0) && len(c.headers["circuit"]) == 0 {
		c.add(0, "headers.circuit", "is missing beside headers.account or headers.impact")
	}
}
