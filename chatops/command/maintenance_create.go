package command

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"lineman/chatops"
	"lineman/models"
)

// maintenanceCreate makes a maintenance that no mail told of.
func maintenanceCreate(o Options) chatops.Subcommand {
	creation := func(c chatops.Call) (models.Write, error) {
		windows, err := windowOf(c)
		if err != nil {
			return models.Write{}, err
		}
		for i := range windows {
			windows[i].Circuits = circuitsOf(c)
		}
		w := models.Write{Reason: c.Arg("reason"), Create: &models.Creation{
			Provider: c.Arg("provider"), ID: c.Arg("id"), Account: c.Arg("account"), Summary: c.Arg("summary"), Windows: windows,
		}}
		if s := models.Status(c.Arg("status")); s != "" && s != models.StatusTentative {
			w.Acts = append(w.Acts, models.SetStatus(s))
		}
		return w, w.Check()
	}
	return chatops.Subcommand{
		Name: "create", Summary: "makes a maintenance that no mail told of: a phone call, a portal, own work",
		Role: models.RoleOperator, Writes: true, Example: `maintenance create SWAP-1 start="2026-03-05 22:00" end="2026-03-05 23:00" reason="own work"`,
		Params: createParams(),
		Preview: func(ctx context.Context, c chatops.Call) (chatops.Message, error) {
			w, err := creation(c)
			if err != nil {
				return chatops.Message{}, err
			}
			if err := knownProvider(ctx, o, c); err != nil {
				return chatops.Message{}, err
			}
			facts := chatops.Facts{}
			text(&facts, "provider", w.Create.Provider)
			code(&facts, "id", w.Create.ID)
			facts.Items = append(facts.Items, chatops.Fact{Name: "start", Value: chatops.At(w.Create.Windows[0].Start)}, chatops.Fact{Name: "end", Value: chatops.At(w.Create.Windows[0].End)})
			text(&facts, "circuits", strings.Join(c.Args("circuit"), ", "))
			text(&facts, "status", c.Arg("status"))
			text(&facts, "summary", c.Arg("summary"))
			return chatops.Message{Heading: "Create this maintenance?", Blocks: []chatops.Block{facts}}, nil
		},
		Run: func(ctx context.Context, c chatops.Call) (chatops.Message, error) {
			w, err := creation(c)
			if err != nil {
				return chatops.Message{}, err
			}
			done, err := o.Writer.Edit(ctx, c.Principal, []models.Write{w})
			if err != nil {
				return chatops.Message{}, fmt.Errorf("create a maintenance: %w", refusal(c.Arg("id"), err))
			}
			msg := chatops.Say("%s is there.", done[0].Name)
			msg.Blocks = append(msg.Blocks, chatops.Actions{Buttons: []chatops.Button{{Label: "Show", Command: "maintenance show " + chatops.Quote(done[0].Name)}}})
			return msg, nil
		},
	}
}

// createParams are what can be said of a new maintenance.
func createParams() []chatops.Param {
	return []chatops.Param{
		{Name: "id", Summary: "its id as the provider writes it: mail with it joins the record", Kind: chatops.KindText, Required: true},
		{Name: "start", Summary: "start of the window", Kind: chatops.KindTime, Required: true, NameOnly: true},
		{Name: "end", Summary: "end of the window", Kind: chatops.KindTime, Required: true, NameOnly: true},
		{Name: "provider", Summary: "whose work it is; own work where it is left out", Kind: chatops.KindText, NameOnly: true},
		{Name: "circuit", Summary: "circuits of the inventory, with commas between", Kind: chatops.KindText, Many: true, NameOnly: true},
		{Name: "impact", Summary: "on these circuits; outage where it is left out", Kind: chatops.KindEnum, Values: names(models.Impacts), NameOnly: true},
		{Name: "status", Summary: "its status; tentative where it is left out", Kind: chatops.KindEnum, Values: names(models.RecordStatuses), NameOnly: true},
		{Name: "summary", Summary: "what it is about", Kind: chatops.KindText, NameOnly: true},
		{Name: "account", Summary: "where the provider's ids are unique only within one", Kind: chatops.KindText, NameOnly: true},
		reasonParam(),
	}
}

// knownProvider refuses a provider that is not there.
func knownProvider(ctx context.Context, o Options, c chatops.Call) error {
	seen, err := o.Reader.ProvidersSeen(ctx, c.Principal.Scope)
	if err != nil {
		return fmt.Errorf("read the providers: %w", err)
	}
	name := c.Arg("provider")
	if name == "" || slices.ContainsFunc(seen, func(p models.SeenProvider) bool {
		return strings.EqualFold(p.Slug, name) || strings.EqualFold(p.Name, name) || p.ID == name
	}) {
		return nil
	}
	return models.Invalid("provider", "there is no provider %q; leave it out for work of your own", clip(name))
}

// maintenanceLink says which circuit of the inventory a listed one is, or adds
// one.
func maintenanceLink(o Options) chatops.Subcommand {
	return chatops.Subcommand{
		Name: "link", Summary: "says which circuit a listed one is, or adds a circuit",
		Role: models.RoleOperator, Writes: true, Example: "maintenance link zayo-TTN-1234567 OGYX-123456 circuit=OGYX/123456//ZYO",
		Params: []chatops.Param{
			maintenanceParam(o, false),
			{Name: "cid", Summary: "as the maintenance lists it", Kind: chatops.KindText, Required: true},
			{Name: "circuit", Summary: "circuit of the inventory; that of the same id where it is left out", Kind: chatops.KindText, NameOnly: true},
			{Name: "impact", Summary: "of a circuit that is added; outage where it is left out", Kind: chatops.KindEnum, Values: names(models.Impacts), NameOnly: true},
			reasonParam(), revisionParam(),
		},
		Pin: pinRevision(o),
		Run: func(ctx context.Context, c chatops.Call) (chatops.Message, error) {
			m, err := readMaintenance(ctx, o, c)
			if err != nil {
				return chatops.Message{}, err
			}
			id, err := linkTo(ctx, o, c, m.ProviderSlug)
			if err != nil {
				return chatops.Message{}, err
			}
			return write(ctx, o, c, models.Write{Acts: []models.Edit{{Kind: models.EditLink, CID: c.Arg("cid"), CircuitID: id, Impact: models.Impact(c.Arg("impact"))}}}, "has the circuit")
		},
	}
}

// linkTo finds the circuit that a link leads to: one of the provider first.
func linkTo(ctx context.Context, o Options, c chatops.Call, provider string) (string, error) {
	wanted := c.Arg("circuit")
	if wanted == "" {
		wanted = c.Arg("cid")
	}
	found, err := NewFinder(o.Reader).circuits(ctx, c.Principal.Scope, []string{provider}, wanted)
	if err == nil && len(found) == 0 {
		found, err = NewFinder(o.Reader).circuits(ctx, c.Principal.Scope, nil, wanted)
	}
	switch {
	case err != nil:
		return "", err
	case len(found) == 0:
		return "", models.Invalid("circuit", "the inventory has no circuit %q; circuit list shows what there is", clip(wanted))
	case len(found) > 1:
		return "", models.Invalid("circuit", "several providers have a circuit %q; write it as PROVIDER:CID", clip(wanted))
	}
	return found[0].ID, nil
}

// maintenanceUnlink says that a listed circuit is none of the inventory's.
func maintenanceUnlink(o Options) chatops.Subcommand {
	return chatops.Subcommand{
		Name: "unlink", Summary: "takes the link of a listed circuit away",
		Role: models.RoleOperator, Writes: true, Example: "maintenance unlink zayo-TTN-1234567 OGYX-123456",
		Params: []chatops.Param{
			maintenanceParam(o, false),
			{Name: "cid", Summary: "as the maintenance lists it", Kind: chatops.KindText, Required: true},
			reasonParam(), revisionParam(),
		},
		Pin: pinRevision(o),
		Run: func(ctx context.Context, c chatops.Call) (chatops.Message, error) {
			return write(ctx, o, c, models.Write{Acts: []models.Edit{{Kind: models.EditUnlink, CID: c.Arg("cid")}}}, "has the circuit without a link")
		},
	}
}
