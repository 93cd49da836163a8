package models

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// GrantFilter narrows a list of grants; empty fields narrow nothing.
type GrantFilter struct {
	IDs       []string
	Kinds     []GrantKind
	Platforms []string // as they stand in the grants; "" for those of every platform
	Commands  []string // as they stand in the grants
	Values    []string
	Page      Page
}

// GrantRow is a grant with the line of the file that it stands in.
type GrantRow struct {
	Grant
	Line int
}

// String is a grant in one line, for people.
func (g Grant) String() string {
	var b strings.Builder
	switch {
	case g.Kind == GrantRule && g.Order == math.MinInt:
		fmt.Fprintf(&b, "built-in rule: %s ", g.Effect)
	case g.Kind == GrantRule:
		fmt.Fprintf(&b, "rule %d: %s ", g.Order, g.Effect)
	}
	b.WriteString(g.commands())
	if g.Kind == GrantRule {
		b.WriteString(g.whom())
	} else {
		fmt.Fprintf(&b, " for %s %s", g.Kind, g.Value)
		if g.Name != "" && g.Name != g.Value {
			fmt.Fprintf(&b, " (%s)", g.Name)
		}
	}
	if g.Platform != "" {
		b.WriteString(" on " + g.Platform)
	}
	if !g.Expires.IsZero() {
		b.WriteString(" until " + g.Expires.UTC().Format(time.RFC3339))
	}
	return b.String()
}

func (g Grant) commands() string {
	text := g.Command + " " + g.Subcommand
	if g.Command == Any && g.Subcommand == Any {
		text = "every command"
	}
	if g.Class != GrantAny {
		text += " that " + string(g.Class) + "s"
	}
	if g.Text != "" {
		text += fmt.Sprintf(" like %q", g.Text)
	}
	if len(g.Unless) > 0 {
		text += fmt.Sprintf(" unless like %q", g.Unless)
	}
	return text
}

func (g Grant) whom() string {
	text := ""
	for _, l := range []struct {
		kind   GrantKind
		values []string
	}{{GrantOrganization, g.Organizations}, {GrantChannel, g.Channels}, {GrantUser, g.Users}} {
		if len(l.values) > 0 {
			text += fmt.Sprintf(", %s %s", l.kind, strings.Join(l.values, " or "))
		}
	}
	switch {
	case g.Place == GrantDirect:
		text += ", in direct messages"
	case g.Place == GrantShared:
		text += ", in channels"
	}
	if text == "" {
		return " for everybody"
	}
	return " for" + text[1:]
}

// Key are the fields by which a grant for an organization, a channel or a user
// is told from another; there is one of each. A rule has none.
func (g Grant) Key() string {
	if g.Kind == GrantRule {
		return ""
	}
	return strings.Join([]string{g.Platform, string(g.Kind), g.Command, g.Subcommand, g.Value}, "\x00")
}
