package ingest

import (
	"context"
	"fmt"
	"strings"

	"lineman/models"
	"lineman/parsers"
)

// readMatcher loads the providers when mail of unknown senders is not to be
// kept whole; otherwise nobody has to be known before processing.
func (c *collector) readMatcher(ctx context.Context) error {
	if c.p.UnknownSenders == "" || c.p.UnknownSenders == UnknownKeep {
		return nil
	}
	providers, err := c.p.Store.Providers(ctx)
	if err != nil {
		return fmt.Errorf("read providers: %w", err)
	}
	c.matcher = &matcher{providers: providers, forwarders: c.p.Forwarders}
	return nil
}

// prune drops the body of mail that no provider's address sent, as
// unknown_senders says. Mail that cannot be read is kept whole.
func (c *collector) prune(v *models.Arrival) {
	if c.matcher == nil {
		return
	}
	mail, err := parsers.ReadMail(v.Raw)
	if err != nil {
		return
	}
	provider, sender := c.matcher.match(mail, c.src.Header)
	if provider.ID != "" {
		return
	}
	v.Message.Sender = strings.Join(append(mail.Senders(c.src.Header), mail.InnerSenders()...), " ")
	v.Raw = nil
	v.Message.Outcome = models.StateUnknownProvider
	if c.p.UnknownSenders == UnknownSkip {
		v.Message.Outcome = models.StateSkipped
	}
	v.Message.Reason = fmt.Sprintf("no provider has the address %q; unknown_senders is %s", sender, c.p.UnknownSenders)
}
