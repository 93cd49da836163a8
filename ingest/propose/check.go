package propose

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"lineman/models"
	"lineman/parsers"
)

const (
	maxID       = 90  // letters; as long as an id that a person may fill in
	maxEvidence = 200 // bytes
)

// checker knows what a mail shows.
type checker struct {
	parts    []shownPart
	ended    bool // it says that it cancels or completes something
	statuses map[models.Status]models.Proposal
	impacts  map[models.Impact]models.Proposal
}

type shownPart struct {
	index    int
	lines    []string // as plain gives them
	instants map[time.Time]string
}

func newChecker(shown []parsers.Shown, near time.Time) *checker {
	c := &checker{statuses: map[models.Status]models.Proposal{}, impacts: map[models.Impact]models.Proposal{}}
	for _, s := range shown {
		p := shownPart{index: s.Part, instants: map[time.Time]string{}}
		for _, line := range strings.Split(s.Text, "\n") {
			line = plain(line)
			p.lines = append(p.lines, line)
			c.words(p, line)
		}
		for _, i := range parsers.Instants(s.Text, near) {
			if _, had := p.instants[i.At]; !had {
				p.instants[i.At] = i.Text
			}
		}
		hit, says := parsers.CommonStatus.Find(parsers.Plain(s.Text))
		c.ended = c.ended || says && !hit.Status.MayBeProposed()
		c.parts = append(c.parts, p)
	}
	return c
}

// words notes the first line that words each status and impact.
func (c *checker) words(p shownPart, line string) {
	for _, words := range statusWords {
		if _, had := c.statuses[words.Status]; had {
			continue
		}
		if _, says := (parsers.StatusWords{words}).Find(parsers.Plain(line)); says {
			c.statuses[words.Status] = p.found(models.ProposeStatus, string(words.Status), line)
		}
	}
	impact, _, says := parsers.CommonImpact.Find(line)
	if _, had := c.impacts[impact]; says && !had {
		c.impacts[impact] = p.found(models.ProposeImpact, string(impact), line)
	}
}

// check lets a value through that the mail shows and that may be proposed.
func (c *checker) check(v value) (models.Proposal, bool) {
	text := plain(v.Value)
	switch v.Field {
	case models.ProposeID, models.ProposeAccount, models.ProposeCircuit:
		return c.id(v.Field, text)
	case models.ProposeStatus:
		// Where a mail says that it ends something, no other status is proposed
		// for it either: that is for a person.
		status := models.Status(strings.ToUpper(text))
		p, shown := c.statuses[status]
		return p, shown && !c.ended && status.MayBeProposed()
	case models.ProposeImpact:
		p, shown := c.impacts[models.Impact(strings.ToUpper(text))]
		return p, shown
	case models.ProposeStart, models.ProposeEnd:
		return c.instant(v.Field, text)
	}
	return models.Proposal{}, false
}

// found makes the proposal of a value that a line of a part shows.
func (p shownPart) found(field, value, line string) models.Proposal {
	line = private[0].text.ReplaceAllString(line, private[0].place) // a link in a mail is for nobody to follow
	return models.Proposal{Field: field, Value: value, Evidence: parsers.Clip(line, maxEvidence), Part: p.index}
}

// id finds an id as a word of its own, letter by letter.
func (c *checker) id(field, text string) (models.Proposal, bool) {
	n := utf8.RuneCountInString(text)
	if n < 2 || n > maxID || !idLike(field, text) {
		return models.Proposal{}, false
	}
	for _, p := range c.parts {
		for _, line := range p.lines {
			if at := wordIndex(line, text); at >= 0 {
				from, to := around(line, at, at+len(text))
				return p.found(field, text, line[from:to]), true
			}
		}
	}
	return models.Proposal{}, false
}

// idLike reports whether a text can be an id at all: it has a digit (names of
// accounts need none), few words, and no link or markup.
func idLike(field, text string) bool {
	if strings.ContainsAny(text, "<>`[]{}!\"") || strings.Contains(text, "://") || strings.Contains(text, "@") {
		return false
	}
	return len(strings.Fields(text)) <= 8 && (field == models.ProposeAccount || strings.ContainsFunc(text, unicode.IsDigit))
}

// around gives the part of a line that shows what stands at from up to to.
func around(line string, from, to int) (int, int) {
	room := max(0, (maxEvidence-(to-from))/2)
	from, to = max(0, from-room), min(len(line), to+room)
	for from > 0 && !utf8.RuneStart(line[from]) {
		from--
	}
	for to < len(line) && !utf8.RuneStart(line[to]) {
		to++
	}
	return from, to
}

// statusWords are how a mail words a status that may be proposed.
var statusWords = parsers.StatusWords{
	{Status: models.StatusInProcess, Phrases: []string{"in progress", "in-progress", "in process", "in-process", "has begun", "has started", "has commenced", "now started", "work started"}},
	{Status: models.StatusRescheduled, Phrases: []string{"rescheduled", "re-scheduled", "reschedule", "re-schedule", "postponed", "new date", "revised date"}},
	{Status: models.StatusTentative, Phrases: []string{"tentative"}},
	{Status: models.StatusConfirmed, Phrases: []string{"confirmed", "confirmation", "confirm", "scheduled", "planned", "will be performed", "will perform", "will be carried out"}},
}

// instant finds a time that can only mean the proposed one.
func (c *checker) instant(field, text string) (models.Proposal, bool) {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return models.Proposal{}, false
	}
	at = at.UTC()
	for _, p := range c.parts {
		if written, shown := p.instants[at]; shown {
			return p.found(field, at.Format(time.RFC3339), plain(written)), true
		}
	}
	return models.Proposal{}, false
}

// plain makes of a text what is compared and shown: compatibility forms, single
// blanks, and nothing that shows nothing or turns the direction of writing.
func plain(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Cf) || unicode.IsControl(r) && !unicode.IsSpace(r) {
			return -1
		}
		return r
	}, norm.NFKC.String(strings.ToValidUTF8(s, "")))
	return strings.Join(strings.Fields(s), " ")
}

// wordIndex finds a text of which neither end goes on; -1: nowhere.
func wordIndex(line, want string) int {
	for from := 0; ; {
		i := strings.Index(line[from:], want)
		if i < 0 {
			return -1
		}
		i += from
		if !endsIn(line[:i]) && !beginsIn(line[i+len(want):]) {
			return i
		}
		_, size := utf8.DecodeRuneInString(line[i:])
		from = i + size
	}
}

// joints are what ids are put together with: "LX/77" is no id where the mail
// says "LX/77-1201".
const joints = "-/_."

// beginsIn reports whether a text goes on with what stands before it.
func beginsIn(s string) bool {
	s = strings.TrimLeft(s, joints)
	r, _ := utf8.DecodeRuneInString(s)
	return goesOn(r)
}

// endsIn reports whether a text goes on with what stands behind it.
func endsIn(s string) bool {
	s = strings.TrimRight(s, joints)
	r, _ := utf8.DecodeLastRuneInString(s)
	return goesOn(r)
}

func goesOn(r rune) bool { return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r)) }
