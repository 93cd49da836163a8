package chatops

import (
	"time"

	"lineman/models"
)

// Request is one thing that somebody wrote, chose or pressed, as a platform
// received and verified it. It holds either Text or a Ticket.
type Request struct {
	ID           string // for people to name it by and for the log; empty: the Dispatcher makes one
	EventID      string // the platform's id of this event, by which it is told from a repeat; empty: none
	Platform     string // the platform's slug, for example terminal
	Organization Party
	Channel      Party
	User         Party
	Direct       bool   // in a conversation of two
	Thread       string // where the platform has threads
	Text         string // what was written, without the mention of the bot

	Ticket  string            // of the button, menu or form that was used
	Answers map[string]string // what was chosen or filled in, by the names of the fields
	Offset  int               // of a menu of many choices: the first that is to be shown next

	Reply string    // where the answer goes, in the platform's own words; only it reads them
	At    time.Time // when it was received; zero: when it is dispatched
}

// Party is an organization, a channel or a user of a platform.
type Party = models.ChatParty
