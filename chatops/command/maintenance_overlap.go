package command

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"lineman/chatops"
	"lineman/models"
)

// OverlapReader tells what maintenances together do to sites and redundancy
// groups.
type OverlapReader interface {
	Findings(ctx context.Context, s models.Scope, f models.FindingFilter) ([]models.FindingItem, int, error)
	WhatIf(ctx context.Context, s models.Scope, q models.WhatIfQuery) (models.WhatIf, error)
}

func maintenanceOverlap(o Options) chatops.Subcommand {
	return chatops.Subcommand{
		Name: "overlap", Aliases: []string{"overlaps"}, Summary: "lists where maintenances together leave a site or group with too few circuits",
		Role: models.RoleViewer, Example: "maintenance overlap site=Berlin",
		Params: []chatops.Param{
			{Name: "site", Summary: "site that is in danger", Kind: chatops.KindSite, Many: true, Options: siteOptions(o.Reader)},
			pageParam(),
		},
		Run: func(ctx context.Context, c chatops.Call) (chatops.Message, error) { return overlapList(ctx, o, c) },
	}
}

func overlapList(ctx context.Context, o Options, c chatops.Call) (chatops.Message, error) {
	found, total, err := o.Reader.Findings(ctx, c.Principal.Scope, models.FindingFilter{Sites: c.Args("site"), Page: pageOf(c)})
	if err != nil {
		return chatops.Message{}, fmt.Errorf("list findings: %w", err)
	}
	if err := beyond(c, total); err != nil {
		return chatops.Message{}, err
	}
	where := ""
	if sites := c.Args("site"); len(sites) > 0 {
		where = " at " + strings.Join(sites, ", ")
	}
	if total == 0 {
		return chatops.Say("No maintenances fall together%s in a way that matters.", where), nil
	}
	t := chatops.Table{Columns: []string{"site or group", "severity", "start", "end", "circuits", "maintenances", "acknowledged"}}
	for _, f := range found {
		ack := "no"
		if f.Acknowledged() {
			ack = "by " + f.Ack.Author
		}
		t.Rows = append(t.Rows, row{
			chatops.T("%s", f.Subject.Name), chatops.T("%s", string(f.Severity)), chatops.At(f.Start), chatops.At(f.End),
			chatops.T("%s", inventoryCIDs(f.Members)), chatops.T("%s", causes(f.Causes)), chatops.T("%s", ack),
		})
	}
	m := chatops.Message{Heading: count(total, "finding") + where, Blocks: []chatops.Block{t}}
	paged(&m, c, total, false)
	return m, nil
}

func inventoryCIDs(circuits []models.Circuit) string {
	var list []string
	for _, k := range circuits {
		list = append(list, k.CID)
	}
	return strings.Join(list, ", ")
}

func causes(refs []models.MaintenanceRef) string {
	var list []string
	for _, r := range refs {
		list = append(list, r.Name)
	}
	return strings.Join(list, ", ")
}

func maintenanceWhatIf(o Options) chatops.Subcommand {
	return chatops.Subcommand{
		Name: "whatif", Summary: "tells whether one may work at a site in a time, with what is announced",
		Role: models.RoleViewer, Example: `maintenance whatif Berlin "2026-03-20 22:00" "2026-03-21 04:00"`,
		Params: []chatops.Param{
			{Name: "site", Summary: "site to work at", Kind: chatops.KindSite, Required: true, Options: siteOptions(o.Reader)},
			{Name: "start", Summary: "begin of the work", Kind: chatops.KindTime, Required: true},
			{Name: "end", Summary: "end of the work", Kind: chatops.KindTime, Required: true},
			{Name: "circuit", Summary: "a circuit of the site that the work takes down", Kind: chatops.KindCircuit, NameOnly: true},
		},
		Run: func(ctx context.Context, c chatops.Call) (chatops.Message, error) { return whatIf(ctx, o, c) },
	}
}

func whatIf(ctx context.Context, o Options, c chatops.Call) (chatops.Message, error) {
	q := models.WhatIfQuery{Site: c.Arg("site"), Start: c.Time("start"), End: c.Time("end")}
	if !q.Start.Before(q.End) {
		return chatops.Message{}, models.Invalid("end", "is not after the start; write an end that is later")
	}
	if text := c.Arg("circuit"); text != "" {
		k, err := oneCircuit(ctx, o, c, text)
		if err != nil {
			return chatops.Message{}, err
		}
		q.Circuits, q.Provider = []string{k.CID}, k.Provider.Slug
	}
	w, err := o.Reader.WhatIf(ctx, c.Principal.Scope, q)
	if errors.Is(err, models.ErrNotFound) {
		return chatops.Message{}, models.Invalid("", "what happens at %s cannot be told: some of its circuits are out of your sight", clip(q.Site))
	}
	if err != nil {
		return chatops.Message{}, fmt.Errorf("ask what if at %q: %w", q.Site, err)
	}
	return whatIfAnswer(w), nil
}

func whatIfAnswer(w models.WhatIf) chatops.Message {
	verdict := "nothing stands against it"
	switch {
	case w.Severity != "":
		verdict = "severity " + string(w.Severity)
	case slices.ContainsFunc(w.Circuits, func(k models.WhatIfCircuit) bool { return k.State != models.OutlookUp }):
		verdict = "some circuits are not to be relied on, the others suffice"
	}
	facts := chatops.Facts{Items: []chatops.Fact{{Name: "from", Value: chatops.At(w.Start)}, {Name: "to", Value: chatops.At(w.End)}}}
	text(&facts, "must stay up", count(w.MinUp, "circuit"))
	m := chatops.Message{Heading: w.Subject.Name + ": " + verdict, Blocks: []chatops.Block{facts}}
	t := chatops.Table{Title: "Circuits", Columns: []string{"circuit", "provider", "in that time", "if it were down too", "because of"}}
	for _, k := range w.Circuits {
		state, then := string(k.State), "nothing"
		if k.Made {
			state = "down by the work"
		}
		if k.IfDown != "" {
			then = string(k.IfDown)
		}
		var why []string
		for _, i := range k.Impairments {
			for _, r := range w.Causes {
				if r.ID == i.MaintenanceID {
					why = append(why, r.Name)
				}
			}
		}
		t.Rows = append(t.Rows, row{
			chatops.C(k.Circuit.CID), chatops.T("%s", k.Circuit.Provider.Slug), chatops.T("%s", state), chatops.T("%s", then),
			chatops.T("%s", strings.Join(unique(why), ", ")),
		})
	}
	m.Blocks = append(m.Blocks, t)
	if len(w.Elsewhere) > 0 {
		t := chatops.Table{Title: "Elsewhere", Columns: []string{"site or group", "without the work", "with it"}}
		for _, e := range w.Elsewhere {
			t.Rows = append(t.Rows, row{chatops.T("%s", e.Subject.Name), chatops.T("%s", calm(e.Without)), chatops.T("%s", calm(e.Severity))})
		}
		m.Blocks = append(m.Blocks, t)
	}
	return m
}

// calm is a severity in a table.
func calm(s models.Severity) string {
	if s == "" {
		return "well"
	}
	return string(s)
}
