package models

import (
	"fmt"
	"strings"
)

// ChatExplanation is what would become of a command in chat, and why.
type ChatExplanation struct {
	Ask      ChatAsk
	Known    bool // there is such a command; otherwise its first two words are taken for command and subcommand
	Decision GrantDecision
	Grants   int // that were asked

	Principal Principal // who it would act as; zero when Refused
	Role      Role      // that the command needs
	Refused   string    // why nobody is found to act as; what the asker reads
}

// Allowed reports whether the command would be run.
func (e ChatExplanation) Allowed() bool {
	return e.Decision.Allowed && e.Refused == "" && e.Known && e.Principal.Role.Allows(e.Role)
}

// Why are the reasons, a sentence each.
func (e ChatExplanation) Why() []string {
	var why []string
	say := func(format string, args ...any) { why = append(why, fmt.Sprintf(format, args...)) }
	if !e.Known {
		say("There is no command %q: it would be answered with help.", strings.TrimSpace(e.Ask.Command+" "+e.Ask.Subcommand))
	}
	switch d := e.Decision; {
	case d.Rule != nil && d.Allowed:
		say("This rule permits it: %s.", d.Rule)
	case d.Rule != nil:
		say("This rule forbids it: %s.", d.Rule)
	default:
		for _, s := range d.Scopes {
			id := s.ID
			if id == "" {
				id = "(without an id)"
			}
			if s.Grant == nil {
				say("No grant covers the %s %s.", s.Kind, id)
			} else {
				say("The %s %s is covered: %s.", s.Kind, id, s.Grant)
			}
		}
	}
	switch {
	case e.Refused != "":
		say("%s", e.Refused)
	case e.Known && !e.Principal.Role.Allows(e.Role):
		say("It needs the role %s, and %s has the role %s.", e.Role, e.Principal.Name, e.Principal.Role)
	case e.Known:
		say("It acts as %s, with the role %s.", e.Principal.Name, e.Principal.Role)
	}
	return why
}
