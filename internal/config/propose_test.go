package config

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestPropose(t *testing.T) {
	if cfg, err := load(t, "log: {level: info}\n"); err != nil || cfg.Propose.On() {
		t.Errorf("without settings: on %v, %v", cfg.Propose.On(), err)
	}
	cfg, err := load(t, `propose: {url: "https://api.example.net/v1", model: small, secret: "${KEY}"}`+"\n", "KEY=CANARY-1")
	if err != nil {
		t.Fatal(err)
	}
	want := Propose{URL: "https://api.example.net/v1", Model: "small", Secret: "CANARY-1", Timeout: 45 * time.Second, PerDay: 100}
	if diff := cmp.Diff(want, cfg.Propose); diff != "" || !cfg.Propose.On() {
		t.Error(diff)
	}
	tests := map[string]string{
		`{model: small}`:                                                          "propose.url: is missing",
		`{automatic: true}`:                                                       "propose.url: is missing",
		`{url: "api.example.net", model: small}`:                                  "propose.url: is no web address",
		`{url: "ftp://api.example.net", model: small}`:                            "propose.url: is no web address",
		`{url: "https://u:CANARY-1@api.example.net", model: small}`:               "propose.url: holds more than",
		`{url: "https://api.example.net?key=CANARY-1", model: small}`:             "propose.url: holds more than",
		`{url: "http://api.example.net", model: small}`:                           "propose.url: would send",
		`{url: "https://api.example.net"}`:                                        "propose.model: is missing",
		`{url: "https://api.example.net", model: small, secret: "CANARY-1 x"}`:    "propose.secret: has blanks",
		`{url: "https://api.example.net", model: small, timeout: 10m}`:            "propose.timeout: is out of range",
		`{url: "https://api.example.net", model: small, per_day: 0}`:              "propose.per_day: 0 is out of range",
		`{url: "https://api.example.net", model: small, allow_private: [""]}`:     "propose.allow_private[0]: is empty",
		`{url: "https://api.example.net", model: small, key: x}`:                  "propose.key: unknown key",
		`{url: "http://llm.lab.example/v1", model: small, tls: {insecure: true}}`: "",
		`{url: "http://127.0.0.1:11434/v1", model: small}`:                        "",
	}
	for text, want := range tests {
		t.Run(want, func(t *testing.T) { // the name of the file holds that of the test
			_, err := load(t, "propose: "+text+"\n")
			switch {
			case want == "" && err != nil:
				t.Error(err)
			case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
				t.Errorf("%v, want %q", err, want)
			case err != nil && strings.Contains(err.Error(), "CANARY"):
				t.Errorf("the error shows it: %v", err)
			}
		})
	}
}
