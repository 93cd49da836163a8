package provider

import (
	"time"

	"lineman/models"
	"lineman/parsers"
)

// readWindows reads each table of start and end; its GMT row counts, the other
// rows check it.
func (l *lumenMail) readWindows() {
	rows := l.times
	for i := 0; i < len(rows); {
		j := i
		for j < len(rows) && rows[j].Table == rows[i].Table && rows[j].HeadAt == rows[i].HeadAt {
			j++
		}
		if len(l.windows) > maxWindows {
			tooMany(&l.r, "start", maxWindows)
			return
		}
		if rows[i].Line < l.end {
			l.window(rows[i:j])
		}
		i = j
	}
}

func (l *lumenMail) window(rows []parsers.Row) {
	var spans [][2]parsers.Moment
	sure := -1
	for _, r := range rows {
		from, _, okFrom := lumenTimes.Scan(r.Get("start"))
		to, _, okTo := lumenTimes.Scan(r.Get("end"))
		if !okFrom || !okTo {
			continue
		}
		if sure < 0 && isUTC(lumenTimes, from.Zone) {
			sure = len(spans)
		}
		spans = append(spans, [2]parsers.Moment{from, to})
	}
	if len(spans) == 0 {
		l.r.Missing("start", "the table of start and end has no time that can be read")
		return
	}
	s := spans[max(sure, 0)]
	start, end, err := lumenTimes.ResolveSpan(s[0], s[1], l.m.Date)
	for i, other := range spans {
		if err == nil && i != max(sure, 0) {
			err = agree(&l.r, lumenTimes, [2]time.Time{start, end}, other, l.m.Date, lumenSlack)
		}
	}
	if err != nil {
		missingTime(&l.r, err)
		return
	}
	n := len(l.windows)
	l.windows = append(l.windows, lumenWindow{
		w:    models.NoticeWindow{Kind: l.kind(rows[0].HeadAt), Start: start, End: end},
		line: rows[0].HeadAt,
	})
	l.r.Found(0, parsers.WindowField(n, "start"), l.doc.Part, s[0].Text, "column "+rows[0].Head("start"))
	l.r.Found(0, parsers.WindowField(n, "end"), l.doc.Part, s[1].Text, "column "+rows[0].Head("end"))
}

// kind tells from the last heading before a table whether it is the alternate
// night. The heading counts for the first table under it.
func (l *lumenMail) kind(line int) models.WindowKind {
	for _, p := range l.pairs {
		if p.Field != "alternate" || p.Line >= line || line-p.Line > 6 {
			continue
		}
		taken := false
		for _, w := range l.windows {
			taken = taken || w.line > p.Line
		}
		if !taken {
			return models.WindowBackup
		}
	}
	return models.WindowPrimary
}
