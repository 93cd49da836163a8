package app_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestServeWithADefinitionThatIsWrong holds that the service leaves it out
// alone and says so in the log and the metrics, while everything else runs.
func TestServeWithADefinitionThatIsWrong(t *testing.T) {
	server := mailServer(t, 12)
	in := install(t, server)
	text, err := os.ReadFile(in.config)
	if err != nil {
		t.Fatal(err)
	}
	own := fmt.Sprintf("parsers: {folder: %q}\n", ownParsers(t))
	if err := os.WriteFile(in.config, append(text, own...), 0o600); err != nil {
		t.Fatal(err)
	}
	s := in.serve(t)
	until(t, "all mails processed", func() bool {
		return s.count(t, "/api/plugins/circuit-maintenance/rawnotification/") == 12 && s.count(t, "/api/v1/maintenances") == 4
	})
	_, figures := s.get(t, "/metrics")
	if want := "\nlineman_parser_definition_disabled{definition=\"bad.yaml\"} 1\n"; strings.Count(figures, "lineman_parser_definition_disabled{") != 1 || !strings.Contains(figures, want) {
		t.Errorf("the metrics lack %q", want)
	}
	s.stop(t)
	for _, want := range []string{`level=ERROR msg="a provider definition is disabled`, `bad.yaml:2: label: is no key`, `msg="a provider definition is in use"`, `provider=quaynet`} {
		if !strings.Contains(s.log.String(), want) {
			t.Errorf("the log lacks %s:\n%s", want, s.log)
		}
	}
	var out strings.Builder
	doctor := in.command("doctor")
	doctor.Stdout = &out
	if err := doctor.Run(); err == nil || doctor.ProcessState.ExitCode() != 1 {
		t.Errorf("doctor ended with %v", err)
	}
	for _, want := range []string{"\nok    source noc: ", "\nok    database writable: ", "\nfail  parser definition bad.yaml: disabled: bad.yaml:2: label: "} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("doctor does not say %q:\n%s", want, out.String())
		}
	}
}
