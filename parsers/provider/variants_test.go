package provider

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"

	"lineman/models"
	"lineman/parsers"
)

// variant is a mail that differs from the samples in one way, and what it must
// come to.
type variant struct {
	name     string
	mail     string
	status   string   // empty: an error is wanted
	windows  []string // start of each, UTC
	circuits int      // of the first window
	fields   []string // of an error
	reason   string   // part of a field's reason
	warning  string   // part of a warning
}

func runVariants(t *testing.T, provider string, variants []variant) {
	engine := parsers.NewEngine(All())
	for _, v := range variants {
		t.Run(v.name, func(t *testing.T) {
			mail, err := parsers.ReadMail([]byte(v.mail))
			if err != nil {
				t.Fatal(err)
			}
			r := engine.Parse(mail, "")
			if r.Provider != provider {
				t.Fatalf("read as %q: %s", r.Provider, r.Detected)
			}
			if v.status == "" {
				v.wantError(t, r)
				return
			}
			v.wantNotice(t, r)
		})
	}
}

func (v variant) wantError(t *testing.T, r parsers.Result) {
	if r.Outcome != parsers.OutcomeError {
		t.Fatalf("outcome %s, notices %+v", r.Outcome, r.Notices)
	}
	var names, reasons []string
	for _, f := range r.Fields {
		names = append(names, f.Field)
		reasons = append(reasons, f.Reason)
	}
	for _, f := range v.fields {
		if !slices.Contains(names, f) {
			t.Errorf("fields %v, want %s", r.Fields, f)
		}
	}
	if !strings.Contains(strings.Join(reasons, "\n"), v.reason) {
		t.Errorf("reasons %q, want %q", reasons, v.reason)
	}
}

func (v variant) wantNotice(t *testing.T, r parsers.Result) {
	if r.Outcome != parsers.OutcomeMaintenance {
		t.Fatalf("outcome %s %s: %+v", r.Outcome, r.Reason, r.Fields)
	}
	n := r.Notices[0]
	if n.Status != models.Status(v.status) {
		t.Errorf("status %s, want %s", n.Status, v.status)
	}
	var starts []string
	for _, w := range n.Windows {
		starts = append(starts, w.Start.Format("2006-01-02 15:04"))
	}
	if v.windows != nil && !slices.Equal(starts, v.windows) {
		t.Errorf("windows %v, want %v", starts, v.windows)
	}
	if got := len(n.Windows[0].Circuits); got != v.circuits {
		t.Errorf("%d circuits, want %d: %+v", got, v.circuits, n.Windows[0].Circuits)
	}
	all := strings.Join(append(r.Warnings, n.Warnings...), "\n")
	if v.warning == "" && all != "" || !strings.Contains(all, v.warning) {
		t.Errorf("warnings %q, want %q", all, v.warning)
	}
}

// mail wraps a body; header lines beside From and Subject come first in body
// when it begins with "Content-".
func mail(from, subject, body string) string {
	kind := "Content-Type: text/html; charset=utf-8\n\n"
	if strings.HasPrefix(body, "Content-") {
		kind = ""
	}
	return "From: " + from + "\nTo: noc@harbour-isp.example\nSubject: " + subject +
		"\nDate: Mon, 2 Mar 2026 10:00:00 +0000\nMIME-Version: 1.0\n" + kind + body
}

func text(body string) string { return "Content-Type: text/plain; charset=utf-8\n\n" + body }

const zayoFrom = "Zayo <mr@zayo.com>"

func zayoHTML(sentence, customer, nights, circuits string) string {
	if customer != "" {
		customer = "<b>Customer: </b>" + customer + "<br><br>"
	}
	return "<p>" + sentence + "</p><b>Maintenance Ticket #: </b>TTN-0001112223<br><br>" + customer +
		"<b>Maintenance Window </b><br><br>" + nights + "<br><br><b>Reason for Maintenance: </b>Cards<br><br>" + circuits
}

const (
	zayoNight = "<b>1<sup>st</sup> Activity Date </b><br>11-Mar-2026 00:01 to 11-Mar-2026 05:00 ( Eastern )<br>11-Mar-2026 04:01 to 11-Mar-2026 09:00 ( GMT )"
	zayoTable = "<table><tr><th>Circuit Id</th><th>Expected Impact</th></tr><tr><td>/OGYX/1/ /ZYO /</td><td>Hard Down - up to 1 hour</td></tr></table>"
	zayoSubj  = "***Harbour ISP***ZAYO TTN-0001112223 Planned MAINTENANCE NOTIFICATION***"
)

func TestZayoVariants(t *testing.T) {
	start := []string{"2026-03-11 04:01"}
	plain := zayoHTML("There will be work.", "Harbour ISP", zayoNight, zayoTable)
	many := strings.Replace(zayoTable, "</table>", strings.Repeat("<tr><td>/OGYX/2/ /ZYO /</td><td>No Expected Impact</td></tr>", 300)+"</table>", 1)
	runVariants(t, "zayo", []variant{
		{name: "plain", mail: mail(zayoFrom, zayoSubj, plain), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "many circuits", mail: mail(zayoFrom, zayoSubj, zayoHTML("Work.", "H", zayoNight, many)), status: "CONFIRMED", windows: start, circuits: 301},
		{name: "columns change places", mail: mail(zayoFrom, zayoSubj, zayoHTML("Work.", "H", zayoNight,
			"<table><tr><td>Z Location<td>Expected Impact<td>New Column<td>Circuit Id<tr><td>Ulm<td>No Expected Impact<td>1<td>/OGYX/1/ /ZYO /</table>")), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "night that was", mail: mail(zayoFrom, zayoSubj, zayoHTML("Work.", "H", strings.NewReplacer("1<sup>st</sup> Activity", "Original Activity", "11-Mar", "10-Mar").Replace(zayoNight)+"<br><br>"+zayoNight, zayoTable)), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "window has closed", mail: mail(zayoFrom, zayoSubj, zayoHTML("The scheduled window for this maintenance event has closed.", "H", zayoNight, zayoTable)), status: "COMPLETED", windows: start, circuits: 1},
		{name: "extension", mail: mail(zayoFrom, strings.Replace(zayoSubj, "Planned", "Extension", 1), plain), status: "RE-SCHEDULED", windows: start, circuits: 1},
		{name: "value in the next element", mail: mail(zayoFrom, zayoSubj, strings.NewReplacer("<b>", "<div>", "</b>", "</div><div>", "<br><br>", "</div>").Replace(plain)), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "not cancelled", mail: mail(zayoFrom, zayoSubj, zayoHTML("This work has not been cancelled, as was said before.", "H", zayoNight, zayoTable)), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "may be cancelled", mail: mail(zayoFrom, zayoSubj, zayoHTML("If this work is cancelled, you will be notified.", "H", zayoNight, zayoTable)), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "contradiction", mail: mail(zayoFrom, "CANCELLED NOTIFICATION***H***ZAYO TTN-0001112223 Planned***", zayoHTML("All work was completed.", "H", zayoNight, zayoTable)), status: "CANCELLED", windows: start, circuits: 1, warning: "contradicts itself"},
		{name: "customer's name is no status", mail: mail(zayoFrom, "***Cancelled Cheques Ltd***ZAYO TTN-0001112223 Planned***", zayoHTML("Work.", "Cancelled Cheques Ltd", zayoNight, zayoTable)), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "cancelled without circuits", mail: mail(zayoFrom, "CANCELLED NOTIFICATION***H***ZAYO TTN-0001112223 Planned***", zayoHTML("Cancelled.", "H", zayoNight, "")), status: "CANCELLED", windows: start},
		{name: "no circuits", mail: mail(zayoFrom, zayoSubj, zayoHTML("Work.", "H", zayoNight, "")), fields: []string{"circuits"}},
		{name: "no customer", mail: mail(zayoFrom, "MAINTENANCE NOTIFICATION", zayoHTML("Work.", "", zayoNight, zayoTable)), fields: []string{"account"}},
		{name: "no window", mail: mail(zayoFrom, zayoSubj, zayoHTML("Work.", "H", "", zayoTable)), fields: []string{"start", "end"}},
		{name: "local and GMT contradict", mail: mail(zayoFrom, zayoSubj, zayoHTML("Work.", "H", strings.Replace(zayoNight, "11-Mar-2026 04:01", "11-Mar-2026 07:01", 1), zayoTable)), fields: []string{"start"}, reason: "apart"},
		{name: "only local", mail: mail(zayoFrom, zayoSubj, zayoHTML("Work.", "H", "<b>1st Activity Date</b><br>11-Mar-2026 00:01 to 11-Mar-2026 05:00 ( Eastern )", zayoTable)), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "only local, hour comes twice", mail: mail(zayoFrom, zayoSubj, zayoHTML("Work.", "H", "<b>1st Activity Date</b><br>01-Nov-2026 01:30 to 01-Nov-2026 05:00 ( Eastern )", zayoTable)), fields: []string{"start"}, reason: "comes twice"},
		{name: "hour comes twice, GMT decides", mail: mail(zayoFrom, zayoSubj, zayoHTML("Work.", "H", "<b>1st Activity Date</b><br>01-Nov-2026 01:30 to 01-Nov-2026 05:00 ( Eastern )<br>01-Nov-2026 06:30 to 01-Nov-2026 10:00 ( GMT )", zayoTable)), status: "CONFIRMED", windows: []string{"2026-11-01 06:30"}, circuits: 1},
		{name: "unknown zone", mail: mail(zayoFrom, zayoSubj, zayoHTML("Work.", "H", "<b>1st Activity Date</b><br>11-Mar-2026 00:01 to 11-Mar-2026 05:00 ( Narnia )", zayoTable)), fields: []string{"start"}, reason: "Narnia"},
		{name: "older notice quoted below", mail: mail(zayoFrom, zayoSubj, plain+"<hr>From: Zayo<br>"+zayoHTML("Old.", "H", strings.ReplaceAll(zayoNight, "11-Mar", "09-Mar"), zayoTable)), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "impact of the event", mail: mail(zayoFrom, zayoSubj, zayoHTML("Work.", "H", zayoNight, "<b>Expected Impact: </b>Non-Service Affecting Activity: nothing goes down.<br><br>"+strings.Replace(zayoTable, "Hard Down - up to 1 hour", "", 1))), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "unknown impact", mail: mail(zayoFrom, zayoSubj, zayoHTML("Work.", "H", zayoNight, strings.Replace(zayoTable, "Hard Down", "Blue", 1))), status: "CONFIRMED", windows: start, circuits: 1, warning: "not known"},
		{name: "started", mail: mail(zayoFrom, "START OF WINDOW NOTIFICATION***H***ZAYO TTN-0001112223 Planned***", zayoHTML("The window has opened.", "H", zayoNight, zayoTable)), status: "IN-PROCESS", windows: start, circuits: 1},
		{name: "base64 latin 1", mail: mail(zayoFrom, zayoSubj, "Content-Type: text/html; charset=iso-8859-1\nContent-Transfer-Encoding: base64\n\n"+
			base64.StdEncoding.EncodeToString([]byte(strings.Replace(plain, "Harbour ISP", "Soci\xe9t\xe9", 1)))), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "nested message", mail: mail("Kim <kim@harbour-isp.example>", "Fwd: see attached", "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nsee below\n--b\nContent-Type: message/rfc822\n\n"+
			mail(zayoFrom, zayoSubj, plain)+"\n--b--\n"), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "relayed by a list", mail: "List-Id: <maint.harbour-isp.example>\nX-Original-Sender: mr@zayo.com\n" + mail("maint via list <maint@harbour-isp.example>", "[maint] "+zayoSubj, plain+"<p>-- <br>You get this because you are on the list.</p>"), status: "CONFIRMED", windows: start, circuits: 1},
	})
}

const lumenFrom = "Lumen <smc@lumen.com>"

func lumenHTML(update, times, circuits string) string {
	return "<span>Scheduled Maintenance #: 88010001</span><br><br>Summary:<br><br>Cards. It may be postponed.<br><br>Updates:<br><br>" + update +
		"<br><br>Customer Impact:<br><br>88010001-1<br><table><tr><td>Start<td>End</tr>" + times + "</table>Maintenance Location(s): Ulm<br>" + circuits
}

const (
	lumenScheduled = "2026-03-01 09:00:00 GMT - This maintenance is scheduled."
	lumenTimeRows  = "<tr><td>2026-03-11 04:00 GMT (Greenwich Mean Time)<td>2026-03-11 10:00 GMT (Greenwich Mean Time)</tr><tr><td>2026-03-11 00:00 EDT (Eastern Daylight Time)<td>2026-03-11 06:00 EDT (Eastern Daylight Time)</tr>"
	lumenTable     = "<table><tr><td>Customer Name<td>Circuit ID<td>Alt Circuit ID<td>Impact Type</tr><tr><td>Harbour ISP<td>440011<td>N/A<td>Outage</tr></table>"
	lumenSubj      = "Lumen Scheduled Maintenance #: 88010001"
)

func TestLumenVariants(t *testing.T) {
	start := []string{"2026-03-11 04:00"}
	local := strings.SplitAfter(lumenTimeRows, "</tr>")[1]
	runVariants(t, "lumen", []variant{
		{name: "plain", mail: mail(lumenFrom, lumenSubj, lumenHTML(lumenScheduled, lumenTimeRows, lumenTable)), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "postponed", mail: mail(lumenFrom, lumenSubj, lumenHTML("2026-03-02 09:00:00 GMT - This maintenance has been <b>postponed</b>.<br>"+lumenScheduled, lumenTimeRows, lumenTable)), status: "RE-SCHEDULED", windows: start, circuits: 1},
		{name: "not completed", mail: mail(lumenFrom, lumenSubj, lumenHTML(lumenScheduled, lumenTimeRows, strings.NewReplacer("Impact Type", "Impact Type<td>Status", "Outage", "Outage<td>Not Completed").Replace(lumenTable))), status: "CANCELLED", windows: start, circuits: 1, warning: "contradicts itself"},
		{name: "newest update counts", mail: mail(lumenFrom, lumenSubj, lumenHTML(lumenScheduled+"<br>2026-03-01 11:00:00 GMT - The work has begun.<br>2026-03-01 10:00:00 GMT - This maintenance has been rescheduled.", lumenTimeRows, lumenTable)), status: "IN-PROCESS", windows: start, circuits: 1},
		{name: "not cancelled", mail: mail(lumenFrom, lumenSubj, lumenHTML("2026-03-02 09:00:00 GMT - This maintenance has not been cancelled.<br>"+lumenScheduled, lumenTimeRows, lumenTable)), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "only local", mail: mail(lumenFrom, lumenSubj, lumenHTML(lumenScheduled, local, lumenTable)), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "local has several meanings", mail: mail(lumenFrom, lumenSubj, lumenHTML(lumenScheduled, strings.ReplaceAll(local, "EDT (Eastern Daylight Time)", "CST"), lumenTable)), fields: []string{"start"}, reason: "several meanings"},
		{name: "rows contradict", mail: mail(lumenFrom, lumenSubj, lumenHTML(lumenScheduled, strings.Replace(lumenTimeRows, "2026-03-11 00:00 EDT", "2026-03-12 00:00 EDT", 1), lumenTable)), fields: []string{"start"}, reason: "apart"},
		{name: "local row first", mail: mail(lumenFrom, lumenSubj, lumenHTML(lumenScheduled, local+lumenTimeRows, lumenTable)), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "columns change places", mail: mail(lumenFrom, lumenSubj, lumenHTML(lumenScheduled, lumenTimeRows, "<table><thead><tr><th>Impact Type<th>Circuit ID<th>Extra<th>Customer Name</thead><tr><td>Switch Hit<td>440011<td>x<td>H</table>")), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "two tables of circuits", mail: mail(lumenFrom, lumenSubj, lumenHTML(lumenScheduled, lumenTimeRows, lumenTable+strings.Replace(lumenTable, "440011", "440022", 1))), status: "CONFIRMED", windows: start, circuits: 2},
		{name: "second window without circuits", mail: mail(lumenFrom, lumenSubj, lumenHTML(lumenScheduled, lumenTimeRows, lumenTable+"<p>88010001-2</p><table><tr><td>Start<td>End</tr>"+strings.ReplaceAll(lumenTimeRows, "03-11", "03-12")+"</table>")), fields: []string{"circuits"}},
		{name: "circuits under both windows", mail: mail(lumenFrom, lumenSubj, lumenHTML(lumenScheduled, lumenTimeRows, "<p>88010001-2</p><table><tr><td>Start<td>End</tr>"+strings.ReplaceAll(lumenTimeRows, "03-11", "03-12")+"</table>"+lumenTable)), status: "CONFIRMED", windows: []string{"2026-03-11 04:00", "2026-03-12 04:00"}, circuits: 1},
		{name: "no customer", mail: mail(lumenFrom, lumenSubj, lumenHTML(lumenScheduled, lumenTimeRows, strings.Replace(lumenTable, "Harbour ISP", "", 1))), fields: []string{"account"}},
		{name: "no id", mail: mail(lumenFrom, "Lumen maintenance", strings.Replace(lumenHTML(lumenScheduled, lumenTimeRows, lumenTable), "88010001</span>", "</span>", 1)), fields: []string{"maintenance_id"}},
		{name: "text with a cell a line", mail: mail(lumenFrom, lumenSubj, text("Scheduled Maintenance #: 88010001\n\nUpdates:\n\n"+lumenScheduled+"\n\nCustomer Impact:\n\n88010001-1\nStart\nEnd\n2026-03-11 04:00 GMT (Greenwich Mean Time)\n2026-03-11 10:00 GMT (Greenwich Mean Time)\n2026-03-11 00:00 EDT (Eastern Daylight Time)\n2026-03-11 06:00 EDT (Eastern Daylight Time)\n\nMaintenance Location(s): Ulm\n\nCustomer Name\nCircuit ID\nAlt Circuit ID\nBandwidth\nA Location\nZ Location\nImpact Type\nMaximum Duration\nOrder Number\nHarbour ISP\n440011\nN/A\n10 GIG\nULM\nBONN\nOutage\n1 hour\n\nHarbour ISP\n440022\nN/A\n10 GIG\nULM\nOutage\n1 hour\n\nClick here for the portal.\n")), status: "CONFIRMED", windows: start, circuits: 2},
	})
}

const equinixFrom = "Equinix Network Maintenance <no-reply@equinix.com>"

func equinixHTML(sentence, when, rest string) string {
	return "<p>Dear Equinix Customer,<br><br>" + sentence + "</p><p><b>DATE:</b> 11-MAR-2026<br><br><b>SPAN: 11-MAR-2026 - 11-MAR-2026</b><br><br>" + when +
		"<br><br><b>IBX(s): </b>FR5<br><br>" + rest + "<br>Please reference 5-880100010001.</p>"
}

const (
	equinixWhen  = "<b>LOCAL:</b> WEDNESDAY, 11 MAR 01:00 - WEDNESDAY, 11 MAR 07:00<br><b>UTC:</b> WEDNESDAY, 11 MAR 00:00 - WEDNESDAY, 11 MAR 06:00"
	equinixTable = "<b>IMPACT:</b> No impact to your service<br><br><table><tr><th>Account #<th>Product<th>Service Serial #</tr><tr><td>880011<td>Metro Connect<td>88001100-A</tr></table>"
	equinixSubj  = "Optics-FR Metro Area Network Maintenance -11-MAR-2026 [5-880100010001]"
)

func TestEquinixVariants(t *testing.T) {
	start := []string{"2026-03-11 00:00"}
	runVariants(t, "equinix", []variant{
		{name: "plain", mail: mail(equinixFrom, equinixSubj, equinixHTML("Work is planned.", equinixWhen, equinixTable)), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "scheduled and cancelled", mail: mail(equinixFrom, "CANCELLED - Scheduled "+equinixSubj, equinixHTML("Work is planned.", equinixWhen, equinixTable)), status: "CANCELLED", windows: start, circuits: 1},
		{name: "completed in the text", mail: mail(equinixFrom, equinixSubj, equinixHTML("The work is now complete: it has been completed.", equinixWhen, equinixTable)), status: "COMPLETED", windows: start, circuits: 1},
		{name: "started", mail: mail(equinixFrom, equinixSubj, equinixHTML("The work has now commenced.", equinixWhen, equinixTable)), status: "IN-PROCESS", windows: start, circuits: 1},
		{name: "cancelled in Japanese", mail: mail(equinixFrom, equinixSubj, equinixHTML("作業はキャンセルされました。", equinixWhen, equinixTable)), status: "CANCELLED", windows: start, circuits: 1},
		{name: "wrong weekday", mail: mail(equinixFrom, equinixSubj, equinixHTML("Work.", strings.ReplaceAll(equinixWhen, "WEDNESDAY", "MONDAY"), equinixTable)), fields: []string{"start"}, reason: "is no MONDAY"},
		{name: "no UTC line", mail: mail(equinixFrom, equinixSubj, equinixHTML("Work.", strings.Split(equinixWhen, "<br>")[0], equinixTable)), fields: []string{"start", "end"}},
		{name: "local and UTC contradict", mail: mail(equinixFrom, equinixSubj, equinixHTML("Work.", strings.Replace(equinixWhen, "11 MAR 07:00", "11 MAR 09:30", 1), equinixTable)), fields: []string{"start"}, reason: "apart"},
		{name: "languages contradict", mail: mail(equinixFrom, equinixSubj, equinixHTML("Work.", equinixWhen, equinixTable+equinixHTML("Work.", strings.NewReplacer("00:00", "03:00", "06:00", "09:00", "01:00", "04:00", "07:00", "10:00").Replace(equinixWhen), ""))), fields: []string{"start"}, reason: "contradict"},
		{name: "two nights", mail: mail(equinixFrom, equinixSubj, equinixHTML("Work.", "<b>UTC:</b> WEDNESDAY, 11 MAR 00:00 - WEDNESDAY, 11 MAR 06:00<br>THURSDAY, 12 MAR 00:00 - THURSDAY, 12 MAR 06:00", equinixTable)), status: "CONFIRMED", windows: []string{"2026-03-11 00:00", "2026-03-12 00:00"}, circuits: 1},
		{name: "no account", mail: mail(equinixFrom, equinixSubj, equinixHTML("Work.", equinixWhen, strings.Replace(equinixTable, "880011", "", 1))), fields: []string{"account"}},
		{name: "no circuits", mail: mail(equinixFrom, equinixSubj, equinixHTML("Work.", equinixWhen, "")), fields: []string{"circuits"}},
		{name: "no impact said", mail: mail(equinixFrom, equinixSubj, equinixHTML("Work.", equinixWhen, strings.Replace(equinixTable, "<b>IMPACT:</b> No impact to your service", "", 1))), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "forwarded inline", mail: mail("Kim <kim@harbour-isp.example>", "FW: "+equinixSubj, "<p>see below</p><div>From: Equinix Network Maintenance &lt;no-reply@equinix.com&gt;<br>Sent: Monday, March 2, 2026 9:00 AM<br>To: noc@harbour-isp.example<br>Subject: "+equinixSubj+"</div><br>"+equinixHTML("Work.", equinixWhen, equinixTable)), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "one line of text", mail: mail(equinixFrom, equinixSubj, text("Dear Equinix Customer,\n\nDATE: 11-MAR-2026\nSPAN: 11-MAR-2026 - 11-MAR-2026\n\nUTC: WEDNESDAY, 11 MAR 00:00 - WEDNESDAY, 11 MAR 06:00\n\nIMPACT:\tNo impact to your service\n\nMetro Connect \t\t Account # \t\t Product \t\t Service Serial # \t\t 880011 \t\t Metro Connect \t\t 88001100-A \t\t 880011 \t\t Metro Connect \t\t 88001101-A\n\nPlease reference 5-880100010001.\n")), status: "CONFIRMED", windows: start, circuits: 2},
	})
}

func TestOtherMailOfProviders(t *testing.T) {
	engine := parsers.NewEngine(All())
	for _, from := range []string{zayoFrom, lumenFrom, equinixFrom} {
		m, err := parsers.ReadMail([]byte(mail(from, "Your invoice for March", text("The sum is due. For maintenance of your account see the portal.\n"))))
		if err != nil {
			t.Fatal(err)
		}
		if r := engine.Parse(m, ""); r.Outcome != parsers.OutcomeIgnored || r.Reason == "" {
			t.Errorf("%s: %s %q %v", from, r.Outcome, r.Reason, r.Fields)
		}
	}
}

// TestHostileLayouts holds that large and repetitive mails end soon and in
// words.
func TestHostileLayouts(t *testing.T) {
	if testing.Short() {
		t.Skip("reads some large mails; not in -short")
	}
	engine := parsers.NewEngine(All())
	many := func(s string) string { return strings.Repeat(s, 2_000_000/len(s)) }
	for name, m := range map[string]string{
		"zayo nights":        mail(zayoFrom, zayoSubj, zayoHTML("Work.", "H", many(zayoNight+"<br>"), zayoTable)),
		"zayo words":         mail(zayoFrom, zayoSubj, zayoHTML(many("if cancelled "), "H", zayoNight, zayoTable)),
		"zayo labels":        mail(zayoFrom, zayoSubj, zayoHTML("Work.", many("Customer: "), zayoNight, zayoTable)),
		"zayo colons":        mail(zayoFrom, zayoSubj, zayoHTML("Work.", many("a: "), zayoNight, zayoTable)),
		"zayo spans":         mail(zayoFrom, zayoSubj, zayoHTML("Work.", "H", zayoNight, "<table><tr><td>Circuit Id"+many("<td colspan=100 rowspan=100>")+"</tr>"+many("<tr><td>"))),
		"zayo flat":          mail(zayoFrom, zayoSubj, text("Maintenance Ticket #: TTN-1\nCircuit(s) Affected:\n"+many("x\nHard Down\n"))),
		"lumen windows":      mail(lumenFrom, lumenSubj, lumenHTML(lumenScheduled, lumenTimeRows, many("<table><tr><td>Start<td>End"+lumenTimeRows+"</table>"))),
		"lumen updates":      mail(lumenFrom, lumenSubj, lumenHTML(many(lumenScheduled+"<br>"), lumenTimeRows, lumenTable)),
		"lumen alternates":   mail(lumenFrom, lumenSubj, lumenHTML(lumenScheduled, lumenTimeRows, many("<p>Alternate Night:</p>")+many("<table><tr><td>Start<td>End"+lumenTimeRows+"</table>"))),
		"lumen circuits":     mail(lumenFrom, lumenSubj, lumenHTML(lumenScheduled, lumenTimeRows, strings.Repeat("<table><tr><td>Start<td>End"+lumenTimeRows+"</table>", 300)+strings.Replace(lumenTable, "</table>", many("<tr><td>H<td>1<td>2<td>3")+"</table>", 1))),
		"equinix dates":      mail(equinixFrom, equinixSubj, equinixHTML("Work.", many("<b>DATE:</b> 11-MAR-2026<br><b>UTC:</b> 1<br>"), equinixTable)),
		"equinix accounts":   mail(equinixFrom, equinixSubj, equinixHTML("Work.", equinixWhen, strings.Replace(equinixTable, "</table>", numbered(50_000)+"</table>", 1))),
		"equinix references": mail(equinixFrom, equinixSubj, equinixHTML("Work.", equinixWhen, many("please reference "))),
		"equinix flat":       mail(equinixFrom, equinixSubj, text("UTC: x\nPRODUCTS: a\nAccount # Service Serial #"+many(" 1 a"))),
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

func numbered(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "<tr><td>%d<td>P<td>S-%d", i, i)
	}
	return b.String()
}
