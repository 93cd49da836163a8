package parsers

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"unicode/utf8"
)

func seedCalendars(f *testing.F) {
	files, err := filepath.Glob("testdata/ical/*.ics")
	if err != nil || len(files) == 0 {
		f.Fatalf("no samples: %v", err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
}

// FuzzReadMail: no input panics, every text is UTF-8, and the same bytes give
// the same Result.
func FuzzReadMail(f *testing.F) {
	for _, tt := range readTests {
		f.Add([]byte(tt.raw))
	}
	for _, tt := range multipartTests {
		f.Add([]byte("From: a@b.example\nContent-Type: " + tt.contentType + "\n\n" + tt.body))
	}
	for _, tt := range forwardTests {
		f.Add([]byte("From: me@customer.example\n" + tt.raw))
	}
	f.Add(nestedMail(22))
	seedCalendars(f)
	e := fakeEngine()
	f.Fuzz(func(t *testing.T, raw []byte) {
		before := bytes.Clone(raw)
		ReadHeader(raw)
		m, err := ReadMail(raw)
		if err != nil {
			return
		}
		for _, msg := range messages(m) {
			if !utf8.ValidString(msg.Subject) {
				t.Errorf("subject %q", msg.Subject)
			}
			for _, p := range msg.Parts {
				if !utf8.ValidString(p.Text()) {
					t.Errorf("part %d is not UTF-8", p.Index)
				}
			}
		}
		m.Senders("X-Original-Sender")
		r := e.Parse(m, "")
		if r.Panic || r.Outcome == "" || r.Outcome != OutcomeMaintenance && r.Reason == "" {
			t.Errorf("outcome %q, reason %q", r.Outcome, r.Reason)
		}
		Lint(raw, "x")
		if !bytes.Equal(before, raw) {
			t.Error("the input was changed")
		}
	})
}

// FuzzCalendar: no calendar panics, and what is read is whole.
func FuzzCalendar(f *testing.F) {
	seedCalendars(f)
	format := Calendar("Europe/Berlin")
	f.Fuzz(func(t *testing.T, raw []byte) {
		msg := &Message{Parts: []*Part{{ContentType: TypeCalendar, Data: raw}}}
		if ok, _ := format.Fits(msg); !ok {
			return
		}
		r := format.Read(msg)
		if len(r.Notices) == 0 && len(r.Fields) == 0 {
			t.Error("neither a notice nor a reason")
		}
		for _, n := range r.Notices {
			if n.MaintenanceID == "" || n.Account == "" || n.Status == "" || len(n.Windows) == 0 {
				t.Errorf("half read: %+v", n)
			}
			for _, w := range n.Windows {
				if w.End.Before(w.Start) {
					t.Errorf("window ends at %s before its start %s", w.End, w.Start)
				}
			}
		}
	})
}
