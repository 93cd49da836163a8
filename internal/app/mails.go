package app

import (
	"context"
	"slices"

	"lineman/models"
	"lineman/parsers"
)

// Mails lists kept mails, newest first.
func (a *App) Mails(ctx context.Context, f models.MailFilter) ([]models.MailItem, int, error) {
	for _, s := range f.States {
		if !slices.Contains(models.MailStates, s) {
			return nil, 0, models.Invalid("--state", "%q is no state of a mail; it is one of %v", s, models.MailStates)
		}
	}
	return a.store.Mails(ctx, models.ScopeAll, f)
}

// Mail gives one mail, and the address among its provider's by which it was
// matched; that is empty when the address is the provider's no more.
func (a *App) Mail(ctx context.Context, id string) (d models.MailDetail, matched string, err error) {
	d, err = a.store.Mail(ctx, models.ScopeAll, id)
	if err != nil || d.ProviderID == "" {
		return d, "", err
	}
	providers, err := a.store.Providers(ctx)
	if err != nil {
		return d, "", err
	}
	for _, p := range providers {
		for _, pattern := range p.Emails {
			if p.ID == d.ProviderID && parsers.MatchSender(d.Sender, []string{pattern}) && len(pattern) > len(matched) {
				matched = pattern
			}
		}
	}
	return d, matched, nil
}

// RawMail gives the bytes of a mail as they were fetched.
func (a *App) RawMail(ctx context.Context, id string) ([]byte, error) {
	raws, err := a.store.Raws(ctx, []string{id})
	switch {
	case err != nil:
		return nil, err
	case len(raws) == 0:
		return nil, models.Invalid("ID", "no mail is called %q; lineman mail list shows them", id)
	case raws[0].Deleted:
		return nil, models.Invalid("ID", "the bytes of mail %s were removed by retention; its hash and Message-ID are kept", id)
	}
	return raws[0].Raw, nil
}
