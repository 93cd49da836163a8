package parsers

import (
	"encoding/base64"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lineman/models"
)

// hostileMemory is how many bytes the reading of one mail may allocate, all
// together.
const hostileMemory = 256 << 20

// hostileMail is a mail that is made to do harm, and what must come of it.
type hostileMail struct {
	name string
	raw  func() []byte // made when needed: some are large
	want string        // "parsed …" as told gives it, or how a failure or an ignored mail begins: "error …", "ignored …"
	warn string        // part of the warnings of what was parsed
}

// literal is a hostile mail that is small enough to be written down.
func literal(s string) func() []byte { return func() []byte { return []byte(s) } }

// runHostile holds that each mail comes to exactly the wanted end within the
// memory that a mail may take, and that the same engine reads an ordinary mail
// after it as it did before.
func runHostile(t *testing.T, mails []hostileMail) {
	t.Helper()
	if testing.Short() {
		t.Skip("reads large mails; not in -short")
	}
	engine := millEngine()
	next := millMail("Content-Type: text/calendar", event())
	before := engine.Parse(mustRead(t, next), "")
	if before.Outcome != OutcomeMaintenance {
		t.Fatal(before.Problems())
	}
	for _, h := range mails {
		t.Run(h.name, func(t *testing.T) {
			r := readWithin(t, engine, h.raw())
			if got := told(r); h.want == "" || r.Outcome == OutcomeMaintenance && got != h.want || !strings.HasPrefix(got, h.want) {
				t.Errorf("got  %s\nwant %s", Clip(got, 1000), h.want)
			}
			var warnings []string
			for _, n := range r.Notices {
				warnings = append(warnings, n.Warnings...)
			}
			if all := strings.Join(append(warnings, r.Warnings...), "\n"); !strings.Contains(all, h.warn) {
				t.Errorf("warnings %q, want %q", all, h.warn)
			}
			if diff := cmp.Diff(before, engine.Parse(mustRead(t, next), "")); diff != "" {
				t.Errorf("the next mail is read otherwise (-before +after):\n%s", diff)
			}
		})
	}
}

// readWithin reads a mail as the pipeline does and counts what it allocates.
func readWithin(t *testing.T, engine *Engine, raw []byte) Result {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	ReadHeader(raw)
	m, err := ReadMail(raw)
	r := Failed(fmt.Errorf("not read"))
	if err != nil {
		r = Failed(err)
	} else {
		r = engine.Parse(m, "")
	}
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > hostileMemory && !withRace {
		t.Errorf("%d MB were allocated for a mail of %d kB", n>>20, len(raw)>>10)
	}
	if r.Panic {
		t.Errorf("a format panicked: %s", r.Reason)
	}
	return r
}

func mustRead(t *testing.T, raw []byte) *Mail {
	t.Helper()
	m, err := ReadMail(raw)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// told says in one line what came of a mail: each notice with its windows, and
// the circuits of its first window, of which three are named.
func told(r Result) string {
	switch r.Outcome {
	case OutcomeError:
		return "error " + strings.Join(r.Problems(), "; ")
	case OutcomeIgnored:
		return "ignored " + r.Reason
	}
	all := []string{"parsed"}
	for _, n := range r.Notices {
		all = append(all, n.MaintenanceID, string(n.Status))
		for i, w := range n.Windows {
			if i == 2 {
				all = append(all, fmt.Sprintf("and %d windows", len(n.Windows)-i))
				break
			}
			all = append(all, w.Start.Format("02T15:04")+"-"+w.End.Format("02T15:04"))
		}
		circuits := n.Windows[0].Circuits
		for i, c := range circuits {
			if i == 3 {
				all = append(all, fmt.Sprintf("and %d circuits", len(circuits)-i))
				break
			}
			all = append(all, c.CID+"="+string(c.Impact))
		}
	}
	return strings.Join(all, " ")
}

// millEngine knows one provider, whose notices are calendars, or texts with
// their circuits in spreadsheets.
func millEngine() *Engine {
	plain := fakeFormat("mill/text", "mill")
	sheets := Format{Name: "mill/sheets", Fits: plain.Fits, Read: func(m *Message) Reading {
		r := plain.Read(m)
		docs, err := ReadCSVs(m)
		if err != nil {
			r.Missing("circuits", err.Error())
		}
		for _, p := range m.Parts {
			if !IsXLSX(p) {
				continue
			}
			d, err := ReadXLSX(p.Data, p.Index)
			if err != nil {
				r.Missing("circuits", err.Error())
				continue
			}
			docs = append(docs, d)
		}
		for _, d := range docs {
			for _, row := range d.Rows(xlsxColumns) {
				for i := range r.Notices {
					for k := range r.Notices[i].Windows {
						w := &r.Notices[i].Windows[k]
						w.Circuits = append(w.Circuits, models.NoticeCircuit{CID: row.Get("circuit")})
					}
				}
			}
		}
		return r
	}}
	return NewEngine([]Provider{{Slug: "mill", Name: "Mill Net", Organizer: "noc@mill.example", Senders: []string{"mill.example"}, Formats: []Format{Calendar(""), sheets}}})
}

// millMail is a mail of that provider; head are further lines of its header.
func millMail(head, body string) []byte {
	return []byte("From: Mill Net <noc@mill.example>\nSubject: Planned maintenance\nDate: Mon, 2 Mar 2026 10:00:00 +0000\nMIME-Version: 1.0\n" + head + "\n\n" + body)
}

// millText is the text of its notices, whose circuits are elsewhere.
const millText = "layout: mill\nid: M-1\naccount: A\nstatus: CONFIRMED\nwindows: 2026-03-10T22:00:00Z/2026-03-11T04:00:00Z\n"

// millNotice is the text with its circuit, and what it comes to.
const (
	millNotice = millText + "circuits: C-1\n"
	millParsed = "parsed M-1 CONFIRMED 10T22:00-11T04:00 C-1=OUTAGE"
)

// millFile is a mail with the text and a file.
func millFile(kind, name string, data []byte) []byte {
	head := fmt.Sprintf("Content-Type: %s\nContent-Disposition: attachment; filename=%q\nContent-Transfer-Encoding: base64\n\n", kind, name)
	return millMail("Content-Type: multipart/mixed; boundary=b", "--b\n\n"+millText+"\n--b\n"+head+base64.StdEncoding.EncodeToString(data)+"\n--b--\n")
}
