package mailbox_test

import (
	"slices"
	"testing"
	"time"

	"lineman/ingest/mailbox"
	"lineman/internal/config"
	"lineman/internal/fake/graph"
	"lineman/internal/webclient"
	"lineman/models"
)

// graphStage is a mailbox behind Graph with a person who uses it.
type graphStage struct{ *graph.Server }

func newGraphStage(t *testing.T) *graphStage {
	t.Helper()
	s, err := graph.Start()
	must(t, err)
	t.Cleanup(func() { s.Close() })
	return &graphStage{s}
}

// options let calls be tried again, but not for long.
func (s *graphStage) options() mailbox.Options {
	return mailbox.Options{HTTP: webclient.New(webclient.Options{Attempts: 3, Pause: time.Millisecond, Longest: time.Millisecond})}
}

func (s *graphStage) sizeless() {}

func (s *graphStage) source() config.Source {
	return config.Source{
		Name: "noc", URL: "graph://" + graph.Tenant, Account: graph.Account, ClientID: graph.ClientID, Secret: graph.Secret,
		APIURL: s.URL(), TokenURL: s.TokenURL(),
		LabelMode: "keyword", Labels: map[string]string{"parsed": "maint/parsed", "ignored": "Not for us (ignored)"},
	}
}

func (s *graphStage) labelSources() []config.Source { return []config.Source{s.source()} }

func (s *graphStage) folder(name string) string {
	if name == "INBOX" {
		name = "inbox"
	}
	return s.Folder(name)
}

func (s *graphStage) add(t *testing.T, folder string, raw []byte, received time.Time) models.MailRef {
	t.Helper()
	return models.MailRef{Folder: folder, RemoteID: s.Add(s.folder(folder), raw, received)}
}

func (s *graphStage) remove(t *testing.T, ref models.MailRef) {
	t.Helper()
	must(t, s.Remove(ref.RemoteID))
}

func (s *graphStage) create(t *testing.T, folder string) { t.Helper(); s.CreateFolder("", folder) }

func (s *graphStage) rebuild(t *testing.T, folder string) {
	t.Helper()
	s.DeleteFolder(s.folder(folder))
	s.create(t, folder)
}

func (s *graphStage) seen(t *testing.T, ref models.MailRef) bool {
	t.Helper()
	_, read, err := s.Categories(ref.RemoteID)
	must(t, err)
	return read
}

func (s *graphStage) labels(t *testing.T, _ config.Source, ref models.MailRef) []string {
	t.Helper()
	list, _, err := s.Categories(ref.RemoteID)
	must(t, err)
	slices.Sort(list)
	return list
}

func (s *graphStage) stop(t *testing.T)  { t.Helper(); must(t, s.Close()) }
func (s *graphStage) start(t *testing.T) { t.Helper(); must(t, s.Restart()) }
