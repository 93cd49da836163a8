package command

import (
	"context"

	"lineman/chatops"
	"lineman/models"
)

// The commands under the names that people know from Nautobot ChatOps: as
// subcommands of nautobot, so that grants and habits from there fit, and by
// themselves.

// Nautobot holds all of them.
func Nautobot(o Options) chatops.Command {
	return chatops.Command{
		Name: "nautobot", Summary: "circuits under the names of Nautobot ChatOps",
		Subcommands: readers(getCircuits(o, "nautobot ", "get-circuits"), getProviders(o, "nautobot ", "get-circuit-providers"), getConnections(o, "nautobot ", "get-circuit-connections")),
	}
}

// GetCircuits is nautobot get-circuits.
func GetCircuits(o Options) chatops.Command {
	return alone("get-circuits", getCircuits(o, "get-circuits", ""))
}

// GetCircuitProviders is nautobot get-circuit-providers.
func GetCircuitProviders(o Options) chatops.Command {
	return alone("get-circuit-providers", getProviders(o, "get-circuit-providers", ""))
}

// GetCircuitConnections is nautobot get-circuit-connections.
func GetCircuitConnections(o Options) chatops.Command {
	return alone("get-circuit-connections", getConnections(o, "get-circuit-connections", ""))
}

func alone(name string, s chatops.Subcommand) chatops.Command {
	return chatops.Command{Name: name, Summary: s.Summary, Subcommands: readers(s)}
}

// What get-circuits filters by.
const (
	byProvider = "provider"
	byLocation = "location"
	byType     = "type"
	byNothing  = "all"
)

func getCircuits(o Options, before, name string) chatops.Subcommand {
	return chatops.Subcommand{
		Name: name, Summary: "lists circuits by provider, location or type",
		Role: models.RoleViewer, Example: before + name + " provider zayo",
		Params: []chatops.Param{
			{Name: "filter-type", Summary: "what to choose circuits by", Kind: chatops.KindEnum, Values: []string{byProvider, byLocation, byType, byNothing}, Required: true},
			{
				Name: "filter-value", Summary: "the provider, location or type", Kind: chatops.KindText, Required: true, Rest: true, After: "filter-type",
				Needless: func(c chatops.Call) bool { return c.Arg("filter-type") == byNothing },
				Options: func(ctx context.Context, c chatops.Call) ([]chatops.Option, error) {
					return map[string]optionsOf{
						byProvider: providerOptions(o.Reader), byLocation: siteOptions(o.Reader), byType: typeOptions(o.Reader),
					}[c.Arg("filter-type")](ctx, c)
				},
			},
			pageParam(), formatParam(),
		},
		Run: func(ctx context.Context, c chatops.Call) (chatops.Message, error) {
			f, err := nautobotFilter(ctx, o, c)
			if err != nil {
				return chatops.Message{}, err
			}
			return listCircuits(ctx, o, c, f, []string{"ID", "Provider", "Type", "Status", "Tenant", "A Side", "Z Side", "Description"}, nautobotRow)
		},
	}
}

func nautobotRow(k models.Circuit) row {
	a, z := sites(&k)
	r := row{chatops.C(k.CID)}
	for _, v := range []string{k.Provider.Name, k.Type, k.Status, k.Tenant, a, z, k.Description} {
		r = append(r, chatops.T("%s", v))
	}
	return r
}

// nautobotFilter is the filter that type and value say.
func nautobotFilter(ctx context.Context, o Options, c chatops.Call) (models.CircuitFilter, error) {
	value := c.Arg("filter-value")
	find := func(kind chatops.Kind) ([]string, error) {
		options, err := NewFinder(o.Reader).Find(ctx, c, kind, value)
		var values []string
		for _, v := range options {
			values = append(values, v.Value)
		}
		return values, err
	}
	var f models.CircuitFilter
	var err error
	switch c.Arg("filter-type") {
	case byProvider:
		f.Providers, err = find(chatops.KindProvider)
	case byLocation:
		f.Sites, err = find(chatops.KindSite)
	case byType:
		value, err = circuitType(ctx, o.Reader, c, value)
		f.Types = []string{value}
	}
	return f, err
}

func getProviders(o Options, before, name string) chatops.Subcommand {
	return chatops.Subcommand{
		Name: name, Summary: "lists the providers with the number of their circuits",
		Role: models.RoleViewer, Example: before + name,
		Run: func(ctx context.Context, c chatops.Call) (chatops.Message, error) {
			seen, err := seenProviders(ctx, o.Reader, c)
			if err != nil {
				return chatops.Message{}, err
			}
			if len(seen) == 0 {
				return chatops.Say("There is no provider to show."), nil
			}
			// The inventory keeps no ASN and no account of a provider.
			t := chatops.Table{Columns: []string{"Name", "ASN", "Account", "Circuits"}}
			for _, p := range seen {
				t.Rows = append(t.Rows, row{chatops.T("%s", p.Name), nil, nil, chatops.T("%d", p.Circuits)})
			}
			return chatops.Message{Heading: count(len(seen), "provider"), Blocks: []chatops.Block{t}}, nil
		},
	}
}

func getConnections(o Options, before, name string) chatops.Subcommand {
	return chatops.Subcommand{
		Name: name, Summary: "tells where a circuit of a provider ends",
		Role: models.RoleViewer, Example: before + name + " zayo OGYX/123456//ZYO",
		Params: []chatops.Param{
			{Name: "provider", Summary: "provider by slug or name", Kind: chatops.KindProvider, Required: true, Options: providerOptions(o.Reader)},
			{Name: "cid", Summary: "circuit id as the provider writes it", Kind: chatops.KindCircuit, Required: true, Rest: true, After: "provider", Options: circuitOptionsOf(o.Reader)},
		},
		Run: func(ctx context.Context, c chatops.Call) (chatops.Message, error) {
			k, err := oneCircuit(ctx, o, c, c.Arg("cid"))
			if err != nil {
				return chatops.Message{}, err
			}
			return connections(k), nil
		},
	}
}
