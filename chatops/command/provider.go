package command

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"lineman/chatops"
	"lineman/models"
)

// ProviderReader is what the provider commands read.
type ProviderReader interface {
	// Providers are all providers, whoever asks.
	Providers(ctx context.Context) ([]models.Provider, error)
}

// Provider tells of the networks that circuits are rented from.
func Provider(o Options) chatops.Command {
	return chatops.Command{
		Name: "provider", Summary: "the networks that circuits are rented from",
		Subcommands: []chatops.Subcommand{{
			Name: "list", Summary: "lists the providers and the addresses their notices come from",
			Role: models.RoleViewer, Example: "provider list",
			Run: func(ctx context.Context, c chatops.Call) (chatops.Message, error) { return providerList(ctx, o, c) },
		}},
	}
}

func providerList(ctx context.Context, o Options, c chatops.Call) (chatops.Message, error) {
	providers, err := visibleProviders(ctx, o.Reader, c.Principal.Scope)
	if err != nil {
		return chatops.Message{}, err
	}
	if len(providers) == 0 {
		return chatops.Say("There is no provider to show."), nil
	}
	t := chatops.Table{Columns: []string{"slug", "name", "addresses"}}
	for _, p := range providers {
		t.Rows = append(t.Rows, row{chatops.C(p.Slug), chatops.T("%s", p.Name), chatops.T("%s", strings.Join(p.Emails, " "))})
	}
	return chatops.Message{Heading: fmt.Sprintf("%d providers", len(providers)), Blocks: []chatops.Block{t}}, nil
}

// visibleProviders are the providers that a scope names, by name: itself, its
// tenant or one of its tags.
func visibleProviders(ctx context.Context, r ProviderReader, s models.Scope) ([]models.Provider, error) {
	all, err := r.Providers(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the providers: %w", err)
	}
	visible := slices.DeleteFunc(slices.Clone(all), func(p models.Provider) bool {
		tagged := slices.ContainsFunc(p.Tags, func(t string) bool { return slices.Contains(s.Tags, t) })
		return !s.All && !tagged && !slices.Contains(s.Providers, p.Slug) && (p.Tenant == "" || !slices.Contains(s.Tenants, p.Tenant))
	})
	slices.SortFunc(visible, func(a, b models.Provider) int { return strings.Compare(a.Slug, b.Slug) })
	return visible, nil
}
