package mailbox_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"lineman/ingest"
	"lineman/ingest/mailbox"
	"lineman/internal/config"
	"lineman/models"
)

// eachFiles runs a test on both kinds of mailbox that are files.
func eachFiles(t *testing.T, test func(t *testing.T, s *fileStage)) {
	t.Run("maildir", func(t *testing.T) { test(t, newFileStage(t, true)) })
	t.Run("folder", func(t *testing.T) { test(t, newFileStage(t, false)) })
}

func openAt(t *testing.T, src config.Source, now time.Time) ingest.Mailbox {
	t.Helper()
	box, err := mailbox.Open(src, mailbox.Options{Now: func() time.Time { return now }})
	must(t, err)
	t.Cleanup(func() { must(t, box.Close()) })
	return box
}

var start = models.Cursor{Folder: "INBOX"}

// TestFilesInPages lists as the service does: a mailbox of its own for each
// page, while mail comes in whose date lies behind the place that was reached.
func TestFilesInPages(t *testing.T) {
	eachFiles(t, func(t *testing.T, s *fileStage) {
		want := map[models.MailRef]bool{}
		for i := range 30 {
			want[s.add(t, "INBOX", sample(i, 100), noon.Add(time.Duration(i)*time.Minute))] = true
		}
		got := map[models.MailRef]bool{}
		cursor := start
		for pages := 0; ; pages++ {
			page, err := enter(t, s, s.source()).List(t.Context(), "INBOX", cursor, time.Time{}, 7)
			must(t, err)
			for _, m := range page.Messages {
				got[m.Ref] = true
			}
			cursor = page.Cursor
			if pages < 3 { // one on either side of the place
				want[s.add(t, "INBOX", sample(100+pages, 100), noon.Add(-time.Hour))] = true
				want[s.add(t, "INBOX", sample(200+pages, 100), noon.AddDate(0, 0, 1))] = true
			}
			if page.Reset || pages > 20 {
				t.Fatalf("page %d: reset %v", pages, page.Reset)
			}
			if !page.More {
				break
			}
		}
		rest, _ := listAll(t, enter(t, s, s.source()), "INBOX", cursor, time.Time{}, 7)
		for _, m := range rest {
			got[m.Ref] = true
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("listed (-want +got):\n%s", diff)
		}
	})
}

// TestMovedInFiles moves old mail into a folder that was read long ago.
func TestMovedInFiles(t *testing.T) {
	eachFiles(t, func(t *testing.T, s *fileStage) {
		before := s.add(t, "INBOX", sample(1, 100), noon.AddDate(0, 0, -30))
		first, cursor := listAll(t, enter(t, s, s.source()), "INBOX", start, noon.AddDate(0, 0, -7), 10)
		if len(first) != 0 {
			t.Errorf("a first run lists %v, which is older than it is to look", refsOf(first))
		}
		old := s.add(t, "INBOX", sample(2, 100), noon.AddDate(-3, 0, 0))
		got, _ := listAll(t, enter(t, s, s.source()), "INBOX", cursor, noon, 10)
		if !cmp.Equal(refsOf(got), []models.MailRef{old}) {
			t.Errorf("after an old mail was moved in: %v, want %v alone and not %v", refsOf(got), old, before)
		}
	})
}

// TestOtherRoot gives a source another path: the old place means nothing there.
func TestOtherRoot(t *testing.T) {
	eachFiles(t, func(t *testing.T, s *fileStage) {
		other := newFileStage(t, s.maildir)
		ref := other.add(t, "INBOX", sample(1, 100), noon)
		s.add(t, "INBOX", sample(2, 100), noon)
		_, cursor := listAll(t, enter(t, s, s.source()), "INBOX", start, time.Time{}, 10)
		for name, from := range map[string]models.Cursor{
			"another root": cursor, "IMAP": {Folder: "INBOX", UIDValidity: 7, UID: 9}, "nonsense": {Folder: "INBOX", Remote: "{"},
		} {
			page, err := enter(t, other, other.source()).List(t.Context(), "INBOX", from, noon, 10)
			must(t, err)
			if !page.Reset || !cmp.Equal(refsOf(page.Messages), []models.MailRef{ref}) {
				t.Errorf("with a cursor of %s: %+v, want Reset and %v", name, page, ref)
			}
		}
	})
}

// TestMaildirReadByOthers has a mail program move and flag messages while they
// are read.
func TestMaildirReadByOthers(t *testing.T) {
	s := newFileStage(t, true)
	want := map[models.MailRef][]byte{}
	var refs []models.MailRef
	for i := range 10 {
		ref := s.add(t, "INBOX", sample(i, 100), noon)
		refs, want[ref] = append(refs, ref), sample(i, 100)
	}
	cur := filepath.Join(s.root, "cur")
	box := enter(t, s, s.source())
	listed, cursor := listAll(t, box, "INBOX", start, time.Time{}, 50)
	got := map[models.MailRef][]byte{}
	must(t, box.Fetch(t.Context(), refs, func(ref models.MailRef, raw []byte, err error) error {
		must(t, err)
		got[ref] = raw
		if len(got) == 1 {
			for _, r := range refs[1:] {
				must(t, os.Rename(s.file(r), filepath.Join(cur, r.RemoteID+":2,")))
			}
		}
		if len(got) == 5 {
			must(t, os.Rename(filepath.Join(cur, refs[7].RemoteID+":2,"), filepath.Join(cur, refs[7].RemoteID+":2,RS")))
		}
		return nil
	}))
	sameBodies(t, want, got)
	again, _ := listAll(t, enter(t, s, s.source()), "INBOX", cursor, time.Time{}, 50)
	if more := unknown(listed, again); len(more) != 0 {
		t.Errorf("messages that were moved are listed as new: %v", more)
	}
	for ref, raw := range fetchAll(t, enter(t, s, s.source()), refs) { // without a listing
		if !bytes.Equal(raw, want[ref]) {
			t.Errorf("message %v has other bytes", ref)
		}
	}
	entries, err := os.ReadDir(cur)
	must(t, err)
	if len(entries) != 9 {
		t.Errorf("%d files in cur, want the 9 that the mail program put there", len(entries))
	}
}

// TestLinksLeadNowhere puts links beside the mail.
func TestLinksLeadNowhere(t *testing.T) {
	eachFiles(t, func(t *testing.T, s *fileStage) {
		outside := newFileStage(t, s.maildir)
		outside.add(t, "INBOX", sample(1, 100), noon)
		secret := filepath.Join(t.TempDir(), "secret.eml")
		must(t, os.WriteFile(secret, sample(2, 100), 0o600))
		inside := s.add(t, "INBOX", sample(3, 100), noon)
		dir := s.dir("INBOX")
		must(t, os.Symlink(secret, filepath.Join(dir, "1.link.eml")))
		must(t, os.Symlink(s.file(inside), filepath.Join(dir, "2.link.eml")))
		must(t, os.Symlink(filepath.Dir(secret), filepath.Join(dir, "3.link.eml")))
		must(t, syscall.Mkfifo(filepath.Join(dir, "4.pipe.eml"), 0o600))
		if s.maildir {
			must(t, os.Remove(filepath.Join(s.root, "cur")))
			must(t, os.Symlink(outside.dir("INBOX"), filepath.Join(s.root, "cur")))
			must(t, os.Symlink(outside.root, filepath.Join(s.root, ".Out")))
		} else {
			must(t, os.Symlink(outside.dir("INBOX"), filepath.Join(s.root, "Out")))
		}
		src := s.source()
		src.Folders = []string{"*"}
		box := enter(t, s, src)
		folders, err := box.Folders(t.Context())
		must(t, err)
		for _, f := range folders {
			if f == "Out" {
				t.Error("a folder outside the root is read")
			}
		}
		if _, err := box.List(t.Context(), "Out", models.Cursor{}, time.Time{}, 10); !errors.Is(err, ingest.ErrFolder) {
			t.Errorf("List of a folder outside: %v, want ErrFolder", err)
		}
		got, _ := listAll(t, box, "INBOX", start, time.Time{}, 10)
		if !cmp.Equal(refsOf(got), []models.MailRef{inside}) {
			t.Errorf("listed %v, want %v alone", refsOf(got), inside)
		}
		// A link that takes the place of a message after it was listed.
		must(t, os.Remove(s.file(inside)))
		must(t, os.Symlink(secret, s.file(inside)))
		must(t, box.Fetch(t.Context(), []models.MailRef{inside}, func(_ models.MailRef, raw []byte, err error) error {
			if raw != nil || err == nil {
				t.Errorf("a file outside the root was read: %q", raw)
			}
			return nil
		}))
	})
}

// TestFileThatCannotBeRead has one file, and then all, turn into something
// that is no file after they were listed.
func TestFileThatCannotBeRead(t *testing.T) {
	eachFiles(t, func(t *testing.T, s *fileStage) {
		var refs []models.MailRef
		for i := range 4 {
			refs = append(refs, s.add(t, "INBOX", sample(i, 100), noon))
		}
		box := enter(t, s, s.source())
		listAll(t, box, "INBOX", start, time.Time{}, 10)
		spoil := func(ref models.MailRef) {
			must(t, os.Remove(s.file(ref)))
			must(t, syscall.Mkfifo(s.file(ref), 0o600))
		}
		spoil(refs[1])
		outcome := map[models.MailRef]bool{}
		must(t, box.Fetch(t.Context(), refs, func(ref models.MailRef, raw []byte, err error) error {
			outcome[ref] = err == nil
			if err != nil && (raw != nil || errors.Is(err, ingest.ErrGone)) {
				t.Errorf("the file that is none: %v", err)
			}
			return nil
		}))
		if diff := cmp.Diff(map[models.MailRef]bool{refs[0]: true, refs[1]: false, refs[2]: true, refs[3]: true}, outcome); diff != "" {
			t.Errorf("read (-want +got):\n%s", diff)
		}
		for _, i := range []int{0, 2, 3} {
			spoil(refs[i])
		}
		err := box.Fetch(t.Context(), refs, func(ref models.MailRef, _ []byte, err error) error {
			t.Errorf("message %v was given up: %v", ref, err)
			return nil
		})
		if !errors.Is(err, ingest.ErrUnreachable) {
			t.Errorf("with nothing that can be read: %v, want ErrUnreachable", err)
		}
	})
}

// TestWriteInPlace writes a file of a folder slowly, and then anew.
func TestWriteInPlace(t *testing.T) {
	s := newFileStage(t, false)
	path := filepath.Join(s.root, "INBOX", "notice.eml")
	whole := sample(1, 500)
	must(t, os.WriteFile(path, whole[:200], 0o600))
	list := func(cursor models.Cursor, ahead time.Duration) ([]ingest.Listed, models.Cursor) {
		return listAll(t, openAt(t, s.source(), time.Now().Add(ahead)), "INBOX", cursor, time.Time{}, 10)
	}
	got, cursor := list(start, 0)
	if len(got) != 0 {
		t.Errorf("a file is listed while it may be written: %v", refsOf(got))
	}
	part, cursor := list(cursor, time.Minute)
	if len(part) != 1 || part[0].Size != 200 {
		t.Fatalf("a file that was left alone: %v", part)
	}
	must(t, os.WriteFile(path, whole, 0o600))
	must(t, os.WriteFile(filepath.Join(s.root, "INBOX", "notes.txt"), whole, 0o600))
	must(t, os.WriteFile(filepath.Join(s.root, "INBOX", ".hidden.eml"), whole, 0o600))
	box := openAt(t, s.source(), time.Now().Add(time.Minute))
	must(t, box.Fetch(t.Context(), refsOf(part), func(_ models.MailRef, raw []byte, err error) error {
		if raw != nil || !errors.Is(err, ingest.ErrGone) {
			t.Errorf("the file that was written anew: %v, want ErrGone", err)
		}
		return nil
	}))
	next, _ := listAll(t, box, "INBOX", cursor, time.Time{}, 10)
	fresh := unknown(part, next)
	if len(fresh) != 1 || !bytes.Equal(fetchAll(t, box, fresh)[fresh[0]], whole) {
		t.Errorf("after it was written to its end: %v", fresh)
	}
}

func TestFileFolders(t *testing.T) {
	tree := newFileStage(t, false)
	for _, f := range []string{"Work", "Work/Europe", "Work/Europe/West", "Other", ".git"} {
		tree.create(t, f)
	}
	box := newFileStage(t, true)
	for _, f := range []string{"Work", "Work/Europe", "Work/Europe/West", "Other"} {
		box.create(t, f)
	}
	must(t, os.MkdirAll(filepath.Join(box.root, ".Wartung.St&APY-rung &- mehr", "cur"), 0o755))
	must(t, os.MkdirAll(filepath.Join(box.root, ".Broken.&AP", "new"), 0o755))
	must(t, os.MkdirAll(filepath.Join(box.root, ".NoMail"), 0o755))
	for _, tc := range []struct {
		stage  *fileStage
		wanted string
		found  string
	}{
		{tree, "", "."},
		{tree, "Work", "Work"},
		{tree, "/Work/Europe/", "Work/Europe"},
		{tree, "*", ".|INBOX|Other|Work|Work/Europe|Work/Europe/West"},
		{tree, "Work/%", "Work/Europe"},
		{tree, "Work*", "Work|Work/Europe|Work/Europe/West"},
		{tree, "../elsewhere", "missing"},
		{tree, "O%|Work", "Other|Work"},
		{box, "", "INBOX"},
		{box, "inbox", "INBOX"},
		{box, "*", "Broken/&AP|INBOX|Other|Wartung/Störung & mehr|Work|Work/Europe|Work/Europe/West"},
		{box, "Work/*", "Work/Europe|Work/Europe/West"},
		{box, "Wartung/Störung & mehr", "Wartung/Störung & mehr"},
		{box, "NoMail", "missing"},
		{box, "..", "missing"},
	} {
		src := tc.stage.source()
		src.Folders = nil
		if tc.wanted != "" {
			src.Folders = strings.Split(tc.wanted, "|")
		}
		got, err := enter(t, tc.stage, src).Folders(t.Context())
		if (err != nil) != (tc.found == "missing") || err != nil && !errors.Is(err, ingest.ErrFolder) {
			t.Errorf("%q: %v", tc.wanted, err)
		}
		if err == nil && strings.Join(got, "|") != tc.found {
			t.Errorf("%q gives %q, want %q", tc.wanted, got, tc.found)
		}
	}
	broken := config.Source{Name: "noc", URL: "maildir://" + t.TempDir()}
	if _, err := enter(t, box, broken).Folders(t.Context()); !errors.Is(err, ingest.ErrUnreachable) || !strings.Contains(err.Error(), "is no Maildir") {
		t.Errorf("a folder that is no Maildir: %v", err)
	}
}

func TestFileSettings(t *testing.T) {
	for text, says := range map[string]string{
		"maildir://host/var/mail": "absolute path", "maildir:var/mail": "absolute path", "folder:///mail?x=1": "absolute path", "folder://": "absolute path",
	} {
		_, err := mailbox.Open(config.Source{Name: "noc", URL: text}, mailbox.Options{})
		if input, ok := errors.AsType[*models.InputError](err); !ok || !strings.Contains(input.Error(), says) || input.Field != "notification_sources[noc].url" {
			t.Errorf("%s: %v", text, err)
		}
	}
	if _, err := mailbox.Open(config.Source{Name: "noc", URL: "folder:///mail", Folders: []string{" "}}, mailbox.Options{}); err == nil {
		t.Error("a blank folder is accepted")
	}
}

// TestWaitForFiles waits in a bubble, where seconds pass as soon as everybody
// waits for them.
func TestWaitForFiles(t *testing.T) {
	eachFiles(t, func(t *testing.T, s *fileStage) {
		synctest.Test(t, func(t *testing.T) {
			box, err := mailbox.Open(s.source(), mailbox.Options{})
			must(t, err)
			watch := box.(ingest.Watcher)
			began := time.Now()
			must(t, watch.Wait(t.Context(), "INBOX"))
			if took := time.Since(began); took != 15*time.Minute {
				t.Errorf("without new mail it returned after %v", took)
			}
			s.add(t, "INBOX", sample(1, 100), noon)
			began = time.Now()
			must(t, watch.Wait(t.Context(), "INBOX"))
			if took := time.Since(began); took > 3*time.Second {
				t.Errorf("mail that came between two calls was seen after %v", took)
			}
			done := make(chan error)
			go func() { done <- watch.Wait(t.Context(), "INBOX") }()
			time.Sleep(90 * time.Second)
			began = time.Now()
			s.add(t, "INBOX", sample(2, 100), noon)
			must(t, <-done)
			if took := time.Since(began); took > 4*time.Second {
				t.Errorf("new mail was seen after %v", took)
			}
			ctx, cancel := context.WithCancel(t.Context())
			go func() { done <- watch.Wait(ctx, "INBOX") }()
			synctest.Wait()
			cancel()
			if err := <-done; !errors.Is(err, context.Canceled) {
				t.Errorf("cancelled: %v", err)
			}
			go func() { done <- watch.Wait(t.Context(), "INBOX") }()
			synctest.Wait()
			must(t, box.Close())
			if err := <-done; err == nil {
				t.Error("Wait goes on in a closed mailbox")
			}
		})
	})
}
