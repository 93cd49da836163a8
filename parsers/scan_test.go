package parsers

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lineman/models"
)

func scanOf(t *testing.T, raw string, read []string, known ...Known) Sighting {
	t.Helper()
	m, err := ReadMail([]byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	var r Result
	if read != nil {
		w := models.NoticeWindow{}
		for _, cid := range read {
			w.Circuits = append(w.Circuits, models.NoticeCircuit{CID: cid})
		}
		r.Notices = []models.Notice{{Windows: []models.NoticeWindow{w}}}
	}
	return NewScanner(known).Scan(m, r)
}

func TestScan(t *testing.T) {
	abc := Known{CID: "ABC-1234"}
	tests := []struct {
		name   string
		raw    string
		read   []string
		known  []Known
		missed string // CIDs, joined
		hinted string
	}{
		{"named and not read", "\n\nCircuit abc-1234 is down", []string{}, []Known{abc}, "ABC-1234", ""},
		{"named and read", "\n\nCircuit ABC-1234 is down", []string{"abc-1234"}, []Known{abc}, "", ""},
		{"read with a word beside it", "\n\nABC-1234", []string{"Circuit ABC-1234 (Paris)"}, []Known{abc}, "", ""},
		{"in the subject", "Subject: Work on ABC-1234\n\nx", nil, []Known{abc}, "ABC-1234", ""},
		{"inside longer ids", "\n\nABC-12345 XABC-1234 ABC-1234-9 ABC-1234/A 9.ABC-1234 ABC-1234_2 éABC-1234", nil, []Known{abc}, "", ""},
		{"between marks", "\n\n(ABC-1234), end", nil, []Known{abc}, "ABC-1234", ""},
		{"end of a sentence", "\n\nThis is ABC-1234.", nil, []Known{abc}, "ABC-1234", ""},
		{"beside Japanese", "\nContent-Type: text/plain; charset=utf-8\n\n回線ABC-1234です", nil, []Known{abc}, "ABC-1234", ""},
		{"short ids", "\n\nAB123", nil, []Known{{CID: "AB123"}}, "", ""},
		{"blanks fold", "\n\n/ogyx/1234/\t /zyo\n  /", nil, []Known{{CID: "/OGYX/1234/ /ZYO /"}}, "/OGYX/1234/ /ZYO /", ""},
		{"alias", "\n\nIC-778899", nil, []Known{{CID: "ABC-1234", Text: "ic-778899"}}, "ABC-1234", ""},
		{"alias read as id", "\n\nIC-778899 ABC-1234", []string{"ABC-1234"}, []Known{abc, {CID: "ABC-1234", Text: "IC-778899"}}, "", ""},
		{"suffix of another", "\n\nXX ABC-1234", nil, []Known{{CID: "XX ABC-1234"}, abc}, "XX ABC-1234,ABC-1234", ""},
		{"failed branch", "\n\nABC-12 ABC-1234", nil, []Known{{CID: "ABC-12 ABD"}, abc}, "ABC-1234", ""},
		{"html over tags", "Content-Type: text/html\n\n<td>ABC-<b>12</b>34</td><td>9</td>", nil, []Known{abc}, "ABC-1234", ""},
		{"base64", "Content-Transfer-Encoding: base64\n\nQ2lyY3VpdCBBQkMtMTIzNA==\n", nil, []Known{abc}, "ABC-1234", ""},
		{"folded calendar", "Content-Type: text/calendar\n\nBEGIN:VCALENDAR\r\nX-ID:ABC-\r\n 1234\r\n", nil, []Known{abc}, "ABC-1234", ""},
		{"csv attachment", "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhello\n--b\nContent-Type: text/csv; name=a.csv\nContent-Disposition: attachment\n\nid;site\n\"ABC-1234\";x\n--b--\n", nil, []Known{abc}, "ABC-1234", ""},
		{"quoted lines", "Subject: Re: x\n\nthanks\n> circuit ABC-1234\n", nil, []Known{abc}, "", "ABC-1234"},
		{"below the answer mark", "Subject: Re: x\n\nthanks\n-----Original Message-----\nABC-1234\n", nil, []Known{abc}, "", "ABC-1234"},
		{"quoted and said", "Subject: Re: x\n\n> ABC-1234\nABC-1234 too\n", nil, []Known{abc}, "ABC-1234", ""},
		{"quoted in html", "Content-Type: text/html\n\n<p>ok</p><blockquote type=\"cite\">ABC-1234</blockquote>", nil, []Known{abc}, "", "ABC-1234"},
		{"forwarded is the notice", "Subject: Fwd: x\n\n> circuit ABC-1234\n", nil, []Known{abc}, "ABC-1234", ""},
		{"nested message", "Content-Type: message/rfc822\n\nSubject: y\n\nABC-1234", nil, []Known{abc}, "ABC-1234", ""},
		{"nothing known", "\n\nABC-1234", nil, nil, "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := scanOf(t, "From: a@b.example\n"+strings.TrimPrefix(tt.raw, "\n"), tt.read, tt.known...)
			if diff := cmp.Diff(tt.missed, seenCIDs(got.Missed)); diff != "" {
				t.Errorf("missed (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.hinted, seenCIDs(got.Hinted)); diff != "" {
				t.Errorf("hinted (-want +got):\n%s", diff)
			}
			if got.Incomplete() != (tt.missed != "") {
				t.Errorf("Incomplete is %v", got.Incomplete())
			}
		})
	}
}

func seenCIDs(all []Seen) string {
	var ids []string
	for _, s := range all {
		ids = append(ids, s.CID)
	}
	return strings.Join(ids, ",")
}

// The automaton must find what a plain search finds.
func TestScanAgainstPlainSearch(t *testing.T) {
	var known []Known
	words := []string{"AAAAAA", "AAAAAAA", "ABABAB", "BABABA", "ABABABA", "AABABAB", "BBAABB AB"}
	for _, w := range words {
		known = append(known, Known{CID: w})
	}
	s := NewScanner(known)
	for n := range 1 << 14 {
		text := make([]byte, 0, 20)
		for i := range 14 {
			text = append(text, "AB"[n>>i&1])
			if i%7 == 6 {
				text = append(text, ' ')
			}
		}
		want := map[string]bool{}
		for _, w := range words {
			if strings.Contains(" "+string(text)+" ", " "+w+" ") {
				want[w] = true
			}
		}
		got := map[string]bool{}
		s.find(text, func(k Known) { got[k.CID] = true })
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%q (-want +got):\n%s", text, diff)
		}
	}
}

func BenchmarkScan(b *testing.B) {
	var known []Known
	for i := range 100_000 {
		known = append(known, Known{CID: "CKT-" + itoa(1_000_000+i*7)})
	}
	s := NewScanner(known)
	m, err := ReadMail([]byte("Subject: x\n\n" + strings.Repeat("Circuit CKT-1000007x in Paris is affected\n", 250)))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.SetBytes(int64(m.Size))
	for b.Loop() {
		s.Scan(m, Result{})
	}
}
