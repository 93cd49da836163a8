package chatops

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"lineman/models"
)

// Command is a word that people write, with its subcommands.
type Command struct {
	Name    string // lower case letters and digits, hyphens inside
	Summary string // one line, for help
	// Subcommands; one with an empty Name runs when the command's name stands
	// alone or its first word names no subcommand.
	Subcommands []Subcommand
}

// Subcommand does one thing.
type Subcommand struct {
	Name    string
	Aliases []string // other names that people know
	Summary string
	Params  []Param
	Role    models.Role // least role that may run it
	Writes  bool        // changes something
	Example string      // a whole command line
	// Run answers. An InputError is shown as it stands; of any other error
	// people see only that it happened, and where to look.
	Run func(ctx context.Context, c Call) (Message, error)
}

// Kind is what a parameter's value may be.
type Kind string

// The kinds of value. A secret is shown in no log.
const (
	KindText   Kind = "text"
	KindEnum   Kind = "enum"
	KindSecret Kind = "secret"
)

// Param is declared once and drives parsing, prompts and help.
type Param struct {
	Name     string
	Summary  string
	Kind     Kind
	Values   []string // enum: as they are passed on; matched without regard to case, '-' and '_'
	Many     bool     // several values, separated by commas
	Required bool     // asked for when it is missing
	NameOnly bool     // given as name=value only, never by its place
	Rest     bool     // takes all words that are left, joined by blanks; the last by place
	// Options gives what may be chosen when the parameter is asked for; nil: free.
	Options func(ctx context.Context, c Call) ([]Option, error)
}

// Call is a Request that was understood and permitted.
type Call struct {
	Request   Request
	Principal models.Principal
	Commands  []Command // those that the asker may run, for help
	args      map[string][]string
}

// NewCall makes a Call with these arguments; the Dispatcher's way in, and that
// of tests.
func NewCall(r Request, p models.Principal, args map[string][]string) Call {
	return Call{Request: r, Principal: p, args: args}
}

// Arg is the value of a parameter; empty when it was not given.
func (c Call) Arg(name string) string {
	if v := c.args[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// Args are the values of a parameter with Many.
func (c Call) Args(name string) []string { return c.args[name] }

// Find gives the subcommand of that name or alias.
func (c Command) Find(name string) (Subcommand, bool) {
	for _, s := range c.Subcommands {
		if strings.EqualFold(s.Name, name) || slices.ContainsFunc(s.Aliases, func(a string) bool { return strings.EqualFold(a, name) }) {
			return s, true
		}
	}
	return Subcommand{}, false
}

var nameRule = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// CheckCommands reports everything that is wrong with declarations of
// commands: names used twice, missing words for help, parameters that cannot
// be filled.
func CheckCommands(commands []Command) error {
	var errs []error
	seen := map[string]bool{}
	for _, c := range commands {
		if !nameRule.MatchString(c.Name) || c.Summary == "" || len(c.Subcommands) == 0 {
			errs = append(errs, fmt.Errorf("command %q needs a lower-case name, a summary and a subcommand", c.Name))
		}
		if seen[c.Name] {
			errs = append(errs, fmt.Errorf("command %q is provided twice; remove or rename one of them", c.Name))
		}
		seen[c.Name] = true
		errs = append(errs, checkSubcommands(c)...)
	}
	return errors.Join(errs...)
}

func checkSubcommands(c Command) []error {
	var errs []error
	seen := map[string]bool{}
	for _, s := range c.Subcommands {
		where := strings.TrimSpace(c.Name + " " + s.Name)
		for _, name := range append([]string{s.Name}, s.Aliases...) {
			if seen[name] || name != "" && !nameRule.MatchString(name) {
				errs = append(errs, fmt.Errorf("%s: the name %q is used twice or is no lower-case word", where, name))
			}
			seen[name] = true
		}
		if s.Summary == "" || s.Run == nil || s.Example == "" || !slices.Contains(models.Roles, s.Role) {
			errs = append(errs, fmt.Errorf("%s needs a summary, an example, a role and a Run", where))
		}
		for _, p := range s.Params {
			if !nameRule.MatchString(p.Name) || p.Summary == "" || p.Kind == "" || (p.Kind == KindEnum) != (len(p.Values) > 0) {
				errs = append(errs, fmt.Errorf("%s: parameter %q needs a name, a summary, a kind and, for an enum, values", where, p.Name))
			}
		}
	}
	return errs
}
