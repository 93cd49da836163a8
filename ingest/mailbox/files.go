package mailbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"lineman/ingest"
	"lineman/internal/config"
	"lineman/models"
)

// fileMaxFolders bounds how many folders are looked through.
const fileMaxFolders = 10000

// fileLayout is how a kind of mailbox keeps messages as files below a root.
type fileLayout struct {
	top string // the folder that is read when none is configured

	// all gives every folder below the root. ErrUnreachable when the root is
	// none of this layout.
	all func(*os.Root) ([]filePlace, error)
	// one gives the folder of a configured name, if it is there.
	one func(*os.Root, string) (filePlace, bool, error)
	// id gives the part of a file's name that stays when the file is moved or
	// flagged; empty for a file that is no message.
	id func(name string) string
	// fixed: a file that is there never changes. Otherwise its time and size
	// belong to its identity, so that one that was written anew is another
	// message, and it is read once it was left alone for quiet.
	fixed bool
	quiet time.Duration
}

// filePlace is one folder: its name and the directories of its messages, below
// the root.
type filePlace struct {
	name string
	dirs []string
}

// fileBox is a mailbox in a file system. It only reads, opens nothing outside
// its root, wherever links point, and keeps no file open between two calls.
type fileBox struct {
	layout  fileLayout
	root    string
	wanted  []string // folders as configured
	opt     Options
	changed func(fs.FileInfo) int64 // when the file was last moved or changed, Unix nanoseconds

	once   sync.Once
	closed chan struct{}

	found  map[string]string    // paths of messages, by folder and remote ID
	known  map[string]string    // the stamp of each folder when found was filled
	waited map[string]fileStamp // what each folder looked like when Wait last looked
}

var (
	_ ingest.Mailbox = (*fileBox)(nil)
	_ ingest.Watcher = (*fileBox)(nil)
)

var errFileClosed = errors.New("the mailbox was closed")

func acceptsScheme(scheme string) func(*url.URL) bool {
	return func(u *url.URL) bool { return u.Scheme == scheme }
}

// openFiles makes the box of a source whose messages are files.
func openFiles(src config.Source, o Options, layout fileLayout) (ingest.Mailbox, error) {
	u, err := parseURL(src)
	if err != nil {
		return nil, err
	}
	if u.Host != "" || !strings.HasPrefix(u.Path, "/") || u.RawQuery != "" || u.Fragment != "" {
		return nil, models.Invalid(key(src, "url"), "names no absolute path; write it like %s:///var/mail/noc", u.Scheme)
	}
	box := &fileBox{
		layout: layout, root: u.Path, opt: o, changed: fileChanged, closed: make(chan struct{}),
		found: map[string]string{}, known: map[string]string{}, waited: map[string]fileStamp{},
	}
	box.wanted = slices.Clone(src.Folders)
	if src.Folder != "" {
		box.wanted = append([]string{src.Folder}, box.wanted...)
	}
	for _, f := range box.wanted {
		if strings.TrimSpace(f) == "" || strings.ContainsAny(f, "\r\n\x00") {
			return nil, models.Invalid(key(src, "folders"), "%q is no folder name; leave it out or name a folder", f)
		}
	}
	if len(box.wanted) == 0 {
		box.wanted = []string{layout.top}
	}
	return box, nil
}

// Close ends a running call and lets no other begin.
func (b *fileBox) Close() error {
	b.once.Do(func() { close(b.closed) })
	return nil
}

// alive tells whether a call may go on.
func (b *fileBox) alive(ctx context.Context) error {
	select {
	case <-b.closed:
		return errFileClosed
	default:
		return ctx.Err()
	}
}

// enter opens the root for one call.
func (b *fileBox) enter(ctx context.Context) (*os.Root, error) {
	if err := b.alive(ctx); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(b.root)
	if err != nil {
		return nil, fmt.Errorf("%w: %s cannot be opened: %w", ingest.ErrUnreachable, b.root, cause(err))
	}
	return root, nil
}

// cause takes the path off an error of the file system.
func cause(err error) error {
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		return pe.Err
	}
	return err
}

// Folders resolves the configured folders in their order, what a pattern gives
// sorted by name. Folders that exist are given together with an ErrFolder that
// names those that do not, or patterns that match none.
func (b *fileBox) Folders(ctx context.Context) ([]string, error) {
	root, err := b.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	var found, missing []string
	for _, want := range b.wanted {
		names, err := b.resolve(root, want)
		if err != nil {
			return nil, err
		}
		if len(names) == 0 {
			missing = append(missing, want)
		}
		for _, n := range names {
			if !slices.Contains(found, n) {
				found = append(found, n)
			}
		}
	}
	if len(missing) > 0 {
		return found, fmt.Errorf("%w: %s has no folder \"%s\"; check folders, levels are written with /",
			ingest.ErrFolder, b.root, strings.Join(missing, `" or "`))
	}
	return found, nil
}

func (b *fileBox) resolve(root *os.Root, want string) ([]string, error) {
	if !strings.ContainsAny(want, "*%") {
		place, ok, err := b.layout.one(root, want)
		if err != nil || !ok {
			return nil, err
		}
		return []string{place.name}, nil
	}
	all, err := b.layout.all(root)
	if err != nil {
		return nil, err
	}
	var names []string
	pattern := folderPattern(want)
	for _, place := range all {
		if pattern.MatchString(place.name) {
			names = append(names, place.name)
		}
	}
	slices.Sort(names)
	return names, nil
}

// folderPattern reads a pattern as IMAP has them: * stands for any part of a
// name, % for any part of one level.
func folderPattern(text string) *regexp.Regexp {
	quoted := regexp.QuoteMeta(text)
	quoted = strings.ReplaceAll(quoted, `\*`, `.*`)
	quoted = strings.ReplaceAll(quoted, `%`, `[^/]*`)
	return regexp.MustCompile(`\A(?s:` + quoted + `)\z`)
}

// place finds a folder that Folders gave.
func (b *fileBox) place(root *os.Root, folder string) (filePlace, error) {
	place, ok, err := b.layout.one(root, folder)
	if err == nil && !ok {
		err = fmt.Errorf("%w: %s has no folder %q", ingest.ErrFolder, b.root, folder)
	}
	return place, err
}

// isDir reports whether a path below the root is a directory that lies there
// itself and is no link.
func isDir(root *os.Root, path string) bool {
	info, err := root.Lstat(path)
	return err == nil && info.IsDir()
}

// eachEntry reads a directory in pieces, so that one of any size costs little
// memory.
func eachEntry(root *os.Root, dir string, f func(fs.DirEntry) error) error {
	d, err := root.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	for {
		list, err := d.ReadDir(1024)
		for _, e := range list {
			if err := f(e); err != nil {
				return err
			}
		}
		if len(list) == 0 {
			if err != nil && !errors.Is(err, io.EOF) {
				return err
			}
			return nil
		}
	}
}
