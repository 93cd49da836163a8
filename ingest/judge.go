package ingest

import (
	"context"
	"fmt"
	"time"

	"lineman/models"
	"lineman/parsers"
)

// trust judges the sender of a mail that a provider's address sent; nil where
// nobody judges, or where it was judged for that provider before: a re-parse
// changes nothing of it, since keys come and go.
func (p *Pipeline) trust(ctx context.Context, raw models.RawNotification, v models.Verdict, header string, m matcher) *models.TrustVerdict {
	switch {
	case p.Truster == nil || v.ProviderID == "" || raw.Raw == nil || v.State == models.StateSkipped:
		return nil
	case raw.Trust.Level != "" && raw.TrustProvider == v.ProviderID:
		return nil
	case raw.Trust.Level == "" && raw.ProviderID == v.ProviderID && wasRead(raw.State):
		return nil
	}
	raw.TrustTries = 0
	t := p.judge(ctx, raw, v.ProviderID, v.Sender, header, m)
	return &t
}

// wasRead reports whether mail in a state was read for its provider.
func wasRead(s models.MailState) bool {
	return s != models.StateReceived && s != models.StateSkipped && s != models.StateUnknownProvider
}

// judge asks who sent a mail.
func (p *Pipeline) judge(ctx context.Context, raw models.RawNotification, providerID, sender, header string, m matcher) models.TrustVerdict {
	claim := models.Claim{Raw: raw.Raw, Sender: sender, Received: raw.Received}
	for _, provider := range m.providers {
		if provider.ID == providerID {
			claim.Known = provider.Emails
		}
	}
	head, _ := parsers.ReadHeader(raw.Raw)
	if outer := head.Senders(header); len(outer) == 1 && outer[0] != sender {
		claim.Carrier = outer[0]
	}
	t := models.TrustVerdict{RawID: raw.ID, ProviderID: providerID, Trust: p.Truster.Judge(ctx, claim), Tries: raw.TrustTries}
	if t.Later {
		t.Tries++
		if t.Tries > len(judgedAfter) {
			t.Reason = fmt.Sprintf("name servers gave no answer in %d tries, so nobody knows whether it is signed", t.Tries)
		} else {
			t.Due = p.Now().UTC().Add(judgedAfter[t.Tries-1])
		}
	}
	guard := p.Review
	if raw.Trust.Level != "" && raw.TrustProvider == providerID {
		guard = raw.TrustGuarded // the policy of then
	}
	t.Guarded = guard && t.Level.Doubtful()
	return t
}

// judgedAfter is how long after each try it is tried again to learn who sent a
// mail. After the last it stays in doubt.
var judgedAfter = []time.Duration{
	time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 3 * time.Hour, 8 * time.Hour, 24 * time.Hour,
}

// rejudged is how many mails are judged again at once.
const rejudged = 50

// Rejudge judges again the senders of mails about which name servers were
// silent, as far as it is time. What is not done when ctx ends is due still.
func (p *Pipeline) Rejudge(ctx context.Context) error {
	if p.Truster == nil {
		return nil
	}
	for {
		due, err := p.Store.TrustDue(ctx, p.Now().UTC(), rejudged)
		if err != nil || len(due) == 0 {
			return err
		}
		m, err := p.matcher(ctx)
		if err != nil {
			return err
		}
		for _, raw := range due {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			if err := p.Store.Judge(ctx, []models.TrustVerdict{p.rejudge(ctx, raw, m)}); err != nil {
				return fmt.Errorf("judge the sender of mail %s again: %w", raw.ID, err)
			}
		}
		if len(due) < rejudged {
			return nil
		}
	}
}

// rejudge judges one mail again.
func (p *Pipeline) rejudge(ctx context.Context, raw models.RawNotification, m matcher) models.TrustVerdict {
	if raw.Raw == nil { // removed by retention
		return models.TrustVerdict{RawID: raw.ID, ProviderID: raw.TrustProvider, Trust: models.Trust{
			Level: raw.Trust.Level, Reason: "name servers gave no answer while the mail was kept",
		}, Tries: raw.TrustTries}
	}
	header := p.sourceByID(ctx, raw.SourceID).Header
	return p.judge(ctx, raw, raw.TrustProvider, raw.Sender, header, m)
}
