package provider

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lineman/parsers"
)

// hostileMemory is how many bytes the reading of one mail may allocate, all
// together.
const hostileMemory = 256 << 20

// hostileMail is a mail that is made to do harm, and what must come of it.
type hostileMail struct {
	name string
	mail func() string
	want string // "parsed …" as told gives it, or how it begins: "error …", "ignored …"
}

// runHostile holds that each mail comes to exactly the wanted end within the
// memory that a mail may take, and that the same engine reads an ordinary mail
// after it as it did before.
func runHostile(t *testing.T, mails []hostileMail) {
	t.Helper()
	if testing.Short() {
		t.Skip("reads large mails; not in -short")
	}
	engine := parsers.NewEngine(All())
	next := mail(megaportFrom, megaportSubj, megaportHTML("Planned maintenance (9001-1).", "Cards.", megaportTable+megaportTimes1))
	before := readWithin(t, engine, next)
	if before.Outcome != parsers.OutcomeMaintenance {
		t.Fatal(before.Problems())
	}
	for _, h := range mails {
		t.Run(h.name, func(t *testing.T) {
			r := readWithin(t, engine, h.mail())
			if got := told(r); h.want == "" || r.Outcome == parsers.OutcomeMaintenance && got != h.want || !strings.HasPrefix(got, h.want) {
				t.Errorf("got  %s\nwant %s", parsers.Clip(got, 600), h.want)
			}
			if diff := cmp.Diff(before, readWithin(t, engine, next)); diff != "" {
				t.Errorf("the next mail is read otherwise (-before +after):\n%s", diff)
			}
		})
	}
}

// readWithin reads a mail as the pipeline does and counts what it allocates.
func readWithin(t *testing.T, engine *parsers.Engine, m string) parsers.Result {
	t.Helper()
	raw := []byte(m)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	var r parsers.Result
	if read, err := parsers.ReadMail(raw); err != nil {
		r = parsers.Failed(err)
	} else {
		r = engine.Parse(read, "")
	}
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > hostileMemory && !withRace {
		t.Errorf("%d MB were allocated for a mail of %d kB", n>>20, len(raw)>>10)
	}
	if r.Panic || r.Outcome == "" {
		t.Errorf("outcome %q: %s", r.Outcome, r.Reason)
	}
	return r
}

// told says in one line what came of a mail: each notice with its windows, and
// the circuits of its first window, of which three are named.
func told(r parsers.Result) string {
	switch r.Outcome {
	case parsers.OutcomeError:
		return "error " + strings.Join(r.Problems(), "; ")
	case parsers.OutcomeIgnored:
		return "ignored " + r.Reason
	}
	all := []string{"parsed"}
	for _, n := range r.Notices {
		all = append(all, n.MaintenanceID, string(n.Status))
		for _, w := range n.Windows {
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
