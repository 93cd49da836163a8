package mailbox_test

import (
	"bytes"
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lineman/ingest"
	"lineman/ingest/mailbox"
	"lineman/internal/fake/gmail"
	"lineman/models"
)

// ids gives the ids of listed messages, in their order.
func ids(list []ingest.Listed) []string {
	all := []string{}
	for _, m := range list {
		all = append(all, m.Ref.RemoteID)
	}
	return all
}

func TestGmailSearchesOnceAndThenFollowsTheHistory(t *testing.T) {
	s := newGmailStage(t)
	var want []string
	for i := range 1203 {
		want = append(want, s.Add(sample(i, 60), noon.Add(time.Duration(i)*time.Second), "INBOX"))
	}
	box := enter(t, s, s.source())
	list, cursor := listAll(t, box, "INBOX", models.Cursor{Folder: "INBOX"}, noon.Add(-time.Hour), 200)
	if diff := cmp.Diff(want, ids(list)); diff != "" {
		t.Errorf("listed (-want +got):\n%s", diff)
	}
	searches := slices.DeleteFunc(s.Calls("/messages"), func(c string) bool { return !strings.Contains(c, "/messages?") })
	if len(searches) != 3 {
		t.Errorf("%d pages were searched for, want 3", len(searches))
	}
	for _, c := range searches {
		if u, err := url.Parse(strings.TrimPrefix(c, "GET ")); err != nil || u.Query().Get("q") != "after:2026/03/01" || u.Query().Get("labelIds") != "INBOX" {
			t.Errorf("searched with %s", c)
		}
	}
	late := s.Add(sample(5000, 60), noon.AddDate(0, 0, -100), "INBOX")
	box = enter(t, s, s.source())
	list, _ = listAll(t, box, "INBOX", cursor, noon, 200)
	if diff := cmp.Diff([]string{late}, ids(list)); diff != "" {
		t.Errorf("after the search (-want +got):\n%s", diff)
	}
	if n := len(s.Calls("/profile")); n != 1 {
		t.Errorf("the history's id was asked for %d times, want once, before the search", n)
	}
}

// TestGmailResumesASearch opens the mailbox anew for each page, as polls do,
// while mail arrives and goes.
func TestGmailResumesASearch(t *testing.T) {
	for name, disturb := range map[string]func(s *gmailStage, page int, last string) (added string){
		"in peace": func(*gmailStage, int, string) string { return "" },
		"new mail": func(s *gmailStage, page int, _ string) string {
			return s.Add(sample(900+page, 60), noon.Add(time.Hour), "INBOX")
		},
		"old mail is put in": func(s *gmailStage, page int, _ string) string {
			return s.Add(sample(900+page, 60), noon.Add(time.Duration(page)*time.Second), "INBOX")
		},
		"the last one is deleted": func(s *gmailStage, _ int, last string) string { s.Remove(last); return "" },
	} {
		t.Run(name, func(t *testing.T) {
			s := newGmailStage(t)
			want := map[string]bool{}
			for i := range 40 { // many at the same time
				want[s.Add(sample(i, 60), noon.Add(time.Duration(i/10)*time.Minute), "INBOX")] = true
			}
			got := map[string]int{}
			cursor := models.Cursor{Folder: "INBOX"}
			for page := 0; ; page++ {
				if page > 40 {
					t.Fatal("it does not come to its end")
				}
				out, err := enter(t, s, s.source()).List(t.Context(), "INBOX", cursor, noon.AddDate(0, 0, -7), 7)
				must(t, err)
				if out.Reset {
					t.Error("it says Reset")
				}
				for _, id := range ids(out.Messages) {
					got[id]++
				}
				cursor = out.Cursor
				if !out.More {
					break
				}
				if added := disturb(s, page, out.Messages[len(out.Messages)-1].Ref.RemoteID); added != "" {
					want[added] = true
				}
			}
			// What came meanwhile is in the history at the latest.
			list, _ := listAll(t, enter(t, s, s.source()), "INBOX", cursor, noon, 7)
			for _, id := range ids(list) {
				got[id]++
			}
			for id := range want {
				if got[id] == 0 {
					t.Errorf("message %s was never listed", id)
				}
			}
			if name == "in peace" && slices.Max(slices.Collect(values(got))) > 1 {
				t.Errorf("some were listed twice: %v", got)
			}
		})
	}
}

func values(m map[string]int) func(func(int) bool) {
	return func(yield func(int) bool) {
		for _, v := range m {
			if !yield(v) {
				return
			}
		}
	}
}

func TestGmailForgottenHistory(t *testing.T) {
	s := newGmailStage(t)
	s.Add(sample(1, 60), noon.Add(-48*time.Hour), "INBOX")
	_, cursor := listAll(t, enter(t, s, s.source()), "INBOX", models.Cursor{Folder: "INBOX"}, time.Time{}, 10)
	recent := s.Add(sample(2, 60), noon, "INBOX")
	s.ForgetHistory()
	page, err := enter(t, s, s.source()).List(t.Context(), "INBOX", cursor, noon.Add(-24*time.Hour), 10)
	must(t, err)
	if !page.Reset || page.More || !cmp.Equal(ids(page.Messages), []string{recent}) {
		t.Errorf("with a forgotten history: %+v, want Reset and %s alone", page, recent)
	}
	next := s.Add(sample(3, 60), noon, "INBOX")
	list, _ := listAll(t, enter(t, s, s.source()), "INBOX", page.Cursor, noon, 10)
	if !cmp.Equal(ids(list), []string{next}) {
		t.Errorf("afterwards: %v, want %s", ids(list), next)
	}
	page.Cursor.Remote = strings.Replace(page.Cursor.Remote, url.QueryEscape(gmail.Account), "other%40example.net", 1)
	page, err = enter(t, s, s.source()).List(t.Context(), "INBOX", page.Cursor, noon, 10)
	if err != nil || !page.Reset {
		t.Errorf("with a cursor of another account: %+v, %v; want Reset", page, err)
	}
}

// TestGmailHistory looks at what comes into a folder after the search.
func TestGmailHistory(t *testing.T) {
	type step struct {
		name          string
		do            func(s *gmailStage) string // the id in question
		inbox, all, w bool                       // whether INBOX, the whole mailbox and label Work list it
	}
	for _, test := range []step{
		{"arrives in the inbox", func(s *gmailStage) string { return s.Add(sample(1, 60), noon, "INBOX") }, true, true, false},
		{"arrives as spam", func(s *gmailStage) string { return s.Add(sample(1, 60), noon, "SPAM") }, false, false, false},
		{"a draft", func(s *gmailStage) string { return s.Add(sample(1, 60), noon, "DRAFT") }, false, false, false},
		{"is taken out of spam", func(s *gmailStage) string {
			id := s.Add(sample(1, 60), noon, "SPAM")
			s.Move(id, []string{"INBOX"}, []string{"SPAM"})
			return id
		}, true, true, false},
		{"a filter labels it and skips the inbox", func(s *gmailStage) string { return s.Add(sample(1, 60), noon, "Work") }, false, true, true},
		{"a person labels it", func(s *gmailStage) string {
			id := s.Add(sample(1, 60), noon, "INBOX")
			s.Move(id, []string{"Work"}, nil)
			return id
		}, true, true, true},
		{"a person moves it away at once", func(s *gmailStage) string {
			id := s.Add(sample(1, 60), noon, "INBOX")
			s.Move(id, []string{"Work"}, []string{"INBOX"})
			return id
		}, true, true, true},
		{"a person throws it away at once", func(s *gmailStage) string {
			id := s.Add(sample(1, 60), noon, "INBOX")
			s.Move(id, []string{"TRASH"}, []string{"INBOX"})
			return id
		}, true, true, false},
		{"it is deleted for ever", func(s *gmailStage) string {
			id := s.Add(sample(1, 60), noon, "INBOX", "Work")
			s.Remove(id)
			return id
		}, false, false, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newGmailStage(t)
			s.CreateLabel("Work")
			src := s.source()
			src.Folders = []string{"INBOX", allMail, "work", "SPAM"}
			cursors := map[string]models.Cursor{}
			for _, f := range src.Folders {
				_, cursors[f] = listAll(t, enter(t, s, src), f, models.Cursor{Folder: f}, noon, 5)
			}
			id := test.do(s)
			for folder, want := range map[string]bool{"INBOX": test.inbox, allMail: test.all, "work": test.w} {
				list, _ := listAll(t, enter(t, s, src), folder, cursors[folder], noon, 5)
				expected := []string{}
				if want {
					expected = append(expected, id)
				}
				if !cmp.Equal(ids(list), expected) {
					t.Errorf("%s lists %v, want %v", folder, ids(list), expected)
				}
			}
		})
	}
}

// TestGmailHistoryPages lists records that hold several messages page by page.
func TestGmailHistoryPages(t *testing.T) {
	for _, limit := range []int{1, 2, 3, 5, 100} {
		s := newGmailStage(t)
		_, cursor := listAll(t, enter(t, s, s.source()), "INBOX", models.Cursor{Folder: "INBOX"}, noon, 5)
		var want []string
		for i := range 17 {
			want = append(want, s.Add(sample(i, 60), noon, "INBOX"))
			if i == 3 || i == 12 {
				s.Bundle(4)
			}
		}
		var got []string
		for {
			out, err := enter(t, s, s.source()).List(t.Context(), "INBOX", cursor, noon, limit)
			must(t, err)
			if len(out.Messages) > limit {
				t.Fatalf("a page of %d has %d messages", limit, len(out.Messages))
			}
			got = append(got, ids(out.Messages)...)
			cursor = out.Cursor
			if !out.More {
				break
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("pages of %d (-want +got):\n%s", limit, diff)
		}
	}
}

func TestGmailNarrowedSearch(t *testing.T) {
	s := newGmailStage(t)
	from := func(address string) string {
		return s.Add(bytes.Replace(sample(1, 60), []byte("noc@carrier.example"), []byte(address), 1), noon, "INBOX")
	}
	list, other, carrier := from("list@example.net"), from("x@y.example"), from("noc@carrier.example")

	behind := s.source()
	behind.SourceHeader, behind.LimitFrom = "X-Original-Sender", []string{"List@example.net"}
	got, cursor := listAll(t, enter(t, s, behind), "INBOX", models.Cursor{}, time.Time{}, 5)
	if !cmp.Equal(ids(got), []string{list}) {
		t.Errorf("limited to the list: %v", ids(got))
	}
	from("x@y.example")
	next := from("Work <list@example.net>")
	if got, _ = listAll(t, enter(t, s, behind), "INBOX", cursor, time.Time{}, 5); !cmp.Equal(ids(got), []string{next}) {
		t.Errorf("in the history: %v, want %s alone", ids(got), next)
	}

	o := s.options()
	o.Senders = func(context.Context) ([]string, error) { return []string{"*.carrier.example", "@carrier.example"}, nil }
	box, err := mailbox.Open(s.source(), o)
	must(t, err)
	if got, _ = listAll(t, box, "INBOX", models.Cursor{}, time.Time{}, 5); !cmp.Equal(ids(got), []string{carrier}) {
		t.Errorf("narrowed to senders: %v, want %s", ids(got), carrier)
	}
	o.Senders = func(context.Context) ([]string, error) { return []string{"any*@carrier.example"}, nil }
	box, err = mailbox.Open(s.source(), o)
	must(t, err)
	if got, _ = listAll(t, box, "INBOX", models.Cursor{}, time.Time{}, 5); len(got) != 5 || !slices.Contains(ids(got), other) {
		t.Errorf("with a sender that cannot be searched for: %d of 5", len(got))
	}
}

func TestGmailFolders(t *testing.T) {
	s := newGmailStage(t)
	for _, l := range []string{"Providers/Zayo", "Providers/Lumen/Old", "Providers", "maint/parsed"} {
		s.CreateLabel(l)
	}
	for _, test := range []struct{ configured, want []string }{
		{nil, []string{allMail}},
		{[]string{"INBOX", "Label_1", "providers/lumen/old"}, []string{"INBOX", "Label_1", "providers/lumen/old"}},
		{[]string{"Providers/*"}, []string{"Providers/Lumen/Old", "Providers/Zayo"}},
		{[]string{"Providers/%", "INBOX"}, []string{"Providers/Zayo", "INBOX"}},
		{[]string{"*"}, []string{"Providers", "Providers/Lumen/Old", "Providers/Zayo"}}, // not what lineman sets
	} {
		src := s.source()
		src.Folders = test.configured
		got, err := enter(t, s, src).Folders(t.Context())
		if diff := cmp.Diff(test.want, got); diff != "" || err != nil {
			t.Errorf("%v: %v (-want +got):\n%s", test.configured, err, diff)
		}
	}
}

// TestGmailListAgain has a search that breaks off in the middle of a page.
func TestGmailListAgain(t *testing.T) {
	s := newGmailStage(t)
	var want []string
	for i, folder := range []string{"INBOX", "INBOX", "INBOX", "DRAFT", "DRAFT", "INBOX", "INBOX", "INBOX"} {
		id := s.Add(sample(i, 60), noon.Add(time.Duration(i)*time.Minute), folder)
		if folder == "INBOX" {
			want = append(want, id)
		}
	}
	box := enter(t, s, s.whole())
	first, err := box.List(t.Context(), allMail, models.Cursor{Folder: allMail}, noon, 3)
	must(t, err)
	s.SetFaults(gmail.Fault{Path: want[4], Status: 403, Reason: "rateLimitExceeded"})
	if _, err := box.List(t.Context(), allMail, first.Cursor, noon, 3); !errors.Is(err, ingest.ErrUnreachable) {
		t.Fatalf("in the middle of a page: %v, want ErrUnreachable", err)
	}
	s.SetFaults()
	rest, _ := listAll(t, box, allMail, first.Cursor, noon, 3)
	if diff := cmp.Diff(want, append(ids(first.Messages), ids(rest)...)); diff != "" {
		t.Errorf("listed (-want +got):\n%s", diff)
	}
}
