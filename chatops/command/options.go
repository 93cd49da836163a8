package command

import (
	"context"
	"fmt"
	"strings"

	"lineman/chatops"
	"lineman/models"
)

// The options of menus, all of them only of what the asker sees.

// menu bounds the options of one menu; what is not in it can be typed.
const menu = 1000

type optionsOf = func(context.Context, chatops.Call) ([]chatops.Option, error)

// providerOptions are the providers to choose from.
func providerOptions(r ProviderReader) optionsOf {
	return func(ctx context.Context, c chatops.Call) ([]chatops.Option, error) {
		seen, err := seenProviders(ctx, r, c)
		var options []chatops.Option
		for _, p := range seen {
			options = append(options, chatops.Option{Value: p.Slug, Label: p.Name})
		}
		return options, err
	}
}

// siteOptions are the sites to choose from.
func siteOptions(r SiteReader) optionsOf {
	return func(ctx context.Context, c chatops.Call) ([]chatops.Option, error) {
		sites, _, err := r.FindSites(ctx, c.Principal.Scope, models.SiteFilter{Page: models.Page{Limit: menu}})
		if err != nil {
			return nil, fmt.Errorf("list sites: %w", err)
		}
		var options []chatops.Option
		for _, w := range sites {
			options = append(options, chatops.Option{Value: w.Name})
		}
		return options, nil
	}
}

// typeOptions are the types of circuit to choose from.
func typeOptions(r CircuitReader) optionsOf {
	return func(ctx context.Context, c chatops.Call) ([]chatops.Option, error) {
		types, err := r.CircuitTypes(ctx, c.Principal.Scope)
		if err != nil {
			return nil, fmt.Errorf("list circuit types: %w", err)
		}
		var options []chatops.Option
		for _, v := range types {
			options = append(options, chatops.Option{Value: v})
		}
		return options, nil
	}
}

// circuitTypes are the types that a call names, as they are written.
func circuitTypes(ctx context.Context, r CircuitReader, c chatops.Call) ([]string, error) {
	var list []string
	for _, text := range c.Args("type") {
		one, err := circuitType(ctx, r, c, text)
		if err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	return list, nil
}

func circuitType(ctx context.Context, r CircuitReader, c chatops.Call, text string) (string, error) {
	types, err := r.CircuitTypes(ctx, c.Principal.Scope)
	if err != nil {
		return "", fmt.Errorf("list circuit types: %w", err)
	}
	for _, same := range []func(a, b string) bool{func(a, b string) bool { return a == b }, strings.EqualFold} {
		for _, v := range types {
			if same(v, text) {
				return v, nil
			}
		}
	}
	return "", unknown("circuit type", text, chatops.Nearest(text, types, 3), "circuit list shows which there are")
}

// circuitOptionsOf are the circuits of the provider that is known already.
func circuitOptionsOf(r CircuitReader) optionsOf {
	return func(ctx context.Context, c chatops.Call) ([]chatops.Option, error) {
		circuits, _, err := r.Circuits(ctx, c.Principal.Scope, models.CircuitFilter{Providers: c.Args("provider"), Page: models.Page{Limit: menu}})
		if err != nil {
			return nil, fmt.Errorf("list circuits: %w", err)
		}
		return circuitOptions(circuits), nil
	}
}
