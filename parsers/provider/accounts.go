package provider

import (
	"fmt"

	"lineman/models"
	"lineman/parsers"
)

// accountLists are the circuits of a mail by account, in the order in which
// the mail names the accounts.
type accountLists []accountList

type accountList struct {
	account  string
	circuits []models.NoticeCircuit
	evidence []parsers.Evidence
}

// add puts a circuit to its account. account, cid and rules are as the mail
// and the layout have them.
func (a *accountLists) add(r *parsers.Reading, part int, account, accountRule string, c models.NoticeCircuit, rule string) {
	at := -1
	for i := range *a {
		if (*a)[i].account == account {
			at = i
		}
	}
	if at < 0 && len(*a) >= maxAccounts {
		tooMany(r, "account", maxAccounts)
		return
	}
	if at < 0 {
		at = len(*a)
		*a = append(*a, accountList{account: account, evidence: []parsers.Evidence{
			{Notice: at, Field: "account", Part: part, Text: parsers.Clip(account, 200), Rule: accountRule}}})
	}
	l := &(*a)[at]
	l.evidence = append(l.evidence, parsers.Evidence{Notice: at, Field: parsers.CircuitField(len(l.circuits), "circuit_id"),
		Part: part, Text: parsers.Clip(c.CID, 200), Rule: rule})
	l.circuits = append(l.circuits, c)
}

// impact records where the impact of the last circuit of an account was found.
func (a accountLists) impact(part int, account, text, rule string) {
	for i := range a {
		if l := &a[i]; l.account == account {
			l.evidence = append(l.evidence, parsers.Evidence{Notice: i, Field: parsers.CircuitField(len(l.circuits)-1, "impact"),
				Part: part, Text: parsers.Clip(text, 200), Rule: rule})
		}
	}
}

// finish makes one notice for each account of what they share.
func (a accountLists) finish(r parsers.Reading, n models.Notice) parsers.Reading {
	if len(a) == 0 {
		r.CheckNotice(&n)
		return finish(r, n)
	}
	var notices []models.Notice
	shared := r.Evidence
	for i, l := range a {
		own := n
		own.Account = l.account
		own.Windows = append([]models.NoticeWindow(nil), n.Windows...)
		for w := range own.Windows {
			own.Windows[w].Circuits = l.circuits
		}
		r.CheckNotice(&own)
		notices = append(notices, own)
		for _, ev := range shared {
			if i > 0 {
				ev.Notice = i
				r.Evidence = append(r.Evidence, ev)
			}
		}
		r.Evidence = append(r.Evidence, l.evidence...)
	}
	if len(notices) > 1 {
		r.Warn(fmt.Sprintf("the mail lists circuits of %d accounts: one notice for each", len(notices)))
	}
	return finish(r, notices...)
}
