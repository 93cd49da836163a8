package command

import (
	"context"
	"fmt"

	"lineman/chatops"
	"lineman/models"
)

func maintenanceSources(o Options) chatops.Subcommand {
	return chatops.Subcommand{
		Name: "sources", Summary: "tells of the mailboxes that notices come from, and whether they can be read",
		Role: models.RoleViewer, Example: "maintenance sources",
		Run: func(ctx context.Context, c chatops.Call) (chatops.Message, error) { return sourceList(ctx, o, c) },
	}
}

func sourceList(ctx context.Context, o Options, c chatops.Call) (chatops.Message, error) {
	if !c.Principal.Scope.All {
		return chatops.Message{}, models.Invalid("", "mailboxes are shown only to those whose scope is everything; ask an administrator of lineman")
	}
	rows, err := o.Reader.SourceHealths(ctx)
	if err != nil {
		return chatops.Message{}, fmt.Errorf("read the sources: %w", err)
	}
	if len(rows) == 0 {
		return chatops.Say("No mailbox was read yet."), nil
	}
	failing := 0
	t := chatops.Table{Columns: []string{"source", "kind", "state", "last read", "last mail", "messages"}}
	for _, s := range rows {
		state := "well"
		if s.LastError != "" {
			state, failing = "failing", failing+1
		}
		t.Rows = append(t.Rows, row{
			chatops.C(s.Name), chatops.T("%s", s.Kind), chatops.T("%s", state), chatops.At(s.LastSuccess), chatops.At(s.LastMail), chatops.T("%d", s.Messages),
		})
	}
	m := chatops.Message{Heading: count(len(rows), "source"), Blocks: []chatops.Block{t}}
	if failing > 0 {
		m.Blocks = append(m.Blocks, chatops.Text{Inline: chatops.Join(
			chatops.T("%d cannot be read; on the server, ", failing), chatops.C("lineman sources validate"), chatops.T(" tells why."))})
	}
	return m, nil
}
