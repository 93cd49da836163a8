package chatops_test

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"strings"
	"testing"
	"time"

	"lineman/chatops"
	"lineman/models"
)

// menuCommands have menus that depend on each other, and a write that holds on
// to what was shown.
func menuCommands(written *[]string) []chatops.Command {
	options := func(values ...string) func(context.Context, chatops.Call) ([]chatops.Option, error) {
		return func(_ context.Context, c chatops.Call) ([]chatops.Option, error) {
			if c.Arg("by") == "broken" {
				return nil, errors.New("no database")
			}
			var list []chatops.Option
			for _, v := range values {
				list = append(list, chatops.Option{Value: v})
			}
			return list, nil
		}
	}
	say := func(_ context.Context, c chatops.Call) (chatops.Message, error) {
		return chatops.Say("%s", c.Again(nil)), nil
	}
	return []chatops.Command{
		{Name: "circuit", Summary: "circuits", Subcommands: []chatops.Subcommand{
			{
				Name: "list", Summary: "lists", Role: models.RoleViewer, Example: "circuit list", Run: say,
				Params: []chatops.Param{
					{Name: "by", Summary: "what by", Kind: chatops.KindEnum, Values: []string{"site", "type", "all", "broken"}, Required: true},
					{
						Name: "value", Summary: "which", Kind: chatops.KindText, Required: true, After: "by", Options: options("Berlin", "Buenos Aires", `a "b"`),
						Needless: func(c chatops.Call) bool { return c.Arg("by") == "all" },
					},
					{Name: "provider", Summary: "providers", Kind: chatops.KindText, Many: true, NameOnly: true, Options: options("zayo", "lumen", "KDDI 1")},
				},
			},
			{Name: "let-go", Summary: "for admins", Role: models.RoleAdmin, Example: "circuit let-go", Run: say},
			{
				Name: "set", Summary: "sets", Role: models.RoleOperator, Writes: true, Example: "circuit set x",
				Params: []chatops.Param{
					{Name: "id", Summary: "which", Kind: chatops.KindText, Required: true},
					{Name: "revision", Summary: "as it is", Kind: chatops.KindInt, NameOnly: true},
				},
				Pin: func(_ context.Context, c chatops.Call) (map[string]string, error) {
					if c.Arg("id") == "gone" {
						return nil, models.Invalid("", "it is gone")
					}
					return map[string]string{"revision": "7"}, nil
				},
				Run: func(_ context.Context, c chatops.Call) (chatops.Message, error) {
					*written = append(*written, c.Again(nil))
					return chatops.Say("set"), nil
				},
			},
		}},
		{Name: "clear", Summary: "clears", Subcommands: []chatops.Subcommand{{Summary: "clears", Role: models.RoleViewer, Example: "clear", Run: say}}},
		{Name: "show", Summary: "shows", Subcommands: []chatops.Subcommand{{
			Summary: "shows", Role: models.RoleViewer, Example: "show x", Run: say,
			Params: []chatops.Param{{Name: "site", Summary: "which", Kind: chatops.KindText, Rest: true, Options: options("Berlin", "Buenos Aires")}},
		}}},
		{Name: "admin", Summary: "for admins", Subcommands: []chatops.Subcommand{{Summary: "for admins", Role: models.RoleAdmin, Example: "admin", Run: say}}},
	}
}

func menuDispatcher(t *testing.T, written *[]string) *chatops.Dispatcher {
	t.Helper()
	d, err := chatops.New(chatops.Options{
		Commands: menuCommands(written), Grants: chatops.TerminalGrants{}, Accounts: chatops.Fixed{Name: "kim", Role: models.RoleOperator, Scope: models.ScopeAll},
		Logger: slog.New(slog.DiscardHandler), Now: func() time.Time { return noon },
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestComplete(t *testing.T) {
	d := menuDispatcher(t, nil)
	for line, want := range map[string]string{
		"":                                   "0: circuit clear show",
		"c":                                  "0: circuit clear",
		"/ci":                                "1: circuit",
		"lineman CI":                         "8: circuit",
		"nonsense ":                          "9:",
		"adm":                                "0:",
		"admin ":                             "6:",
		"clear ":                             "6:",
		"circuit ":                           "8: list set",
		"circuit l":                          "8: list",
		"circuit let-go ":                    "15:",
		"circuit-list ":                      "13: site type all broken by= value= provider=",
		"circuit list s":                     "13: site",
		"circuit list S":                     "13: site",
		"circuit list by=s":                  "13: by=site",
		"circuit list site ":                 `18: Berlin | "Buenos Aires" | "a \"b\"" | value= | provider=`,
		"circuit list site b":                `18: Berlin | "Buenos Aires"`,
		`circuit list site "bue`:             `18: "Buenos Aires"`,
		`circuit list by=site "bue`:          `21: "Buenos Aires"`,
		"circuit list broken ":               "20: value= provider=",
		"circuit list site Berlin ":          "25: provider=",
		"circuit list provider=":             `13: provider=zayo | provider=lumen | provider="KDDI 1"`,
		"circuit list provider=zayo,l":       "13: provider=zayo,lumen",
		"circuit list provider=zayo provid":  "27:",
		"circuit list provider=zayo s":       "27: site",
		"circuit list provider=x provider=z": "24:",
		"show ":                              "5: Berlin | Buenos Aires | site=",
		"show Buenos ":                       "12: Aires",
		"show buenos a":                      "12: Aires",
		strings.Repeat("c", 5000):            "0:",
	} {
		got := d.Complete(context.Background(), terminal(""), line)
		separator := " "
		if strings.Contains(want, "|") {
			separator = " | "
		}
		text := strings.TrimSpace(strings.Join([]string{strconv.Itoa(got.From) + ":", strings.Join(got.Words, separator)}, " "))
		if text != want {
			t.Errorf("%.40q is completed by\n%s, want\n%s", line, text, want)
		}
	}
	stranger := terminal("")
	stranger.Platform = "slack"
	if got := d.Complete(context.Background(), stranger, "c"); len(got.Words) > 0 {
		t.Errorf("somebody without a grant is offered %q", got.Words)
	}
}

// What is not needed with what is known is not asked for.
func TestNeedless(t *testing.T) {
	d := menuDispatcher(t, nil)
	for line, want := range map[string]string{
		"circuit list":             "choose by of",
		"circuit list all":         "circuit list by=all",
		"circuit list site":        "choose value of",
		"circuit list site Berlin": "circuit list by=site value=Berlin",
	} {
		if got := flat(d.Dispatch(context.Background(), terminal(line))); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %q, want %q", line, got, want)
		}
	}
}

// A confirmation holds on to what was shown.
func TestPin(t *testing.T) {
	var written []string
	d := menuDispatcher(t, &written)
	question := d.Dispatch(context.Background(), terminal("circuit set x"))
	d.Dispatch(context.Background(), pressed(buttons(question)["Confirm"]))
	if got := strings.Join(written, "; "); got != "circuit set id=x revision=7" {
		t.Errorf("written: %q", got)
	}
	if got := flat(d.Dispatch(context.Background(), terminal("circuit set gone"))); got != "It is gone." {
		t.Errorf("got %q", got)
	}
}
