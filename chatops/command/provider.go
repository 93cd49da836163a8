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
	// ProvidersSeen are those in scope and those of which a circuit is, by slug.
	ProvidersSeen(ctx context.Context, s models.Scope) ([]models.SeenProvider, error)
}

// Provider tells of the networks that circuits are rented from.
func Provider(o Options) chatops.Command {
	return chatops.Command{
		Name: "provider", Summary: "the networks that circuits are rented from",
		Subcommands: readers(
			chatops.Subcommand{
				Name: "list", Summary: "lists the providers and the addresses their notices come from",
				Role: models.RoleViewer, Example: "provider list",
				Run: func(ctx context.Context, c chatops.Call) (chatops.Message, error) { return providerList(ctx, o, c) },
			},
			chatops.Subcommand{
				Name: "show", Summary: "shows a provider with what is known of it and what is announced",
				Role: models.RoleViewer, Example: "provider show zayo",
				Params: []chatops.Param{
					{Name: "provider", Summary: "provider by slug or name", Kind: chatops.KindProvider, Required: true, Rest: true, Options: providerOptions(o.Reader)},
				},
				Run: func(ctx context.Context, c chatops.Call) (chatops.Message, error) { return providerShow(ctx, o, c) },
			},
		),
	}
}

func seenProviders(ctx context.Context, r ProviderReader, c chatops.Call) ([]models.SeenProvider, error) {
	seen, err := r.ProvidersSeen(ctx, c.Principal.Scope)
	if err != nil {
		return nil, fmt.Errorf("read the providers: %w", err)
	}
	return seen, nil
}

func providerList(ctx context.Context, o Options, c chatops.Call) (chatops.Message, error) {
	seen, err := seenProviders(ctx, o.Reader, c)
	if err != nil {
		return chatops.Message{}, err
	}
	if len(seen) == 0 {
		return chatops.Say("There is no provider to show."), nil
	}
	t := chatops.Table{Columns: []string{"slug", "name", "circuits", "addresses"}}
	for _, p := range seen {
		t.Rows = append(t.Rows, row{chatops.C(p.Slug), chatops.T("%s", p.Name), chatops.T("%d", p.Circuits), chatops.T("%s", strings.Join(p.Emails, " "))})
	}
	return chatops.Message{Heading: count(len(seen), "provider"), Blocks: []chatops.Block{t}}, nil
}

func providerShow(ctx context.Context, o Options, c chatops.Call) (chatops.Message, error) {
	seen, err := seenProviders(ctx, o.Reader, c)
	if err != nil {
		return chatops.Message{}, err
	}
	slug := c.Arg("provider")
	i := slices.IndexFunc(seen, func(p models.SeenProvider) bool { return p.Slug == slug })
	if i < 0 {
		return chatops.Message{}, unknown(chatops.KindProvider, slug, nil, "provider list shows which there are")
	}
	p := seen[i]
	facts := chatops.Facts{}
	code(&facts, "slug", p.Slug)
	text(&facts, "circuits", fmt.Sprint(p.Circuits))
	if p.Whole {
		text(&facts, "addresses", strings.Join(p.Emails, " "))
		text(&facts, "parser", p.Parser)
		text(&facts, "tenant", p.Tenant)
		text(&facts, "tags", strings.Join(p.Tags, ", "))
		if p.HoldOver > 0 {
			text(&facts, "work counts after its end for", p.HoldOver.String())
		}
		if p.IDsPerAccount {
			text(&facts, "ids", "each account has its own")
		}
	}
	for _, word := range []string{periodActive, periodUpcoming} {
		f := models.MaintenanceFilter{Providers: []string{slug}, Page: models.Page{Limit: 1}}
		period(word, o.Now().UTC(), o.Zone, &f)
		_, n, err := o.Reader.Maintenances(ctx, c.Principal.Scope, f)
		if err != nil {
			return chatops.Message{}, fmt.Errorf("count maintenances of %s: %w", slug, err)
		}
		text(&facts, word, count(n, "maintenance"))
	}
	return chatops.Message{Heading: p.Name, Blocks: []chatops.Block{facts, chatops.Actions{Buttons: []chatops.Button{
		{Label: "Maintenances", Command: "maintenance list provider=" + p.Slug}, {Label: "Circuits", Command: "circuit list provider=" + p.Slug},
	}}}}, nil
}
