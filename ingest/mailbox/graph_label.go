package mailbox

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"lineman/ingest"
	"lineman/models"
)

// graphTries is how often a change that collides with another's is made.
const graphTries = 5

// Label sets and removes categories of one message, wherever it was moved to,
// and leaves those of others alone.
func (b *graphLabelBox) Label(ctx context.Context, ref models.MailRef, _ string, add, remove []string) error {
	remove = slices.DeleteFunc(slices.Clone(remove), func(l string) bool { return slices.Contains(add, l) })
	if len(add)+len(remove) == 0 {
		return nil
	}
	ctx, done, err := b.begin(ctx)
	if err != nil {
		return err
	}
	defer done()
	for range graphTries {
		if err = b.categorise(ctx, ref, add, remove); err == nil {
			return nil
		}
		var no *graphRefusal
		if !errors.As(err, &no) || no.status != http.StatusPreconditionFailed && no.status != http.StatusConflict {
			break
		}
	}
	return b.labelFailed(err)
}

// categorise makes the change on the message as it is now.
func (b *graphLabelBox) categorise(ctx context.Context, ref models.MailRef, add, remove []string) error {
	var now struct {
		Tag        string   `json:"@odata.etag"`
		Categories []string `json:"categories"`
	}
	id := url.PathEscape(ref.RemoteID)
	if err := b.get(ctx, graphCall{link: b.url(url.Values{"$select": {"categories"}}, "messages", id)}, &now); err != nil {
		return err
	}
	next := slices.DeleteFunc(slices.Clone(now.Categories), func(c string) bool { return foldContains(remove, c) })
	for _, label := range add {
		if !foldContains(next, label) {
			next = append(next, label)
		}
	}
	if slices.Equal(next, now.Categories) {
		return nil
	}
	if next == nil {
		next = []string{}
	}
	body, err := b.open(ctx, graphCall{
		method: http.MethodPatch, link: b.url(nil, "messages", id), match: now.Tag, body: map[string]any{"categories": next},
	})
	if err != nil {
		return err
	}
	return body.Close()
}

func foldContains(list []string, s string) bool {
	return slices.ContainsFunc(list, func(l string) bool { return strings.EqualFold(l, s) })
}

func (b *graphLabelBox) labelFailed(err error) error {
	var no *graphRefusal
	switch {
	case !errors.As(err, &no):
		return err
	case no.status == http.StatusForbidden:
		return fmt.Errorf("%w: %w; grant the application Mail.ReadWrite with admin consent, or set label_mode: none", ingest.ErrLabels, no)
	case notFound(err) || no.status == http.StatusGone:
		return fmt.Errorf("%w: the message is in the mailbox no more", ingest.ErrGone)
	case no.status == http.StatusUnauthorized || no.status == http.StatusTooManyRequests || no.status >= 500 || no.noMailbox():
		return b.failed("label a message", err)
	}
	return fmt.Errorf("label a message: %w", err)
}
