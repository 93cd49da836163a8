package chatops

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"lineman/models"
)

// Grants are asked before each command. Without one nothing is permitted.
type Grants interface {
	// Grants are those that may concern this platform.
	Grants(ctx context.Context, platform string) ([]models.Grant, error)
}

// The terminal's organization and channel.
const (
	PlatformTerminal     = "terminal"
	OrganizationTerminal = "terminal"
	ChannelLocal         = "local"
)

// TerminalGrants permits everything to the terminal, whose user can open the
// database anyway, and nothing to any other platform.
type TerminalGrants struct{}

// Grants is the one rule for the terminal.
func (TerminalGrants) Grants(context.Context, string) ([]models.Grant, error) {
	return []models.Grant{{
		Kind: models.GrantRule, Effect: models.GrantAllow, Platform: PlatformTerminal, Command: models.Any, Subcommand: models.Any,
		Order:         math.MinInt, // before every other rule: nobody locks themselves out
		Organizations: []string{OrganizationTerminal}, Channels: []string{ChannelLocal}, Comment: "built in: whoever can open the database",
	}}, nil
}

// WithTerminal are the grants of others, and those of TerminalGrants.
type WithTerminal struct{ Given Grants }

// Grants are those of both.
func (w WithTerminal) Grants(ctx context.Context, platform string) ([]models.Grant, error) {
	builtIn, err := TerminalGrants{}.Grants(ctx, platform)
	if err != nil || w.Given == nil {
		return builtIn, err
	}
	given, err := w.Given.Grants(ctx, platform)
	return append(builtIn, given...), err
}

// denial is what a denied asker reads: all the ids that no grant covers, so
// that an administrator can be told them at once.
func denial(d models.GrantDecision, r Request) string {
	if d.Rule != nil {
		return fmt.Sprintf("A rule does not permit this to %s in %s; ask an administrator of lineman.", missing(models.GrantUser, r), missing(models.GrantChannel, r))
	}
	var list []string
	for _, s := range d.Missing() {
		list = append(list, missing(s.Kind, r))
	}
	return fmt.Sprintf("This is not permitted for %s; ask an administrator of lineman for a grant.", strings.Join(list, ", "))
}

func missing(kind models.GrantKind, r Request) string {
	p := map[models.GrantKind]Party{
		models.GrantOrganization: r.Organization, models.GrantChannel: r.Channel, models.GrantUser: r.User,
	}[kind]
	switch {
	case p.ID == "":
		return string(kind) + " (without an id)"
	case p.Name == "" || p.Name == p.ID:
		return string(kind) + " " + p.ID
	}
	return fmt.Sprintf("%s %s (%s)", kind, p.ID, CleanLine(p.Name))
}

// Accounts tells who in lineman a chat user is.
type Accounts interface {
	// Principal never fails for want of a link: whoever is not linked is the
	// fallback user.
	Principal(ctx context.Context, r Request) (models.Principal, error)
}

// Fixed is one Principal for every request: the terminal's way.
type Fixed models.Principal

// Principal returns it.
func (f Fixed) Principal(context.Context, Request) (models.Principal, error) {
	return models.Principal(f), nil
}

// Seen notes who writes to lineman, permitted or not.
type Seen interface {
	SeeChat(ctx context.Context, list []models.ChatSeen) error
}

// Journal is the command log, which also holds what was acknowledged and is
// not answered yet.
type Journal interface {
	// AcceptCommand stores a command; fresh is false, and nothing is stored, when
	// its EventID is there already.
	AcceptCommand(ctx context.Context, c models.ChatCommand) (fresh bool, err error)
	// UpdateCommand stores how far it came.
	UpdateCommand(ctx context.Context, c models.ChatCommand) error
	// TouchCommands says that this process still has these.
	TouchCommands(ctx context.Context, ids []string) error
	// ReclaimCommands gives this process the commands of a platform that no
	// process has touched since then and that are not answered, with one more
	// attempt counted. Of two processes that ask, one gets each.
	ReclaimCommands(ctx context.Context, platform string, untouched time.Time) ([]models.ChatCommand, error)
}

// Counter counts commands for the metrics.
type Counter interface {
	CountCommand(platform, command, subcommand string, o models.ChatOutcome, took time.Duration)
}
