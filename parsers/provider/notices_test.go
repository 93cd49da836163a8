package provider

import (
	"strings"
	"testing"

	"lineman/parsers"
)

const (
	appleFrom = "Apple Peering NOC <peering-noc@group.apple.com>"
	aquaFrom  = "Aqua Comms NOC <tickets@aquacomms.com>"
	attFrom   = "AT&T Maintenance <g31654@att.com>"
	awsFrom   = `"Amazon Web Services, Inc." <no-reply-aws@amazon.com>`
	bsoFrom   = "BSO <network-servicedesk@bso.co>"
)

func TestAppleVariants(t *testing.T) {
	const subject = "Apple (AS714) Net Maintenance Notice for AS64511 in Oslo"
	body := text("Apple (AS714) Network Maintenance Notification\nReference Internal Ticket: CHG8800\n\nDetails:\nStart Time: 11 Mar 2026 22:00 UTC\nEnd Time: 12 Mar 2026 04:30 UTC\n\nApple AS: 714\nPeer AS: 64511\n\nWhen the maintenance is completed, traffic comes back.\n")
	runVariants(t, "apple", []variant{
		{name: "plain", mail: mail(appleFrom, subject, body), status: "CONFIRMED", windows: []string{"2026-03-11 22:00"}, circuits: 1},
		{name: "reminder", mail: mail(appleFrom, "Reminder: "+subject, body), status: "CONFIRMED", circuits: 1},
		{name: "completed", mail: mail(appleFrom, subject, body+"\nThe maintenance has been completed.\n"), status: "COMPLETED", circuits: 1},
		{name: "rescheduled", mail: mail(appleFrom, "Rescheduled: "+subject, body), status: "RE-SCHEDULED", circuits: 1},
		{name: "not cancelled", mail: mail(appleFrom, subject, strings.Replace(body, "Reference", "The work has not been cancelled.\nReference", 1)), status: "CONFIRMED", circuits: 1},
		{name: "HTML", mail: mail(appleFrom, subject, strings.ReplaceAll(strings.TrimPrefix(body, text("")), "\n", "<br>\n")), status: "CONFIRMED", windows: []string{"2026-03-11 22:00"}, circuits: 1},
		{name: "peer in the subject alone", mail: mail(appleFrom, subject, strings.Replace(body, "Peer AS: 64511", "", 1)), status: "CONFIRMED", circuits: 1},
		{name: "no zone", mail: mail(appleFrom, subject, strings.ReplaceAll(body, " UTC", "")), fields: []string{"start"}, reason: "no time zone"},
		{name: "no ticket", mail: mail(appleFrom, subject, strings.Replace(body, "CHG8800", "", 1)), fields: []string{"maintenance_id"}},
	})
}

func TestAquacommsVariants(t *testing.T) {
	const subject = "Aqua Comms Planned Outage Work ISSUE=8800 PROJ=417"
	body := text("Dear Harbour ISP,\n\nTicket Number: 8800\nScheduled Start Date & Time: 22:00 05/03/2026 GMT\nScheduled End Date & Time: 08:00 06/03/2026 GMT\nService ID: HB-1\n\n- Update - There are no new updates.\n")
	runVariants(t, "aquacomms", []variant{
		{name: "day first", mail: mail(aquaFrom, subject, body), status: "CONFIRMED", windows: []string{"2026-03-05 22:00"}, circuits: 1},
		{name: "cancelled in an update", mail: mail(aquaFrom, subject, strings.Replace(body, "There are no new updates", "This work has been cancelled", 1)), status: "CANCELLED", circuits: 1},
		{name: "project is missing", mail: mail(aquaFrom, "Aqua Comms Planned Outage Work ISSUE=8800", body), fields: []string{"account"}},
		{name: "subject names another ticket", mail: mail(aquaFrom, strings.Replace(subject, "8800", "8899", 1), body), status: "CONFIRMED", circuits: 1, warning: "the subject names 8899"},
		{name: "end without start", mail: mail(aquaFrom, subject, strings.Replace(body, "Scheduled Start", "Old", 1)), fields: []string{"start"}},
		{name: "two services", mail: mail(aquaFrom, subject, strings.Replace(body, "HB-1", "HB-1, HB-2", 1)), status: "CONFIRMED", circuits: 2},
	})
}

func TestAWSVariants(t *testing.T) {
	const subject = "AWS Direct Connect Planned Maintenance Notification [AWS Account: 880011223344]"
	body := func(sentence string) string {
		return text("Hello,\n\n" + sentence + "\n\ndxcon-fh880001\ndxvif-fh880002\n\nContact AWS Support[1].\n\n[1] https://aws.amazon.com/support\n")
	}
	const span = "from Wed, 11 Mar 2026 08:00:00 GMT to Wed, 11 Mar 2026 12:00:00 GMT"
	runVariants(t, "aws", []variant{
		{name: "plain", mail: mail(awsFrom, subject, body("Planned maintenance has been scheduled "+span+".")), status: "CONFIRMED", windows: []string{"2026-03-11 08:00"}, circuits: 2},
		{name: "new dates", mail: mail(awsFrom, subject, body("The planned maintenance originally scheduled "+strings.ReplaceAll(span, "11 Mar", "4 Mar")+" has been rescheduled. It will take place "+span+".")), status: "RE-SCHEDULED", windows: []string{"2026-03-11 08:00"}, circuits: 2},
		{name: "complete", mail: mail(awsFrom, strings.Replace(subject, "Planned Maintenance Notification", "Maintenance Complete", 1), body("The maintenance "+span+" is over.")), status: "COMPLETED", circuits: 2},
		{name: "account in the text", mail: mail(awsFrom, "AWS Direct Connect Planned Maintenance", body("For AWS Account ID: 880011223344, maintenance has been scheduled "+span+".")), status: "CONFIRMED", circuits: 2},
		{name: "no account", mail: mail(awsFrom, "AWS Direct Connect Planned Maintenance", body("Maintenance has been scheduled "+span+".")), fields: []string{"account"}},
		{name: "no window", mail: mail(awsFrom, subject, body("Maintenance has been scheduled.")), fields: []string{"start", "end"}},
		{name: "wrong weekday", mail: mail(awsFrom, subject, body("Maintenance has been scheduled "+strings.ReplaceAll(span, "Wed", "Fri")+".")), fields: []string{"start"}, reason: "is no Fri"},
		{name: "no resources", mail: mail(awsFrom, subject, text("Maintenance has been scheduled "+span+".\n")), fields: []string{"circuits"}},
	})
}

func TestATTVariants(t *testing.T) {
	body := text("Event ID: 8800551\nCustomer Impact Description: Planned Maintenance\nSummary: A disruption.\nBusiness Risk: Outage\n\nStart Time: March 11, 2026 04:00 GMT, End Time: March 11, 2026 06:30 GMT\nCustomer: Harbour ISP\nCircuit ID: 88/HBGS/1/SC\n")
	broken := "Content-Type: multipart/mixed; boundary=b\n\n--b\n" + body + "\n--b\nContent-Type: application/octet-stream\nContent-Disposition: attachment; filename=list.xlsx\n\nPK\x03\x04 broken\n--b--\n"
	runVariants(t, "att", []variant{
		{name: "circuits in the text", mail: mail(attFrom, "Summary of Planned Maintenance", body), status: "CONFIRMED", windows: []string{"2026-03-11 04:00"}, circuits: 1},
		{name: "cancelled", mail: mail(attFrom, "Summary of Planned Maintenance", strings.Replace(body, "Planned Maintenance", "Cancelled Maintenance", 1)), status: "CANCELLED", circuits: 1},
		{name: "no circuits", mail: mail(attFrom, "Summary of Planned Maintenance", strings.Replace(body, "88/HBGS/1/SC", "", 1)), fields: []string{"circuits"}},
		{name: "broken spreadsheet", mail: mail(attFrom, "Summary of Planned Maintenance", broken), fields: []string{"circuits"}, reason: "list.xlsx"},
	})
	for in, want := range map[string]string{"00HBGS880051000": "HBGS880051ATI", "HBGS880050": "HBGS880050", "0088HBGS1": "88HBGS1", "HBGS1000": "HBGS1ATI", "000": "000", "88/HBGS/1/SC": "88/HBGS/1/SC"} {
		if got := attLEC(in); got != want {
			t.Errorf("attLEC(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestBSOVariants(t *testing.T) {
	body := func(heading, sentence, slots string) string {
		return text(heading + "\n\nDear Customer,\n\nPlease be advised that " + sentence + "\n\nNote: BSO has asked to reschedule this work.\n\nService ID (SID)\nHBR-1-001 HBR-1-002\n\nMaintenance Reason\nsplice\n\nMaintenance ID\n88031\n\n" + slots + "\nKind regards,\nThe NOC Team\n")
	}
	const (
		first  = "Timeslot start time\nMar 11, 2026 22:00 UTC\nTimeslot end time\nMar 12, 2026 01:00 UTC\n"
		second = "Timeslot start time (Backup)\nMar 13, 2026 22:00 UTC\nTimeslot end time (Backup)\nMar 14, 2026 01:00 UTC\n"
		levels = "Expected impact level\nHBR-1-001\nHard Down\nHBR-1-002\nAt risk\n"
	)
	runVariants(t, "bso", []variant{
		{name: "plain", mail: mail(bsoFrom, "BSO Maintenance Notification", body("Maintenance_", "work is scheduled.", first+levels)), status: "CONFIRMED", windows: []string{"2026-03-11 22:00"}, circuits: 2},
		{name: "two slots, one list", mail: mail(bsoFrom, "BSO Maintenance Notification", body("Maintenance_", "work is scheduled.", first+second+levels)), status: "CONFIRMED", windows: []string{"2026-03-11 22:00", "2026-03-13 22:00"}, circuits: 2},
		{name: "one level for all", mail: mail(bsoFrom, "BSO Maintenance Notification", body("Maintenance_", "work is scheduled.", first+"Expected impact level\nHard Down\n")), status: "CONFIRMED", circuits: 2},
		{name: "started", mail: mail(bsoFrom, "BSO Maintenance Notification", body("Maintenance Start_", "the work has started.", first+levels)), status: "IN-PROCESS", circuits: 2},
		{name: "starts soon", mail: mail(bsoFrom, "BSO Maintenance Notification", body("Maintenance Start_", "the work will begin soon.", first+levels)), status: "CONFIRMED", circuits: 2},
		{name: "heading and sentence contradict", mail: mail(bsoFrom, "BSO Maintenance Notification", body("Maintenance Update_", "the work has been cancelled.", first+levels)), status: "CANCELLED", circuits: 2, warning: "contradicts itself"},
		{name: "words that are not known", mail: mail(bsoFrom, "BSO Maintenance Notification", body("Maintenance_", "work is scheduled.", first+"Expected impact level\nHBR-1-001\nBlue\n")), status: "CONFIRMED", circuits: 1, warning: "Blue"},
		{name: "no timeslot", mail: mail(bsoFrom, "BSO Maintenance Notification", body("Maintenance_", "work is scheduled.", levels)), fields: []string{"start", "end"}},
	})
}

// TestNoNotices holds that other mail of the same senders is ignored in words.
func TestNoNotices(t *testing.T) {
	engine := parsers.NewEngine(All())
	for _, from := range []string{appleFrom, aquaFrom, attFrom, awsFrom, bsoFrom, cogentFrom} {
		for _, subject := range []string{"Your invoice for March", "Fiber cut near Ulm"} {
			m, err := parsers.ReadMail([]byte(mail(from, subject, text("The sum is due. For maintenance of your account see the portal.\n"))))
			if err != nil {
				t.Fatal(err)
			}
			if r := engine.Parse(m, ""); r.Outcome != parsers.OutcomeIgnored || r.Reason == "" {
				t.Errorf("%s, %s: %s %q %v", from, subject, r.Outcome, r.Reason, r.Fields)
			}
		}
	}
}

// TestHostileNotices holds that large and repetitive mails of these layouts end
// soon and in words.
func TestHostileNotices(t *testing.T) {
	if testing.Short() {
		t.Skip("reads some large mails; not in -short")
	}
	engine := parsers.NewEngine(All())
	many := func(s string) string { return strings.Repeat(s, 1_500_000/len(s)) }
	for name, m := range map[string]string{
		"apple peers":    mail(appleFrom, "Apple (AS714)", text("Start Time: 1\nPeer AS: "+many("64511, "))),
		"aqua services":  mail(aquaFrom, "Aqua Comms", text("Scheduled Start Date: x\n"+many("Service ID: HB-1, HB-2\n"))),
		"aws spans":      mail(awsFrom, "AWS Direct Connect", text(many("from Wed, 11 Mar 2026 08:00:00 GMT to Wed, 11 Mar 2026 12:00:00 GMT. maintenance\n\n"))),
		"aws resources":  mail(awsFrom, "AWS Direct Connect maintenance", text(many("dxcon-fh880001\n"))),
		"aws one line":   mail(awsFrom, "AWS Direct Connect maintenance", text(many("from ")+many("between "))),
		"bso slots":      mail(bsoFrom, "BSO Maintenance", text("Service ID (SID)\n"+strings.Repeat("HBR-1-001 ", 20_000)+"\nMaintenance ID\n1\n"+strings.Repeat("Timeslot start time: Mar 11, 2026 22:00 UTC\nTimeslot end time: Mar 12, 2026 01:00 UTC\n", 5_000))),
		"bso levels":     mail(bsoFrom, "BSO Maintenance", text("Maintenance ID: 1\nTimeslot start time: Mar 11, 2026 22:00 UTC\nTimeslot end time: Mar 12, 2026 01:00 UTC\nExpected impact level\n"+many("HBR-1-001\nHard Down\n"))),
		"cogent places":  mail(cogentFrom, "maintenance", text("Start time: 1\nEnd time: 2\n"+many("receiving service in a, b and "))),
		"cogent windows": mail(cogentFrom, "maintenance", text(many("Start time: 12:00 AM (local time) 03/11/2026\nEnd time: 06:00 AM (local time) 03/11/2026\n")+"customers receiving service in Portland will be affected")),
		"att labels":     mail(attFrom, "maintenance", text(many("Event ID: 1 Start Time: March 11, 2026 04:00, End Time: March 11, 2026 06:30 Circuit ID: HB/1\n"))),
	} {
		t.Run(name, func(t *testing.T) {
			read, err := parsers.ReadMail([]byte(m))
			if err != nil {
				t.Fatal(err)
			}
			r := engine.Parse(read, "")
			if r.Outcome == "" || r.Panic {
				t.Errorf("outcome %q: %s", r.Outcome, r.Reason)
			}
			t.Logf("%s %s", r.Outcome, parsers.Clip(r.Reason, 100))
		})
	}
}
