package provider

import (
	"strings"

	"lineman/models"
	"lineman/parsers"
)

// letterEnd is searched between and below the details, where only a clear
// sentence counts.
var letterEnd = parsers.StatusWords{
	{Status: models.StatusCancelled, Phrases: []string{"has been cancelled", "has been canceled", "have been cancelled", "have been canceled",
		"is cancelled", "is canceled", "is now cancelled", "is now canceled", "was cancelled", "was canceled",
		"has been withdrawn", "is hereby cancelled", "is hereby canceled", "has been called off", "has been postponed until further notice"}},
	{Status: models.StatusCompleted, Phrases: []string{"has been completed", "has now been completed", "has been successfully completed", "have been completed",
		"have now been completed", "have been successfully completed", "was completed", "were completed", "is now complete", "are now complete"}},
	{Status: models.StatusInProcess, Phrases: []string{"has started", "has now started", "has commenced", "has now commenced", "has begun", "is in progress",
		"is now in progress", "is underway", "is now underway"}},
	{Status: models.StatusRescheduled, Phrases: []string{"has been rescheduled", "has been re-scheduled", "have been rescheduled", "is rescheduled",
		"has been postponed", "have been postponed", "has been extended", "has been moved to"}},
}

// subjectTag finds a word that stands for itself in a subject: "[Started] …",
// "EXTENDED - …", "… – Commencing".
var subjectTag = lazy(`(?i)(?:^|[\[(|:–—-])\s*(now (?:starting|commencing)|start(?:ed|ing)|commenc(?:ed|ing)|resumed|ongoing|underway|extended|extension|window extended|moved|brought forward)\s*(?:[\])|:–—-]|$)`,
	"start", "commenc", "resumed", "ongoing", "underway", "exten", "moved", "brought")

// saySubject looks for a status in a subject: for the words, and where there
// is none for a tag.
func saySubject(hits []parsers.StatusHit, words parsers.StatusWords, subject string) []parsers.StatusHit {
	n := len(hits)
	if hits = say(hits, words, subject, -1, "the subject"); len(hits) > n {
		return hits
	}
	found := subjectTag.FindStringSubmatch(parsers.Clip(subject, 2000))
	if found == nil {
		return hits
	}
	hit := parsers.StatusHit{Status: models.StatusInProcess, Part: -1, Text: found[1], Where: "the subject"}
	for _, moved := range []string{"ext", "mov", "brought", "window"} {
		if strings.HasPrefix(strings.ToLower(found[1]), moved) {
			hit.Status = models.StatusRescheduled
		}
	}
	return append(hits, hit)
}

// sentences looks for a clear sentence in the lines that belong to no label:
// between the details and below them.
func (l *letter) sentences(hits []parsers.StatusHit) []parsers.StatusHit {
	if len(l.pairs) == 0 {
		return hits
	}
	from, older := l.pairs[0].Line, l.end < len(l.doc.Lines)
	for i, p := range l.pairs {
		if older && i > 0 && p.Field == l.pairs[0].Field {
			return hits
		}
		if p.Line > from {
			hits = say(hits, letterEnd, l.doc.Span(from, p.Line), l.doc.Part, "the text")
		}
		from = max(from, max(p.Line, min(p.At, p.End-1))+1)
	}
	end := min(l.end, l.doc.QuoteAt(from))
	if from >= end || older { // an older notice follows, and who knows where it begins
		return hits
	}
	return say(hits, letterEnd, l.doc.Span(from, end), l.doc.Part, "the end of the text")
}
