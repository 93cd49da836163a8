package chatops

import (
	"context"
	"slices"
	"strings"
	"time"

	"lineman/models"
)

// parsed is what became of the words of a command.
type parsed struct {
	given   map[string]string   // texts by parameter, as they were written
	args    map[string][]string // values
	missing []Param             // required and not given, in their order
	unclear *Param              // part of its text may mean several things: options
	part    string
	options []Option
}

// assign gives the words of a line, and what was answered by name, to the
// parameters of a subcommand.
func assign(sub Subcommand, list []word, answers map[string]string) (map[string]string, error) {
	given := map[string]string{}
	var placed []string
	for _, w := range list {
		p, known := param(sub, w.key)
		if !known {
			placed = append(placed, w.text)
			continue
		}
		if _, twice := given[p.Name]; twice {
			return nil, models.Invalid(p.Name, "is given twice; write it once%s", manyHint(p))
		}
		given[p.Name] = w.val
	}
	if err := place(sub, placed, given); err != nil {
		return nil, err
	}
	for name, value := range answers {
		if len(value) > MaxText {
			return nil, models.Invalid(name, "is longer than %d bytes; shorten it", MaxText)
		}
		if p, known := param(sub, name); known {
			given[p.Name] = Clean(value)
		}
	}
	return given, nil
}

// param finds a parameter; people write _ for - as well.
func param(sub Subcommand, name string) (Param, bool) {
	name = strings.ReplaceAll(name, "_", "-")
	i := slices.IndexFunc(sub.Params, func(p Param) bool { return p.Name == name })
	if name == "" || i < 0 {
		return Param{}, false
	}
	return sub.Params[i], true
}

func manyHint(p Param) string {
	if p.Many {
		return ", with commas between the values"
	}
	return ""
}

// place gives the words that have no name to the parameters in their order.
func place(sub Subcommand, list []string, given map[string]string) error {
	for _, p := range sub.Params {
		if _, taken := given[p.Name]; taken || p.NameOnly || len(list) == 0 {
			continue
		}
		if p.Rest {
			given[p.Name], list = strings.Join(list, " "), nil
			continue
		}
		given[p.Name], list = list[0], list[1:]
	}
	if len(list) == 0 {
		return nil
	}
	if key, _, named := strings.Cut(list[0], "="); named && key != "" {
		return models.Invalid("", "%q is no parameter here; it takes: %s", CleanLine(key), paramNames(sub))
	}
	return models.Invalid("", "%q is one word too many; put quotes around a value with blanks", CleanLine(list[0]))
}

func paramNames(sub Subcommand) string {
	var names []string
	for _, p := range sub.Params {
		names = append(names, p.Name)
	}
	if len(names) == 0 {
		return "nothing"
	}
	return strings.Join(names, ", ")
}

// read turns given texts into values and finds what is missing or unclear.
func (d *Dispatcher) read(ctx context.Context, c Call, sub Subcommand, given map[string]string) (parsed, error) {
	p := parsed{given: given, args: map[string][]string{}}
	for _, param := range sub.Params {
		texts := []string{given[param.Name]}
		if param.Many {
			texts = strings.Split(given[param.Name], ",")
		}
		for _, text := range texts {
			text = strings.TrimSpace(text)
			if text == "" {
				continue
			}
			c.args = p.args // what is known so far narrows what comes after it
			value, options, err := d.value(ctx, c, param, text)
			if err != nil {
				return parsed{}, err
			}
			if len(options) > 0 && p.unclear == nil {
				p.unclear, p.part, p.options = &param, text, options
			}
			if value != "" {
				p.args[param.Name] = append(p.args[param.Name], value)
			}
		}
		c.args = p.args
		needless := param.Needless != nil && param.Needless(c)
		if param.Required && !needless && len(p.args[param.Name]) == 0 && p.unclear == nil {
			p.missing = append(p.missing, param)
		}
	}
	return p, nil
}

// value is the value of one text, or what it may mean.
func (d *Dispatcher) value(ctx context.Context, c Call, p Param, text string) (string, []Option, error) {
	if !slices.Contains(recordKinds, p.Kind) || d.o.Finder == nil {
		value, err := p.value(text, c.Request.At, d.zone())
		return value, nil, err
	}
	options, err := d.o.Finder.Find(ctx, c, p.Kind, text)
	switch {
	case err != nil:
		return "", nil, err
	case len(options) == 0:
		return "", nil, models.Invalid(p.Name, "there is no %s %q", p.Kind, CleanLine(text))
	case len(options) == 1:
		return options[0].Value, nil, nil
	}
	return "", options, nil
}

func (d *Dispatcher) zone() *time.Location {
	if d.o.Zone == nil {
		return time.UTC
	}
	return d.o.Zone
}
