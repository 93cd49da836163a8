package provider

import (
	"strings"
	"testing"

	"lineman/models"
	"lineman/parsers"
)

// sentences are the words in which people tell how far a work is.
var sentences = []struct {
	text string
	want models.Status
}{
	{"This maintenance is now complete.", models.StatusCompleted},
	{"The work has been carried out successfully.", models.StatusCompleted},
	{"All work was finished and services are back.", models.StatusCompleted},
	{"Please accept this completion notice.", models.StatusCompleted},
	{"The maintenance has been completed and the ticket will be closed.", models.StatusCompleted},
	{"The maintenance could not be performed.", models.StatusCancelled},
	{"The maintenance will not be carried out.", models.StatusCancelled},
	{"We were unable to complete the work.", models.StatusCancelled},
	{"For reasons of weather we had to cancel this maintenance.", models.StatusCancelled},
	{"The work has not started and has been cancelled.", models.StatusCancelled},
	{"You are receiving this cancellation notice because you have services with us.", models.StatusCancelled},
	{"We have cancelled this work. A new notification will be sent.", models.StatusCancelled},
	{"The engineers have started the work and it has been started well.", models.StatusInProcess},
	{"This is an extension of the window.", models.StatusRescheduled},
	{"You will receive a completion notice when the work is done.", models.StatusConfirmed},
	{"A completion notice will be sent after the work.", models.StatusConfirmed},
	{"If this maintenance is cancelled or postponed you will receive a cancellation notice.", models.StatusConfirmed},
	{"Please note our cancellation policy.", models.StatusConfirmed},
	{"Requests to cancel or reschedule must reach us in five days.", models.StatusConfirmed},
	{"This work replaces the cancelled maintenance of last week.", models.StatusConfirmed},
	{"The previous notice was cancelled in error.", models.StatusConfirmed},
	{"The work has not been cancelled.", models.StatusConfirmed},
}

// TestWording holds that the layouts whose text says the status understand the
// same sentences.
func TestWording(t *testing.T) {
	window := "11-Mar-2026 13:29:00(UTC) to 11-Mar-2026 19:30:00(UTC)"
	layouts := map[string]func(string) string{
		"zayo": func(s string) string {
			return mail(zayoFrom, zayoSubj, zayoHTML(s, "Harbour ISP", zayoNight, zayoTable))
		},
		"tata": func(s string) string { return mail(tataFrom, tataSubj, tataPlain(s, "Scheduled")) },
		"verizon": func(s string) string {
			return mail(verizonFrom, verizonSubj, verizonHTML(s, verizonLocal, verizonGMT, "1 Hour(s)", verizonTable))
		},
		"seaborn": func(s string) string {
			return mail(seabornFrom, seabornSubj, seabornText(s, "Start date/time: 3/9/2026 11:00:00 pm GMT\nFinish date/time: 3/10/2026 4:00:00 am GMT", "HAR-PORTO-10G1-00101-00"))
		},
		"telstra": func(s string) string {
			return mail(telstraFrom, telstraSubj, telstraHTML(s, telstraRows(window, "SNG SYD EPL 1")...))
		},
		"momentum": func(s string) string {
			return mail(momentumFrom, momentumSubj, momentumText(s, "2026-03-11 09:30 PM UTC", "2026-03-12 02:00 AM UTC", "H1"))
		},
	}
	engine := parsers.NewEngine(All())
	for name, layout := range layouts {
		for _, s := range sentences {
			m, err := parsers.ReadMail([]byte(layout(s.text)))
			if err != nil {
				t.Fatal(err)
			}
			r := engine.Parse(m, "")
			if r.Outcome != parsers.OutcomeMaintenance || r.Provider != name {
				t.Errorf("%s, %q: %s of %s: %s", name, s.text, r.Outcome, r.Provider, r.Reason)
				continue
			}
			if got := r.Notices[0].Status; got != s.want {
				t.Errorf("%s, %q: %s, want %s", name, s.text, got, s.want)
			}
		}
	}
}

// TestHistory holds that a quoted older notice adds nothing to the one above
// it, however the quotation begins.
func TestHistory(t *testing.T) {
	layouts := map[string]struct{ from, subject, now, old string }{
		"momentum": {momentumFrom, momentumSubj, momentumText("We work.", "2026-03-11 09:30 PM UTC", "2026-03-12 02:00 AM UTC", "H1"),
			momentumText("This has been cancelled.", "2026-03-10 09:30 PM UTC", "2026-03-11 02:00 AM UTC", "H2")},
		"seaborn": {seabornFrom, seabornSubj, seabornText("We work.", "Start date/time: 3/9/2026 11:00:00 pm GMT\nFinish date/time: 3/10/2026 4:00:00 am GMT", "HAR-1"),
			seabornText("This has been cancelled.", "Start date/time: 3/8/2026 11:00:00 pm GMT\nFinish date/time: 3/9/2026 4:00:00 am GMT", "HAR-2")},
		"verizon": {verizonFrom, verizonSubj, verizonHTML("We work.", verizonLocal, verizonGMT, "1 Hour(s)", verizonTable),
			verizonHTML("This has been cancelled.", "", strings.ReplaceAll(verizonGMT, "2026", "2025"), "1 Hour(s)", verizonTable)},
		"windstream": {windstreamFrom, windstreamSubj, windstreamHTML("Planned Maintenance Notification", "YES", "03/11/26 02:00 ET", "03/11/26 08:00 ET", windstreamOut, windstreamRows),
			windstreamHTML("Cancelled Maintenance Notification", "YES", "03/10/26 02:00 ET", "03/10/26 08:00 ET", windstreamOut, windstreamRows)},
	}
	starts := []string{
		"On Mon, 1 Mar 2026 at 10:00, NOC <noc@carrier.example> wrote:", "-----Original Message-----",
		"Am 01.03.2026 um 10:00 schrieb NOC <noc@carrier.example>:", "From: NOC <noc@carrier.example>\nSent: Monday, March 2, 2026 10:00 AM\nTo: noc@harbour-isp.example\nSubject: Maintenance",
		"Von: NOC <noc@carrier.example>\nGesendet: Montag, 2. März 2026 10:00\nAn: noc@harbour-isp.example\nBetreff: Maintenance",
	}
	for name, l := range layouts {
		var variants []variant
		for _, start := range starts {
			old := l.old
			if _, plain, ok := strings.Cut(old, "\n\n"); ok && strings.HasPrefix(old, "Content-") {
				old = plain
			} else {
				start = strings.NewReplacer("<", "&lt;", ">", "&gt;", "\n", "<br>").Replace(start) + "<br>"
			}
			variants = append(variants, variant{name: name + " " + parsers.Clip(start, 12), mail: mail(l.from, l.subject, l.now+"\n"+start+"\n\n"+old), status: "CONFIRMED", circuits: 1})
		}
		runVariants(t, name, variants)
		for _, v := range variants {
			m, err := parsers.ReadMail([]byte(v.mail))
			if err != nil {
				t.Fatal(err)
			}
			if r := parsers.NewEngine(All()).Parse(m, ""); len(r.Notices) != 1 || len(r.Notices[0].Windows) != 1 {
				t.Errorf("%s: %d notices, %+v", v.name, len(r.Notices), r.Notices)
			}
		}
	}
}
