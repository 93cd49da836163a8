package notify

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"lineman/models"
)

// Difference is one change of a record in words. Old and New are texts, or
// times that are to be shown in the reader's zone; one of them may be nil.
type Difference struct {
	What string
	Old  any
	New  any
}

var (
	windowField  = regexp.MustCompile(`^window\[(\d+)\](.*)$`)
	circuitField = regexp.MustCompile(`^circuit\[(.*)\](|\.impact|\.cancelled)$`)
)

// Differences tells changes in words, in their order. What a scope does not
// show was taken out before.
func Differences(changes []models.Change) []Difference {
	var all []Difference
	single := oneWindow(changes)
	for _, c := range changes {
		if d, ok := difference(c, single); ok && !slices.Contains(all, d) {
			all = append(all, d)
		}
	}
	return all
}

// oneWindow reports whether all changes of windows are of the first one.
func oneWindow(changes []models.Change) bool {
	return !slices.ContainsFunc(changes, func(c models.Change) bool {
		m := windowField.FindStringSubmatch(c.Field)
		return m != nil && (m[1] != "1" || m[2] == "")
	})
}

func difference(c models.Change, single bool) (Difference, bool) {
	if m := windowField.FindStringSubmatch(c.Field); m != nil {
		return windowDifference(m[1], m[2], c, single)
	}
	if m := circuitField.FindStringSubmatch(c.Field); m != nil {
		switch {
		case m[2] == ".cancelled" && c.New != "":
			return Difference{"circuit " + m[1], nil, "cancelled"}, true
		case m[2] == ".cancelled":
			return Difference{"circuit " + m[1], "cancelled", "back"}, true
		case m[2] == ".impact":
			return Difference{"impact on " + m[1], word(c.Old), word(c.New)}, true
		case c.Old == "":
			return Difference{"circuit " + m[1], nil, "added, " + impactWord(c.New)}, true
		}
		return Difference{"circuit " + m[1], nil, "taken out"}, true
	}
	if field, is := strings.CutPrefix(c.Field, "conflict["); is {
		if c.New == "" {
			return Difference{}, false
		}
		return Difference{"conflict over the " + strings.TrimSuffix(field, "]"), nil, c.New}, true
	}
	switch c.Field {
	case "deleted":
		return Difference{"deleted", nil, "by hand"}, c.New != ""
	case "merged_into":
		return Difference{"merged", nil, "into " + c.New}, c.New != ""
	case "removed":
		return Difference{"removed", nil, "another reading of the mail does not have it"}, true
	case "acknowledged":
		who := c.New // and when, behind a blank
		if at := strings.LastIndexByte(who, ' '); at > 0 {
			who = who[:at]
		}
		return Difference{"acknowledged", nil, "by " + who}, c.New != ""
	case "pending":
		if c.New == "" {
			return Difference{"waits no longer", nil, c.Old}, true
		}
		return Difference{"waits for a person", nil, c.New}, true
	case "trust":
		return Difference{"sender", word(c.Old), word(c.New)}, c.New != ""
	case "status", "summary":
		return Difference{c.Field, word(c.Old), word(c.New)}, true
	}
	return Difference{c.Field, word(c.Old), word(c.New)}, true
}

func windowDifference(number, part string, c models.Change, single bool) (Difference, bool) {
	name := "window " + number
	of := " of window " + number
	if single {
		of = ""
	}
	switch {
	case part == "" && c.Old == "":
		return Difference{name, nil, windowWords(c.New)}, true
	case part == "":
		return Difference{name, windowWords(c.Old), "gone"}, true
	case part == ".start" || part == ".end":
		return Difference{part[1:] + of, instant(c.Old), instant(c.New)}, true
	case part == ".called":
		return Difference{"backup " + name, nil, "called"}, c.New != ""
	case strings.HasPrefix(part, ".circuit["):
		circuit := strings.TrimSuffix(strings.TrimPrefix(part, ".circuit["), "]")
		return Difference{"impact on " + circuit + of, word(c.Old), word(c.New)}, c.Old != "" && c.New != ""
	}
	return Difference{part[1:] + of, word(c.Old), word(c.New)}, true
}

// windowWords turns "primary START/END" of a Change into words.
func windowWords(text string) string {
	kind, times, _ := strings.Cut(text, " ")
	start, end, ok := strings.Cut(times, "/")
	from, err1 := time.Parse(time.RFC3339, start)
	to, err2 := time.Parse(time.RFC3339, end)
	if !ok || err1 != nil || err2 != nil {
		return text
	}
	if to.Format(time.DateOnly) == from.Format(time.DateOnly) {
		return fmt.Sprintf("%s, %s to %s", kind, from.UTC().Format("2006-01-02 15:04"), to.UTC().Format("15:04 UTC"))
	}
	return fmt.Sprintf("%s, %s to %s", kind, from.UTC().Format("2006-01-02 15:04"), to.UTC().Format(stamp))
}

func instant(text string) any {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return word(text)
	}
	return t.UTC()
}

// word is a text, or nil for none.
func word(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func impactWord(text string) string {
	if text == "" {
		return "impact unknown"
	}
	return text
}

// seen keeps the changes that a scope shows: those that name no circuit, or one
// that the item shows.
func seen(scope models.Scope, changes []models.Change, m *models.MaintenanceItem) []models.Change {
	if scope.All {
		return changes
	}
	return slices.DeleteFunc(slices.Clone(changes), func(c models.Change) bool {
		_, rest, named := strings.Cut(c.Field, "circuit[")
		if !named {
			return c.Field == "accounts" || c.Field == "summary" || c.Field == "pending" || strings.HasPrefix(c.Field, "conflict[") || strings.HasPrefix(c.Field, "note[")
		}
		return m == nil || !slices.ContainsFunc(m.Circuits, func(v models.CircuitImpact) bool {
			key := models.CIDKey(v.CID)
			return strings.HasPrefix(rest, key+"]") || strings.Contains(rest, ": "+key+"]")
		})
	})
}
