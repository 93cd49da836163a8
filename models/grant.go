package models

import (
	"slices"
	"time"
)

// GrantKind says what a Grant covers.
type GrantKind string

// The kinds of Grant. The first three are the scopes that must all be covered
// for one command, each by a grant of its own; a rule covers all three at once
// and is asked first.
const (
	GrantOrganization GrantKind = "organization"
	GrantChannel      GrantKind = "channel"
	GrantUser         GrantKind = "user"
	GrantRule         GrantKind = "rule"
)

// GrantScopes are the kinds that must all be covered, in the order in which
// they are reported.
var GrantScopes = []GrantKind{GrantOrganization, GrantChannel, GrantUser}

// GrantKinds lists every kind.
var GrantKinds = []GrantKind{GrantOrganization, GrantChannel, GrantUser, GrantRule}

// GrantEffect says what a rule does to the commands that it matches.
type GrantEffect string

// The effects. A grant that is no rule always allows.
const (
	GrantAllow GrantEffect = "allow" // those whom it names may
	GrantDeny  GrantEffect = "deny"  // those whom it names may not
	GrantOnly  GrantEffect = "only"  // those whom it names may, and nobody else
)

// GrantEffects lists the effects.
var GrantEffects = []GrantEffect{GrantAllow, GrantDeny, GrantOnly}

// GrantClass narrows a grant to commands that read or that write.
type GrantClass string

// The classes; the empty one is both.
const (
	GrantAny   GrantClass = ""
	GrantRead  GrantClass = "read"
	GrantWrite GrantClass = "write"
)

// GrantClasses lists the classes.
var GrantClasses = []GrantClass{GrantAny, GrantRead, GrantWrite}

// GrantPlace narrows a rule to direct messages, or to channels.
type GrantPlace string

// The places; the empty one is both.
const (
	GrantAnywhere GrantPlace = ""
	GrantDirect   GrantPlace = "direct"
	GrantShared   GrantPlace = "channel"
)

// GrantPlaces lists the places.
var GrantPlaces = []GrantPlace{GrantAnywhere, GrantDirect, GrantShared}

// Any covers everything, as a value of a grant and as a pattern.
const Any = "*"

// Grant lets people give commands in chat, or keeps them from it. Without any
// grant nobody may do anything. Who is meant is said by the ids of the chat
// platform; names are labels and decide nothing.
//
// Patterns are those of Glob. Command and Subcommand of a grant must match
// those that are run; a command that is given without a subcommand is covered
// by any grant for that command. Text, where it is set, must match the whole
// line of the command besides, in the words of the asker.
type Grant struct {
	ID         string
	Kind       GrantKind
	Platform   string // slug of the only platform that it is for; empty: every platform
	Command    string
	Subcommand string
	Class      GrantClass
	Expires    time.Time // UTC; zero: never

	// Of an organization, a channel or a user.
	Value string // its id, or Any
	Name  string // what people call it

	// Of a rule. A list that is empty covers everybody; its members are patterns
	// of ids. Unless holds patterns of the command's line that take it out again.
	Effect        GrantEffect
	Order         int // rules of a smaller order are asked first
	Text          string
	Unless        []string
	Place         GrantPlace
	Organizations []string
	Channels      []string
	Users         []string

	Comment   string
	Author    string // who made it
	CreatedAt time.Time
	UpdatedAt time.Time
	Revision  int64 // from 1 on; one more with each change
}

// Check reports what is wrong with a grant, naming the field: an InputError.
func (g Grant) Check() error {
	if !slices.Contains(GrantKinds, g.Kind) {
		return Invalid("kind", "%q is none; choose organization, channel, user or rule", g.Kind)
	}
	if !slices.Contains(GrantClasses, g.Class) {
		return Invalid("class", "%q is none; choose read or write, or leave it out", g.Class)
	}
	if g.Command == "" {
		return Invalid("command", "is missing; write a command, a pattern or *")
	}
	if g.Subcommand == "" {
		return Invalid("subcommand", "is missing; write a subcommand, a pattern or *")
	}
	if g.Command == Any && g.Subcommand != Any {
		return Invalid("subcommand", "must be * where the command is *")
	}
	if err := g.checkLengths(); err != nil {
		return err
	}
	if g.Kind == GrantRule {
		return g.checkRule()
	}
	if g.Value == "" {
		return Invalid("value", "is missing; write the id of the %s, or * for any", g.Kind)
	}
	if g.Effect != "" && g.Effect != GrantAllow {
		return Invalid("effect", "%q needs the kind rule; a grant for one %s always allows", g.Effect, g.Kind)
	}
	if g.Order != 0 {
		return Invalid("order", "needs the kind rule; all other grants are asked together")
	}
	if g.Text != "" || g.Place != GrantAnywhere || len(g.Unless)+len(g.Organizations)+len(g.Channels)+len(g.Users) > 0 {
		return Invalid("kind", "only a rule has text, place, unless, organizations, channels and users")
	}
	return nil
}

func (g Grant) checkRule() error {
	switch {
	case !slices.Contains(GrantEffects, g.Effect):
		return Invalid("effect", "%q is none; choose allow, deny or only", g.Effect)
	case !slices.Contains(GrantPlaces, g.Place):
		return Invalid("place", "%q is none; choose direct or channel, or leave it out", g.Place)
	case g.Value != "":
		return Invalid("value", "is not for a rule; use organizations, channels and users")
	}
	return nil
}

// The limits of the texts of a grant, in bytes, and of its lists.
const (
	maxGrantWord = 64
	maxGrantText = 255
	maxGrantNote = 1000
	maxGrantList = 200
)

func (g Grant) checkLengths() error {
	for _, f := range []struct {
		name, value string
		most        int
	}{
		{"platform", g.Platform, maxGrantWord}, {"command", g.Command, maxGrantWord}, {"subcommand", g.Subcommand, maxGrantWord},
		{"value", g.Value, maxGrantText}, {"name", g.Name, maxGrantText}, {"text", g.Text, maxGrantNote}, {"comment", g.Comment, maxGrantNote},
	} {
		if len(f.value) > f.most {
			return Invalid(f.name, "is longer than %d bytes; shorten it", f.most)
		}
	}
	for _, f := range []struct {
		name   string
		values []string
		most   int
	}{
		{"unless", g.Unless, maxGrantNote}, {"organizations", g.Organizations, maxGrantText},
		{"channels", g.Channels, maxGrantText}, {"users", g.Users, maxGrantText},
	} {
		if len(f.values) > maxGrantList {
			return Invalid(f.name, "has more than %d entries; use patterns, or make two rules", maxGrantList)
		}
		for _, v := range f.values {
			if v == "" || len(v) > f.most {
				return Invalid(f.name, "has an entry that is empty or longer than %d bytes; leave it out", f.most)
			}
		}
	}
	return nil
}
