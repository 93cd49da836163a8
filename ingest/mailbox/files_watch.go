package mailbox

import (
	"context"
	"time"
)

// How often the directories of a folder are looked at by Wait, and how often
// before it returns all the same. A look costs one or two calls of the system,
// and unlike the kernel's notices it works on network file systems too.
const (
	fileLook  = time.Second
	fileLooks = 15 * 60
)

// Wait looks at the folder each second. It also returns at once for a change
// since its last call on this mailbox, or, in the first one, within the last
// minute.
func (b *fileBox) Wait(ctx context.Context, folder string) error {
	stamp, err := b.look(ctx, folder)
	if err != nil {
		return err
	}
	last, before := b.waited[folder]
	b.waited[folder] = stamp
	now := b.opt.Now()
	recent := now.Add(-time.Minute).UnixNano() < stamp.latest && stamp.latest < now.Add(time.Minute).UnixNano()
	changed := before && last.text != stamp.text || !before && recent
	// A file that is still being written is not listed yet.
	settle := int(b.layout.quiet/fileLook) + 1
	if b.layout.quiet == 0 {
		settle = 0
	}
	tick := time.NewTicker(fileLook)
	defer tick.Stop()
	for looks := 0; ; looks++ {
		if changed && settle == 0 || looks == fileLooks {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-b.closed:
			return errFileClosed
		case <-tick.C:
		}
		stamp, err := b.look(ctx, folder)
		if err != nil {
			return err
		}
		if changed {
			settle--
		}
		changed = changed || stamp.text != b.waited[folder].text
		b.waited[folder] = stamp
	}
}

// look takes a folder's stamp.
func (b *fileBox) look(ctx context.Context, folder string) (fileStamp, error) {
	root, err := b.enter(ctx)
	if err != nil {
		return fileStamp{}, err
	}
	defer root.Close()
	place, err := b.place(root, folder)
	if err != nil {
		return fileStamp{}, err
	}
	return b.stamp(root, place)
}
