package mailbox

import (
	"testing"
	"time"
)

func TestGmailQuery(t *testing.T) {
	day := time.Date(2021, 9, 20, 23, 59, 0, 0, time.FixedZone("", -3600)) // 21 September in UTC
	from := []string{"email1@example.com", "email2@example.com"}
	for _, test := range []struct {
		name           string
		since          time.Time
		header         string
		senders, limit []string
		want           string
	}{
		{"no date, From", time.Time{}, "From", from, nil, " {from:email1@example.com from:email2@example.com}"},
		{"date and From", day.Add(-24 * time.Hour), "From", from, nil, "after:2021/09/20 {from:email1@example.com from:email2@example.com}"},
		{"another header, no list", time.Time{}, "X-Original-Sender", from, nil, ""},
		{"another header, no list, a date", day, "X-Original-Sender", from, nil, "after:2021/09/21"},
		{"another header and a list", time.Time{}, "X-Original-Sender", from, []string{"list@example.net"}, " {from:list@example.net}"},
		{"another header, a list, a date", day, "X-Original-Sender", from, []string{"list@example.net"}, "after:2021/09/21 {from:list@example.net}"},
		{"From and a list", time.Time{}, "From", nil, []string{"list@example.net"}, ""},
		{"nothing", time.Time{}, "From", nil, nil, ""},
	} {
		if got := gmailQuery(test.since, test.header, test.senders, test.limit); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

func TestGmailSince(t *testing.T) {
	for since, want := range map[string]string{
		"2026-03-02T00:00:00Z": "2026/03/01", "2026-03-02T23:59:59Z": "2026/03/01", "2026-03-01T12:00:00+14:00": "2026/02/27",
		"0001-01-01T00:00:00Z": "", "1969-12-31T00:00:00Z": "",
	} {
		at, err := time.Parse(time.RFC3339, since)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if day := gmailSince(at); !day.IsZero() {
			got = day.Format("2006/01/02")
		}
		if got != want {
			t.Errorf("since %s: %q, want %q", since, got, want)
		}
	}
}

func TestFromAllowed(t *testing.T) {
	allowed := []string{"list@example.net", "@carrier.example"}
	for header, want := range map[string]bool{
		"list@example.net":                              true,
		"Work via list <LIST@Example.NET>":              true,
		`"list@example.net" <x@evil.example>`:           false,
		"a@x.example, NOC <noc@carrier.example>":        true,
		"noc@carrier.example.evil":                      false,
		"=?utf-8?q?list=40example.net?= <x@y.example>":  false,
		"broken <list@example.net":                      true, // nothing is lost for being broken
		"":                                              false,
		"undisclosed: list@example.net, b@x.example;":   true,
		"list@example.net.evil.example":                 false,
		"Some Body <somebody+list@example.net.example>": false,
	} {
		if got := fromAllowed(header, allowed); got != want {
			t.Errorf("%q: %v, want %v", header, got, want)
		}
	}
}

func TestGmailCursor(t *testing.T) {
	for _, c := range []gmailCursor{
		{account: "noc+a@example.net", history: 12},
		{account: "noc@example.net", label: "Label_3", history: 1 << 60, last: "18d0"},
		{account: "noc@example.net", history: 1, search: true, since: 1772452800000, last: "18d0", lastMs: 1772452800123},
	} {
		if got, ok := parseGmailCursor(c.String()); !ok || got != c {
			t.Errorf("%s is read as %+v, %v", c, got, ok)
		}
	}
	for _, text := range []string{"", "history", "history?history=0", "search?history=x", "other?history=1", "history?history=1&received=x", "history?%zz"} {
		if got, ok := parseGmailCursor(text); ok {
			t.Errorf("%q is read as %+v", text, got)
		}
	}
}
