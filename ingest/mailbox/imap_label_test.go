package mailbox_test

import (
	"slices"
	"testing"

	"github.com/emersion/go-imap/v2"
	"github.com/google/go-cmp/cmp"

	"lineman/ingest"
	"lineman/models"
)

// A label set over one connection is there on the next, and after the server
// was started anew.
func TestKeywordsStay(t *testing.T) {
	eachIMAP(t, func(t *testing.T, s *imapStage) {
		src := s.source()
		src.Labels["failed"] = `odd "label" (100%*)\`
		ref := s.add(t, "INBOX", sample(1, 300), noon)
		names := []string{"maint/parsed", src.Labels["failed"]}
		box := open(t, src)
		must(t, box.(ingest.Labeler).Label(t.Context(), ref, "", names, nil))
		s.stop(t)
		s.start(t)
		var got []string
		for _, f := range s.flags(t, ref) {
			got = append(got, string(f))
		}
		slices.Sort(got)
		want := []string{"maint/parsed", "odd=20=22label=22=20=28100=25=2A=29=5C"}
		if _, inProcess := s.imapServer.(interface{ Commands() int }); inProcess {
			want[1] = "odd=20=22label=22=20=28100=25=2a=29=5c" // it keeps flags in lower case
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("flags (-want +got):\n%s", diff)
		}
	})
}

// A message that came after the folder was opened for labelling is labelled.
func TestLabelOfNewMessage(t *testing.T) {
	eachIMAP(t, func(t *testing.T, s *imapStage) {
		for _, src := range s.labelSources() {
			box := open(t, src)
			for i := range 3 {
				ref := s.add(t, "INBOX", sample(i, 300), noon)
				must(t, box.(ingest.Labeler).Label(t.Context(), ref, "", []string{src.Labels["ignored"]}, nil))
				if src.LabelMode == "folder" {
					if n := s.count(t, s.native(t, "maint/ignored")); n != i+1 {
						t.Errorf("after %d messages %d copies", i+1, n)
					}
					continue
				}
				if diff := cmp.Diff([]string{src.Labels["ignored"]}, s.labels(t, src, ref)); diff != "" {
					t.Errorf("message %d (-want +got):\n%s", i, diff)
				}
			}
		}
	})
}

// Copies are told apart by the whole Message-ID, and by the whole header where
// there is none.
func TestCopiesAreTheRightOnes(t *testing.T) {
	eachIMAP(t, func(t *testing.T, s *imapStage) {
		src := s.labelSources()[1]
		mails := [][]byte{
			[]byte("Message-ID: <7@carrier.example>\r\nSubject: a\r\n\r\nx\r\n"),
			[]byte("Message-ID: <17@carrier.example>\r\nSubject: a\r\n\r\nx\r\n"),
			[]byte("message-id:\r\n <7@carrier.example.com>\r\nSubject: a\r\n\r\nx\r\n"),
			[]byte("Subject: none, one\r\n\r\nx\r\n"),
			[]byte("Subject: none, two\r\n\r\nx\r\n"),
		}
		box := open(t, src).(ingest.Labeler)
		var refs []models.MailRef
		for _, raw := range mails {
			refs = append(refs, s.add(t, "INBOX", raw, noon))
		}
		target := s.native(t, "maint/parsed")
		for _, i := range []int{1, 0, 2, 3, 4, 0, 1, 2, 3, 4} {
			must(t, box.Label(t.Context(), refs[i], "", []string{"maint/parsed"}, nil))
		}
		if n := s.count(t, target); n != len(mails) {
			t.Errorf("%d copies of %d messages that were labelled twice", n, len(mails))
		}
		must(t, box.Label(t.Context(), refs[0], "", nil, []string{"maint/parsed"}))
		must(t, box.Label(t.Context(), refs[3], "", nil, []string{"maint/parsed"}))
		must(t, box.Label(t.Context(), refs[3], "", nil, []string{"maint/parsed"}))
		c := s.client(t)
		_, err := c.Select(target, &imap.SelectOptions{ReadOnly: true}).Wait()
		must(t, err)
		left, err := c.Search(&imap.SearchCriteria{}, nil).Wait()
		must(t, err)
		if got := len(left.AllSeqNums()); got != len(mails)-2 {
			t.Errorf("%d copies are left, want %d", got, len(mails)-2)
		}
		if n := s.count(t, "INBOX"); n != len(mails) {
			t.Errorf("%d messages in INBOX, want %d: labels may only touch copies", n, len(mails))
		}
		// What lives in the label folder itself is neither copied nor removed.
		own := s.add(t, target, sample(9, 100), noon)
		before := s.count(t, target)
		must(t, box.Label(t.Context(), own, "", []string{"maint/parsed"}, nil))
		must(t, box.Label(t.Context(), own, "", nil, []string{"maint/parsed"}))
		if n := s.count(t, target); n != before {
			t.Errorf("the label folder went from %d to %d messages", before, n)
		}
	})
}
