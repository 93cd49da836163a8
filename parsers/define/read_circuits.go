package define

import (
	"fmt"
	"slices"
	"strings"

	"lineman/models"
	"lineman/parsers"
)

// accountList are the circuits of one account; window -1 means every window.
type accountList struct {
	account  string
	circuits []models.NoticeCircuit
	windows  []int
	evidence []parsers.Evidence
}

// circuits reads the circuits of the table, else those beside the label, else
// that of the subject.
func (r *reading) circuits(rows []parsers.Row) {
	account, part, text, rule := r.value("account")
	if account == "" && r.filler != "" {
		account, part, text, rule = r.filler, -1, "", "filler account of the definition"
	}
	if account != "" {
		r.n.Account = account
		r.r.Found(0, "account", part, text, rule)
	}
	words, _, _, _ := r.value("impact")
	for _, row := range rows {
		r.row(row, account, words)
	}
	if len(rows) > 0 {
		return
	}
	for _, p := range r.pairs {
		if p.Field == "circuit" && p.Value != "" && !p.Struck {
			for _, cid := range r.listed(p) {
				r.add(account, cid, words, -1, r.doc.Part, "label "+p.Label)
			}
		}
	}
	if exp := r.subject["circuit"]; exp != nil && len(r.lists) == 0 {
		if cid := pick(exp, r.m.Subject); cid != "" {
			r.add(account, cid, words, -1, -1, "pattern in the subject")
		}
	}
}

// row reads the circuit of one table row, with its window where the table has
// one.
func (r *reading) row(row parsers.Row, account, words string) {
	cid := pick(r.patterns["circuit"], row.Get("circuit"))
	if parsers.None(cid) {
		return
	}
	if own := pick(r.patterns["account"], row.Get("account")); !parsers.None(own) {
		account = own
	}
	if raw := row.Get("impact"); !parsers.None(raw) || strings.EqualFold(raw, "none") {
		words = raw
	}
	window := -1
	if row.Get("window") != "" || row.Get("start") != "" {
		if window = r.rowWindow(row); window < 0 {
			return
		}
	}
	r.add(account, cid, words, window, r.doc.Part, "column "+row.Head("circuit"))
}

// listed gives the circuits beside a label: those on its line and on the lines
// below, up to an empty line; with a pattern, all that fit it up to the next
// label.
func (r *reading) listed(p parsers.Pair) []string {
	var all []string
	exp := r.patterns["circuit"]
	for i := p.At; i < max(min(p.End, r.end), p.At+1); i++ {
		line := r.doc.Lines[i]
		text := line.Text
		if i == p.At {
			text = p.Value
		}
		if line.Struck || i > p.At && exp == nil && line.Gap {
			break
		}
		if exp != nil {
			for _, found := range exp.FindAllStringSubmatch(parsers.Clip(text, 64<<10), parsers.MaxCircuits) {
				all = append(all, strings.TrimSpace(found[len(found)-1]))
			}
			continue
		}
		for _, item := range strings.FieldsFunc(text, func(c rune) bool { return c == ',' || c == ';' }) {
			if item = strings.Trim(item, " •*·"); !parsers.None(item) {
				all = append(all, item)
			}
		}
	}
	return all
}

// add puts a circuit to its account.
func (r *reading) add(account, cid, raw string, window, part int, rule string) {
	at := slices.IndexFunc(r.lists, func(l accountList) bool { return l.account == account })
	if at < 0 {
		if len(r.lists) >= parsers.MaxAccounts {
			r.r.TooMany("account", parsers.MaxAccounts)
			return
		}
		at = len(r.lists)
		r.lists = append(r.lists, accountList{account: account})
		if account != r.n.Account {
			r.lists[at].evidence = []parsers.Evidence{{Notice: at, Field: "account", Part: part, Text: parsers.Clip(account, 200), Rule: "column of the account"}}
		}
	}
	if r.total += max(len(r.n.Windows), 1); r.total > parsers.MaxCircuits {
		r.r.TooMany("circuits", parsers.MaxCircuits)
		return
	}
	l := &r.lists[at]
	n := len(l.circuits)
	l.circuits = append(l.circuits, models.NoticeCircuit{CID: cid, Impact: r.impactOf(raw), RawImpact: parsers.Clip(raw, 200)})
	l.windows = append(l.windows, window)
	l.evidence = append(l.evidence,
		parsers.Evidence{Notice: at, Field: parsers.CircuitField(n, "circuit_id"), Part: part, Text: parsers.Clip(cid, 200), Rule: rule},
		parsers.Evidence{Notice: at, Field: parsers.CircuitField(n, "impact"), Part: part, Text: parsers.Clip(raw, 200), Rule: "words of the impact"})
}

// finish makes one notice for each account.
func (r *reading) finish() parsers.Reading {
	if len(r.lists) == 0 {
		r.lists = []accountList{{account: r.n.Account}}
	}
	shared := r.r.Evidence
	r.r.Evidence = nil
	var notices []models.Notice
	for i, l := range r.lists {
		n := r.n
		n.Account = l.account
		var place map[int]int
		n.Windows, place = l.lay(r.n.Windows)
		checked := n
		if len(n.Windows) == 0 && len(l.circuits) > 0 {
			checked.Status = models.StatusCancelled // circuits there are, only no window to hold them
		}
		r.r.CheckNotice(&checked)
		notices = append(notices, n)
		for _, e := range shared {
			if e.Field == "account" && len(l.evidence) > 0 && l.evidence[0].Field == "account" {
				continue
			}
			if at, field := e.Window(); at > 0 || field == "start" || field == "end" {
				to, ok := place[at]
				if !ok {
					continue
				}
				e.Field = parsers.WindowField(to, field)
			}
			e.Notice = i
			r.r.Evidence = append(r.r.Evidence, e)
		}
		r.r.Evidence = append(r.r.Evidence, l.evidence...)
	}
	if len(notices) > 1 {
		r.r.Warn(fmt.Sprintf("the mail lists circuits of %d accounts: one notice for each", len(notices)))
	}
	if len(r.r.Fields) > 0 {
		return r.r
	}
	for i := range notices {
		notices[i].Warnings = r.r.Warnings
	}
	r.r.Notices = notices
	return r.r
}

// lay gives each window its circuits; a window whose circuits are all of other
// accounts is left out. place tells where each window that stays is now.
func (l accountList) lay(windows []models.NoticeWindow) (all []models.NoticeWindow, place map[int]int) {
	place = make(map[int]int, len(windows))
	for i, w := range windows {
		for k, c := range l.circuits {
			if l.windows[k] < 0 || l.windows[k] == i {
				w.Circuits = append(w.Circuits, c)
			}
		}
		if len(w.Circuits) > 0 || len(l.circuits) == 0 {
			place[i] = len(all)
			all = append(all, w)
		}
	}
	return all, place
}
