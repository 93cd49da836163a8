package trust_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/emersion/go-msgauth/dkim"

	"lineman/models"
)

func TestSignatures(t *testing.T) {
	z, key, other := newZone(), edKey(t), edKey(t)
	big := rsaKey(t)
	z.publish(t, "s1", "carrier.example", key)
	z.publish(t, "rsa", "carrier.example", big)
	z.publish(t, "s1", "mail.carrier.example", key)
	z.publish(t, "s1", "us.carrier-notices.example", key)
	z.publish(t, "s1", "mailservice.example", key)
	z.publish(t, "s1", "evil.example", other)
	z.publish(t, "stolen", "carrier.example", other)
	z.publish(t, "trial", "carrier.example", key)
	z.records["trial._domainkey.carrier.example"][0] += "; t=y"
	z.records["revoked._domainkey.carrier.example"] = []string{"v=DKIM1; k=ed25519; p="}
	z.records["two._domainkey.carrier.example"] = []string{"v=DKIM1; p=", "v=DKIM1; p="}
	signed := seal(t, letter(""), "s1", "carrier.example", key, nil)
	simple := func(o *dkim.SignOptions) {
		o.HeaderCanonicalization, o.BodyCanonicalization = dkim.CanonicalizationSimple, dkim.CanonicalizationSimple
	}
	without := func(name string) func(*dkim.SignOptions) {
		return func(o *dkim.SignOptions) {
			var rest []string
			for _, k := range o.HeaderKeys {
				if k != name {
					rest = append(rest, k)
				}
			}
			o.HeaderKeys = rest
		}
	}
	for name, c := range map[string]struct {
		mail   string
		level  models.TrustLevel
		reason string
	}{
		"right":                  {signed, models.TrustVerified, "the signature of carrier.example (key s1) is right"},
		"right, LF line ends":    {strings.ReplaceAll(signed, "\r\n", "\n"), models.TrustVerified, "is right"},
		"right, after an mbox's": {"From noc@carrier.example Mon Mar  2 10:00:00 2026\n" + signed, models.TrustVerified, "is right"},
		"RSA, simple":            {seal(t, letter(""), "rsa", "carrier.example", big, simple), models.TrustVerified, "is right"},
		"a subdomain":            {seal(t, letter(""), "s1", "mail.carrier.example", key, nil), models.TrustVerified, "mail.carrier.example"},
		"another whole domain":   {seal(t, letter(""), "s1", "us.carrier-notices.example", key, nil), models.TrustVerified, "us.carrier-notices.example"},
		"a mail service where the provider has one address": {
			seal(t, letter(""), "s1", "mailservice.example", key, nil), models.TrustUnverified, "signed by mailservice.example, not by carrier.example",
		},
		"a valid one of another domain": {seal(t, letter(""), "s1", "evil.example", other, nil), models.TrustUnverified, "signed by evil.example"},
		"another domain on top of the right one": {
			seal(t, signed, "s1", "evil.example", other, nil), models.TrustVerified, "carrier.example",
		},
		"none":                           {letter(""), models.TrustUnverified, "no DKIM signature"},
		"changed body":                   {signed + "It was moved.\r\n", models.TrustFailed, "does not match"},
		"changed subject":                {strings.Replace(signed, "cancelled", "moved", 1), models.TrustFailed, "does not match"},
		"footer of a list":               {withField(signed, "List-Id: <ops.customer.example>") + "-- \r\nops list\r\n", models.TrustUnverified, "a mailing list"},
		"somebody else's key":            {strings.Replace(signed, "s=s1", "s=stolen", 1), models.TrustFailed, "does not match"},
		"no key":                         {strings.Replace(signed, "s=s1", "s=gone", 1), models.TrustUnverified, "not published"},
		"revoked key":                    {strings.Replace(signed, "s=s1", "s=revoked", 1), models.TrustUnverified, "cannot be used: key revoked"},
		"two keys":                       {strings.Replace(signed, "s=s1", "s=two", 1), models.TrustUnverified, "cannot be used"},
		"key on trial":                   {seal(t, letter(""), "trial", "carrier.example", key, nil), models.TrustUnverified, "t=y"},
		"only the beginning of a body":   {strings.Replace(signed, "a=ed25519", "l=10; a=ed25519", 1) + "It was moved.\r\n", models.TrustUnverified, "only the beginning"},
		"subject not covered":            {seal(t, letter(""), "s1", "carrier.example", key, without("Subject")), models.TrustUnverified, "does not cover the field Subject"},
		"date not covered":               {seal(t, letter(""), "s1", "carrier.example", key, without("Date")), models.TrustUnverified, "does not cover the field Date"},
		"selector that is no name":       {strings.Replace(signed, "s=s1", "s=s1 evil/..", 1), models.TrustUnverified, "names no key"},
		"domain twice":                   {strings.Replace(signed, "d=carrier.example", "d=carrier.example; d=evil.example", 1), models.TrustUnverified, "signed by nobody"},
		"expired before it came":         {strings.Replace(signed, "a=ed25519", fmt.Sprintf("x=%d; a=ed25519", received.Add(-time.Minute).Unix()), 1), models.TrustUnverified, "had expired at 2026-03-02 09:59 UTC"},
		"expiry that is no number":       {strings.Replace(signed, "a=ed25519", "x=99999999999999999999; a=ed25519", 1), models.TrustUnverified, "signed by nobody"},
		"covers signatures":              {seal(t, letter(""), "s1", "carrier.example", key, func(o *dkim.SignOptions) { o.HeaderKeys = append(o.HeaderKeys, "DKIM-Signature") }), models.TrustUnverified, "covers other signatures"},
		"not of the form of a signature": {withField(letter(""), "DKIM-Signature: ;;;=;x"), models.TrustUnverified, "signed by nobody"},
	} {
		t.Run(name, func(t *testing.T) { expect(t, judge(z, ""), claimOf(c.mail), c.level, c.reason) })
	}
}

// TestSubjectSignedTwice holds that no second subject can be put beside the
// signed one, whether or not the signature forbids it.
func TestSubjectSignedTwice(t *testing.T) {
	z, key := newZone(), edKey(t)
	z.publish(t, "s1", "carrier.example", key)
	twice := func(o *dkim.SignOptions) { o.HeaderKeys = append(o.HeaderKeys, "Subject", "From") }
	oversigned := seal(t, letter(""), "s1", "carrier.example", key, twice)
	expect(t, judge(z, ""), claimOf(oversigned), models.TrustVerified, "is right")
	for name, mail := range map[string]string{
		"oversigned": oversigned,
		"signed":     seal(t, letter(""), "s1", "carrier.example", key, nil),
	} {
		for _, field := range []string{"Subject: Maintenance CH-78 cancelled", "sUBJECT: x", "Date: Tue, 03 Mar 2026 09:58:00 +0000", "Content-Type: text/html"} {
			t.Run(name+" "+field, func(t *testing.T) {
				expect(t, judge(z, ""), claimOf(withField(mail, "%s", field)), models.TrustUnverified, "2 times")
			})
		}
	}
}

// TestMalformedHeader holds that nothing can be put into the header of a signed
// mail which the signature does not see and a lenient reader takes for text.
func TestMalformedHeader(t *testing.T) {
	z, key := newZone(), edKey(t)
	z.publish(t, "s1", "carrier.example", key)
	signed := seal(t, letter(""), "s1", "carrier.example", key, nil)
	at := strings.Index(signed, "To: ops")
	for name, line := range map[string]string{
		"text":             "CH-77 takes place at another time\r\n",
		"blank fold":       "X-Note: a\r\n \t\r\n",
		"bare CR":          "X-Note: a\rSubject: b\r\n",
		"NUL":              "X-Note: a\x00\r\n",
		"blank before :":   "Subject : b\r\n",
		"name of no ASCII": "Sübject: b\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			expect(t, judge(z, ""), claimOf(signed[:at]+line+signed[at:]), models.TrustUnverified, "no signature is believed")
		})
	}
	for name, mail := range map[string]string{
		"empty": "", "no end": "From: noc@carrier.example\r\n", "bare CR only": strings.ReplaceAll(signed, "\r\n", "\r"),
		"no header": "\r\n\r\ntext\r\n", "header without end": strings.Repeat("X: y\r\n", 200_000),
	} {
		t.Run(name, func(t *testing.T) { expect(t, judge(z, ""), claimOf(mail), models.TrustUnverified, "") })
	}
}

func TestOldMailSentAgain(t *testing.T) {
	z, key := newZone(), edKey(t)
	z.publish(t, "s1", "carrier.example", key)
	c := claimOf(seal(t, letter(""), "s1", "carrier.example", key, nil))
	c.Received = received.AddDate(1, 0, 0)
	expect(t, judge(z, ""), c, models.TrustUnverified, "dated 2026-03-02 and came 365 days later")
	c.Received = received.AddDate(0, 0, -3)
	expect(t, judge(z, ""), c, models.TrustUnverified, "after it came")
	c.Received = received.AddDate(0, 0, 6)
	expect(t, judge(z, ""), c, models.TrustVerified, "")
}

func TestForwarded(t *testing.T) {
	z, key := newZone(), edKey(t)
	z.publish(t, "s1", "customer.example", key)
	z.publish(t, "s1", "carrier.example", key)
	outer := strings.Replace(letter(""), "Carrier NOC <noc@carrier.example>", "Ada <ada@customer.example>", 1)
	c := claimOf(seal(t, outer, "s1", "customer.example", key, nil))
	c.Carrier = "ada@customer.example"
	expect(t, judge(z, ""), c, models.TrustVerified, "forwarded by ada@customer.example")
	c.Raw = []byte(seal(t, outer, "s1", "carrier.example", key, nil))
	expect(t, judge(z, ""), c, models.TrustUnverified, "signed by carrier.example, not by customer.example")
	c.Raw = []byte(outer)
	expect(t, judge(z, ""), c, models.TrustUnverified, "no DKIM signature")
}

func TestSilentNameServers(t *testing.T) {
	z, key := newZone(), edKey(t)
	z.publish(t, "s1", "carrier.example", key)
	z.broken["s1._domainkey.carrier.example"] = errors.New("server failure")
	mail := seal(t, letter(""), "s1", "carrier.example", key, nil)
	now := received
	j := judgeAt(z, func() time.Time { return now })
	if got := expect(t, j, claimOf(mail), models.TrustUnverified, "no answer"); !got.Later {
		t.Error("it is not worth judging again")
	}
	expect(t, j, claimOf(mail), models.TrustUnverified, "no answer")
	if n := z.asked["s1._domainkey.carrier.example"]; n != 1 {
		t.Errorf("asked %d times for what was just not answered", n)
	}
	delete(z.broken, "s1._domainkey.carrier.example")
	now = now.Add(time.Minute)
	if got := expect(t, j, claimOf(mail), models.TrustVerified, "is right"); got.Later {
		t.Error("it is settled and worth judging again")
	}
}

// TestManySignatures holds that neither many signatures nor name servers that
// never answer hold anything up.
func TestManySignatures(t *testing.T) {
	z, key := newZone(), edKey(t)
	z.publish(t, "s1", "carrier.example", key)
	mail := seal(t, letter(""), "s1", "carrier.example", key, nil)
	foreign := mail
	for i := range 100 {
		foreign = withField(foreign, "DKIM-Signature: v=1; a=ed25519-sha256; d=evil%d.example; s=s1; h=from:subject:date; bh=x; b=x", i)
	}
	expect(t, judge(z, ""), claimOf(foreign), models.TrustVerified, "is right")
	if len(z.asked) != 1 {
		t.Errorf("asked for %d keys, want that of the provider alone", len(z.asked))
	}
	aligned := mail
	for i := range 100 {
		aligned = withField(aligned, "DKIM-Signature: v=1; a=ed25519-sha256; d=carrier.example; s=s%d; h=from:subject:date; bh=x; b=x", i+100)
	}
	z.asked = map[string]int{}
	expect(t, judge(z, ""), claimOf(aligned), models.TrustUnverified, "not published")
	if len(z.asked) != 3 {
		t.Errorf("asked for %d keys of one mail, want 3", len(z.asked))
	}
	z.asked, z.broken = map[string]int{}, map[string]error{}
	j := judge(z, "")
	for i := range 10 {
		name := fmt.Sprintf("d%d", i)
		z.broken[name+"._domainkey.carrier.example"] = errors.New("time out")
		c := claimOf(strings.Replace(mail, "s=s1", "s="+name, 1))
		if got := expect(t, j, c, models.TrustUnverified, "no answer"); !got.Later {
			t.Error("it is not worth judging again")
		}
	}
	if len(z.asked) != 3 {
		t.Errorf("asked %d questions though three in a row had no answer", len(z.asked))
	}
}

// TestSlowNameServers holds that a name server that never answers costs a mail
// a few seconds at most, whatever the number of its signatures.
func TestSlowNameServers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		z, key := newZone(), edKey(t)
		z.block = true
		mail := letter("")
		for i := range 5 {
			mail = seal(t, mail, fmt.Sprintf("s%d", i), "carrier.example", key, nil)
		}
		began := time.Now()
		got := expect(t, judgeAt(z, time.Now), claimOf(mail), models.TrustUnverified, "no answer")
		if took := time.Since(began); took > 5*time.Second || !got.Later {
			t.Errorf("it took %v, later: %v", took, got.Later)
		}
	})
}
