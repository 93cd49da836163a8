package main

import (
	"encoding/binary"
	"errors"
	"strings"
	"testing"
)

// list makes what decode reads.
func list(cities ...[]string) []byte {
	var data []byte
	var ends []uint32
	for _, fields := range cities {
		for len(data)%8 != 0 {
			data = append(data, 0)
		}
		data = append(data, strings.Join(fields, "\x00")+"\x00"...)
		for len(data)%4 != 0 {
			data = append(data, 0)
		}
		data = binary.LittleEndian.AppendUint32(data, 400_000)
		ends = append(ends, uint32(len(data)))
	}
	for _, e := range ends {
		data = binary.LittleEndian.AppendUint32(data, e)
	}
	return data
}

func TestIndex(t *testing.T) {
	cities, err := decode(list(
		[]string{"1", "Königsfurt am See", "05", "Hessen", "DE", "Germany", "Europe/Berlin"},
		[]string{"2", "Harbour", "CA", "California", "US", "United States", "America/Los_Angeles"},
	))
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := newIndex(cities, english([]byte("msgid \"1\"\nmsgstr \"Kingsford\"\n"))).write(&out); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"p konigsfurt am see\tDE.05 0\n", "p konigsfurt\tDE.05 0\n", "p kingsford\tDE.05 0\n", "p harbour\tUS.CA 1\n",
		"a ca\tUS.CA\n", "a hessen\tDE.05\n", "c germany\tDE\n", "l harbour\t1\n", "c uk\tGB\n", "s DE.05\t0\n", "z 1\tAmerica/Los_Angeles\n"} {
		if !strings.Contains(out.String(), line) {
			t.Errorf("no line %q", line)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	for _, data := range []string{"", "abc", "\xff\xff\xff\xff", "abc\x04\x00\x00\x00", "no strings in here\x12\x00\x00\x00"} {
		if _, err := decode([]byte(data)); !errors.Is(err, errFormat) {
			t.Errorf("%q: %v", data, err)
		}
	}
}
