package chatops

import (
	"context"
	"errors"
	"fmt"

	"lineman/models"
)

// Explain tells what would become of a request with a Text. It runs nothing and
// notes nothing.
func (d *Dispatcher) Explain(ctx context.Context, r Request) (models.ChatExplanation, error) {
	line := commandLine(Clean(r.Text))
	if len(r.Text) > MaxText || len(line) == 0 {
		return models.ChatExplanation{}, models.Invalid("command", "write a command line of up to %d bytes, for example \"maintenance list today\"", MaxText)
	}
	t := &Turn{Request: r, d: d}
	var e models.ChatExplanation
	if err := t.identify(ctx); err != nil {
		no := refused("")
		if !errors.As(err, &no) {
			return models.ChatExplanation{}, err
		}
		e.Refused = string(no)
		if t.grants, err = d.grants(ctx, r.Platform); err != nil {
			return models.ChatExplanation{}, err
		}
	}
	e.Principal, e.Grants = t.call.Principal, len(t.grants)
	cmd, rest, found := d.find(line)
	var sub Subcommand
	if found {
		sub, rest, e.Known = subcommand(cmd, rest)
	}
	if !e.Known {
		cmd, sub, rest = Command{Name: line[0].text}, Subcommand{}, line[1:]
		if len(rest) > 0 {
			sub.Name, rest = rest[0].text, rest[1:]
		}
	}
	t.cmd, t.sub, t.words = cmd, sub, rest
	e.Role = sub.Role
	e.Ask = t.ask(cmd, sub)
	e.Decision = models.DecideGrant(t.grants, e.Ask, d.o.Now())
	return e, nil
}

// grants are those that may concern a platform.
func (d *Dispatcher) grants(ctx context.Context, platform string) ([]models.Grant, error) {
	if d.o.Grants == nil {
		return nil, nil
	}
	grants, err := d.o.Grants.Grants(ctx, platform)
	if err != nil {
		return nil, fmt.Errorf("read the grants: %w", err)
	}
	return grants, nil
}

// ask is a command as the grants see it.
func (t *Turn) ask(cmd Command, sub Subcommand) models.ChatAsk {
	r := t.Request
	return models.ChatAsk{
		Platform: r.Platform, Organization: r.Organization.ID, Channel: r.Channel.ID, User: r.User.ID, Direct: r.Direct,
		Command: cmd.Name, Subcommand: sub.Name, Text: t.text(cmd, sub), Writes: sub.Writes,
	}
}
