package models

import (
	"errors"
	"time"
)

// ErrUsed is returned (wrapped) for what may be used once and was. Nothing was
// done.
var ErrUsed = errors.New("used already")

// ChatParty is an organization, a channel or a user of a chat platform: the ID
// decides, the Name is shown.
type ChatParty struct {
	ID   string
	Name string
}

// Label is the name, else the ID.
func (p ChatParty) Label() string {
	if p.Name != "" {
		return p.Name
	}
	return p.ID
}

// ChatState says how far a command of chat came.
type ChatState string

// The states of a ChatCommand, in their order.
const (
	ChatAsked    ChatState = "asked"    // answered at once; the answer is not known to have been sent
	ChatAccepted ChatState = "accepted" // acknowledged to the platform, not begun
	ChatRunning  ChatState = "running"  // begun
	ChatRan      ChatState = "ran"      // done; the answer is not known to have been sent
	ChatAnswered ChatState = "answered" // the answer was sent, or cannot be
)

// ChatOutcome is how a command of chat ended.
type ChatOutcome string

// The outcomes of a command.
const (
	ChatSucceeded ChatOutcome = "succeeded"
	ChatBlocked   ChatOutcome = "blocked" // no grant, or the role does not suffice
	ChatFailed    ChatOutcome = "failed"  // what was asked could not be done
	ChatErrored   ChatOutcome = "errored" // our side failed, panicked, took too long or was stopped
	ChatUnknown   ChatOutcome = "unknown" // not ended
	ChatNoCommand ChatOutcome = ""        // help, or a question for what is missing: it is in no log
)

// ChatOutcomes lists the outcomes of commands.
var ChatOutcomes = []ChatOutcome{ChatSucceeded, ChatBlocked, ChatFailed, ChatErrored, ChatUnknown}

// ChatCommand is one command that somebody gave in chat: an entry of the
// command log, and what is needed to finish it after a crash. Help and
// questions for what is missing are no commands.
type ChatCommand struct {
	ID           string // the reference that people are given
	Platform     string
	EventID      string // the platform's id of what it sent; unique per platform; empty: none
	Organization ChatParty
	Channel      ChatParty
	User         ChatParty
	Thread       string
	Direct       bool
	Principal    string // who it acts as in lineman

	Command    string
	Subcommand string
	Args       map[string][]string // by parameter; secrets as ***

	// Line and Reply are there until the answer was sent: what was asked, empty
	// where a secret is in it, and where the platform sends the answer to.
	Line  string
	Reply string

	State    ChatState
	Attempts int
	Outcome  ChatOutcome
	Details  string        // the whole error, for administrators
	Received time.Time     // UTC
	Waited   time.Duration // from receipt to begin
	RunTime  time.Duration
}

// ChatCommandFilter narrows the command log; empty fields narrow nothing.
type ChatCommandFilter struct {
	IDs       []string
	Platforms []string
	Commands  []string
	Users     []string // platform ids, or names in lineman
	Channels  []string
	Outcomes  []ChatOutcome
	After     time.Time // received at or after
	Before    time.Time // received before
	Page      Page
}

// Conversation is what a button, a menu or a form of an answer goes on with.
// It never leaves lineman: the platform gets a short signed key to it.
type Conversation struct {
	ID       string // random
	Platform string
	Channel  string // id of the only channel where it holds
	User     string // id of the only user who may go on; empty: whoever is in the channel
	Line     string // the words so far
	Args     map[string]string
	Confirm  bool // going on confirms a command that writes
	Expires  time.Time
	Used     time.Time // when a confirmation was given; zero: it was not
}

// ChatLinkOffer is an offer to link a chat user, to whoever shows its code.
type ChatLinkOffer struct {
	Selector string // the part of the code by which it is found
	Hash     string // of the whole code; see LinkCode
	Platform string
	ChatUser ChatParty
	Expires  time.Time
}

// ChatLinkFilter narrows links; empty fields narrow nothing.
type ChatLinkFilter struct {
	Platforms []string
	ChatUsers []string // ids
	Users     []string // names in lineman
	Page      Page
}

// ChatSeenFilter narrows what was seen; empty fields narrow nothing.
type ChatSeenFilter struct {
	Platforms []string
	Kinds     []GrantKind
	Page      Page
}

// ChatLink says who in lineman a chat user is. A chat user has at most one.
type ChatLink struct {
	Platform string
	ChatUser ChatParty
	User     string // name of the user of lineman
	By       string // who made the link
	At       time.Time
}

// ChatSeen is an organization, a channel or a user that wrote to lineman,
// permitted or not: what grants may name.
type ChatSeen struct {
	Platform string
	Kind     GrantKind
	Party    ChatParty
	First    time.Time
	Last     time.Time
}
