package inventory_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lineman/internal/inventory"
	"lineman/models"
)

func TestReadKnown(t *testing.T) {
	tests := map[string]struct {
		text string
		want []models.KnownCircuit
	}{
		"circuits":       {"cid,provider\nA/1,zayo\n", []models.KnownCircuit{{CID: "A/1", Text: "A/1"}}},
		"aliases":        {"\ufeffProvider,\"Alias\",CID\r\nzayo,Blue,A/1\r\nzayo,'=x,A/1\r\n", []models.KnownCircuit{{CID: "A/1", Text: "Blue"}, {CID: "A/1", Text: "=x"}}},
		"alias in a row": {"cid,provider,description\nA/1,zayo,alias\n", []models.KnownCircuit{{CID: "A/1", Text: "A/1"}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := inventory.ReadKnown(strings.NewReader(test.text))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestBadKnown(t *testing.T) {
	for text, want := range map[string]string{
		"":                           "line 1: the file is empty",
		"alias,cid\nblue,A/1\n":      "line 1: column provider is missing; the columns of an alias are provider, alias, cid",
		"provider,alias,cid\nzayo,,": "line 2: column alias is empty",
		"provider,cid\nzayo,\n":      "line 2: column cid is empty",
	} {
		rows, err := inventory.ReadKnown(strings.NewReader(text))
		var input *models.InputError
		if !errors.As(err, &input) || !strings.Contains(err.Error(), want) || rows != nil {
			t.Errorf("%q: %v, %v; want %s", text, rows, err, want)
		}
	}
}

func TestAliasesComeOutAsTheyWentIn(t *testing.T) {
	rows := []models.AliasRow{{Provider: "zayo", Alias: "=2+3", CID: "A,1"}, {Provider: "ntt", Alias: "'Blue \"line\"", CID: "A/2"}}
	var b strings.Builder
	if err := inventory.WriteAliases(&b, rows); err != nil {
		t.Fatal(err)
	}
	got, err := inventory.ReadAliases(strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		rows[i].Line = i + 2
	}
	if diff := cmp.Diff(rows, got); diff != "" {
		t.Error(diff)
	}
}
