package mailbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"syscall"

	"lineman/ingest"
	"lineman/models"
)

// fileMaxBody bounds the bytes of one message, whatever size it was listed with.
const fileMaxBody = 128 << 20

// fileRefusal is a message that could not be read.
type fileRefusal struct {
	ref models.MailRef
	err error
}

// Fetch reads whole files, one after the other. A file that was moved within
// its folder or flagged meanwhile is found again; one that is not there any
// more, or was written anew, is kept with ingest.ErrGone. One that cannot be
// read is refused alone, unless none of several can be: then it is the source
// that fails.
func (b *fileBox) Fetch(ctx context.Context, refs []models.MailRef, keep keepFunc) error {
	root, err := b.enter(ctx)
	if err != nil {
		return err
	}
	defer root.Close()
	whole := 0
	var refused []fileRefusal
	for _, ref := range refs {
		if err := b.alive(ctx); err != nil {
			return err
		}
		raw, err := b.fetch(root, ref)
		if err == nil || errors.Is(err, ingest.ErrGone) {
			if same := b.still(root); same != nil {
				return same
			}
		}
		switch {
		case errors.Is(err, ingest.ErrUnreachable), errors.Is(err, ingest.ErrFolder):
			return err
		case err == nil:
			whole++
		case !errors.Is(err, ingest.ErrGone):
			refused = append(refused, fileRefusal{ref, err})
			continue
		}
		if err := keep(ref, raw, err); err != nil {
			return err
		}
	}
	if whole == 0 && len(refused) > 1 {
		return fmt.Errorf("%w: none of %d messages can be read: %w", ingest.ErrUnreachable, len(refused), refused[0].err)
	}
	for _, r := range refused {
		if err := keep(r.ref, nil, r.err); err != nil {
			return err
		}
	}
	return nil
}

// still checks that the root is the one that was opened: when a file system is
// taken away or replaced, its messages are not gone.
func (b *fileBox) still(root *os.Root) error {
	opened, err := root.Stat(".")
	if err == nil {
		var now fs.FileInfo
		if now, err = os.Stat(b.root); err == nil && os.SameFile(opened, now) {
			return nil
		}
	}
	if err == nil {
		err = errors.New("it was replaced while it was read")
	}
	return fmt.Errorf("%w: %s: %w", ingest.ErrUnreachable, b.root, cause(err))
}

// fetch reads one message, wherever in its folder it lies by now.
func (b *fileBox) fetch(root *os.Root, ref models.MailRef) ([]byte, error) {
	gone := fmt.Errorf("%w: %s is not in folder %q any more", ingest.ErrGone, ref.RemoteID, ref.Folder)
	if ref.RemoteID == "" || ref.UIDValidity != 0 || ref.UID != 0 { // of another kind of mailbox
		return nil, gone
	}
	for range 3 { // it may move between two looks
		file, ok := b.found[ref.Folder+"\x00"+ref.RemoteID]
		if ok {
			raw, err := b.readFile(root, file, ref)
			if !errors.Is(err, fs.ErrNotExist) {
				return raw, err
			}
			if err := b.still(root); err != nil {
				return nil, err
			}
		}
		moved, err := b.index(root, ref.Folder)
		if err != nil {
			return nil, err
		}
		if !moved && !ok {
			break
		}
	}
	return nil, gone
}

// index finds all messages of a folder by name; false when the folder is as it
// was when that was last done.
func (b *fileBox) index(root *os.Root, folder string) (bool, error) {
	place, err := b.place(root, folder)
	if err != nil {
		return false, err
	}
	stamp, err := b.stamp(root, place)
	if err != nil {
		return false, err
	}
	if b.known[folder] == stamp.text {
		return false, nil
	}
	for _, dir := range place.dirs {
		err := eachEntry(root, dir, func(d fs.DirEntry) error {
			id := b.layout.id(d.Name())
			if id == "" || !d.Type().IsRegular() {
				return nil
			}
			file := path.Join(dir, d.Name())
			var info fs.FileInfo
			if !b.layout.fixed {
				if info, err = root.Lstat(file); err != nil {
					return nil // it went meanwhile
				}
			}
			b.found[folder+"\x00"+b.remoteID(id, info)] = file
			return nil
		})
		if err != nil {
			return false, fmt.Errorf("%w: read directory %s: %w", ingest.ErrUnreachable, path.Join(b.root, dir), cause(err))
		}
	}
	b.known[folder] = stamp.text
	return true, nil
}

// readFile reads a file of the folder; fs.ErrNotExist when it is not there.
func (b *fileBox) readFile(root *os.Root, file string, ref models.MailRef) ([]byte, error) {
	// A pipe in the place of the file must not hold anybody up.
	f, err := root.OpenFile(file, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err != nil {
		return nil, fmt.Errorf("file %s cannot be opened: %w; make it readable for lineman", path.Join(b.root, file), cause(err))
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("file %s cannot be read: %w", path.Join(b.root, file), cause(err))
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no plain file", path.Join(b.root, file))
	}
	if !b.layout.fixed && b.remoteID(b.layout.id(path.Base(file)), info) != ref.RemoteID {
		return nil, fmt.Errorf("%w: file %s was written anew since it was listed", ingest.ErrGone, path.Join(b.root, file))
	}
	raw := make([]byte, 0, min(info.Size(), fileMaxBody)+1)
	raw, err = readAll(io.LimitReader(f, fileMaxBody+1), raw)
	if err != nil {
		return nil, fmt.Errorf("file %s cannot be read: %w", path.Join(b.root, file), cause(err))
	}
	if len(raw) > fileMaxBody {
		return nil, fmt.Errorf("file %s has more than %d bytes", path.Join(b.root, file), fileMaxBody)
	}
	return raw, nil
}

// readAll is io.ReadAll into a buffer that is large enough as a rule.
func readAll(r io.Reader, buf []byte) ([]byte, error) {
	for {
		if len(buf) == cap(buf) {
			buf = append(buf, 0)[:len(buf)]
		}
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if errors.Is(err, io.EOF) {
			return buf, nil
		}
		if err != nil {
			return buf, err
		}
	}
}
