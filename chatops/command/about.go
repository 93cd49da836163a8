package command

import (
	"context"

	"lineman/chatops"
	"lineman/models"
)

// About tells what answers here.
func About(o Options) chatops.Command {
	return chatops.Command{
		Name: "about", Summary: "what this is, and its version",
		Subcommands: []chatops.Subcommand{{
			Summary: "tells the version", Role: models.RoleViewer, Example: "about",
			Run: func(context.Context, chatops.Call) (chatops.Message, error) {
				m := chatops.Say("lineman reads the maintenance notices of circuit providers from mailboxes and answers questions about them.")
				facts := chatops.Facts{}
				text(&facts, "version", o.Version)
				text(&facts, "time zone", o.Zone.String())
				m.Blocks = append(m.Blocks, facts)
				return m, nil
			},
		}},
	}
}
