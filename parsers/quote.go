package parsers

import "strings"

// wrote are the ends of the line that mail programs put above a quoted mail:
// "On Mon, 4 Jan 2021 at 9:00, Kim <kim@…> wrote:".
var wrote = []string{"wrote:", "writes:", "schrieb:", "a écrit :", "a écrit:", "escribió:", "escreveu:", "ha scritto:", "schreef:", "skrev:", "napisał:", "のメール:"}

// wroteWho have the name behind them: "Am 04.01.2021 um 9:00 schrieb Kim:".
var wroteWho = []string{" schrieb ", " schreef ", " skrev "}

// originals are what stands between dashes above a quoted mail.
var originals = []string{"original message", "original appointment", "ursprüngliche nachricht", "originalnachricht", "message d'origine", "mensaje original",
	"mensagem original", "messaggio originale", "oorspronkelijk bericht", "元のメッセージ"}

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
	line := unquoteLine(Clip(d.Lines[i].Text, 400))
	switch {
	case strings.HasPrefix(line, "-"):
		low := strings.ToLower(strings.Trim(line, "- "))
		for _, o := range originals {
			if low == o {
				return true
			}
		}
		return isForwardMarker(line)
	case strings.HasSuffix(line, ":"):
		low := strings.ToLower(line)
		for _, w := range wrote {
			if strings.HasSuffix(low, w) {
				return true
			}
		}
		for _, w := range wroteWho {
			if strings.Contains(low, w) && strings.ContainsAny(low, "0123456789") {
				return true
			}
		}
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
