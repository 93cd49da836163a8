package app_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lineman/internal/fake/gmail"
	"lineman/internal/fake/traffic"
)

// gmailInstallation is an installation with one source at Gmail.
type gmailInstallation struct {
	installation
	server  *gmail.Server
	address string // where serve listens
}

// installGmail makes an installation with a mailbox of n mails. file makes the
// credentials file for the service's public address; settings are further
// lines of the configuration's top level.
func installGmail(t *testing.T, n int, file func(*gmail.Server, string) []byte, settings ...string) gmailInstallation {
	t.Helper()
	server, err := gmail.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close()
	dir := t.TempDir()
	in := gmailInstallation{installation{dir: dir, bin: binary(t), config: filepath.Join(dir, "lineman.yaml")}, server, address}
	in.write(t, "gmail.json", file(server, "http://"+address))
	in.configure(t, settings...)
	in.write(t, "circuits.csv", traffic.CircuitsCSV())
	in.deliver(0, n)
	return in
}

func (in gmailInstallation) write(t *testing.T, name string, text []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(in.dir, name), text, 0o600); err != nil {
		t.Fatal(err)
	}
}

func (in gmailInstallation) configure(t *testing.T, settings ...string) {
	t.Helper()
	in.write(t, "lineman.yaml", fmt.Appendf(nil, `database: {url: "sqlite:%s"}
log: {level: warn}
http: {address: "%s", public_url: "http://%s"}
raw_notification_initial_days_since: 3650
%s
notification_sources:
  - name: noc
    url: https://accounts.google.com/o/oauth2/auth
    api_url: %s
    account: %s
    credentials_file: %s
    extra_scopes: [%s]
    labels: {parsed: m/parsed, ignored: m/ignored, parsing-failed: m/failed, unknown-provider: m/stranger, unknown-cids: m/cids, out-of-sequence: m/late}
`, filepath.Join(in.dir, "lineman.db"), in.address, in.address, strings.Join(settings, "\n"),
		in.server.URL(), gmail.Account, filepath.Join(in.dir, "gmail.json"), gmail.ScopeModify))
}

func (in gmailInstallation) deliver(from, to int) (ids []string) {
	for i := from; i < to; i++ {
		raw, received := traffic.Mail(i)
		ids = append(ids, in.server.Add(raw, received, "INBOX"))
	}
	return ids
}

// fails runs a command that must fail and gives all that it printed.
func (in gmailInstallation) fails(t *testing.T, args ...string) string {
	t.Helper()
	out, err := in.command(args...).CombinedOutput()
	if err == nil {
		t.Errorf("lineman %s did not fail:\n%s", strings.Join(args, " "), out)
	}
	return string(out)
}

func serviceAccount(s *gmail.Server, _ string) []byte { return s.ServiceAccount() }

func webClient(s *gmail.Server, public string) []byte {
	return s.Client("web", public+"/oauth/google/callback")
}

// TestGmail reads and labels a mailbox as a service account.
func TestGmail(t *testing.T) {
	in := installGmail(t, 0, serviceAccount)
	in.run(t, "circuits", "import", filepath.Join(in.dir, "circuits.csv"))
	ids := in.deliver(0, 60)
	if out := in.run(t, "sources", "validate"); out != "noc: ok; [Gmail]/All Mail (one message was read); labels can be set\n" {
		t.Errorf("validate: %s", out)
	}
	if n := len(in.server.LabelNames()); n != 0 {
		t.Errorf("validate made %d labels", n)
	}
	if out := in.run(t, "ingest"); !strings.Contains(out, "\nfetched 60, new 60,") || !strings.Contains(out, "failed 0,") {
		t.Errorf("first pass:\n%s", out)
	}
	for _, id := range ids {
		labels := in.server.Labels(id)
		if !slices.ContainsFunc(labels, func(l string) bool { return strings.HasPrefix(l, "m/") }) || !slices.Contains(labels, "UNREAD") || !slices.Contains(labels, "INBOX") {
			t.Errorf("message %s has the labels %v, want one of ours, still unread and in the inbox", id, labels)
		}
	}
	if out := in.run(t, "sources", "labels", "noc"); !strings.Contains(out, "Label_1") || !strings.Contains(out, "m/parsed") {
		t.Errorf("labels:\n%s", out)
	}
	in.deliver(60, 63)
	if out := in.run(t, "ingest"); !strings.Contains(out, "\nfetched 3, new 3,") { // the labels are no news
		t.Errorf("second pass:\n%s", out)
	}
	in.server.ForgetHistory()
	in.deliver(63, 65)
	if out := in.run(t, "ingest"); !strings.Contains(out, "\nfetched 2, new 2,") {
		t.Errorf("with a forgotten history:\n%s", out)
	}
	in.readOnly(t)
	in.server.Delegate(gmail.ScopeRead)
	if out := in.fails(t, "sources", "validate", "noc"); !strings.Contains(out, "noc: FAILED: ") || !strings.Contains(out, "domain-wide delegation") {
		t.Errorf("without delegation:\n%s", out)
	}
}

// readOnly reads with the scope for reading alone: without labels, which is
// said once.
func (in gmailInstallation) readOnly(t *testing.T) {
	t.Helper()
	text, err := os.ReadFile(in.config)
	if err != nil {
		t.Fatal(err)
	}
	narrow := strings.Replace(string(text), "    extra_scopes: ["+gmail.ScopeModify+"]\n", "", 1)
	in.write(t, "lineman.yaml", []byte("unknown_senders: skip\n"+narrow))
	ids := in.deliver(65, 67)
	out, err := in.command("ingest").CombinedOutput()
	if err != nil || !strings.Contains(string(out), "\nfetched 2, new 2,") || strings.Count(string(out), "read without labels") != 1 {
		t.Errorf("with the scope for reading: %v\n%s", err, out)
	}
	for _, id := range ids {
		if labels := in.server.Labels(id); len(labels) != 2 {
			t.Errorf("message %s has the labels %v", id, labels)
		}
	}
	if out := in.run(t, "sources", "validate"); !strings.Contains(out, "noc: ok; ") || !strings.Contains(out, "labels cannot be set: ") {
		t.Errorf("validate:\n%s", out)
	}
	in.write(t, "lineman.yaml", text)
}

// validate starts `sources validate noc`, opens the address that it prints as
// a browser does, and gives what the browser showed and the command printed.
func (in gmailInstallation) validate(t *testing.T) (page, visited, out string, err error) {
	t.Helper()
	cmd := in.command("sources", "validate", "noc")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for lines := bufio.NewScanner(pipe); lines.Scan(); {
		fmt.Fprintln(&text, lines.Text())
		if strings.HasPrefix(lines.Text(), in.server.URL()+"/o/oauth2/auth?") {
			page, visited = browse(t, lines.Text())
		}
	}
	err = cmd.Wait()
	return page, visited, text.String() + stderr.String(), err
}

// browse opens an address and follows to where it leads.
func browse(t *testing.T, address string) (page, visited string) {
	t.Helper()
	resp, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if resp.Header.Get("Referrer-Policy") != "no-referrer" || resp.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("the page may be kept: %v", resp.Header)
	}
	return fmt.Sprint(resp.StatusCode, " ", string(body)), resp.Request.URL.String()
}

const key = `secret_key: "a key of this installation"`

// TestGmailConsent gets a person's consent through the running service, reads
// with it, and meets it withdrawn.
func TestGmailConsent(t *testing.T) {
	in := installGmail(t, 5, webClient, key)
	if out := in.fails(t, "ingest"); !strings.Contains(out, "no consent") || !strings.Contains(out, "lineman sources validate noc") {
		t.Errorf("without consent:\n%s", out)
	}
	s := in.serve(t)
	for _, refusal := range []struct {
		does gmail.Consent
		says string
	}{
		{gmail.Consent{Account: gmail.Account, Deny: true}, "consent was refused"},
		{gmail.Consent{Account: "private@gmail.example"}, "mailbox of private@gmail.example, but account is " + gmail.Account},
		{gmail.Consent{Account: gmail.Account, Scopes: []string{gmail.ScopeRead}}, "not everything was granted"},
	} {
		in.server.SetConsent(refusal.does)
		page, _, out, err := in.validate(t)
		if err == nil || !strings.HasPrefix(page, "400 ") || !strings.Contains(page, refusal.says) || !strings.Contains(out, "noc: FAILED: "+"") || !strings.Contains(out, refusal.says) {
			t.Errorf("want %q; the browser shows %s; the command: %v\n%s", refusal.says, page, err, out)
		}
	}
	in.server.SetConsent(gmail.Consent{Account: gmail.Account})
	page, visited, out, err := in.validate(t)
	if err != nil || !strings.HasPrefix(page, "200 lineman may read the mailbox of the source noc") || !strings.Contains(out, "noc: ok; ") {
		t.Fatalf("the browser shows %s; the command: %v\n%s", page, err, out)
	}
	if again, _ := browse(t, visited); !strings.HasPrefix(again, "400 ") {
		t.Errorf("the answer was taken twice: %s", again)
	}
	s.stop(t)
	if out := in.run(t, "ingest"); !strings.Contains(out, "fetched 5, new 5,") && !strings.Contains(out, "fetched 0, new 0,") {
		t.Errorf("with consent:\n%s", out)
	}
	for _, log := range []string{s.log.String(), in.files(t)} {
		for _, secret := range []string{"1//", "ya29.", "GOCSPX"} {
			if strings.Contains(log, secret) {
				t.Errorf("a secret that begins with %s is readable", secret)
			}
		}
	}
	in.exchangesKeys(t)
	in.server.Revoke()
	if out := in.fails(t, "ingest"); !strings.Contains(out, "withdrawn or has expired") || !strings.Contains(out, "was dropped; run: lineman sources validate noc") {
		t.Errorf("withdrawn:\n%s", out)
	}
	if out := in.fails(t, "ingest"); !strings.Contains(out, "no consent to read the mailbox was given yet") {
		t.Errorf("after the token was dropped:\n%s", out)
	}
}

// exchangesKeys changes secret_key with the old one kept beside it.
func (in gmailInstallation) exchangesKeys(t *testing.T) {
	t.Helper()
	in.configure(t, `secret_key: "another"`)
	if out := in.fails(t, "ingest"); !strings.Contains(out, "second secret_key") {
		t.Errorf("with another key:\n%s", out)
	}
	in.configure(t, `secret_key: ["another", "a key of this installation"]`)
	in.server.Expire()
	in.run(t, "ingest") // stores a refreshed token under the new key
	in.configure(t, `secret_key: "another"`)
	in.run(t, "ingest")
}

// files gives everything that the installation's database holds.
func (in gmailInstallation) files(t *testing.T) string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(in.dir, "lineman.db*"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no database: %v", err)
	}
	var all strings.Builder
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	return all.String()
}

// TestGmailInstalledClient takes consent on a port of the machine.
func TestGmailInstalledClient(t *testing.T) {
	in := installGmail(t, 2, func(s *gmail.Server, _ string) []byte { return s.Client("installed", "http://localhost") }, key)
	page, _, out, err := in.validate(t)
	if err != nil || !strings.HasPrefix(page, "200 ") || !strings.Contains(out, "noc: ok; ") {
		t.Fatalf("the browser shows %s; the command: %v\n%s", page, err, out)
	}
	if _, _, out, err := in.validate(t); err != nil || strings.Contains(out, "open this address") {
		t.Errorf("the second time: %v\n%s", err, out)
	}
	if out := in.run(t, "doctor"); !strings.Contains(out, "source noc: ") || !strings.Contains(out, "lineman sources validate noc") {
		t.Errorf("doctor:\n%s", out)
	}
	in.server.Revoke() // with an access token that has not lapsed
	if page, _, out, err := in.validate(t); err != nil || !strings.HasPrefix(page, "200 ") {
		t.Errorf("after it was withdrawn: %v\n%s", err, out)
	}
}

// TestGmailSettings meets configurations that cannot work: one sentence, exit
// code 2.
func TestGmailSettings(t *testing.T) {
	in := installGmail(t, 0, webClient)
	exit := func(args ...string) (int, string) {
		cmd := in.command(args...)
		out, _ := cmd.CombinedOutput() // the exit code says it
		return cmd.ProcessState.ExitCode(), string(out)
	}
	for name, test := range map[string]struct {
		file, says string
	}{
		"no secret_key":     {string(webClient(in.server, "http://"+in.address)), "secret_key: is missing"},
		"no JSON":           {"Lorem", "is no JSON file"},
		"another file":      {`{"type": "authorized_user"}`, "is neither"},
		"no key":            {`{"type": "service_account", "client_email": "a@b.example", "private_key": "x"}`, "without its key"},
		"not encrypted":     {strings.ReplaceAll(string(webClient(in.server, "")), in.server.URL(), "http://tokens.example"), "https://"},
		"an empty web file": {`{"web": {}}`, "names no client_id"},
	} {
		in.write(t, "gmail.json", []byte(test.file))
		if code, out := exit("sources", "validate"); code != 2 || !strings.Contains(out, test.says) || strings.Count(out, "\n") != 1 {
			t.Errorf("%s: exit code %d, want 2 and %q:\n%s", name, code, test.says, out)
		}
	}
	in.write(t, "gmail.json", in.server.Client("web", "http://elsewhere.example/"))
	in.configure(t, key)
	if out := in.fails(t, "sources", "validate"); !strings.Contains(out, "redirect addresses") || !strings.Contains(out, in.address+"/oauth/google/callback") {
		t.Errorf("an address that is not registered:\n%s", out)
	}
}
