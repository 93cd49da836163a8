package parsers

import "strings"

// wrote are the verbs of the line that mail programs put above a quoted mail:
// "On Mon, 4 Jan 2021 at 9:00, Kim <kim@…> wrote:".
var wrote = []string{"wrote", "writes", "schrieb", "a écrit", "escribió", "escreveu", "ha scritto", "schreef", "skrev", "napisał", "のメール"}

// wroteOn begin such a line; wroteWho are the verbs that may have the name
// behind them where it does not begin so: "Kim schrieb am 04.01.2021:".
var (
	wroteOn  = []string{"on ", "am ", "le ", "el ", "il ", "op ", "den ", "em "}
	wroteWho = []string{"schrieb", "schreef", "skrev"}
)

// originals are what stands between dashes above a quoted mail.
var originals = []string{"original message", "original appointment", "ursprüngliche nachricht", "originalnachricht", "message d'origine", "message d’origine",
	"mensaje original", "mensagem original", "messaggio originale", "oorspronkelijk bericht", "元のメッセージ"}

// QuoteAt gives the first line from which on a document quotes an older mail:
// the line "… wrote:", "-----Original Message-----", or a small header of
// From, Sent and Subject. It is len(Lines) where none does.
func (d *Document) QuoteAt(from int) int {
	for i := max(from, 0); i < len(d.Lines); i++ {
		if d.quoteBegins(i) {
			return i
		}
	}
	return len(d.Lines)
}

func (d *Document) quoteBegins(i int) bool {
	line := strings.TrimLeft(unquoteLine(Clip(d.Lines[i].Text, 400)), "*")
	switch {
	case isForwardMarker(line) || strings.HasPrefix(line, "-") && isOriginalMarker(line):
		return true
	case strings.HasSuffix(line, ":") && tellsWhoWrote(strings.ToLower(line)):
		return true
	}
	if name, _ := quotedLabel(line); name != "From" {
		return false
	}
	lines := make([]string, 0, 12)
	for j := i; j < len(d.Lines) && len(lines) < cap(lines); j++ {
		if j > i && d.Lines[j].Gap {
			lines = append(lines, "")
		}
		lines = append(lines, Clip(d.Lines[j].Text, 400))
	}
	h, _ := quotedHeader(lines)
	return h != nil
}

func isOriginalMarker(line string) bool {
	line = strings.ToLower(strings.Trim(line, "-* "))
	for _, o := range originals {
		if line == o {
			return true
		}
	}
	return false
}

// tellsWhoWrote tells whether a line in lower case that ends with a colon is
// the one above a quoted mail.
func tellsWhoWrote(line string) bool {
	line = strings.TrimRight(line, ": ")
	for _, verb := range wrote {
		if strings.HasSuffix(line, verb) {
			return true
		}
	}
	for _, word := range wroteOn {
		if strings.HasPrefix(line, word) {
			return hasVerb(line, wrote)
		}
	}
	return hasVerb(line, wroteWho) && strings.ContainsAny(line, "0123456789")
}

func hasVerb(line string, verbs []string) bool {
	for _, verb := range verbs {
		if strings.Contains(line, " "+verb+" ") {
			return true
		}
	}
	return false
}
