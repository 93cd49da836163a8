// Package command holds the commands that people give in chat, one file each.
// A command reads what it needs through a small Reader and answers with a
// neutral message; it knows no platform. Rights, deadlines and logs are the
// Dispatcher's.
package command

import (
	"context"
	"io"
	"time"

	"lineman/chatops"
	"lineman/models"
)

// Reader is what the commands read; each method answers with one query, and
// only what the scope shows.
type Reader interface {
	MaintenanceReader
	CircuitReader
	ProviderReader
	SiteReader
	OverlapReader
	MailReader
}

// Writer is what the commands change: as the API does, with a revision that is
// compared, an entry of the audit log, and the scope of whoever writes.
type Writer interface {
	// Edit is all or nothing. Its error is a models.WriteError.
	Edit(ctx context.Context, by models.Principal, writes []models.Write) ([]models.Edited, error)
	// AddAlias gives a circuit another id; created is false when it has it.
	AddAlias(ctx context.Context, by models.Principal, row models.AliasRow) (created bool, err error)
}

// Options are what the commands are made of.
type Options struct {
	Reader   Reader
	Writer   Writer       // nil: commands that write are left out
	Accounts AccountStore // nil: accounts cannot be linked in chat
	Random   io.Reader    // with Accounts
	Now      func() time.Time
	Zone     *time.Location // in which a day begins; nil: UTC
	Version  string
	Rules    func(providerSlug string) models.PhaseRules // nil: the defaults
	// Review is where people see to mail that waits; nil: nobody does in chat.
	Review ReviewDesk
	// Announcer keeps who is told what; nil: nothing is announced.
	Announcer Announcer
}

func (o Options) filled() Options {
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	if o.Rules == nil {
		o.Rules = func(string) models.PhaseRules { return models.PhaseRules{} }
	}
	return o
}

// All lists the commands.
func All(o Options) []chatops.Command {
	o = o.filled()
	list := []chatops.Command{
		Maintenance(o),
		Circuit(o),
		Provider(o),
		Nautobot(o),
		GetCircuits(o),
		GetCircuitProviders(o),
		GetCircuitConnections(o),
		Help(),
		Clear(),
		About(o),
		Whoami(),
	}
	if o.Review != nil && o.Writer != nil {
		list = append(list, Review(o))
	}
	if o.Accounts != nil {
		list = append(list, Account(o))
	}
	return list
}

// row is a line of a table.
type row = []chatops.Inline

// shown bounds the rows of a list in one answer.
const shown = 25

// text is a fact of plain text; left out when it is empty.
func text(facts *chatops.Facts, name, value string) {
	if value != "" {
		facts.Items = append(facts.Items, chatops.Fact{Name: name, Value: chatops.T("%s", value)})
	}
}

// code is a fact to be typed again.
func code(facts *chatops.Facts, name, value string) {
	facts.Items = append(facts.Items, chatops.Fact{Name: name, Value: chatops.C(value)})
}

// names of values for parameters.
func names[T ~string](values []T) []string {
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = string(v)
	}
	return list
}

// given are arguments as values of a kind.
func given[T ~string](args []string) []T {
	var list []T
	for _, a := range args {
		list = append(list, T(a))
	}
	return list
}

// may reports whether the asker's role suffices to write.
func (o Options) may(c chatops.Call) bool {
	return o.Writer != nil && c.Principal.Role.Allows(models.RoleOperator)
}

// readers are subcommands that only read. When they were asked for by menus,
// forms or buttons, they say behind their answer how to ask for it in words.
func readers(subs ...chatops.Subcommand) []chatops.Subcommand {
	for i, s := range subs {
		if s.Writes || len(s.Params) == 0 {
			continue
		}
		subs[i].Run = func(ctx context.Context, c chatops.Call) (chatops.Message, error) {
			m, err := s.Run(ctx, c)
			if err == nil && !m.Failed && c.Request.Ticket != "" {
				m.Blocks = append(m.Blocks, chatops.Text{Inline: chatops.Join(chatops.T("Shortcut: "), chatops.C(c.Again(nil)))})
			}
			return m, err
		}
	}
	return subs
}
