package models

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Diff gives the differences between two states of a record as Changes with
// Field, Old and New, in a stable order: the record's own fields, conflicts,
// windows by ordinal, circuits by account and CID. Whatever is dropped is a
// Change.
//
// Where old is empty (it never had a status) the one Change is "created", with
// the id as New; where new is, the first Change is "removed". Links are
// compared too, so fill them in before. Names, times of receipt, notes and an
// acknowledgement that does not match any more are no Changes.
func Diff(old, new Maintenance) []Change {
	if old.Status == "" && new.Status == "" {
		return nil
	}
	if old.Status == "" {
		return []Change{{Field: "created", New: cmp.Or(new.ExternalID, new.Key, new.Name)}}
	}
	var d differ
	if new.Status == "" {
		d.add("removed", old.ExternalID, "")
	}
	d.compare("status", string(old.Status), string(new.Status))
	d.compare("id", old.ExternalID, new.ExternalID)
	d.compare("aliases", strings.Join(old.Aliases, ", "), strings.Join(new.Aliases, ", "))
	d.compare("accounts", strings.Join(old.Accounts, ", "), strings.Join(new.Accounts, ", "))
	d.compare("summary", old.Summary, new.Summary)
	d.compare("organizer", old.Organizer, new.Organizer)
	d.compare("deleted", flag(old.Deleted), flag(new.Deleted))
	d.compare("merged_into", old.MergedInto, new.MergedInto)
	d.compare("orphan", flag(old.Orphan), flag(new.Orphan))
	d.compare("acknowledged", ackText(old.Ack), ackText(new.Ack))
	d.conflicts(old.Conflicts, new.Conflicts)
	d.compare("trust", string(old.Trust), string(new.Trust))
	d.compare("pending", pendingText(old), pendingText(new))
	names := circuitNames(old, new)
	d.windows(old.Windows, new.Windows, names)
	d.circuits(old.Circuits, new.Circuits, names)
	return d.changes
}

type differ struct{ changes []Change }

func (d *differ) add(field, old, new string) {
	d.changes = append(d.changes, Change{Field: field, Old: old, New: new})
}

func (d *differ) compare(field, old, new string) {
	if old != new {
		d.add(field, old, new)
	}
}

func (d *differ) conflicts(old, new []Conflict) {
	text := func(all []Conflict, field string) string {
		for _, c := range all {
			if c.Field == field {
				return fmt.Sprintf("set %s, notice %s", c.Set, c.Notice)
			}
		}
		return ""
	}
	var fields []string
	for _, c := range slices.Concat(old, new) {
		fields = append(fields, c.Field)
	}
	slices.Sort(fields)
	for _, field := range slices.Compact(fields) {
		d.compare("conflict["+field+"]", text(old, field), text(new, field))
	}
}

func (d *differ) windows(old, new []Window, names func(account, cid string) string) {
	was, is := map[int]Window{}, map[int]Window{}
	var ordinals []int
	for _, w := range old {
		was[w.Ordinal] = w
		ordinals = append(ordinals, w.Ordinal)
	}
	for _, w := range new {
		is[w.Ordinal] = w
		ordinals = append(ordinals, w.Ordinal)
	}
	slices.Sort(ordinals)
	for _, ordinal := range slices.Compact(ordinals) {
		field := "window[" + strconv.Itoa(ordinal) + "]"
		a, hadIt := was[ordinal]
		b, hasIt := is[ordinal]
		switch {
		case !hadIt:
			d.add(field, "", windowText(b.Kind, b.Start, b.End))
		case !hasIt:
			d.add(field, windowText(a.Kind, a.Start, a.End), "")
		default:
			d.window(field, a, b, names)
		}
	}
}

func (d *differ) window(field string, a, b Window, names func(account, cid string) string) {
	d.compare(field+".kind", string(a.Kind), string(b.Kind))
	d.compare(field+".start", timeText(a.Start), timeText(b.Start))
	d.compare(field+".end", timeText(a.End), timeText(b.End))
	d.compare(field+".status", string(a.Status), string(b.Status))
	d.compare(field+".called", flag(a.Called), flag(b.Called))
	was, is := map[string]Impact{}, map[string]Impact{}
	var circuits []string
	for _, i := range a.Impacts {
		name := names(i.Account, i.CID)
		was[name] = i.Impact
		circuits = append(circuits, name)
	}
	for _, i := range b.Impacts {
		name := names(i.Account, i.CID)
		is[name] = i.Impact
		circuits = append(circuits, name)
	}
	slices.Sort(circuits)
	for _, name := range slices.Compact(circuits) {
		d.compare(field+".circuit["+name+"]", string(was[name]), string(is[name]))
	}
}

func (d *differ) circuits(old, new []CircuitImpact, names func(account, cid string) string) {
	type pair struct{ was, is *CircuitImpact }
	pairs := map[string]*pair{}
	var order []string
	at := func(c CircuitImpact) *pair {
		name := names(c.Account, c.CID)
		if pairs[name] == nil {
			pairs[name] = &pair{}
			order = append(order, name)
		}
		return pairs[name]
	}
	for i := range old {
		at(old[i]).was = &old[i]
	}
	for i := range new {
		at(new[i]).is = &new[i]
	}
	slices.Sort(order)
	for _, name := range order {
		field, p := "circuit["+name+"]", pairs[name]
		switch {
		case p.was == nil:
			d.add(field, "", string(p.is.Impact))
		case p.is == nil:
			d.add(field, string(p.was.Impact), "")
		default:
			d.compare(field+".impact", string(p.was.Impact), string(p.is.Impact))
			d.compare(field+".cancelled", flag(p.was.Cancelled), flag(p.is.Cancelled))
			d.compare(field+".link", p.was.CircuitID, p.is.CircuitID)
		}
	}
}

// circuitNames gives the names by which circuits stand in Changes: the CID
// key, with the account where two accounts list the circuit.
func circuitNames(old, new Maintenance) func(account, cid string) string {
	accounts := map[string]string{}
	shared := map[string]bool{}
	for _, c := range slices.Concat(old.Circuits, new.Circuits) {
		key := CIDKey(c.CID)
		if account, known := accounts[key]; known && account != c.Account {
			shared[key] = true
		}
		accounts[key] = c.Account
	}
	return func(account, cid string) string {
		key := CIDKey(cid)
		if shared[key] {
			return cmp.Or(account, "no account") + ": " + key
		}
		return key
	}
}

func ackText(a *Acknowledgement) string {
	if a == nil {
		return ""
	}
	return a.Author + " " + timeText(a.At)
}

// substance reports whether a change is one of what takes place: of status,
// windows or circuits.
func (c Change) substance() bool {
	return c.Field == "created" || c.Field == "status" || strings.HasPrefix(c.Field, "window[") ||
		strings.HasPrefix(c.Field, "circuit[") && !strings.HasSuffix(c.Field, ".link")
}

// flag writes a bool as a Change does; false is empty.
func flag(b bool) string {
	if b {
		return "true"
	}
	return ""
}
