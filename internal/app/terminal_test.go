package app_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/creack/pty"

	"lineman/internal/fake/traffic"
)

// screen is a program in a pseudo-terminal, and all that it has written.
type screen struct {
	t    *testing.T
	cmd  *exec.Cmd
	file *os.File
	done chan struct{} // the program has let go of the terminal

	mu   sync.Mutex
	more *sync.Cond
	text string
	seen int // what expect went over already
	end  bool
}

// moves are what a terminal does, and not what it shows.
var moves = regexp.MustCompile(`\x1b\[[0-9;?]*[A-Za-z]`)

func openScreen(t *testing.T, cmd *exec.Cmd) *screen {
	t.Helper()
	file, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 40, Cols: 100})
	if err != nil {
		t.Skipf("no pseudo-terminal here: %v", err)
	}
	s := &screen{t: t, cmd: cmd, file: file, done: make(chan struct{})}
	s.more = sync.NewCond(&s.mu)
	go s.read()
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it has ended, unless the test failed
		<-s.done
		if err := file.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func (s *screen) read() {
	defer close(s.done)
	b := make([]byte, 4096)
	for {
		n, err := s.file.Read(b)
		s.mu.Lock()
		s.text += string(b[:n])
		s.end = err != nil
		s.more.Broadcast()
		s.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// expect waits for a text behind what was expected before.
func (s *screen) expect(want string) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		shown := moves.ReplaceAllString(s.text, "")
		if at := strings.Index(shown[min(s.seen, len(shown)):], want); at >= 0 {
			s.seen += at + len(want)
			return
		}
		if s.end {
			s.t.Fatalf("the program ended without %q; the last that it showed is\n%s", want, shown[min(s.seen, len(shown)):])
		}
		s.more.Wait()
	}
}

func (s *screen) press(keys string) {
	s.t.Helper()
	if _, err := s.file.WriteString(keys); err != nil {
		s.t.Fatal(err)
	}
}

const (
	ctrlC = "\x03"
	ctrlD = "\x04"
	tab   = "\t"
	enter = "\r"
	up    = "\x1b[A"
)

// TestTerminal drives the program as a person at a terminal does: completion,
// menus, forms, a confirmation, history, and Ctrl-C in each place.
func TestTerminal(t *testing.T) {
	in := plain(t, "")
	raw, _ := traffic.Mail(0) // the first maintenance, of the first provider
	if code, _, out := in.pipe(raw); code != 0 {
		t.Fatalf("ingest: %d %s", code, out)
	}
	name := strings.Fields(strings.Split(in.run(t, "chat", "maintenance", "list"), "\n")[3])[0]

	s := openScreen(t, in.command("chat"))
	s.expect("lineman> ")

	s.press("mai" + tab)
	s.expect("maintenance ")
	s.press("lis" + tab)
	s.expect("list ")
	s.press("prov" + tab)
	s.expect("provider=")
	s.press(ctrlC)
	s.expect("lineman> ")
	s.press("maintenance lis" + tab + enter)
	s.expect("1 maintenance")
	s.expect(name)
	s.expect("lineman> ")

	s.press("get-circuit" + tab)
	s.expect("get-circuit-connections")
	s.press("s" + enter)
	s.expect("filter-type: ")
	s.press("1" + enter)
	s.expect("filter-value: ")
	s.press("zay" + tab + enter)
	s.expect("/OGYX/")
	s.expect("Next page: get-circuits filter-type=provider filter-value=zayo page=2")
	s.expect("Shortcut: get-circuits filter-type=provider filter-value=zayo")
	s.expect("lineman> ")
	s.press("get-circuits" + enter)
	s.expect("filter-type: ")
	s.press("loc" + ctrlC)
	s.expect("Given up")
	s.expect("lineman> ")

	s.press("maintenance whatif" + enter)
	s.expect("site: ")
	s.press("Nowhere" + enter)
	s.expect("start: ")
	s.press("22:00" + enter)
	s.expect("end: ")
	s.press("tomorrow" + enter)
	s.expect(`There is no site "Nowhere"`)
	s.expect("lineman> ")

	s.press("maintenance ack " + name + enter)
	s.expect("as it stands?")
	s.expect("yes or no: ")
	s.press(ctrlC)
	s.expect("Given up; nothing was done.")
	s.expect("lineman> ")
	s.press(up)
	s.expect("maintenance ack " + name)
	s.press(enter)
	s.expect("yes or no: ")
	s.press("yes" + enter)
	s.expect(name + " is acknowledged.")
	s.expect("lineman> ")
	s.press("maintenance show " + name + enter)
	s.expect("by terminal")
	s.expect("lineman> ")

	s.press("half a line" + ctrlC)
	s.expect("lineman> ")
	s.press(ctrlD)
	<-s.done
	if err := s.cmd.Wait(); err != nil {
		t.Errorf("it ended with %v", err)
	}
}

// TestChatOnce: a command given as arguments is answered alone, and the exit
// status says whether it did what was asked.
func TestChatOnce(t *testing.T) {
	in := plain(t, "")
	if out := in.run(t, "chat", "provider", "show", "zayo"); !strings.Contains(out, "slug") || strings.Contains(out, "lineman>") {
		t.Errorf("it printed\n%s", out)
	}
	if out := in.run(t, "chat", "circuit list provider=zayo"); !strings.Contains(out, "circuits") {
		t.Errorf("a whole line as one argument: it printed\n%s", out)
	}
	folder := t.TempDir()
	path := filepath.Join(folder, "circuits.csv")
	if out := in.run(t, "chat", "--files", folder, "circuit", "list", "format=csv"); !strings.Contains(out, "saved as "+path) {
		t.Errorf("it printed\n%s", out)
	}
	if file, err := os.ReadFile(path); err != nil || !strings.HasPrefix(string(file), "circuit,provider,type,") {
		t.Errorf("the file: %v\n%.200s", err, file)
	}
	for code, args := range map[int][]string{1: {"chat", "provider", "show", "no body"}, 2: {"chat", "--files", "/nonexistent", "about"}} {
		cmd := in.command(args...)
		out, _ := cmd.CombinedOutput() // the exit status is looked at
		if got := cmd.ProcessState.ExitCode(); got != code {
			t.Errorf("%q ended with %d, want %d:\n%s", args, got, code, out)
		}
		if code == 1 && !strings.Contains(string(out), `There is no provider "no body"`) {
			t.Errorf("%q printed\n%s", args, out)
		}
	}
}
