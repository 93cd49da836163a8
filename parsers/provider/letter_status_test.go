package provider

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lineman/parsers"
)

// sample gives a sample with each text of edits replaced by the next one.
func sample(t *testing.T, file string, edits ...string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", filepath.FromSlash(file)))
	if err != nil {
		t.Fatal(err)
	}
	mail := string(raw)
	for i := 0; i+1 < len(edits); i += 2 {
		if !strings.Contains(mail, edits[i]) {
			t.Fatalf("%s has no %q", file, edits[i])
		}
		mail = strings.ReplaceAll(mail, edits[i], edits[i+1])
	}
	return mail
}

func TestAppleSentences(t *testing.T) {
	edit := func(edits ...string) string { return sample(t, "apple/notice.eml", edits...) }
	start := []string{"2026-03-11 22:00"}
	const times = "Start Time: 11 Mar 2026 22:00 UTC\nEnd Time: 12 Mar 2026 04:30 UTC"
	runVariants(t, "apple", []variant{
		{name: "cancelled between the details", mail: edit("Details:\nStart", "This maintenance has been cancelled.\n\nDetails:\nStart"), status: "CANCELLED", windows: start, circuits: 1},
		{name: "complete between the details", mail: edit("Details:\nStart", "The maintenance below is now complete.\n\nDetails:\nStart"), status: "COMPLETED", windows: start, circuits: 1},
		{name: "started between the details", mail: edit("Details:\nStart", "The maintenance has started.\n\nDetails:\nStart"), status: "IN-PROCESS", windows: start, circuits: 1},
		{name: "not cancelled", mail: edit("Details:\nStart", "This maintenance has not been cancelled.\n\nDetails:\nStart"), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "older notice quoted below", mail: edit("Apple Peering NOC (AS714)\n", "Apple Peering NOC (AS714)\n\nOn Mon, 2 Mar 2026 at 10:00, Kim wrote:\n\nThe maintenance of CHG000880009 has been cancelled.\n"), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "started in the subject", mail: edit("Subject: Apple", "Subject: [Started] Apple"), status: "IN-PROCESS", windows: start, circuits: 1},
		{name: "extended in the subject", mail: edit("Subject: Apple", "Subject: EXTENDED - Apple"), status: "RE-SCHEDULED", windows: start, circuits: 1},
		{name: "end before start", mail: edit(times, "End Time: 12 Mar 2026 04:30 UTC\nStart Time: 11 Mar 2026 22:00 UTC"), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "end before start, two nights", mail: edit(times, "End Time: 12 Mar 2026 04:30 UTC\nStart Time: 11 Mar 2026 22:00 UTC\nEnd Time: 13 Mar 2026 04:30 UTC\nStart Time: 12 Mar 2026 22:00 UTC"),
			status: "CONFIRMED", windows: []string{"2026-03-11 22:00", "2026-03-12 22:00"}, circuits: 1},
		{name: "two times", mail: edit("11 Mar 2026 22:00 UTC", "10 Mar 2026 22:00 UTC 11 Mar 2026 22:00 UTC"), fields: []string{"start"}, reason: "two times"},
		{name: "two renderings of a time", mail: edit("11 Mar 2026 22:00 UTC", "11 Mar 2026 22:00 UTC / 11 Mar 2026 23:00 CET"), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "new time behind the old one", mail: edit("Subject: Apple", "Subject: RESCHEDULED: Apple", "11 Mar 2026 22:00 UTC", "10 Mar 2026 22:00 UTC 11 Mar 2026 22:00 UTC"),
			status: "RE-SCHEDULED", windows: start, circuits: 1, warning: "two times"},
		{name: "old time behind the new one", mail: edit("Subject: Apple", "Subject: RESCHEDULED: Apple", "11 Mar 2026 22:00 UTC", "11 Mar 2026 22:00 UTC (was 10 Mar 2026 22:00 UTC)"),
			status: "RE-SCHEDULED", windows: start, circuits: 1},
	})
}

func TestAquacommsSentences(t *testing.T) {
	edit := func(edits ...string) string {
		return sample(t, "aquacomms/text.eml", append([]string{" - Rescheduled", ""}, edits...)...)
	}
	start := []string{"2026-06-25 21:00"}
	runVariants(t, "aquacomms", []variant{
		{name: "plain", mail: edit(), status: "CONFIRMED", windows: start, circuits: 2},
		{name: "completed in the update", mail: edit("\nSincerely", "\n- Update - Works completed, all services are restored.\n\nSincerely"), status: "COMPLETED", windows: start, circuits: 2},
		{name: "cancelled in the update", mail: edit("\nSincerely", "\n- Update - Cancelled by our supplier.\n\nSincerely"), status: "CANCELLED", windows: start, circuits: 2},
		{name: "no service", mail: edit("Service ID: 880-HBR-01-02AA-00017, 880-HBR-01-02AA-00018\n", "Service ID:\nAll time stamps below are in US Central time.\n"), fields: []string{"circuits"}},
		{name: "British time", mail: edit("25/06/2026 GMT", "25/06/2026 BST", "26/06/2026 GMT", "26/06/2026 BST"), status: "CONFIRMED", windows: []string{"2026-06-25 20:00"}, circuits: 2},
	})
}

func TestAwsSentences(t *testing.T) {
	const span = "from Wed, 11 Mar 2026 08:00:00 GMT to Wed, 11 Mar 2026 12:00:00 GMT"
	edit := func(edits ...string) string { return sample(t, "aws/planned.eml", edits...) }
	runVariants(t, "aws", []variant{
		{name: "resources that are words", mail: edit("dxcon-fh880001", "dxvif-fgabcdef", "dxcon-fh880002", "dxlag-ffgabcde"), status: "CONFIRMED", windows: []string{"2026-03-11 08:00"}, circuits: 2},
		{name: "cancelled in May", mail: edit("Planned maintenance has been scheduled on", "The planned maintenance on", span+" for 4 hours", "from Wed, 20 May 2026 08:00:00 GMT to Wed, 20 May 2026 12:00:00 GMT has been cancelled"),
			status: "CANCELLED", windows: []string{"2026-05-20 08:00"}, circuits: 2},
		{name: "rescheduled from and to", mail: edit("Planned maintenance has been scheduled on", "Planned maintenance on", span, "has been rescheduled from Wed, 11 Mar 2026 08:00:00 GMT - Wed, 11 Mar 2026 12:00:00 GMT to Thu, 12 Mar 2026 08:00:00 GMT - Thu, 12 Mar 2026 12:00:00 GMT"),
			status: "RE-SCHEDULED", windows: []string{"2026-03-12 08:00"}, circuits: 2},
	})
}

func TestStatusOfCarriers(t *testing.T) {
	runVariants(t, "gtt", []variant{
		{name: "started", mail: sample(t, "gtt/completed_text.eml", "Completed\n", "Started\n", "Final Update:\n***Completed*** The Planned Maintenance has concluded.\n", "", "=?utf-8?b?4oCT?= Started", "- Started"),
			status: "IN-PROCESS", windows: []string{"2026-06-16 22:00"}, circuits: 1},
		{name: "old time in plain text", mail: sample(t, "gtt/completed_text.eml", "Completed\n", "Rescheduled\n", "Final Update:\n***Completed*** The Planned Maintenance has concluded.\n", "",
			"Start\t2026-06-16 22:00:00 GMT", "Start\t2026-06-15 22:00:00 GMT 2026-06-16 22:00 GMT", "End\t2026-06-17 04:00:00 GMT", "End\t2026-06-16 04:00:00 GMT 2026-06-17 04:00 GMT"),
			status: "RE-SCHEDULED", windows: []string{"2026-06-16 22:00"}, circuits: 1, warning: "two times"},
	})
	runVariants(t, "att", []variant{
		{name: "rescheduled in the summary", mail: sample(t, "att/planned.eml", "Your services will see a disruption.", "This event has been rescheduled."), status: "RE-SCHEDULED", circuits: 2},
	})
	start := []string{"2026-03-11 00:00"}
	runVariants(t, "equinix", []variant{
		{name: "extended", mail: mail(equinixFrom, equinixSubj, equinixHTML("The maintenance listed below has been extended.", equinixWhen, equinixTable)), status: "RE-SCHEDULED", windows: start, circuits: 1},
		{name: "now complete", mail: mail(equinixFrom, equinixSubj, equinixHTML("The maintenance listed below is now complete.", equinixWhen, equinixTable)), status: "COMPLETED", windows: start, circuits: 1},
		{name: "commencing", mail: mail(equinixFrom, "COMMENCING - "+equinixSubj, equinixHTML("Work.", equinixWhen, equinixTable)), status: "IN-PROCESS", windows: start, circuits: 1},
		{name: "cancelled in the description", mail: mail(equinixFrom, equinixSubj, equinixHTML("Work.", equinixWhen+"<br><b>DESCRIPTION:</b> Please be advised that this maintenance has been cancelled.<br>", equinixTable)), status: "CANCELLED", windows: start, circuits: 1},
	})
	lumen := func(update string) string {
		return mail(lumenFrom, lumenSubj, lumenHTML("2026-03-02 08:00:00 GMT - "+update, lumenTimeRows, lumenTable))
	}
	runVariants(t, "lumen", []variant{
		{name: "extended", mail: lumen("The window has been extended to 09:00 GMT."), status: "RE-SCHEDULED", circuits: 1},
		{name: "continues", mail: lumen("The scheduled maintenance work continues."), status: "IN-PROCESS", circuits: 1},
		{name: "a column says ended", mail: mail(lumenFrom, lumenSubj, lumenHTML("2026-03-12 08:00:00 GMT - Update.", lumenTimeRows,
			strings.NewReplacer("<td>Impact Type", "<td>Impact Type<td>Status", "<td>Outage", "<td>Outage<td>Ended").Replace(lumenTable))), status: "COMPLETED", circuits: 1},
		{name: "will be rescheduled", mail: lumen("This maintenance will be rescheduled."), status: "RE-SCHEDULED", circuits: 1},
	})
}

// TestQuotedBelow holds that an older mail that is quoted below a notice adds
// nothing to it.
func TestQuotedBelow(t *testing.T) {
	for file, provider := range map[string]string{
		"aws/planned.eml": "aws", "cogent/planned.eml": "cogent", "equinix/text_only.eml": "equinix", "globalcloudxchange/completed_text.eml": "globalcloudxchange",
		"google/completed_text.eml": "google", "hgc/rescheduled_text_with_backup.eml": "hgc", "apple/notice.eml": "apple", "crowncastle/text_only.eml": "crowncastle",
		"bso/text.eml": "bso", "lumen/started_text.eml": "lumen", "aquacomms/text.eml": "aquacomms", "gtt/completed_text.eml": "gtt",
	} {
		t.Run(provider, func(t *testing.T) {
			one := sample(t, file)
			header, body, _ := strings.Cut(one, "\n\n")
			older := strings.NewReplacer("2026", "2025", "2027", "2026", "Monday", "", "Wed, ", "", "Tue, ", "", "Thu, ", "").Replace(body)
			engine := parsers.NewEngine(All())
			parse := func(text string) parsers.Result {
				m, err := parsers.ReadMail([]byte(text))
				if err != nil {
					t.Fatal(err)
				}
				return engine.Parse(m, "")
			}
			want := goldenOf(parse(one))
			for name, above := range map[string]string{
				"wrote":        "On Fri, 2 Jan 2026 at 09:00, Kim <kim@harbour-isp.example> wrote:",
				"small header": "From: Kim <kim@harbour-isp.example>\nSent: Friday, January 2, 2026 9:00 AM\nTo: NOC\nSubject: Work\n",
			} {
				if strings.Contains(header, "text/html") {
					above = "<p>" + strings.ReplaceAll(above, "\n", "<br>") + "</p>"
				}
				got := goldenOf(parse(header + "\n\n" + body + "\n\n" + above + "\n\n" + older))
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s (-without +with):\n%s", name, diff)
				}
			}
		})
	}
}

// TestHalfANoticeIsNoOtherMail holds that what one format half understood is
// not passed over because another one takes it for other mail.
func TestHalfANoticeIsNoOtherMail(t *testing.T) {
	runVariants(t, "colt", []variant{{name: "window in the subject only", fields: []string{"start"},
		mail: mail(coltFrom, "FYI", text("Dear Sir/Madam\n\nColt confirms that the planned work under reference CRQ1-90010001 has been completed.\n\nKind regards\nColt change management\n"))}})
}
