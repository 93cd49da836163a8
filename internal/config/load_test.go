package config

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// load reads text as a file, with the environment given.
func load(t testing.TB, text string, env ...string) (Config, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "lineman.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if env == nil {
		env = []string{}
	}
	return Load(Options{Path: path, Environ: env})
}

// plain lets go-cmp compare secrets by what they hold.
var plain = cmp.Options{
	cmp.Transformer("secret", func(s Secret) string { return s.Reveal() }),
	cmp.Transformer("tree", func(t Tree) map[string]any { return t.Reveal() }),
}

func TestExample(t *testing.T) {
	text, err := os.ReadFile("testdata/full.yaml")
	if err != nil {
		t.Fatal(err)
	}
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("from a file \n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := load(t, strings.ReplaceAll(string(text), "SECRET_FILE", secret),
		"LINEMAN_SECRET_KEY=new", "OLD_KEY=old", "IMAP_PASSWORD=imap pass", "BOT_TOKEN=bot", "LINEMAN_CHATOPS_PLATFORMS_SLACK_SLACK_SLASH_COMMAND_PREFIX=/noc-")
	if err != nil {
		t.Fatal(err)
	}
	want := Config{
		SecretKeys: []Secret{"new", "old"}, // LINEMAN_SECRET_KEY is no override where the file uses it
		Display:    Display{TimeZone: "Europe/Berlin"},
		Database:   Database{URL: "postgres://lineman@db.example.net/lineman", Migrate: "off"},
		HTTP:       HTTP{Address: "[::]:8443", PublicURL: "https://lineman.example.net", RatePerToken: 50, RatePerAddress: 5, TrustedProxies: []string{"10.0.0.0/8", "::1"}},
		Log:        Log{Format: "json", Level: "debug"},
		Schedule:   "CRON_TZ=Europe/Berlin */10 * * * *", InitialDays: 3, RawSize: 8192,
		UnknownSenders: "ledger", Forwarders: []string{"relay@example.net"},
		Metrics: Metrics{Enable: true, Public: true, LabelsAttached: LabelPaths{
			{"zone", "site.region"}, {"circuit", "circuit.cid"}, {"a", "circuit.provider.name"},
		}},
		Sources: []Source{
			{
				Name: "noc-imap", URL: "imap://imap.example.net:993", Account: "noc@example.net", Secret: "imap pass",
				Folders: []string{"INBOX", "Providers/*", "Junk"}, Providers: []string{"zayo", "lumen"},
				SourceHeader: "From", TLS: TLS{CAFile: "/etc/ssl/own.pem", ServerName: "mail.example.net"},
				Auth: "login", LabelMode: "folder", Mode: "shadow", Schedule: "@hourly",
				Labels: map[string]string{"parsed": "maint/parsed", "unknown-cids": "maint/cids"},
			},
			{
				Name: "noc-gmail", URL: "https://accounts.google.com/o/oauth2/auth", Account: "noc@example.net",
				Secret: "from a file ", CredentialsFile: "/etc/lineman/gmail.json", AttachAllProviders: true,
				SourceHeader: "X-Original-Sender", LimitFrom: []string{"list@example.net"},
				ExtraScopes: []string{"https://www.googleapis.com/auth/gmail.modify"},
				Auth:        "login", LabelMode: "keyword", Mode: "live",
			},
		},
		Parsers: Parsers{Folder: "/etc/lineman/parsers"}, Trust: Trust{AuthservID: "mx.example.net", Untrusted: "review"},
		Retention: Retention{Records: 365 * 24 * time.Hour, Commands: 36 * time.Hour},
		Overlap:   Overlap{HoldOver: 90 * time.Minute, Single: true},
		Notify: Notify{
			TimeZone: "Europe/Madrid", QuietHours: NotifyQuiet{From: "22:00", To: "06:30", Days: []string{"mon", "fri"}},
			Templates: NotifyTemplates{Folder: "/etc/lineman/templates"},
			Destinations: []Destination{
				{Name: "noc", Chat: ChatDestination{Platform: "slack", Channel: "C0123"}},
				{Name: "hook", Webhook: WebhookDestination{URL: "https://hooks.example.net/x", Secrets: []Secret{"bot"}}},
			},
			Rules: []NotifyRule{
				{
					Name: "everything", Destination: "noc", Providers: []string{"zayo"}, MinImpact: "DEGRADED", Kinds: []string{"new", "cancelled"},
					LeadTime: 14 * 24 * time.Hour, Reminders: []string{"2d", "4h"}, Digest: NotifyDigest{Cron: "0 7 * * *", Template: "handover"},
					Urgent: NotifyUrgent{Within: 12 * time.Hour, Kinds: []string{"overrun"}}, Escalate: NotifyEscalate{After: 15 * time.Minute, Rule: "boss"},
				},
				{Name: "boss", Destination: "hook", QuietHours: NotifyQuiet{Off: true}, TimeZone: "UTC", Tags: []string{"core"}, Sites: []string{"BCN"}},
			},
		},
		ChatOps: ChatOps{
			DeleteInputOnSubmission: true, RestrictHelp: true, SendAllMessagesPrivate: true, FallbackUser: "robot",
			SessionCacheTimeout: 60, Platforms: Platforms{Slack: Slack{
				APIToken: "bot", SigningSecret: []Secret{"fresh", "old"}, CommandPrefix: "/noc-", EphemeralSize: 3000, Connections: 2,
			}},
			Integrations: Tree{"stackstorm": map[string]any{}},
		},
		Propose: Propose{
			URL: "https://api.example.net/v1", Model: "small", Secret: "bot", Timeout: 20 * time.Second, PerDay: 7, Automatic: true,
			AllowPrivate: []string{"llm.lab.example"}, TLS: TLS{CAFile: "ca.pem", ServerName: "llm.lab.example", Insecure: true},
		},
	}
	if diff := cmp.Diff(want, got, plain); diff != "" {
		t.Error(diff)
	}
}

func TestDefaults(t *testing.T) {
	for name, text := range map[string]string{
		"empty": "", "comment": "# nothing\n", "empty keys": "http:\nlog: {level: }\nnotification_sources:\n",
	} {
		got, err := load(t, text)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(Defaults(), got, plain); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestTwoSecretKeys(t *testing.T) {
	got, err := load(t, "secret_key: [\"${NEW}\", \"${OLD}\"]", "NEW=n", "OLD=o")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Secret{"n", "o"}, got.SecretKeys, plain); diff != "" {
		t.Error(diff)
	}
}

func TestSearchOrder(t *testing.T) {
	dir, system := t.TempDir(), filepath.Join(t.TempDir(), "system.yaml")
	named, variable := filepath.Join(t.TempDir(), "named.yaml"), filepath.Join(t.TempDir(), "variable.yaml")
	files := []string{named, variable, filepath.Join(dir, "lineman.yaml"), system}
	for i, f := range files {
		if err := os.WriteFile(f, []byte("raw_notification_size: "+string(rune('1'+i))), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	env := []string{"LINEMAN_CONFIG=" + variable}
	for _, tt := range []struct {
		options Options
		remove  string
		want    int64
	}{
		{Options{Path: named, Environ: env, Dir: dir, System: system}, "", 1},
		{Options{Environ: env, Dir: dir, System: system}, "", 2},
		{Options{Environ: []string{}, Dir: dir, System: system}, "", 3},
		{Options{Environ: []string{}, Dir: dir, System: system}, files[2], 4},
		{Options{Environ: []string{}, Dir: dir, System: system}, files[3], 0},
	} {
		if tt.remove != "" {
			if err := os.Remove(tt.remove); err != nil {
				t.Fatal(err)
			}
		}
		got, err := Load(tt.options)
		if err != nil || got.RawSize != tt.want {
			t.Errorf("Load(%+v): file %d, %v; want file %d", tt.options, got.RawSize, err, tt.want)
		}
	}
	for _, o := range []Options{
		{Path: files[3], Environ: []string{}},
		{Environ: []string{"LINEMAN_CONFIG=" + files[3]}},
	} {
		if _, err := Load(o); err == nil || !strings.Contains(err.Error(), files[3]) {
			t.Errorf("a file that was named and is not there: %v", err)
		}
	}
}

func TestEnvironment(t *testing.T) {
	const file = `
notification_sources:
  - {name: one, url: "imap://imap.example.net", account: a, secret: "${NOT_SET}"}
notify: {destinations: [{name: hook, webhook: {url: "https://a.example"}}]}
chatops: {integrations: {webhook: {auth_token: t, retry-count: 3}}}
`
	got, err := load(t, file,
		"LINEMAN_NOTIFICATION_SOURCES_0_SECRET=pa,ss ${word}",
		"LINEMAN_NOTIFICATION_SOURCES_0_FOLDERS=INBOX, Junk",
		"LINEMAN_NOTIFICATION_SOURCES_0_LABELS_UNKNOWN_CIDS=cids",
		"LINEMAN_NOTIFICATION_SOURCES_0_TLS_CA_FILE=/ca",
		"LINEMAN_NOTIFICATION_SOURCES_0_LIMIT_EMAILS_WITH_NOT_HEADER_FROM_0=x@example.net",
		"LINEMAN_NOTIFICATION_SOURCES_1_URL=folder:///srv/mail",
		"LINEMAN_NOTIFICATION_SOURCES_1_NAME=two",
		"LINEMAN_RAW_NOTIFICATION_SIZE=1024",
		"LINEMAN_RAW_NOTIFICATION_INITIAL_DAYS_SINCE=1",
		"LINEMAN_RETENTION_RAW=1w",
		"LINEMAN_METRICS_ENABLE=TRUE",
		"LINEMAN_METRICS_LABELS_ATTACHED_SITE=site.slug",
		"LINEMAN_METRICS_LABELS_ATTACHED_REGION=site.region",
		"LINEMAN_NOTIFY_DESTINATIONS_0_WEBHOOK_URL=https://b.example",
		"LINEMAN_CHATOPS_INTEGRATIONS_WEBHOOK_AUTH_TOKEN=u",
		"LINEMAN_CHATOPS_INTEGRATIONS_WEBHOOK_RETRY_COUNT=4",
		"LINEMAN_SECRET_KEY=k",
		// Not settings, and no error:
		"LINEMAN_CONFIG=", "LINEMAN_TEST_POSTGRES=x", "LINEMAN_BENCH_N=1", "LINEMAN_SERVICE_HOST=10.0.0.1",
		"LINEMAN_PORT=tcp://10.0.0.1:80", "LINEMAN_PORT_80_TCP_ADDR=10.0.0.1", "LINEMAN_DB_SERVICE_PORT_PG=1", "OTHER=1",
	)
	if err != nil {
		t.Fatal(err)
	}
	want := Defaults()
	one, two := defaultSource(), defaultSource()
	one.Name, one.URL, one.Account, one.Secret = "one", "imap://imap.example.net", "a", "pa,ss ${word}"
	one.Folders, one.Labels = []string{"INBOX", "Junk"}, map[string]string{"unknown-cids": "cids"}
	one.TLS.CAFile, one.LimitFrom = "/ca", []string{"x@example.net"}
	two.Name, two.URL = "two", "folder:///srv/mail"
	want.Sources = []Source{one, two}
	want.RawSize, want.InitialDays, want.Retention.Raw = 1024, 1, 7*24*time.Hour
	want.Metrics.Enable = true
	want.Metrics.LabelsAttached[3].Path = "site.slug"
	want.Metrics.LabelsAttached = append(want.Metrics.LabelsAttached, LabelPath{"region", "site.region"})
	want.Notify.Destinations = []Destination{{Name: "hook", Webhook: WebhookDestination{URL: "https://b.example"}}}
	want.ChatOps.Integrations = Tree{"webhook": map[string]any{"auth_token": "u", "retry-count": "4"}}
	want.SecretKeys = []Secret{"k"}
	if diff := cmp.Diff(want, got, plain); diff != "" {
		t.Error(diff)
	}
}

func TestReferences(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "s"), []byte("line\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for value, want := range map[string]string{
		"${A}":               "a b",
		"x${A}${B}y":         "x" + "a b" + "${A}" + "y", // what a variable holds is not read again
		"$${A}":              "${A}",
		"costs $5 {x} $A":    "costs $5 {x} $A",
		"file:" + dir + "/s": "line",
	} {
		got, err := load(t, "parsers: {folder: '"+value+"'}", "A=a b", "B=${A}")
		if err != nil || got.Parsers.Folder != want {
			t.Errorf("%s: %q, %v; want %q", value, got.Parsers.Folder, err, want)
		}
	}
}

func TestDurations(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"0": 0, "90d": 90 * 24 * time.Hour, "30m": 30 * time.Minute, "1w2d3h4m5s": (9*24+3)*time.Hour + 4*time.Minute + 5*time.Second,
		"1.5h": 90 * time.Minute, "250ms": 250 * time.Millisecond,
	} {
		if got, err := parseDuration(text); err != nil || got != want {
			t.Errorf("%s: %s, %v; want %s", text, got, err, want)
		}
	}
	for _, text := range []string{"", "-1h", "90", "d", "1 h", "1y", "1d ", "999999999d", "1e9h", "٣d"} {
		if got, err := parseDuration(text); err == nil {
			t.Errorf("%q was read as %s", text, got)
		}
	}
}

// FuzzLoad: no input makes Load panic, and every error is an *Error whose
// problems are single lines.
func FuzzLoad(f *testing.F) {
	full, err := os.ReadFile("testdata/full.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{
		string(full), "", "a: &a [*a]", "chatops: {integrations: &a {b: *a}}", "log: {level: ${X}}", "schedule: '@every 5m'",
		"? [a]\n: b", "http: [", "a: 1\n---\nb: 2", "retention: {raw: 1d}", "secret_key: [a, b]", "\xff", "<<: {log: x}",
	} {
		f.Add([]byte(seed), "LOG_LEVEL", "debug")
	}
	f.Fuzz(func(t *testing.T, text []byte, name, value string) {
		path := filepath.Join(t.TempDir(), "lineman.yaml")
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		cfg, err := Load(Options{Path: path, Environ: []string{"LINEMAN_" + name + "=" + value}})
		if err == nil {
			if cfg.HTTP.Address == "" || cfg.Schedule == "" {
				t.Errorf("a configuration without defaults: %+v", cfg)
			}
			return
		}
		var e *Error
		if !errors.As(err, &e) || len(e.Problems) == 0 || strings.Count(err.Error(), "\n") != len(e.Problems)-1 {
			t.Errorf("%T: %q", err, err)
		}
	})
}

// Every setting can be reached by its variable, and by no other one's.
func TestEverySettingHasAVariable(t *testing.T) {
	root := reflect.TypeFor[Config]()
	seen := map[string]bool{}
	for _, variable := range variables(root, "LINEMAN") {
		if seen[variable] || strings.Contains(variable, "__") || strings.HasSuffix(variable, "_") {
			t.Errorf("%s: there twice, or a field has no key", variable)
		}
		seen[variable] = true
		name := strings.TrimPrefix(variable, envPrefix)
		steps, rest, ok := locate(root, name)
		if !ok && rest == "" { // a tree or labels as a whole cannot be set
			steps, rest, ok = locate(root, name+"_X")
			name += "_X"
		}
		parts := []string{}
		for _, s := range steps {
			if s.name == "" {
				parts = append(parts, strconv.Itoa(s.index))
			} else {
				parts = append(parts, variablePart(s.name))
			}
		}
		if rest != "" {
			parts = append(parts, rest)
		}
		if got := strings.Join(parts, "_"); !ok || got != name {
			t.Errorf("%s means %s, %v", variable, keyPath(steps), ok)
		}
	}
	if len(seen) < 50 {
		t.Errorf("only %d settings were looked at", len(seen))
	}
}
