// Package mailbox holds the kinds of mailbox that lineman reads: one file, or
// one group of files with a common prefix, per kind. It opens a configured
// source as an ingest.Mailbox and does nothing else: what is read, kept and
// labelled, and when a failure is tried again, is decided by package ingest.
package mailbox

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"lineman/ingest"
	"lineman/internal/config"
	"lineman/internal/oauth"
	"lineman/internal/webclient"
	"lineman/models"
)

// Kinds lists all kinds of mailbox. A new kind is one line here and its file.
func Kinds() []Kind {
	return []Kind{
		imapKind(),
		graphKind(),
		gmailKind(),
		maildirKind(),
		folderKind(),
	}
}

// Kind is one kind of mailbox.
type Kind struct {
	// Name is the short name that is stored with a source: "imap".
	Name string
	// URLs are the forms of URL that users write for it, for help texts.
	URLs []string
	// Accepts tells whether a source's URL means this kind.
	Accepts func(*url.URL) bool
	// Open checks the settings of a source and makes its mailbox, without any
	// I/O. Settings that cannot work are a *models.InputError naming the key.
	// The mailbox is an ingest.Labeler if and only if the source is to be
	// labelled.
	Open func(config.Source, Options) (ingest.Mailbox, error)
	// Every is how often the service looks for new mail of this kind beside the
	// schedule, where the server does not tell; 0: it is told, or the schedule
	// is enough.
	Every time.Duration
}

// Options is what a mailbox needs beside its settings. All fields may be zero.
type Options struct {
	Logger      *slog.Logger  // nil: nothing is logged
	DialTimeout time.Duration // to be connected and encrypted; 0: 15 s
	Stall       time.Duration // longest silence of a server that owes an answer; 0: 60 s

	// HTTP is for mailboxes behind an HTTP API; nil: a client of package
	// webclient with its defaults.
	HTTP *http.Client
	// Token makes the source of access tokens of a configured mailbox for the
	// given scopes, without I/O. Nil: package oauth's for what needs no stored
	// consent. An error is a *models.InputError that names the key.
	Token func(src config.Source, scopes ...string) (oauth2.TokenSource, error)
	// Senders gives the addresses and domains of the providers that the source
	// reads for, where a search may be narrowed to them; nil: no search is.
	Senders func(ctx context.Context) ([]string, error)
	Now     func() time.Time // nil: time.Now

	// Memory is shared by all mailboxes of one source in this process; nil:
	// each one begins anew.
	Memory *Memory
}

func (o Options) withDefaults() Options {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.DialTimeout <= 0 {
		o.DialTimeout = 15 * time.Second
	}
	if o.Stall <= 0 {
		o.Stall = 60 * time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Memory == nil {
		o.Memory = &Memory{}
	}
	if o.HTTP == nil {
		o.HTTP = webclient.New(webclient.Options{Logger: o.Logger})
	}
	if o.Token == nil {
		o.Token = func(src config.Source, scopes ...string) (oauth2.TokenSource, error) {
			return oauth.New(src, o.HTTP, scopes...)
		}
	}
	return o
}

// Find gives the kind that a source's URL means, or a *models.InputError.
func Find(src config.Source) (Kind, error) {
	u, err := parseURL(src)
	if err != nil {
		return Kind{}, err
	}
	var known []string
	for _, k := range Kinds() {
		if k.Accepts(u) {
			return k, nil
		}
		known = append(known, k.URLs...)
	}
	return Kind{}, models.Invalid(key(src, "url"), "%q is no mailbox that lineman can read; use one of: %s",
		u.Redacted(), strings.Join(known, ", "))
}

// Open makes the mailbox of a source by the kind that its URL means. It does
// no I/O. Settings that cannot work are a *models.InputError naming the key.
func Open(src config.Source, o Options) (ingest.Mailbox, error) {
	k, err := Find(src)
	if err != nil {
		return nil, err
	}
	return k.Open(src, o.withDefaults())
}

// parseURL reads a source's URL. A password in it is refused, and never shown.
func parseURL(src config.Source) (*url.URL, error) {
	if src.URL == "" {
		return nil, models.Invalid(key(src, "url"), "is missing; name the mailbox, for example imap://imap.example.net")
	}
	u, err := url.Parse(src.URL)
	if err != nil || u.Scheme == "" {
		return nil, models.Invalid(key(src, "url"), "is no URL; write it like imap://imap.example.net:993")
	}
	if u.User != nil {
		return nil, models.Invalid(key(src, "url"), "holds a user name or password; write them as account and secret")
	}
	return u, nil
}

// key names a setting of a source in messages.
func key(src config.Source, name string) string {
	return "notification_sources[" + src.Name + "]." + name
}

// foldersOf gives the folders to read: folder and folders together, INBOX
// when there is neither.
func foldersOf(src config.Source) ([]string, error) {
	var list []string
	if src.Folder != "" {
		list = append(list, src.Folder)
	}
	for _, f := range append(list, src.Folders...) {
		if strings.ContainsAny(f, "\r\n\x00") || strings.TrimSpace(f) == "" {
			return nil, models.Invalid(key(src, "folders"), "%q is no folder name; leave it out or name a folder", f)
		}
	}
	list = append(list, src.Folders...)
	if len(list) == 0 {
		list = []string{"INBOX"}
	}
	return list, nil
}
