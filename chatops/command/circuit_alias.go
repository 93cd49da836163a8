package command

import (
	"context"
	"errors"
	"fmt"

	"lineman/chatops"
	"lineman/models"
)

func circuitAlias(o Options) chatops.Subcommand {
	params := append(circuitParams(o, false), chatops.Param{
		Name: "alias", Summary: "another id that the provider writes for it", Kind: chatops.KindText, Required: true,
	})
	return chatops.Subcommand{
		Name: "alias", Summary: "gives a circuit another id, and links notices that wait for it",
		Role: models.RoleOperator, Writes: true, Example: "circuit alias OGYX/123456//ZYO OGYX-123456 provider=zayo",
		Params: params,
		Preview: func(ctx context.Context, c chatops.Call) (chatops.Message, error) {
			k, err := oneCircuit(ctx, o, c, c.Arg("cid"))
			if err != nil {
				return chatops.Message{}, err
			}
			_, waiting, err := o.Reader.Maintenances(ctx, c.Principal.Scope, models.MaintenanceFilter{
				Circuits: []string{c.Arg("alias")}, Providers: []string{k.Provider.Slug}, Page: models.Page{Limit: 1},
			})
			if err != nil {
				return chatops.Message{}, fmt.Errorf("look for maintenances of an alias: %w", err)
			}
			held, _, err := o.Reader.Circuits(ctx, c.Principal.Scope, models.CircuitFilter{
				Named: c.Arg("alias"), Providers: []string{k.Provider.Slug}, Page: models.Page{Limit: 1},
			})
			if err != nil {
				return chatops.Message{}, fmt.Errorf("look for the holder of an alias: %w", err)
			}
			if len(held) > 0 && held[0].ID == k.ID {
				return chatops.Message{}, models.Invalid("alias", "%s is known as %s already", k.CID, clip(c.Arg("alias")))
			}
			if len(held) > 0 {
				return chatops.Message{}, models.Invalid("alias", "%s is a name of %s already and cannot mean %s too; take that alias away first", clip(c.Arg("alias")), held[0].CID, k.CID)
			}
			facts := chatops.Facts{}
			text(&facts, "provider", k.Provider.Name)
			code(&facts, "circuit", k.CID)
			code(&facts, "will also be known as", c.Arg("alias"))
			text(&facts, "named so by", count(waiting, "maintenance"))
			return chatops.Message{Heading: "Give " + k.CID + " another id?", Blocks: []chatops.Block{facts}}, nil
		},
		Run: func(ctx context.Context, c chatops.Call) (chatops.Message, error) {
			k, err := oneCircuit(ctx, o, c, c.Arg("cid"))
			if err != nil {
				return chatops.Message{}, err
			}
			_, err = o.Writer.AddAlias(ctx, c.Principal, models.AliasRow{Provider: k.Provider.Slug, Alias: c.Arg("alias"), CID: k.CID})
			if errors.Is(err, models.ErrDenied) {
				return chatops.Message{}, models.Invalid("", "an alias may link mail of all circuits of %s, and you do not see all of them; ask somebody who does", k.Provider.Name)
			}
			if input := new(models.InputError); errors.As(err, &input) {
				return chatops.Message{}, err
			}
			if err != nil {
				return chatops.Message{}, fmt.Errorf("add an alias: %w", err)
			}
			return chatops.Say("%s of %s is also known as %s now.", k.CID, k.Provider.Name, chatops.CleanLine(c.Arg("alias"))), nil
		},
	}
}
