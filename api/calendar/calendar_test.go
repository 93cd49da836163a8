package calendar_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	goical "github.com/emersion/go-ical"
	"github.com/google/go-cmp/cmp"

	"lineman/api/calendar"
	"lineman/internal/access"
	"lineman/models"
)

var update = flag.Bool("update", false, "write the golden files")

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// memory is a Reader and a TokenReader over a few records; it keeps what it was
// asked for.
type memory struct {
	items  []models.CalendarItem
	more   bool
	err    error
	scope  models.Scope
	filter models.CalendarFilter
	tokens []models.Token
	lost   error // of the tokens
}

func (r *memory) Calendar(_ context.Context, s models.Scope, f models.CalendarFilter) ([]models.CalendarItem, bool, error) {
	r.scope, r.filter = s, f
	return r.items, r.more, r.err
}

func (r *memory) TokenByHash(_ context.Context, hash string) (models.Token, error) {
	for _, t := range r.tokens {
		if t.Hash == hash && t.Valid(noon) {
			return t, nil
		}
	}
	if r.lost != nil {
		return models.Token{}, r.lost
	}
	return models.Token{}, fmt.Errorf("token: %w", models.ErrNotFound)
}

func token(secret string, role models.Role, scope models.Scope) models.Token {
	return models.Token{Name: "feed", Hash: models.HashToken(secret), Role: role, Scope: scope}
}

func hit(cid string, impact models.Impact, sites ...string) models.CircuitImpact {
	c := models.CircuitImpact{CID: cid, Account: "ACME", Impact: impact}
	if len(sites) > 0 {
		c.Circuit = &models.Circuit{}
	}
	for _, s := range sites {
		c.Circuit.Terminations = append(c.Circuit.Terminations, models.Termination{Site: models.Site{Name: s}})
	}
	return c
}

func window(ordinal int, kind models.WindowKind, from time.Duration, circuits ...models.CircuitImpact) models.CalendarWindow {
	return models.CalendarWindow{Circuits: circuits, Window: models.Window{
		Ordinal: ordinal, Kind: kind, Status: models.StatusConfirmed, Start: noon.Add(from), End: noon.Add(from + 4*time.Hour),
	}}
}

func item(n int, status models.Status, shown ...models.CalendarWindow) models.CalendarItem {
	return models.CalendarItem{Shown: shown, MaintenanceItem: models.MaintenanceItem{
		ProviderSlug: "zayo", ProviderName: "Zayo", Maintenance: models.Maintenance{
			ID: fmt.Sprintf("6f0a5a2e-0000-4000-8000-%012d", n), Name: fmt.Sprintf("zayo-TTN-%04d", n), ExternalID: fmt.Sprintf("TTN-%04d", n), Status: status,
			Summary: "Splicing, ring 7; see\r\nATTENDEE:mailto:evil@x.example 🛠🛠🛠🛠🛠🛠🛠🛠🛠🛠\u202E", Organizer: "mr@zayo.com", Accounts: []string{"ACME"},
			Revision: int64(n + 2), UpdatedAt: noon.Add(-time.Duration(n) * time.Hour),
		},
	}}
}

func items() []models.CalendarItem {
	off := window(1, models.WindowPrimary, 30*time.Hour, hit("C/1", models.ImpactOutage))
	off.Off, off.Status = true, models.StatusCancelled
	called := window(2, models.WindowBackup, 24*time.Hour, hit("C/1", models.ImpactOutage))
	called.Called = true
	short := window(1, models.WindowPrimary, time.Hour, hit("C/2", models.ImpactNone))
	short.End = short.Start
	return []models.CalendarItem{
		item(1, models.StatusConfirmed,
			window(1, models.WindowPrimary, 48*time.Hour, hit("C/1", models.ImpactOutage, "Paris", "Rome, east"), hit("C,2", models.ImpactDegraded, "Paris")),
			window(2, models.WindowBackup, 72*time.Hour, hit("C/1", models.ImpactOutage, "Paris", "Rome, east"))),
		item(2, models.StatusCancelled, off),
		item(3, models.StatusTentative, window(1, models.WindowPrimary, 24*time.Hour)),
		item(4, models.StatusInProcess, window(1, models.WindowPrimary, -time.Hour, hit("C/1", models.ImpactOutage)), called),
		item(5, models.StatusUnknown, short),
	}
}

const secret = "lm_CANARY"

func handler(t *testing.T, r *memory, change func(*calendar.Options)) http.Handler {
	t.Helper()
	if r.tokens == nil {
		r.tokens = []models.Token{token(secret, models.RoleCalendar, models.Scope{Sites: []string{"Paris"}})}
	}
	o := calendar.Options{Reader: r, Principal: access.PrincipalOf, Now: func() time.Time { return noon }, Logger: slog.New(slog.DiscardHandler)}
	if change != nil {
		change(&o)
	}
	h, err := calendar.New(o)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle(calendar.Path, h)
	gate, err := access.NewGate(access.GateOptions{Rules: access.Rules(false), Tokens: access.Tokens{Reader: r}, Now: o.Now, Logger: o.Logger}, mux)
	if err != nil {
		t.Fatal(err)
	}
	return gate
}

func ask(h http.Handler, method, target string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, http.NoBody)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

const path = "/calendar/" + secret + ".ics"

func TestFeed(t *testing.T) {
	r := &memory{items: items()}
	w := ask(handler(t, r, nil), http.MethodGet, path)
	if w.Code != http.StatusOK {
		t.Fatalf("%d: %s", w.Code, w.Body)
	}
	for name, want := range map[string]string{
		"Content-Type": "text/calendar; charset=utf-8", "Cache-Control": "private, no-cache", "Referrer-Policy": "no-referrer",
		"X-Content-Type-Options": "nosniff", "Content-Length": fmt.Sprint(w.Body.Len()),
	} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	golden(t, "testdata/feed.ics", w.Body.Bytes())
	rules(t, w.Body.String(), 7)
	if diff := cmp.Diff(models.Scope{Sites: []string{"Paris"}}, r.scope); diff != "" {
		t.Errorf("scope (-want +got):\n%s", diff)
	}
	want := models.CalendarFilter{EndAfter: noon.AddDate(0, 0, -365), OffSince: noon.AddDate(0, 0, -30), Limit: 5000}
	if diff := cmp.Diff(want, r.filter); diff != "" {
		t.Errorf("filter (-want +got):\n%s", diff)
	}
}

// golden compares with a file in which line ends are LF.
func golden(t *testing.T, file string, got []byte) {
	t.Helper()
	got = bytes.ReplaceAll(got, []byte("\r\n"), []byte("\n"))
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// rules checks those of RFC 5545 by hand and with a second reader.
func rules(t *testing.T, text string, events int) {
	t.Helper()
	for line := range strings.SplitSeq(text, "\r\n") {
		if len(line) > 75 {
			t.Errorf("a line of %d octets: %q", len(line), line)
		}
	}
	if strings.ContainsAny(strings.ReplaceAll(text, "\r\n", ""), "\r\n") {
		t.Error("a line end that is no CRLF")
	}
	c, err := goical.NewDecoder(strings.NewReader(text)).Decode()
	if err != nil {
		t.Fatal(err)
	}
	if err := goical.NewEncoder(io.Discard).Encode(c); err != nil { // it checks which properties must be there, and how often
		t.Error(err)
	}
	uids := map[string]bool{}
	for _, e := range c.Events() {
		uid := e.Props.Get("UID").Value
		if uids[uid] {
			t.Errorf("UID %s twice", uid)
		}
		uids[uid] = true
		for _, name := range []string{"DTSTAMP", "DTSTART", "SEQUENCE", "STATUS", "SUMMARY"} {
			if len(e.Props.Values(name)) != 1 {
				t.Errorf("%s: %d of %s", uid, len(e.Props.Values(name)), name)
			}
		}
		start, err := e.DateTimeStart(time.UTC)
		if err != nil || !strings.HasSuffix(e.Props.Get("DTSTART").Value, "Z") || !strings.HasSuffix(e.Props.Get("DTSTAMP").Value, "Z") {
			t.Errorf("%s: a time that is not in UTC (%v)", uid, err)
		}
		if end := e.Props.Get("DTEND"); end != nil {
			if at, err := end.DateTime(time.UTC); err != nil || !at.After(start) {
				t.Errorf("%s: ends at %s (%v)", uid, end.Value, err)
			}
		}
		if len(e.Props.Values("ATTENDEE")) > 0 {
			t.Errorf("%s: somebody was invited", uid)
		}
	}
	if len(uids) != events {
		t.Errorf("%d events, want %d", len(uids), events)
	}
}

func TestEmptyFeed(t *testing.T) {
	w := ask(handler(t, &memory{}, nil), http.MethodGet, path+"?site=Paris&site=Rome&min_impact=outage")
	golden(t, "testdata/empty.ics", w.Body.Bytes())
	rules(t, w.Body.String(), 0)
}

func TestFilters(t *testing.T) {
	r := &memory{}
	h := handler(t, r, nil)
	if w := ask(h, http.MethodGet, path+"?site=Paris&site=Rome&provider=zayo&circuit=C%2F1&min_impact=degraded&status=confirmed&status=IN-PROCESS"); w.Code != http.StatusOK {
		t.Fatalf("%d: %s", w.Code, w.Body)
	}
	want := r.filter
	want.Sites, want.Providers, want.Circuits, want.MinImpact = []string{"Paris", "Rome"}, []string{"zayo"}, []string{"C/1"}, models.ImpactDegraded
	want.Statuses = []models.Status{models.StatusConfirmed, models.StatusInProcess}
	if diff := cmp.Diff(want, r.filter); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for query, want := range map[string]string{
		"sites=Paris":                          `\"sites\" is no filter of a calendar; there are circuit, min_impact, provider, site, status`,
		"token=x":                              `\"token\" is no filter`,
		"site=":                                `site: it is empty`,
		"min_impact=awful":                     `min_impact: \"awful\" is no impact; it is one of [NO-IMPACT`,
		"min_impact=OUTAGE&min_impact=OUTAGE":  `min_impact: give it once`,
		"status=NO-CHANGE":                     `status: \"NO-CHANGE\" is no status`,
		"site=%FF":                             `site: a value is no text`,
		"site=%00":                             `site: a value is no text`,
		"site=%zz":                             `the filters cannot be read`,
		"site=" + strings.Repeat("x", 301):     `site: a value is no text of at most 300 bytes`,
		strings.Repeat("site=x&", 101):         `site: at most 100 values`,
		"site=" + strings.Repeat("x", 9000):    `the address is too long`,
		strings.Repeat("x", 500) + "=1":        `is no filter`,
		"site=Paris&limit=10&status=CONFIRMED": `\"limit\" is no filter`,
	} {
		w := ask(h, http.MethodGet, path+"?"+query)
		if w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), want) || w.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%.60s: %d %s", query, w.Code, w.Body)
		}
		if w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%.60s: an error may be kept", query)
		}
	}
}

func TestWhoMayRead(t *testing.T) {
	revoked, expired := token("revoked", models.RoleCalendar, models.ScopeAll), token("expired", models.RoleCalendar, models.ScopeAll)
	revoked.RevokedAt, expired.ExpiresAt = noon.Add(-time.Hour), noon
	var log bytes.Buffer
	r := &memory{items: items(), tokens: []models.Token{
		token(secret, models.RoleCalendar, models.ScopeAll), token("viewer", models.RoleViewer, models.ScopeAll), token("king", "king", models.ScopeAll), revoked, expired,
	}}
	h := handler(t, r, func(o *calendar.Options) { o.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
	for file, want := range map[string]int{
		secret + ".ics": 200, "viewer.ics": 200, "king.ics": 404, "revoked.ics": 404, "expired.ics": 404,
		secret: 404, ".ics": 404, secret + ".ICS": 404, secret + ".ics.ics": 404, "%00.ics": 404, strings.Repeat("x", 5000) + ".ics": 404,
	} {
		if w := ask(h, http.MethodGet, "/calendar/"+file); w.Code != want || want != 200 && strings.Contains(w.Body.String(), "BEGIN:") {
			t.Errorf("%.40s: %d, want %d", file, w.Code, want)
		}
	}
	// The unknown token is told apart from no records by nothing but the status.
	r.err, r.lost = errors.New("database: CANARY"), errors.New("CANARY")
	for _, target := range []string{path, "/calendar/lm_other_CANARY.ics"} {
		w := ask(h, http.MethodGet, target)
		if w.Code != http.StatusServiceUnavailable || strings.Contains(w.Body.String(), "CANARY") {
			t.Errorf("%s: %d %s", target, w.Code, w.Body)
		}
	}
	if strings.Contains(log.String(), secret) || strings.Contains(log.String(), "other") || !strings.Contains(log.String(), "could not be read") {
		t.Errorf("log: %s", log.String())
	}
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions, "PROPFIND"} {
		if w := ask(h, method, path); w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "GET, HEAD" {
			t.Errorf("%s: %d", method, w.Code)
		}
	}
}

func TestETag(t *testing.T) {
	r := &memory{items: items()}
	h := handler(t, r, nil)
	first := ask(h, http.MethodGet, path)
	tag := first.Header().Get("ETag")
	if len(tag) < 10 || tag[0] != '"' || tag[len(tag)-1] != '"' {
		t.Fatalf("ETag %q", tag)
	}
	head := ask(h, http.MethodHead, path)
	if head.Code != http.StatusOK || head.Body.Len() != 0 || head.Header().Get("ETag") != tag || head.Header().Get("Content-Length") != fmt.Sprint(first.Body.Len()) {
		t.Errorf("HEAD: %d, %d bytes, %v", head.Code, head.Body.Len(), head.Header())
	}
	for name, headers := range map[string][]string{
		"same": {"If-None-Match", tag}, "one of": {"If-None-Match", `"x", W/` + tag}, "any": {"If-None-Match", "*"}, "two lines": {"If-None-Match", `"x"`, "If-None-Match", tag},
	} {
		if w := ask(h, http.MethodGet, path, headers...); w.Code != http.StatusNotModified || w.Body.Len() != 0 || w.Header().Get("ETag") != tag || w.Header().Get("Cache-Control") == "" {
			t.Errorf("%s: %d with %d bytes", name, w.Code, w.Body.Len())
		}
	}
	if w := ask(h, http.MethodGet, path, "If-None-Match", `"other"`); w.Code != http.StatusOK || w.Body.String() != first.Body.String() {
		t.Errorf("another tag: %d", w.Code)
	}
	r.items[0].Revision++
	if w := ask(h, http.MethodGet, path, "If-None-Match", tag); w.Code != http.StatusOK || w.Header().Get("ETag") == tag {
		t.Errorf("after a change: %d", w.Code)
	}
	r.items = items()
	r.items[0].Shown[0].Circuits = r.items[0].Shown[0].Circuits[:1] // the scope lets through less
	if w := ask(h, http.MethodGet, path, "If-None-Match", tag); w.Code != http.StatusOK {
		t.Errorf("after a change of what is in sight: %d", w.Code)
	}
}

func TestMoreThanHasRoom(t *testing.T) {
	w := ask(handler(t, &memory{items: items(), more: true}, func(o *calendar.Options) { o.Limit = 5 }), http.MethodGet, path)
	if text := strings.ReplaceAll(w.Body.String(), "\r\n ", ""); !strings.Contains(text, `X-WR-CALDESC:Not everything has room here: only the 5 maintenances that end last are shown.`) {
		t.Errorf("it does not say so:\n%.600s", text)
	}
}
