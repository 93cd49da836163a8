package chatops

import (
	"context"
	"fmt"
	"strings"
	"time"

	"lineman/models"
)

// Grants decides who may run what. Without a grant nothing is permitted.
type Grants interface {
	// Permit returns nil, or a *Denied that names everything that is missing.
	// subcommand may be empty.
	Permit(ctx context.Context, r Request, command, subcommand string) error
}

// Denied says which of the asker's ids no grant covers.
type Denied struct {
	Missing []string // for example "channel C123 (noc)"
}

// Error is what the asker reads.
func (d *Denied) Error() string {
	return fmt.Sprintf("This is not permitted for %s; ask an administrator of lineman for a grant.", strings.Join(d.Missing, ", "))
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

// Permit returns nil for the terminal.
func (TerminalGrants) Permit(_ context.Context, r Request, _, _ string) error {
	if r.Platform == PlatformTerminal && r.Organization.ID == OrganizationTerminal && r.Channel.ID == ChannelLocal {
		return nil
	}
	return &Denied{Missing: []string{
		missing("organization", r.Organization), missing("channel", r.Channel), missing("user", r.User),
	}}
}

func missing(what string, p Party) string {
	switch {
	case p.ID == "":
		return what + " (none)"
	case p.Name == "" || p.Name == p.ID:
		return what + " " + p.ID
	}
	return fmt.Sprintf("%s %s (%s)", what, p.ID, p.Name)
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

// Outcome is how a command ended.
type Outcome string

// The outcomes of a command.
const (
	Succeeded Outcome = "succeeded"
	Blocked   Outcome = "blocked" // no grant, or the role does not suffice
	Failed    Outcome = "failed"  // what was asked could not be done
	Errored   Outcome = "errored" // our side failed, panicked or took too long
)

// LogEntry is one command that ran, or was not permitted to. Help and
// questions for missing parameters are no entries.
type LogEntry struct {
	Request    Request // Text and Args emptied; see Args below
	Principal  string
	Command    string
	Subcommand string
	Args       map[string][]string // secrets as ***
	Outcome    Outcome
	Details    string // the whole error, for administrators
	Started    time.Time
	Duration   time.Duration
}

// CommandLog keeps entries. An error of it never reaches the asker.
type CommandLog interface {
	LogCommand(ctx context.Context, e LogEntry) error
}
