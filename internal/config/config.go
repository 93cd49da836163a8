// Package config reads lineman.yaml and the environment into a Config. It is
// strict: an unknown key, a wrong type or a missing secret is an error that
// names the key. It opens nothing but the configuration's own files.
package config

import "time"

// Config is the whole configuration, complete with defaults.
type Config struct {
	SecretKeys     []Secret  `koanf:"secret_key"` // one, or two while rotating; the first one encrypts
	Display        Display   `koanf:"display"`
	Database       Database  `koanf:"database"`
	HTTP           HTTP      `koanf:"http"`
	Log            Log       `koanf:"log"`
	Schedule       string    `koanf:"schedule"`
	InitialDays    int       `koanf:"raw_notification_initial_days_since"`
	RawSize        int64     `koanf:"raw_notification_size"`
	UnknownSenders string    `koanf:"unknown_senders"`
	Forwarders     []string  `koanf:"trusted_forwarders"`
	Metrics        Metrics   `koanf:"metrics"`
	Sources        []Source  `koanf:"notification_sources"`
	Parsers        Parsers   `koanf:"parsers"`
	Trust          Trust     `koanf:"trust"`
	Retention      Retention `koanf:"retention"`
	Overlap        Overlap   `koanf:"overlap"`
	Notify         Tree      `koanf:"notify"`
	ChatOps        ChatOps   `koanf:"chatops"`
}

// Display says how times are shown to people; stored times are UTC.
type Display struct {
	TimeZone string `koanf:"time_zone"`
}

// Database says where the records are: sqlite:FILE or postgres://….
type Database struct {
	URL     Secret `koanf:"url"`     // may hold a password
	Migrate string `koanf:"migrate"` // auto or off
}

// HTTP is the listener.
type HTTP struct {
	Address   string `koanf:"address"`
	PublicURL string `koanf:"public_url"`
}

// Log is how lineman logs.
type Log struct {
	Format string `koanf:"format"` // text or json
	Level  string `koanf:"level"`  // debug, info, warn, error
}

// Metrics are the settings of the gauge circuit_maintenance_status. The order
// of LabelsAttached is that of the file.
type Metrics struct {
	Enable         bool       `koanf:"enable"`
	LabelsAttached LabelPaths `koanf:"labels_attached"`
	Public         bool       `koanf:"public"` // /metrics without a token
}

// LabelPaths are labels of the gauge in the order of the file.
type LabelPaths []LabelPath

// LabelPath is one label and where its value comes from, for example
// circuit_type and circuit.type.name.
type LabelPath struct {
	Label string
	Path  string
}

// Map gives the labels without their order.
func (l LabelPaths) Map() map[string]string {
	m := make(map[string]string, len(l))
	for _, p := range l {
		m[p.Label] = p.Path
	}
	return m
}

// Source is one configured mailbox.
type Source struct {
	Name               string            `koanf:"name"`
	URL                string            `koanf:"url"`
	Account            string            `koanf:"account"`
	Secret             Secret            `koanf:"secret"`
	CredentialsFile    string            `koanf:"credentials_file"`
	Folder             string            `koanf:"folder"`
	Folders            []string          `koanf:"folders"`
	Providers          []string          `koanf:"providers"`
	AttachAllProviders bool              `koanf:"attach_all_providers"`
	SourceHeader       string            `koanf:"source_header"`
	LimitFrom          []string          `koanf:"limit_emails_with_not_header_from"`
	ExtraScopes        []string          `koanf:"extra_scopes"`
	TLS                TLS               `koanf:"tls"`
	Auth               string            `koanf:"auth"`       // login, xoauth2
	LabelMode          string            `koanf:"label_mode"` // keyword, folder, none
	Labels             map[string]string `koanf:"labels"`     // label key → name in the mailbox
	Mode               string            `koanf:"mode"`       // live, shadow
	Schedule           string            `koanf:"schedule"`   // empty: the global one
}

// TLS are the settings of a source's connection.
type TLS struct {
	CAFile     string `koanf:"ca_file"`
	ServerName string `koanf:"server_name"`
	Insecure   bool   `koanf:"insecure"` // permits imap+plain beyond loopback
}

// Parsers are the settings of the readers.
type Parsers struct {
	Folder string `koanf:"folder"`
}

// Trust are the settings of sender trust.
type Trust struct {
	AuthservID string `koanf:"authserv_id"`
	Untrusted  string `koanf:"untrusted"` // flag or review
}

// Retention says how long things are kept; 0 is for ever.
type Retention struct {
	Raw      time.Duration `koanf:"raw"`
	Records  time.Duration `koanf:"records"`
	Commands time.Duration `koanf:"commands"`
}

// Overlap are the settings of the overlap check.
type Overlap struct {
	HoldOver time.Duration `koanf:"hold_over"`
	Single   bool          `koanf:"single"`
}

// ChatOps are the settings of chat.
type ChatOps struct {
	DeleteInputOnSubmission bool   `koanf:"delete_input_on_submission"`
	RestrictHelp            bool   `koanf:"restrict_help"`
	SendAllMessagesPrivate  bool   `koanf:"send_all_messages_private"`
	FallbackUser            string `koanf:"fallback_chatops_user"`
	SessionCacheTimeout     int    `koanf:"session_cache_timeout"` // seconds
	Platforms               Tree   `koanf:"platforms"`
	Integrations            Tree   `koanf:"integrations"`
}
