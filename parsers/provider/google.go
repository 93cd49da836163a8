package provider

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"lineman/models"
	"lineman/parsers"
)

func googleProvider() parsers.Provider {
	return parsers.Provider{
		Slug:      "google",
		Name:      "Google",
		Organizer: "noc-noreply@google.com",
		Senders:   []string{"noc-noreply@google.com"},
		Subjects:  []string{"google planned network maintenance", "google network maintenance notification"},
		Body:      []string{"google network maintenance", "thank you for peering with google", "google neighbor address"},
		Formats:   []parsers.Format{{Name: "google/peering", Fits: googleFits, Read: googleRead}},
	}
}

var (
	googleTimes = parsers.Times{}

	googleLabels = parsers.NewLabels(map[string][]string{
		"start":    {"start time", "new start time", "start"},
		"end":      {"end time", "new end time", "end"},
		"duration": {"duration", "expected duration"},
		"impact":   {"impact", "expected impact"},
		"details":  {"google asn", "peer asn", "google neighbor address(es)", "peer neighbor address(es)"},
		"other":    {"details"},
	})

	googleID      = lazy(`(?i)\breference:?\s+([A-Z]{2,6}/\d{3,})\b|\b(PCR/\d{3,})\b`)
	googleReplace = lazy(`(?i)(?:replac\w+|supersed\w+|reschedul\w+ (?:of|from))\s+(?:\w+\s+){0,3}(PCR/\d{3,})\b`, "replac", "supersed", "reschedul")

	// googleLabel finds the labels of the sessions wherever a line breaks.
	googleLabel = lazy(`(?i)\b(google|peer) +(asn|neighbou?r +address(?:es|\(es\))?) *:?`, "asn", "neighb")
	googleASN   = lazy(`(?i)^ *(?:AS)?(\d{1,10})\b`)
)

func googleFits(m *parsers.Message) (bool, string) { return mentions(m, "maintenance") }

func googleRead(m *parsers.Message) parsers.Reading {
	l, r, ok := openLetter(m, googleLabels, googleTimes, "")
	if !ok {
		return r
	}
	id := googleID.FindString(m.Subject + " . " + parsers.Clip(l.doc.Text(), 8<<10))
	if id == "" && !has(l.pairs, "details") {
		return l.no("no reference and no ASN")
	}
	if rule := l.idle("start", "details"); rule != "" {
		return parsers.Reading{Ignored: rule}
	}
	googleReference(l)
	l.status(letterStatus, "start", "details")
	l.windows()
	googleDuration(l)
	lists := googleSessions(l)
	l.n.Summary = googleSummary(l)
	l.n.Sequence, l.n.UID = 1, "0"
	return lists.finish(l.r, l.n)
}

// googleReference is the ticket after "Reference" in the subject, else in the
// text.
func googleReference(l *letter) {
	text := parsers.Clip(l.doc.Text(), 8<<10)
	for i, s := range []string{l.m.Subject, text} {
		found := googleID.FindStringSubmatch(s)
		if found == nil {
			continue
		}
		id := found[1] + found[2]
		switch {
		case l.n.MaintenanceID == "":
			l.n.MaintenanceID = id
			l.r.Found(0, "maintenance_id", []int{-1, l.doc.Part}[i], found[0], "after Reference")
		case !strings.EqualFold(id, l.n.MaintenanceID):
			l.r.Warn(fmt.Sprintf("the subject names %s, the text %s", l.n.MaintenanceID, id))
		}
	}
	for _, s := range googleReplace.FindAllStringSubmatch(l.m.Subject+" . "+text, 5) {
		if !strings.EqualFold(s[1], l.n.MaintenanceID) {
			l.n.Supersedes = append(l.n.Supersedes, s[1])
		}
	}
}

// googleDuration holds the duration against the window.
func googleDuration(l *letter) {
	p, ok := parsers.First(l.pairs, "duration")
	if !ok || len(l.n.Windows) != 1 {
		return
	}
	said, err := time.ParseDuration(parsers.FirstWord(p.Value))
	w := l.n.Windows[0]
	if err == nil && said != w.End.Sub(w.Start) {
		l.r.Warn(fmt.Sprintf("the duration is %s, but start and end are %s apart", said, w.End.Sub(w.Start)))
	}
}

// googleSessions reads the sessions of each peer ASN. The n-th address of
// Google belongs to the n-th of the peer.
func googleSessions(l *letter) accountLists {
	var lists accountLists
	from := l.end
	for _, p := range l.pairs {
		if p.Field == "details" {
			from = p.Line
			break
		}
	}
	for i := range l.doc.Lines { // a label may begin on a line that ends amid it
		if i < from && googleLabel.MatchString(l.doc.Span(i, i+2)) {
			from = i
			break
		}
	}
	raw := l.value("impact", "circuits.impact")
	impact := l.impact(raw)
	text := l.doc.Span(from, l.end)
	marks := googleLabel.FindAllStringSubmatchIndex(text, 4*maxCircuits)
	asn := ""
	var ours, theirs []string
	for i, at := range marks {
		value := text[at[1]:]
		if i+1 < len(marks) {
			value = text[at[1]:marks[i+1][0]]
		}
		peer, isASN := strings.EqualFold(text[at[2]:at[3]], "peer"), strings.EqualFold(text[at[4]:at[5]], "asn")
		switch {
		case isASN && peer:
			if s := googleASN.FindStringSubmatch(value); s != nil {
				asn = s[1]
			}
		case isASN:
		case peer:
			theirs = append(theirs, googleAddresses(value)...)
		default:
			ours = append(ours, googleAddresses(value)...)
		}
		for len(ours) > 0 && len(theirs) > 0 {
			lists.add(&l.r, l.doc.Part, asn, "label Peer ASN",
				models.NoticeCircuit{CID: ours[0] + "-" + theirs[0], Impact: impact, RawImpact: parsers.Clip(raw, 200)},
				"labels Google and Peer Neighbor Address(es)")
			ours, theirs = ours[1:], theirs[1:]
		}
	}
	if len(ours)+len(theirs) > 0 {
		l.r.Missing("circuits", fmt.Sprintf("the neighbor address %s has no partner", append(ours, theirs...)[0]))
	}
	if len(lists) == 0 && asn != "" {
		l.n.Account = asn
		l.r.Found(0, "account", l.doc.Part, asn, "label Peer ASN")
	}
	return lists
}

// googleAddresses gives the IP addresses that a text begins with.
func googleAddresses(s string) []string {
	var all []string
	for _, word := range strings.FieldsFunc(parsers.Clip(s, 64<<10), func(r rune) bool { return r == ' ' || r == ',' || r == ';' }) {
		bare, _, _ := strings.Cut(strings.Trim(word, "()[]"), "/")
		if _, err := netip.ParseAddr(bare); err != nil {
			break
		}
		all = append(all, bare)
	}
	return all
}

// googleSummary is the heading of the text, else the subject.
func googleSummary(l *letter) string {
	for i := range min(l.end, 5) {
		if t := l.doc.Lines[i].Text; strings.Contains(strings.ToLower(t), "maintenance notification") {
			return t
		}
	}
	return l.m.Subject
}
