package chatops

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode"
)

// Completion is what may stand at the end of a line that is being typed.
type Completion struct {
	From  int      // where the word begins, in bytes
	Words []string // what may stand from there on, quoted where needed; a name ends with its equals sign
}

// The limits of a completion.
const (
	completeWithin = 2 * time.Second
	completeMost   = 200
)

// Complete gives the ways in which a line may go on from its end: commands,
// subcommands, names of parameters, and their values where they are known.
// Only what the asker may run is offered. Nothing is when that cannot be found
// out in time.
func (d *Dispatcher) Complete(ctx context.Context, r Request, line string) Completion {
	ctx, cancel := context.WithTimeout(ctx, completeWithin)
	defer cancel()
	if r.At.IsZero() {
		r.At = d.o.Now().UTC()
	}
	from := lastWord(line)
	c := Completion{From: from}
	t := &Turn{Request: r, d: d}
	if len(line) > MaxText || t.identify(ctx) != nil {
		return c
	}
	typed := line[from:]
	before := commandLine(line[:from])
	if len(before) == 0 {
		slash := len(typed) - len(strings.TrimPrefix(typed, "/"))
		c.From += slash
		c.Words = matching(commandNames(t.runnable()), typed[slash:])
		return c
	}
	cmd, rest, found := d.find(before)
	if found {
		cmd, found = byName(t.runnable(), cmd.Name)
	}
	if !found {
		return c
	}
	if len(rest) == 0 {
		for _, s := range cmd.Subcommands {
			c.Words = append(c.Words, s.Name)
		}
		c.Words = matching(slices.DeleteFunc(c.Words, func(w string) bool { return w == "" }), typed)
	}
	sub, rest, found := subcommand(cmd, rest)
	if found {
		t.cmd, t.sub, t.call.Shown = cmd, sub, shown(cmd, sub)
		c.Words = append(c.Words, t.parameters(ctx, rest, typed)...)
	}
	c.Words = c.Words[:min(len(c.Words), completeMost)]
	return c
}

// lastWord is where the word begins that a line ends in; quotes keep blanks in
// a word.
func lastWord(line string) int {
	from, quote := 0, rune(0)
	for i, r := range line {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote == 0 && (r == '"' || r == '\''):
			quote = r
		case quote == 0 && unicode.IsSpace(r):
			from = i + len(string(r))
		}
	}
	return from
}

func commandNames(commands []Command) []string {
	var names []string
	for _, c := range commands {
		names = append(names, c.Name)
	}
	return names
}

// matching are the words that begin with what was typed.
func matching(words []string, typed string) []string {
	var list []string
	for _, w := range words {
		if begins(w, typed) {
			list = append(list, w)
		}
	}
	return list
}

func begins(word, typed string) bool {
	return strings.HasPrefix(strings.ToLower(word), strings.ToLower(typed))
}

// parameters are the ways to go on behind a subcommand and some words.
func (t *Turn) parameters(ctx context.Context, before []word, typed string) []string {
	open := slices.Clone(t.sub.Params)
	given := map[string]string{}
	take := func(name, text string) {
		given[name] = strings.TrimSpace(given[name] + " " + text)
		if i := slices.IndexFunc(open, func(p Param) bool { return p.Name == name && !p.Rest }); i >= 0 {
			open = slices.Delete(open, i, i+1)
		}
	}
	place := func() (Param, bool) {
		i := slices.IndexFunc(open, func(p Param) bool { return !p.NameOnly })
		if i < 0 {
			return Param{}, false
		}
		return open[i], true
	}
	for _, w := range before {
		if p, known := param(t.sub, w.key); known {
			take(p.Name, w.val)
		} else if p, free := place(); free {
			take(p.Name, w.text)
		}
	}
	t.knownArgs(ctx, given)
	if key, value, named := strings.Cut(typed, "="); named {
		p, known := param(t.sub, strings.ToLower(key))
		if !known || !slices.ContainsFunc(open, func(o Param) bool { return o.Name == p.Name }) {
			return nil
		}
		var list []string
		for _, v := range t.values(ctx, p, "", value) {
			list = append(list, key+"="+v)
		}
		return list
	}
	var list []string
	if p, free := place(); free {
		list = t.values(ctx, p, given[p.Name], typed)
	}
	for _, p := range open {
		if given[p.Name] == "" && typed == strings.TrimLeft(typed, `"'`) && begins(p.Name, typed) {
			list = append(list, p.Name+"=")
		}
	}
	return list
}

// knownArgs reads what was given, as far as it can be read.
func (t *Turn) knownArgs(ctx context.Context, given map[string]string) {
	args := map[string][]string{}
	for _, p := range t.sub.Params {
		t.call.args = args
		if given[p.Name] == "" {
			continue
		}
		if value, _, err := t.d.value(ctx, t.call, p, given[p.Name]); err == nil && value != "" {
			args[p.Name] = []string{value}
		}
	}
}

// values are the values of a parameter that begin with what was typed. Those
// of a parameter that takes all words that are left go on behind the words
// that are there.
func (t *Turn) values(ctx context.Context, p Param, words, typed string) []string {
	head := ""
	if at := strings.LastIndex(typed, ","); p.Many && at >= 0 {
		head, typed = typed[:at+1], typed[at+1:]
	}
	typed = strings.TrimLeft(typed, `"'`)
	if words != "" {
		typed = words + " " + typed
	}
	var list []string
	for _, v := range t.candidates(ctx, p, typed) {
		switch {
		case v == "" || !begins(v, typed):
		case words != "":
			list = append(list, v[min(len(words)+1, len(v)):])
		case p.Rest && !strings.ContainsAny(v, "\"'=\\“”‘’"):
			list = append(list, v)
		default:
			list = append(list, head+Quote(v))
		}
	}
	return list
}

// candidates are values of a parameter, among them those that begin with a
// text: the ones that a menu would show, else those that the Finder knows of.
func (t *Turn) candidates(ctx context.Context, p Param, text string) []string {
	if p.Options != nil {
		options, err := p.Options(ctx, t.call)
		if err != nil {
			return nil
		}
		var list []string
		for _, o := range options {
			list = append(list, o.Value)
		}
		return list
	}
	finder, knows := t.d.o.Finder.(Suggester)
	if !knows || !slices.Contains(recordKinds, p.Kind) {
		return p.Values
	}
	list, err := finder.Suggest(ctx, t.call, p.Kind, text)
	if err != nil {
		return nil
	}
	return list
}
