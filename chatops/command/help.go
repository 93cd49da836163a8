package command

import (
	"context"
	"slices"
	"strings"

	"lineman/chatops"
	"lineman/models"
)

// Help tells what may be run and how it is written.
func Help() chatops.Command {
	return chatops.Command{
		Name: "help", Summary: "what can be asked, and how",
		Subcommands: []chatops.Subcommand{{
			Summary: "lists the commands, or explains one", Role: models.RoleViewer, Example: "help maintenance list",
			Params: []chatops.Param{
				{Name: "command", Summary: "a command, with its subcommand if it has any", Kind: chatops.KindText, Rest: true},
			},
			Run: help,
		}},
	}
}

func help(_ context.Context, c chatops.Call) (chatops.Message, error) {
	asked := strings.Fields(strings.ToLower(strings.TrimPrefix(c.Arg("command"), "/")))
	if len(asked) == 0 {
		return chatops.Help(c.Commands), nil
	}
	i := slices.IndexFunc(c.Commands, func(k chatops.Command) bool { return k.Name == asked[0] })
	if i < 0 {
		return chatops.Message{}, models.Invalid("", "there is no command %q; help lists all of them", chatops.CleanLine(asked[0]))
	}
	if len(asked) == 1 {
		return chatops.HelpCommand(c.Commands[i]), nil
	}
	sub, ok := c.Commands[i].Find(asked[1])
	if !ok {
		return chatops.Message{}, models.Invalid("", "%s has no command %q; help %s lists what it has", asked[0], chatops.CleanLine(asked[1]), asked[0])
	}
	return chatops.HelpSubcommand(c.Commands[i], sub), nil
}
