package platform_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"lineman/chatops"
	"lineman/chatops/platform"
	fake "lineman/internal/fake/slack"
)

var update = flag.Bool("update", false, "write the golden files")

// hostile is what a provider's mail may put into any text.
const hostile = "<!channel> <@U123> @everyone <https://evil.example|portal> *_~`\x1b]0;title\x07\x1b[2J \u202egnp.exe\u2066 \x00\x9b31m \u009b31m"

// messages has every kind of block.
func messages() map[string]chatops.Message {
	at := time.Date(2026, 3, 1, 4, 0, 0, 0, time.UTC)
	long := strings.Repeat("maintenance of the ring ", 12)
	rows := [][]chatops.Inline{
		{chatops.C("zayo-TTN-0001"), chatops.T("CONFIRMED"), chatops.At(at), chatops.T("OUTAGE"), chatops.T("/OGYX/000001/ /ZYO /, /OGYX/000002/ /ZYO /")},
		{chatops.C("kddi-東京-1"), chatops.T("TENTATIVE"), chatops.At(at), chatops.T("NO-IMPACT"), chatops.T("回線東京大阪一号回線東京大阪二号回線東京")},
		{chatops.C("short"), chatops.T("UNKNOWN")},
	}
	one := func(blocks ...chatops.Block) chatops.Message {
		return chatops.Message{Heading: "A heading", Blocks: blocks}
	}
	return map[string]chatops.Message{
		"text":    one(chatops.Text{Inline: chatops.Join(chatops.T("See "), chatops.Inline{{Text: "the page", URL: "https://noc.example/x"}}, chatops.T(" from "), chatops.At(at), chatops.T(" with "), chatops.C("help"))}, chatops.Text{Inline: chatops.T("%s", long)}),
		"facts":   one(chatops.Facts{Items: []chatops.Fact{{Name: "status", Value: chatops.T("CONFIRMED")}, {Name: "a long summary", Value: chatops.T("%s", long)}, {Name: "empty"}}}),
		"table":   one(chatops.Table{Title: "Work", Columns: []string{"name", "status", "start", "impact", "circuits"}, Rows: rows}),
		"code":    one(chatops.Code{Text: "a  b\n  c\n"}),
		"file":    one(chatops.File{Name: "../../etc/list.csv", MediaType: "text/csv", Bytes: []byte("a,b\n")}),
		"form":    one(chatops.Form{Title: "maintenance show", Fields: []chatops.Field{{Name: "id", Label: "name or id", Options: []chatops.Option{{Value: "zayo-1", Label: "zayo-1 CONFIRMED"}, {Value: "zayo-2"}}}}}),
		"actions": one(chatops.Actions{Buttons: []chatops.Button{{Label: "Zayo", Command: `circuit show "A B" provider=zayo`}}}),
		"image":   one(chatops.Image{Name: "../a graph.png", MediaType: "image/png", Bytes: []byte("png"), Alt: "Load of the last day"}),
		"links":   one(chatops.Links{Items: []chatops.Link{{Text: "the page", URL: "https://noc.example/x?a=1&b=2"}, {URL: "https://noc.example/y"}, {Text: "no address", URL: "javascript:alert(1)"}}}),
		"mention": one(chatops.Text{Inline: chatops.Join(chatops.Mention(chatops.Party{ID: "U0KIM", Name: "kim"}), chatops.T(", look at "), chatops.Mention(chatops.Party{ID: "<!channel>", Name: "<!here>"}))}),
		"choices": one(chatops.Choices{Title: "circuit show", Field: chatops.Field{Name: "cid", Label: "circuit", Options: options(250)}, Offset: 100, Ticket: "uGO-ON", Cancel: "UGIVE-UP"}),
		"written": one(chatops.Choices{Title: "circuit show", Field: chatops.Field{Name: "cid", Label: "circuit", Options: append(options(1), chatops.Option{Value: strings.Repeat("too long for a menu ", 10)})}, Ticket: "uGO-ON", Cancel: "UGIVE-UP"}),
		"dialog":  {Private: true, Blocks: []chatops.Block{chatops.Form{Title: "maintenance set of a long title", Ticket: "uGO-ON", Cancel: "UGIVE-UP", Fields: append(fields(), chatops.Field{Name: "cid", Label: "circuit", Options: options(250), Value: "cid-7"})}}},
		"confirm": {Private: true, Blocks: []chatops.Block{chatops.Text{Inline: chatops.T("This will run.")}, chatops.Actions{Buttons: []chatops.Button{{Label: "Confirm", Ticket: "uGO-ON", Primary: true}, {Label: "Cancel", Ticket: "UGIVE-UP"}, {Label: "Remove", Ticket: "uX", Danger: true}}}}},
		"rows":    one(chatops.Table{Title: "Many", Columns: []string{"name", "start"}, Rows: numbered(150, at)}),
		"page":    one(chatops.Table{Columns: []string{"name", "status", "start", "impact", "circuits"}, Rows: wide(25, at)}),
		"blank":   {Private: true, Blocks: []chatops.Block{chatops.Text{Inline: chatops.T("%s", strings.Repeat("\u00a0\n", 50))}}},
		"problem": chatops.Problem("There is no circuit %q.", "X"),
		"hostile": {Heading: hostile, Blocks: []chatops.Block{
			chatops.Text{Inline: chatops.Join(chatops.T("%s", hostile), chatops.Inline{{Text: hostile, URL: "https://noc.example/" + hostile}})},
			chatops.Facts{Items: []chatops.Fact{{Name: hostile, Value: chatops.T("%s", hostile)}}},
			chatops.Table{Title: hostile, Columns: []string{hostile}, Rows: [][]chatops.Inline{{chatops.T("%s", hostile)}}},
			chatops.Code{Text: hostile},
			chatops.File{Name: hostile, MediaType: hostile},
			chatops.Form{Title: hostile, Fields: []chatops.Field{{Name: hostile, Label: hostile, Options: []chatops.Option{{Value: hostile}, {Value: "x", Label: hostile}}}}},
			chatops.Actions{Buttons: []chatops.Button{{Label: hostile, Command: hostile}}},
		}},
		"fences": {Heading: "```", Blocks: []chatops.Block{chatops.Code{Text: "```\n<!channel>\n```"}, chatops.Text{Inline: chatops.C("`</code><script>`")}, chatops.Text{Inline: chatops.T("@everyone @here &lt;!channel&gt; :smile: ~x~")}}},
		"flood":  {Heading: strings.Repeat("<!channel>\u202e", 5_000), Blocks: []chatops.Block{chatops.Facts{Items: []chatops.Fact{{Name: "summary", Value: chatops.T("%s", strings.Repeat("<!here> *_~` ", 4_000))}}}, chatops.Code{Text: strings.Repeat("`", 20_000)}, chatops.Table{Columns: []string{"a"}, Rows: [][]chatops.Inline{{chatops.T("%s", strings.Repeat("<@U123>", 1_000))}}}}},
		"empty":  {Blocks: []chatops.Block{chatops.Text{}, chatops.Facts{}, chatops.Table{}, chatops.Table{Columns: []string{"name"}}, chatops.Code{}, chatops.Form{}, chatops.Actions{}}},
		"huge":   one(chatops.Text{Inline: chatops.T("%s", strings.Repeat("long ", 10_000))}),
	}
}

func options(n int) []chatops.Option {
	var list []chatops.Option
	for i := range n {
		list = append(list, chatops.Option{Value: fmt.Sprintf("cid-%d", i), Label: fmt.Sprintf("CID %d", i)})
	}
	return list
}

func fields() []chatops.Field {
	return []chatops.Field{
		{Name: "start", Label: "new start", Kind: chatops.KindTime, Value: "2026-03-01 22:00"},
		{Name: "reason", Label: "why", Kind: chatops.KindText, Optional: true},
		{Name: "password", Label: "password", Kind: chatops.KindSecret, Value: "is not shown"},
		{Name: "status", Label: "status", Kind: chatops.KindEnum, Options: []chatops.Option{{Value: "CONFIRMED"}, {Value: "CANCELLED", Label: "cancelled"}}},
	}
}

func numbered(n int, at time.Time) [][]chatops.Inline {
	var rows [][]chatops.Inline
	for i := range n {
		rows = append(rows, []chatops.Inline{chatops.T("=row-%03d", i), chatops.At(at.Add(time.Duration(i) * time.Hour))})
	}
	return rows
}

// wide are rows that need several blocks.
func wide(n int, at time.Time) [][]chatops.Inline {
	var rows [][]chatops.Inline
	for i := range n {
		rows = append(rows, []chatops.Inline{
			chatops.C(fmt.Sprintf("zayo-TTN-%07d", i)), chatops.T("RE-SCHEDULED"), chatops.At(at.Add(time.Duration(i) * time.Hour)), chatops.T("REDUCED-REDUNDANCY"),
			chatops.T("/OGYX/%06d/ /ZYO /, /OGYX/%06d/ /ZYO /", i, i+1),
		})
	}
	return rows
}

// TestSlackTakesAll: the fake, which holds to Slack's limits, takes every
// message as it is drawn.
func TestSlackTakesAll(t *testing.T) {
	for _, member := range platform.All() {
		if member.Name != "slack" {
			continue
		}
		for name, m := range messages() {
			text, err := member.Render(m)
			if err != nil {
				t.Fatal(err)
			}
			var drawn struct {
				Messages []struct {
					Text   string
					Blocks json.RawMessage
				}
				Modal json.RawMessage
			}
			if err := json.Unmarshal(text, &drawn); err != nil {
				t.Fatal(err)
			}
			for i, part := range drawn.Messages {
				if err := fake.CheckMessage(part.Text, part.Blocks); err != nil {
					t.Errorf("%s: message %d: %v", name, i, err)
				}
				if strings.ContainsAny(part.Text, "<>") {
					t.Errorf("%s: message %d: a text with its signs: %.200s", name, i, part.Text)
				}
				if strings.Contains(string(part.Blocks), `"mrkdwn"`) {
					t.Errorf("%s: message %d has marks", name, i)
				}
			}
			if drawn.Modal != nil {
				if err := fake.CheckView(drawn.Modal); err != nil {
					t.Errorf("%s: modal: %v", name, err)
				}
			}
		}
	}
}

// TestPlatforms walks the list: every platform draws every kind of block as
// its golden file says, and nothing that acts on the reader's screen.
func TestPlatforms(t *testing.T) {
	for _, member := range platform.All() {
		for name, m := range messages() {
			t.Run(member.Name+"/"+name, func(t *testing.T) {
				got, err := member.Render(m)
				if err != nil {
					t.Fatal(err)
				}
				if bad := bytes.IndexFunc(got, func(r rune) bool {
					return r != '\n' && unicode.In(r, unicode.Cc, unicode.Cf)
				}); bad >= 0 || !utf8.Valid(got) {
					t.Errorf("a character that acts on the screen at byte %d: %q", bad, got[max(bad, 0):min(len(got), bad+10)])
				}
				if name == "flood" {
					return // it is drawn, and nothing in it acts
				}
				if name == "huge" {
					if n := strings.Count(string(got), "long"); n < 10_000 { // a notification repeats the first ones
						t.Errorf("%d of 10000 words are left", n)
					}
					return
				}
				golden(t, filepath.Join("testdata", member.Name, name+".golden"), got)
			})
		}
	}
}

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}
