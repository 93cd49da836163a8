package parsers

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestShownText(t *testing.T) {
	mail := func(lines ...string) string { return strings.Join(lines, "\r\n") }
	tests := map[string]struct {
		raw          string
		shown, never []string
	}{
		"plain": {
			mail("Subject: the subject", "", "own words", "> quoted words", "On Monday, Ada wrote:", "older words"),
			[]string{"the subject", "own words"}, []string{"quoted", "older"},
		},
		"html": {
			mail("Subject: s", "Content-Type: text/html", "", `<p>seen<span style="display:none">unseen</span><!-- remark --><b style="color:#fff">white</b></p><script>code()</script>`),
			[]string{"seen"}, []string{"unseen", "remark", "white", "code"},
		},
		"both": {
			mail("Subject: s", "Content-Type: multipart/alternative; boundary=B", "", "--B", "Content-Type: text/plain", "", "the other text", "--B", "Content-Type: text/html", "", "<p>the html</p>", "--B--"),
			[]string{"the html"}, []string{"the other text"},
		},
		"attachments": {
			mail("Subject: s", "Content-Type: multipart/mixed; boundary=B", "", "--B", "Content-Type: text/plain", "", "the body", "--B",
				"Content-Type: text/plain", "Content-Disposition: attachment; filename=a.txt", "", "attached", "--B", "Content-Type: text/calendar", "", "BEGIN:VCALENDAR", "DESCRIPTION:calendar", "END:VCALENDAR", "--B--"),
			[]string{"the body"}, []string{"attached", "calendar"},
		},
		"forward": {
			mail("Subject: Fwd: work", "", "see below", "---------- Forwarded message ---------", "From: NOC <noc@carrier.example>", "Date: Mon, 2 Mar 2026 08:00:00 +0000", "Subject: work", "", "the notice"),
			[]string{"the notice"}, nil,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			m, err := ReadMail([]byte(test.raw))
			if err != nil {
				t.Fatal(err)
			}
			var all strings.Builder
			for _, s := range ShownText(m) {
				all.WriteString(s.Text + "\n")
			}
			for _, want := range test.shown {
				if !strings.Contains(all.String(), want) {
					t.Errorf("no %q in %q", want, all.String())
				}
			}
			for _, bad := range test.never {
				if strings.Contains(all.String(), bad) {
					t.Errorf("%q is shown in %q", bad, all.String())
				}
			}
		})
	}
}

func TestInstants(t *testing.T) {
	near := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	tests := map[string][]string{
		"Start: 2026-03-05 02:00 UTC":                                          {"2026-03-05T02:00:00Z"},
		"05-Mar-2026 02:00 CET to 06:00 CET":                                   {"2026-03-05T01:00:00Z", "2026-03-05T05:00:00Z"},
		"2026-03-05 02:00 - 2026-03-05 06:00 UTC":                              {"2026-03-05T02:00:00Z", "2026-03-05T06:00:00Z"},
		"2026-03-05 23:00 - 04:00 UTC":                                         {"2026-03-05T23:00:00Z", "2026-03-06T04:00:00Z"},
		"Work TTN-60 on line Z-1, on 10 March 2026 01:00 UTC until 05:00 UTC.": {"2026-03-10T01:00:00Z", "2026-03-10T05:00:00Z"},
		"Work on line LX/77-1201, Thursday 5 March 2026 02:00 to 06:00 UTC.":   {"2026-03-05T02:00:00Z", "2026-03-05T06:00:00Z"},
		"3 lines in 2 cities (2026-03-05 02:00 UTC)":                           {"2026-03-05T02:00:00Z"},
		"Start: 2026-03-05 02:00":                                              nil,
		"01/05/2026 02:00 UTC":                                                 nil,
		"25/03/2026 02:00 UTC":                                                 {"2026-03-25T02:00:00Z"},
		"2026-03-29 02:30 Europe/Berlin":                                       nil,
		"call +49 30 123456 or order 20260305 today":                           nil,
		"5 March 2026, 2:00 AM Eastern Time\nand 2026-03-06 UTC":               {"2026-03-05T07:00:00Z"},
		"Date: 5 March 2026\nWindow: 02:00 - 06:00 UTC":                        {"2026-03-05T02:00:00Z", "2026-03-05T06:00:00Z"},
		"Date: 5 March 2026\nFrom: 23:00 UTC\nTo: 23:30 UTC":                   {"2026-03-05T23:00:00Z", "2026-03-05T23:30:00Z"},
		"Date: 5 March 2026\n\n\n\nHotline from 08:00 to 17:00 UTC":            nil,
	}
	for text, want := range tests {
		t.Run(text, func(t *testing.T) {
			var got []string
			for _, i := range Instants(text, near) {
				if s := i.At.Format(time.RFC3339); !strings.Contains(strings.Join(got, " "), s) {
					got = append(got, s)
				}
			}
			slices.Sort(got)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	began := 0
	for range Instants(strings.Repeat("2026-03-05 02:00 UTC ", 100_000), near) {
		began++
	}
	if began > 2*maxInstants+2 {
		t.Errorf("%d times are read", began)
	}
}
