package config

import (
	"fmt"
	"reflect"
	"time"

	"go.yaml.in/yaml/v3"
)

const (
	maxNodes = 100_000 // with aliases expanded
	maxDepth = 50
)

var (
	secretType   = reflect.TypeFor[Secret]()
	treeType     = reflect.TypeFor[Tree]()
	labelsType   = reflect.TypeFor[LabelPaths]()
	durationType = reflect.TypeFor[time.Duration]()
)

// decoder reads a YAML tree, and the environment, into the settings by their
// Go types. It goes on after a problem.
type decoder struct {
	problems
	file  string
	env   map[string]string
	used  map[string][]string // variables that the file names in ${} → keys
	nodes int

	files   []ValueFile // that values were read from
	written []string    // keys of secrets that stand in the file itself
}

// value reads n into v, the setting at key. An empty value leaves the default.
func (d *decoder) value(v reflect.Value, n *yaml.Node, key string, depth int) {
	n, ok := d.enter(n, key, depth)
	if !ok || isNull(n) {
		return
	}
	d.where[key] = place{d.file, n.Line}
	switch {
	case v.Type() == treeType:
		if d.want(n, yaml.MappingNode, key, "keys below it") {
			v.Set(reflect.ValueOf(Tree(d.freeMap(n, key, depth))))
		}
	case v.Type() == labelsType:
		d.labelPaths(v, n, key)
	case v.Kind() == reflect.Struct:
		d.structure(v, n, key, depth)
	case v.Kind() == reflect.Slice:
		d.list(v, n, key, depth)
	case v.Kind() == reflect.Map:
		d.stringMap(v, n, key)
	default:
		if d.want(n, yaml.ScalarNode, key, expected(v)) {
			d.setText(v, n.Value, key)
		}
	}
}

// enter follows an alias and counts; false when the limits are passed.
func (d *decoder) enter(n *yaml.Node, key string, depth int) (*yaml.Node, bool) {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	d.nodes++
	if d.nodes == maxNodes || depth > maxDepth && d.nodes < maxNodes {
		d.addAt(place{d.file, n.Line}, key, "is too large or nested too deeply for a configuration; shorten it")
		d.nodes = maxNodes
	}
	return n, d.nodes < maxNodes
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

// want checks the shape of a value.
func (d *decoder) want(n *yaml.Node, kind yaml.Kind, key, expect string) bool {
	if n.Kind == kind {
		return true
	}
	got := map[yaml.Kind]string{yaml.MappingNode: "keys below it", yaml.SequenceNode: "a list", yaml.ScalarNode: "a single value"}[n.Kind]
	d.addAt(place{d.file, n.Line}, key, "must be %s, but the file has %s", expect, got)
	return false
}

// structure reads keys into the fields of a struct.
func (d *decoder) structure(v reflect.Value, n *yaml.Node, key string, depth int) {
	if !d.want(n, yaml.MappingNode, nonEmpty(key, wholeFile), "keys with values") {
		return
	}
	d.each(n, key, func(name string, at place, child *yaml.Node) {
		i, ok := field(v.Type(), name)
		if !ok {
			d.unknown(join(key, name), name, at, fields(v.Type()))
			return
		}
		d.value(v.Field(i), child, join(key, name), depth+1)
	})
}

func (d *decoder) unknown(key, name string, at place, known []string) {
	if s := nearest(name, known); s != "" {
		d.addAt(at, key, "unknown key; did you mean %s?", s)
		return
	}
	d.addAt(at, key, "unknown key; remove it")
}

// each goes through the keys of a mapping; a key that is there twice is a
// problem.
func (d *decoder) each(n *yaml.Node, key string, visit func(name string, at place, child *yaml.Node)) {
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := n.Content[i]
		at := place{d.file, k.Line}
		if k.Kind != yaml.ScalarNode {
			d.addAt(at, key, "has a key that is no word; write plain keys")
			continue
		}
		if first, ok := seen[k.Value]; ok {
			d.addAt(at, join(key, k.Value), "is there twice, first in line %d; keep one", first)
			continue
		}
		seen[k.Value] = k.Line
		visit(k.Value, at, n.Content[i+1])
	}
}

// list reads a list; where a list of secrets is expected, one alone is fine.
func (d *decoder) list(v reflect.Value, n *yaml.Node, key string, depth int) {
	t := v.Type().Elem()
	single := n.Kind == yaml.ScalarNode && t == secretType
	if single {
		n = &yaml.Node{Kind: yaml.SequenceNode, Line: n.Line, Content: []*yaml.Node{n}}
	}
	if !d.want(n, yaml.SequenceNode, key, "a list, each entry after a dash") {
		return
	}
	out := reflect.MakeSlice(v.Type(), 0, len(n.Content))
	for i, child := range n.Content {
		at := fmt.Sprintf("%s[%d]", key, i)
		if single {
			at = key
		}
		d.where[at] = place{d.file, child.Line}
		if isNull(child) {
			d.add(at, "is empty; fill it in or remove it")
		}
		out = reflect.Append(out, element(t))
		d.value(out.Index(i), child, at, depth+1)
	}
	v.Set(out)
}

// stringMap reads a mapping of words to words.
func (d *decoder) stringMap(v reflect.Value, n *yaml.Node, key string) {
	d.pairs(n, key, func(name, text string) {
		if v.IsNil() {
			v.Set(reflect.MakeMap(v.Type()))
		}
		v.SetMapIndex(reflect.ValueOf(name), reflect.ValueOf(text))
	})
}

// labelPaths reads a mapping of words to words in its order.
func (d *decoder) labelPaths(v reflect.Value, n *yaml.Node, key string) {
	out := LabelPaths{}
	d.pairs(n, key, func(name, text string) { out = append(out, LabelPath{name, text}) })
	v.Set(reflect.ValueOf(out))
}

func (d *decoder) pairs(n *yaml.Node, key string, visit func(name, text string)) {
	if !d.want(n, yaml.MappingNode, key, "keys with a word each") {
		return
	}
	d.each(n, key, func(name string, at place, child *yaml.Node) {
		child, ok := d.enter(child, key, 0)
		d.where[join(key, name)] = at
		if !ok || isNull(child) || !d.want(child, yaml.ScalarNode, join(key, name), "a word") {
			return
		}
		if text, ok := d.resolve(child.Value, join(key, name)); ok {
			visit(name, text)
		}
	})
}

// freeMap reads a mapping whose keys are for others to check.
func (d *decoder) freeMap(n *yaml.Node, key string, depth int) map[string]any {
	out := map[string]any{}
	d.each(n, key, func(name string, _ place, child *yaml.Node) {
		out[name] = d.free(child, join(key, name), depth+1)
	})
	return out
}

func (d *decoder) free(n *yaml.Node, key string, depth int) any {
	n, ok := d.enter(n, key, depth)
	if !ok || isNull(n) {
		return nil
	}
	d.where[key] = place{d.file, n.Line}
	switch n.Kind {
	case yaml.MappingNode:
		return d.freeMap(n, key, depth)
	case yaml.SequenceNode:
		out := make([]any, len(n.Content))
		for i, child := range n.Content {
			out[i] = d.free(child, fmt.Sprintf("%s[%d]", key, i), depth+1)
		}
		return out
	}
	switch n.Tag {
	case "!!bool", "!!int", "!!float":
		var plain any
		if n.Decode(&plain) == nil {
			return plain
		}
	}
	text, _ := d.resolve(n.Value, key)
	return text
}

// field finds the field of a struct that a key means.
func field(t reflect.Type, name string) (int, bool) {
	for i := range t.NumField() {
		if tag := t.Field(i).Tag.Get("yaml"); tag == name && tag != "" {
			return i, true
		}
	}
	return 0, false
}

// fields lists the keys of a struct.
func fields(t reflect.Type) []string {
	names := make([]string, t.NumField())
	for i := range names {
		names[i] = t.Field(i).Tag.Get("yaml")
	}
	return names
}

func join(key, name string) string {
	if key == "" {
		return name
	}
	return key + "." + name
}

func nonEmpty(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
