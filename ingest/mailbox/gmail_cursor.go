package mailbox

import (
	"net/url"
	"strconv"
	"strings"
)

// gmailCursor is a position in a folder: in a dated search, which is worked
// off from its oldest message on, or in the mailbox's history after that.
type gmailCursor struct {
	account string
	label   string // id of the folder's label; empty: the whole mailbox
	history uint64 // id of the history record that was worked off last, or at the start of the search

	search bool
	since  int64  // milliseconds since 1970; the search is for what was received then or later; 0: for all
	last   string // id of the message that was handed out last; in the history: of a record that is not worked off
	lastMs int64  // when it was received
}

// String writes the cursor as it is stored.
func (c gmailCursor) String() string {
	v := url.Values{"account": {c.account}, "history": {strconv.FormatUint(c.history, 10)}}
	set := func(key, value string) {
		if value != "" && value != "0" {
			v.Set(key, value)
		}
	}
	set("label", c.label)
	set("last", c.last)
	if !c.search {
		return "history?" + v.Encode()
	}
	set("since", strconv.FormatInt(c.since, 10))
	set("received", strconv.FormatInt(c.lastMs, 10))
	return "search?" + v.Encode()
}

// parseGmailCursor reads what String wrote; false: it is none.
func parseGmailCursor(text string) (gmailCursor, bool) {
	phase, query, _ := strings.Cut(text, "?")
	v, err := url.ParseQuery(query)
	if err != nil || phase != "search" && phase != "history" {
		return gmailCursor{}, false
	}
	good := true
	number := func(key string) int64 {
		if !v.Has(key) {
			return 0
		}
		n, err := strconv.ParseInt(v.Get(key), 10, 64)
		good = good && err == nil
		return n
	}
	c := gmailCursor{
		account: v.Get("account"), label: v.Get("label"), search: phase == "search",
		since: number("since"), last: v.Get("last"), lastMs: number("received"),
	}
	c.history, err = strconv.ParseUint(v.Get("history"), 10, 64)
	return c, good && err == nil && c.history > 0
}
