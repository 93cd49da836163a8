// Package calendar serves the records as an iCalendar feed that calendar
// programs subscribe to. The address holds a token, since such programs send
// no headers; it is never logged and stands in no answer. The package reads
// through a Reader, always with the token's scope, and opens no listener.
package calendar

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"lineman/api/edge"
	"lineman/internal/ical"
	"lineman/models"
)

// Path is the pattern under which the handler is served, for every method. The
// last part is the token with ".ics".
const Path = "/calendar/{file}"

// Reader is what the feed reads.
type Reader interface {
	Calendar(ctx context.Context, s models.Scope, f models.CalendarFilter) (items []models.CalendarItem, more bool, err error)
}

// Options are what the feed is made of.
type Options struct {
	Reader Reader
	// Principal tells who asks, as the gate before this handler found out from
	// the token in the address; whoever it does not know sees no calendar.
	Principal func(context.Context) (models.Principal, bool)
	Now       func() time.Time
	Logger    *slog.Logger
	Limit     int // of maintenances; 0: 5,000
}

// What a feed holds.
const (
	back         = 365 * 24 * time.Hour // windows that ended longer ago are left out
	keepOff      = 30 * 24 * time.Hour  // so are cancelled ones, so long after their last change
	refresh      = time.Hour
	defaultLimit = 5_000
)

// requestWithin bounds one request.
const requestWithin = 30 * time.Second

type handler struct{ o Options }

// New makes the handler of Path.
func New(o Options) (http.Handler, error) {
	if o.Reader == nil || o.Now == nil || o.Logger == nil || o.Principal == nil {
		return nil, errors.New("the calendar needs a Reader, a Principal, Now and a Logger")
	}
	if o.Limit <= 0 {
		o.Limit = defaultLimit
	}
	return &handler{o}, nil
}

// Routes are the routes that the handler answers.
func (h *handler) Routes() []string { return []string{http.MethodGet + " " + Path} }

// ServeHTTP answers GET and HEAD.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer") // the address is the secret
	header.Set("X-Robots-Tag", "noindex")
	header.Set("Cache-Control", "no-store") // of errors
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		header.Set("Allow", "GET, HEAD")
		edge.Problem(w, http.StatusMethodNotAllowed, "A calendar can only be read (GET).")
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), requestWithin)
	defer cancel()
	who, known := h.o.Principal(ctx)
	if !known || !strings.HasSuffix(r.PathValue("file"), ".ics") {
		edge.Problem(w, http.StatusNotFound, "There is no such calendar.")
		return
	}
	q, err := parse(r.URL.RawQuery)
	if err != nil {
		edge.Problem(w, http.StatusBadRequest, err.Error())
		return
	}
	h.feed(ctx, w, r, who.Scope, q)
}

func (h *handler) feed(ctx context.Context, w http.ResponseWriter, r *http.Request, scope models.Scope, q query) {
	now := h.o.Now().UTC()
	f := q.filter
	f.EndAfter, f.OffSince, f.Limit = now.Add(-back), now.Add(-keepOff), h.o.Limit
	items, more, err := h.o.Reader.Calendar(ctx, scope, f)
	if err != nil {
		h.o.Logger.Error("a calendar could not be read", "error", err)
		edge.Problem(w, http.StatusServiceUnavailable, "The calendar cannot be read at the moment; try again.")
		return
	}
	feed := ical.Feed{Name: q.name(), Refresh: refresh}
	if more {
		feed.About = "Not everything has room here: only the " + strconv.Itoa(h.o.Limit) + " maintenances that end last are shown. Narrow the calendar, for example with ?site= or ?provider=."
	}
	body := feed.Write(items)
	header := w.Header()
	header.Set("Cache-Control", "private, no-cache") // a copy may be kept, and is asked about each time
	header.Set("ETag", etag(body))
	if edge.HasTag(r.Header.Values("If-None-Match"), etag(body)) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	header.Set("Content-Type", "text/calendar; charset=utf-8")
	header.Set("Content-Disposition", `inline; filename="lineman.ics"`)
	header.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodHead {
		return
	}
	// A client that is gone needs no answer.
	_, _ = w.Write(body)
}

// etag is that of the bytes. They follow from the revisions of everything that
// is shown, and from what the token's scope lets through at the moment.
func etag(body []byte) string {
	sum := sha256.Sum256(body)
	return `"` + hex.EncodeToString(sum[:16]) + `"`
}
