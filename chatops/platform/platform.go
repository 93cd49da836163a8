// Package platform holds the places where people write commands, one file
// each. A platform verifies what comes in, hands requests to a Handler and
// draws the neutral answers within its limits. It holds no rule about who may
// do what, and no command.
package platform

import (
	"context"

	"lineman/chatops"
)

// Handler answers requests; *chatops.Dispatcher is one.
type Handler interface {
	Dispatch(ctx context.Context, r chatops.Request) chatops.Message
}

// Platform takes requests in until its input or ctx ends.
type Platform interface {
	Name() string
	Run(ctx context.Context) error
}

// Member is one line of the list of platforms.
type Member struct {
	Name string
	// Render draws a message as it would be sent with the platform's default
	// limits and times in UTC. It is what the contract suite looks at.
	Render func(m chatops.Message) ([]byte, error)
}

// All lists the platforms.
func All() []Member {
	return []Member{
		{Name: chatops.PlatformTerminal, Render: renderTerminal},
	}
}
