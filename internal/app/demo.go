package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"lineman/internal/config"
	"lineman/internal/fake/demo"
	"lineman/internal/fake/imap"
	"lineman/models"
)

// DemoOptions say how the demo meets its user.
type DemoOptions struct {
	HTTP        string // address; the next free port when it is taken
	Once        bool   // print and return, serve nothing
	In          io.Reader
	Out         io.Writer
	Interactive bool // In is a terminal: give the chat prompt
	Width       int  // columns of the terminal; 0: no limit
}

// Demo shows the whole product on sample mail: an IMAP server in the process,
// one pass of the real job over real IMAP into SQLite in a temporary folder,
// the maintenances, and then HTTP and chat until ctx or the chat ends.
func Demo(ctx context.Context, o Options, d DemoOptions) (err error) {
	if err := onLoopback(d.HTTP); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "lineman-demo-")
	if err != nil {
		return fmt.Errorf("make a folder for the demo: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if o.Now == nil {
		o.Now = time.Now
	}
	server, err := demoMailbox(o.Now())
	if err != nil {
		return err
	}
	defer server.Close()
	o.Config.Database = config.Database{URL: config.Secret("sqlite:" + filepath.Join(dir, "demo.db")), Migrate: "auto"}
	o.Config.HTTP.Address = d.HTTP
	o.Config.Metrics.Enable = true
	o.Config.Sources = []config.Source{demoSource(server)}
	o.OpenAccess = true
	a, err := Open(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	if err := a.demoPass(ctx, server, d); err != nil || d.Once {
		return err
	}
	return a.demoServe(ctx, d)
}

// demoMailbox starts an IMAP server with the sample mail.
func demoMailbox(now time.Time) (*imap.Server, error) {
	mails := demo.Mails(now)
	var folders []string
	seen := map[string]bool{"INBOX": true}
	for _, m := range mails {
		if !seen[m.Folder] {
			seen[m.Folder] = true
			folders = append(folders, m.Folder)
		}
	}
	server, err := imap.Start(imap.Options{Folders: folders})
	if err != nil {
		return nil, fmt.Errorf("start the demo's mail server: %w", err)
	}
	for _, m := range mails {
		if _, err := server.Add(m.Folder, m.Raw, m.Received); err != nil {
			server.Close()
			return nil, fmt.Errorf("fill the demo's mailbox: %w", err)
		}
	}
	return server, nil
}

func demoSource(server *imap.Server) config.Source {
	labels := map[string]string{}
	for _, k := range models.LabelKeys {
		labels[k] = "maint/" + k
	}
	return config.Source{
		Name: "demo-imap", URL: "imap+plain://" + server.PlainAddr(),
		Account: server.User(), Secret: config.Secret(server.Password()),
		Folders: []string{"INBOX", "Providers/*"}, AttachAllProviders: true,
		Auth: "login", LabelMode: "keyword", Labels: labels, Mode: "live",
	}
}

// demoPass fills the inventory, reads the mailbox and prints what came of it.
func (a *App) demoPass(ctx context.Context, server *imap.Server, d DemoOptions) error {
	if _, err := a.Import(ctx, "sites", bytes.NewReader(demo.SitesCSV())); err != nil {
		return err
	}
	circuits, err := a.Import(ctx, "circuits", bytes.NewReader(demo.CircuitsCSV()))
	if err != nil {
		return err
	}
	fmt.Fprintf(d.Out, "A mailbox at imap://%s, %d circuits, one pass of the job:\n\n", server.PlainAddr(), circuits.Created)
	began := time.Now()
	sum, failed, err := a.Ingest(ctx, IngestOptions{}, func(r Report) {
		if r.Err != nil {
			fmt.Fprintf(d.Out, "%s: %v\n", r.Source, r.Err)
		}
	})
	if err != nil {
		return err
	}
	if failed {
		return errors.New("the demo's mailbox could not be read")
	}
	fmt.Fprintf(d.Out, "%s (%d ms)\n\n", Summary(sum), time.Since(began).Milliseconds())
	return a.demoTable(ctx, d)
}

// demoTable prints the maintenances as the chat command shows them.
func (a *App) demoTable(ctx context.Context, d DemoOptions) error {
	return a.Chat(ctx, ChatOptions{In: strings.NewReader("maintenance list\n"), Out: d.Out, Width: d.Width})
}

// demoServe serves until ctx or the chat ends.
func (a *App) demoServe(ctx context.Context, d DemoOptions) error {
	listener, err := nextFree(d.HTTP)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	up := make(chan struct{})
	served := make(chan error, 1)
	go func() {
		served <- a.serveOn(ctx, listener, func(net.Addr) { close(up) })
	}()
	select {
	case err := <-served:
		return err
	case <-up:
	}
	a.demoURLs(d.Out, listener.Addr())
	if d.Interactive {
		fmt.Fprintf(d.Out, "\nAsk: help, maintenance list, maintenance show NAME, circuit show CID. Ctrl-D ends.\n\n")
		chatErr := a.Chat(ctx, ChatOptions{In: d.In, Out: d.Out, Interactive: true, Width: d.Width})
		cancel()
		return errors.Join(chatErr, <-served)
	}
	fmt.Fprintf(d.Out, "\nCtrl-C ends.\n")
	return <-served
}

func (a *App) demoURLs(out io.Writer, addr net.Addr) {
	base := "http://" + addr.String()
	fmt.Fprintln(out, "Open without a token, on this machine only:")
	for _, u := range []struct{ path, what string }{
		{"/metrics", "each circuit's status for Prometheus"},
		{"/api/v1/maintenances", "REST"},
		{"/api/plugins/circuit-maintenance/maintenance/", "the paths that existing scripts use"},
		{"/openapi.json", "what REST offers"},
	} {
		fmt.Fprintf(out, "  %s%-46s %s\n", base, u.path, u.what)
	}
}

// onLoopback refuses to open the demo, which asks for no token, to others.
func onLoopback(address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return models.Invalid("--http", "%q is no address; write for example 127.0.0.1:8080", address)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return models.Invalid("--http", "the demo asks for no token and so serves this machine only; write for example 127.0.0.1:8080 instead of %q", address)
	}
	return nil
}

// nextFree listens on the address, or on one of the next ports when it is
// taken.
func nextFree(address string) (net.Listener, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, models.Invalid("--http", "%q is no address; write for example 127.0.0.1:8080", address)
	}
	first, err := net.LookupPort("tcp", port)
	if err != nil {
		return nil, models.Invalid("--http", "%q is no port", port)
	}
	var last error
	for p := first; p < first+100 && p < 65536; p++ {
		listener, err := net.Listen("tcp", net.JoinHostPort(host, fmt.Sprint(p)))
		if err == nil {
			return listener, nil
		}
		last = err
	}
	return nil, models.Invalid("--http", "no free port from %s on: %v", address, last)
}
