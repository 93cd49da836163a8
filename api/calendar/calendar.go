// Package calendar serves the records as an iCalendar feed that calendar
// programs subscribe to. The address holds a token, since such programs send
// no headers; it is never logged and stands in no answer. The package reads
// through a Reader, always with the token's scope, and opens no listener.
package calendar

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
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

// TokenReader finds a token by its hash; ErrNotFound when it is unknown,
// revoked or expired.
type TokenReader interface {
	TokenByHash(ctx context.Context, hash string) (models.Token, error)
}

// Options are what the feed is made of.
type Options struct {
	Reader Reader
	Tokens TokenReader // nil with Open
	Open   bool        // every token opens everything: the demo, on loopback
	Now    func() time.Time
	Logger *slog.Logger
	Limit  int // of maintenances; 0: 5,000
}

// What a feed holds.
const (
	back         = 365 * 24 * time.Hour // windows that ended longer ago are left out
	keepOff      = 30 * 24 * time.Hour  // so are cancelled ones, so long after their last change
	refresh      = time.Hour
	defaultLimit = 5_000
)

// The limits of one request.
const (
	maxSecret     = 256 // bytes of a token; real ones have 46
	requestWithin = 30 * time.Second
)

type handler struct{ o Options }

// New makes the handler of Path.
func New(o Options) (http.Handler, error) {
	if o.Reader == nil || o.Now == nil || o.Logger == nil || o.Tokens == nil && !o.Open {
		return nil, errors.New("the calendar needs a Reader, Now, a Logger and, unless it is open, Tokens")
	}
	if o.Limit <= 0 {
		o.Limit = defaultLimit
	}
	return &handler{o}, nil
}

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
	who, ok := h.holder(ctx, w, r.PathValue("file"))
	if !ok {
		return
	}
	q, err := parse(r.URL.RawQuery)
	if err != nil {
		edge.Problem(w, http.StatusBadRequest, err.Error())
		return
	}
	h.feed(ctx, w, r, who.Scope, q)
}

// holder finds out who asks; without anybody it has answered.
func (h *handler) holder(ctx context.Context, w http.ResponseWriter, file string) (models.Principal, bool) {
	const unknown = "There is no such calendar: its token is unknown, revoked or expired. Make one with lineman token create --role calendar."
	secret, is := strings.CutSuffix(file, ".ics")
	if !is || secret == "" || len(secret) > maxSecret {
		edge.Problem(w, http.StatusNotFound, unknown)
		return models.Principal{}, false
	}
	if h.o.Open {
		return models.Principal{Name: "open", Role: models.RoleAdmin, Scope: models.ScopeAll}, true
	}
	hash := models.HashToken(secret)
	token, err := h.o.Tokens.TokenByHash(ctx, hash)
	switch {
	case errors.Is(err, models.ErrNotFound):
		edge.Problem(w, http.StatusNotFound, unknown)
	case err != nil:
		h.o.Logger.Error("a calendar's token could not be checked", "error", err)
		edge.Problem(w, http.StatusServiceUnavailable, "Tokens cannot be checked at the moment; try again.")
	case subtle.ConstantTimeCompare([]byte(token.Hash), []byte(hash)) != 1 || !token.Role.Allows(models.RoleCalendar):
		edge.Problem(w, http.StatusNotFound, unknown)
	default:
		return models.Principal{Name: token.Name, Role: token.Role, Scope: token.Scope}, true
	}
	return models.Principal{}, false
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
