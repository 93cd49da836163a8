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
}

// Options are what the commands are made of.
type Options struct {
	Reader   Reader
	Accounts AccountStore // nil: accounts cannot be linked in chat
	Random   io.Reader    // with Accounts
	Now      func() time.Time
	Zone     *time.Location // in which a day begins; nil: UTC
	Version  string
	Rules    func(providerSlug string) models.PhaseRules // nil: the defaults
}

// All lists the commands.
func All(o Options) []chatops.Command {
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	if o.Rules == nil {
		o.Rules = func(string) models.PhaseRules { return models.PhaseRules{} }
	}
	list := []chatops.Command{
		Maintenance(o),
		Circuit(o),
		Provider(o),
		Help(),
		About(o),
		Whoami(),
	}
	if o.Accounts != nil {
		list = append(list, Account(o))
	}
	return list
}

// row is a line of a table.
type row = []chatops.Inline

// shown bounds the rows of a list in one answer.
const shown = 50

// text is a fact of plain text; left out when it is empty.
func text(facts *chatops.Facts, name, value string) {
	if value != "" {
		facts.Items = append(facts.Items, chatops.Fact{Name: name, Value: chatops.T("%s", value)})
	}
}

// filters are the values of the parameters that narrow maintenances.
func filters(c chatops.Call) models.MaintenanceFilter {
	f := models.MaintenanceFilter{
		Providers: c.Args("provider"), Sites: c.Args("site"), Circuits: c.Args("circuit"),
	}
	for _, s := range c.Args("status") {
		f.Statuses = append(f.Statuses, models.Status(s))
	}
	return f
}

// names of values for parameters.
func names[T ~string](values []T) []string {
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = string(v)
	}
	return list
}

// providerOptions are the providers to choose from.
func providerOptions(r ProviderReader) func(context.Context, chatops.Call) ([]chatops.Option, error) {
	return func(ctx context.Context, c chatops.Call) ([]chatops.Option, error) {
		providers, err := visibleProviders(ctx, r, c.Principal.Scope)
		if err != nil {
			return nil, err
		}
		var options []chatops.Option
		for _, p := range providers {
			options = append(options, chatops.Option{Value: p.Slug, Label: p.Name})
		}
		return options, nil
	}
}
