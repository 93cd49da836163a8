package config

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// Whatever a configuration is printed with, none of its secrets is shown.
func TestSecretsDoNotPrint(t *testing.T) {
	cfg, err := load(t, `
secret_key: [CANARY-1, CANARY-2]
database: {url: "postgres://u:CANARY-3@db.example.net/lineman"}
notification_sources:
  - {name: n, url: "imap://h", account: visible-account, secret: "${PASSWORD}"}
notify: {destinations: [{name: hook, webhook: {url: "https://example.net/CANARY-5", secrets: [CANARY-6]}}]}
chatops: {platforms: {slack: {slack_api_token: CANARY-7, slack_signing_secret: CANARY-7}}, integrations: {aci: {apics: {password: CANARY-8}}}}
propose: {url: "https://api.example.net/v1", model: small, secret: CANARY-9}
`, "PASSWORD=CANARY-4")
	if err != nil {
		t.Fatal(err)
	}
	printed := map[string]string{}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		printed[verb] = fmt.Sprintf(verb, cfg)
		printed[verb+" of a pointer"] = fmt.Sprintf(verb, &cfg)
		printed[verb+" of parts"] = fmt.Sprintf(verb, []any{cfg.Sources[0].Secret, cfg.SecretKeys, cfg.Notify, cfg.Database, cfg.ChatOps.Platforms})
	}
	encode := func(name string, marshal func(any) ([]byte, error), v any) {
		out, err := marshal(v)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		printed[name] = string(out)
	}
	encode("json", json.Marshal, cfg)
	encode("yaml", yaml.Marshal, cfg)
	encode("xml of a secret", xml.Marshal, cfg.Database)
	var text, jsonText bytes.Buffer
	for _, l := range []*slog.Logger{slog.New(slog.NewTextHandler(&text, nil)), slog.New(slog.NewJSONHandler(&jsonText, nil))} {
		l.Info("config", "config", cfg, "secret", cfg.Sources[0].Secret, "tree", cfg.Notify, "source", cfg.Sources[0], "keys", cfg.SecretKeys)
	}
	printed["slog text"], printed["slog json"] = text.String(), jsonText.String()
	for how, out := range printed {
		if strings.Contains(out, "CANARY") || strings.Contains(out, fmt.Sprintf("%x", "CANARY")) {
			t.Errorf("%s shows a secret: %s", how, out)
		}
	}
	// The test looks at something at all.
	for _, how := range []string{"%v", "%+v", "json", "yaml", "slog text", "slog json"} {
		if !strings.Contains(printed[how], "visible-account") || !strings.Contains(printed[how], redacted) {
			t.Errorf("%s shows neither account nor %s: %s", how, redacted, printed[how])
		}
	}
	if cfg.Sources[0].Secret.Reveal() != "CANARY-4" || cfg.ChatOps.Integrations.Reveal()["aci"] == nil {
		t.Error("Reveal does not reveal")
	}
}
