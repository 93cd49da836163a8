package command

import (
	"context"

	"lineman/chatops"
	"lineman/models"
)

// Whoami tells who asks: the ids that grants name, and the role.
func Whoami() chatops.Command {
	return chatops.Command{
		Name: "whoami", Summary: "who you are here, with the ids that grants need",
		Subcommands: []chatops.Subcommand{{
			Summary: "tells your ids and role", Role: models.RoleViewer, Example: "whoami", Run: whoami,
		}},
	}
}

func whoami(_ context.Context, c chatops.Call) (chatops.Message, error) {
	facts := chatops.Facts{}
	text(&facts, "platform", c.Request.Platform)
	text(&facts, "organization", party(c.Request.Organization))
	text(&facts, "channel", party(c.Request.Channel))
	text(&facts, "user", party(c.Request.User))
	text(&facts, "acts as", c.Principal.Name)
	text(&facts, "role", string(c.Principal.Role))
	sees := "everything"
	if !c.Principal.Scope.All {
		sees = "what its scope allows"
	}
	text(&facts, "sees", sees)
	return chatops.Message{Private: true, Blocks: []chatops.Block{facts}}, nil
}

func party(p chatops.Party) string {
	if p.Name == "" || p.Name == p.ID {
		return p.ID
	}
	return p.ID + " (" + p.Name + ")"
}
