// Package platform holds the places where people write commands, one file
// each. A platform verifies what comes in, acknowledges it, hands requests to
// a Handler and draws the neutral answers within its limits. It holds no rule
// about who may do what, and no command.
package platform

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"lineman/chatops"
	"lineman/internal/config"
	"lineman/models"
)

// Handler answers requests; *chatops.Dispatcher is one.
type Handler interface {
	// Dispatch answers at once, for platforms with nothing to acknowledge.
	Dispatch(ctx context.Context, r chatops.Request) chatops.Message
}

// Turns is a Handler for platforms that acknowledge first and answer later;
// *chatops.Dispatcher is one.
type Turns interface {
	Begin(ctx context.Context, r chatops.Request) *chatops.Turn
	// Touch says that this process still has what it took in.
	Touch(ctx context.Context) error
	// Recover answers what was acknowledged and is not answered, for example
	// because a process died.
	Recover(ctx context.Context, platform string, send func(ctx context.Context, r chatops.Request, m chatops.Message) error) error
}

// Platform is one place where people write. Its Run takes requests in until
// ctx ends, and returns an error only for what trying again does not mend.
type Platform interface {
	Name() string // its slug: of grants, of paths, of the settings
	Run(ctx context.Context) error
}

// Webhooks is a Platform that is called over HTTP, under /chat/{name}/.
type Webhooks interface {
	Platform
	// Routes are handlers by the rest of the path, for POST. Each verifies what
	// comes in by itself.
	Routes() map[string]http.Handler
}

// Sender is a Platform where lineman can speak first.
type Sender interface {
	Platform
	// Send posts a message and says where it is. A *SendError says whether
	// trying again may help, and when.
	Send(ctx context.Context, to Address, m chatops.Message) (Posted, error)
	// Update puts a message in the place of one that was sent. Where that is not
	// possible any more it is ErrFixed, and a new one should be sent.
	Update(ctx context.Context, at Posted, m chatops.Message) (Posted, error)
}

// Finder is a Sender that finds what it sent before.
type Finder interface {
	Sender
	// Find says where the message with the key of an address stands that was
	// sent there at or after since; false when there is none. ErrNoLookup where
	// the platform cannot say.
	Find(ctx context.Context, in Address, since time.Time) (Posted, bool, error)
}

// Directory is a Platform that finds ids by name.
type Directory interface {
	Platform
	// Lookup finds the organizations, channels or users of this name. It is
	// ErrNoLookup where the platform cannot say.
	Lookup(ctx context.Context, kind models.GrantKind, name string) ([]chatops.Party, error)
}

// Checker is a Platform that can tell whether it is set up right.
type Checker interface {
	Platform
	// Check logs in and says as whom; its error says what to do.
	Check(ctx context.Context) (string, error)
}

// Address is where a message goes: a channel, a thread in it, or a user.
type Address struct {
	Channel string // id; empty for a direct message
	Thread  string // of the channel; empty: none
	User    string // id of who gets a direct message, or who alone sees it in Channel

	Key  string // goes along unseen, for a Finder; empty: none
	Loud bool   // of a Thread: shown in the channel as well, where threads are easily missed
}

// Posted is a message that was sent. Its fields are the platform's own.
type Posted struct {
	Channel string
	Message string
	Thread  string // for messages that shall be under it
}

// Sentinels of Sender and Directory.
var (
	ErrFixed    = errors.New("the message cannot be changed any more")
	ErrNoLookup = errors.New("the platform does not tell")
)

// Member is one line of the list of platforms.
type Member struct {
	Name string
	// Render draws a message as it would be sent with the platform's default
	// limits and times in UTC. It is what the contract suite looks at.
	Render func(m chatops.Message) ([]byte, error)
	// Configured tells whether the settings have this platform, and Open makes
	// it. Both are nil where it is no part of the service.
	Configured func(p config.Platforms) bool
	Open       func(o Options) (Platform, error)
}

// Options are what a platform of the service is made of.
type Options struct {
	Settings config.Platforms
	Turns    Turns        // nil: it cannot Run
	Client   *http.Client // tries calls again that fail for a while; logs no addresses
	Secrets  Secrets      // nil: the platform can keep nothing
	Counter  Counter      // nil: nothing is counted
	Logger   *slog.Logger
	Now      func() time.Time
	Zone     *time.Location // for times that the platform cannot show in the reader's zone; nil: UTC

	DeleteInput bool // questions are removed once they are answered
}

// Counter counts for the metrics what platforms do: requests that were refused
// and why, what was received, sent, and what failed.
type Counter interface {
	CountPlatform(platform, event, kind string)
}

// All lists the platforms.
func All() []Member {
	return []Member{
		{Name: chatops.PlatformTerminal, Render: renderTerminal},
		{Name: slackName, Render: renderSlack, Configured: slackConfigured, Open: openSlack},
	}
}

// SendError is why a message could not be sent.
type SendError struct {
	Retry time.Duration // when it is worth trying again; 0: soon
	Fatal bool          // trying again does not help
	Mend  string        // what an operator can do about it, such as "check the token"; empty: nothing that is known
	Err   error         // with nothing secret in it
}

// Error says why.
func (e *SendError) Error() string { return e.Err.Error() }

// Unwrap gives the reason.
func (e *SendError) Unwrap() error { return e.Err }
