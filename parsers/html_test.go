package parsers

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestReadHTMLLines(t *testing.T) {
	tests := []struct {
		name, in string
		want     []string
	}{
		{"breaks and blocks", "a<br>b<p>c</p>d<div>e</div>", []string{"a", "b", "c", "d", "e"}},
		{"inline elements join", "<b>Tick</b>et <span>#</span>: 1<sup>st</sup>", []string{"Ticket #: 1st"}},
		{"blanks", "a&nbsp;&nbsp;b\n\t c\u200bd\u00a0", []string{"a b cd"}},
		{"comment", "a<!-- Window: 1 -->b", []string{"ab"}},
		{"script style title", "<title>T</title><style>x{}</style><script>y</script>z", []string{"z"}},
		{"hidden span", `a<span style="display:none">secret</span>b`, []string{"ab"}},
		{"hidden in capitals", `a<DIV STYLE="DISPLAY: NONE">secret<div>more</div></DIV>b`, []string{"a", "b"}},
		{"white on white", `a<span style="color:#FFF">secret</span>b<font color=white>more</font>`, []string{"ab"}},
		{"white on its own white", `<p style="background:#eee">a<span style="color: white; background-color: #ffffff">secret</span>b`, []string{"ab"}},
		{"white on a colour", `<table bgcolor="#003366"><tr><td style="color:#fff">seen</table>`, []string{"seen"}},
		{"colour of its background", `a<span style="color:#eee;background:#eee">secret</span>b`, []string{"ab"}},
		{"transparent", `a<span style="opacity:0">secret</span>b<span style="opacity:0.5">seen</span>`, []string{"abseen"}},
		{"hidden attribute", `a<p hidden>secret<div>seen</div>`, []string{"a", "seen"}},
		{"hidden ends with its cell", `<table><tr><td><span style="display:none">x<td>seen</table>`, []string{"seen"}},
		{"hidden table", `<table style="display:none"><tr><td>x</td></tr></table>seen`, []string{"seen"}},
		{"struck part", "new <s>old</s> time", []string{"new time"}},
		{"struck span", `new <span style="text-decoration:line-through">old <span>older</span></span>time`, []string{"new time"}},
		{"preformatted", "<pre>a\n b</pre>c", []string{"a", "b", "c"}},
		{"entities", "&lt;a&gt; &amp; &#8217;", []string{"<a> & ’"}},
		{"broken", "<b>a<td>b</b></table><c", []string{"a", "b"}},
		{"unknown elements", "<Int Desc=\"\">a<o:p>b</o:p>", []string{"ab"}},
		{"quoted greater than", `<a title="x>y">b</a>`, []string{"b"}},
		{"less than in text", "a < b <3", []string{"a < b <3"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, err := ReadHTML(tt.in, 0)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, l := range d.Lines {
				got = append(got, l.Text)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestReadHTMLStruckLine(t *testing.T) {
	d, err := ReadHTML("<p><del>Start: 1</del></p><p>Start: 2</p>", 0)
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Lines) != 2 || !d.Lines[0].Struck || d.Lines[1].Struck {
		t.Fatalf("lines %+v", d.Lines)
	}
	p, ok := First(d.Pairs(NewLabels(map[string][]string{"start": {"start"}})), "start")
	if !ok || p.Value != "2" {
		t.Errorf("First takes %+v", p)
	}
	below := func(html string) Pair {
		d, err := ReadHTML(html, 0)
		if err != nil {
			t.Fatal(err)
		}
		p, _ := First(d.Pairs(NewLabels(map[string][]string{"start": {"start"}})), "start")
		return p
	}
	if p := below("<p>Start:</p><p><del>1</del></p><p>2</p>"); p.Value != "2" || p.Struck {
		t.Errorf("of two lines below, First takes %+v", p)
	}
	if p := below("<p>Start:</p><p><del>1</del></p>"); p.Value != "1" || !p.Struck {
		t.Errorf("of a struck line below, First takes %+v", p)
	}
}

func TestReadHTMLLimits(t *testing.T) {
	for name, in := range map[string]string{
		"nested tables": strings.Repeat("<table><tr><td>", maxTableDepth+1),
		"many tables":   strings.Repeat("<table></table>", maxTables+1),
		"many lines":    strings.Repeat("a<br>", maxLines+2),
	} {
		if _, err := ReadHTML(in, 0); !errors.Is(err, ErrLimit) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func TestLayoutsGiveTheSamePairs(t *testing.T) {
	labels := NewLabels(map[string][]string{
		"id": {"Ticket #"}, "customer": {"Customer"}, "start": {"Start Time"}, "note": {"Note*"},
	})
	want := map[string]string{"id": "T-1", "customer": "Harbour: ISP", "start": "2026-01-01 10:00 UTC", "note": "two words"}
	html := map[string]string{
		"bold":         "<b>Ticket #: </b>T-1<br><b>Customer:</b> Harbour: ISP<br><strong>Start Time</strong> 2026-01-01 10:00 UTC<br><b>Notes</b>: two words",
		"next element": "<div>Ticket #:</div><div>T-1</div><p>Customer</p><p>Harbour: ISP</p><span>Start Time:</span><br><span>2026-01-01 10:00 UTC</span><p>Note<p>two words",
		"table":        "<table><tr><td>Ticket #</td><td>T-1</td></tr><tr><td>Customer:</td><td>Harbour: ISP</td></tr><tr><th>Start Time</th><td>2026-01-01 10:00 UTC<tr><td>Notes:<td>two words</table>",
		"one line":     "<p>Ticket #: T-1, Customer: Harbour: ISP; Start Time: 2026-01-01 10:00 UTC</p><p>Note: two words</p>",
	}
	text := map[string]string{
		"plain":  "Ticket #: T-1\nCustomer: Harbour: ISP\nStart Time : 2026-01-01 10:00 UTC\nNote: two words\n",
		"below":  "Ticket #:\nT-1\n\nCustomer\n\nHarbour: ISP\nStart Time:\n2026-01-01 10:00 UTC\nNotes\ntwo words",
		"stars":  "*Ticket #:* T-1\n*Customer: *Harbour: ISP\n*Start Time* 2026-01-01 10:00 UTC\n*Note:*two words",
		"double": "**Ticket #:** T-1\n**Customer**: Harbour: ISP\n**Start Time** 2026-01-01 10:00 UTC\n**Note:** two words",
		"quoted": "> Ticket #: T-1\n> Customer: Harbour: ISP\n>> Start Time: 2026-01-01 10:00 UTC\n> Note: two words",
		"pipes":  "| Ticket # | T-1 |\n| Customer | Harbour: ISP |\n| Start Time | 2026-01-01 10:00 UTC |\n| Note | two words |",
		"tabs":   "Ticket #\tT-1\nCustomer\tHarbour: ISP\nStart Time\t2026-01-01 10:00 UTC\nNote\ttwo words",
		"gaps":   "Ticket #    T-1\n  Customer   Harbour: ISP\nStart Time  2026-01-01 10:00 UTC\nNote     two words",
		"wide":   "Ticket＃：T-1\r\nCustomer：Harbour: ISP\r\nStart\u00a0Time：2026-01-01 10:00 UTC\r\nNote： two  words",
	}
	check := func(name string, d *Document, err error) {
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for _, p := range d.Pairs(labels) {
			got[p.Field] = p.Value
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	for name, in := range html {
		d, err := ReadHTML(in, 0)
		check("html "+name, d, err)
	}
	for name, in := range text {
		d, err := ReadText(in, 0)
		check("text "+name, d, err)
	}
}

func TestLooseLabels(t *testing.T) {
	strict := NewLabels(map[string][]string{"state": {"activity status"}, "id": {"ticket", "ticket reference"}, "window": {"window*"}})
	d, err := ReadText("Ticket Reference T-1\nActivity Status Scheduled\nTicket Reference\nT-2\nThe activity status is not known\nWindow (GMT) 10:00\n", 0)
	if err != nil {
		t.Fatal(err)
	}
	values := func(l *Labels) (all []string) {
		for _, p := range d.Pairs(l) {
			all = append(all, p.Field+"="+p.Value)
		}
		return all
	}
	if diff := cmp.Diff([]string{"id=T-2", "window="}, values(strict)); diff != "" {
		t.Errorf("strict: %s", diff)
	}
	if diff := cmp.Diff([]string{"id=T-1", "state=Scheduled", "id=T-2", "window="}, values(strict.Loose())); diff != "" {
		t.Errorf("loose: %s", diff)
	}
}

func TestTextComments(t *testing.T) {
	d, err := ReadText("a\n<!-- \nWindow: old -->\nWindow: new\n", 0)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(d.Text(), "old") || !strings.Contains(d.Text(), "new") {
		t.Errorf("text %q", d.Text())
	}
}

func FuzzHTML(f *testing.F) {
	for _, s := range []string{
		"<b>Ticket #: </b>T-1<br>", "<table><tr><th>Circuit Id</th><th>Impact</th></tr><tr><td>C-1</td><td>Outage</td></tr></table>",
		"<table><tr><td rowspan=2 colspan='3'>a<td><table><tr><td>x", "<pre>a\nb</pre>", "<s>a</s><del>b", "<span style='display:none'>x", "&#x0;&nbsp;<!--", "<p hidden><p>",
	} {
		f.Add(s)
	}
	labels := NewLabels(map[string][]string{"id": {"Ticket #", "a*", "*b"}})
	cols := NewColumns([]string{"cid"}, map[string][]string{"cid": {"circuit id", "a"}, "impact": {"impact*"}})
	f.Fuzz(func(t *testing.T, s string) {
		h, err := ReadHTML(s, 1)
		if err != nil && !errors.Is(err, ErrLimit) {
			t.Fatal(err)
		}
		p, err := ReadText(s, 1)
		if err != nil && !errors.Is(err, ErrLimit) {
			t.Fatal(err)
		}
		for _, d := range []*Document{h, p} {
			if d == nil {
				continue
			}
			for _, l := range d.Lines {
				if l.Text == "" || strings.TrimSpace(l.Text) != l.Text && utf8.ValidString(s) || l.Head > len(l.Text) {
					t.Fatalf("line %+v", l)
				}
			}
			for _, pair := range d.Pairs(labels) {
				if pair.End < pair.Line || pair.End > len(d.Lines) || pair.At > len(d.Lines) {
					t.Fatalf("pair %+v of %d lines", pair, len(d.Lines))
				}
			}
			for _, r := range d.Rows(cols) {
				_ = r.Get("cid") + r.Head("impact")
			}
		}
	})
}

func TestReadHTMLIsLinear(t *testing.T) {
	if testing.Short() {
		t.Skip("counts allocations of large documents; not in -short")
	}
	row := "<tr><td>C-%d</td><td>Outage</td></tr>"
	size := func(n int) float64 {
		var b strings.Builder
		b.WriteString("<table><tr><th>Circuit Id</th><th>Impact</th></tr>")
		for i := range n {
			fmt.Fprintf(&b, row, i)
		}
		s := b.String()
		return testing.AllocsPerRun(3, func() {
			d, err := ReadHTML(s, 0)
			if err != nil || len(d.Tables[0].Rows) != n+1 {
				t.Fatalf("%v", err)
			}
		}) / float64(n)
	}
	if small, large := size(200), size(5000); large > 2*small {
		t.Errorf("%.1f allocations a row for 200 rows, %.1f for 5000", small, large)
	}
}
