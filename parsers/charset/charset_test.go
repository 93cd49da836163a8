package charset

import (
	"testing"
	"unicode/utf8"
)

func TestDecode(t *testing.T) {
	for name, tt := range map[string]struct {
		data, declared string
		html           bool
		want           string
	}{
		"UTF-8":                        {data: "Z\u00fcrich", declared: "utf-8", want: "Z\u00fcrich"},
		"nothing declared":             {data: "Z\u00fcrich", want: "Z\u00fcrich"},
		"declared wrongly as ASCII":    {data: "Z\xfcrich", declared: "US-ASCII", want: "Z\u00fcrich"},
		"Latin 1 with blanks":          {data: "Z\xfcrich", declared: " ISO-8859-1 ", want: "Z\u00fcrich"},
		"unknown":                      {data: "Z\xfcrich", declared: "x-unknown", want: "Z\u00fcrich"},
		"of old terminals":             {data: "Z\x81rich", declared: "cp850", want: "Z\u00fcrich"},
		"a mark before UTF-8":          {data: "\xef\xbb\xbfwork", declared: "utf-8", want: "work"},
		"a mark before UTF-16":         {data: "\xff\xfew\x00\xfc\x00", declared: "utf-8", want: "w\u00fc"},
		"UTF-16 without a mark":        {data: "w\x00o\x00r\x00k\x00 \x00o\x00n\x00", want: "work on"},
		"UTF-16 the other way":         {data: "\x00w\x00o\x00r\x00k\x00 \x00o\x00n", want: "work on"},
		"declared UTF-16, converted":   {data: "work", declared: "utf-16", want: "work"},
		"declared by HTML":             {data: "<meta charset=iso-8859-2>\xb9", html: true, want: "<meta charset=iso-8859-2>\u0161"},
		"the same is no HTML":          {data: "<meta charset=iso-8859-2>\xb9", want: "<meta charset=iso-8859-2>\u00b9"},
		"UTF-7":                        {data: "Z+APw-rich +- 1", declared: "utf-7", want: "Z\u00fcrich + 1"},
		"UTF-7 with a torn shift":      {data: "Z+A-rich", declared: "utf-7", want: "Z\ufffdrich"},
		"Japanese in seven bits":       {data: "\x1b$B:n6H\x1b(B", declared: "iso-2022-jp", want: "\u4f5c\u696d"},
		"NULs":                         {data: "wo\x00rk, and so on and so on", want: "work, and so on and so on"},
		"what nobody can decode":       {data: "work", declared: "iso-2022-kr", want: "work"},
		"UTF-8 that is broken halfway": {data: "a\xc3", declared: "utf-8", want: "a\u00c3"},
	} {
		t.Run(name, func(t *testing.T) {
			got := Decode([]byte(tt.data), tt.declared, tt.html)
			if got != tt.want || !utf8.ValidString(got) {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

func TestWide(t *testing.T) {
	for data, want := range map[string]bool{"\xff\xfea\x00": true, "\xfe\xff\x00a": true, "a\x00": false, "\xff": false, "": false} {
		if Wide([]byte(data)) != want {
			t.Errorf("%q: %v", data, !want)
		}
	}
}
