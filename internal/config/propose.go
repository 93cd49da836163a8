package config

import (
	"net/url"
	"strings"
	"time"
)

// Propose are the settings of proposals by a language model. Without a URL
// nobody is asked.
type Propose struct {
	URL          string        `yaml:"url"` // base of an OpenAI-compatible API
	Model        string        `yaml:"model"`
	Secret       Secret        `yaml:"secret"`        // sent as bearer token; empty: none
	Timeout      time.Duration `yaml:"timeout"`       // of one question
	PerDay       int           `yaml:"per_day"`       // questions in 24 hours
	Automatic    bool          `yaml:"automatic"`     // ask about failed mail without being told to
	AllowPrivate []string      `yaml:"allow_private"` // names of hosts that may be on a private network
	TLS          TLS           `yaml:"tls"`
}

// On reports whether a model may be asked at all.
func (p Propose) On() bool { return p.URL != "" }

func defaultPropose() Propose { return Propose{Timeout: 45 * time.Second, PerDay: 100} }

func (d *decoder) propose(c Propose) {
	if !c.On() {
		if c.Model != "" || c.Secret != "" || c.Automatic {
			d.add("propose.url", "is missing; write the base of an API like https://api.example.net/v1, or leave propose out")
		}
		return
	}
	u, err := url.Parse(c.URL)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		d.add("propose.url", "is no web address; write the base of an API like https://api.example.net/v1")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		d.add("propose.url", "holds more than scheme, host and path; write the key as propose.secret")
	case u.Scheme == "http" && !c.TLS.Insecure && !loopback(u.Hostname()):
		d.add("propose.url", "would send mail and key readable; use https, or permit it with tls: {insecure: true}")
	}
	d.present("propose.model", c.Model, "name the model that the endpoint is to use")
	if strings.ContainsAny(strings.TrimSpace(c.Secret.Reveal()), " \t\r\n") {
		d.add("propose.secret", "has blanks or line breaks inside; write the key alone")
	}
	if c.Timeout < time.Second || c.Timeout > 5*time.Minute {
		d.add("propose.timeout", "is out of range; use 1s to 5m")
	}
	d.within("propose.per_day", int64(c.PerDay), 1, 100_000)
	d.words("propose.allow_private", c.AllowPrivate)
}
