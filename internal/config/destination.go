package config

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Destination is a place that announcements go to: a name and the settings of
// one kind.
type Destination struct {
	Name         string                  `yaml:"name"`
	Chat         ChatDestination         `yaml:"chat"`
	Email        EmailDestination        `yaml:"email"`
	Webhook      WebhookDestination      `yaml:"webhook"`
	Alertmanager AlertmanagerDestination `yaml:"alertmanager"`
	PagerDuty    PagerDutyDestination    `yaml:"pagerduty"`
}

// The kinds of destination, as their keys are called.
const (
	DestinationChat         = "chat"
	DestinationEmail        = "email"
	DestinationWebhook      = "webhook"
	DestinationAlertmanager = "alertmanager"
	DestinationPagerDuty    = "pagerduty"
)

// ChatDestination is a channel or a user of a configured chat platform.
type ChatDestination struct {
	Platform string `yaml:"platform"`
	Channel  string `yaml:"channel"` // id
	User     string `yaml:"user"`    // id; instead of a channel
}

// EmailDestination is a list of recipients behind an SMTP server. smtps:// is
// TLS from the start, smtp:// insists on STARTTLS, smtp+plain:// is readable
// by anybody on the way.
type EmailDestination struct {
	URL      string        `yaml:"url"`
	Account  string        `yaml:"account"`
	Secret   Secret        `yaml:"secret"`
	Auth     string        `yaml:"auth"` // plain or login
	TLS      TLS           `yaml:"tls"`  // insecure permits smtp+plain beyond loopback
	From     string        `yaml:"from"`
	To       []string      `yaml:"to"`
	Calendar string        `yaml:"calendar"` // invite: with entries for calendars; none
	Timeout  time.Duration `yaml:"timeout"`
}

// WebhookDestination is somebody's HTTP endpoint.
type WebhookDestination struct {
	URL          Secret        `yaml:"url"`           // may hold a token
	Secrets      []Secret      `yaml:"secrets"`       // that calls are signed with: one, or two while rotating
	Headers      []Secret      `yaml:"headers"`       // Name: value
	AllowPrivate []string      `yaml:"allow_private"` // names of hosts that may be on a private network
	TLS          TLS           `yaml:"tls"`
	Timeout      time.Duration `yaml:"timeout"`
}

// AlertmanagerDestination silences alerts while work goes on.
type AlertmanagerDestination struct {
	URL      string        `yaml:"url"`
	Account  string        `yaml:"account"` // for basic authentication
	Secret   Secret        `yaml:"secret"`
	Token    Secret        `yaml:"token"` // bearer, instead
	TLS      TLS           `yaml:"tls"`
	Matchers string        `yaml:"matchers"` // {instance="{{.Device}}", ifName="{{.Interface}}"}
	Statuses []string      `yaml:"statuses"` // of maintenances that are silenced for
	Before   time.Duration `yaml:"before"`   // how much sooner than the window
	After    time.Duration `yaml:"after"`    // and how much longer
	Timeout  time.Duration `yaml:"timeout"`
}

// PagerDutyDestination is a service with the Events API v2.
type PagerDutyDestination struct {
	URL        Secret        `yaml:"url"` // of the API; empty: PagerDuty's own
	RoutingKey Secret        `yaml:"routing_key"`
	TLS        TLS           `yaml:"tls"`
	Timeout    time.Duration `yaml:"timeout"`
}

var destinationName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$`)

// kinds are the keys that a destination has.
func (d *decoder) kinds(key string) []string {
	return slices.DeleteFunc([]string{
		DestinationChat, DestinationEmail, DestinationWebhook, DestinationAlertmanager, DestinationPagerDuty,
	}, func(kind string) bool { _, written := d.where[key+"."+kind]; return !written })
}

// Kind is which of its settings are there; empty: none.
func (d Destination) Kind() string {
	switch {
	case d.Chat.Platform != "" || d.Chat.Channel != "" || d.Chat.User != "":
		return DestinationChat
	case d.Email.URL != "" || len(d.Email.To) > 0:
		return DestinationEmail
	case d.Webhook.URL != "":
		return DestinationWebhook
	case d.Alertmanager.URL != "":
		return DestinationAlertmanager
	case d.PagerDuty.RoutingKey != "":
		return DestinationPagerDuty
	}
	return ""
}

// destinations checks what is there and what is missing; what a kind makes of
// its settings is checked when it is built.
func (d *decoder) destinations(key string, list []Destination) {
	first := map[string]int{}
	for i, c := range list {
		at := fmt.Sprintf("%s[%d]", key, i)
		d.present(at+".name", c.Name, "choose a name for the destination; rules call it by that")
		if c.Name != "" && !destinationName.MatchString(c.Name) {
			d.add(at+".name", "%q is no name for a destination; use up to 100 letters, digits, dots and hyphens", c.Name)
		}
		if j, twice := first[c.Name]; twice && c.Name != "" {
			d.add(at+".name", "%q is also the name of %s[%d]; choose another", c.Name, key, j)
		} else {
			first[c.Name] = i
		}
		d.destination(at, c)
	}
}

func (d *decoder) destination(at string, c Destination) {
	kinds := d.kinds(at)
	if len(kinds) != 1 {
		if kind := c.Kind(); len(kinds) == 0 && kind != "" { // from the environment
			kinds = []string{kind}
		} else {
			d.add(at, "needs exactly one of chat, email, webhook, alertmanager and pagerduty, with its settings below")
			return
		}
	}
	at += "." + kinds[0]
	switch kinds[0] {
	case DestinationChat:
		d.present(at+".platform", c.Chat.Platform, "name a platform of chatops.platforms, for example slack")
		if (c.Chat.Channel == "") == (c.Chat.User == "") {
			d.add(at, "needs the id of a channel or of a user, and not both")
		}
	case DestinationEmail:
		d.email(at, c.Email)
	case DestinationWebhook:
		d.present(at+".url", c.Webhook.URL.Reveal(), "write it like https://hooks.example.net/lineman")
		if len(c.Webhook.Secrets) > 2 {
			d.add(at+".secrets", "has more than the new and the old one; remove those that are not used")
		}
		d.timeout(at+".timeout", c.Webhook.Timeout)
	case DestinationAlertmanager:
		d.alertmanager(at, c.Alertmanager)
	case DestinationPagerDuty:
		d.present(at+".routing_key", c.PagerDuty.RoutingKey.Reveal(), "write ${NAME} of an environment variable, or file:/path")
		d.timeout(at+".timeout", c.PagerDuty.Timeout)
	}
}

func (d *decoder) email(at string, c EmailDestination) {
	d.present(at+".url", c.URL, "write it like smtp://mail.example.net:587")
	d.present(at+".from", c.From, "write the address that mail comes from")
	if len(c.To) == 0 {
		d.add(at+".to", "is missing; write the addresses that mail goes to")
	}
	d.words(at+".to", c.To)
	if c.Auth != "" {
		d.oneOf(at+".auth", c.Auth, "plain", "login")
	}
	if c.Calendar != "" {
		d.oneOf(at+".calendar", c.Calendar, "invite", "none")
	}
	if (c.Account == "") != (c.Secret == "") {
		d.add(at, "needs both of account and secret, or neither")
	}
	d.timeout(at+".timeout", c.Timeout)
	u, err := url.Parse(c.URL)
	switch {
	case c.URL == "":
	case err != nil || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.Trim(u.Path, "/") != "":
		d.add(at+".url", "is no address of a mail server; write it like smtp://mail.example.net:587, and the account as account")
	case u.Scheme != "smtp" && u.Scheme != "smtps" && u.Scheme != "smtp+starttls" && u.Scheme != "smtp+plain":
		d.add(at+".url", "begins with %q; use smtps:// for TLS, smtp:// for STARTTLS or smtp+plain:// on this machine", u.Scheme)
	case u.Scheme == "smtp+plain" && !c.TLS.Insecure && !loopback(u.Hostname()):
		d.add(at+".url", "would send mail and password readable; use smtp:// or smtps://, or permit it with tls: {insecure: true}")
	}
}

func (d *decoder) alertmanager(at string, c AlertmanagerDestination) {
	d.present(at+".url", c.URL, "write it like https://alertmanager.example.net:9093")
	d.present(at+".matchers", c.Matchers, `write which alerts are silenced, for example '{instance="{{.Device}}", ifName="{{.Interface}}"}'`)
	for i, status := range c.Statuses {
		d.oneOf(fmt.Sprintf("%s.statuses[%d]", at, i), status, "TENTATIVE", "CONFIRMED", "RE-SCHEDULED", "IN-PROCESS", "UNKNOWN")
	}
	if c.Before < 0 || c.Before > 24*time.Hour {
		d.add(at+".before", "is out of range; use 0 to 24h")
	}
	if c.After < 0 || c.After > 24*time.Hour {
		d.add(at+".after", "is out of range; use 0 to 24h")
	}
	if c.Token != "" && (c.Account != "" || c.Secret != "") {
		d.add(at, "has a token and an account; keep one")
	}
	d.timeout(at+".timeout", c.Timeout)
	if u, err := url.Parse(c.URL); c.URL != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.RawQuery != "" || u.Fragment != "") {
		d.add(at+".url", "is no web address of scheme, host and path; write it like https://alertmanager.example.net:9093")
	}
}

func (d *decoder) timeout(at string, t time.Duration) {
	if t < 0 || t > 2*time.Minute {
		d.add(at, "is out of range; use 1s to 2m, or leave it out")
	}
}
