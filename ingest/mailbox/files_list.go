package mailbox

import (
	"cmp"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io/fs"
	"math"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"lineman/ingest"
	"lineman/models"
)

// fileOverlap is how long a change may take to be seen: two directories are
// not read at once, clocks tick coarsely, and network file systems show what
// is new up to a minute late.
const fileOverlap = 2 * time.Minute

// fileCursor is a place in a folder. Files carry no numbers, so what counts is
// when a file came to lie where it lies (fileChanged). A scan lists all that
// came after Floor, oldest message first; several pages make one scan. What
// comes while it runs has changed after Next, which is the Floor of the next
// one. Times are Unix nanoseconds.
type fileCursor struct {
	Root  string `json:"r"` // digest of the root: the cursor is of no use for another
	Floor int64  `json:"f"`

	Running bool   `json:"w,omitempty"`
	Next    int64  `json:"n,omitempty"`
	At      int64  `json:"a,omitempty"` // the last message that was listed: its time
	ID      string `json:"i,omitempty"` // and its ID

	// What was there before the first scan (changed up to Old) is listed only
	// if it was received at Since or later.
	Old   int64 `json:"o,omitempty"`
	Since int64 `json:"s,omitempty"`

	Stamp   string `json:"d,omitempty"` // of the folder when the scan began
	Settled bool   `json:"q,omitempty"` // nothing could be late any more, and no file changes
}

// Memory is what the mailboxes of one source leave to the next one, so that a
// large folder need not be looked through again for each page. Nothing depends
// on it. Its zero value is ready for use.
type Memory struct {
	mu   sync.Mutex
	scan *fileScan
}

// put leaves a scan that goes on with a cursor; nil: there is none.
func (m *Memory) put(scan *fileScan) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.scan = scan
}

// take gives the scan that a cursor continues, if it is there.
func (m *Memory) take(folder, cursor string) *fileScan {
	m.mu.Lock()
	defer m.mu.Unlock()
	scan := m.scan
	if scan == nil || scan.folder != folder || scan.cursor != cursor {
		return nil
	}
	m.scan = nil
	return scan
}

// fileScan is one reading of a folder's directories.
type fileScan struct {
	folder string
	cursor string // that continues it
	list   []fileEntry
	newest int64 // latest change of any file
	fresh  bool  // a file was left out because it may still be written
}

type fileEntry struct {
	id, path          string
	size              int64
	modified, changed int64
}

func (e fileEntry) compare(at int64, id string) int {
	return cmp.Or(cmp.Compare(e.modified, at), strings.Compare(e.id, id))
}

// List reads the folder's directories unless they are as they were when they
// were last read to the end. It may repeat messages that came shortly before
// the cursor. A message's time is that of its file. When the clock of the file
// system was set back, the folder is read from since again.
func (b *fileBox) List(ctx context.Context, folder string, after models.Cursor, since time.Time, limit int) (ingest.Listing, error) {
	root, err := b.enter(ctx)
	if err != nil {
		return ingest.Listing{}, err
	}
	defer root.Close()
	place, err := b.place(root, folder)
	if err != nil {
		return ingest.Listing{}, err
	}
	cursor, valid := b.readCursor(after)
	out := ingest.Listing{Reset: !valid && !after.First()}
	if valid && cursor.Running {
		if scan := b.opt.Memory.take(place.name, after.Remote); scan != nil {
			return b.page(out, place, cursor, scan, limit)
		}
	}
	stamp, err := b.stamp(root, place)
	if err != nil {
		return ingest.Listing{}, err
	}
	if valid && !cursor.Running {
		same := cursor.Stamp == stamp.text
		if same && cursor.Settled {
			out.Cursor = after
			return out, nil
		}
		if !same && stamp.latest < cursor.Floor-int64(fileOverlap) {
			valid, out.Reset = false, true
		}
	}
	if !valid {
		cursor = fileCursor{Root: b.digest(), Old: math.MinInt64, Since: math.MinInt64}
		if !since.IsZero() {
			cursor.Since = since.UnixNano()
		}
	}
	now := b.opt.Now()
	scan, err := b.read(ctx, root, place, cursor, now)
	if err != nil {
		return ingest.Listing{}, err
	}
	if !cursor.Running {
		cursor.begin(scan, stamp, now, b.layout)
	}
	scan.narrow(cursor)
	return b.page(out, place, cursor, scan, limit)
}

// begin starts a scan.
func (c *fileCursor) begin(scan *fileScan, stamp fileStamp, now time.Time, layout fileLayout) {
	if c.Old == math.MinInt64 {
		c.Old = max(scan.newest, stamp.latest)
	}
	settled := now.Add(-fileOverlap).UnixNano()
	c.Running, c.Next = true, min(scan.newest, settled)
	c.Stamp, c.Settled = stamp.text, layout.fixed && !scan.fresh && stamp.latest < settled
}

// end closes a scan that was listed to its end.
func (c *fileCursor) end() {
	c.Running, c.At, c.ID = false, 0, ""
	c.Floor, c.Next = max(c.Floor, c.Next), 0
	if c.Floor >= c.Old {
		c.Old, c.Since = 0, 0
	}
}

// page lists the next messages of a scan.
func (b *fileBox) page(out ingest.Listing, place filePlace, c fileCursor, scan *fileScan, limit int) (ingest.Listing, error) {
	start := 0
	if c.At != 0 || c.ID != "" {
		start, _ = slices.BinarySearchFunc(scan.list, c, func(e fileEntry, c fileCursor) int {
			if e.compare(c.At, c.ID) <= 0 {
				return -1
			}
			return 1
		})
	}
	rest := scan.list[start:]
	n := min(max(limit, 1), len(rest))
	clear(b.found)
	clear(b.known)
	for _, e := range rest[:n] {
		b.found[place.name+"\x00"+e.id] = e.path
		out.Messages = append(out.Messages, ingest.Listed{
			Ref:  models.MailRef{Folder: place.name, RemoteID: e.id},
			Size: e.size, Received: time.Unix(0, e.modified).UTC(),
		})
		c.At, c.ID = e.modified, e.id
	}
	out.More = n < len(rest)
	if !out.More {
		c.end()
	}
	text, err := json.Marshal(c)
	if err != nil {
		return ingest.Listing{}, fmt.Errorf("write the cursor of folder %q: %w", place.name, err)
	}
	out.Cursor = models.Cursor{Folder: place.name, Remote: string(text)}
	if out.More {
		scan.folder, scan.cursor = place.name, out.Cursor.Remote
		b.opt.Memory.put(scan)
	}
	return out, nil
}

// readCursor gives a cursor of this mailbox; false for a first one, for one of
// another kind of mailbox or of another root.
func (b *fileBox) readCursor(after models.Cursor) (fileCursor, bool) {
	var c fileCursor
	if err := json.Unmarshal([]byte(after.Remote), &c); err != nil || after.UIDValidity != 0 || c.Root != b.digest() {
		return fileCursor{}, false
	}
	return c, true
}

func (b *fileBox) digest() string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(path.Clean(b.root))) // a hash does not fail
	return hex.EncodeToString(h.Sum(nil))
}

// fileStamp is what the directories of a folder look like from outside.
type fileStamp struct {
	text   string
	latest int64 // when the newest of them was last changed, Unix nanoseconds
}

// stamp looks at the directories of a folder without reading them.
func (b *fileBox) stamp(root *os.Root, place filePlace) (fileStamp, error) {
	var s fileStamp
	for _, dir := range place.dirs {
		info, err := root.Lstat(dir)
		if err != nil || !info.IsDir() {
			return s, fmt.Errorf("%w: folder %q lost its directory %s", ingest.ErrFolder, place.name, path.Join(b.root, dir))
		}
		at := max(info.ModTime().UnixNano(), b.changed(info))
		s.text += fmt.Sprintf("%x/", at)
		s.latest = max(s.latest, at)
	}
	return s, nil
}

// read looks at every file of a folder and takes those that changed after the
// cursor's floor. Files that may still be written are left for the next scan.
func (b *fileBox) read(ctx context.Context, root *os.Root, place filePlace, c fileCursor, now time.Time) (*fileScan, error) {
	scan := &fileScan{}
	seen := 0
	for _, dir := range place.dirs {
		err := eachEntry(root, dir, func(d fs.DirEntry) error {
			if seen++; seen%1024 == 0 {
				if err := b.alive(ctx); err != nil {
					return err
				}
			}
			e, ok := b.entry(root, dir, d)
			switch {
			case !ok:
			case now.Add(-b.layout.quiet).UnixNano() < e.changed && e.changed < now.Add(b.layout.quiet).UnixNano():
				scan.fresh = true
			default:
				scan.newest = max(scan.newest, e.changed)
				if e.changed > c.Floor {
					scan.list = append(scan.list, e)
				}
			}
			return nil
		})
		if stop := b.alive(ctx); stop != nil {
			return nil, stop
		}
		if err != nil {
			return nil, fmt.Errorf("%w: read directory %s: %w", ingest.ErrUnreachable, path.Join(b.root, dir), cause(err))
		}
	}
	return scan, nil
}

// entry looks at one file; false when it is no message, or gone by now.
func (b *fileBox) entry(root *os.Root, dir string, d fs.DirEntry) (fileEntry, bool) {
	id := b.layout.id(d.Name())
	if id == "" || d.Type()&^fs.ModeIrregular != 0 {
		return fileEntry{}, false
	}
	file := path.Join(dir, d.Name())
	info, err := root.Lstat(file)
	if err != nil || !info.Mode().IsRegular() {
		return fileEntry{}, false
	}
	return fileEntry{
		id: b.remoteID(id, info), path: file, size: info.Size(), modified: info.ModTime().UnixNano(), changed: b.changed(info),
	}, true
}

// remoteID names a message. Bytes that are no text are written as % and two
// hexadecimal digits.
func (b *fileBox) remoteID(id string, info fs.FileInfo) string {
	if !utf8.ValidString(id) || strings.Contains(id, "%") {
		var text strings.Builder
		for _, c := range []byte(id) {
			if c < 0x80 && c != '%' {
				text.WriteByte(c)
			} else {
				fmt.Fprintf(&text, "%%%02X", c)
			}
		}
		id = text.String()
	}
	if !b.layout.fixed {
		id += fmt.Sprintf(":%x:%x", info.ModTime().UnixNano(), info.Size())
	}
	return id
}

// narrow brings a scan into order, without what was there before the first one
// and is too old, and without second copies of one name.
func (s *fileScan) narrow(c fileCursor) {
	s.list = slices.DeleteFunc(s.list, func(e fileEntry) bool {
		return e.changed <= c.Old && e.modified < c.Since
	})
	slices.SortFunc(s.list, func(x, y fileEntry) int { return x.compare(y.modified, y.id) })
	s.list = slices.CompactFunc(s.list, func(x, y fileEntry) bool { return x.id == y.id && x.modified == y.modified })
}
