package mailbox

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/oauth2"
	"google.golang.org/api/gmail/v1"
	"google.golang.org/api/option"

	"lineman/ingest"
	"lineman/internal/config"
	"lineman/internal/oauth"
	"lineman/internal/webclient"
	"lineman/models"
)

func gmailKind() Kind {
	return Kind{
		Name:    "gmail",
		URLs:    []string{"https://accounts.google.com/o/oauth2/auth"},
		Accepts: func(u *url.URL) bool { return u.Scheme == "https" && u.Host == "accounts.google.com" },
		Open:    openGmail,
		Every:   time.Minute,
	}
}

const (
	gmailWhole    = "[Gmail]/All Mail" // the folder of a source that names none
	gmailCallTime = 10 * time.Minute   // longest time for one call with all its repetitions
)

// gmailSettings is a source's configuration, checked.
type gmailSettings struct {
	source    string // its name, for messages
	account   string
	folders   []string // as configured: ids, names or patterns of labels; none: the whole mailbox
	header    string   // that tells the sender
	limitFrom []string // addresses, lower case; mail from others is not read
	scopes    []string
	labelled  []string // the labels that are set, ids or names
	wants     bool     // labels are configured and wanted
}

// gmailBox is one mailbox at Gmail.
type gmailBox struct {
	set gmailSettings
	opt Options
	api *gmail.Service

	life context.Context // ends with Close
	end  context.CancelCauseFunc

	labels []*gmail.Label // as read last; nil: not yet
	search gmailSearch    // what the last dated search found
	sizes  map[string]int64
}

var (
	_ ingest.Mailbox   = (*gmailBox)(nil)
	_ ingest.Inspector = (*gmailBox)(nil)
	_ ingest.Labeler   = (*gmailLabelBox)(nil)
)

// gmailLabelBox is a gmailBox that labels.
type gmailLabelBox struct{ *gmailBox }

func openGmail(src config.Source, o Options) (ingest.Mailbox, error) {
	set, err := readGmailSettings(src)
	if err != nil {
		return nil, err
	}
	token := o.Token
	if token == nil {
		token = func(src config.Source, scopes ...string) (oauth2.TokenSource, error) {
			return oauth.New(src, o.HTTP, scopes...)
		}
	}
	tokens, err := token(src, set.scopes...)
	if err != nil {
		return nil, err
	}
	endpoint := "https://gmail.googleapis.com/"
	if src.APIURL != "" {
		endpoint = strings.TrimSuffix(src.APIURL, "/") + "/"
	}
	base := o.HTTP.Transport
	if base == nil {
		base = webclient.New(webclient.Options{Logger: o.Logger}).Transport
	}
	client := &http.Client{
		Transport: &gmailTransport{tokens: tokens, base: base},
		// A redirect would carry the token to wherever it points.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	api, err := gmail.NewService(context.Background(), option.WithHTTPClient(client), option.WithEndpoint(endpoint))
	if err != nil {
		return nil, models.Invalid(key(src, "api_url"), "no client can be made for it: %v", err)
	}
	box := &gmailBox{set: set, opt: o, api: api, sizes: map[string]int64{}}
	box.life, box.end = context.WithCancelCause(context.Background())
	if set.wants && set.maylabel() {
		return &gmailLabelBox{box}, nil
	}
	return box, nil
}

func readGmailSettings(src config.Source) (gmailSettings, error) {
	set := gmailSettings{
		source: src.Name, account: src.Account, header: src.SourceHeader,
		scopes: []string{oauth.ScopeRead}, wants: src.Mode != "shadow" && src.LabelMode != "none" && len(src.Labels) > 0,
	}
	if src.Folder != "" {
		set.folders = append(set.folders, src.Folder)
	}
	set.folders = append(set.folders, src.Folders...)
	for _, s := range src.ExtraScopes {
		if !strings.HasPrefix(s, "https://") {
			return set, models.Invalid(key(src, "extra_scopes"), "%q is no scope; write it whole, for example %s", s, oauth.ScopeModify)
		}
		if !slices.Contains(set.scopes, s) {
			set.scopes = append(set.scopes, s)
		}
	}
	for _, a := range src.LimitFrom {
		set.limitFrom = append(set.limitFrom, strings.ToLower(strings.TrimSpace(a)))
	}
	if len(src.LimitFrom) > 0 && gmailSenders(src.LimitFrom) == nil {
		return set, models.Invalid(key(src, "limit_emails_with_not_header_from"), "cannot be searched for; write addresses, of %d characters together at most", gmailLongest)
	}
	if set.header == "" {
		set.header = "From"
	}
	if src.Account == "" {
		return set, models.Invalid(key(src, "account"), "is missing; write the address of the mailbox")
	}
	if u, err := url.Parse(src.APIURL); src.APIURL != "" && (err != nil || u.Scheme != "https" && !loopback(u)) {
		return set, models.Invalid(key(src, "api_url"), "%q is not encrypted; write it like https://gmail.example.net", src.APIURL)
	}
	for _, name := range src.Labels {
		if name != "" {
			set.labelled = append(set.labelled, name)
		}
		if slices.Contains(gmailOwn, strings.ToUpper(name)) {
			return set, models.Invalid(key(src, "labels"), "%q is one of Gmail's own labels, and would move or mark the mail; choose another", name)
		}
	}
	return set, nil
}

// loopback reports whether a plain HTTP address is this machine.
func loopback(u *url.URL) bool {
	return u.Scheme == "http" && slices.Contains([]string{"127.0.0.1", "::1", "localhost"}, u.Hostname())
}

// maylabel reports whether the scopes permit labels.
func (set gmailSettings) maylabel() bool {
	return oauth.Covers(set.scopes, []string{oauth.ScopeModify})
}

// CanLabel is nil when the source's labels can be set as far as the settings
// tell, ErrLabels with the reason otherwise.
func (b *gmailBox) CanLabel(context.Context) error {
	if b.set.maylabel() {
		return nil
	}
	return fmt.Errorf("%w: the scope %s only permits to read; add %s to extra_scopes", ingest.ErrLabels, oauth.ScopeRead, oauth.ScopeModify)
}

// Close ends what is running and all later calls.
func (b *gmailBox) Close() error {
	b.end(errGmailClosed)
	return nil
}

var errGmailClosed = errors.New("the mailbox was closed")

// call runs one call of the API; it ends with ctx, with Close, and when it
// takes too long. doing completes "could not …".
func (b *gmailBox) call(ctx context.Context, doing string, f func(context.Context) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	inner, cancel := context.WithTimeout(ctx, gmailCallTime)
	defer cancel()
	inner, abort := context.WithCancelCause(inner)
	defer abort(nil)
	stop := context.AfterFunc(b.life, func() { abort(errGmailClosed) })
	defer stop()
	if b.life.Err() != nil {
		return errGmailClosed
	}
	err := f(inner)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case b.life.Err() != nil:
		return errGmailClosed
	}
	return b.explain(doing, err)
}

// Account asks whose mailbox it is.
func (b *gmailBox) Account(ctx context.Context) (string, error) {
	p, err := b.profile(ctx)
	if err != nil {
		return "", err
	}
	return p.EmailAddress, nil
}

func (b *gmailBox) profile(ctx context.Context) (*gmail.Profile, error) {
	var p *gmail.Profile
	err := b.call(ctx, "ask for the mailbox", func(ctx context.Context) (err error) {
		p, err = b.api.Users.GetProfile("me").Context(ctx).Do()
		return err
	})
	return p, err
}
