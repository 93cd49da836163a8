package chatops

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

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
	Writes  bool        // changes something: it is confirmed before it runs, and takes no secret
	Example string      // a whole command line
	// Preview tells what a command that writes is about to do, for the question
	// whether it shall; nil: the line of the command is shown. Its errors are
	// those of Run.
	Preview func(ctx context.Context, c Call) (Message, error)
	// Pin gives values of parameters that a confirmation holds on to, for
	// example the revision of the record that was shown; nil: none.
	Pin func(ctx context.Context, c Call) (map[string]string, error)
	// Run answers. An InputError is shown as it stands; of any other error
	// people see only that it happened, and where to look.
	Run func(ctx context.Context, c Call) (Message, error)
}

// Kind is what a parameter's value may be, and how a command gets it.
type Kind string

// The kinds of value. Those of records are found by id or name and without
// regard to case by the Finder, which says what the command gets; what may
// mean several is asked back. A secret is shown in no log and kept nowhere.
const (
	KindText        Kind = "text"
	KindEnum        Kind = "enum"     // one of Values
	KindInt         Kind = "int"      // see Call.Int
	KindDuration    Kind = "duration" // see Call.Duration
	KindTime        Kind = "time"     // see Call.Time
	KindIP          Kind = "ip"       // in its canonical form
	KindSecret      Kind = "secret"
	KindCircuit     Kind = "circuit"
	KindProvider    Kind = "provider"
	KindSite        Kind = "site"
	KindMaintenance Kind = "maintenance"
)

var (
	plainKinds  = []Kind{KindText, KindEnum, KindInt, KindDuration, KindTime, KindIP, KindSecret}
	recordKinds = []Kind{KindCircuit, KindProvider, KindSite, KindMaintenance}
)

// Param is declared once and drives parsing, prompts, forms, completion and
// help.
type Param struct {
	Name     string
	Summary  string
	Kind     Kind
	Values   []string // enum: as they are passed on; matched without regard to case, '-' and '_'
	Min, Max int      // int: its range, when Max is the greater
	Many     bool     // several values, separated by commas
	Required bool     // asked for when it is missing
	NameOnly bool     // given as name=value only, never by its place
	Rest     bool     // takes all words that are left, joined by blanks; the last by place
	After    string   // asked for only when the parameter of this name is known
	// Needless says that a Required parameter is not needed with what is known
	// of those before it; nil: it always is.
	Needless func(c Call) bool
	// Options gives what may be chosen when the parameter is asked for; nil: free.
	Options func(ctx context.Context, c Call) ([]Option, error)
}

// Finder finds the records that people name.
type Finder interface {
	// Find gives what a text may mean to the asker among records of a kind: one
	// option where that is clear, and the candidates where it is not. An
	// InputError when there is nothing like it.
	Find(ctx context.Context, c Call, kind Kind, text string) ([]Option, error)
}

// Suggester is a Finder that knows how names go on.
type Suggester interface {
	Finder
	// Suggest gives names of records of a kind that begin with a text, without
	// regard to case, of those that the asker sees; where there are many, some of
	// them.
	Suggest(ctx context.Context, c Call, kind Kind, text string) ([]string, error)
}

// Call is a Request that was understood and permitted.
type Call struct {
	Request   Request
	Principal models.Principal
	Commands  []Command // those that the asker may know of, for help
	Shown     string    // the command and subcommand as they are called, for example "maintenance list"
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

// Int is the value of a KindInt parameter, else otherwise.
func (c Call) Int(name string, otherwise int) int {
	if n, err := strconv.Atoi(c.Arg(name)); err == nil {
		return n
	}
	return otherwise
}

// Time is the value of a KindTime parameter in UTC; zero when it was not given.
func (c Call) Time(name string) time.Time {
	t, err := time.Parse(time.RFC3339, c.Arg(name))
	if err != nil {
		return time.Time{}
	}
	return t
}

// Duration is the value of a KindDuration parameter; 0 when it was not given.
func (c Call) Duration(name string) time.Duration {
	d, err := time.ParseDuration(c.Arg(name))
	if err != nil {
		return 0
	}
	return d
}

// Again writes the call as a command line with these parameters set to other
// values; an empty value leaves one out.
func (c Call) Again(set map[string]string) string {
	parts := []string{c.Shown}
	for _, name := range slices.Sorted(maps.Keys(c.args)) {
		if _, other := set[name]; !other && len(c.args[name]) > 0 {
			parts = append(parts, name+"="+Quote(strings.Join(c.args[name], ",")))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(set)) {
		if set[name] != "" {
			parts = append(parts, name+"="+Quote(set[name]))
		}
	}
	return strings.Join(parts, " ")
}

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
	seen := map[string]Command{}
	for _, c := range commands {
		if !nameRule.MatchString(c.Name) || c.Summary == "" || len(c.Subcommands) == 0 {
			errs = append(errs, fmt.Errorf("command %q needs a lower-case name, a summary and a subcommand", c.Name))
		}
		if first, twice := seen[c.Name]; twice {
			errs = append(errs, fmt.Errorf("command %q is provided twice, as %q and as %q; remove or rename one of them", c.Name, first.Summary, c.Summary))
		}
		seen[c.Name] = c
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
			if s.Writes && p.Kind == KindSecret {
				errs = append(errs, fmt.Errorf("%s writes, so its arguments are kept until it is confirmed: it cannot take the secret %s", where, p.Name))
			}
			known := slices.Contains(plainKinds, p.Kind) || slices.Contains(recordKinds, p.Kind)
			if !nameRule.MatchString(p.Name) || p.Summary == "" || !known || (p.Kind == KindEnum) != (len(p.Values) > 0) {
				errs = append(errs, fmt.Errorf("%s: parameter %q needs a name, a summary, a kind and, for an enum, values", where, p.Name))
			}
		}
	}
	return errs
}
