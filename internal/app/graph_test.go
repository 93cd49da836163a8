package app_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lineman/internal/fake/graph"
	"lineman/internal/fake/traffic"
)

// TestGraph reads and labels a mailbox behind Graph with the program itself,
// and goes on where it stopped.
func TestGraph(t *testing.T) {
	server, err := graph.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	inbox := server.Folder("inbox")
	var ids []string
	add := func(to int) {
		for i := len(ids); i < to; i++ {
			raw, received := traffic.Mail(i)
			ids = append(ids, server.Add(inbox, raw, received))
		}
	}
	add(120)
	if err := server.SetCategories(ids[0], "Mine"); err != nil {
		t.Fatal(err)
	}
	in := installation{dir: t.TempDir(), bin: binary(t)}
	in.config = filepath.Join(in.dir, "lineman.yaml")
	text := fmt.Sprintf(`database: {url: "sqlite:%s"}
log: {level: warn}
raw_notification_initial_days_since: 3650
notification_sources:
  - name: noc
    url: graph://%s
    account: %s
    client_id: %s
    secret: %s
    api_url: %s
    token_url: %s
    labels: {parsed: m-parsed, ignored: m-ignored, parsing-failed: m-failed, unknown-provider: m-stranger, unknown-cids: m-cids, out-of-sequence: m-late}
`, filepath.Join(in.dir, "lineman.db"), graph.Tenant, graph.Account, graph.ClientID, graph.Secret, server.URL(), server.TokenURL())
	if err := os.WriteFile(in.config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if out := in.run(t, "ingest"); !strings.Contains(out, "\nfetched 120, new 120, parsed 118, ignored 0, failed 0, unknown-provider 2,") {
		t.Errorf("first pass:\n%s", out)
	}
	for i, id := range ids {
		list, read, err := server.Categories(id)
		ours := slices.ContainsFunc(list, func(c string) bool { return strings.HasPrefix(c, "m-") })
		if err != nil || !ours || read || i == 0 && !slices.Contains(list, "Mine") {
			t.Errorf("message %d: categories %q, read %v, %v", i, list, read, err)
		}
	}
	add(150)
	if out := in.run(t, "ingest"); !strings.Contains(out, "\nfetched 30, new 30,") {
		t.Errorf("second pass:\n%s", out)
	}
	server.SetFaults(graph.Faults{Forbidden: true})
	out, err := in.command("ingest").Output()
	if err == nil || !strings.Contains(string(out), "noc: FAILED: ") || !strings.Contains(string(out), "Mail.Read") {
		t.Errorf("without the right to read: %v\n%s", err, out)
	}
}
