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
		torn string // the line at which the table is said to break off
	}{
		"rows without gaps":        {text: heads + "A\nC-1\n10G\nB\nC-2\n1G\n", want: []string{"A C-1 10G", "B C-2 1G"}},
		"rows with gaps":           {text: heads + "\nA\nC-1\n10G\n\nB\nC-2\n1G\n", want: []string{"A C-1 10G", "B C-2 1G"}},
		"a gap after each cell":    {text: strings.ReplaceAll(heads+"A\nC-1\n10G\nB\nC-2\n1G\n", "\n", "\n\n"), want: []string{"A C-1 10G", "B C-2 1G"}},
		"an empty cell":            {text: heads + "\nA\nC-1\n10G\n\nC-2\n1G\n\nB\nC-3\n1G\n", want: []string{"A C-1 10G"}, torn: "C-2"},
		"an empty first cell":      {text: heads + "A\nC-1\n10G\nC-2\n1G\nB\nC-3\n1G\n", want: []string{"A C-1 10G"}, torn: "C-2"},
		"an empty last cell":       {text: heads + "A\nC-1\n10G\nB\nC-2\nC\nC-3\n1G\n", want: []string{"A C-1 10G", "B C-2 C"}, torn: "C-3"},
		"an empty circuit":         {text: heads + "A\nC-1\n10G\nB\n1G\nC\nC-3\n1G\n", want: []string{"A C-1 10G", "B 1G C"}, torn: "C-3"},
		"an empty cell at the end": {text: heads + "A\nC-1\n10G\nB\nC-2\n", want: []string{"A C-1 10G"}, torn: "C-2"},
		"an id of another shape":   {text: heads + "A\nC-1\n10G\n\nX77/Y\n1G\n", want: []string{"A C-1 10G"}, torn: "X77/Y"},
		"ids of several shapes":    {text: heads + "A\nC-1\n10G\nB\nX77/Y\n1G\n", want: []string{"A C-1 10G", "B X77/Y 1G"}},
		"a long cell":              {text: heads + "A\nC-1\n10G\n" + strings.Repeat("A long name. ", 12) + "\nC-2\n1G\n", want: []string{"A C-1 10G"}, torn: "C-2"},
		"a sentence after it":      {text: heads + "A\nC-1\n10G\n" + strings.Repeat("If you see trouble, call us. ", 6) + "\n1\n2\n", want: []string{"A C-1 10G"}},
		"a farewell after it":      {text: heads + "A\nC-1\n10G\nThank you\nYour friends\nfrom support\n", want: []string{"A C-1 10G"}},
		"a signature after it":     {text: heads + "A\nC-1\n10G\n\nKind regards\nNOC\n+1 800 555 0100\nnoc24@carrier.example\nhttps://carrier.example/24\n", want: []string{"A C-1 10G"}},
		"a header nobody knows":    {text: "Name\nColour\nCircuit ID\nA\nred\nC-1\n", want: []string{"A C-1 "}},
		"other order":              {text: "Circuit ID\nName\nC-1\nA\n", want: []string{"A C-1 "}},
		"no required header":       {text: "Name\nRate Code\nA\n10G\n"},
		"one header is no table":   {text: "Circuit ID\nC-1\n"},
		"two tables":               {text: heads + "A\nC-1\n10G\n\nName\nCircuit ID\nB\nC-2\n", want: []string{"A C-1 10G", "B C-2 "}},
		"torn above another":       {text: heads + "A\nC-1\n10G\n\nC-2\n\nName\nCircuit ID\nB\nC-3\n", want: []string{"A C-1 10G", "B C-3 "}, torn: "C-2"},
		"fewer lines than a row":   {text: heads + "A\nC-1\n", torn: "C-1"},
		"no row":                   {text: heads + "\nKind regards\nNOC\n\n+1 800 555 0100\n"},
		"no row, but a sentence":   {text: heads + "Call us on 555.\nThank you\n"},
		"torn in an older mail":    {text: heads + "A\nC-1\n10G\n\n-----Original Message-----\n" + heads + "A\nC-1\n", want: []string{"A C-1 10G"}},
		"a sentence with a label":  {text: "Your circuit ID is below.\nName\nC-1\n"},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := ReadText(tt.text, 0)
			if err != nil {
				t.Fatal(err)
			}
			rows, err := d.RowsAbove(d.QuoteAt(0), columns)
			var got []string
			for _, r := range rows {
				got = append(got, r.Get("name")+" "+r.Get("circuit")+" "+r.Get("rate"))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			switch {
			case tt.torn == "" && err != nil:
				t.Error(err)
			case tt.torn != "" && (err == nil || !strings.Contains(err.Error(), "the row of \""+tt.torn+"\"") || !strings.Contains(err.Error(), "Circuit ID")):
				t.Errorf("error %v, want it to name %s", err, tt.torn)
			}
		})
	}
}
