package provider

import (
	"strings"
	"testing"
)

const (
	cogentFrom = "Cogent <Cogent-NoReply@cogentco.com>"
	cogentSubj = "03/11/2026 VN1 Planned Network Maintenance - Portland, OR 1-880041001"
)

func cogentText(start, end, place string) string {
	return text("Planned Network Maintenance\n\nDear Harbour ISP,\n\nStart time: " + start + "\nEnd time: " + end +
		"\nWork order number: VN1\nOrder ID(s) impacted: 1-880041001\nExpected Outage/Downtime: 45-60 minutes\n\n" +
		"Cogent customers receiving service in " + place + " will be affected by this maintenance.\n")
}

func TestCogentVariants(t *testing.T) {
	night := func(place string) string {
		return cogentText("12:00 AM (local time) 03/11/2026", "06:00 AM (local time) 03/11/2026", place)
	}
	one := func(name, body, at string) variant {
		return variant{name: name, mail: mail(cogentFrom, "Planned Network Maintenance", body), status: "CONFIRMED", windows: []string{at}, circuits: 1}
	}
	undecided := func(name, body, reason string) variant {
		return variant{name: name, mail: mail(cogentFrom, "Planned Network Maintenance", body), fields: []string{"start"}, reason: reason}
	}
	runVariants(t, "cogent", []variant{
		one("west", night("the greater Portland, OR metro area"), "2026-03-11 07:00"),
		one("east", night("the greater Portland, ME metro area"), "2026-03-11 04:00"),
		one("with a point", night("St. Louis, MO"), "2026-03-11 05:00"),
		one("two places of one zone", night("the greater Dallas/Fort Worth, TX metro area"), "2026-03-11 05:00"),
		one("one name, one zone", night("Kansas City"), "2026-03-11 05:00"),
		one("capital", night("Washington, D.C."), "2026-03-11 04:00"),
		one("the mail's own zone", cogentText("10:00pm CT 03/10/2026", "5:00am CT 03/11/2026", "Nowhere"), "2026-03-11 03:00"),
		one("an abbreviation that the place decides", cogentText("10:00pm CST 01/10/2026", "5:00am CST 01/11/2026", "Chicago, IL"), "2026-01-11 04:00"),
		one("summer time of the place", cogentText("1:00am BST 07/10/2026", "5:00am BST 07/10/2026", "London, UK"), "2026-07-10 00:00"),
		one("day first where nothing else can be", cogentText("12:00 AM (local time) 25/03/2026", "06:00 AM (local time) 25/03/2026", "Chicago, IL"), "2026-03-25 05:00"),
		undecided("two places of two zones", night("Chicago, IL and Denver, CO"), "undecidable"),
		undecided("a name of several places", night("Portland"), "undecidable"),
		undecided("a place that is not known", night("Atlantis"), "cannot be told"),
		undecided("hour that is skipped", cogentText("2:30 AM (local time) 03/08/2026", "06:00 AM (local time) 03/08/2026", "Chicago, IL"), "does not exist"),
		undecided("an abbreviation alone", cogentText("10:00pm CST 03/10/2026", "5:00am CST 03/11/2026", "Nowhere"), "several meanings"),
		{name: "place in the subject alone", mail: mail(cogentFrom, cogentSubj, strings.Split(night("x"), "Cogent customers")[0]), status: "CONFIRMED", windows: []string{"2026-03-11 07:00"}, circuits: 1},
		{name: "completed and planned", mail: mail(cogentFrom, "Completed "+cogentSubj, night("Portland, OR")), status: "COMPLETED", circuits: 1},
		{name: "cancellation", mail: mail(cogentFrom, "Cancellation: "+cogentSubj, night("Portland, OR")), status: "CANCELLED", circuits: 1},
		{name: "cancelled in the text", mail: mail(cogentFrom, cogentSubj, night("Portland, OR")+"\nThis work has been cancelled.\n"), status: "CANCELLED", circuits: 1},
		{name: "two nights", mail: mail(cogentFrom, cogentSubj, strings.Replace(night("Portland, OR"), "Work order", "Start time: 12:00 AM (local time) 03/12/2026\nEnd time: 06:00 AM (local time) 03/12/2026\nWork order", 1)),
			status: "CONFIRMED", windows: []string{"2026-03-11 07:00", "2026-03-12 07:00"}, circuits: 1},
		{name: "forwarded inline", mail: mail("Kim <kim@harbour-isp.example>", "Fwd: "+cogentSubj, text("fyi\n\n---------- Forwarded message ---------\nFrom: Cogent <Cogent-NoReply@cogentco.com>\nDate: Mon, Mar 2, 2026 at 9:00 AM\nSubject: "+cogentSubj+"\nTo: <noc@harbour-isp.example>\n\n"+strings.TrimPrefix(night("Portland, OR"), text("")))), status: "CONFIRMED", windows: []string{"2026-03-11 07:00"}, circuits: 1},
		{name: "no orders", mail: mail(cogentFrom, cogentSubj, strings.Replace(night("Portland, OR"), "1-880041001", "", 1)), fields: []string{"circuits"}},
		{name: "no greeting", mail: mail(cogentFrom, cogentSubj, strings.Replace(night("Portland, OR"), "Dear Harbour ISP,", "", 1)), fields: []string{"account"}},
	})
}
