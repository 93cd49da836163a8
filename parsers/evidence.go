package parsers

import (
	"slices"
	"strconv"
	"strings"

	"lineman/models"
)

// Window gives the window of a notice that a piece of evidence belongs to and
// the plain name of its field; 0 for the first window and for what belongs to
// the notice as a whole.
func (e Evidence) Window() (window int, field string) {
	rest, ok := strings.CutPrefix(e.Field, "windows[")
	if !ok {
		return 0, e.Field
	}
	number, field, ok := strings.Cut(rest, "].")
	n, err := strconv.Atoi(number)
	if !ok || err != nil || n < 0 {
		return 0, e.Field
	}
	return n, field
}

// FieldNames gives the plain names of the fields for which there is evidence,
// each once and sorted: circuit_id and impact for any circuit, start for any
// window.
func (r Result) FieldNames() []string {
	var names []string
	for _, e := range r.Evidence {
		_, field := e.Window()
		if n, rest := circuitOf(field); n >= 0 {
			field = rest
		}
		if !slices.Contains(names, field) {
			names = append(names, field)
		}
	}
	slices.Sort(names)
	return names
}

// circuitOf gives the number of the circuit that a field is of, and the rest of
// its name; -1 for other fields.
func circuitOf(field string) (n int, rest string) {
	after, ok := strings.CutPrefix(field, "circuits[")
	if !ok {
		return -1, ""
	}
	number, rest, ok := strings.Cut(after, "].")
	n, err := strconv.Atoi(number)
	if !ok || err != nil {
		return -1, ""
	}
	return n, rest
}

// windowEvidence gives the evidence of one window of a notice: what is of the
// notice as a whole, and what is of this window and its circuits alone, with
// the fields' plain names.
func (r Result) windowEvidence(notice, window int) []Evidence {
	var all, own []Evidence
	for _, e := range r.Evidence {
		at, field := e.Window()
		n, _ := circuitOf(field)
		switch {
		case e.Notice != notice, field != e.Field && at != window:
		case n >= 0 && field != e.Field: // the circuit of a window alone
			e.Field = field
			own = append(own, e)
		case at == window, n < 0 && field != "start" && field != "end", n >= 0:
			e.Field = field
			all = append(all, e)
		}
	}
	if len(own) == 0 {
		return renumber(all, r.Notices[notice].Windows[window].Circuits)
	}
	all = slices.DeleteFunc(all, func(e Evidence) bool { n, _ := circuitOf(e.Field); return n >= 0 })
	return append(all, own...)
}

// renumber keeps of the evidence of circuits, which counts over all windows,
// what is of those of one window, with their numbers there.
func renumber(all []Evidence, circuits []models.NoticeCircuit) []Evidence {
	most := -1
	for _, e := range all {
		n, _ := circuitOf(e.Field)
		most = max(most, n)
	}
	if most < len(circuits) {
		return all
	}
	place := make(map[string]int, len(circuits))
	for i, c := range circuits {
		if _, twice := place[c.CID]; !twice {
			place[c.CID] = i
		}
	}
	to := make(map[int]int)
	for _, e := range all {
		if n, rest := circuitOf(e.Field); n >= 0 && rest == "circuit_id" {
			if i, ok := place[e.Text]; ok {
				to[n] = i
			}
		}
	}
	out := all[:0]
	for _, e := range all {
		if n, rest := circuitOf(e.Field); n >= 0 {
			i, ok := to[n]
			if !ok {
				continue
			}
			e.Field = CircuitField(i, rest)
		}
		out = append(out, e)
	}
	return out
}

// SortWindows puts the windows of a notice in order of their starts, in place,
// and renames what was found for each of them with it.
func (r *Reading) SortWindows(notice int, windows []models.NoticeWindow) {
	byStart := func(a, b models.NoticeWindow) int { return a.Start.Compare(b.Start) }
	if slices.IsSortedFunc(windows, byStart) {
		return
	}
	order := make([]int, len(windows))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return byStart(windows[a], windows[b]) })
	old := slices.Clone(windows)
	to := make([]int, len(order))
	for place, from := range order {
		windows[place], to[from] = old[from], place
	}
	own := slices.ContainsFunc(r.Evidence, func(e Evidence) bool {
		return e.Notice == notice && strings.HasPrefix(e.Field, "windows[") && strings.Contains(e.Field, "].circuits[")
	})
	for i := range r.Evidence {
		e := &r.Evidence[i]
		at, field := e.Window()
		circuit, _ := circuitOf(field)
		switch {
		case e.Notice != notice || at >= len(to):
		case field == "start" || field == "end":
			e.Field = WindowField(to[at], field)
		case circuit >= 0 && own: // the plain ones are those of the first window
			e.Field = "windows[" + strconv.Itoa(to[at]) + "]." + field
		}
	}
}
