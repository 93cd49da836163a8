package config

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// validate checks what the types do not.
func (d *decoder) validate(c Config) {
	for i, k := range c.SecretKeys {
		d.present(keyOf("secret_key", i, len(c.SecretKeys)), k.Reveal(), "make one with: openssl rand -base64 32")
	}
	d.zone("display.time_zone", c.Display.TimeZone)
	d.database("database.url", c.Database.URL.Reveal())
	d.oneOf("database.migrate", c.Database.Migrate, "auto", "off")
	d.listenAddress("http.address", c.HTTP.Address)
	d.webURL("http.public_url", c.HTTP.PublicURL)
	d.within("http.rate_per_token", int64(c.HTTP.RatePerToken), 0, 1_000_000)
	d.within("http.rate_per_address", int64(c.HTTP.RatePerAddress), 0, 1_000_000)
	d.networks("http.trusted_proxies", c.HTTP.TrustedProxies)
	d.oneOf("log.format", c.Log.Format, "text", "json")
	d.oneOf("log.level", c.Log.Level, "debug", "info", "warn", "error")
	d.cron("schedule", c.Schedule)
	d.within("raw_notification_initial_days_since", int64(c.InitialDays), 0, 36500)
	d.within("raw_notification_size", c.RawSize, 0, 1<<40)
	d.oneOf("unknown_senders", c.UnknownSenders, "keep", "ledger", "skip")
	d.words("trusted_forwarders", c.Forwarders)
	d.labelsAttached("metrics.labels_attached", c.Metrics.LabelsAttached)
	d.trust(c.Trust)
	d.present("chatops.fallback_chatops_user", c.ChatOps.FallbackUser, "name a chat user")
	d.within("chatops.session_cache_timeout", int64(c.ChatOps.SessionCacheTimeout), 0, 366*24*3600)
	d.platforms(c)
	d.sources(c.Sources)
	d.inventories(c.Inventories)
	d.notify(c.Notify)
	d.propose(c.Propose)
}

// keyOf is the key of an entry of what may be a single value.
func keyOf(key string, i, n int) string {
	if n == 1 {
		return key
	}
	return fmt.Sprintf("%s[%d]", key, i)
}

func (d *decoder) oneOf(key, value string, allowed ...string) {
	if slices.Contains(allowed, value) {
		return
	}
	hint := ""
	if s := nearest(value, allowed); s != "" && value != "" {
		hint = fmt.Sprintf("; did you mean %s?", s)
	}
	last := len(allowed) - 1
	d.add(key, "%q is unknown; use %s or %s%s", value, strings.Join(allowed[:last], ", "), allowed[last], hint)
}

func (d *decoder) within(key string, n, low, high int64) {
	if n < low || n > high {
		d.add(key, "%d is out of range; use %d to %d", n, low, high)
	}
}

func (d *decoder) present(key, value, advice string) {
	if strings.TrimSpace(value) == "" && !d.about(key) {
		d.add(key, "is missing; %s", advice)
	}
}

// words checks that no entry of a list is empty.
func (d *decoder) words(key string, list []string) {
	for i, word := range list {
		if at := fmt.Sprintf("%s[%d]", key, i); strings.TrimSpace(word) == "" && !d.about(at) {
			d.add(at, "is empty; fill it in or remove it")
		}
	}
}

func (d *decoder) zone(key, name string) {
	if _, err := time.LoadLocation(name); err != nil || name == "" || name == "Local" {
		d.add(key, "%q is no time zone; use a name such as UTC or Europe/Berlin", name)
	}
}

// database never shows the URL, which may hold a password.
func (d *decoder) database(key, value string) {
	scheme, rest, ok := strings.Cut(value, ":")
	const advice = "write sqlite:FILE or postgres://USER@HOST/NAME"
	switch {
	case d.about(key):
	case !ok:
		d.add(key, "is no database URL; %s", advice)
	case scheme == "sqlite" && rest == "":
		d.add(key, "names no file; %s", advice)
	case scheme == "sqlite":
	case scheme != "postgres" && scheme != "postgresql":
		d.add(key, "its scheme is no database that lineman knows; %s", advice)
	case !strings.HasPrefix(rest, "//"):
		d.add(key, "is no PostgreSQL URL; %s", advice)
	}
}

func (d *decoder) listenAddress(key, value string) {
	_, port, err := net.SplitHostPort(value)
	if n, bad := strconv.ParseUint(port, 10, 16); err != nil || bad != nil || n > 65535 {
		d.add(key, "%q is no address to listen on; write HOST:PORT, for example 127.0.0.1:8080", value)
	}
}

// trust checks the settings of sender trust.
func (d *decoder) trust(t Trust) {
	d.oneOf("trust.untrusted", t.Untrusted, "flag", "review")
	if strings.ContainsAny(t.AuthservID, " \t\r\n;()\"") {
		d.add("trust.authserv_id", "%q is no name of a mail server; write it as it stands at the beginning of its Authentication-Results", t.AuthservID)
	}
	if host, port, err := net.SplitHostPort(t.Resolver); t.Resolver != "" {
		if n, bad := strconv.ParseUint(port, 10, 16); err != nil || bad != nil || n == 0 || host == "" {
			d.add("trust.resolver", "%q is no address of a name server; write HOST:PORT, for example 127.0.0.1:53", t.Resolver)
		}
	}
}

func (d *decoder) webURL(key, value string) {
	if value == "" {
		return
	}
	u, err := url.Parse(value)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil {
		d.add(key, "is no web address; write it like https://lineman.example.net")
	}
}

// networks checks a list of addresses and networks.
func (d *decoder) networks(key string, list []string) {
	for i, text := range list {
		_, notOne := netip.ParseAddr(text)
		_, notMany := netip.ParsePrefix(text)
		if notOne != nil && notMany != nil {
			d.add(fmt.Sprintf("%s[%d]", key, i), "%q is no address and no network; write it like 10.0.0.5 or 10.0.0.0/8", text)
		}
	}
}

// cron checks an expression without asking a clock: it must come round after
// some fixed time.
func (d *decoder) cron(key, value string) {
	const advice = "write five fields such as */5 * * * *, with CRON_TZ=Zone in front if not in UTC"
	if zone, _, _ := strings.Cut(value, " "); strings.HasSuffix(zone, "=Local") {
		d.add(key, "%q depends on this machine's time zone; name the zone", value)
		return
	}
	schedule, err := parseCron(value)
	if err != nil {
		d.add(key, "%q is no cron expression: %v; %s", value, err, advice)
		return
	}
	if schedule.Next(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		d.add(key, "%q never comes round; %s", value, advice)
	}
}

// parseCron keeps to itself that the cron library panics on some input.
func parseCron(value string) (schedule cron.Schedule, err error) {
	defer func() {
		if recover() != nil {
			err = fmt.Errorf("it cannot be read")
		}
	}()
	return cron.ParseStandard(value)
}

var (
	labelName = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)
	labelPath = regexp.MustCompile(`^[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)*(\.[A-Za-z0-9_]+)?$`) // the last part may be a custom field
)

func (d *decoder) labelsAttached(key string, labels LabelPaths) {
	for _, l := range labels {
		at := join(key, l.Label)
		if !labelName.MatchString(l.Label) || strings.HasPrefix(l.Label, "__") {
			d.add(at, "is no name of a metric's label; use letters, digits and underscores")
		}
		if !labelPath.MatchString(l.Path) {
			d.add(at, "%q is no path; write it like circuit.provider.name", l.Path)
		}
	}
}
