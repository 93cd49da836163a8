package mailbox

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/url"
	"strings"
	"sync"
	"time"

	"golang.org/x/oauth2"

	"lineman/ingest"
	"lineman/internal/config"
	"lineman/models"
)

const (
	graphAPI   = "https://graph.microsoft.com"
	graphLogin = "https://login.microsoftonline.com"
)

func graphKind() Kind {
	return Kind{
		Name:    "graph",
		URLs:    []string{"graph://TENANT"},
		Accepts: func(u *url.URL) bool { return u.Scheme == "graph" },
		Open:    openGraph,
		Every:   time.Minute,
	}
}

// graphBox is one mailbox of Microsoft 365, read by Microsoft Graph with the
// application's own rights.
type graphBox struct {
	src     config.Source // token_url filled in
	opt     Options
	base    *url.URL // of the API, without the version
	folders []string

	life context.Context // ends with Close
	end  context.CancelFunc

	mu     sync.Mutex
	tokens oauth2.TokenSource
	ids    map[string]string // of folders, by the name that Folders gives
}

// graphLabelBox is a graphBox that labels.
type graphLabelBox struct{ *graphBox }

var (
	_ ingest.Mailbox = (*graphBox)(nil)
	_ ingest.Labeler = (*graphLabelBox)(nil)
)

var errGraphClosed = errors.New("the mailbox was closed")

func openGraph(src config.Source, o Options) (ingest.Mailbox, error) {
	b := &graphBox{src: src, opt: o, ids: map[string]string{}}
	if err := b.locate(); err != nil {
		return nil, err
	}
	switch {
	case src.Account == "":
		return nil, models.Invalid(key(src, "account"), "is missing; write the address of the mailbox")
	case src.ClientID == "":
		return nil, models.Invalid(key(src, "client_id"), "is missing; write the application (client) ID of the app registration")
	case src.LabelMode == "folder":
		return nil, models.Invalid(key(src, "label_mode"), "labels of a graph:// mailbox are categories; use keyword or none")
	}
	var err error
	if b.folders, err = foldersOf(src); err != nil {
		return nil, err
	}
	if err := b.renew(); err != nil {
		return nil, err
	}
	b.life, b.end = context.WithCancel(context.Background())
	if src.Mode == "shadow" || src.LabelMode == "none" || len(src.Labels) == 0 {
		return b, nil
	}
	return &graphLabelBox{b}, nil
}

// locate takes the tenant from the URL, and where API and tokens are.
func (b *graphBox) locate() error {
	u, err := parseURL(b.src)
	if err != nil {
		return err
	}
	if u.Host == "" || u.Port() != "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return models.Invalid(key(b.src, "url"), "must name the tenant and nothing else; write it like graph://contoso.onmicrosoft.com")
	}
	if b.src.TokenURL == "" {
		b.src.TokenURL = graphLogin + "/" + url.PathEscape(u.Host) + "/oauth2/v2.0/token"
	}
	if _, err := secureURL(b.src, "token_url", b.src.TokenURL); err != nil {
		return err
	}
	api := b.src.APIURL
	if api == "" {
		api = graphAPI
	}
	b.base, err = secureURL(b.src, "api_url", strings.TrimRight(api, "/"))
	return err
}

// secureURL reads the URL of an API that is given secrets.
func secureURL(src config.Source, name, text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, models.Invalid(key(src, name), "is no plain URL; write it like https://HOST/PATH")
	}
	ip := net.ParseIP(u.Hostname())
	if u.Scheme != "https" && (u.Scheme != "http" || ip == nil || !ip.IsLoopback()) {
		return nil, models.Invalid(key(src, name), "would send secrets readable to %s; use https", u.Host)
	}
	return u, nil
}

// renew makes the source of tokens anew, so that the next one is a fresh one.
func (b *graphBox) renew() error {
	from, err := b.opt.Token(b.src, graphScope(b.base))
	if err != nil {
		return err
	}
	b.mu.Lock()
	b.tokens = from
	b.mu.Unlock()
	return nil
}

// graphScope asks for what the application was granted at the API's own cloud.
func graphScope(api *url.URL) string {
	if api.Scheme == "https" && strings.HasSuffix(api.Hostname(), ".microsoft.us") || strings.HasSuffix(api.Hostname(), ".chinacloudapi.cn") {
		return api.Scheme + "://" + api.Host + "/.default"
	}
	return graphAPI + "/.default"
}

// Close ends all that runs.
func (b *graphBox) Close() error {
	b.end()
	return nil
}

// begin gives a context that ends with ctx and with Close, and its release.
func (b *graphBox) begin(ctx context.Context) (context.Context, func(), error) {
	if b.life.Err() != nil {
		return nil, nil, errGraphClosed
	}
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	inner, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(b.life, func() { cancel(errGraphClosed) })
	return inner, func() { stop(); cancel(nil) }, nil
}

// graphCursor is the position in one folder. First the changes are followed to
// their present end (Sync) without looking at them: that end is Delta. Then the
// mail that is there is listed by its time (From), and after that what changed
// since Delta. So a first run is in order and nothing is missed.
type graphCursor struct {
	Folder string      `json:"folder"`          // its id
	Sync   string      `json:"sync,omitempty"`  // the next page on the way to Delta
	Delta  string      `json:"delta,omitempty"` // the changes that were not listed yet
	From   string      `json:"from,omitempty"`  // listing by time goes on here; empty: it is done
	Seen   []string    `json:"seen,omitempty"`  // messages received at From that were listed
	Held   []graphItem `json:"held,omitempty"`  // of the last page of changes, not listed yet
}

// graphItem is one message of an answer.
type graphItem struct {
	ID       string    `json:"id"`
	Received time.Time `json:"receivedDateTime,omitzero"`
	Removed  *struct{} `json:"@removed,omitempty"`
}

func readGraphCursor(text string) (graphCursor, bool) {
	var c graphCursor
	err := json.Unmarshal([]byte(text), &c)
	return c, err == nil && c.Folder != ""
}

func (c graphCursor) remote() (string, error) {
	text, err := json.Marshal(c)
	return string(text), err
}
