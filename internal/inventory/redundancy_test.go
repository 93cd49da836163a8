package inventory

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lineman/models"
)

func TestReadRedundancy(t *testing.T) {
	want := []models.RedundancyRow{
		{Line: 2, Group: "core", MinUp: 2, Provider: "zayo", CID: "Z/1"}, {Line: 3, Group: "core", Provider: "Lumen", CID: "Z/1"}, {Line: 4, Group: "=edge"},
	}
	for name, text := range map[string]string{
		"own names":   "group,min_up,provider,cid\ncore,2,zayo,Z/1\ncore,,Lumen,Z/1\n'=edge,,,\n",
		"other names": "Circuit ID,Provider Slug,Circuit Group,Minimum\nZ/1,zayo,core,2\nZ/1,Lumen,core,\n,,'=edge,\n",
	} {
		got, err := ReadRedundancy(strings.NewReader(text))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
	var out bytes.Buffer
	if err := WriteRedundancy(&out, want); err != nil {
		t.Fatal(err)
	}
	again, err := ReadRedundancy(&out)
	if d := cmp.Diff(want, again); d != "" || err != nil {
		t.Errorf("written and read (-want +got):\n%s%v", d, err)
	}
}

func TestBadRedundancy(t *testing.T) {
	for text, want := range map[string]string{
		"min_up,cid\n1,A\n":                   "line 1: column group is missing",
		"group,min_up\ncore,none\n":           "line 2: column min_up is no number",
		"group,min_up\ncore,0\n":              "line 2: column min_up is no number",
		"group,min_up\ncore,-1\n":             "line 2: column min_up is no number",
		"group,cid\ncore,A\ncore,a\n":         `line 3: cid "a" is there already, in line 2`,
		"group,cid\n,A\n":                     "line 2: column group is empty",
		"group,cid,members\ncore,A,B\n":       `unknown columns "members"`,
		"group,provider,cid\ncore,zayo\n":     "line 2: has 2 cells",
		"group,min_up\ncore,99999999999999\n": "line 2: column min_up is no number",
	} {
		rows, err := ReadRedundancy(strings.NewReader(text))
		if err == nil || rows != nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v %v, want %q", text, rows, err, want)
		}
	}
	// One circuit id of two providers, and in two groups, is no repetition.
	if _, err := ReadRedundancy(strings.NewReader("group,provider,cid\na,zayo,A\na,lumen,A\nb,zayo,A\n")); err != nil {
		t.Error(err)
	}
}
