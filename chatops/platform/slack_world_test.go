package platform_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lineman/chatops"
	"lineman/chatops/platform"
	"lineman/internal/config"
	fake "lineman/internal/fake/slack"
	"lineman/internal/webclient"
	"lineman/models"
)

// clock is a time that tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// journal is a command log in memory.
type journal struct {
	mu       sync.Mutex
	commands []models.ChatCommand
	down     error
	slow     chan struct{} // closed when commands may be taken in
}

func (j *journal) AcceptCommand(ctx context.Context, c models.ChatCommand) (bool, error) {
	if j.slow != nil {
		select {
		case <-j.slow:
		case <-ctx.Done():
			return false, ctx.Err()
		}
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.down != nil {
		return false, j.down
	}
	if c.EventID != "" && slices.ContainsFunc(j.commands, func(o models.ChatCommand) bool { return o.EventID == c.EventID }) {
		return false, nil
	}
	j.commands = append(j.commands, c)
	return true, nil
}

func (j *journal) UpdateCommand(_ context.Context, c models.ChatCommand) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	for i := range j.commands {
		if j.commands[i].ID == c.ID {
			j.commands[i] = c
		}
	}
	return nil
}

func (j *journal) TouchCommands(context.Context, []string) error { return nil }

func (j *journal) ReclaimCommands(_ context.Context, _ string, untouched time.Time) ([]models.ChatCommand, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	var list []models.ChatCommand
	for i := range j.commands {
		if c := &j.commands[i]; c.State != models.ChatAnswered && c.Received.Before(untouched) {
			c.Attempts++
			list = append(list, *c)
		}
	}
	return list, nil
}

func (j *journal) all() []models.ChatCommand {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.commands)
}

// everybody lets everybody of the workspace do everything, but not in the
// channel C0OTHER.
type everybody struct{}

func (everybody) Grants(context.Context, string) ([]models.Grant, error) {
	grant := func(kind models.GrantKind, value string) models.Grant {
		return models.Grant{Kind: kind, Command: models.Any, Subcommand: models.Any, Value: value}
	}
	return []models.Grant{
		grant(models.GrantOrganization, models.Any), grant(models.GrantUser, models.Any),
		{Kind: models.GrantRule, Effect: models.GrantDeny, Command: models.Any, Subcommand: models.Any, Channels: []string{"C0OTHER"}},
		grant(models.GrantChannel, models.Any),
	}, nil
}

// counts are what was counted.
type counts struct {
	mu  sync.Mutex
	all map[string]int
}

func (c *counts) CountPlatform(name, event, kind string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.all == nil {
		c.all = map[string]int{}
	}
	c.all[name+" "+event+" "+kind]++
}

func (c *counts) of(what string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.all["slack "+what]
}

// sealed keeps secrets in memory.
type sealed struct {
	mu   sync.Mutex
	text map[string][]byte
}

func (s *sealed) Exchange(_ context.Context, name string, fresh func([]byte) ([]byte, error)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	text, err := fresh(s.text[name])
	if err == nil {
		if s.text == nil {
			s.text = map[string][]byte{}
		}
		s.text[name] = text
	}
	return err
}

// world is a workspace with lineman in it.
type world struct {
	t       testing.TB
	now     func() time.Time // the clock's
	ctx     context.Context
	clock   *clock
	slack   *fake.Server
	kim     fake.Person
	journal *journal
	counts  *counts
	secrets *sealed
	log     *strings.Builder
	logMu   sync.Mutex
	ran     chan string // commands that were run
	hold    chan struct{}

	set        config.Slack
	private    bool
	delete     bool
	platform   platform.Platform
	dispatcher *chatops.Dispatcher
	web        *httptest.Server
	stop       func()
}

func (w *world) Write(p []byte) (int, error) {
	w.logMu.Lock()
	defer w.logMu.Unlock()
	return w.log.Write(p)
}

func (w *world) logged() string {
	w.logMu.Lock()
	defer w.logMu.Unlock()
	return w.log.String()
}

// newWorld makes a workspace; change changes the settings before lineman is
// there. It takes requests in over sockets when there is an app token.
func newWorld(t testing.TB, change func(w *world, o *fake.Options)) *world {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	t.Cleanup(cancel)
	w := &world{
		t: t, ctx: ctx, clock: &clock{now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}, journal: &journal{}, counts: &counts{}, secrets: &sealed{},
		log: &strings.Builder{}, ran: make(chan string, 10_000), hold: make(chan struct{}),
	}
	o := fake.Options{Now: w.clock.Now}
	w.now = w.clock.Now
	w.set = config.Slack{APIToken: "xoxb-bot", SigningSecret: []config.Secret{"signing-secret"}, CommandPrefix: "/", EphemeralSize: 3000, Connections: 2}
	if change != nil {
		change(w, &o)
	}
	w.slack = fake.New(o)
	t.Cleanup(w.slack.Close)
	w.set.APIURL = w.slack.URL()
	w.kim = w.slack.Person("U0KIM")
	w.start()
	t.Cleanup(func() { w.stop() })
	return w
}

// start starts lineman, again after a crash.
func (w *world) start() {
	t := w.t
	t.Helper()
	logger := slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug}))
	var err error
	w.dispatcher, err = chatops.New(chatops.Options{
		Commands: w.commands(), Grants: everybody{}, Journal: w.journal, Logger: logger, Now: w.now, Key: []byte("a key of tickets"),
		Conversations: &chatops.Memory{}, Private: w.private, Accounts: chatops.Fixed{Name: "kim", Role: models.RoleAdmin, Scope: models.ScopeAll},
	})
	if err != nil {
		t.Fatal(err)
	}
	list := platform.All()
	member := list[slices.IndexFunc(list, func(m platform.Member) bool { return m.Name == "slack" })]
	w.platform, err = member.Open(platform.Options{
		Settings: config.Platforms{Slack: w.set}, Turns: w.dispatcher, Counter: w.counts, Logger: logger, Now: w.now, Secrets: w.secrets,
		Client: webclient.New(webclient.Options{Attempts: 3, Pause: time.Millisecond, Longest: 2 * time.Millisecond}), DeleteInput: w.delete,
	})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	for path, h := range w.platform.(platform.Webhooks).Routes() {
		mux.Handle("POST /"+path, h)
	}
	w.web = httptest.NewServer(mux)
	if w.set.AppToken == "" {
		w.slack.CallAt(w.web.URL)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- w.platform.Run(ctx) }()
	w.stop = func() {
		w.web.Close()
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run ended with %v", err)
		}
		w.stop = func() {}
		w.await(func() bool { now, _ := w.slack.Sockets(); return now == 0 })
	}
	if w.set.AppToken != "" {
		w.await(func() bool { now, _ := w.slack.Sockets(); return now == w.set.Connections })
	}
}

func (w *world) await(done func() bool) {
	w.t.Helper()
	if err := w.slack.Await(w.ctx, done); err != nil {
		w.t.Fatalf("%v\n%s", err, w.logged())
	}
}

func (w *world) message(part string) fake.Message {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, 20*time.Second)
	defer cancel()
	m, err := w.slack.AwaitMessage(ctx, part)
	if err != nil {
		var all []string
		for _, m := range w.slack.Messages() {
			all = append(all, m.All())
		}
		w.t.Fatalf("%v\nmessages: %s\ncalls: %v\n%s", err, strings.Join(all, "\n---\n"), w.slack.Calls(), w.logged())
	}
	return m
}

func (w *world) view(part string) fake.View {
	w.t.Helper()
	var found fake.View
	w.await(func() bool {
		for _, v := range w.slack.Views() {
			if strings.Contains(string(v.Content), part) {
				found = v
				return true
			}
		}
		return false
	})
	return found
}

// slash types a slash command in #noc.
func (w *world) slash(command, text string) fake.Delivery {
	w.t.Helper()
	return w.did(w.kim.Slash(w.ctx, "C0NOC", command, text))
}

func (w *world) did(d fake.Delivery, err error) fake.Delivery {
	w.t.Helper()
	if err != nil {
		w.t.Fatalf("%v\n%s", err, w.logged())
	}
	return d
}

// command is a command as the tests need them.
func (w *world) command(name string, run func(ctx context.Context, c chatops.Call) (chatops.Message, error), params ...chatops.Param) chatops.Subcommand {
	return chatops.Subcommand{
		Name: name, Summary: "does " + name, Role: models.RoleViewer, Example: "work " + name, Params: params,
		Run: func(ctx context.Context, c chatops.Call) (chatops.Message, error) {
			w.ran <- c.Again(nil)
			return run(ctx, c)
		},
	}
}

func (w *world) commands() []chatops.Command {
	say := func(_ context.Context, c chatops.Call) (chatops.Message, error) {
		return chatops.Say("ran %s", c.Again(nil)), nil
	}
	one := func(blocks ...chatops.Block) func(context.Context, chatops.Call) (chatops.Message, error) {
		return func(context.Context, chatops.Call) (chatops.Message, error) {
			return chatops.Message{Heading: "An answer", Blocks: blocks}, nil
		}
	}
	many := chatops.Param{Name: "item", Summary: "one of many", Kind: chatops.KindText, Required: true, Options: func(context.Context, chatops.Call) ([]chatops.Option, error) {
		var list []chatops.Option
		for i := range 250 {
			list = append(list, chatops.Option{Value: fmt.Sprintf("item-%03d", i), Label: fmt.Sprintf("Item %d", i)})
		}
		return list, nil
	}}
	var fields []chatops.Param
	for i := 1; i <= 12; i++ {
		fields = append(fields, chatops.Param{Name: fmt.Sprintf("p%d", i), Summary: fmt.Sprintf("Field %d", i), Kind: chatops.KindText, Required: true})
	}
	table := chatops.Table{Title: "Many", Columns: []string{"name", "what"}}
	for i := range 300 {
		table.Rows = append(table.Rows, []chatops.Inline{chatops.C(fmt.Sprintf("row-%03d", i)), chatops.T("=formula")})
	}
	set := w.command("set", say, chatops.Param{Name: "value", Summary: "the new value", Kind: chatops.KindText, Required: true})
	set.Writes = true
	direct := func(context.Context, chatops.Call) (chatops.Message, error) {
		m := chatops.Say("for you alone")
		m.Direct = true
		return m, nil
	}
	hidden := func(context.Context, chatops.Call) (chatops.Message, error) {
		return chatops.Message{Private: true, Blocks: []chatops.Block{chatops.Text{Inline: chatops.T("a hidden table")}, table}}, nil
	}
	paged := func(_ context.Context, c chatops.Call) (chatops.Message, error) {
		next := chatops.Button{Label: "Next page", Command: "work paged page=" + fmt.Sprint(c.Int("page", 1)+1)}
		return chatops.Message{Replace: c.Request.Ticket != "", Blocks: []chatops.Block{
			chatops.Text{Inline: chatops.T("this is page %d", c.Int("page", 1))}, chatops.Actions{Buttons: []chatops.Button{next}},
		}}, nil
	}
	return []chatops.Command{{Name: "work", Summary: "the work", Subcommands: []chatops.Subcommand{
		w.command("list", say, chatops.Param{Name: "filter", Summary: "what", Kind: chatops.KindText, Rest: true}),
		w.command("pick", say, many),
		w.command("fill", say, fields...),
		w.command("number", say, chatops.Param{Name: "name", Summary: "a name", Kind: chatops.KindText, Required: true}, chatops.Param{Name: "count", Summary: "how many", Kind: chatops.KindInt, Min: 1, Max: 9, Required: true}),
		set,
		w.command("direct", direct),
		w.command("hidden", hidden),
		w.command("paged", paged, chatops.Param{Name: "page", Summary: "page", Kind: chatops.KindInt, NameOnly: true}),
		w.command("table", one(table)),
		w.command("picture", one(chatops.Image{Name: "graph.png", MediaType: "image/png", Bytes: []byte("png"), Alt: "A graph"}, chatops.Text{Inline: chatops.T("see the graph")})),
		w.command("huge", one(chatops.Text{Inline: chatops.T("%s", strings.Repeat("word ", 12_000))})),
		w.command("wait", func(ctx context.Context, c chatops.Call) (chatops.Message, error) {
			select {
			case <-w.hold:
			case <-ctx.Done():
			}
			return chatops.Say("waited"), nil
		}),
	}}}
}

var _ io.Writer = (*world)(nil)
