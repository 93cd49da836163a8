package config

import (
	"fmt"
	"net/url"
	"reflect"
	"strings"
)

// Platforms are the chat platforms. One that has any setting is configured.
type Platforms struct {
	Slack Slack `yaml:"slack"`
}

// Slack are the settings of Slack, under the names that people know them by
// from the Nautobot app. It comes in over HTTP where there is a signing secret
// or a verification token, and over sockets where there is an app token.
type Slack struct {
	APIToken          Secret   `yaml:"slack_api_token"`          // of the bot: xoxb-…
	AppToken          Secret   `yaml:"slack_app_token"`          // of the app, for sockets: xapp-…
	SigningSecret     []Secret `yaml:"slack_signing_secret"`     // one, or two while rotating
	VerificationToken Secret   `yaml:"slack_verification_token"` // what has no signature is let in with it
	Workspaces        []string `yaml:"slack_workspaces"`         // ids of those that may ask; empty: the bot's own
	Guests            bool     `yaml:"slack_allow_guests"`       // guests may ask, where grants let them

	CommandPrefix    string `yaml:"slack_slash_command_prefix"`
	EphemeralSize    int    `yaml:"slack_ephemeral_message_size_limit"` // characters of one part of a private answer
	Connections      int    `yaml:"slack_socket_connections"`
	SocketStaticHost string `yaml:"slack_socket_static_host"` // not needed: pictures are sent as files

	TokenRotation bool   `yaml:"slack_enable_token_rotation"`
	ClientID      string `yaml:"slack_client_id"`
	ClientSecret  Secret `yaml:"slack_client_secret"`
	RefreshToken  Secret `yaml:"slack_refresh_token"` // the first one; what follows is stored

	APIURL string `yaml:"slack_api_url"` // of another cloud or a proxy; empty: Slack's own
}

// defaultSlack are the settings that hold where the file says nothing.
func defaultSlack() Slack {
	return Slack{CommandPrefix: "/", EphemeralSize: 3000, Connections: 2}
}

// Configured reports whether anything of Slack is set.
func (s Slack) Configured() bool { return !reflect.DeepEqual(s, defaultSlack()) }

// configured reports whether a platform is in the file, be it without
// settings, or in the environment.
func (d *decoder) configured(key string, set bool) bool {
	_, written := d.where[key]
	return set || written
}

func (d *decoder) platforms(c Config) {
	const key = "chatops.platforms.slack"
	if s := c.ChatOps.Platforms.Slack; d.configured(key, s.Configured()) {
		d.slack(key, s)
		if len(c.SecretKeys) == 0 {
			d.present("secret_key", "", "slack needs it to sign buttons and to encrypt tokens; make one with: openssl rand -base64 32")
		}
	}
}

func (d *decoder) slack(key string, s Slack) {
	at := func(name string) string { return key + ".slack_" + name }
	if s.TokenRotation {
		const advice = "slack_enable_token_rotation needs it; copy it from the app's settings at Slack"
		d.present(at("client_id"), s.ClientID, advice)
		d.present(at("client_secret"), s.ClientSecret.Reveal(), advice)
		d.present(at("refresh_token"), s.RefreshToken.Reveal(), advice)
	} else {
		d.present(at("api_token"), s.APIToken.Reveal(), "copy the bot token (xoxb-…) from the app's settings at Slack")
	}
	if s.AppToken == "" && len(s.SigningSecret) == 0 && s.VerificationToken == "" {
		d.present(at("signing_secret"), "", "copy it from the app's settings at Slack, or set slack_app_token (xapp-…) for sockets")
	}
	for i, secret := range s.SigningSecret {
		d.present(keyOf(at("signing_secret"), i, len(s.SigningSecret)), secret.Reveal(), "copy it from the app's settings at Slack")
	}
	if len(s.SigningSecret) > 2 {
		d.add(at("signing_secret"), "has %d secrets; keep two, the new and the old one", len(s.SigningSecret))
	}
	d.tokenKind(at("api_token"), s.APIToken, "xapp-", "is an app token; it belongs to slack_app_token")
	d.tokenKind(at("app_token"), s.AppToken, "xoxb-", "is a bot token; it belongs to slack_api_token")
	d.words(at("workspaces"), s.Workspaces)
	if !strings.HasPrefix(s.CommandPrefix, "/") {
		d.add(at("slash_command_prefix"), "%q does not begin with /; write / or for example /noc-", s.CommandPrefix)
	}
	d.within(at("ephemeral_message_size_limit"), int64(s.EphemeralSize), 200, 3000)
	d.within(at("socket_connections"), int64(s.Connections), 1, 10)
	d.apiURL(at("api_url"), s.APIURL)
}

// tokenKind refuses a token that stands where another kind belongs.
func (d *decoder) tokenKind(key string, token Secret, prefix, text string) {
	if strings.HasPrefix(token.Reveal(), prefix) {
		d.add(key, "%s", text)
	}
}

// apiURL wants encryption, except to this machine.
func (d *decoder) apiURL(key, value string) {
	if value == "" {
		return
	}
	u, err := url.Parse(value)
	local := err == nil && (u.Hostname() == "127.0.0.1" || u.Hostname() == "::1" || u.Hostname() == "localhost")
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && (u.Scheme != "http" || !local) {
		d.add(key, "is no address that tokens can be sent to; write it like %s", fmt.Sprintf("%q", "https://slack.example/api/"))
	}
}
