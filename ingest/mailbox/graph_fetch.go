package mailbox

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sync"

	"lineman/ingest"
	"lineman/models"
)

// graphParallel is how many calls for one mailbox the API takes at a time.
const graphParallel = 4

// Fetch reads messages as MIME. They are found wherever in the mailbox they
// are, so one that a person moved since it was listed arrives all the same.
func (b *graphBox) Fetch(ctx context.Context, refs []models.MailRef, keep func(models.MailRef, []byte, error) error) error {
	ctx, done, err := b.begin(ctx)
	if err != nil {
		return err
	}
	defer done()
	f := &graphFetch{b: b, keep: keep}
	for part := range slices.Chunk(refs, graphParallel) {
		if err := f.run(ctx, part); err != nil {
			return err
		}
	}
	return f.judge()
}

type graphFetch struct {
	b      *graphBox
	keep   func(models.MailRef, []byte, error) error
	whole  int
	failed []graphFailure // messages at which the server fails by itself
}

type graphFailure struct {
	ref models.MailRef
	err *graphRefusal
}

// run fetches some messages at a time and hands over what arrived, also when
// one of them shows that the source cannot go on.
func (f *graphFetch) run(ctx context.Context, refs []models.MailRef) error {
	bodies, errs := make([][]byte, len(refs)), make([]error, len(refs))
	var all sync.WaitGroup
	for i, ref := range refs {
		all.Go(func() { bodies[i], errs[i] = f.b.message(ctx, ref) })
	}
	all.Wait()
	var stop error
	for i, ref := range refs {
		if stop == nil && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err := f.hand(ref, bodies[i], errs[i]); err != nil {
			var own *keepError
			if errors.As(err, &own) {
				return own.err
			}
			stop = err
		}
	}
	return stop
}

// keepError is what keep returned.
type keepError struct{ err error }

func (e *keepError) Error() string { return e.err.Error() }

// hand sorts the errors: of the message alone, of the source, or not known yet.
func (f *graphFetch) hand(ref models.MailRef, body []byte, err error) error {
	var no *graphRefusal
	switch {
	case err == nil:
		f.whole++
	case !errors.As(err, &no):
		return err
	case no.status == http.StatusUnauthorized, no.status == http.StatusForbidden, no.noMailbox():
		return f.b.failed("fetch messages", err)
	case no.status == http.StatusTooManyRequests:
		return f.b.failed("fetch messages", err)
	case no.status >= 500:
		f.failed = append(f.failed, graphFailure{ref, no})
		return nil
	case no.status == http.StatusNotFound || no.status == http.StatusGone:
		body, err = nil, fmt.Errorf("%w: the message was deleted before it was read", ingest.ErrGone)
	default:
		body = nil
	}
	if err := f.keep(ref, body, err); err != nil {
		return &keepError{err}
	}
	return nil
}

// judge decides whose fault answers like 500 are. If other messages came, it
// is the message; else the server is in trouble and the next pass asks again.
func (f *graphFetch) judge() error {
	for _, bad := range f.failed {
		if f.whole == 0 {
			return f.b.failed("fetch messages", bad.err)
		}
		if err := f.keep(bad.ref, nil, bad.err); err != nil {
			return err
		}
	}
	return nil
}

// message reads one message.
func (b *graphBox) message(ctx context.Context, ref models.MailRef) ([]byte, error) {
	body, err := b.open(ctx, graphCall{link: b.url(nil, "messages", url.PathEscape(ref.RemoteID), "$value")})
	if err != nil {
		return nil, err
	}
	return b.readAll(ctx, body, graphMaxBody)
}
