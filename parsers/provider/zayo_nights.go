package provider

import (
	"time"

	"lineman/models"
	"lineman/parsers"
)

// zayoSpan is one line of a night.
type zayoSpan struct {
	from, to parsers.Moment
	line     int
}

// night reads the lines under one heading: each night in local time and in
// GMT, which is the one that counts.
func (z *zayoMail) night(kind models.WindowKind, p parsers.Pair) {
	var gmt, local []zayoSpan
	for i := p.Line; i < min(p.End, z.end); i++ {
		text := z.doc.Lines[i].Text
		if i == p.Line {
			text = p.Value
			if p.At != p.Line {
				continue
			}
		}
		if z.doc.Lines[i].Struck {
			continue
		}
		from, to, _, ok := zayoTimes.ScanSpan(text)
		if !ok {
			continue
		}
		if isUTC(zayoTimes, to.Zone) {
			gmt = append(gmt, zayoSpan{from, to, i})
		} else {
			local = append(local, zayoSpan{from, to, i})
		}
	}
	sure := gmt
	if len(sure) == 0 {
		sure = local
	}
	for i, s := range sure {
		start, end, err := zayoTimes.ResolveSpan(s.from, s.to, z.m.Date)
		if err == nil && len(gmt) > 0 && i < len(local) {
			err = agree(&z.r, zayoTimes, [2]time.Time{start, end}, [2]parsers.Moment{local[i].from, local[i].to}, z.m.Date, zayoSlack)
		}
		if err != nil {
			missingTime(&z.r, err)
			continue
		}
		n := len(z.n.Windows)
		z.n.Windows = append(z.n.Windows, models.NoticeWindow{Kind: kind, Start: start, End: end})
		z.r.Found(0, parsers.WindowField(n, "start"), z.doc.Part, z.doc.Lines[s.line].Text, "line under "+p.Label)
		z.r.Found(0, parsers.WindowField(n, "end"), z.doc.Part, z.doc.Lines[s.line].Text, "line under "+p.Label)
	}
}
