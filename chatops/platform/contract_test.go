package platform_test

import (
	"bytes"
	"flag"
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
		"empty": {Blocks: []chatops.Block{chatops.Text{}, chatops.Facts{}, chatops.Table{}, chatops.Table{Columns: []string{"name"}}, chatops.Code{}, chatops.Form{}, chatops.Actions{}}},
		"huge":  one(chatops.Text{Inline: chatops.T("%s", strings.Repeat("long ", 10_000))}),
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
