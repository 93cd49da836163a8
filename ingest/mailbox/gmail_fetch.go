package mailbox

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"google.golang.org/api/gmail/v1"

	"lineman/ingest"
	"lineman/models"
)

// gmailBatch bounds the mail that is fetched before it is kept, in bytes; one
// larger message comes alone.
const gmailBatch = 8 << 20

// Fetch reads messages whole, several at a time, byte by byte as they arrived.
// A message that Gmail cannot give is tried once more when all others were
// read; if the mailbox still answers then, the error is that message's own.
func (b *gmailBox) Fetch(ctx context.Context, refs []models.MailRef, keep func(models.MailRef, []byte, error) error) error {
	var later []models.MailRef
	for len(refs) > 0 {
		n := b.batch(refs)
		raws, errs := b.bodies(ctx, refs[:n])
		for i, ref := range refs[:n] {
			var trouble *gmailTrouble
			switch {
			case ctx.Err() != nil:
				return ctx.Err()
			case b.life.Err() != nil:
				return errGmailClosed
			case errors.As(errs[i], &trouble):
				later = append(later, ref)
				continue
			}
			if err := hand(ref, raws[i], errs[i], keep); err != nil {
				return err
			}
			delete(b.sizes, ref.RemoteID)
			raws[i] = nil
		}
		refs = refs[n:]
	}
	return b.again(ctx, later, keep)
}

// again tries messages that Gmail could not give a second time.
func (b *gmailBox) again(ctx context.Context, refs []models.MailRef, keep func(models.MailRef, []byte, error) error) error {
	if len(refs) == 0 {
		return nil
	}
	if _, err := b.profile(ctx); err != nil { // it is not the messages
		return err
	}
	for _, ref := range refs {
		raw, err := b.body(ctx, ref)
		var trouble *gmailTrouble
		if errors.As(err, &trouble) {
			if _, lost := b.profile(ctx); lost != nil {
				return lost
			}
			err = errors.New(err.Error()) // of this message alone: nothing is unreachable
		}
		if err := hand(ref, raw, err, keep); err != nil {
			return err
		}
	}
	return nil
}

// hand gives one message to keep, or the error that it alone met. Any other
// error ends the call.
func hand(ref models.MailRef, raw []byte, err error, keep func(models.MailRef, []byte, error) error) error {
	if err != nil {
		if errors.Is(err, ingest.ErrLogin) || errors.Is(err, ingest.ErrUnreachable) ||
			errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, errGmailClosed) {
			return err
		}
		raw = nil
	}
	return keep(ref, raw, err)
}

// batch tells how many of the messages are fetched at once.
func (b *gmailBox) batch(refs []models.MailRef) int {
	sum := int64(0)
	for i, r := range refs {
		size, known := b.sizes[r.RemoteID]
		if !known || size <= 0 {
			size = gmailBatch / gmailAtOnce
		}
		if sum += size; i > 0 && (sum > gmailBatch || i >= gmailAtOnce) {
			return i
		}
	}
	return len(refs)
}

func (b *gmailBox) bodies(ctx context.Context, refs []models.MailRef) ([][]byte, []error) {
	raws, errs := make([][]byte, len(refs)), make([]error, len(refs))
	atOnce(len(refs), gmailAtOnce, func(i int) { raws[i], errs[i] = b.body(ctx, refs[i]) })
	return raws, errs
}

func (b *gmailBox) body(ctx context.Context, ref models.MailRef) ([]byte, error) {
	var m *gmail.Message
	err := b.call(ctx, "fetch a message", func(ctx context.Context) (err error) {
		m, err = b.api.Users.Messages.Get("me", ref.RemoteID).Format("raw").Fields("id", "raw").Context(ctx).Do()
		return err
	})
	if isGmailCode(err, http.StatusNotFound) {
		return nil, fmt.Errorf("%w: message %s is not in the mailbox any more", ingest.ErrGone, ref.RemoteID)
	}
	if err != nil {
		return nil, err
	}
	raw, err := base64.URLEncoding.DecodeString(m.Raw)
	if err != nil { // some answers come without the padding
		raw, err = base64.RawURLEncoding.DecodeString(strings.TrimRight(m.Raw, "="))
	}
	if err != nil || len(raw) == 0 {
		return nil, fmt.Errorf("message %s came without readable content", ref.RemoteID)
	}
	return raw, nil
}

// atOnce calls f with 0 to n-1, up to width at the same time, and waits.
func atOnce(n, width int, f func(i int)) {
	var wait sync.WaitGroup
	slots := make(chan struct{}, width)
	for i := range n {
		slots <- struct{}{}
		wait.Go(func() {
			defer func() { <-slots }()
			f(i)
		})
	}
	wait.Wait()
}
