package config

// NotifyDestination is one place that announcements go to: a name and one of
// the kinds.
type NotifyDestination struct {
	Name         string             `yaml:"name"`
	Chat         NotifyChat         `yaml:"chat"`
	Email        NotifyEmail        `yaml:"email"`
	Webhook      NotifyWebhook      `yaml:"webhook"`
	Alertmanager NotifyAlertmanager `yaml:"alertmanager"`
	PagerDuty    NotifyPagerDuty    `yaml:"pagerduty"`
}

// NotifyChat is a channel or a person of a chat platform.
type NotifyChat struct {
	Platform string `yaml:"platform"`
	Channel  string `yaml:"channel"` // id
	User     string `yaml:"user"`    // id of who gets direct messages, instead of a channel
}

// NotifyEmail sends mail.
type NotifyEmail struct {
	Server   string   `yaml:"server"` // smtp://HOST:PORT (STARTTLS), smtps://HOST, smtp+plain://127.0.0.1:25
	Username string   `yaml:"username"`
	Password Secret   `yaml:"password"`
	From     string   `yaml:"from"`
	To       []string `yaml:"to"`
	Calendar bool     `yaml:"calendar"` // with an invitation that updates itself
}

// NotifyWebhook posts JSON.
type NotifyWebhook struct {
	URL          Secret   `yaml:"url"`
	Secrets      []Secret `yaml:"secret"`        // one, or two while rotating
	AllowPrivate []string `yaml:"allow_private"` // hosts that may be on private addresses
}

// NotifyAlertmanager keeps silences.
type NotifyAlertmanager struct {
	URL      string   `yaml:"url"`
	Username string   `yaml:"username"`
	Password Secret   `yaml:"password"`
	Token    Secret   `yaml:"token"`
	Matchers []string `yaml:"matchers"` // templates over circuit, site, device, interface, provider
}

// NotifyPagerDuty raises and resolves incidents.
type NotifyPagerDuty struct {
	URL        string `yaml:"url"` // of the Events API; empty: PagerDuty's own
	RoutingKey Secret `yaml:"routing_key"`
}
