package app

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/oauth2"

	"lineman/ingest"
	"lineman/ingest/mailbox"
	"lineman/internal/config"
	"lineman/internal/oauth"
	"lineman/models"
)

// SourceCheck is what the try of one source showed.
type SourceCheck struct {
	Name    string
	Folders []string
	Mail    bool   // there was a message, and it could be read
	Labels  string // whether labels can be set, in words
	Err     error  // why it cannot be read
}

// Validate tries the configured sources, or only one, and hands each result to
// line: it takes a fresh access token, lists the folders, reads one message and
// looks whether it may label. Nothing in the mailbox changes. Where a person
// has to consent, show gets the address to open in a browser, and Validate
// waits until that was done. failed says that a source cannot be read.
func (a *App) Validate(ctx context.Context, only string, show func(source, address string), line func(SourceCheck)) (failed bool, err error) {
	names, err := a.sourceNames(only)
	if err != nil {
		return false, err
	}
	for _, src := range a.Config.Sources {
		if only != "" && src.Name != names[0] {
			continue
		}
		check := SourceCheck{Name: src.Name}
		check.Err = a.validate(ctx, src, &check, func(address string) { show(src.Name, address) })
		failed = failed || check.Err != nil
		line(check)
		if ctx.Err() != nil {
			return true, errors.New("stopped before all sources were tried")
		}
	}
	return failed, nil
}

func (a *App) validate(ctx context.Context, src config.Source, check *SourceCheck, show func(string)) error {
	var asked []string
	var tokens oauth2.TokenSource
	o := a.mailboxOptions(src)
	o.Token = func(src config.Source, scopes ...string) (oauth2.TokenSource, error) {
		var err error
		asked = scopes
		tokens, err = a.token(src, scopes...)
		return tokens, err
	}
	box, err := mailbox.Open(src, o)
	if err != nil {
		return err
	}
	defer box.Close()
	if own, ok := tokens.(*oauth.Source); ok {
		err := freshToken(ctx, own)
		if errors.Is(err, oauth.ErrConsent) {
			err = a.consent(ctx, src, asked, show)
		}
		if err != nil {
			return err
		}
	}
	if err := a.tryReading(ctx, box, check); err != nil {
		return err
	}
	check.Labels = labelsInWords(ctx, src, box)
	return nil
}

// freshToken gets a token that was not held before: one that was withdrawn is
// found out.
func freshToken(ctx context.Context, from *oauth.Source) error {
	held, err := from.TokenContext(ctx)
	if err != nil {
		return err
	}
	from.Refuse(ctx, held.AccessToken)
	_, err = from.TokenContext(ctx)
	return err
}

// tryReading lists the folders and reads the first message of the window.
func (a *App) tryReading(ctx context.Context, box ingest.Mailbox, check *SourceCheck) error {
	var err error
	if check.Folders, err = box.Folders(ctx); err != nil {
		return err
	}
	since := a.Now().UTC().AddDate(0, 0, -a.Config.InitialDays)
	for _, folder := range check.Folders {
		page, err := box.List(ctx, folder, models.Cursor{Folder: folder}, since, 1)
		if err != nil {
			return fmt.Errorf("list %s: %w", folder, err)
		}
		if len(page.Messages) == 0 || check.Mail {
			continue
		}
		err = box.Fetch(ctx, []models.MailRef{page.Messages[0].Ref}, func(_ models.MailRef, raw []byte, err error) error {
			check.Mail = err == nil && len(raw) > 0
			if errors.Is(err, ingest.ErrGone) { // between the two calls
				return nil
			}
			return err
		})
		if err != nil {
			return fmt.Errorf("read a message of %s: %w", folder, err)
		}
	}
	return nil
}

func labelsInWords(ctx context.Context, src config.Source, box ingest.Mailbox) string {
	switch {
	case src.Mode == "shadow":
		return "no labels (mode: shadow)"
	case !labelsWanted(src):
		return "no labels are configured"
	}
	if in, ok := box.(ingest.Inspector); ok {
		if err := in.CanLabel(ctx); err != nil {
			return "labels cannot be set: " + strings.TrimPrefix(err.Error(), ingest.ErrLabels.Error()+": ")
		}
	}
	if _, can := box.(ingest.Labeler); !can {
		return "labels cannot be set in this kind of mailbox"
	}
	return "labels can be set"
}

// SourceLabels lists the labels, keywords and folders of a source's mailbox.
func (a *App) SourceLabels(ctx context.Context, name string) ([]ingest.MailboxLabel, error) {
	if _, err := a.sourceNames(name); err != nil {
		return nil, err
	}
	for _, src := range a.Config.Sources {
		if src.Name != name {
			continue
		}
		box, err := mailbox.Open(src, a.mailboxOptions(src))
		if err != nil {
			return nil, err
		}
		defer box.Close()
		in, ok := box.(ingest.Inspector)
		if !ok {
			return nil, models.Invalid(name, "its kind of mailbox has no labels to list")
		}
		return in.Labels(ctx)
	}
	return nil, models.Invalid("NAME", "name the source whose labels to list")
}
