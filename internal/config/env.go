package config

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// step is one part of a path through the settings: a key, or an index.
type step struct {
	name  string // a key; empty: an index
	index int
}

// override is one environment variable and the setting that it means.
type override struct {
	variable string
	steps    []step
	rest     string // below a Tree: what is left of the name
}

// override sets what the environment says over cfg. A variable that means no
// setting is a problem, unless the file uses it in ${} or it belongs to others.
func (d *decoder) override(cfg *Config) {
	var list []override
	for _, variable := range slices.Sorted(maps.Keys(d.env)) {
		name, ok := strings.CutPrefix(variable, envPrefix)
		if !ok || foreign(variable, d.env[variable]) {
			continue
		}
		steps, rest, ok := locate(reflect.TypeFor[Config](), name)
		switch {
		case ok && slices.ContainsFunc(d.used[variable], func(key string) bool { return under(keyPath(steps), key) }):
			// The file puts it there itself, perhaps beside others.
		case ok:
			list = append(list, override{variable, steps, rest})
		case len(d.used[variable]) == 0:
			d.unknownVariable(variable)
		}
	}
	slices.SortStableFunc(list, func(a, b override) int { return slices.CompareFunc(a.steps, b.steps, compareSteps) })
	for _, o := range list {
		d.apply(reflect.ValueOf(cfg).Elem(), o, o.steps, "")
	}
}

// keyPath writes steps as a key.
func keyPath(steps []step) string {
	key := ""
	for _, s := range steps {
		if s.name != "" {
			key = join(key, s.name)
		} else {
			key += fmt.Sprintf("[%d]", s.index)
		}
	}
	return key
}

func compareSteps(a, b step) int {
	return cmp.Or(strings.Compare(a.name, b.name), cmp.Compare(a.index, b.index))
}

var orchestrated = regexp.MustCompile(`_SERVICE_(HOST|PORT)(_|$)|_PORT_[0-9]+_(TCP|UDP|SCTP)`)

// foreign tells variables that are no settings: ours for other ends, and those
// that container platforms set for a service that is called lineman.
func foreign(variable, value string) bool {
	for _, prefix := range []string{envConfig, envPrefix + "TEST_", envPrefix + "BENCH_"} {
		if strings.HasPrefix(variable, prefix) {
			return true
		}
	}
	return orchestrated.MatchString(variable) ||
		strings.HasSuffix(variable, "_PORT") && strings.Contains(value, "://")
}

// locate follows the schema along a variable's name. Keys hold underscores
// themselves, so that the longest key that leads to a setting wins.
func locate(t reflect.Type, name string) (steps []step, rest string, ok bool) {
	switch {
	case t == treeType:
		return nil, name, name != ""
	case t == labelsType:
		return []step{{name: strings.ToLower(name)}}, "", name != ""
	case t.Kind() == reflect.Map:
		for _, k := range labelKeys {
			if variablePart(k) == name {
				return []step{{name: k}}, "", true
			}
		}
		return nil, "", false
	case t.Kind() == reflect.Slice:
		return locateIndex(t, name)
	case t.Kind() == reflect.Struct:
		return locateField(t, name)
	}
	return nil, "", name == ""
}

func locateIndex(t reflect.Type, name string) ([]step, string, bool) {
	if name == "" {
		return nil, "", t.Elem().Kind() == reflect.String // a whole list, separated by commas
	}
	digits, below, _ := strings.Cut(name, "_")
	index, err := strconv.Atoi(digits)
	if err != nil || strconv.Itoa(index) != digits || index < 0 {
		return nil, "", false
	}
	steps, rest, ok := locate(t.Elem(), below)
	return append([]step{{index: index}}, steps...), rest, ok
}

func locateField(t reflect.Type, name string) ([]step, string, bool) {
	keys := fields(t)
	slices.SortFunc(keys, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	for _, key := range keys {
		below, ok := strings.CutPrefix(name, variablePart(key))
		if !ok {
			continue
		}
		if below != "" {
			if below, ok = strings.CutPrefix(below, "_"); !ok || below == "" {
				continue
			}
		}
		i, _ := field(t, key)
		if steps, rest, ok := locate(t.Field(i).Type, below); ok {
			return append([]step{{name: key}}, steps...), rest, true
		}
	}
	return nil, "", false
}

func variablePart(key string) string {
	return strings.ToUpper(strings.ReplaceAll(key, "-", "_"))
}

// apply walks to the setting of o and sets it.
func (d *decoder) apply(v reflect.Value, o override, steps []step, key string) {
	at := place{name: o.variable}
	switch {
	case v.Type() == treeType:
		d.applyTree(v.Interface().(Tree), o, key)
	case len(steps) == 0:
		d.assign(v, o, key)
	case v.Type() == labelsType:
		d.assignLabel(v, o, steps[0].name, key)
	case v.Kind() == reflect.Struct:
		i, _ := field(v.Type(), steps[0].name)
		d.apply(v.Field(i), o, steps[1:], join(key, steps[0].name))
	case v.Kind() == reflect.Map:
		text, ok := d.variable(o, join(key, steps[0].name))
		if !ok {
			return
		}
		if v.IsNil() {
			v.Set(reflect.MakeMap(v.Type()))
		}
		v.SetMapIndex(reflect.ValueOf(steps[0].name), reflect.ValueOf(text))
	case v.Kind() == reflect.Slice:
		index := steps[0].index
		if index > v.Len() {
			d.addAt(at, key, "has %d entries, so that the next one is %d, not %d", v.Len(), v.Len(), index)
			return
		}
		if index == v.Len() {
			v.Set(reflect.Append(v, element(v.Type().Elem())))
		}
		d.apply(v.Index(index), o, steps[1:], fmt.Sprintf("%s[%d]", key, index))
	}
}

// variable gives the text of a variable; what was wrong with the file's value
// does not matter any more.
func (d *decoder) variable(o override, key string) (string, bool) {
	d.forget(key)
	d.where[key] = place{name: o.variable}
	text := d.env[o.variable]
	if path, ok := strings.CutPrefix(text, "file:"); ok {
		return d.resolveFile(path, key)
	}
	return text, true
}

func (d *decoder) assign(v reflect.Value, o override, key string) {
	text, ok := d.variable(o, key)
	if !ok {
		return
	}
	if v.Kind() != reflect.Slice {
		d.set(v, text, key, "what it holds")
		return
	}
	words := []string{text} // a secret may hold commas
	if v.Type().Elem() != secretType {
		words = strings.FieldsFunc(text, func(r rune) bool { return r == ',' })
	}
	out := reflect.MakeSlice(v.Type(), 0, len(words))
	for _, word := range words {
		out = reflect.Append(out, reflect.ValueOf(strings.TrimSpace(word)).Convert(v.Type().Elem()))
	}
	v.Set(out)
}

func (d *decoder) assignLabel(v reflect.Value, o override, name, key string) {
	text, ok := d.variable(o, join(key, name))
	if !ok {
		return
	}
	labels := slices.Clone(v.Interface().(LabelPaths))
	if i := slices.IndexFunc(labels, func(l LabelPath) bool { return l.Label == name }); i >= 0 {
		labels[i].Path = text
	} else {
		labels = append(labels, LabelPath{name, text})
	}
	v.Set(reflect.ValueOf(labels))
}

// applyTree sets a value below a Tree. Only the file can say where a key ends
// and the next begins there, so it must have the key.
func (d *decoder) applyTree(t map[string]any, o override, key string) {
	rest := o.rest
	for {
		name, below, ok := treeKey(t, rest)
		if !ok {
			d.addAt(place{name: o.variable}, key, "has no key for %s in the file; write it there, with the value ${%s}", rest, o.variable)
			return
		}
		key = join(key, name)
		child, isMap := t[name].(map[string]any)
		if below == "" && !isMap {
			if text, ok := d.variable(o, key); ok {
				t[name] = text
			}
			return
		}
		if !isMap || below == "" {
			d.addAt(place{name: o.variable}, key, "cannot be set by this variable; set it in the file")
			return
		}
		t, rest = child, below
	}
}

// treeKey finds the longest key of t that begins rest.
func treeKey(t map[string]any, rest string) (name, below string, ok bool) {
	for _, k := range slices.Sorted(maps.Keys(t)) {
		if part := variablePart(k); part == rest || strings.HasPrefix(rest, part+"_") {
			if !ok || len(k) > len(name) {
				name, below, ok = k, strings.TrimPrefix(strings.TrimPrefix(rest, part), "_"), true
			}
		}
	}
	return name, below, ok
}

func (d *decoder) unknownVariable(variable string) {
	at := place{name: variable}
	if s := nearest(variable, variables(reflect.TypeFor[Config](), strings.TrimSuffix(envPrefix, "_"))); s != "" {
		d.addAt(at, "", "means no setting; did you mean %s? (%s… is for settings alone)", s, envPrefix)
		return
	}
	d.addAt(at, "", "means no setting; unset it or give it another name (%s… is for settings alone)", envPrefix)
}

// variables lists the names of all settings, lists by their first entry.
func variables(t reflect.Type, prefix string) []string {
	switch {
	case t.Kind() == reflect.Struct:
		var all []string
		for i := range t.NumField() {
			all = append(all, variables(t.Field(i).Type, prefix+"_"+variablePart(t.Field(i).Tag.Get("yaml")))...)
		}
		return all
	case t.Kind() == reflect.Slice && t != labelsType && t.Elem().Kind() == reflect.Struct:
		return variables(t.Elem(), prefix+"_0")
	case t.Kind() == reflect.Map && t != treeType:
		var all []string
		for _, k := range labelKeys {
			all = append(all, prefix+"_"+variablePart(k))
		}
		return all
	}
	return []string{prefix}
}
