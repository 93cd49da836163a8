package access

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"lineman/models"
)

func TestPasswordHashes(t *testing.T) {
	const password = "correct horse b\u00e4ttery"
	hash, err := HashPassword(rand.Reader, password)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(hash), "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("%s", string(hash))
	}
	again, err := HashPassword(rand.Reader, password)
	if err != nil || again == hash {
		t.Error("two hashes of one password are the same")
	}
	old, err := hashWith(rand.Reader, cost{memory: 8 * 1024, passes: 1, threads: 1}, password)
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		hash           models.PasswordHash
		password       string
		fits, outdated bool
	}{
		"right": {hash, password, true, false}, "as another keyboard writes it": {hash, "correct horse ba\u0308ttery", true, false},
		"wrong": {hash, password + "x", false, false}, "empty": {hash, "", false, false}, "old": {old, password, true, true}, "old and wrong": {old, "x", false, false},
		"no hash": {"", password, false, false}, "another kind": {"$2y$05$abcdefghijklmnopqrstuv", password, false, false},
		"too costly": {models.PasswordHash(strings.Replace(string(hash), "m=19456", "m=4194304", 1)), password, false, false},
		"no passes":  {models.PasswordHash(strings.Replace(string(hash), "t=2", "t=0", 1)), password, false, false},
		"no threads": {models.PasswordHash(strings.Replace(string(hash), "p=1", "p=0", 1)), password, false, false},
		"no key":     {hash[:strings.LastIndexByte(string(hash), '$')+1], password, false, false},
	} {
		if fits, outdated := verify(tc.hash, tc.password); fits != tc.fits || outdated != tc.outdated {
			t.Errorf("%s: fits %v, outdated %v", name, fits, outdated)
		}
	}
	for _, bad := range []string{"", "elevenchars", strings.Repeat("x", 1025), "twelve chars\x00", "twelve chars\xff"} {
		var input *models.InputError
		if _, err := HashPassword(rand.Reader, bad); !errors.As(err, &input) || input.Field != "password" {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// people is a UserReader over one user.
type people struct {
	user models.User
	err  error
	seen []models.PasswordHash // what it was renewed to
}

func (p *people) User(_ context.Context, name string) (models.User, error) {
	if p.err != nil {
		return models.User{}, p.err
	}
	if name != p.user.Name {
		return models.User{}, fmt.Errorf("user: %w", models.ErrNotFound)
	}
	return p.user, nil
}

func (p *people) UserSeen(_ context.Context, _ string, _, renewed models.PasswordHash) error {
	p.seen = append(p.seen, renewed)
	return nil
}

func TestLogin(t *testing.T) {
	now := time.Date(2031, 5, 1, 8, 0, 0, 0, time.UTC)
	const password = "correct horse battery"
	old, err := hashWith(rand.Reader, cost{memory: 8 * 1024, passes: 1, threads: 1}, password)
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	who := &people{user: models.User{ID: "1", Name: "eva", Role: models.RoleViewer, Password: old}}
	p, err := NewPasswords(PasswordOptions{Users: who, Random: rand.Reader, Now: func() time.Time { return now }, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	got, err := p.Login(t.Context(), "eva", password, "here")
	if err != nil || got.User != "eva" || got.UserID != "1" || got.Role != models.RoleViewer || len(who.seen) != 1 {
		t.Fatalf("%+v %v", got, err)
	}
	if fits, outdated := verify(who.seen[0], password); !fits || outdated {
		t.Error("a password with an old cost is not renewed")
	}
	who.user.Password = who.seen[0]
	if _, err := p.Login(t.Context(), "eva", password, "here"); err != nil || who.seen[1] != "" {
		t.Errorf("renewed for nothing: %v", err)
	}
	for name, change := range map[string]func(*models.User){
		"disabled": func(u *models.User) { u.DisabledAt = now }, "expired": func(u *models.User) { u.ExpiresAt = now },
		"without a password": func(u *models.User) { u.Password = "" }, "of another name": func(u *models.User) { u.Name = "bob" },
	} {
		was := who.user
		change(&who.user)
		if _, err := p.Login(t.Context(), "eva", password, name); !errors.Is(err, ErrUnauthorized) {
			t.Errorf("a user %s: %v", name, err)
		}
		who.user = was
	}
	who.err = errors.New("down")
	if _, err := p.Login(t.Context(), "eva", password, "here"); err == nil || errors.Is(err, ErrUnauthorized) {
		t.Errorf("without a database: %v", err)
	}
	if strings.Contains(log.String(), password) || strings.Contains(log.String(), "argon2") {
		t.Errorf("log: %s", log.String())
	}
}

// TestUnknownUsersCostTheSame: what is compared for them costs what a
// password costs.
func TestUnknownUsersCostTheSame(t *testing.T) {
	p, err := NewPasswords(PasswordOptions{Users: &people{}, Random: rand.Reader, Now: time.Now, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	if c, salt, key, err := parsePHC(string(p.dummy)); err != nil || c != current || len(salt) != saltBytes || len(key) != keyBytes {
		t.Errorf("%+v %v", c, err)
	}
}

// TestALimiterForgets: however many ask, no more than so many are remembered,
// and who asks all the time is not forgotten.
func TestALimiterForgets(t *testing.T) {
	now := time.Date(2031, 5, 1, 8, 0, 0, 0, time.UTC)
	l := newLimiter(1, 2, func() time.Time { return now })
	for i := range 3 * maxKeys {
		l.take(fmt.Sprint(i))
		if _, wait := l.take("always"); i >= 2 && wait <= 0 {
			t.Fatalf("forgotten after %d others", i)
		}
	}
	if len(l.byKey) != maxKeys || l.order.Len() != maxKeys {
		t.Errorf("%d keys, %d in order", len(l.byKey), l.order.Len())
	}
	back, wait := l.take("new")
	if back(); wait != 0 {
		t.Errorf("wait %v", wait)
	}
	for i, want := range []time.Duration{0, 0, time.Second} {
		if _, wait := l.take("new"); wait != want {
			t.Errorf("%d: wait %v, want %v", i, wait, want)
		}
	}
}

func TestAddresses(t *testing.T) {
	proxies, err := ParseProxies([]string{"10.0.0.0/8", "::1", "192.0.2.7"})
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct{ remote, forwarded, want string }{
		{"198.51.100.1:9", "", "198.51.100.1"}, {"198.51.100.1:9", "203.0.113.1", "198.51.100.1"}, // no proxy of ours: not believed
		{"10.1.2.3:9", "203.0.113.1", "203.0.113.1"}, {"10.1.2.3:9", "1.1.1.1, 203.0.113.1, 10.9.9.9", "203.0.113.1"},
		{"10.1.2.3:9", "", "10.1.2.3"}, {"10.1.2.3:9", "garbage", "10.1.2.3"}, {"10.1.2.3:9", "203.0.113.1, garbage", "10.1.2.3"},
		{"10.1.2.3:9", "10.0.0.1, 10.0.0.2", "10.0.0.1"}, {"[::1]:9", "2001:db8:1:2:3::4", "2001:db8:1:2::/64"},
		{"[::ffff:198.51.100.1]:9", "", "198.51.100.1"}, {"[fe80::1%eth0]:9", "", "fe80::/64"}, {"", "", "unknown"}, {"192.0.2.7:1", "::ffff:198.51.100.1", "198.51.100.1"},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", http.NoBody)
		r.RemoteAddr = tc.remote
		if tc.forwarded != "" {
			r.Header.Set("X-Forwarded-For", tc.forwarded)
		}
		if got := addressOf(r, proxies); got != tc.want {
			t.Errorf("%s for %q: %s, want %s", tc.remote, tc.forwarded, got, tc.want)
		}
	}
	if _, err := ParseProxies([]string{"proxy.example"}); err == nil {
		t.Error("a name was taken for an address")
	}
}
