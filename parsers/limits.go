package parsers

import "fmt"

// Limits of one mail. Beyond them it is refused with a LimitError: it is kept,
// but no part of it is read.
const (
	MaxMailSize    = 25 << 20 // bytes of the raw mail
	MaxDepth       = 20       // multiparts and messages inside each other
	MaxParts       = 200      // leaves and containers
	MaxHeaderSize  = 1 << 20  // bytes of one header block
	MaxHeaderLines = 5000     // fields of one header block

	maxForwards    = 5       // forwards that persons pasted, inside each other
	maxForwardText = 1 << 20 // bytes of a part that are searched for them
	maxDecodedWord = 64 << 10
	maxAddresses   = 1000
)

// LimitError says which limit a mail exceeds.
type LimitError struct {
	What  string // for example "nested parts"
	Limit int
	Got   int // 0: more than Limit, not counted further
}

// Error is one sentence for people.
func (e *LimitError) Error() string {
	if e.Got > 0 {
		return fmt.Sprintf("the mail is over the limit of %d %s (it has %d) and was not read", e.Limit, e.What, e.Got)
	}
	return fmt.Sprintf("the mail is over the limit of %d %s and was not read", e.Limit, e.What)
}
