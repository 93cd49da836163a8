package parsers

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFlatRows(t *testing.T) {
	columns := NewColumns([]string{"circuit"}, map[string][]string{
		"name": {"name"}, "circuit": {"circuit id"}, "rate": {"rate code"},
	})
	const heads = "Name\nCircuit ID\nRate Code\n"
	for name, tt := range map[string]struct {
		text string
		want []string
	}{
		"rows without gaps":       {heads + "A\nC-1\n10G\nB\nC-2\n1G\n", []string{"A C-1 10G", "B C-2 1G"}},
		"rows with gaps":          {heads + "\nA\nC-1\n10G\n\nB\nC-2\n1G\n", []string{"A C-1 10G", "B C-2 1G"}},
		"a gap after each cell":   {strings.ReplaceAll(heads+"A\nC-1\n10G\nB\nC-2\n1G\n", "\n", "\n\n"), []string{"A C-1 10G", "B C-2 1G"}},
		"an empty cell":           {heads + "\nA\nC-1\n10G\n\nC-2\n1G\n\nB\nC-3\n1G\n", []string{"A C-1 10G"}},
		"a sentence after it":     {heads + "A\nC-1\n10G\n" + strings.Repeat("If you see trouble, call us. ", 6) + "\n1\n2\n", []string{"A C-1 10G"}},
		"a farewell after it":     {heads + "A\nC-1\n10G\nThank you\nYour friends\nfrom support\n", []string{"A C-1 10G"}},
		"a header nobody knows":   {"Name\nColour\nCircuit ID\nA\nred\nC-1\n", []string{"A C-1 "}},
		"other order":             {"Circuit ID\nName\nC-1\nA\n", []string{"A C-1 "}},
		"no required header":      {"Name\nRate Code\nA\n10G\n", nil},
		"one header is no table":  {"Circuit ID\nC-1\n", nil},
		"two tables":              {heads + "A\nC-1\n10G\n\nName\nCircuit ID\nB\nC-2\n", []string{"A C-1 10G", "B C-2 "}},
		"fewer lines than a row":  {heads + "A\nC-1\n", nil},
		"a sentence with a label": {"Your circuit ID is below.\nName\nC-1\n", nil},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := ReadText(tt.text, 0)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, r := range d.FlatRows(columns) {
				got = append(got, r.Get("name")+" "+r.Get("circuit")+" "+r.Get("rate"))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
