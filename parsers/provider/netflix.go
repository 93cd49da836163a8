package provider

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"lineman/models"
	"lineman/parsers"
)

func netflixProvider() parsers.Provider {
	return parsers.Provider{
		Slug:      "netflix",
		Name:      "Netflix",
		Organizer: "cdnetops@netflix.com",
		Senders:   []string{"cdnetops@netflix.com", "cdnetops@saasmail.netflix.com", "saasmail.netflix.com"},
		Subjects:  []string{"netflix open connect"},
		Body:      []string{"netflix open connect", "netflix (as2906)"},
		Formats:   []parsers.Format{{Name: "netflix/notice", Read: netflixRead}},
	}
}

var (
	netflixTimes = parsers.Times{}

	netflixLabels = parsers.NewLabels(map[string][]string{
		"ips":    {"your ips", "your ip", "your ip(s)", "your ip addresses", "ip addresses", "affected ips", "impacted ips"},
		"window": {"maintenance window", "window"},
		"start":  {"start", "start time", "new start time"},
		"end":    {"end", "end time", "new end time"},
	})

	netflixAS     = lazy(`\(ASN? ?(\d{1,10})\)`)
	netflixLength = lazy(`(?i)\b(?:downtime|outage|duration|interruption)\b[^.\n]{0,60}?\b(?:approximately|about|around|up to|is|be|last|of|:)\s*(?:\d{1,3}\s*(?:-|–|to|or)\s*)?(\d{1,3}(?:\.\d+)?|[a-z]{3,6})\s*(minutes?|mins?|hours?|hrs?|days?)\b(?:,? (?:and )?(\d{1,2}) ?(?:minutes?|mins?))?`)
	netflixStamp  = lazy(`\b\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}`)
	netflixMoved  = lazy(`(?i)\b(?:reschedul\w*|re-schedul\w*|moved|postponed)\b.*\bto\b`)
	netflixWork   = lazy(`(?i)\bnetflix\b[^\n]{0,40}\b(?:will be performing|will perform|has|is performing|was performing|completed|have)\b|\bmaintenance\b`)
)

func netflixRead(m *parsers.Message) parsers.Reading {
	l, failed, ok := openLetter(m, netflixLabels, netflixTimes, "ips")
	if !ok {
		return failed
	}
	work, line := netflixSentence(l)
	if work == nil && !has(l.pairs, "ips", "start", "window") {
		return l.no("no addresses and no sentence with the time of a maintenance")
	}
	if rule := l.idle("ips"); rule != "" {
		return parsers.Reading{Ignored: rule}
	}
	if strings.Contains(parsers.Plain(m.Subject), "dry run") {
		l.r.Warn("the subject speaks of a dry run, the text of real work")
	}
	netflixAccount(l)
	l.status(letterStatus, "ips")
	if has(l.pairs, "start", "window") {
		l.windows()
	} else if work != nil {
		netflixWindow(l, *work, line)
	}
	netflixCircuits(l)
	l.synthetic("netflix")
	if work != nil {
		l.n.Summary = l.doc.Lines[line].Text
	}
	return l.finish()
}

// netflixSentence finds the sentence that says what is done and when; where
// none has a time, the subject may.
func netflixSentence(l *letter) (*parsers.Moment, int) {
	for i := range l.head(l.doc, l.pairs, []string{"ips"}) {
		text := parsers.Clip(netflixParagraph(l, i), 1000)
		if !netflixWork.MatchString(text) {
			continue
		}
		if when, ok := netflixMoment(text); ok {
			return &when, i
		}
	}
	return nil, 0
}

// netflixParagraph is a line with those below it that belong to its sentence:
// some mail programs wrap it.
func netflixParagraph(l *letter, line int) string {
	end := line + 1
	for end < min(line+4, l.end) && !l.doc.Lines[end].Gap {
		end++
	}
	return strings.ReplaceAll(l.doc.Span(line, end), "\n", " ")
}

// netflixMoment reads the first moment of a text that has both date and time;
// of work that is moved from one to another, the last.
func netflixMoment(text string) (parsers.Moment, bool) {
	text = strings.ReplaceAll(text, "+00:00 UTC", " UTC")
	if at := netflixStamp.FindAllStringSubmatchIndex(text, 5); len(at) > 0 {
		from := at[0][0]
		if netflixMoved.MatchString(text) {
			from = at[len(at)-1][0]
		}
		text = text[from:]
	}
	for range 20 {
		when, rest, ok := netflixTimes.Scan(text)
		if ok && when.HasDate() && when.HasTime {
			return when, true
		}
		if rest == "" || len(rest) >= len(text) {
			break
		}
		text = rest
	}
	return parsers.Moment{}, false
}

// netflixAccount is the number of the network that the greeting names.
func netflixAccount(l *letter) {
	for i := range l.head(l.doc, l.pairs, []string{"ips"}) {
		text := l.doc.Lines[i].Text
		found := netflixAS.FindStringSubmatch(text)
		if found == nil || strings.Contains(strings.ToLower(text), "netflix") {
			continue
		}
		l.n.Account = "AS" + found[1]
		l.r.Found(0, "account", l.doc.Part, text, "AS number of the greeting")
		return
	}
}

// netflixWindow begins at the time of the sentence and lasts as long as the
// downtime that is expected, the only length that the layout has.
func netflixWindow(l *letter, when parsers.Moment, line int) {
	start, err := netflixTimes.Resolve(when, l.near)
	if err != nil {
		l.r.Missing("start", err.Error())
		return
	}
	found := netflixLength.FindStringSubmatch(parsers.Clip(strings.ReplaceAll(l.doc.Span(0, l.end), "\n", " "), 32<<10))
	if found == nil || netflixDuration(found) == 0 {
		l.r.Missing("end", "the mail says neither when the work ends nor how long the downtime is")
		return
	}
	l.n.Windows = []models.NoticeWindow{{Kind: models.WindowPrimary, Start: start, End: start.Add(netflixDuration(found))}}
	l.r.Found(0, "start", l.doc.Part, l.doc.Lines[line].Text, "time of the sentence")
	l.r.Found(0, "end", l.doc.Part, found[0], "start and expected downtime")
}

func netflixDuration(found []string) time.Duration {
	unit := time.Minute
	switch strings.ToLower(found[2][:1]) {
	case "h":
		unit = time.Hour
	case "d":
		unit = 24 * time.Hour
	}
	n, err := strconv.ParseFloat(found[1], 64)
	if err != nil {
		n = float64(numberWord(found[1]))
	}
	more, _ := strconv.Atoi(found[3])
	return time.Duration(n*float64(unit)) + time.Duration(more)*time.Minute
}

// numberWord gives the number that a word says, 0 if none up to twelve.
func numberWord(word string) int {
	words := []string{"one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"}
	return slices.Index(words, strings.ToLower(word)) + 1
}

// netflixCircuits are the addresses of the sessions that go down.
func netflixCircuits(l *letter) {
	var list []models.NoticeCircuit
	raw := ""
	for _, line := range l.doc.Lines[:l.end] {
		if impact, _, ok := parsers.CommonImpact.Find(line.Text); ok && impact == models.ImpactOutage && strings.Contains(line.Text, "downtime") {
			raw = line.Text
			break
		}
	}
	for _, p := range l.pairs {
		if p.Field != "ips" {
			continue
		}
		for i := p.Line; i < min(p.End, l.end); i++ {
			text := l.doc.Lines[i].Text
			if i == p.Line {
				text = strings.TrimPrefix(text, p.Label)
			}
			found, other := addresses(text)
			for _, a := range found {
				list = l.circuit(list, a, models.ImpactOutage, raw, "address under "+p.Label)
			}
			if other && i > p.Line {
				break
			}
		}
	}
	l.circuits(list)
}

// addresses gives the IP addresses of a line; other reports that it has none.
func addresses(text string) (found []string, other bool) {
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" ,;|*•()\t", r) }) {
		if a, err := netip.ParseAddr(strings.Trim(word, ".")); err == nil {
			found = append(found, a.String())
		} else if p, err := netip.ParsePrefix(word); err == nil {
			found = append(found, p.Addr().String())
		}
	}
	return found, len(found) == 0
}
