package command

import (
	"context"
	"strings"

	"lineman/chatops"
	"lineman/models"
)

// blank is how many empty lines push what was written out of sight.
const blank = 50

// Clear pushes what was written before out of sight.
func Clear() chatops.Command {
	return chatops.Command{
		Name: "clear", Summary: "pushes what was written before out of your sight",
		Subcommands: []chatops.Subcommand{{
			Summary: "writes empty lines, for you alone where the platform can", Role: models.RoleViewer, Example: "clear",
			Run: func(_ context.Context, c chatops.Call) (chatops.Message, error) {
				if c.Request.Thread != "" {
					return chatops.Message{}, models.Invalid("", "a thread is not cleared: empty lines would stay in it for everybody; write clear in the channel")
				}
				m := chatops.Say("%s", strings.Repeat("\u00a0\n", blank))
				m.Private = true
				return m, nil
			},
		}},
	}
}
