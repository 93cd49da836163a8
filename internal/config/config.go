// Package config reads lineman.yaml and the environment into a Config. It is
// strict: an unknown key, a wrong type or a missing secret is an error that
// names the key. It opens nothing but the configuration's own files.
package config

import "time"

// Config is the whole configuration, complete with defaults.
type Config struct {
	SecretKeys     []Secret  `yaml:"secret_key"` // one, or two while rotating; the first one encrypts
	Display        Display   `yaml:"display"`
	Database       Database  `yaml:"database"`
	HTTP           HTTP      `yaml:"http"`
	Log            Log       `yaml:"log"`
	Schedule       string    `yaml:"schedule"`
	InitialDays    int       `yaml:"raw_notification_initial_days_since"`
	RawSize        int64     `yaml:"raw_notification_size"`
	UnknownSenders string    `yaml:"unknown_senders"`
	Forwarders     []string  `yaml:"trusted_forwarders"`
	Metrics        Metrics   `yaml:"metrics"`
	GraphQL        GraphQL   `yaml:"graphql"`
	Sources        []Source  `yaml:"notification_sources"`
	Parsers        Parsers   `yaml:"parsers"`
	Trust          Trust     `yaml:"trust"`
	Retention      Retention `yaml:"retention"`
	Overlap        Overlap   `yaml:"overlap"`
	Notify         Notify    `yaml:"notify"`
	ChatOps        ChatOps   `yaml:"chatops"`

	Inventories []Inventory `yaml:"inventory_sources"`
	Propose     Propose     `yaml:"propose"`
}

// Display says how times are shown to people; stored times are UTC.
type Display struct {
	TimeZone string `yaml:"time_zone"`
}

// Database says where the records are: sqlite:FILE or postgres://….
type Database struct {
	URL     Secret `yaml:"url"`     // may hold a password
	Migrate string `yaml:"migrate"` // auto or off
}

// HTTP is the listener.
type HTTP struct {
	Address        string   `yaml:"address"`
	PublicURL      string   `yaml:"public_url"`
	RatePerToken   int      `yaml:"rate_per_token"`   // requests a second; 0: no limit
	RatePerAddress int      `yaml:"rate_per_address"` // the same without a token
	TrustedProxies []string `yaml:"trusted_proxies"`  // addresses and networks whose X-Forwarded-For is believed
}

// Log is how lineman logs.
type Log struct {
	Format string `yaml:"format"` // text or json
	Level  string `yaml:"level"`  // debug, info, warn, error
}

// Metrics are the settings of the gauge circuit_maintenance_status. The order
// of LabelsAttached is that of the file.
type Metrics struct {
	Enable         bool       `yaml:"enable"`
	LabelsAttached LabelPaths `yaml:"labels_attached"`
	Public         bool       `yaml:"public"` // /metrics without a token
}

// GraphQL are the settings of /graphql.
type GraphQL struct {
	Introspection bool `yaml:"introspection"` // the schema may be asked for
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
	Name               string            `yaml:"name"`
	URL                string            `yaml:"url"`
	Account            string            `yaml:"account"`
	Secret             Secret            `yaml:"secret"`
	CredentialsFile    string            `yaml:"credentials_file"`
	ClientID           string            `yaml:"client_id"` // of the application whose secret is the source's: Graph, XOAUTH2
	TokenURL           string            `yaml:"token_url"` // where access tokens come from; empty: the provider's own
	APIURL             string            `yaml:"api_url"`   // of another cloud or a proxy; empty: the provider's own
	Folder             string            `yaml:"folder"`
	Folders            []string          `yaml:"folders"`
	Providers          []string          `yaml:"providers"`
	AttachAllProviders bool              `yaml:"attach_all_providers"`
	SourceHeader       string            `yaml:"source_header"`
	LimitFrom          []string          `yaml:"limit_emails_with_not_header_from"`
	ExtraScopes        []string          `yaml:"extra_scopes"`
	TLS                TLS               `yaml:"tls"`
	Auth               string            `yaml:"auth"`       // login, xoauth2
	LabelMode          string            `yaml:"label_mode"` // keyword, folder, none
	Labels             map[string]string `yaml:"labels"`     // label key → name in the mailbox
	Mode               string            `yaml:"mode"`       // live, shadow
	Schedule           string            `yaml:"schedule"`   // empty: the global one
}

// TLS are the settings of a source's connection.
type TLS struct {
	CAFile     string `yaml:"ca_file"`
	ServerName string `yaml:"server_name"`
	Insecure   bool   `yaml:"insecure"` // permits imap+plain beyond loopback
}

// Parsers are the settings of the readers.
type Parsers struct {
	Folder string `yaml:"folder"`
}

// Trust are the settings of sender trust.
type Trust struct {
	AuthservID string `yaml:"authserv_id"`
	Untrusted  string `yaml:"untrusted"` // flag or review
	Resolver   string `yaml:"resolver"`  // HOST:PORT of a name server; empty: those of the system
}

// Retention says how long things are kept; 0 is for ever.
type Retention struct {
	Raw      time.Duration `yaml:"raw"`
	Records  time.Duration `yaml:"records"`
	Commands time.Duration `yaml:"commands"`
}

// Overlap are the settings of the overlap check.
type Overlap struct {
	HoldOver time.Duration `yaml:"hold_over"`
	Single   bool          `yaml:"single"`
}

// ChatOps are the settings of chat.
type ChatOps struct {
	DeleteInputOnSubmission bool      `yaml:"delete_input_on_submission"`
	RestrictHelp            bool      `yaml:"restrict_help"`
	SendAllMessagesPrivate  bool      `yaml:"send_all_messages_private"`
	FallbackUser            string    `yaml:"fallback_chatops_user"`
	SessionCacheTimeout     int       `yaml:"session_cache_timeout"` // seconds
	Platforms               Platforms `yaml:"platforms"`
	Integrations            Tree      `yaml:"integrations"`
}
