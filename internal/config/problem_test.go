package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// imap is a source that lacks nothing.
const imap = "{name: n, url: 'imap://imap.example.net', account: a, secret: s}"

func TestProblems(t *testing.T) {
	tests := []struct {
		name string
		text string
		env  []string
		want []string // the problems, without the file's name
	}{
		{"unknown key", "log: {levle: info}", nil, []string{`:1: log.levle: unknown key; did you mean level?`}},
		{"unknown key at the top", "# x\n\nhtpp: {}", nil, []string{`:3: htpp: unknown key; did you mean http?`}},
		{"unknown platform", "chatops:\n  platforms:\n    slak: {}", nil, []string{`:3: chatops.platforms.slak: unknown key; did you mean slack?`}},
		{"unknown key of a platform", "secret_key: k\nchatops:\n  platforms:\n    slack:\n      slack_api_token: xoxb-1\n      slack_signing_secrt: x\n      slack_app_token: xapp-1", nil, []string{`:6: chatops.platforms.slack.slack_signing_secrt: unknown key; did you mean slack_signing_secret?`}},
		{"platform without its secrets", "chatops: {platforms: {slack: {}}}", nil, []string{
			`chatops.platforms.slack.slack_api_token: is missing; copy the bot token (xoxb-…) from the app's settings at Slack`,
			`chatops.platforms.slack.slack_signing_secret: is missing; copy it from the app's settings at Slack, or set slack_app_token (xapp-…) for sockets`,
			`secret_key: is missing; slack needs it to sign buttons and to encrypt tokens; make one with: openssl rand -base64 32`,
		}},
		{"platform with rotation without its secrets", "secret_key: k\nchatops: {platforms: {slack: {slack_enable_token_rotation: true, slack_app_token: xapp-1, slack_client_id: '1'}}}", nil, []string{
			`chatops.platforms.slack.slack_client_secret: is missing; slack_enable_token_rotation needs it; copy it from the app's settings at Slack`,
			`chatops.platforms.slack.slack_refresh_token: is missing; slack_enable_token_rotation needs it; copy it from the app's settings at Slack`,
		}},
		{"tokens in each other's place", "secret_key: k\nchatops: {platforms: {slack: {slack_api_token: xapp-CANARY, slack_app_token: xoxb-CANARY}}}", nil, []string{
			`:2: chatops.platforms.slack.slack_api_token: is an app token; it belongs to slack_app_token`,
			`:2: chatops.platforms.slack.slack_app_token: is a bot token; it belongs to slack_api_token`,
		}},
		{"platform over plain HTTP", "secret_key: k\nchatops: {platforms: {slack: {slack_api_token: b, slack_signing_secret: [a, b, c], slack_slash_command_prefix: noc, slack_socket_connections: 11, slack_api_url: 'http://slack.example/api/'}}}", nil, []string{
			`:2: chatops.platforms.slack.slack_signing_secret: has 3 secrets; keep two, the new and the old one`,
			`:2: chatops.platforms.slack.slack_slash_command_prefix: "noc" does not begin with /; write / or for example /noc-`,
			`:2: chatops.platforms.slack.slack_socket_connections: 11 is out of range; use 1 to 10`,
			`:2: chatops.platforms.slack.slack_api_url: is no address that tokens can be sent to; write it like "https://slack.example/api/"`,
		}},
		{"unknown key like none", "colour: green", nil, []string{`:1: colour: unknown key; remove it`}},
		{"unknown key in a list", "notification_sources:\n- " + imap + "\n- {name: m, url: 'folder:///x', folderz: [a]}", nil,
			[]string{`:3: notification_sources[1].folderz: unknown key; did you mean folder?`}},
		{"unknown label key", "notification_sources:\n- {name: m, url: 'folder:///x', labels: {parsd: x}}", nil,
			[]string{`:2: notification_sources[0].labels.parsd: unknown key; did you mean parsed?`}},
		{"wrong types", "metrics: {enable: 3}\nraw_notification_size: big\nretention: {raw: for ever}\nhttp: nowhere\ntrusted_forwarders: a@example.net\nlog: {level: [a]}", nil,
			[]string{
				`:1: metrics.enable: must be true or false, not "3"`,
				`:2: raw_notification_size: must be a whole number, not "big"`,
				`:3: retention.raw: must be a time span such as 90d, 12h, 30m or 0, not "for ever"`,
				`:4: http: must be keys with values, but the file has a single value`,
				`:5: trusted_forwarders: must be a list, each entry after a dash, but the file has a single value`,
				`:6: log.level: must be a single value, but the file has a list`,
			}},
		{"a list as the file", "- a\n- b", nil, []string{`:1: the file: must be keys with values, but the file has a list`}},
		{"missing secret", "notification_sources:\n- {name: n, url: 'imap://h', account: a, secret: '${CM_NS_1_SECRET}'}", nil,
			[]string{`:2: notification_sources[0].secret: environment variable CM_NS_1_SECRET is not set; set it or write another value`}},
		{"empty secret", "secret_key: ${KEY}", []string{"KEY="}, []string{`:1: secret_key: is empty: ${KEY} holds nothing; fill it`}},
		{"missing file", "secret_key: file:/nowhere/key", nil,
			[]string{`:1: secret_key: cannot read /nowhere/key: no such file or directory; check the path and its permissions`}},
		{"relative file", "secret_key: file:key", nil, []string{`:1: secret_key: file:key names no absolute path; write file:/path`}},
		{"bad reference", "secret_key: ${a-b}", nil,
			[]string{`:1: secret_key: ${a-b} names no environment variable; write ${NAME}, or $${ for the two signs themselves`}},
		{"a value from elsewhere is not shown", "raw_notification_size: ${PASSWORD}", []string{"PASSWORD=CANARY"},
			[]string{`:1: raw_notification_size: must be a whole number, not the value of ${PASSWORD}`}},
		{"twice", "schedule: '@hourly'\nschedule: '@daily'", nil, []string{`:2: schedule: is there twice, first in line 1; keep one`}},
		{"two documents", "log: {level: info}\n---\nlog: {level: warn}", nil,
			[]string{`:2: a second document begins here; keep the configuration in one`}},
		{"no YAML", "log: {level: info\nschedule: x", nil,
			[]string{`:1: this is no valid YAML: did not find expected ',' or '}'; check indentation, quotes and colons there`}},
		{"alias loop", "chatops: {integrations: &a {b: *a}}", nil, []string{`:1: chatops.integrations` + strings.Repeat(".b", 49) + `: is too large or nested too deeply for a configuration; shorten it`}},
		{"empty entry", "trusted_forwarders: [a@example.net, ~, '']", nil,
			[]string{`:1: trusted_forwarders[1]: is empty; fill it in or remove it`, `:1: trusted_forwarders[2]: is empty; fill it in or remove it`}},
		{"unknown variable", "", []string{"LINEMAN_HTTP_ADRESS=x", "LINEMAN_ZZZZZZZZZZZZ=x"},
			[]string{
				`LINEMAN_HTTP_ADRESS: means no setting; did you mean LINEMAN_HTTP_ADDRESS? (LINEMAN_… is for settings alone)`,
				`LINEMAN_ZZZZZZZZZZZZ: means no setting; unset it or give it another name (LINEMAN_… is for settings alone)`,
			}},
		{"variable of a wrong type", "", []string{"LINEMAN_RAW_NOTIFICATION_SIZE=CANARY"},
			[]string{`LINEMAN_RAW_NOTIFICATION_SIZE: raw_notification_size: must be a whole number, not what it holds`}},
		{"variable with a gap", "", []string{"LINEMAN_NOTIFICATION_SOURCES_1_NAME=x"},
			[]string{`LINEMAN_NOTIFICATION_SOURCES_1_NAME: notification_sources: has 0 entries, so that the next one is 0, not 1`}},
		{"variable below a free tree", "chatops: {integrations: {a: 1}}", []string{"LINEMAN_CHATOPS_INTEGRATIONS_TOKEN=x"},
			[]string{`LINEMAN_CHATOPS_INTEGRATIONS_TOKEN: chatops.integrations: has no key for TOKEN in the file; write it there, with the value ${LINEMAN_CHATOPS_INTEGRATIONS_TOKEN}`}},
		{"values", "display: {time_zone: Mars}\ndatabase: {migrate: 'on', url: 'mysql://u:CANARY@h/d'}\nhttp: {address: localhost, public_url: lineman}\nlog: {format: xml, level: warning}\nunknown_senders: keeep\nraw_notification_initial_days_since: -1", nil,
			[]string{
				`:1: display.time_zone: "Mars" is no time zone; use a name such as UTC or Europe/Berlin`,
				`:2: database.url: its scheme is no database that lineman knows; write sqlite:FILE or postgres://USER@HOST/NAME`,
				`:2: database.migrate: "on" is unknown; use auto or off`,
				`:3: http.address: "localhost" is no address to listen on; write HOST:PORT, for example 127.0.0.1:8080`,
				`:3: http.public_url: is no web address; write it like https://lineman.example.net`,
				`:4: log.format: "xml" is unknown; use text or json`,
				`:4: log.level: "warning" is unknown; use debug, info, warn or error; did you mean warn?`,
				`:5: unknown_senders: "keeep" is unknown; use keep, ledger or skip; did you mean keep?`,
				`:6: raw_notification_initial_days_since: -1 is out of range; use 0 to 36500`,
			}},
		{"the machine's zone", "display: {time_zone: Local}\nschedule: CRON_TZ=Local @hourly", nil,
			[]string{
				`:1: display.time_zone: "Local" is no time zone; use a name such as UTC or Europe/Berlin`,
				`:2: schedule: "CRON_TZ=Local @hourly" depends on this machine's time zone; name the zone`,
			}},
		{"schedules", "schedule: 0 0 30 2 *\nnotification_sources:\n- {name: n, url: 'folder:///x', schedule: '* * *'}", nil,
			[]string{
				`:1: schedule: "0 0 30 2 *" never comes round; write five fields such as */5 * * * *, with CRON_TZ=Zone in front if not in UTC`,
				`:3: notification_sources[0].schedule: "* * *" is no cron expression: expected exactly 5 fields, found 3: [* * *]; write five fields such as */5 * * * *, with CRON_TZ=Zone in front if not in UTC`,
			}},
		{"source without anything", "notification_sources: [{}]", nil,
			[]string{
				`notification_sources[0].name: is missing; choose a name for the source`,
				`notification_sources[0].url: is missing; use ` + sourceURLs,
			}},
		{"same name", "notification_sources:\n- " + imap + "\n- " + imap, nil,
			[]string{`:3: notification_sources[1].name: "n" is also the name of notification_sources[0]; choose another`}},
		{"source", "notification_sources:\n- {name: n, url: 'imap://h', auth: kerberos, label_mode: colour, mode: dry, folder: a, folders: [b], providers: [c], attach_all_providers: true}", nil,
			[]string{
				`notification_sources[0].account: is missing; write the user name of the mailbox`,
				`notification_sources[0].secret: is missing; write ${NAME} of an environment variable, or file:/path`,
				`:2: notification_sources[0].auth: "kerberos" is unknown; use login or xoauth2`,
				`:2: notification_sources[0].label_mode: "colour" is unknown; use keyword, folder or none`,
				`:2: notification_sources[0].mode: "dry" is unknown; use live or shadow`,
				`:2: notification_sources[0].folders: is set beside folder; keep one of them`,
				`:2: notification_sources[0].providers: is set beside attach_all_providers: true; keep one of them`,
			}},
		{"reserved names", "notification_sources:\n- {name: push, url: 'folder:///x'}\n- {name: import, url: 'folder:///y'}", nil,
			[]string{
				`:2: notification_sources[0].name: "push" is the name of what comes without a mailbox; choose another`,
				`:3: notification_sources[1].name: "import" is the name of what comes without a mailbox; choose another`,
			}},
		{"metric labels", "metrics: {labels_attached: {a-b: circuit.cid, site: Site Name}}", nil,
			[]string{
				`:1: metrics.labels_attached.a-b: is no name of a metric's label; use letters, digits and underscores`,
				`:1: metrics.labels_attached.site: "Site Name" is no path; write it like circuit.provider.name`,
			}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cfg, err := load(t, tt.text, tt.env...)
			if err == nil {
				t.Fatalf("no error, but %+v", cfg)
			}
			var got []string
			for _, p := range err.(*Error).Problems {
				if strings.Contains(p, "CANARY") {
					t.Errorf("a value is shown: %s", p)
				}
				if i := strings.Index(p, "lineman.yaml"); i >= 0 {
					p = p[i+len("lineman.yaml"):]
				}
				got = append(got, p)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSourceURLs(t *testing.T) {
	for url, want := range map[string]string{
		"imap://imap.example.net":                   "",
		"imaps://imap.example.net:993":              "",
		"imap+starttls://imap.example.net":          "",
		"imap+plain://127.0.0.1:1143":               "",
		"https://accounts.google.com/o/oauth2/auth": "",
		"graph://example.onmicrosoft.com":           "",
		"maildir:///var/mail/noc":                   "",
		"folder:///srv/mails":                       "",
		"ftp://example.net":                         `the scheme "ftp" is unknown`,
		"imap.example.net":                          `the scheme "" is unknown`,
		"imap://":                                   "names no host",
		"imap://noc:CANARY@imap.example.net":        "holds a user name or password",
		"imap://noc:CANARY@[imap":                   "is no URL",
		"https://mail.example.net":                  `the host "mail.example.net" is not accounts.google.com`,
		"graph://":                                  "names no tenant",
		"maildir://var/mail":                        "names no absolute path",
		"folder:mails":                              "names no absolute path",
	} {
		_, err := load(t, "notification_sources: [{name: n, url: '"+url+"', account: a, secret: s, client_id: i, credentials_file: /c}]")
		switch {
		case want == "" && err != nil:
			t.Errorf("%s: %v", url, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), "notification_sources[0].url: "+want)):
			t.Errorf("%s: %v, want %q", url, err, want)
		case err != nil && strings.Contains(err.Error(), "CANARY"):
			t.Errorf("%s: the error shows a password: %v", url, err)
		}
	}
}

func TestProblemsAreBounded(t *testing.T) {
	var text strings.Builder
	for i := range 1000 {
		text.WriteString("unknown" + strings.Repeat("x", i%7) + string(rune('a'+i%26)) + strings.Repeat("y", i) + ": 1\n")
	}
	_, err := load(t, text.String())
	if err == nil || len(err.(*Error).Problems) != maxProblems+1 {
		t.Errorf("%v", err)
	}
	big := filepath.Join(t.TempDir(), "big.yaml")
	if err := os.WriteFile(big, make([]byte, maxFile+1), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(Options{Path: big, Environ: []string{}}); err == nil || !strings.Contains(err.Error(), "larger than") {
		t.Errorf("a file over the limit: %v", err)
	}
}
