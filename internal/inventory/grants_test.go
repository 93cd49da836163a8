package inventory_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lineman/internal/inventory"
	"lineman/models"
)

func TestGrantsOfOtherBots(t *testing.T) {
	rows, err := inventory.ReadGrants(strings.NewReader("Command,Sub-command,Grant type,Name,Value\n*,*,organization,my-org,T1\nsupport,*,channel(room),support,C1\nnetwork,status,User,any,*\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := []models.GrantRow{
		{Line: 2, Grant: models.Grant{Command: "*", Subcommand: "*", Kind: models.GrantOrganization, Name: "my-org", Value: "T1"}},
		{Line: 3, Grant: models.Grant{Command: "support", Subcommand: "*", Kind: models.GrantChannel, Name: "support", Value: "C1"}},
		{Line: 4, Grant: models.Grant{Command: "network", Subcommand: "status", Kind: models.GrantUser, Name: "any", Value: "*"}},
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Error(diff)
	}
}

func TestGrantsComeBack(t *testing.T) {
	want := []models.GrantRow{
		{Line: 2, Grant: models.Grant{ID: "1", Kind: models.GrantUser, Platform: "slack", Command: "get-*", Subcommand: "*", Class: models.GrantRead, Value: "U1", Name: "=cmd", Comment: "+1"}},
		{Line: 3, Grant: models.Grant{
			ID: "2", Kind: models.GrantRule, Command: "*", Subcommand: "*", Effect: models.GrantOnly, Order: -5, Text: `circuit "list", *`,
			Unless: []string{"a, b", `with "quotes"`, "-x"}, Place: models.GrantDirect, Organizations: []string{"T1", "T[2-9]"}, Channels: []string{"@home"},
			Users: []string{"U1"}, Expires: time.Date(2026, 3, 1, 12, 0, 0, 5000, time.UTC),
		}},
	}
	var file bytes.Buffer
	if err := inventory.WriteGrants(&file, want); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(file.String(), ",=cmd") {
		t.Errorf("a formula is written: %s", file.String())
	}
	rows, err := inventory.ReadGrants(&file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Error(diff)
	}
}

func TestBadGrants(t *testing.T) {
	const head = "command,subcommand,grant type,value,class,expires,effect,order,users\n"
	for line, says := range map[string]string{
		"*,*,team,T1,,,,,":                       "grant_type",
		"*,*,user,U1,both,,,,":                   "class",
		"*,*,user,U1,,tomorrow,,,":               "expires",
		"*,*,rule,,,,maybe,,":                    "effect",
		"*,*,rule,,,,deny,first,":                "order",
		"*,*,rule,,,,deny,1,\"U1,\"\"U2\"":       "users",
		"*,,user,U1,,,,,":                        "subcommand",
		"*,*,user,U1,,,,,\n*,*,user,U1,read,,,,": "line 2",
	} {
		_, err := inventory.ReadGrants(strings.NewReader(head + line + "\n"))
		input := new(models.InputError)
		if !errors.As(err, &input) || !strings.HasPrefix(input.Field, "line ") || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", line, err)
		}
	}
	if _, err := inventory.ReadGrants(strings.NewReader(head + "*,*,user,u1,,,,,\n*,*,user,U1,,,,,\n")); err != nil {
		t.Errorf("ids that differ by case alone: %v", err)
	}
}

// printedRow is a row of a printed table of grants.
var printedRow = regexp.MustCompile(`^(\S+) (\S+) (organization|channel\(room\)|user) (\S+) (\S+)$`)

// printedTables are the tables of grants of the guide that operators start
// from, as CSV.
func printedTables(t *testing.T) []string {
	files, err := filepath.Glob("../../../shared/seeds/000_*.txt")
	if err != nil || len(files) == 0 {
		t.Skip("the guide with the tables is not here")
	}
	text, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	var tables []string
	for _, line := range strings.Split(string(text), "\n") {
		line = strings.TrimSpace(line)
		switch cells := printedRow.FindStringSubmatch(line); {
		case line == "Command Sub-command Grant type Name Value":
			tables = append(tables, "Command,Sub-command,Grant type,Name,Value\n")
		case cells != nil && len(tables) > 0:
			tables[len(tables)-1] += strings.Join(cells[1:], ",") + "\n"
		}
	}
	return tables
}

// The printed tables do what is said about them.
func TestPrintedTables(t *testing.T) {
	tables := printedTables(t)
	if len(tables) != 3 || strings.Count(tables[0], "\n") != 4 || strings.Count(tables[1], "\n") != 5 || strings.Count(tables[2], "\n") != 12 {
		t.Fatalf("%q", tables)
	}
	var grants [][]models.Grant
	for _, text := range tables {
		rows, err := inventory.ReadGrants(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		var list []models.Grant
		for _, r := range rows {
			if err := r.Check(); err != nil {
				t.Errorf("line %d: %v", r.Line, err)
			}
			list = append(list, r.Grant)
		}
		grants = append(grants, list)
	}
	const org, support, devops = "T202B88NN", "C2020H455", "C3030I566"
	for _, tc := range []struct {
		table         int
		where         string // organization channel user
		command, sub  string
		missing       string
		withoutAnyIDs bool
	}{
		{0, org + " C1 U1", "anything", "at-all", "", false},
		{0, "T1 C1 U1", "anything", "at-all", "organization", false},
		{1, org + " " + support + " U1", "support", "ticket", "", false},
		{1, org + " " + devops + " U1", "support", "ticket", "channel", false},
		{1, org + " " + devops + " U1", "devops", "deploy", "", false},
		{1, org + " " + support + " U1", "devops", "deploy", "channel", false},
		{1, "T1 C1 U1", "devops", "deploy", "organization channel", false},
		{2, org + " " + devops + " U2049K991", "network", "redeploy", "", false},
		{2, org + " " + devops + " U2039K725", "network", "redeploy", "", false},
		{2, org + " " + devops + " U7924K784", "network", "redeploy", "", false},
		{2, org + " " + devops + " U1", "network", "redeploy", "user", false},
		{2, org + " " + support + " U2049K991", "network", "redeploy", "channel", false},
		{2, org + " " + devops + " U1", "network", "history", "", false},
		{2, org + " " + devops + " U1", "network", "status", "", false},
		{2, org + " " + support + " U1", "network", "status", "channel", false},
		{2, org + " C1 U1", "jokes", "tell", "", false},
		{2, org + " C1 U1", "weather", "today", "", false},
		{2, "T1 C1 U1", "weather", "today", "organization", false},
		{2, org + " C1 U1", "network", "", "channel", false},
		{2, org + " " + devops + " U1", "network", "", "", false},
		{2, org + " " + devops + " U1", "network", "help", "user", false},
		{2, "T1 C1 U1", "network", "redeploy", "organization channel user", false},
		{0, "- - -", "anything", "at-all", "organization", true},
	} {
		f := strings.Fields(tc.where)
		if tc.withoutAnyIDs {
			f = []string{"", "", ""}
		}
		d := models.DecideGrant(grants[tc.table], models.ChatAsk{
			Platform: "slack", Organization: f[0], Channel: f[1], User: f[2], Command: tc.command, Subcommand: tc.sub,
		}, time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
		var missing []string
		for _, s := range d.Missing() {
			missing = append(missing, string(s.Kind))
		}
		if got := strings.Join(missing, " "); got != tc.missing || d.Allowed != (got == "") {
			t.Errorf("table %d, %s: %s %s: missing %q, want %q", tc.table+1, tc.where, tc.command, tc.sub, got, tc.missing)
		}
	}
}
