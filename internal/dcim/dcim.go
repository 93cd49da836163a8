// Package dcim reads circuits from the systems that network people keep them
// in, NetBox and Nautobot, over their REST APIs. It only reads: no call of it
// changes anything there. What it reads becomes a models.Inventory; keeping it
// is up to a Keeper.
package dcim

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"time"

	"lineman/internal/config"
	"lineman/models"
)

// Options are what a Reader is made of.
type Options struct {
	Config config.Inventory
	Logger *slog.Logger
	Now    func() time.Time
	HTTP   *http.Client // nil: one by Config.TLS, which tries again where that helps
}

// kinds lists the systems that can be read.
var kinds = []kind{netbox, nautobot}

// kind is a system and what is its own about it.
type kind struct {
	name       string // in the configuration
	title      string
	versionKey string // of the answer of /api/status/
	oldest     version

	lists   func(version) url.Values                          // parameters of every list
	filters func(config.InventoryFilters, version) url.Values // of the list of circuits
	places  func(ctx context.Context, c *client, v version) (map[string]place, error)
	groups  func(version) bool
}

// version is the first two parts of a system's version.
type version struct{ major, minor int }

func (v version) before(o version) bool {
	return v.major < o.major || v.major == o.major && v.minor < o.minor
}

func (v version) String() string { return fmt.Sprintf("%d.%d", v.major, v.minor) }

// place is where a circuit may end.
type place struct {
	id     string
	name   string
	kind   string // type of a location
	parent string // ID of the place that it is in
	region string
	tenant string
	tags   []string
}

// Reader reads one inventory.
type Reader struct {
	config config.Inventory
	kind   kind
	client *client
	log    *slog.Logger
	now    func() time.Time
}

// New makes a reader; it does no I/O but reading the certificates of
// tls.ca_file. An InputError names what is wrong with the settings.
func New(o Options) (*Reader, error) {
	r := &Reader{config: o.Config, log: o.Logger, now: o.Now}
	if r.log == nil {
		r.log = slog.New(slog.DiscardHandler)
	}
	for _, k := range kinds {
		if k.name == o.Config.Kind {
			r.kind = k
		}
	}
	if r.kind.name == "" {
		return nil, models.Invalid("inventory "+o.Config.Name, "its kind %q is unknown; use netbox or nautobot", o.Config.Kind)
	}
	var err error
	r.client, err = newClient(o.Config, r.kind.title, o.HTTP, r.log)
	return r, err
}

// Probe is what a system says of itself.
type Probe struct {
	Title    string // NetBox or Nautobot
	Version  string
	Circuits int // that the token and the filters show
}

// Probe asks the system for its version and the number of its circuits.
func (r *Reader) Probe(ctx context.Context) (Probe, error) {
	text, v, err := r.version(ctx)
	if err != nil {
		return Probe{}, err
	}
	var page struct {
		Count int `json:"count"`
	}
	query := r.kind.filters(r.config.Filters, v)
	query.Set("limit", "1")
	err = r.client.get(ctx, r.client.at("circuits/circuits/", query), &page)
	return Probe{Title: r.kind.title, Version: text, Circuits: page.Count}, err
}

var versionParts = regexp.MustCompile(`^v?(\d{1,4})\.(\d{1,4})`)

// version asks what the system is; one of another kind is refused.
func (r *Reader) version(ctx context.Context) (string, version, error) {
	var status map[string]any
	if err := r.client.get(ctx, r.client.at("status/", nil), &status); err != nil {
		return "", version{}, err
	}
	text, _ := status[r.kind.versionKey].(string)
	if text == "" {
		for _, other := range kinds {
			if v, _ := status[other.versionKey].(string); v != "" {
				return "", version{}, r.client.fault("is a %s %s; set kind: %s", other.title, clip(v, 40), other.name)
			}
		}
		return "", version{}, r.client.fault("does not say that it is a %s; check the url", r.kind.title)
	}
	parts := versionParts.FindStringSubmatch(text)
	if parts == nil {
		return "", version{}, r.client.fault("says that its version is %q, which lineman cannot read", clip(text, 40))
	}
	major, _ := strconv.Atoi(parts[1]) // at most four digits
	minor, _ := strconv.Atoi(parts[2])
	v := version{major, minor}
	if v.before(r.kind.oldest) {
		return "", v, r.client.fault("is a %s %s, and lineman reads %v and later; update it", r.kind.title, clip(text, 40), r.kind.oldest)
	}
	return clip(text, 40), v, nil
}
