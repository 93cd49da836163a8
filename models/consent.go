package models

import "time"

// Consent is a question for a person's consent to read a mailbox, which comes
// back over HTTP. It is answered once.
type Consent struct {
	State   string // SHA-256 of what the browser brings back, hex
	Source  string // name of the source
	Sealed  []byte // what turns the answer into a token, encrypted
	Expires time.Time
}

// Answers to a Consent that are no sentence of what went wrong.
const (
	ConsentPending = ""        // nobody answered yet
	ConsentTaken   = "taken"   // the browser came back, the token is being fetched
	ConsentGiven   = "granted" // the token is stored
)
