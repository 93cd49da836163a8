package define

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Limits of one definition.
const (
	maxItems = 100 // of one list
	maxText  = 300 // bytes of one value
)

// text is one value of a definition and where it stands.
type text struct {
	value string
	line  int
}

// file is a definition as written.
type file struct {
	name string

	slug, title, organizer, account, zone, dates text
	senders, subjects, body, ignore, layouts     []text
	zones, subject, patterns                     map[string]text
	labels, headers, status, impact              map[string][]text
}

// The keys of a definition, and the names that may stand below one.
var (
	definitionKeys = []string{"slug", "name", "organizer", "filler_account", "senders", "subjects", "body", "ignore", "labels", "headers", "subject",
		"patterns", "zone", "zones", "date_order", "time_layouts", "status_words", "impact_words"}
	labelFields = []string{"maintenance_id", "account", "date", "start", "end", "window", "backup_start", "backup_end", "backup_window",
		"circuit", "impact", "status", "summary", "other"}
	headerFields  = []string{"circuit", "account", "impact", "start", "end", "window"}
	patternFields = []string{"maintenance_id", "account", "circuit"}
	statusNames   = []string{"cancelled", "completed", "in-process", "re-scheduled", "tentative", "confirmed"}
	impactNames   = []string{"no-impact", "reduced-redundancy", "degraded", "outage"}
)

// decoder goes through a definition and on after a problem.
type decoder struct {
	name     string
	problems []error
}

func (d *decoder) add(line int, field, format string, args ...any) {
	d.problems = append(d.problems, &Error{File: d.name, Line: line, Field: field, Reason: fmt.Sprintf(format, args...)})
}

// decode reads the YAML of a definition strictly.
func decode(name string, src []byte) (file, []error) {
	d := decoder{name: name}
	f := file{name: name}
	var doc, more yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(src))
	switch err := dec.Decode(&doc); {
	case errors.Is(err, io.EOF):
		d.add(0, "", "is empty; docs/providers.md says what belongs into it")
	case err != nil:
		d.add(0, "", "is no YAML: %s", strings.TrimPrefix(strings.ReplaceAll(err.Error(), "\n", " "), "yaml: "))
	case !errors.Is(dec.Decode(&more), io.EOF):
		d.add(more.Line, "", "has a second document; put each definition into a file of its own")
	default:
		d.file(&f, doc.Content[0])
	}
	return f, d.problems
}

func (d *decoder) file(f *file, n *yaml.Node) {
	one := map[string]*text{"slug": &f.slug, "name": &f.title, "organizer": &f.organizer, "filler_account": &f.account,
		"zone": &f.zone, "date_order": &f.dates}
	lists := map[string]*[]text{"senders": &f.senders, "subjects": &f.subjects, "body": &f.body, "ignore": &f.ignore, "time_layouts": &f.layouts}
	named := map[string]*map[string]text{"zones": &f.zones, "subject": &f.subject, "patterns": &f.patterns}
	namedLists := map[string]*map[string][]text{"labels": &f.labels, "headers": &f.headers, "status_words": &f.status, "impact_words": &f.impact}
	below := map[string][]string{"subject": patternFields, "patterns": patternFields, "labels": labelFields, "headers": headerFields,
		"status_words": statusNames, "impact_words": impactNames}
	d.mapping(n, "", definitionKeys, func(key string, v *yaml.Node) {
		switch {
		case one[key] != nil:
			*one[key] = d.one(v, key)
		case lists[key] != nil:
			*lists[key] = d.list(v, key)
		case named[key] != nil:
			m := map[string]text{}
			d.mapping(v, key, below[key], func(name string, v *yaml.Node) { m[name] = d.one(v, key+"."+name) })
			*named[key] = m
		case namedLists[key] != nil:
			m := map[string][]text{}
			d.mapping(v, key, below[key], func(name string, v *yaml.Node) { m[name] = d.list(v, key+"."+name) })
			*namedLists[key] = m
		}
	})
}

// mapping visits the keys of a mapping; known names those that may be there,
// nil means any.
func (d *decoder) mapping(n *yaml.Node, path string, known []string, visit func(name string, v *yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		d.add(n.Line, path, "must have keys below it")
		return
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := n.Content[i]
		at := strings.TrimPrefix(path+"."+k.Value, ".")
		first, twice := seen[k.Value]
		switch {
		case k.Kind != yaml.ScalarNode || k.Value == "" || len(k.Value) > maxText:
			d.add(k.Line, path, "has a key that is no short word")
		case twice:
			d.add(k.Line, at, "is there twice, first in line %d; keep one", first)
		case known != nil && !slices.Contains(known, k.Value):
			d.add(k.Line, at, "is no key of a definition; known here are %s", strings.Join(known, ", "))
		case len(seen) >= maxItems:
			d.add(k.Line, at, "is one key too many; %d are allowed", maxItems)
			return
		default:
			seen[k.Value] = k.Line
			visit(k.Value, n.Content[i+1])
		}
	}
}

// one reads a single value.
func (d *decoder) one(n *yaml.Node, path string) text {
	switch {
	case n.Kind != yaml.ScalarNode:
		d.add(n.Line, path, "must be a single value")
	case n.Tag == "!!null" || strings.TrimSpace(n.Value) == "":
		d.add(n.Line, path, "is empty; give it a value or remove the key")
	case len(n.Value) > maxText:
		d.add(n.Line, path, "is longer than %d bytes", maxText)
	default:
		return text{strings.TrimSpace(n.Value), n.Line}
	}
	return text{line: n.Line}
}

// list reads a list of values; a single value is a list of one.
func (d *decoder) list(n *yaml.Node, path string) []text {
	if n.Kind != yaml.SequenceNode {
		if n.Kind != yaml.ScalarNode {
			d.add(n.Line, path, "must be a list of values")
			return nil
		}
		return []text{d.one(n, path)}
	}
	if len(n.Content) == 0 || len(n.Content) > maxItems {
		d.add(n.Line, path, "must have 1 to %d entries", maxItems)
		return nil
	}
	var all []text
	for i, item := range n.Content {
		all = append(all, d.one(item, fmt.Sprintf("%s[%d]", path, i)))
	}
	return all
}
