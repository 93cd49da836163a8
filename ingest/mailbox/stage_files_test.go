package mailbox_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lineman/ingest/mailbox"
	"lineman/internal/config"
	"lineman/models"
)

// fileStage is a tree of files with somebody else who writes it.
type fileStage struct {
	root    string
	maildir bool
	written *int
}

func newFileStage(t *testing.T, maildir bool) *fileStage {
	t.Helper()
	s := &fileStage{root: filepath.Join(t.TempDir(), "mail %1"), maildir: maildir, written: new(int)}
	must(t, os.Mkdir(s.root, 0o755))
	s.create(t, "INBOX")
	return s
}

func newMaildirStage(t *testing.T) stage { return newFileStage(t, true) }
func newFolderStage(t *testing.T) stage  { return newFileStage(t, false) }

// lacks names what files cannot do, and so need not be tried.
func (s *fileStage) lacks() []string {
	return []string{
		"says when a folder was rebuilt", // every file that appears is new
		"tells a wrong password",
		"labels and unlabels",
	}
}

// options sets the clock a minute ahead: what the stage has written lies still,
// and may still be followed by what is late.
func (s *fileStage) options() mailbox.Options {
	return mailbox.Options{Now: func() time.Time { return time.Now().Add(time.Minute) }}
}

func (s *fileStage) source() config.Source {
	scheme := "folder://"
	if s.maildir {
		scheme = "maildir://"
	}
	return config.Source{Name: "noc", URL: scheme + strings.NewReplacer("%", "%25", " ", "%20").Replace(s.root), Folders: []string{"INBOX"}}
}

func (s *fileStage) labelSources() []config.Source { return nil }

// dir is where new mail of a folder is put.
func (s *fileStage) dir(folder string) string {
	switch {
	case !s.maildir:
		return filepath.Join(s.root, folder)
	case folder == "INBOX":
		return filepath.Join(s.root, "new")
	default:
		return filepath.Join(s.root, "."+strings.ReplaceAll(folder, "/", "."), "new")
	}
}

func (s *fileStage) add(t *testing.T, folder string, raw []byte, received time.Time) models.MailRef {
	t.Helper()
	*s.written++
	name := fmt.Sprintf("%d.M%06dP7.host.example", received.Unix(), *s.written)
	id := name
	if !s.maildir {
		name += ".eml"
		id = fmt.Sprintf("%s:%x:%x", name, received.UnixNano(), len(raw))
	}
	temp := filepath.Join(s.root, "being-written")
	dir, err := os.Stat(s.dir(folder))
	must(t, err)
	for written := dir.ModTime(); !written.After(dir.ModTime()); { // some file systems' clocks tick slowly
		must(t, os.WriteFile(temp, raw, 0o600))
		info, err := os.Stat(temp)
		must(t, err)
		written = info.ModTime()
	}
	must(t, os.Chtimes(temp, received, received))
	must(t, os.Rename(temp, filepath.Join(s.dir(folder), name)))
	return models.MailRef{Folder: folder, RemoteID: id}
}

// file finds a message that somebody put where it is.
func (s *fileStage) file(ref models.MailRef) string {
	name := ref.RemoteID
	if !s.maildir {
		name = strings.Split(name, ":")[0]
	}
	return filepath.Join(s.dir(ref.Folder), name)
}

func (s *fileStage) remove(t *testing.T, ref models.MailRef) {
	t.Helper()
	must(t, os.Remove(s.file(ref)))
}

func (s *fileStage) create(t *testing.T, folder string) {
	t.Helper()
	dir := s.dir(folder)
	must(t, os.MkdirAll(dir, 0o755))
	if s.maildir {
		for _, sub := range []string{"cur", "tmp"} {
			must(t, os.MkdirAll(filepath.Join(filepath.Dir(dir), sub), 0o755))
		}
	}
}

func (s *fileStage) rebuild(t *testing.T, folder string) {
	t.Helper()
	must(t, os.RemoveAll(s.dir(folder)))
	s.create(t, folder)
}

// seen reports whether the file is not as it was put there any more.
func (s *fileStage) seen(t *testing.T, ref models.MailRef) bool {
	t.Helper()
	_, err := os.Stat(s.file(ref))
	return err != nil
}

func (s *fileStage) labels(*testing.T, config.Source, models.MailRef) []string { return nil }

// stop takes the file system away.
func (s *fileStage) stop(t *testing.T) {
	t.Helper()
	must(t, os.Rename(s.root, s.root+".away"))
}

func (s *fileStage) start(t *testing.T) {
	t.Helper()
	must(t, os.Rename(s.root+".away", s.root))
}
