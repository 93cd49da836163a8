package models

import (
	"cmp"
	"slices"
	"time"
)

// ChatAsk is a command that somebody wants to give, as grants see it. Ids are
// those of the platform; an empty one is unknown and is covered by Any alone.
type ChatAsk struct {
	Platform     string
	Organization string
	Channel      string
	User         string
	Direct       bool // in a conversation of two, not in a channel
	Command      string
	Subcommand   string
	Text         string // the whole line, without the name of the product before it
	Writes       bool   // the command changes something
}

func (a ChatAsk) id(k GrantKind) string {
	switch k {
	case GrantOrganization:
		return a.Organization
	case GrantChannel:
		return a.Channel
	}
	return a.User
}

// GrantDecision is what the grants say to a ChatAsk, and why.
type GrantDecision struct {
	Allowed bool
	Rule    *Grant       // the rule that decided; nil: the three scopes did
	Scopes  []GrantScope // in the order of GrantScopes; empty when a rule decided
}

// GrantScope is what the grants say of one scope.
type GrantScope struct {
	Kind  GrantKind
	ID    string // of the asker
	Grant *Grant // that covers it; nil: none does
}

// Missing are the scopes that no grant covers.
func (d GrantDecision) Missing() []GrantScope {
	var missing []GrantScope
	for _, s := range d.Scopes {
		if s.Grant == nil {
			missing = append(missing, s)
		}
	}
	return missing
}

// DecideGrant says whether a command may be run. Rules are asked by their
// order, of the same order those that deny before those that hold only and
// those that allow, and the first one that has something to say decides. When
// none has, the command is allowed if its organization, its channel and its
// user are each covered by a grant. What has expired at now is not asked.
func DecideGrant(grants []Grant, a ChatAsk, now time.Time) GrantDecision {
	var rules, scoped []*Grant
	for i := range grants {
		g := &grants[i]
		if !g.concerns(a, now) {
			continue
		}
		if g.Kind == GrantRule {
			rules = append(rules, g)
		} else {
			scoped = append(scoped, g)
		}
	}
	slices.SortStableFunc(rules, func(x, y *Grant) int {
		return cmp.Or(cmp.Compare(x.Order, y.Order), cmp.Compare(x.Effect.rank(), y.Effect.rank()))
	})
	for _, r := range rules {
		named := r.names(a)
		if named || r.Effect == GrantOnly {
			return GrantDecision{Allowed: named && r.Effect != GrantDeny, Rule: r}
		}
	}
	d := GrantDecision{Allowed: true}
	for _, kind := range GrantScopes {
		s := GrantScope{Kind: kind, ID: a.id(kind)}
		for _, g := range scoped {
			if g.Kind == kind && (g.Value == Any || s.ID != "" && g.Value == s.ID) {
				s.Grant = g
				break
			}
		}
		d.Allowed = d.Allowed && s.Grant != nil
		d.Scopes = append(d.Scopes, s)
	}
	return d
}

func (e GrantEffect) rank() int {
	return slices.Index([]GrantEffect{GrantDeny, GrantOnly, GrantAllow}, e)
}

// concerns reports whether a grant is about this command at all.
func (g *Grant) concerns(a ChatAsk, now time.Time) bool {
	switch {
	case !g.Expires.IsZero() && !now.Before(g.Expires):
		return false
	case g.Platform != "" && g.Platform != a.Platform:
		return false
	case g.Class == GrantRead && a.Writes, g.Class == GrantWrite && !a.Writes:
		return false
	case !Glob(g.Command, a.Command):
		return false
	case a.Subcommand != "" && !Glob(g.Subcommand, a.Subcommand):
		return false
	}
	return g.Text == "" || GlobFold(g.Text, a.Text)
}

// names reports whether a rule names the asker, the place and the line.
func (g *Grant) names(a ChatAsk) bool {
	switch {
	case g.Place == GrantDirect && !a.Direct, g.Place == GrantShared && a.Direct:
		return false
	case slices.ContainsFunc(g.Unless, func(p string) bool { return GlobFold(p, a.Text) }):
		return false
	}
	return anyGlob(g.Organizations, a.Organization) && anyGlob(g.Channels, a.Channel) && anyGlob(g.Users, a.User)
}

func anyGlob(patterns []string, id string) bool {
	return len(patterns) == 0 || slices.ContainsFunc(patterns, func(p string) bool { return Glob(p, id) })
}
