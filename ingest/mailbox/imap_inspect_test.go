package mailbox_test

import (
	"errors"
	"slices"
	"testing"

	"lineman/ingest"
	fakeimap "lineman/internal/fake/imap"
)

func TestIMAPInspect(t *testing.T) {
	eachIMAP(t, func(t *testing.T, s *imapStage) {
		s.create(t, "Work")
		box := open(t, s.source()).(ingest.Inspector)
		must(t, box.CanLabel(t.Context()))
		got, err := box.Labels(t.Context())
		must(t, err)
		for _, want := range []ingest.MailboxLabel{
			{Name: "INBOX", Kind: "folder"}, {Name: "Work", Kind: "folder"}, {Name: "(any new one)", ID: `\*`, Kind: "keyword"},
		} {
			if !slices.Contains(got, want) {
				t.Errorf("%v is not among %v", want, got)
			}
		}
	})
}

func TestIMAPInspectFixedKeywords(t *testing.T) {
	s := newFakeStage(t, fakeimap.Options{})
	s.faults(fakeimap.Faults{RefuseKeywords: true})
	if err := open(t, s.source()).(ingest.Inspector).CanLabel(t.Context()); !errors.Is(err, ingest.ErrLabels) {
		t.Errorf("on a server without new keywords: %v, want ErrLabels", err)
	}
	byFolder := s.source()
	byFolder.LabelMode = "folder"
	must(t, open(t, byFolder).(ingest.Inspector).CanLabel(t.Context()))
}
