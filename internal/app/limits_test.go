package app

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"lineman/internal/access"
	"lineman/models"
)

// TestBodiesAreBounded on every route that takes one.
func TestBodiesAreBounded(t *testing.T) {
	a := open(t, nil)
	secret, err := a.CreateToken(t.Context(), NewToken{Name: "root", Role: models.RoleAdmin})
	if err != nil {
		t.Fatal(err)
	}
	var read int64
	gate, err := a.gate(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { read, _ = io.Copy(io.Discard, r.Body) }))
	if err != nil {
		t.Fatal(err)
	}
	for route := range expected(t) {
		method, path, _ := strings.Cut(route, " ")
		most := int64(access.MaxBody)
		if strings.HasSuffix(path, "/raw") {
			most = access.MaxMail
		}
		at := strings.ReplaceAll(placeholder.ReplaceAllString(path, "x"), "/calendar/x", "/calendar/"+secret+".ics")
		for _, announced := range []bool{true, false} {
			r := httptest.NewRequest(method, "http://lineman.example"+at, io.LimitReader(endless{}, 40<<20))
			r.ContentLength = -1
			if announced {
				r.ContentLength = 40 << 20
			}
			r.Header.Set("Authorization", "Token "+secret)
			read = 0
			w := httptest.NewRecorder()
			gate.ServeHTTP(w, r)
			if announced && (w.Code != http.StatusRequestEntityTooLarge || read > 0) || read > most+1 {
				t.Errorf("%s, announced %v: %d, %d bytes read", route, announced, w.Code, read)
			}
		}
	}
}

// endless gives the same byte for ever.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

// TestRates: who asks too often is told when to come back; others are not
// disturbed.
func TestRates(t *testing.T) {
	now := time.Now()
	a := open(t, func(o *Options) {
		o.Now = func() time.Time { return now }
		o.Config.HTTP.RatePerToken, o.Config.HTTP.RatePerAddress, o.Config.HTTP.TrustedProxies = 5, 2, []string{"192.0.2.0/24"}
	})
	secrets := map[string]string{"": "Token lm_wrong"}
	for _, name := range []string{"one", "two"} {
		secret, err := a.CreateToken(t.Context(), NewToken{Name: name, Role: models.RoleViewer})
		if err != nil {
			t.Fatal(err)
		}
		secrets[name] = "Token " + secret
	}
	h, err := a.handler()
	if err != nil {
		t.Fatal(err)
	}
	ask := func(path, who, forwarded string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, "http://lineman.example"+path, http.NoBody) // from 192.0.2.1
		r.Header.Set("Authorization", secrets[who])
		r.Header.Set("X-Forwarded-For", forwarded)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	until429 := func(path, who, forwarded string) (n int) {
		for w := ask(path, who, forwarded); w.Code != http.StatusTooManyRequests; w = ask(path, who, forwarded) {
			if n++; n > 100 {
				t.Fatalf("%s as %q: never refused", path, who)
			}
		}
		return n
	}
	calendar := "/calendar/" + strings.TrimPrefix(secrets["two"], "Token ") + ".ics"
	for _, tc := range []struct {
		path, who, from string
		want            int
	}{
		{"/api/v1/me", "one", "", 10}, {"/api/v1/me", "one", "198.51.100.9", 0}, // the token counts, from wherever
		{"/api/v1/sites", "two", "", 10}, {calendar, "two", "", 0},
		{"/healthz", "", "198.51.100.1", 4}, {"/api/v1/me", "", "198.51.100.1", 0}, {"/calendar/lm_x.ics", "", "198.51.100.1", 0}, {"/none", "", "198.51.100.1", 0},
		{"/docs", "", "203.0.113.5, 198.51.100.2", 4}, {"/docs", "", "203.0.113.6, 198.51.100.2", 0}, // what stands before the last is made up
		{"/healthz", "", "2001:db8::1", 4}, {"/healthz", "", "2001:db8::2", 0}, {"/healthz", "", "2001:db8:0:1::1", 4},
	} {
		if n := until429(tc.path, tc.who, tc.from); n != tc.want {
			t.Errorf("%s as %q from %s: %d answers, want %d", tc.path, tc.who, tc.from, n, tc.want)
		}
	}
	w := ask("/api/v1/me", "one", "")
	if w.Header().Get("Retry-After") != "1" || w.Header().Get("Content-Type") != "application/problem+json" || !strings.Contains(w.Body.String(), "429") {
		t.Errorf("%v %s", w.Header(), w.Body)
	}
	now = now.Add(time.Second)
	if n := until429("/api/v1/me", "one", ""); n != 5 {
		t.Errorf("a second later: %d answers, want 5", n)
	}
}

// TestPasswords: guessing is slowed down for the address that guesses, and for
// nobody else.
func TestPasswords(t *testing.T) {
	now := time.Now()
	a := open(t, func(o *Options) { o.Now = func() time.Time { return now } })
	if err := a.CreateUser(t.Context(), NewUser{Name: "eva", Role: models.RoleViewer, Password: password}); err != nil {
		t.Fatal(err)
	}
	h, err := a.handler()
	if err != nil {
		t.Fatal(err)
	}
	ask := func(user, password, from string) int {
		r := httptest.NewRequest(http.MethodGet, "http://lineman.example/api/v1/me", http.NoBody)
		r.RemoteAddr = from + ":1234"
		r.SetBasicAuth(user, password)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Code
	}
	for i := range 20 { // what fits does not count
		if code := ask("Eva", password, "192.0.2.1"); code != http.StatusOK {
			t.Fatalf("%d: %d", i, code)
		}
	}
	for _, user := range []string{"eva", "nobody"} {
		var got []int
		for range 7 {
			got = append(got, ask(user, "a wrong password", "192.0.2.1"))
		}
		if want := []int{401, 401, 401, 401, 401, 429, 429}; !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", user, got, want)
		}
	}
	if code := ask("eva", password, "192.0.2.1"); code != http.StatusTooManyRequests {
		t.Errorf("the right one after the wrong ones: %d", code)
	}
	if code := ask("eva", password, "192.0.2.2"); code != http.StatusOK {
		t.Errorf("from elsewhere: %d", code)
	}
	now = now.Add(12 * time.Second)
	if code := ask("eva", password, "192.0.2.1"); code != http.StatusOK {
		t.Errorf("12 seconds later: %d", code)
	}
	for name, header := range map[string]string{"no colon": "Basic ZXZh", "no base64": "Basic %%", "empty": "Basic ", "scheme": "Digest x"} {
		r := httptest.NewRequest(http.MethodGet, "http://lineman.example/api/v1/me", http.NoBody)
		r.Header.Set("Authorization", header)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != http.StatusUnauthorized || !strings.HasPrefix(w.Header().Get("WWW-Authenticate"), "Bearer") {
			t.Errorf("%s: %d %v", name, w.Code, fmt.Sprint(w.Header()))
		}
	}
}
