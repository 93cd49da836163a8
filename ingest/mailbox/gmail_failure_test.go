package mailbox_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"lineman/ingest"
	"lineman/internal/fake/gmail"
	"lineman/models"
)

func TestGmailErrors(t *testing.T) {
	for _, test := range []struct {
		name  string
		fault gmail.Fault
		is    error
		says  string
	}{
		{"401", gmail.Fault{Status: 401, Reason: "authError"}, ingest.ErrLogin, "lineman sources validate noc"},
		{"no scope", gmail.Fault{Status: 403, Reason: "insufficientPermissions"}, ingest.ErrLogin, gmail.ScopeRead},
		{"the API is off", gmail.Fault{Status: 403, Reason: "accessNotConfigured"}, ingest.ErrLogin, "enable it"},
		{"policy", gmail.Fault{Status: 403, Reason: "domainPolicy"}, ingest.ErrLogin, "delegation"},
		{"no Gmail", gmail.Fault{Status: 400, Reason: "failedPrecondition"}, ingest.ErrLogin, "no Gmail mailbox"},
		{"too much", gmail.Fault{Status: 403, Reason: "userRateLimitExceeded"}, ingest.ErrUnreachable, "403"},
		{"429", gmail.Fault{Status: 429, Reason: "rateLimitExceeded", RetryAfter: "0"}, ingest.ErrUnreachable, "429"},
		{"500", gmail.Fault{Status: 500, Reason: "backendError"}, ingest.ErrUnreachable, "500"},
		{"503", gmail.Fault{Status: 503, Reason: "backendError"}, ingest.ErrUnreachable, "503"},
		{"no token", gmail.Fault{Path: "/token", Status: 503}, ingest.ErrUnreachable, "tokens answers 503"},
	} {
		s := newGmailStage(t)
		if test.fault.Path == "" {
			test.fault.Path = "/users/"
		}
		s.SetFaults(test.fault)
		box := enter(t, s, s.whole())
		_, err := box.Folders(t.Context())
		if !errors.Is(err, test.is) || !strings.Contains(fmt.Sprint(err), test.says) {
			t.Errorf("%s: %v; want %v and %q", test.name, err, test.is, test.says)
		}
		s.SetFaults()
		if _, err := box.Folders(t.Context()); err != nil {
			t.Errorf("%s: afterwards: %v", test.name, err)
		}
	}
}

func TestGmailTriesAgain(t *testing.T) {
	s := newGmailStage(t)
	ref := s.add(t, "INBOX", sample(1, 60), noon)
	s.SetFaults(gmail.Fault{Path: ref.RemoteID, Status: 503, Times: 2}, gmail.Fault{Path: ref.RemoteID, Status: 429, RetryAfter: "0", Times: 2},
		gmail.Fault{Path: "/token", Status: 500, Times: 1}, gmail.Fault{Path: "/labels", Status: 429, RetryAfter: "1000000", Times: 1})
	box := enter(t, s, s.source())
	_, err := box.Folders(t.Context())
	must(t, err)
	if got := fetchAll(t, box, []models.MailRef{ref}); !bytes.Equal(got[ref], sample(1, 60)) {
		t.Error("the message did not arrive whole")
	}
}

// TestGmailOneBadMessage has one that Gmail never gives: it is visible, and
// stops no other.
func TestGmailOneBadMessage(t *testing.T) {
	s := newGmailStage(t)
	var refs []models.MailRef
	for i := range 20 {
		refs = append(refs, s.add(t, "INBOX", sample(i, 60), noon))
	}
	bad := refs[7]
	s.SetFaults(gmail.Fault{Path: bad.RemoteID, Status: 500, Reason: "backendError"})
	box := enter(t, s, s.source())
	list, _ := listAll(t, box, "INBOX", models.Cursor{}, time.Time{}, 50)
	if len(list) != len(refs) {
		t.Errorf("%d of %d are listed", len(list), len(refs))
	}
	var why error
	whole := 0
	must(t, box.Fetch(t.Context(), refs, func(ref models.MailRef, raw []byte, err error) error {
		if ref == bad {
			why = err
		} else if err == nil && len(raw) > 0 {
			whole++
		}
		return nil
	}))
	if whole != 19 || why == nil || errors.Is(why, ingest.ErrUnreachable) || errors.Is(why, ingest.ErrGone) {
		t.Errorf("%d others arrived; the bad one: %v", whole, why)
	}
	s.SetFaults(gmail.Fault{Path: bad.RemoteID, Status: 403, Reason: "userRateLimitExceeded"})
	err := box.Fetch(t.Context(), refs, func(ref models.MailRef, _ []byte, err error) error {
		if ref == bad || err != nil {
			t.Errorf("Gmail asks for patience, and message %v is kept with %v", ref, err)
		}
		return nil
	})
	if !errors.Is(err, ingest.ErrUnreachable) {
		t.Errorf("Gmail asks for patience: %v, want ErrUnreachable", err)
	}
	s.SetFaults(gmail.Fault{Path: "/users/", Status: 500})
	err = box.Fetch(t.Context(), refs, func(models.MailRef, []byte, error) error { t.Error("something was kept"); return nil })
	if !errors.Is(err, ingest.ErrUnreachable) {
		t.Errorf("with nothing answering: %v, want ErrUnreachable", err)
	}
}

func TestGmailTokens(t *testing.T) {
	t.Run("an expired one is made anew", func(t *testing.T) {
		s := newGmailStage(t)
		box := enter(t, s, s.source())
		_, err := box.Folders(t.Context())
		must(t, err)
		s.Expire()
		ref := s.add(t, "INBOX", sample(1, 60), noon)
		must(t, box.(ingest.Labeler).Label(t.Context(), ref, "", []string{"maint/parsed"}, nil))
		if s.Issued() != 2 || !s.carries(ref, "maint/parsed") {
			t.Errorf("%d tokens were made and the labels are %v", s.Issued(), s.Labels(ref.RemoteID))
		}
	})
	t.Run("delegation is not granted", func(t *testing.T) {
		s := newGmailStage(t)
		s.Delegate(gmail.ScopeRead)
		_, err := enter(t, s, s.source()).Folders(t.Context())
		if !errors.Is(err, ingest.ErrLogin) || !strings.Contains(err.Error(), gmail.ScopeModify) || !strings.Contains(err.Error(), "100200300400500600700") {
			t.Errorf("%v; want ErrLogin with the client and the scopes to grant", err)
		}
	})
	t.Run("no such account", func(t *testing.T) {
		s := newGmailStage(t)
		src := s.source()
		src.Account = "nobody@example.net"
		_, err := enter(t, s, src).Folders(t.Context())
		if !errors.Is(err, ingest.ErrLogin) || !strings.Contains(err.Error(), "nobody@example.net") {
			t.Errorf("%v; want ErrLogin that names the account", err)
		}
	})
}

func TestGmailLabels(t *testing.T) {
	t.Run("without the scope", func(t *testing.T) {
		s := newGmailStage(t)
		src := s.source()
		src.ExtraScopes = nil
		box := enter(t, s, src)
		if _, can := box.(ingest.Labeler); can {
			t.Error("a mailbox that may only be read could label")
		}
		if err := box.(ingest.Inspector).CanLabel(t.Context()); !errors.Is(err, ingest.ErrLabels) || !strings.Contains(err.Error(), gmail.ScopeModify) {
			t.Errorf("why: %v", err)
		}
		s.add(t, "INBOX", sample(1, 60), noon)
		if list, _ := listAll(t, box, "INBOX", models.Cursor{}, time.Time{}, 5); len(list) != 1 {
			t.Error("it cannot be read either")
		}
	})
	t.Run("the token may not", func(t *testing.T) {
		s := newGmailStage(t)
		ref := s.add(t, "INBOX", sample(1, 60), noon)
		s.SetFaults(gmail.Fault{Path: "/modify", Status: 403, Reason: "insufficientPermissions"})
		err := enter(t, s, s.source()).(ingest.Labeler).Label(t.Context(), ref, "", []string{"maint/parsed"}, nil)
		if !errors.Is(err, ingest.ErrLabels) || errors.Is(err, ingest.ErrLogin) {
			t.Errorf("%v; want ErrLabels and not ErrLogin", err)
		}
	})
	t.Run("an id that is not there", func(t *testing.T) {
		s := newGmailStage(t)
		ref := s.add(t, "INBOX", sample(1, 60), noon)
		err := enter(t, s, s.source()).(ingest.Labeler).Label(t.Context(), ref, "", []string{"Label_77"}, nil)
		if err == nil || !strings.Contains(err.Error(), "Label_77") || len(s.LabelNames()) != 0 {
			t.Errorf("%v, labels %v; want an error and no new label", err, s.LabelNames())
		}
	})
	t.Run("deleted between two messages", func(t *testing.T) {
		s := newGmailStage(t)
		a, b := s.add(t, "INBOX", sample(1, 60), noon), s.add(t, "INBOX", sample(2, 60), noon)
		box := enter(t, s, s.source()).(ingest.Labeler)
		must(t, box.Label(t.Context(), a, "", []string{"maint/parsed"}, nil))
		s.DeleteLabel("maint/parsed", false)
		must(t, box.Label(t.Context(), b, "", []string{"maint/parsed"}, nil))
		if !s.carries(b, "maint/parsed") {
			t.Errorf("labels: %v", s.Labels(b.RemoteID))
		}
	})
	t.Run("are listed with their ids", func(t *testing.T) {
		s := newGmailStage(t)
		id := s.CreateLabel("maint/parsed")
		got, err := enter(t, s, s.source()).(ingest.Inspector).Labels(t.Context())
		must(t, err)
		for _, want := range []ingest.MailboxLabel{{Name: "maint/parsed", ID: id, Kind: "label"}, {Name: "INBOX", ID: "INBOX", Kind: "system label"}} {
			if !slices.Contains(got, want) {
				t.Errorf("%v is not among %v", want, got)
			}
		}
	})
}
