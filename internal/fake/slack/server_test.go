package slack

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

// app is what the fake calls: it keeps the last request of each kind and
// answers as it is told.
type app struct {
	mu     sync.Mutex
	form   url.Values
	stamp  string
	signed string
	body   string
	answer string
}

func (a *app) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.body, a.stamp, a.signed = string(body), r.Header.Get("X-Slack-Request-Timestamp"), r.Header.Get("X-Slack-Signature")
	a.form, _ = url.ParseQuery(a.body)
	_, _ = io.WriteString(w, a.answer)
}

func setUp(t *testing.T) (*Server, *app, *time.Time) {
	t.Helper()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	s := New(Options{Now: func() time.Time { return now }})
	t.Cleanup(s.Close)
	a := &app{}
	web := httptest.NewServer(a)
	t.Cleanup(web.Close)
	s.CallAt(web.URL)
	return s, a, &now
}

// call calls a method and gives its error, or the status when it is not 200.
func call(t *testing.T, s *Server, method, token string, v url.Values) (map[string]any, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL()+method, strings.NewReader(v.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Sprint(resp.StatusCode, " after ", resp.Header.Get("Retry-After"))
	}
	var answer map[string]any
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	code, _ := answer["error"].(string)
	return answer, code
}

func TestSigns(t *testing.T) {
	s, a, _ := setUp(t)
	if _, err := s.Person("U0KIM").Slash(t.Context(), "C0NOC", "/maintenance", "list <a> & b"); err != nil {
		t.Fatal(err)
	}
	if a.stamp != "1772366400" || a.signed != Sign("signing-secret", a.stamp, []byte(a.body)) {
		t.Errorf("signed %s at %s", a.signed, a.stamp)
	}
	// The worked example of Slack's documentation.
	const body = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
	if got := Sign("8f742231b10e8888abcd99yyyzzz85a5", "1531420618", []byte(body)); got != "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503" {
		t.Errorf("signed %s", got)
	}
	if a.form.Get("text") != "list &lt;a&gt; &amp; b" || a.form.Get("trigger_id") == "" || a.form.Get("response_url") == "" {
		t.Errorf("sent %v", a.form)
	}
}

func TestTriggersDie(t *testing.T) {
	s, a, now := setUp(t)
	const view = `{"type":"modal","title":{"type":"plain_text","text":"x"},"blocks":[{"type":"divider"}]}`
	open := func(wait time.Duration, again bool) string {
		if _, err := s.Person("U0KIM").Slash(t.Context(), "C0NOC", "/x", ""); err != nil {
			t.Fatal(err)
		}
		*now = now.Add(wait)
		v := url.Values{"trigger_id": {a.form.Get("trigger_id")}, "view": {view}}
		if again {
			call(t, s, "views.open", "xoxb-bot", v)
		}
		_, code := call(t, s, "views.open", "xoxb-bot", v)
		return code
	}
	if code := open(3*time.Second, false); code != "" {
		t.Errorf("in time: %s", code)
	}
	if code := open(3*time.Second+1, false); code != "expired_trigger_id" {
		t.Errorf("too late: %s", code)
	}
	if code := open(0, true); code != "exchanged_trigger_id" {
		t.Errorf("twice: %s", code)
	}
}

func TestResponseURLs(t *testing.T) {
	s, a, now := setUp(t)
	post := func(address string) int {
		resp, err := http.Post(address, "application/json", strings.NewReader(`{"text":"x"}`))
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		return resp.StatusCode
	}
	slash := func() string {
		if _, err := s.Person("U0KIM").Slash(t.Context(), "C0NOC", "/x", ""); err != nil {
			t.Fatal(err)
		}
		return a.form.Get("response_url")
	}
	address := slash()
	for n, want := range []int{200, 200, 200, 200, 200, 404} {
		if got := post(address); got != want {
			t.Errorf("use %d: %d", n+1, got)
		}
	}
	address = slash()
	*now = now.Add(30*time.Minute + time.Second)
	if got := post(address); got != 404 {
		t.Errorf("after half an hour: %d", got)
	}
	if n := len(s.Messages()); n != 5 || s.Messages()[0].To != "U0KIM" {
		t.Errorf("%d messages", n)
	}
}

func TestRefusals(t *testing.T) {
	s, _, _ := setUp(t)
	s.AddChannel(Channel{ID: "C0OUT", Name: "out"})
	s.AddChannel(Channel{ID: "C0OLD", Name: "old", Bot: true, Archived: true})
	s.Fail("users.list", Fault{Status: 429, RetryAfter: 7}, Fault{Error: "fatal_error"})
	long := strings.Repeat("x", 3001)
	post := func(channel, text, blocks string) url.Values {
		return url.Values{"channel": {channel}, "text": {text}, "blocks": {blocks}}
	}
	rich := func(text string) string {
		return `[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"` + text + `"}]}]}]`
	}
	for name, tc := range map[string]struct {
		method, token string
		v             url.Values
		want          string
	}{
		"good":                {"chat.postMessage", "xoxb-bot", post("C0NOC", "x", rich("x")), ""},
		"no token":            {"chat.postMessage", "", post("C0NOC", "x", ""), "not_authed"},
		"wrong token":         {"chat.postMessage", "xoxb-other", post("C0NOC", "x", ""), "invalid_auth"},
		"the app's token":     {"chat.postMessage", "xapp-app", post("C0NOC", "x", ""), "not_allowed_token_type"},
		"the bot's token":     {"apps.connections.open", "xoxb-bot", nil, "invalid_auth"},
		"nothing":             {"chat.postMessage", "xoxb-bot", post("C0NOC", "", ""), "no_text"},
		"too long":            {"chat.postMessage", "xoxb-bot", post("C0NOC", strings.Repeat("x", 40_001), ""), "msg_too_long"},
		"a block too long":    {"chat.postMessage", "xoxb-bot", post("C0NOC", "x", rich(long)), "invalid_blocks"},
		"an empty text":       {"chat.postMessage", "xoxb-bot", post("C0NOC", "x", rich("")), "invalid_blocks"},
		"51 blocks":           {"chat.postMessage", "xoxb-bot", post("C0NOC", "x", "["+strings.Repeat(`{"type":"divider"},`, 50)+`{"type":"divider"}]`), "invalid_blocks"},
		"an input outside":    {"chat.postMessage", "xoxb-bot", post("C0NOC", "x", `[{"type":"input","label":{"type":"plain_text","text":"x"},"element":{"type":"plain_text_input","action_id":"x"}}]`), "invalid_blocks"},
		"a label too long":    {"chat.postMessage", "xoxb-bot", post("C0NOC", "x", `[{"type":"actions","elements":[{"type":"button","action_id":"x","text":{"type":"plain_text","text":"`+long[:76]+`"}}]}]`), "invalid_blocks"},
		"a channel not there": {"chat.postMessage", "xoxb-bot", post("C0NONE", "x", ""), "channel_not_found"},
		"not a member":        {"chat.postMessage", "xoxb-bot", post("C0OUT", "x", ""), "not_in_channel"},
		"archived":            {"chat.postMessage", "xoxb-bot", post("C0OLD", "x", ""), "is_archived"},
		"no such message":     {"chat.update", "xoxb-bot", url.Values{"channel": {"C0NOC"}, "ts": {"1.1"}, "text": {"x"}}, "message_not_found"},
		"no such method":      {"chat.shout", "xoxb-bot", nil, "unknown_method"},
		"a title too long":    {"views.open", "xoxb-bot", url.Values{"trigger_id": {"x"}, "view": {"{}"}}, "invalid_trigger_id"},
	} {
		if _, got := call(t, s, tc.method, tc.token, tc.v); got != tc.want {
			t.Errorf("%s: %s, want %s", name, got, tc.want)
		}
	}
	if _, got := call(t, s, "users.list", "xoxb-bot", nil); got != "429 after 7" {
		t.Errorf("limited: %s", got)
	}
	if _, got := call(t, s, "users.list", "xoxb-bot", nil); got != "fatal_error" {
		t.Errorf("as it was told: %s", got)
	}
	for range burst {
		call(t, s, "chat.postMessage", "xoxb-bot", post("C0NOC", "x", ""))
	}
	if _, got := call(t, s, "chat.postMessage", "xoxb-bot", post("C0NOC", "x", "")); got != "429 after 1" {
		t.Errorf("too many at once: %q", got)
	}
	if err := checkView([]byte(`{"type":"modal","title":{"type":"plain_text","text":"` + long[:25] + `"},"blocks":[{"type":"divider"}]}`)); err == nil {
		t.Error("a title of 25 characters is taken")
	}
}

func TestRotation(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	s := New(Options{Now: func() time.Time { return now }, ClientID: "1", ClientSecret: "2", RefreshToken: "xoxe-0"})
	t.Cleanup(s.Close)
	v := url.Values{"client_id": {"1"}, "client_secret": {"2"}, "grant_type": {"refresh_token"}, "refresh_token": {"xoxe-0"}}
	answer, code := call(t, s, "oauth.v2.access", "", v)
	if code != "" {
		t.Fatal(code)
	}
	if _, code := call(t, s, "oauth.v2.access", "", v); code != "invalid_refresh_token" {
		t.Errorf("used twice: %s", code)
	}
	token, _ := answer["access_token"].(string)
	if _, code := call(t, s, "auth.test", token, nil); code != "" {
		t.Errorf("the new token: %s", code)
	}
	now = now.Add(12 * time.Hour)
	if _, code := call(t, s, "auth.test", token, nil); code != "token_expired" {
		t.Errorf("after twelve hours: %s", code)
	}
}
