package trust_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-msgauth/dkim"

	"lineman/ingest/trust"
	"lineman/models"
)

// zone is the name servers of the world: records by name, and how often each
// was asked for.
type zone struct {
	mu      sync.Mutex
	records map[string][]string
	broken  map[string]error
	asked   map[string]int
	block   bool // every question waits until its time is over
}

func newZone() *zone {
	return &zone{records: map[string][]string{}, broken: map[string]error{}, asked: map[string]int{}}
}

func (z *zone) lookup(ctx context.Context, name string) ([]string, error) {
	z.mu.Lock()
	z.asked[name]++
	block, records, err := z.block, z.records[name], z.broken[name]
	z.mu.Unlock()
	switch {
	case block:
		<-ctx.Done()
		return nil, ctx.Err()
	case err != nil:
		return nil, err
	case records == nil:
		return nil, trust.ErrNoRecord
	}
	return records, nil
}

// publish puts a key into the zone.
func (z *zone) publish(t testing.TB, selector, domain string, key crypto.Signer) {
	t.Helper()
	record := "v=DKIM1; k=ed25519; p="
	public, isEd := key.Public().(ed25519.PublicKey)
	der := []byte(public)
	if !isEd {
		record = "v=DKIM1; k=rsa; p="
		var err error
		if der, err = x509.MarshalPKIXPublicKey(key.Public()); err != nil {
			t.Fatal(err)
		}
	}
	z.records[selector+"._domainkey."+domain] = []string{record + base64.StdEncoding.EncodeToString(der)}
}

func edKey(t testing.TB) ed25519.PrivateKey {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func rsaKey(t testing.TB) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

var received = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

// letter is a mail of carrier.example; header comes before its own fields.
func letter(header string) string {
	return header + strings.ReplaceAll(`From: Carrier NOC <noc@carrier.example>
To: ops@customer.example
Subject: Maintenance CH-77 cancelled
Date: Mon, 02 Mar 2026 09:58:00 +0000
Message-ID: <77@carrier.example>
Content-Type: text/plain; charset=utf-8

The work CH-77 will not take place.
`, "\n", "\r\n")
}

// seal signs a mail.
func seal(t testing.TB, mail, selector, domain string, key crypto.Signer, change func(*dkim.SignOptions)) string {
	t.Helper()
	o := &dkim.SignOptions{
		Domain: domain, Selector: selector, Signer: key, HeaderKeys: []string{"From", "To", "Subject", "Date", "Message-ID"},
		HeaderCanonicalization: dkim.CanonicalizationRelaxed, BodyCanonicalization: dkim.CanonicalizationRelaxed,
	}
	if change != nil {
		change(o)
	}
	var b bytes.Buffer
	if err := dkim.Sign(&b, strings.NewReader(mail), o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func claimOf(mail string) models.Claim {
	return models.Claim{
		Raw: []byte(mail), Sender: "noc@carrier.example", Received: received,
		Known: []string{"noc@carrier.example", "carrier.example", "alerts@mailservice.example", "*.carrier-notices.example"},
	}
}

func judge(z *zone, authservID string) *trust.Judge {
	return trust.New(trust.Options{AuthservID: authservID, Lookup: z.lookup, Now: func() time.Time { return received }})
}

// expect judges a mail and compares level and a part of the reason.
func expect(t *testing.T, j *trust.Judge, c models.Claim, level models.TrustLevel, reason string) models.Trust {
	t.Helper()
	got := j.Judge(t.Context(), c)
	if got.Level != level || !strings.Contains(got.Reason, reason) {
		t.Errorf("judged %s (%s), want %s (… %s …)", got.Level, got.Reason, level, reason)
	}
	return got
}

// withField puts a field on top of a mail.
func withField(mail, format string, args ...any) string {
	return fmt.Sprintf(format, args...) + "\r\n" + mail
}

func judgeAt(z *zone, now func() time.Time) *trust.Judge {
	return trust.New(trust.Options{Lookup: z.lookup, Now: now})
}
