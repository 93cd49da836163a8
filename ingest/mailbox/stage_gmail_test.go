package mailbox_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"lineman/ingest/mailbox"
	"lineman/internal/config"
	"lineman/internal/fake/gmail"
	"lineman/internal/webclient"
	"lineman/models"
)

// gmailStage is a mailbox at Gmail with a person who uses it.
type gmailStage struct {
	*gmail.Server
	credentials string
}

func newGmailStage(t *testing.T) *gmailStage {
	t.Helper()
	s, err := gmail.Start()
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	return &gmailStage{Server: s, credentials: file(t, s.ServiceAccount())}
}

func file(t *testing.T, text []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "credentials.json")
	must(t, os.WriteFile(path, text, 0o600))
	return path
}

// options makes calls that are tried again without much of a pause.
func (s *gmailStage) options() mailbox.Options {
	return mailbox.Options{HTTP: webclient.New(webclient.Options{Pause: time.Millisecond, Longest: time.Millisecond})}
}

func (s *gmailStage) source() config.Source {
	return config.Source{
		Name: "noc", URL: "https://accounts.google.com/o/oauth2/auth", APIURL: s.URL(), Account: gmail.Account,
		CredentialsFile: s.credentials, Folders: []string{"INBOX"}, SourceHeader: "From", LabelMode: "keyword",
		ExtraScopes: []string{gmail.ScopeModify},
		Labels:      map[string]string{"parsed": "maint/parsed", "ignored": "Not for us (ignored)"},
	}
}

// whole reads the whole mailbox.
func (s *gmailStage) whole() config.Source {
	src := s.source()
	src.Folders = nil
	return src
}

const allMail = "[Gmail]/All Mail"

// refused has the key of another project.
func (s *gmailStage) refused(t *testing.T) config.Source {
	t.Helper()
	other, err := gmail.Start()
	must(t, err)
	defer other.Close()
	text := bytes.ReplaceAll(other.ServiceAccount(), []byte(other.URL()), []byte(s.URL()))
	src := s.source()
	src.CredentialsFile = file(t, bytes.ReplaceAll(text, []byte(`"k1"`), []byte(`"CANARY"`)))
	return src
}

func (s *gmailStage) labelSources() []config.Source {
	byName, byID := s.source(), s.source()
	byName.LabelMode, byID.LabelMode = "", "keyword"
	byID.Labels = map[string]string{"parsed": s.CreateLabel("done"), "ignored": s.CreateLabel("Not this")}
	return []config.Source{byName, byID}
}

func (s *gmailStage) add(t *testing.T, folder string, raw []byte, received time.Time) models.MailRef {
	t.Helper()
	return models.MailRef{Folder: folder, RemoteID: s.Add(raw, received, folder)}
}

func (s *gmailStage) remove(_ *testing.T, ref models.MailRef)    { s.Remove(ref.RemoteID) }
func (s *gmailStage) create(_ *testing.T, folder string)         { s.CreateLabel(folder) }
func (s *gmailStage) stop(t *testing.T)                          { t.Helper(); must(t, s.Close()) }
func (s *gmailStage) start(t *testing.T)                         { t.Helper(); must(t, s.Restart()) }
func (s *gmailStage) seen(_ *testing.T, ref models.MailRef) bool { return !s.carries(ref, "UNREAD") }

func (s *gmailStage) rebuild(_ *testing.T, folder string) {
	s.DeleteLabel(folder, true)
	s.CreateLabel(folder)
}

func (s *gmailStage) carries(ref models.MailRef, name string) bool {
	return slices.Contains(s.Labels(ref.RemoteID), name)
}

func (s *gmailStage) labels(_ *testing.T, src config.Source, ref models.MailRef) []string {
	names := map[string]string{"Label_1": "done", "Label_2": "Not this"}
	var got []string
	for _, l := range src.Labels {
		name := l
		if n, byID := names[l]; byID && src.LabelMode == "keyword" {
			name = n
		}
		if s.carries(ref, name) {
			got = append(got, l)
		}
	}
	slices.Sort(got)
	return got
}
