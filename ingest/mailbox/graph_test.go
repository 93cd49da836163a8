package mailbox_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"lineman/ingest"
	"lineman/ingest/mailbox"
	"lineman/internal/config"
	"lineman/internal/fake/graph"
	"lineman/models"
)

func TestGraphSettings(t *testing.T) {
	good := config.Source{Name: "noc", URL: "graph://tenant.example", Account: "noc@example.net", ClientID: "app", Secret: "s"}
	for name, test := range map[string]struct {
		change func(*config.Source)
		field  string
	}{
		"good":          {func(*config.Source) {}, ""},
		"no tenant":     {func(s *config.Source) { s.URL = "graph://" }, "url"},
		"path":          {func(s *config.Source) { s.URL = "graph://tenant/inbox" }, "url"},
		"no account":    {func(s *config.Source) { s.Account = "" }, "account"},
		"no client":     {func(s *config.Source) { s.ClientID = "" }, "client_id"},
		"no secret":     {func(s *config.Source) { s.Secret = "" }, "secret"},
		"folder labels": {func(s *config.Source) { s.LabelMode = "folder" }, "label_mode"},
		"plain API":     {func(s *config.Source) { s.APIURL = "http://graph.example" }, "api_url"},
		"plain tokens":  {func(s *config.Source) { s.TokenURL = "http://login.example/token" }, "token_url"},
		"API with user": {func(s *config.Source) { s.APIURL = "https://CANARY@graph.example" }, "api_url"},
		"other cloud":   {func(s *config.Source) { s.APIURL = "https://graph.microsoft.us" }, ""},
		"folder name":   {func(s *config.Source) { s.Folders = []string{" "} }, "folders"},
	} {
		src := good
		test.change(&src)
		_, err := mailbox.Open(src, mailbox.Options{})
		var input *models.InputError
		switch {
		case test.field == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case test.field != "" && (!errors.As(err, &input) || input.Field != "notification_sources[noc]."+test.field):
			t.Errorf("%s: %v, want an InputError about %s", name, err, test.field)
		}
		if err != nil && strings.Contains(err.Error(), "CANARY") {
			t.Errorf("%s: %v shows a secret", name, err)
		}
	}
}

// TestGraphScope: each cloud has its own name for what was granted.
func TestGraphScope(t *testing.T) {
	for api, want := range map[string]string{
		"":                           "https://graph.microsoft.com/.default",
		"https://graph.microsoft.us": "https://graph.microsoft.us/.default",
		"https://microsoftgraph.chinacloudapi.cn": "https://microsoftgraph.chinacloudapi.cn/.default",
		"https://proxy.example/graph":             "https://graph.microsoft.com/.default",
	} {
		src := config.Source{Name: "noc", URL: "graph://tenant.example", Account: "noc@example.net", ClientID: "app", Secret: "s", APIURL: api}
		var asked []string
		_, err := mailbox.Open(src, mailbox.Options{Token: tokens(func(scopes ...string) { asked = scopes })})
		must(t, err)
		if diff := cmp.Diff([]string{want}, asked); diff != "" {
			t.Errorf("%q (-want +got):\n%s", api, diff)
		}
	}
}

func TestGraphFolders(t *testing.T) {
	s := newGraphStage(t)
	providers := s.CreateFolder("", "Providers")
	for i := range 14 { // more than one page
		s.CreateFolder(providers, fmt.Sprintf("P%02d", i))
	}
	s.CreateFolder(providers, "It's")
	s.CreateFolder(s.CreateFolder(s.folder("INBOX"), "Deep"), "Deeper")
	for _, test := range []struct {
		folders, want []string
		missing       string
	}{
		{nil, []string{"INBOX"}, ""},
		{[]string{"inbox", "Inbox", "INBOX"}, []string{"INBOX"}, ""},
		{[]string{"DeletedItems"}, []string{"deleteditems"}, ""},
		{[]string{"Providers/P03", "Providers/It's"}, []string{"Providers/P03", "Providers/It's"}, ""},
		{[]string{"Inbox/Deep/Deeper"}, []string{"INBOX/Deep/Deeper"}, ""},
		{[]string{"INBOX/%"}, []string{"INBOX/Deep"}, ""},
		{[]string{"INBOX*"}, []string{"INBOX", "INBOX/Deep", "INBOX/Deep/Deeper"}, ""},
		{[]string{"Providers/P1*"}, []string{"Providers/P10", "Providers/P11", "Providers/P12", "Providers/P13"}, ""},
		{[]string{"Providers/P03", "Providers/Lost", "Nothing*"}, []string{"Providers/P03"}, `"Providers/Lost" or "Nothing*"`},
	} {
		src := s.source()
		src.Folders = test.folders
		box := enter(t, s, src)
		got, err := box.Folders(t.Context())
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%v (-want +got):\n%s", test.folders, diff)
		}
		if test.missing == "" {
			must(t, err)
		} else if !errors.Is(err, ingest.ErrFolder) || !strings.Contains(err.Error(), test.missing) {
			t.Errorf("%v: %v, want ErrFolder that names %s", test.folders, err, test.missing)
		}
		for _, f := range got {
			_, err := box.List(t.Context(), f, models.Cursor{}, noon, 10)
			must(t, err)
		}
	}
}

// TestGraphMoved: mail that a person moves into the folder counts, and one
// that is moved away is read and labelled where it is.
func TestGraphMoved(t *testing.T) {
	s := newGraphStage(t)
	s.create(t, "Work")
	box := enter(t, s, s.source())
	_, cursor := listAll(t, box, "INBOX", models.Cursor{}, noon, 10)
	old := s.add(t, "Work", sample(1, 100), noon.AddDate(-1, 0, 0))
	must(t, s.Move(old.RemoteID, s.folder("INBOX")))
	got, cursor := listAll(t, box, "INBOX", cursor, noon, 10)
	want := models.MailRef{Folder: "INBOX", RemoteID: old.RemoteID}
	if diff := cmp.Diff([]models.MailRef{want}, refsOf(got)); diff != "" {
		t.Errorf("after a move into the folder (-want +got):\n%s", diff)
	}
	must(t, s.Move(old.RemoteID, s.folder("Work")))
	if got, _ := listAll(t, box, "INBOX", cursor, noon, 10); len(got) != 0 {
		t.Errorf("after a move out of the folder: %v", refsOf(got))
	}
	if body := fetchAll(t, box, []models.MailRef{want}); string(body[want]) != string(sample(1, 100)) {
		t.Error("the moved message did not arrive")
	}
	must(t, box.(ingest.Labeler).Label(t.Context(), want, "", []string{"maint/parsed"}, nil))
	if diff := cmp.Diff([]string{"maint/parsed"}, s.labels(t, s.source(), want)); diff != "" {
		t.Errorf("labels of the moved message (-want +got):\n%s", diff)
	}
}

// TestGraphFirstRun: mail that comes and goes while a large folder is listed
// for the first time is neither missed nor given twice.
func TestGraphFirstRun(t *testing.T) {
	s := newGraphStage(t)
	want := map[string]bool{}
	var refs []models.MailRef
	for i := range 60 {
		ref := s.add(t, "INBOX", sample(i, 100), noon.Add(time.Duration(i/7)*time.Second)) // seven at a time
		refs, want[ref.RemoteID] = append(refs, ref), true
	}
	box := enter(t, s, s.source())
	var got []string
	var cursor models.Cursor
	for i := 0; ; i++ {
		page, err := box.List(t.Context(), "INBOX", cursor, noon, 5)
		must(t, err)
		for _, m := range page.Messages {
			got = append(got, m.Ref.RemoteID)
		}
		cursor = page.Cursor
		if i == 2 { // a number of those given already go, and one comes that is older
			for _, ref := range refs[:9] {
				s.remove(t, ref)
			}
			late := s.add(t, "INBOX", sample(99, 100), noon.AddDate(0, 0, -3))
			want[late.RemoteID] = true
		}
		if !page.More && i > 2 {
			break
		}
	}
	rest, _ := listAll(t, box, "INBOX", cursor, noon, 5)
	for _, m := range rest {
		got = append(got, m.Ref.RemoteID)
	}
	seen := map[string]bool{}
	for _, id := range got {
		if seen[id] {
			t.Errorf("message %s was listed twice", id)
		}
		seen[id] = true
	}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Errorf("listed (-want +got):\n%s", diff)
	}
}

// TestGraphPages: the server chooses how long its answers are.
func TestGraphPages(t *testing.T) {
	s := newGraphStage(t)
	s.create(t, "Work")
	var want []models.MailRef
	add := func(n int) {
		for range n {
			want = append(want, s.add(t, "Work", sample(len(want), 100), noon.Add(time.Duration(len(want))*time.Second)))
		}
	}
	for _, size := range []int{1, 3, 7, 50} {
		s.SetFaults(graph.Faults{PageSize: size})
		want = nil
		s.rebuild(t, "Work")
		add(20)
		box := enter(t, s, s.source())
		first, cursor := listAll(t, box, "Work", models.Cursor{}, noon, 7)
		add(20)
		next, cursor := listAll(t, box, "Work", cursor, noon, 7)
		if diff := cmp.Diff(want, append(refsOf(first), refsOf(next)...)); diff != "" {
			t.Errorf("answers of %d (-want +got):\n%s", size, diff)
		}
		if again, _ := listAll(t, box, "Work", cursor, noon, 7); len(again) != 0 {
			t.Errorf("answers of %d: listed again: %v", size, refsOf(again))
		}
	}
}

// TestGraphForgets: when the server knows the position no more, the folder is
// read again.
func TestGraphForgets(t *testing.T) {
	s := newGraphStage(t)
	s.add(t, "INBOX", sample(0, 100), noon.AddDate(0, 0, -9))
	ref := s.add(t, "INBOX", sample(1, 100), noon)
	box := enter(t, s, s.source())
	_, cursor := listAll(t, box, "INBOX", models.Cursor{}, noon, 10)
	s.SetFaults(graph.Faults{ForgetSync: true})
	page, err := box.List(t.Context(), "INBOX", cursor, noon, 10)
	must(t, err)
	if !page.Reset || !cmp.Equal(refsOf(page.Messages), []models.MailRef{ref}) {
		t.Errorf("got %+v, want Reset and the message since then", page)
	}
	s.SetFaults(graph.Faults{})
	page, err = box.List(t.Context(), "INBOX", models.Cursor{Remote: "{broken"}, noon, 10)
	must(t, err)
	if !page.Reset || len(page.Messages) != 1 {
		t.Errorf("with a cursor that cannot be read: %+v", page)
	}
}

func TestGraphTrouble(t *testing.T) {
	s := newGraphStage(t)
	for i := range 25 {
		s.add(t, "INBOX", sample(i, 100), noon)
	}
	list := func(box ingest.Mailbox, cursor models.Cursor) (ingest.Listing, error) {
		return box.List(t.Context(), "INBOX", cursor, noon, 100)
	}
	box := enter(t, s, s.source())

	s.SetFaults(graph.Faults{Fail: 2, Status: http.StatusTooManyRequests, RetryAfter: "0"})
	page, err := list(box, models.Cursor{})
	must(t, err)
	if len(page.Messages) != 25 {
		t.Errorf("after 429: %d messages, want 25", len(page.Messages))
	}
	s.SetFaults(graph.Faults{Fail: 9, Status: http.StatusServiceUnavailable})
	if _, err := list(box, page.Cursor); !errors.Is(err, ingest.ErrUnreachable) || !strings.Contains(err.Error(), "503") {
		t.Errorf("503 for long: %v, want ErrUnreachable", err)
	}
	s.SetFaults(graph.Faults{Forbidden: true})
	if _, err := list(box, page.Cursor); !errors.Is(err, ingest.ErrLogin) || !strings.Contains(err.Error(), "Mail.Read") {
		t.Errorf("403: %v, want ErrLogin that says what to grant", err)
	}
	s.SetFaults(graph.Faults{})
	s.Revoke()
	before := s.Tokens()
	if _, err := list(box, page.Cursor); err != nil || s.Tokens() != before+1 {
		t.Errorf("a token that is taken no more: %v after %d new tokens, want one", err, s.Tokens()-before)
	}
	src := s.source()
	src.Account = "nobody@example.net"
	if _, err := enter(t, s, src).Folders(t.Context()); !errors.Is(err, ingest.ErrLogin) || !strings.Contains(err.Error(), "nobody@example.net") {
		t.Errorf("an account that is not there: %v, want ErrLogin that names it", err)
	}
}

// TestGraphKeepsItsToken: a link to another server is not followed.
func TestGraphKeepsItsToken(t *testing.T) {
	s := newGraphStage(t)
	s.add(t, "INBOX", sample(1, 100), noon)
	box := enter(t, s, s.source())
	s.SetFaults(graph.Faults{Elsewhere: true})
	page, err := box.List(t.Context(), "INBOX", models.Cursor{}, noon, 10)
	must(t, err) // the end of the changes is noted, not followed
	if _, err := box.List(t.Context(), "INBOX", page.Cursor, noon, 10); !errors.Is(err, ingest.ErrUnreachable) || !strings.Contains(err.Error(), "another server") {
		t.Errorf("got %v, want that the link is refused", err)
	}
}

// TestGraphBadMessage: one message that the server cannot hand over harms no
// other; a server that hands over none is at fault itself.
func TestGraphBadMessage(t *testing.T) {
	s := newGraphStage(t)
	var refs []models.MailRef
	for i := range 9 {
		refs = append(refs, s.add(t, "INBOX", sample(i, 100), noon))
	}
	box := enter(t, s, s.source())
	s.SetFaults(graph.Faults{BadBody: refs[2].RemoteID})
	var bad []models.MailRef
	kept := 0
	must(t, box.Fetch(t.Context(), refs, func(ref models.MailRef, _ []byte, err error) error {
		kept++
		if err != nil {
			bad = append(bad, ref)
		}
		return nil
	}))
	if kept != 9 || !slices.Equal(bad, refs[2:3]) {
		t.Errorf("%d kept, bad %v; want 9 and %v alone", kept, bad, refs[2])
	}
	s.SetFaults(graph.Faults{NoBodies: true})
	err := box.Fetch(t.Context(), refs, func(ref models.MailRef, _ []byte, err error) error {
		t.Errorf("%v was given up: %v", ref, err)
		return nil
	})
	if !errors.Is(err, ingest.ErrUnreachable) {
		t.Errorf("no message at all: %v, want ErrUnreachable", err)
	}
}

// TestGraphCategories: those of others stay, also when they come in between.
func TestGraphCategories(t *testing.T) {
	s := newGraphStage(t)
	src := s.source()
	ref := s.add(t, "INBOX", sample(1, 100), noon)
	must(t, s.SetCategories(ref.RemoteID, "Red", "MAINT/parsed", "Blue"))
	label := enter(t, s, src).(ingest.Labeler).Label
	s.SetFaults(graph.Faults{Collide: 2})
	must(t, label(t.Context(), ref, "", []string{src.Labels["ignored"]}, []string{src.Labels["parsed"]}))
	got := s.labels(t, src, ref)
	for _, want := range []string{"Red", "Blue", src.Labels["ignored"]} {
		if !slices.Contains(got, want) {
			t.Errorf("categories %q lack %q", got, want)
		}
	}
	if len(got) != 5 {
		t.Errorf("categories %q, want those of others, two that came in between, and ours", got)
	}
	calls := s.Calls()
	must(t, label(t.Context(), ref, "", []string{src.Labels["ignored"]}, nil))
	if n := s.Calls() - calls; n != 1 {
		t.Errorf("%d calls for labels that stand already, want one to look", n)
	}
	s.SetFaults(graph.Faults{ReadOnly: true})
	err := label(t.Context(), ref, "", []string{src.Labels["parsed"]}, nil)
	if !errors.Is(err, ingest.ErrLabels) || !strings.Contains(err.Error(), "Mail.ReadWrite") {
		t.Errorf("without the right to label: %v, want ErrLabels that says what to grant", err)
	}
}

// A call that hangs ends with the pass.
func TestGraphSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := config.Source{Name: "noc", URL: "graph://tenant.example", Account: "noc@example.net", ClientID: "app", Secret: "s"}
		box, err := mailbox.Open(src, mailbox.Options{
			HTTP: &http.Client{Transport: silent{}}, Token: tokens(func(...string) {}),
		})
		must(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if _, err := box.Folders(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want that the context ended", err)
		}
		ended := make(chan error)
		go func() { _, err := box.Folders(t.Context()); ended <- err }()
		synctest.Wait()
		must(t, box.Close())
		if err := <-ended; err == nil {
			t.Error("Folders came to its end in a closed mailbox")
		}
	})
}

// silent is a server that never answers.
type silent struct{}

func (silent) RoundTrip(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}
