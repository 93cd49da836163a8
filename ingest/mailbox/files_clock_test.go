package mailbox

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"lineman/internal/config"
	"lineman/models"
)

// clockBox is a Maildir on a file system whose clock is off by a span that the
// test sets; looks counts how often a file or directory was looked at.
type clockBox struct {
	*fileBox
	dir   string
	off   time.Duration
	given map[string]int64 // when a file came by that clock
	looks int
	now   time.Time
	keep  Memory
}

func newClockBox(t *testing.T) *clockBox {
	t.Helper()
	c := &clockBox{dir: t.TempDir(), given: map[string]int64{}, now: time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)}
	for _, sub := range []string{"new", "cur"} {
		if err := os.Mkdir(filepath.Join(c.dir, sub), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	c.reopen(t)
	c.touch(t)
	return c
}

// reopen makes the mailbox anew, as each poll does.
func (c *clockBox) reopen(t *testing.T) {
	t.Helper()
	box, err := Open(config.Source{Name: "noc", URL: "maildir://" + c.dir}, Options{Now: func() time.Time { return c.now }, Memory: &c.keep})
	if err != nil {
		t.Fatal(err)
	}
	c.fileBox = box.(*fileBox)
	c.changed = func(info fs.FileInfo) int64 {
		c.looks++
		if info.IsDir() {
			return info.ModTime().UnixNano()
		}
		return c.given[info.Name()]
	}
}

func (c *clockBox) touch(t *testing.T) {
	t.Helper()
	at := c.now.Add(c.off)
	for _, sub := range []string{"new", "cur"} {
		if err := os.Chtimes(filepath.Join(c.dir, sub), at, at); err != nil {
			t.Fatal(err)
		}
	}
}

// deliver puts a mail into new at the file system's time.
func (c *clockBox) deliver(t *testing.T, n int) {
	t.Helper()
	at := c.now.Add(c.off)
	name := fmt.Sprintf("%d.M%d.host", at.Unix(), n)
	file := filepath.Join(c.dir, "new", name)
	if err := os.WriteFile(file, []byte("Subject: x\n\nx\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(file, at, at); err != nil {
		t.Fatal(err)
	}
	c.given[name] = at.UnixNano()
	c.touch(t)
}

// TestFilesWithAWrongClock delivers a mail each ten minutes and polls in
// between, while the clock of the file system is wrong, right, and wrong again.
func TestFilesWithAWrongClock(t *testing.T) {
	for name, offsets := range map[string][]time.Duration{
		"a day ahead, then right":         {24 * time.Hour, 24 * time.Hour, 0, 0},
		"a day behind, then right":        {-24 * time.Hour, -24 * time.Hour, 0, 0},
		"right, a day ahead, then right":  {0, 24 * time.Hour, 0, 0},
		"right, a day behind, then right": {0, -24 * time.Hour, 0, 0},
		"jumping":                         {0, 25 * time.Hour, -25 * time.Hour, time.Hour, -time.Hour, 0},
	} {
		t.Run(name, func(t *testing.T) {
			c := newClockBox(t)
			seen := map[string]bool{}
			cursor := models.Cursor{Folder: "INBOX"}
			sent := 0
			for _, off := range offsets {
				c.off = off
				for range 2 {
					c.now = c.now.Add(10 * time.Minute)
					c.deliver(t, sent)
					sent++
					c.now = c.now.Add(time.Second)
					c.reopen(t)
					page, err := c.List(t.Context(), "INBOX", cursor, c.now.AddDate(0, 0, -7), 100)
					if err != nil {
						t.Fatal(err)
					}
					for _, m := range page.Messages {
						seen[m.Ref.RemoteID] = true
					}
					cursor = page.Cursor
					if len(seen) != sent {
						t.Fatalf("with the clock at %v: %d of %d mails were listed", off, len(seen), sent)
					}
				}
			}
		})
	}
}

// TestIdleMaildirCostsNothing looks at no file of a Maildir in which nothing
// happens, and at no file twice in one pass.
func TestIdleMaildirCostsNothing(t *testing.T) {
	c := newClockBox(t)
	const mails = 50
	for i := range mails {
		c.deliver(t, i)
	}
	cursor := models.Cursor{Folder: "INBOX"}
	list := func() (listed int) {
		c.looks = 0
		for {
			c.reopen(t) // as each poll does
			page, err := c.List(t.Context(), "INBOX", cursor, time.Time{}, 10)
			if err != nil {
				t.Fatal(err)
			}
			listed += len(page.Messages)
			cursor = page.Cursor
			if !page.More {
				return listed
			}
		}
	}
	if n := list(); n != mails || c.looks > mails+10 {
		t.Errorf("the first pass lists %d of %d mails with %d looks", n, mails, c.looks)
	}
	c.now = c.now.Add(time.Hour)
	list() // nothing can be late any more
	if n := list(); n != 0 || c.looks != 2 {
		t.Errorf("an idle Maildir: %d mails listed with %d looks, want 2 looks at its directories", n, c.looks)
	}
	c.deliver(t, mails)
	if n := list(); n != 1 {
		t.Errorf("one new mail: %d listed", n)
	}
}

// TestLateFiles shows a file a minute after others that came later, as network
// file systems do, and does so in the middle of a pass of several pages.
func TestLateFiles(t *testing.T) {
	c := newClockBox(t)
	c.deliver(t, 0)
	c.now = c.now.Add(30 * time.Second)
	c.deliver(t, 1)
	c.deliver(t, 2)
	seen := map[string]bool{}
	cursor := models.Cursor{Folder: "INBOX"}
	list := func() bool {
		c.reopen(t)
		page, err := c.List(t.Context(), "INBOX", cursor, time.Time{}, 2)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range page.Messages {
			seen[m.Ref.RemoteID] = true
		}
		cursor = page.Cursor
		return page.More
	}
	list()
	c.now = c.now.Add(-20 * time.Second)
	c.deliver(t, 3)
	c.now = c.now.Add(40 * time.Second)
	for list() {
	}
	for list() {
	}
	if len(seen) != 4 {
		t.Errorf("%d of 4 mails were listed", len(seen))
	}
}
