package access

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"lineman/api/edge"
	"lineman/models"
)

// GateOptions are what a gate is made of.
type GateOptions struct {
	Rules     []Rule
	Tokens    Authenticator // nil with Open
	Passwords Loginer       // nil: nobody logs in with a password
	Open      bool          // everybody is admin: the demo, on loopback
	Now       func() time.Time
	Logger    *slog.Logger

	PerToken   int            // requests a second of one token or user; 0: no limit
	PerAddress int            // requests a second of one address without a token; 0: no limit
	Proxies    []netip.Prefix // whose X-Forwarded-For is believed
	HTTPS      bool           // browsers are told to come by HTTPS alone
}

// Gate stands before all handlers of the service.
type Gate struct {
	o         GateOptions
	routes    routes
	tokens    *limiter
	addresses *limiter
	next      http.Handler
}

// bursts is how many seconds' worth of requests may come at once.
const bursts = 2

// NewGate puts a gate before a handler.
func NewGate(o GateOptions, next http.Handler) (*Gate, error) {
	if o.Now == nil || o.Logger == nil || o.Tokens == nil && !o.Open || next == nil {
		return nil, errors.New("a gate needs Now, a Logger, a handler and, unless it is open, Tokens")
	}
	r, err := newRoutes(o.Rules)
	if err != nil {
		return nil, err
	}
	g := &Gate{o: o, routes: r, next: next}
	if o.PerToken > 0 {
		g.tokens = newLimiter(float64(o.PerToken), bursts*o.PerToken, o.Now)
	}
	if o.PerAddress > 0 {
		g.addresses = newLimiter(float64(o.PerAddress), bursts*o.PerAddress, o.Now)
	}
	return g, nil
}

// refusal is an answer of the gate itself.
type refusal struct {
	status int
	detail string
	wait   time.Duration // until it is worth another try
	allow  []string      // methods
}

// ServeHTTP lets a request in, or answers it.
func (g *Gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header(w.Header(), g.o.HTTPS)
	from := addressOf(r, g.o.Proxies)
	rule, who, no := g.judge(r, from)
	if no != nil {
		no.write(w)
		return
	}
	limit := rule.Body
	if limit == 0 {
		limit = MaxBody
	}
	if r.ContentLength > limit {
		w.Header().Set("Connection", "close") // the body is not read
		(&refusal{status: http.StatusRequestEntityTooLarge, detail: fmt.Sprintf("The body has more than %d bytes.", limit)}).write(w)
		return
	}
	r = r.WithContext(context.WithValue(r.Context(), passKey{}, pass{who, rule.Route}))
	if r.Body != nil {
		r.Body = http.MaxBytesReader(w, r.Body, limit+1)
	}
	g.next.ServeHTTP(w, r)
}

// judge finds who asks and whether that is enough for the route. What is not in
// the table is closed to everybody.
func (g *Gate) judge(r *http.Request, from string) (Rule, models.Principal, *refusal) {
	rule, known := g.routes.find(r)
	var allowed []string
	if !known {
		var open bool
		if allowed, open = g.routes.methods(r); open {
			return rule, models.Principal{}, g.orLimited(from, wrongMethod(allowed))
		}
		rule = Rule{Role: viewer}
	}
	if rule.By == BySignature {
		return rule, models.Principal{}, limited(g.tokens, "signed "+from) // a platform sends for many people
	}
	if rule.By == ByNothing {
		return rule, models.Principal{}, g.orLimited(from, nil)
	}
	who, no := g.identify(r, rule, from)
	switch {
	case no != nil:
	case !who.Role.Allows(rule.Role):
		no = &refusal{status: http.StatusForbidden, detail: fmt.Sprintf("This needs the role %s.", rule.Role)}
	case rule.Whole && !who.Scope.All:
		no = &refusal{status: http.StatusForbidden, detail: "This is only for those who may see everything; the token's scope is narrower."}
	case !known && len(allowed) > 0:
		no = wrongMethod(allowed)
	case !known:
		no = &refusal{status: http.StatusNotFound, detail: "There is nothing at this path; /openapi.json describes what there is."}
	}
	if no != nil && rule.By == ByPath && no.status == http.StatusForbidden {
		no = noCalendar()
	}
	return rule, who, no
}

func wrongMethod(allowed []string) *refusal {
	list := strings.Join(allowed, ", ")
	return &refusal{status: http.StatusMethodNotAllowed, detail: "This path takes " + list + " alone.", allow: allowed}
}

func noCalendar() *refusal {
	return &refusal{status: http.StatusNotFound, detail: "There is no such calendar: its token is unknown, revoked or expired. Make one with lineman token create --role calendar."}
}

// identify finds out who asks, and counts the request: for who it is, else for
// the address.
func (g *Gate) identify(r *http.Request, rule Rule, from string) (models.Principal, *refusal) {
	if g.o.Open {
		open := models.Principal{Name: "open", Role: models.RoleAdmin, Scope: models.ScopeAll}
		return open, limited(g.tokens, "open "+from)
	}
	who, err := g.authenticate(r, rule, from)
	over := new(LimitError)
	switch {
	case errors.As(err, &over):
		return who, tooMany(over.Wait)
	case errors.Is(err, ErrUnauthorized):
		no := &refusal{status: http.StatusUnauthorized, detail: "This needs a token: send Authorization: Token … or Bearer … with one from lineman token create."}
		if rule.By == ByPath {
			no = noCalendar()
		}
		return who, g.orLimited(from, no)
	case err != nil:
		g.o.Logger.Error("authentication failed", "error", err)
		return who, &refusal{status: http.StatusServiceUnavailable, detail: "Tokens cannot be checked at the moment; try again.", wait: time.Second}
	}
	return who, limited(g.tokens, keyOf(who))
}

func (g *Gate) authenticate(r *http.Request, rule Rule, from string) (models.Principal, error) {
	if rule.By == ByPath {
		file := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
		secret, is := strings.CutSuffix(file, ".ics")
		if !is {
			return models.Principal{}, ErrUnauthorized
		}
		return g.o.Tokens.Authenticate(r.Context(), secret)
	}
	scheme, secret := credentials(r)
	switch {
	case strings.EqualFold(scheme, "Token") || strings.EqualFold(scheme, "Bearer"):
		return g.o.Tokens.Authenticate(r.Context(), secret)
	case strings.EqualFold(scheme, "Basic") && rule.By == ByPassword && g.o.Passwords != nil:
		name, password, ok := r.BasicAuth()
		if !ok {
			return models.Principal{}, ErrUnauthorized
		}
		if no := limited(g.addresses, from); no != nil { // before the work that it takes
			return models.Principal{}, &LimitError{no.wait}
		}
		return g.o.Passwords.Login(r.Context(), name, password, from)
	}
	return models.Principal{}, ErrUnauthorized
}

// credentials are what the one Authorization header says; nothing without
// exactly one.
func credentials(r *http.Request) (scheme, secret string) {
	headers := r.Header.Values("Authorization")
	if len(headers) != 1 {
		return "", ""
	}
	scheme, secret, _ = strings.Cut(headers[0], " ")
	return scheme, strings.TrimSpace(secret)
}

// keyOf is whose allowance a request counts for.
func keyOf(who models.Principal) string {
	if who.TokenID != "" {
		return "token " + who.TokenID
	}
	return "user " + who.UserID + " " + who.Name
}

// orLimited counts a request for its address, and refuses it for what is wrong
// with it, or because too many come from there.
func (g *Gate) orLimited(from string, no *refusal) *refusal {
	if over := limited(g.addresses, from); over != nil {
		return over
	}
	return no
}

func limited(l *limiter, key string) *refusal {
	if _, wait := l.take(key); wait > 0 {
		return tooMany(wait)
	}
	return nil
}

func tooMany(wait time.Duration) *refusal {
	return &refusal{status: http.StatusTooManyRequests, detail: fmt.Sprintf("Too many requests; try again in %d s.", seconds(wait)), wait: wait}
}

func seconds(wait time.Duration) int { return int(math.Ceil(wait.Seconds())) }

func (no *refusal) write(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	if no.wait > 0 {
		h.Set("Retry-After", strconv.Itoa(seconds(no.wait)))
	}
	if len(no.allow) > 0 {
		h.Set("Allow", strings.Join(no.allow, ", "))
	}
	if no.status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="lineman"`) // not Basic: no browser is to ask for a password
	}
	edge.Problem(w, no.status, no.detail)
}

// header sets what every answer carries; a handler may set its own.
func header(h http.Header, https bool) {
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Content-Security-Policy", "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "private, no-cache")
	if https {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}
