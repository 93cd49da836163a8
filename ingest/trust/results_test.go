package trust_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/emersion/go-msgauth/dkim"

	"lineman/models"
)

func TestAuthenticationResults(t *testing.T) {
	for name, c := range map[string]struct {
		fields string // "; " begins what the own server says; other lines are whole
		level  models.TrustLevel
		reason string
	}{
		"dkim":                      {"; dkim=pass header.d=carrier.example", models.TrustVerified, "dkim=pass for carrier.example"},
		"dkim of a subdomain":       {"; dkim=pass (2048-bit key) header.d=mail.carrier.example header.b=\"Ab/c+d=\"", models.TrustVerified, "mail.carrier.example"},
		"dkim, header.i only":       {"; dkim=pass header.i=@carrier.example header.s=s1 header.b=Ab/c+d=", models.TrustVerified, "carrier.example"},
		"dmarc":                     {"; dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=carrier.example", models.TrustVerified, "dmarc=pass"},
		"spf aligned":               {"; spf=pass (sender is 192.0.2.1) smtp.mailfrom=bounce@mail.carrier.example", models.TrustVerified, "spf=pass"},
		"with a version, in upper":  {" 1; DKIM = Pass reason=\"ok\" Header . D = Carrier.Example", models.TrustVerified, "carrier.example"},
		"with words without a dot":  {"; dmarc=pass action=none header.from=carrier.example;compauth=pass reason=100", models.TrustVerified, "dmarc=pass"},
		"second of two signatures":  {"; dkim=fail header.d=evil.example; dkim=pass header.d=carrier.example", models.TrustVerified, ""},
		"a semicolon at the end":    {"; dkim=pass header.d=carrier.example;", models.TrustVerified, ""},
		"method with a version":     {"; dkim/1=pass header.d=carrier.example", models.TrustVerified, ""},
		"folded and commented":      {";\r\n\tdkim=(a (nested) one)pass (good)\r\n\theader.d=(d)carrier.example", models.TrustVerified, ""},
		"spf unaligned":             {"; spf=pass smtp.mailfrom=x@evil.example", models.TrustUnverified, "mx.customer.example vouches for nothing"},
		"spf of the helo":           {"; spf=pass smtp.helo=carrier.example", models.TrustUnverified, "vouches for nothing"},
		"dkim of another":           {"; dkim=pass header.d=evil.example", models.TrustUnverified, "vouches for nothing"},
		"header.d before header.i":  {"; dkim=pass header.d=evil.example header.i=@carrier.example", models.TrustUnverified, "vouches for nothing"},
		"header.i of another":       {"; dkim=pass header.i=@evil.example", models.TrustUnverified, ""},
		"header.i with two @":       {"; dkim=pass header.i=\"@carrier.example\"@evil.example", models.TrustUnverified, ""},
		"like the domain":           {"; dkim=pass header.d=carrier.example.evil.example", models.TrustUnverified, ""},
		"like the domain, too":      {"; dkim=pass header.d=evilcarrier.example", models.TrustUnverified, ""},
		"no domain":                 {"; dkim=pass", models.TrustUnverified, ""},
		"arc":                       {"; arc=pass (i=1 dkim=pass) header.d=carrier.example", models.TrustUnverified, ""},
		"comment":                   {"; dkim=fail (dkim=pass header.d=carrier.example) header.d=carrier.example", models.TrustFailed, "dkim=fail for carrier.example"},
		"comment after none":        {"; none (dkim=pass header.d=carrier.example)", models.TrustUnverified, ""},
		"quoted":                    {"; dkim=neutral reason=\"; dkim=pass header.d=carrier.example\" header.d=carrier.example", models.TrustUnverified, ""},
		"quoted quote":              {"; dkim=neutral reason=\"\\\"; dkim=pass header.d=carrier.example\" header.d=evil.example", models.TrustUnverified, ""},
		"comment that does not end": {"; dkim=pass header.d=carrier.example (", models.TrustUnverified, "cannot be read"},
		"quote that does not end":   {"; dkim=pass header.d=carrier.example reason=\"", models.TrustUnverified, "cannot be read"},
		"parenthesis too many":      {"; dkim=pass header.d=carrier.example )", models.TrustUnverified, "cannot be read"},
		"property twice":            {"; dkim=pass header.d=evil.example header.d=carrier.example", models.TrustUnverified, "cannot be read"},
		"another version":           {" 2; dkim=pass header.d=carrier.example", models.TrustUnverified, "another version"},
		"dkim failed":               {"; dkim=fail header.d=carrier.example", models.TrustFailed, "dkim=fail"},
		"dkim failed for another":   {"; dkim=fail header.d=evil.example", models.TrustUnverified, ""},
		"dmarc failed":              {"; spf=pass smtp.mailfrom=x@evil.example; dmarc=fail header.from=carrier.example", models.TrustFailed, "dmarc=fail"},
		"temporary error":           {"; dkim=temperror header.d=carrier.example", models.TrustUnverified, ""},
		"none":                      {"; none", models.TrustUnverified, ""},
		"too many":                  {strings.Repeat("; dkim=none", 200) + "; dkim=pass header.d=carrier.example", models.TrustUnverified, "too many"},
	} {
		t.Run(name, func(t *testing.T) {
			mail := withField(letter(""), "Authentication-Results: mx.customer.example%s", c.fields)
			expect(t, judge(newZone(), "mx.customer.example"), claimOf(mail), c.level, c.reason)
		})
	}
}

// TestWhoseResults holds that only the topmost field of the pinned server
// counts, whatever a sender writes above or below it.
func TestWhoseResults(t *testing.T) {
	const good = "dkim=pass header.d=carrier.example"
	field := func(id, what string) string { return fmt.Sprintf("Authentication-Results: %s; %s\r\n", id, what) }
	for name, c := range map[string]struct {
		header string
		pinned string
		level  models.TrustLevel
	}{
		"own":                              {field("mx.ours.example", good), "mx.ours.example", models.TrustVerified},
		"own, in other letters":            {field("MX.Ours.Example", good), "mx.ours.example", models.TrustVerified},
		"own, quoted":                      {field(`"mx.ours.example"`, good), "mx.ours.example", models.TrustVerified},
		"nothing is pinned":                {field("mx.ours.example", good), "", models.TrustUnverified},
		"the attacker's below the real":    {field("mx.ours.example", "dkim=none") + field("mx.ours.example", good), "mx.ours.example", models.TrustUnverified},
		"the attacker's below a failure":   {field("mx.ours.example", "dkim=fail header.d=carrier.example") + field("mx.ours.example", good), "mx.ours.example", models.TrustFailed},
		"above it with another id":         {field("mx.evil.example", good) + field("mx.ours.example", "dkim=none"), "mx.ours.example", models.TrustUnverified},
		"only with another id":             {field("mx.ours.example.evil.example", good), "mx.ours.example", models.TrustUnverified},
		"the id in a comment":              {field("(mx.ours.example) mx.evil.example", good), "mx.ours.example", models.TrustUnverified},
		"the real one behind one it wrote": {field("mx.evil.example", "dkim=fail header.d=carrier.example") + field("mx.ours.example", good), "mx.ours.example", models.TrustVerified},
		"the real one malformed":           {field("mx.ours.example", "dkim=") + field("mx.ours.example", good), "mx.ours.example", models.TrustUnverified},
		"ARC of a sealer, cv=fail":         {"ARC-Seal: i=1; cv=fail; d=sealer.example; s=a; b=x\r\nARC-Authentication-Results: i=1; mx.ours.example; " + good + "\r\n", "mx.ours.example", models.TrustUnverified},
		"ARC of an unknown sealer":         {"ARC-Seal: i=1; cv=none; d=sealer.example; s=a; b=x\r\nARC-Authentication-Results: i=1; mx.ours.example; " + good + "\r\n", "mx.ours.example", models.TrustUnverified},
	} {
		t.Run(name, func(t *testing.T) {
			expect(t, judge(newZone(), c.pinned), claimOf(letter(c.header)), c.level, "")
		})
	}
}

// TestResultsOfPartialSignatures holds that the word of the own server does not
// count for more than the signature covers.
func TestResultsOfPartialSignatures(t *testing.T) {
	z, key := newZone(), edKey(t)
	z.publish(t, "s1", "carrier.example", key)
	results := "Authentication-Results: mx.customer.example; dkim=pass header.d=carrier.example; dmarc=pass header.from=carrier.example"
	bare := seal(t, letter(""), "s1", "carrier.example", key, func(o *dkim.SignOptions) { o.HeaderKeys = []string{"From", "Date"} })
	expect(t, judge(z, "mx.customer.example"), claimOf(withField(bare, "%s", results)), models.TrustUnverified, "does not cover the field Subject")
	part := strings.Replace(seal(t, letter(""), "s1", "carrier.example", key, nil), "a=ed25519", "l=5; a=ed25519", 1)
	expect(t, judge(z, "mx.customer.example"), claimOf(withField(part, "%s", results)), models.TrustUnverified, "only the beginning")
	// What the server found is older than what was changed behind it.
	changed := seal(t, letter(""), "s1", "carrier.example", key, nil) + "CAUTION: external\r\n"
	expect(t, judge(z, "mx.customer.example"), claimOf(withField(changed, "%s", results)), models.TrustVerified, "dkim=pass")
	// The own check counts where the server denies.
	denied := "Authentication-Results: mx.customer.example; dkim=fail header.d=carrier.example"
	signed := seal(t, letter(""), "s1", "carrier.example", key, nil)
	expect(t, judge(z, "mx.customer.example"), claimOf(withField(signed, "%s", denied)), models.TrustVerified, "is right")
}
