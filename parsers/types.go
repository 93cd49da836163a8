package parsers

import (
	"sync/atomic"
	"time"

	"lineman/models"
	"lineman/parsers/charset"
)

// Version names the state of all readers together; it is stored with every
// notice, so that a re-parse knows what is older.
const Version = "1"

// Mail is a message as read, outer envelope first, with every message that is
// forwarded inside it. It is immutable once ReadMail returned it and may be
// shared between goroutines.
type Mail struct {
	Message
	Received time.Time // of the topmost Received line, UTC; zero without one
	Size     int       // bytes of the raw mail
}

// Message is one envelope with its parts: the mail itself, a nested
// message/rfc822, or a forward that a person pasted ("Forwarded message").
type Message struct {
	Header    Header
	Subject   string // decoded, unfolded, one line
	From      []Address
	Date      time.Time // of the Date header, UTC; zero when absent or unreadable
	MessageID string    // without angle brackets
	Parts     []*Part   // leaves in document order, those of nested messages excluded
	Forwarded []*Message
}

// Address is one mailbox of an address header; Addr is lower case.
type Address struct {
	Name string
	Addr string
}

// Part is one leaf of the MIME tree, transfer-decoded.
type Part struct {
	Index       int    // position in the whole mail, for evidence
	ContentType string // lower case, without parameters; as sniffed where the mail says nothing useful
	Charset     string // as declared, lower case
	Filename    string // base name only, decoded
	Attachment  bool   // Content-Disposition: attachment
	Data        []byte // transfer-decoded bytes

	text  atomic.Pointer[string]   // decoded by Text at its first call
	shown atomic.Pointer[Document] // of HTML that was read; only its Title and Text are used of it
}

// Text gives the part's data as text, as charset.Decode does. It is decoded at
// the first call; calls may be concurrent.
func (p *Part) Text() string {
	if t := p.text.Load(); t != nil {
		return *t
	}
	t := charset.Decode(p.Data, p.Charset, p.ContentType == TypeHTML)
	p.text.Store(&t)
	return t
}

// Header holds the header fields of one message; keys are canonical
// (textproto.CanonicalMIMEHeaderKey), values raw and unfolded, in order.
type Header map[string][]string

// Outcome is the explicit end of parsing one mail.
type Outcome string

// The outcomes.
const (
	OutcomeMaintenance Outcome = "maintenance"
	OutcomeIgnored     Outcome = "ignored"
	OutcomeError       Outcome = "error"
)

// Result is what the Engine makes of one mail. The same mail gives the same
// Result every time.
type Result struct {
	Provider string // slug of the parser provider that was used; empty: none fits
	Detected string // why that provider, in words
	Outcome  Outcome
	Reason   string       // ignored: the rule that says it is no notice; error: one sentence
	Fields   []FieldError // error: each field that could not be read
	Notices  []models.Notice
	Partial  []PartialNotice // error: what could be read of the notices; Fields says what is missing
	Format   string          // format that read it, for example zayo/html
	Evidence []Evidence
	Tried    []string // formats that were tried and why they did not fit
	Warnings []string
	Panic    bool   // error: a format panicked on this mail, Reason says which
	Missed   []Seen // known circuits that the mail names and that were not read; see Missing
}

// FieldError says which field of a notice could not be read, and why.
type FieldError struct {
	Field  string // contract name: maintenance_id, start, end, account, circuits, status …
	Reason string
}

// Evidence says where one value was found.
type Evidence struct {
	Notice int    // index in Result.Notices
	Field  string // start, end, circuits[3].circuit_id …
	Part   int    // Part.Index; -1: a header
	Text   string // the text that matched, at most 200 bytes
	Rule   string // the rule of the format that read it
}

// Format reads one layout. Formats and providers are separate lists: one
// provider has several formats, one format serves several providers.
type Format struct {
	Name string // for example "zayo/html"

	// Fits tells cheaply whether the layout can be this one; a reason is
	// recorded when it cannot.
	Fits func(*Message) (bool, string)

	// Read reads the layout from one message (inner ones are tried before
	// outer ones). Missing or undecidable fields are FieldErrors in the
	// Reading, never guesses.
	Read func(*Message) Reading
}

// PartialNotice is what could be read of a notice that is not complete.
type PartialNotice struct {
	models.Notice
	Evidence []Evidence
}

// Reading is what a Format found in one message.
type Reading struct {
	Ignored  string // a rule that says this is no maintenance notice; ends the search
	Notices  []models.Notice
	Partial  []PartialNotice // what is left of notices that lack Fields and are not among Notices
	Fields   []FieldError
	Evidence []Evidence
	Warnings []string
}

// Provider is one member of provider.All.
type Provider struct {
	Slug      string
	Aliases   []string // other slugs that people ask for it by
	Name      string
	Organizer string   // used where the mail names none
	Senders   []string // addresses (a@b), domains (b) and wildcards (*.b) it is known to send from
	Subjects  []string // lower-case fragments that hint at it, for mail relayed by others
	Body      []string // lower-case fingerprints of its bodies
	Formats   []Format // in the order they are tried
	Filler    string   // account where the layout has none; empty: a missing account is an error
}
