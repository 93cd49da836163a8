package chatops

import "time"

// Request is one command as a platform received it, verified and
// acknowledged.
type Request struct {
	ID           string // for people to name it by and for the log; empty: the Dispatcher makes one
	Platform     string // the platform's name, for example terminal
	Organization Party
	Channel      Party
	User         Party
	Thread       string            // where the platform has threads
	Text         string            // what was written, without the mention of the bot
	Args         map[string]string // values by parameter name, beside those in Text: form answers
	At           time.Time         // when it was received; zero: when it is dispatched
}

// Party is an organization, channel or user: the ID decides, the Name is shown.
type Party struct {
	ID   string
	Name string
}

// Label is the name, else the ID.
func (p Party) Label() string {
	if p.Name != "" {
		return p.Name
	}
	return p.ID
}
