package app_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lineman/internal/fake/postfix"
	"lineman/internal/fake/traffic"
	"lineman/models"
)

// installBare makes an installation in a folder with these lines behind the
// settings of the database.
func installBare(t testing.TB, dir, database, more string) installation {
	t.Helper()
	in := installation{dir: dir, bin: binary(t), config: filepath.Join(dir, "lineman.yaml")}
	text := fmt.Sprintf("database: {url: %q}\nlog: {level: warn}\nhttp: {address: \"127.0.0.1:0\"}\nraw_notification_initial_days_since: 3650\n%s", database, more)
	write(t, in.config, []byte(text))
	circuits := filepath.Join(dir, "circuits.csv")
	write(t, circuits, traffic.CircuitsCSV())
	in.run(t, "circuits", "import", circuits)
	return in
}

func write(t testing.TB, file string, text []byte) {
	t.Helper()
	if err := os.WriteFile(file, text, 0o644); err != nil {
		t.Fatal(err)
	}
}

// pipe hands a mail to `lineman ingest -`.
func (in installation) pipe(raw []byte, env ...string) (code int, killed bool, out string) {
	c := in.command("ingest", "-")
	c.Stdin = bytes.NewReader(raw)
	c.Env = append(os.Environ(), env...)
	var text bytes.Buffer
	c.Stdout, c.Stderr = &text, &text
	if err := c.Run(); err != nil && c.ProcessState == nil {
		return -1, false, err.Error()
	}
	return c.ProcessState.ExitCode(), !c.ProcessState.Exited(), text.String()
}

func plain(t testing.TB, more string) installation {
	t.Helper()
	dir := t.TempDir()
	return installBare(t, dir, "sqlite:"+filepath.Join(dir, "lineman.db"), more)
}

// TestPipe takes mail, and asks for it again in every other case: a mail server
// sends a mail back to its sender for any code but these two.
func TestPipe(t *testing.T) {
	in := plain(t, "")
	mail, _ := traffic.Mail(0)
	for i, says := range []string{": parsed\n", ": parsed, known before\n"} {
		if code, _, out := in.pipe(mail); code != 0 || !strings.HasSuffix(out, says) {
			t.Errorf("time %d: exit %d: %s", i, code, out)
		}
	}
	framed := append([]byte("From noc@carrier.example Mon Mar  2 08:00:00 2026\n"), mail...)
	if code, _, out := in.pipe(framed); code != 0 || !strings.Contains(out, "known before") {
		t.Errorf("with a line before it: exit %d: %s", code, out)
	}
	if code, _, out := in.pipe([]byte("\x00\xff no mail at all")); code != 0 {
		t.Errorf("bytes that are no mail must be kept all the same: exit %d: %s", code, out)
	}
	for name, change := range map[string]func(in *installation){
		"an unknown key":       func(in *installation) { in.rewrite(t, "log:", "logg:") },
		"no such database":     func(in *installation) { in.rewrite(t, "sqlite:/", "sqlite:/nowhere/") },
		"PostgreSQL away":      func(in *installation) { in.rewrite(t, "sqlite:/", "postgres://127.0.0.1:1/") },
		"a schema that is old": func(in *installation) { in.rewrite(t, "lineman.db\"", "other.db\", migrate: off") },
		"a wrong source": func(in *installation) {
			in.rewrite(t, "log:", "notification_sources: [{name: push, url: \"folder:///x\"}]\nlog:")
		},
		"no configuration": func(in *installation) { in.config = "/nowhere.yaml" },
	} {
		t.Run(name, func(t *testing.T) {
			in := plain(t, "")
			change(&in)
			if code, _, out := in.pipe(mail); code != 75 || !strings.HasPrefix(out, "lineman: ") || strings.Count(out, "\n") != 1 {
				t.Errorf("exit %d: %s", code, out)
			}
		})
	}
	if code, _, out := in.pipe(nil); code != 75 || !strings.Contains(out, "nothing in it") {
		t.Errorf("nothing: exit %d: %s", code, out)
	}
	if code, _, out := in.pipe(bytes.Repeat([]byte("x"), 25<<20+1)); code != 75 || !strings.Contains(out, "limit") {
		t.Errorf("too much: exit %d: %s", code, out)
	}
	c := in.command("ingest", "-", "--bogus")
	if c.Run(); c.ProcessState.ExitCode() != 75 {
		t.Errorf("an unknown flag: exit %d", c.ProcessState.ExitCode())
	}
}

// rewrite changes the configuration.
func (in installation) rewrite(t *testing.T, old, new string) {
	t.Helper()
	text, err := os.ReadFile(in.config)
	if err != nil || !bytes.Contains(text, []byte(old)) {
		t.Fatalf("no %q in the configuration: %v", old, err)
	}
	write(t, in.config, bytes.Replace(text, []byte(old), []byte(new), 1))
}

// TestKilledPipe kills the pipe at each step of a mail's way, before and after
// the commit, and hands the mail over again as a mail server does. Only the
// mails that were killed behind the commit are known then; none is lost and
// none doubled.
func TestKilledPipe(t *testing.T) {
	calm, crash := plain(t, ""), plain(t, "")
	for i, step := range []string{"keep", "kept", "attempt", "judged", "apply", "applied", "kept", "kept"} {
		mail, _ := traffic.Mail(i)
		if code, _, out := calm.pipe(mail); code != 0 {
			t.Fatalf("exit %d: %s", code, out)
		}
		if code, killed, out := crash.pipe(mail, "FAULT_AT="+step+":1"); !killed {
			t.Fatalf("not killed at %s: exit %d: %s", step, code, out)
		}
		if i >= 6 {
			continue // this one is left to whoever comes next
		}
		code, _, out := crash.pipe(mail)
		if code != 0 || strings.Contains(out, "known before") != (step != "keep") {
			t.Errorf("after a kill at %s: exit %d: %s", step, code, out)
		}
	}
	last, _ := traffic.Mail(8)
	for _, in := range []installation{calm, crash} {
		if code, _, out := in.pipe(last); code != 0 {
			t.Errorf("exit %d: %s", code, out)
		}
	}
	if d := cmp.Diff(records(t, calm), records(t, crash)); d != "" {
		t.Errorf("records after the kills differ from calm ones (-calm +killed):\n%s", d)
	}
}

// TestPostfix has a real mail server hand its mail over: to a configuration
// that is off, to processes that are killed before and after the commit, and at
// last to one that works. No mail is lost, doubled or sent back.
func TestPostfix(t *testing.T) {
	server := postfix.New(t)
	dir := server.Work()
	in := installBare(t, dir, "sqlite:"+filepath.Join(dir, "lineman.db"), "")
	program, err := os.ReadFile(in.bin)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "lineman"), program, 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "off.yaml"), []byte("nonsense: 1\n"))
	if err := os.Mkdir(filepath.Join(dir, "tries"), 0o777); err != nil {
		t.Fatal(err)
	}
	for _, open := range []string{"tries", "lineman.db", "lineman.db-wal", "lineman.db-shm"} {
		if err := os.Chmod(filepath.Join(dir, open), 0o777); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	server.Start(fmt.Sprintf(`cd %s
n=$(ls tries | wc -l)
: >tries/$n
config=lineman.yaml
case $n in
0|5) config=off.yaml ;;
1|6) export FAULT_AT=keep:1 ;;
2|7) export FAULT_AT=kept:1 ;;
3) export FAULT_AT=judged:1 ;;
4) export FAULT_AT=applied:1 ;;
esac
exec ./lineman --config $config ingest -
`, dir))
	const mails = 12
	for i := range mails {
		raw, _ := traffic.Mail(i)
		server.Send(raw)
	}
	until(t, "an empty queue", func() bool { return server.Queued() == 0 })
	log := server.Log()
	if strings.Contains(log, "status=bounced") || strings.Count(log, "status=sent") != mails {
		t.Errorf("%d mails were taken, want %d and none sent back:\n%s", strings.Count(log, "status=sent"), mails, log)
	}
	if n := strings.Count(log, "status=deferred"); n != 8 {
		t.Errorf("%d tries were put off, want 8", n)
	}
	if code, _, out := in.pipe([]byte("From: a@b.example\nSubject: last\nMessage-ID: <last@b.example>\n\nx\n")); code != 0 {
		t.Errorf("exit %d: %s", code, out)
	}
	got := records(t, in)
	if len(got.States) != mails+1 || len(got.Maintenances) != mails/3 {
		t.Errorf("%d mails and %d maintenances, want %d and %d", len(got.States), len(got.Maintenances), mails+1, mails/3)
	}
	for id, state := range got.States {
		if state == string(models.StateReceived) {
			t.Errorf("mail %s was never processed", id)
		}
	}
}
