package provider

import (
	"strings"
	"testing"
)

const (
	coltFrom  = "Colt <PlannedWorks@colt.net>"
	coltSubj  = "Colt Service Affecting Maintenance Notification - CRQ1-90010001 [11/03/2026 22:00:00 GMT - 12/03/2026 04:00:00 GMT] for Harbour ISP, 700400"
	coltTable = "OCN\tOrder Number\tCircuit ID\nOCN: 700400\t1\tLE-900100\n"
	coltStart = "2026-03-11 22:00"
)

func coltMail1(subject, start, end, reason, sheet string) string {
	return mail(coltFrom, subject, "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; charset=utf-8\n\nPlanned Outage Notification\n\n"+
		"Planned Work (PW)Ref.:   CRQ1-90010001\nStart Date & Time:    "+start+" (GMT)*\nEnd Date & Time:    "+end+" (GMT)*\nOutage Duration:    60 Minutes\n\n"+
		"*Time Zone:\nCentral European Time (CET) = GMT + 1 hour\n\nJustification of the work: "+reason+"\n\nService: see the attached CSV file\n\n"+
		"PLEASE NOTE: the list includes those that have been completed.\n\nColt Change management\n--b\nContent-Type: application/octet-stream\nContent-Disposition: attachment; filename=\"list.csv\"\n\n"+sheet+"\n--b--\n")
}

func TestColtVariants(t *testing.T) {
	const from, to = "11/03/2026 22:00:00", "12/03/2026 04:00:00"
	start := []string{coltStart}
	runVariants(t, "colt", []variant{
		{name: "plain", mail: coltMail1(coltSubj, from, to, "New cards.", coltTable), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "semicolons, other order", mail: coltMail1(coltSubj, from, to, "New cards.", "Circuit ID;Service;OCN\nLE-900100;a, b, c;OCN: 700400\nLE-900101;d, e, f;OCN: 700400\n"), status: "CONFIRMED", windows: start, circuits: 2},
		{name: "cancelled in the reason", mail: coltMail1(coltSubj, from, to, "This maintenance stands as cancelled.", coltTable), status: "CANCELLED", windows: start, circuits: 1},
		{name: "may count as completed", mail: coltMail1(coltSubj, from, to, "Should the date have passed, without an update, please consider the work as completed.", coltTable), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "customer's name is no status", mail: coltMail1(strings.Replace(coltSubj, "Harbour ISP", "Cancelled Cheques", 1), from, to, "New cards.", coltTable), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "subject and text an hour apart", mail: coltMail1(coltSubj, "11/03/2026 21:00:00", "12/03/2026 03:00:00", "New cards.", coltTable), status: "CONFIRMED", windows: []string{"2026-03-11 21:00"}, circuits: 1, warning: "differ"},
		{name: "subject and text a day apart", mail: coltMail1(coltSubj, "10/03/2026 22:00:00", "11/03/2026 04:00:00", "New cards.", coltTable), fields: []string{"start"}, reason: "contradict"},
		{name: "contradiction of a cancellation", mail: coltMail1("Cancellation "+coltSubj, "10/03/2026 22:00:00", "11/03/2026 04:00:00", "New cards.", coltTable), status: "CANCELLED", windows: []string{"2026-03-10 22:00"}, circuits: 1, warning: "contradict"},
		{name: "no list", mail: coltMail1(coltSubj, from, to, "New cards.", "nothing here\n"), fields: []string{"circuits"}},
		{name: "broken list", mail: coltMail1(coltSubj, from, to, "New cards.", "OCN,Circuit ID\n700400,\"LE-900100\n"), fields: []string{"circuits"}, reason: "quote is not closed"},
		{name: "cancelled without a list", mail: coltMail1("Cancellation "+coltSubj, from, to, "New cards.", "nothing here\n"), status: "CANCELLED", windows: start},
		{name: "month first is no date", mail: coltMail1("CRQ1-90010001 Maintenance for Harbour ISP, 700400", "03/13/2026 22:00:00", "03/14/2026 04:00:00", "New cards.", coltTable), fields: []string{"start"}},
		{name: "forwarded inline", mail: mail("Kim <kim@harbour-isp.example>", "FW: "+coltSubj, text("see below\n\nFrom: Colt <PlannedWorks@colt.net>\nSent: Monday, March 2, 2026 9:00 AM\nTo: noc@harbour-isp.example\nSubject: Cancellation "+coltSubj+"\n\nDear Sir or Madam,\n\nPlanned Work (PW)Ref.: CRQ1-90010001\nStart Date & Time: 11/03/2026 22:00:00 (GMT)*\nEnd Date & Time: 12/03/2026 04:00:00 (GMT)*\n\nColt Change management\n")), status: "CANCELLED", windows: start},
	})
}
