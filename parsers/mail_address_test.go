package parsers

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSenders(t *testing.T) {
	tests := []struct {
		name, header string
		source       string
		want         []string
	}{
		{"plain", "From: noc@zayo.com", "", []string{"noc@zayo.com"}},
		{"name and case", "From: \"Zayo, MR\" <MR@Zayo.Com>", "", []string{"mr@zayo.com"}},
		{"plus and equals", "From: NOC <noc+maint=x@carrier.example>", "", []string{"noc+maint=x@carrier.example"}},
		{"comment", "From: mr@zayo.com (Zayo <x@evil.example>)", "", []string{"mr@zayo.com"}},
		{"mailto", "From: PCCW <mailto:a@pccwglobal.com>", "", []string{"a@pccwglobal.com"}},
		{"address in the name", "From: \"noc@zayo.com\" <x@evil.example>", "", []string{"x@evil.example"}},
		{"bare address as name", "From: noc@zayo.com <x@evil.example>", "", []string{"x@evil.example"}},
		{"encoded name", "From: =?utf-8?Q?noc=40zayo.com_=3Cmr=40zayo.com=3E?= <x@evil.example>", "", []string{"x@evil.example"}},
		{"encoded domain", "From: noc@=?utf-8?Q?zayo.com?=", "", []string{"noc@=?utf-8?q?zayo.com?="}},
		{"escaped quote", `From: "a\" <mr@zayo.com> \"" <x@evil.example>`, "", []string{"x@evil.example"}},
		{"two addresses", "From: mr@zayo.com, b@evil.example", "", nil},
		{"two angles", "From: <mr@zayo.com> <x@evil.example>", "", nil},
		{"two fields", "From: mr@zayo.com\nFrom: x@evil.example", "", nil},
		{"group", "From: Zayo: mr@zayo.com;", "", nil},
		{"empty", "From: <>", "", nil},
		{"two at signs", "From: <mr@zayo.com@evil.example>", "", nil},
		{"blank inside", "From: <mr@zayo.com evil>", "", nil},
		{"none", "Subject: x", "", nil},
		{"NUL", "From: mr@zayo\x00.com", "", []string{"mr@zayo\uFFFD.com"}},
		{"source header", "From: list@customer.example\nX-Original-Sender: mr@zayo.com", "X-Original-Sender", []string{"mr@zayo.com"}},
		{"source header in any case", "From: list@customer.example\nX-Original-Sender: mr@zayo.com", "x-original-sender", []string{"mr@zayo.com"}},
		{"source header absent", "From: mr@zayo.com", "X-Original-Sender", []string{"mr@zayo.com"}},
		{"source header malformed", "From: mr@zayo.com\nX-Original-Sender: a, b", "X-Original-Sender", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, err := ReadMail([]byte(tt.header + "\nTo: x@y.example\n\nbody"))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, m.Senders(tt.source)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestParseAddresses(t *testing.T) {
	got := parseAddresses(`"A, B" <a@x.example>, b@x.example (Bee), Team: c@x.example, =?utf-8?Q?D=C3=A9?= <D@X.example>; junk, e@x.example`)
	want := []Address{{"A, B", "a@x.example"}, {"Bee", "b@x.example"}, {"", "c@x.example"}, {"Dé", "d@x.example"}, {"", "e@x.example"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestMatchSender(t *testing.T) {
	tests := []struct {
		addr    string
		pattern string
		want    bool
	}{
		{"mr@zayo.com", "mr@zayo.com", true},
		{"MR@Zayo.com", " mr@ZAYO.com ", true},
		{"mr@zayo.com", "zayo.com", true},
		{"mr@zayo.com", "@zayo.com", true},
		{"mr@zayo.com", "*.zayo.com", false},
		{"mr@eu.zayo.com", "*.zayo.com", true},
		{"mr@eu.zayo.com", "zayo.com", false},
		{"mr@evilzayo.com", "*.zayo.com", false},
		{"mr@zayo.com.evil.example", "zayo.com", false},
		{"mr@evilzayo.com", "zayo.com", false},
		{"mr@zаyo.com", "zayo.com", false}, // a Cyrillic letter
		{"x@zayo.com", "mr@zayo.com", false},
		{"zayo.com", "zayo.com", false},
		{"mr@zayo.com", "", false},
		{"mr@zayo.com", "@", false},
	}
	for _, tt := range tests {
		if got := MatchSender(tt.addr, []string{"other.example", tt.pattern}); got != tt.want {
			t.Errorf("MatchSender(%q, %q) = %v", tt.addr, tt.pattern, got)
		}
	}
}
