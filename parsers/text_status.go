package parsers

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"

	"lineman/models"
)

// StatusWords are the words by which a layout says a status, in the order in
// which they are looked for. Phrases are in lower case as Plain gives them.
type StatusWords []StatusPhrases

// StatusPhrases are the phrases of one status.
type StatusPhrases struct {
	Status  models.Status
	Phrases []string
}

// StatusHit is a status that one place of a mail states.
type StatusHit struct {
	Status models.Status
	Part   int    // Part.Index; -1: the subject
	Text   string // around the phrase, as searched
	Where  string // for people: "subject", "body" …
}

// CommonStatus are the words that all layouts share, in the order in which a
// mail is searched for them: what ends a maintenance first.
var CommonStatus = StatusWords{
	{models.StatusCancelled, []string{"cancelled", "canceled", "cancellation", "cancelation", "cancelling", "canceling", "withdrawn", "called off",
		"キャンセル", "中止"}},
	{models.StatusCompleted, []string{"completed", "completion", "is complete", "concluded", "has ended", "has finished", "window has closed",
		"完了", "終了いたしました", "終了しました"}},
	{models.StatusInProcess, []string{"in progress", "in-progress", "in process", "has begun", "has started", "has commenced",
		"now started", "work started", "開始しました", "開始いたしました", "開始されました"}},
	{models.StatusRescheduled, []string{"rescheduled", "re-scheduled", "reschedule", "re-schedule", "postponed", "new date", "revised date",
		"延期", "日程変更"}},
	{models.StatusTentative, []string{"tentative"}},
}

// maxSearched is how much of a text is searched for words.
const maxSearched = 32 << 10

// negations are words before a phrase that take its meaning away, and notYet
// those that put it into a future or a condition; they count within the same
// clause.
var negations = []string{
	"not", "never", "no longer", "isn't", "hasn't", "wasn't", "weren't", "haven't", "cannot", "can't", "without", "nor", "neither",
}

var notYet = []string{
	"if", "should", "may", "might", "could", "would", "unless", "whether", "until", "till", "once", "when", "before", "after", "upon",
	"in case", "in the event", "subject to", "unable", "prior to", "can be", "ability", "right to", "request to", "requests to", "wish to", "want to",
}

// subordinate are words that make a condition or a time of the statement that
// follows them.
var subordinate = []string{"if", "unless", "whether", "until", "till", "once", "when", "before", "after", "upon", "in case", "in the event"}

var (
	// statedVerb is the verb right before a phrase that states it: what is said
	// before it belongs to other verbs ("that may affect you has been cancelled").
	statedVerb = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`\b(?:has|have|had|is|are|was|were)(?: (?:now|been|just|already|hereby|successfully|also|therefore|since|unfortunately|officially|fully))* $`)
	})

	auxiliary = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^(?:has|have|had|is|are|was|were)$`)
	})

	// unstated is what takes a stated verb back: a word right before it, a no
	// that begins the clause, or one of which a "that" makes the statement.
	unstated = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`\b(?:not|never|no longer|would|should|could|might|may|must|will|to|neither) $|^\W*(?:not|never|none|neither|nor)\b[^,]*$|\b(?:not|never)\b[^,]* that\b`)
	})

	// calendarWord are the month of May and words before a time of day or a date,
	// which look like others; what it keeps as $1 is the verb behind a number.
	calendarWord = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(\d may (?:be|have|not|also|need|cause|affect|impact)\b)|` +
			`\b\d{1,2}(?:st|nd|rd|th)?(?: of)?[ ,.\-/]*\bmay\b|\b(?:in|of|by|for|during|since) may\b|\bmay[ ,.\-/]+\d+|\bmay (?:has|is|was|will)\b|` +
			`\b(?:until|till|before|after|upon|when|once)(?: the)? (?:\d|midnight|noon|midday)`)
	})
)

// formerly are words right before a phrase that put it into the past of other
// work ("replaces the cancelled maintenance").
var formerly = []string{"previously ", "formerly ", "earlier ", "replaces the ", "replacing the ", "instead of the "}

// mistaken are words behind a phrase that take it back.
var mistaken = []string{"in error", "by mistake", "erroneously", "by accident"}

// awaited are words before or behind a phrase that make a message to come of it
// ("you will receive a completion notice").
var awaited = []string{"receive", "await", "will send", "will issue", "will provide", "will share", "will be sent", "will be issued", "will be provided",
	"will be shared", "will be emailed", "will follow", "policy"}

// future are words that make a statement of everything but a cancellation a
// plan ("will be completed").
var future = []string{"to be", "will be", "shall be", "must be", "expected"}

// Find gives the first status of the list that a text states. text is as Plain
// gives it. A phrase behind a negation or a condition ("has not been
// cancelled", "if it is cancelled") is no statement.
func (w StatusWords) Find(text string) (StatusHit, bool) {
	sieve := NewSieve(Clip(text, maxSearched))
	for _, s := range w {
		for _, phrase := range s.Phrases {
			if hit, ok := stated(sieve, s.Status, phrase); ok {
				return hit, true
			}
		}
	}
	return StatusHit{}, false
}

// stated looks for a phrase that is a statement.
func stated(sieve *Sieve, status models.Status, phrase string) (StatusHit, bool) {
	text := sieve.text
	for i := sieve.Index(phrase); i >= 0; {
		end := i + len(phrase)
		if wordStart(text, i) && !unsaid(text, i, phrase, status) && !undone(text[end:], phrase) {
			return StatusHit{Status: status, Text: around(text, i, end)}, true
		}
		next := strings.Index(text[end:], phrase)
		if next < 0 || phrase == "" {
			break
		}
		i = end + next
	}
	return StatusHit{}, false
}

func wordStart(s string, i int) bool {
	return i == 0 || s[i] >= utf8.RuneSelf || !isLetter(s[i-1]) && s[i-1] != '-'
}

// unsaid looks back from a phrase to the beginning of its clause: whether a
// word there keeps it from being a statement.
func unsaid(text string, at int, phrase string, status models.Status) bool {
	clause := text[max(0, at-60):at]
	if i := strings.LastIndexAny(clause, ".!?;\n*[]"); i >= 0 {
		clause = clause[i+1:]
	}
	if i := strings.LastIndex(clause, ": "); i >= 0 {
		clause = clause[i+1:]
	}
	if strings.Contains(clause, "may") || hasWord(clause, subordinate) {
		clause = calendarWord().ReplaceAllString(clause, "$1 ")
	}
	own := clause
	if word := leadingWord(phrase); auxiliary().MatchString(word) { // "has started"
		own += word + " "
	}
	if verb := statedVerb().FindStringIndex(own); verb != nil {
		before := own[:verb[0]]
		return hasWord(before, subordinate) || unstated().MatchString(before) || status != models.StatusCancelled && supposed(text, at)
	}
	if hasWord(clause, notYet) || hasWord(clause, awaited) || hasWord(ownVerb(clause), negations) {
		return true
	}
	for _, word := range formerly {
		if strings.HasSuffix(clause, word) {
			return true
		}
	}
	return status != models.StatusCancelled && (hasWord(clause, future) || supposed(text, at))
}

// ownVerb gives what stands behind an "and" of a clause if a statement of its
// own begins there: "it has not started and has been cancelled".
func ownVerb(clause string) string {
	i := strings.LastIndex(clause, " and ")
	if i < 0 {
		return clause
	}
	if rest := clause[i+len(" and "):]; hasWord(rest, []string{"is", "are", "was", "were", "has", "have"}) {
		return rest
	}
	return clause
}

// supposed tells whether the sentence around a place begins with a condition:
// "Should the date have passed, please consider the work as completed."
func supposed(text string, at int) bool {
	from := max(0, at-300)
	if i := strings.LastIndexAny(text[from:at], ".!?;\n*[]"); i >= 0 {
		from += i + 1
	}
	sentence := strings.TrimLeft(text[from:at], " -")
	for _, word := range []string{"if ", "should ", "unless ", "in case ", "in the event "} {
		if strings.HasPrefix(sentence, word) {
			return true
		}
	}
	return false
}

// undone tells whether a phrase is put into the future by what follows it in
// its clause, and a Japanese one also whether it is taken back there.
func undone(rest, phrase string) bool {
	if phrase[0] < utf8.RuneSelf {
		rest = rest[:min(60, len(rest))]
		if i := strings.IndexAny(rest, ".,!?;:\n*[]"); i >= 0 {
			rest = rest[:i]
		}
		return hasWord(rest, awaited) || hasWord(rest, mistaken)
	}
	rest, _, _ = strings.Cut(Clip(rest, 45), "。")
	for _, w := range []string{"ません", "予定", "次第", "後", "場合", "まで"} {
		if strings.Contains(rest, w) {
			return true
		}
	}
	return false
}

// hasWord tells whether a clause has one of the words as a whole word; one
// before a comma belongs to a clause of its own ("not to worry, the work has
// been completed").
func hasWord(clause string, words []string) bool {
	for _, word := range words {
		for from := 0; ; {
			i := strings.Index(clause[from:], word)
			if i < 0 {
				break
			}
			i += from
			end := i + len(word)
			if (i == 0 || !isLetter(clause[i-1])) && (end == len(clause) || !isLetter(clause[end])) && !strings.Contains(clause[end:], ",") {
				return true
			}
			from = end
		}
	}
	return false
}

func around(text string, from, to int) string {
	start := max(0, from-40)
	for start < from && !utf8.RuneStart(text[start]) {
		start++
	}
	if i := strings.IndexByte(text[start:from], '\n'); i >= 0 {
		start += i + 1
	}
	end := min(len(text), to+40)
	for end > to && end < len(text) && !utf8.RuneStart(text[end]) {
		end--
	}
	out := text[start:end]
	if i := strings.IndexByte(text[to:end], '\n'); i >= 0 {
		out = text[start : to+i]
	}
	return strings.TrimSpace(out)
}

// statusRank orders statuses that contradict each other: a cancellation wins,
// then what ended, then what runs, then new dates.
var statusRank = map[models.Status]int{
	models.StatusCancelled: 7, models.StatusCompleted: 6, models.StatusInProcess: 5,
	models.StatusRescheduled: 4, models.StatusTentative: 3, models.StatusConfirmed: 2, models.StatusNoChange: 1,
}

// DecideStatus gives the status that the hits come to, and a warning where
// they contradict each other. ok is false without hits.
func DecideStatus(hits ...StatusHit) (best StatusHit, warning string, ok bool) {
	var other StatusHit
	for _, h := range hits {
		if h.Status == "" {
			continue
		}
		switch {
		case best.Status == "":
			best = h
		case statusRank[h.Status] > statusRank[best.Status]:
			best, other = h, best
		case h.Status != best.Status:
			other = h
		}
	}
	if other.Status != "" {
		warning = fmt.Sprintf("the mail contradicts itself: %s says %s (%q), %s says %s (%q)",
			best.Where, best.Status, Clip(best.Text, 100), other.Where, other.Status, Clip(other.Text, 100))
	}
	return best, warning, best.Status != ""
}
