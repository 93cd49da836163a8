package parsers

import "testing"

func TestQuoteAt(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       int
	}{
		{"none", "Dear all,\nwork begins.\n", 2},
		{"wrote", "Work.\n\nOn Mon, 2 Mar 2026 at 09:00, Kim <kim@harbour-isp.example> wrote:\n\n> Work.\n", 1},
		{"schrieb", "Work.\nAm 02.03.2026 um 09:00 schrieb Kim:\nWork.\n", 1},
		{"without a date", "Work.\nEl lunes NOC escribió a los clientes:\nWork.\n", 1},
		{"name before the verb", "Work.\nKim schrieb am 02.03.2026:\nWork.\n", 1},
		{"begin forwarded", "Work.\nBegin forwarded message:\nOld.\n", 1},
		{"bold header", "Work.\n*From:* NOC <noc@harbour-isp.example>\n*Sent:* Monday\n*Subject:* Work\n\nOld.\n", 1},
		{"bold original message", "Work.\n*---- Message d’origine ----*\nOld.\n", 1},
		{"wide colon", "Work.\n差出人：NOC <noc@harbour-isp.example>\n件名：Work\n\nOld.\n", 1},
		{"quoted header", "Work.\n> From: NOC <noc@harbour-isp.example>\n> Date: Monday\n> Subject: Work\n", 1},
		{"a list that begins with a day", "On Monday we work at:\nParis\n", 2},
		{"a rule below a heading", "Message\n-----\nWork.\n", 2},
		{"original message", "Work.\nMore.\n-----Original Message-----\nOld.\n", 2},
		{"small header", "Work.\nFrom: NOC <noc@harbour-isp.example>\nSent: Monday, March 2, 2026 9:00 AM\nTo: Kim\nSubject: Work\n\nOld.\n", 1},
		{"small header in German", "Work.\nVon: NOC <noc@harbour-isp.example>\nGesendet: Montag, 2. März 2026 09:00\nAn: Kim\nBetreff: Work\n\nOld.\n", 1},
		{"a label From alone", "Work.\nFrom: 2026-03-11 22:00 UTC\nTo: 2026-03-12 04:00 UTC\n", 3},
		{"a sentence that ends so", "He wrote: work.\n", 1},
	} {
		d, err := ReadText(tt.text, 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := d.QuoteAt(0); got != tt.want {
			t.Errorf("%s: line %d of %d, want %d", tt.name, got, len(d.Lines), tt.want)
		}
	}
}
