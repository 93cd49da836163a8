package platform

import (
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.yaml.in/yaml/v3"

	"lineman/chatops"
	"lineman/internal/config"
)

func TestLength(t *testing.T) {
	for text, want := range map[string]int{"": 0, "abc": 3, "日本": 2, "🔧": 2, "\xff": 1} {
		if got := length(text); got != want {
			t.Errorf("%q has the length %d, want %d", text, got, want)
		}
	}
}

func TestClipped(t *testing.T) {
	for _, tc := range []struct {
		text string
		most int
		want string
	}{
		{"short", 5, "short"}, {"longer", 5, "long…"}, {"two words", 5, "two…"}, {"🔧🔧🔧", 5, "🔧🔧…"}, {"🔧🔧🔧", 4, "🔧…"}, {"日本語", 2, "日…"},
	} {
		if got := clipped(tc.text, tc.most); got != tc.want {
			t.Errorf("%q cut to %d is %q, want %q", tc.text, tc.most, got, tc.want)
		}
	}
}

func TestChunks(t *testing.T) {
	for _, text := range []string{"", "a", strings.Repeat("word ", 1000), strings.Repeat("x", 1000), strings.Repeat("🔧", 1000), strings.Repeat("line\n", 500), strings.Repeat("日本 ", 333)} {
		list := chunks(text, 100)
		if strings.Join(list, "") != text {
			t.Errorf("something of %.20q… is lost", text)
		}
		for _, c := range list {
			if length(c) > 100 || len(list) > 1 && c == "" {
				t.Errorf("a piece of %d characters: %q", length(c), c)
			}
		}
	}
}

func TestPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := pace{every: time.Second, burst: 3, now: time.Now}
		began := time.Now()
		for n, want := range []time.Duration{0, 0, 0, 1, 2, 3} {
			if err := p.wait(t.Context(), "C1"); err != nil || time.Since(began) != want*time.Second {
				t.Errorf("message %d after %v, want %v s; %v", n, time.Since(began), int(want), err)
			}
		}
		if err := p.wait(t.Context(), "C2"); err != nil || time.Since(began) != 3*time.Second {
			t.Error("another channel waits, too")
		}
		time.Sleep(10 * time.Second)
		began = time.Now()
		for range 3 {
			if err := p.wait(t.Context(), "C1"); err != nil || time.Since(began) != 0 {
				t.Errorf("after a rest a message waits %v", time.Since(began))
			}
		}
	})
}

func TestRecent(t *testing.T) {
	now := time.Unix(0, 0)
	r := recent{now: func() time.Time { return now }, most: 3, lasts: time.Minute}
	if !r.first("a") || r.first("a") || !r.first("") || !r.first("") {
		t.Error("events are not told from repeats")
	}
	for _, id := range []string{"b", "c", "d", "e"} {
		if !r.first(id) {
			t.Errorf("%s is taken for a repeat", id)
		}
	}
	if len(r.seen) > 3 {
		t.Errorf("%d are remembered", len(r.seen))
	}
	now = now.Add(2 * time.Minute)
	if !r.first("e") {
		t.Error("an event is remembered for too long")
	}
}

func TestSlackPlain(t *testing.T) {
	for text, want := range map[string]string{
		"a &lt;b&gt; &amp;amp; c":                    "a <b> &amp; c",
		"<https://noc.example/x|noc.example/x> end":  "noc.example/x end",
		"<https://noc.example/x>":                    "https://noc.example/x",
		"<mailto:a@b.example|a@b.example>":           "a@b.example",
		"<mailto:a@b.example>":                       "a@b.example",
		"<#C1|noc> <@U1> <@U1|kim> 10.0.0.0/24 a/b/": "#noc @U1 @U1 10.0.0.0/24 a/b/",
		"&lt;!channel&gt;":                           "<!channel>",
	} {
		if got := slackPlain(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
	for text, want := range map[string]string{
		"<@U0BOT> help": "help", "  <@U0BOT|lineman>: help": "help", "help <@U0BOT>": "help", "<@U0EVE> help": "<@U0EVE> help",
		"hey <@U0EVE>, ask <@U0BOT>, help": "help", "<@U0BOT> note x ask <@U0BOT>": "note x ask <@U0BOT>", "<@U0BOT>": "", "help": "help",
	} {
		if got := toBot(text, "U0BOT", false); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
	for text, want := range map[string]string{"<@U0BOT> help": "help", "note x ask <@U0BOT> again": "note x ask <@U0BOT> again"} {
		if got := toBot(text, "U0BOT", true); got != want {
			t.Errorf("in a conversation of two, %q is %q, want %q", text, got, want)
		}
	}
	for text, want := range map[string]string{"<@U0BOT> help": "help", "show <@U0EVE> x": "show <@U0EVE> x"} {
		if got := toBot(text, "", false); got != want {
			t.Errorf("while nobody knows who the bot is, %q is %q, want %q", text, got, want)
		}
	}
}

func TestSlackTrusts(t *testing.T) {
	s := &Slack{api: slackURL}
	for address, want := range map[string]bool{
		"https://hooks.slack.com/commands/T/1/x": true, "https://slack.com/api/x": true, "http://hooks.slack.com/x": false,
		"https://hooks.slack.com.evil.example/x": false, "https://evilslack.com/x": false, "https://user@hooks.slack.com/x": false,
		"http://169.254.169.254/": false, "": false, "file:///etc/passwd": false,
	} {
		if got := s.trusted(address); got != want {
			t.Errorf("%s: %v", address, got)
		}
	}
}

// What a modal carries fits, and leads back.
func TestSlackMetadata(t *testing.T) {
	d := slackDraw{limits: slackLimits, zone: time.UTC}
	state := slackState{Ticket: "uTICKET", Reply: slackReply{Channel: "C1", URL: "https://hooks.slack.com/" + strings.Repeat("x", 4000)}}
	if text := d.metadata(state); length(text) > 3000 || !strings.Contains(text, "C1") {
		t.Errorf("the state is %.100s…", text)
	}
	list := d.element(chatops.Field{Name: "x", Options: manyOptions(250)})
	if menu, err := renderSlack(chatops.Message{Blocks: []chatops.Block{chatops.Form{Title: "x", Fields: []chatops.Field{{Name: "x", Options: manyOptions(250)}}}}}); err != nil || list == nil || strings.Count(string(menu), `"option_groups"`) != 1 {
		t.Errorf("250 options of a form: %v", err)
	}
}

func manyOptions(n int) []chatops.Option {
	list := make([]chatops.Option, n)
	for i := range list {
		list[i].Value = strings.Repeat("v", i%7+1)
	}
	return list
}

// The manifest that people paste asks for what the bot needs and calls what
// lineman answers.
func TestSlackManifest(t *testing.T) {
	text, err := os.ReadFile("../../docs/slack.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "```yaml\n")
	block, _, _ := strings.Cut(rest, "```")
	var m struct {
		Features struct {
			Commands []struct{ Command, URL string } `yaml:"slash_commands"`
		}
		OAuth struct {
			Scopes struct{ Bot []string }
		} `yaml:"oauth_config"`
		Settings struct {
			Events struct {
				URL string   `yaml:"request_url"`
				Bot []string `yaml:"bot_events"`
			} `yaml:"event_subscriptions"`
			Interactivity struct {
				URL string `yaml:"request_url"`
			}
		}
	}
	if err := yaml.Unmarshal([]byte(block), &m); err != nil {
		t.Fatal(err)
	}
	for _, scope := range slackScopes {
		if !slices.Contains(m.OAuth.Scopes.Bot, scope) {
			t.Errorf("the scope %s is missing", scope)
		}
	}
	s := &Slack{}
	s.set.SigningSecret = []config.Secret{"x"}
	urls := []string{m.Settings.Events.URL, m.Settings.Interactivity.URL}
	for _, c := range m.Features.Commands {
		urls = append(urls, c.URL)
	}
	for _, u := range urls {
		path, is := strings.CutPrefix(u, "https://lineman.example.net/chat/slack/")
		if s.Routes()[path] == nil || !is {
			t.Errorf("%s is not answered", u)
		}
	}
	if len(urls) < 6 || !slices.Equal(m.Settings.Events.Bot, []string{"app_mention", "message.im"}) {
		t.Errorf("the manifest has %v and %v", urls, m.Settings.Events.Bot)
	}
}
