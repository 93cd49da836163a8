// Package traffic makes any number of provider mails for load and durability
// tests: what a large network gets in years, in one mailbox. It is
// deterministic: the same number gives the same bytes.
//
// Three mails in turn belong to one maintenance: announced, changed, and
// completed or cancelled. Mails have the size and the shape of real ones,
// about 12 kB: an HTML body with styles and a signature, some with a text
// part, an iCalendar part or a circuit list beside it.
package traffic

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"mime/quotedprintable"
	"strings"
	"time"
)

// Epoch is the day on which the first mail was sent.
var Epoch = time.Date(2026, 1, 5, 6, 0, 0, 0, time.UTC)

// Circuits is how many circuits there are for each provider, numbered from 0.
const Circuits = 200

// providers are those that write, by slug.
var providers = []string{"zayo", "lumen", "ntt", "arelion"}

// CircuitsCSV is the inventory that most of the mails are about, as `lineman
// circuits import` reads it.
func CircuitsCSV() []byte {
	var b bytes.Buffer
	b.WriteString("cid,provider,type\n")
	for _, p := range providers {
		for i := range Circuits {
			fmt.Fprintf(&b, "%s,%s,Transit\n", cid(p, i), p)
		}
	}
	return b.Bytes()
}

func cid(provider string, n int) string {
	switch provider {
	case "zayo":
		return fmt.Sprintf("/OGYX/%06d/ /ZYO /", 100000+n)
	case "lumen":
		return fmt.Sprintf("%09d", 441200000+n)
	default:
		return fmt.Sprintf("%s-LD-%06d", strings.ToUpper(provider), 300000+n)
	}
}

// notice is what one mail says.
type notice struct {
	number   int // of the maintenance
	step     int // 0 announced, 1 changed, 2 ended
	provider string
	sent     time.Time
	start    time.Time
	end      time.Time
	circuits []string
}

// Mail gives the mail of the given number, from 0, and when it arrived.
func Mail(i int) (raw []byte, received time.Time) {
	if i%50 == 49 {
		return stranger(i), Epoch.Add(time.Duration(i) * time.Minute)
	}
	n := notice{number: i / 3, step: i % 3, sent: Epoch.Add(time.Duration(i) * time.Minute)}
	n.provider = providers[n.number%len(providers)]
	day := Epoch.AddDate(0, 0, 14+n.number%60).Truncate(24 * time.Hour)
	n.start = day.Add(time.Duration(n.number%6) * time.Hour)
	if n.step > 0 {
		n.start = n.start.Add(time.Hour)
	}
	n.end = n.start.Add(5 * time.Hour)
	for k := range 1 + n.number%4 {
		n.circuits = append(n.circuits, cid(n.provider, (n.number*7+k)%Circuits))
	}
	if n.number%25 == 0 {
		n.circuits = append(n.circuits, fmt.Sprintf("UNKNOWN-%06d", n.number))
	}
	switch n.provider {
	case "zayo":
		raw = n.zayo()
	case "lumen":
		raw = n.lumen()
	default:
		raw = n.bcop()
	}
	return raw, n.sent.Add(30 * time.Second)
}

func (n notice) header(from, subject string) string {
	return fmt.Sprintf("Received: from mta.%[1]s.example by mx.customer.example with ESMTPS\r\n id t%[2]d; %[3]s\r\nFrom: %[4]s\r\nTo: noc@customer.example\r\nSubject: %[5]s\r\nDate: %[6]s\r\nMessage-ID: <t%[2]d.%[7]d@%[1]s.example>\r\nMIME-Version: 1.0\r\n",
		n.provider, n.number, n.sent.Add(30*time.Second).Format(time.RFC1123Z), from, subject, n.sent.Format(time.RFC1123Z), n.step)
}

const gmt = "02-Jan-2006 15:04"

func (n notice) zayo() []byte {
	subject := fmt.Sprintf("***Customer***ZAYO TTN-%010d Planned MAINTENANCE NOTIFICATION***", n.number)
	opening := "This email serves as official notification that planned maintenance will be performed on the Zayo network. It may affect services you have with us."
	switch {
	case n.step == 1:
		subject = fmt.Sprintf("***Customer***ZAYO TTN-%010d Planned MAINTENANCE NOTIFICATION - RESCHEDULED***", n.number)
		opening = "This maintenance has been rescheduled. The new activity date is below."
	case n.step == 2 && n.number%5 == 0:
		subject = fmt.Sprintf("***Customer***ZAYO TTN-%010d MAINTENANCE NOTIFICATION - CANCELLED***", n.number)
		opening = "Please be advised that this scheduled maintenance window has been cancelled."
	case n.step == 2:
		subject = fmt.Sprintf("COMPLETED MAINTENANCE NOTIFICATION***Customer***ZAYO TTN-%010d Planned***", n.number)
		opening = "This email serves as official notification that the maintenance described below has been completed."
	}
	var b strings.Builder
	fmt.Fprintf(&b, "<html><head>%s</head><body><b>Zayo Maintenance Notification<br><br>%s</b><br><br>", style, opening)
	pair := func(label, value string) {
		fmt.Fprintf(&b, `<b style="color:rgb(0,0,0)">%s&nbsp;</b><span style="color:rgb(0,0,0)">%s&nbsp;</span><br style="color:rgb(0,0,0)"><br>`+"\n", label, value)
	}
	pair("Maintenance Ticket #:", fmt.Sprintf("TTN-%010d", n.number))
	pair("Urgency:", "Planned")
	pair("Date Notice Sent:", n.sent.Format("02-Jan-2006"))
	pair("Customer:", "Customer Networks")
	b.WriteString("<b>Maintenance Window&nbsp;</b><br><br><b>1<sup>st</sup>&nbsp;Activity Date&nbsp;</b><br>")
	fmt.Fprintf(&b, "<span>%s to %s ( GMT )&nbsp;</span><br><br>\n", n.start.Format(gmt), n.end.Format(gmt))
	pair("Location of Maintenance:", "Springfield, IL")
	pair("Reason for Maintenance:", "A span with rising loss is moved to another cable.")
	pair("Expected Impact:", "Service Affecting Activity: services listed below are expected to go down.")
	b.WriteString(`<b>Circuit(s) Affected:&nbsp;</b><br><table border="1"><tbody><tr><th>Circuit Id</th><th>Expected Impact</th><th>A Location CLLI</th><th>Z Location CLLI</th><th>Legacy Circuit Id</th></tr>`)
	for _, c := range n.circuits {
		fmt.Fprintf(&b, "<tr><td>%s</td><td>Hard Down - up to 2 hours</td><td>SPFDIL11</td><td>CHCGIL24</td><td></td></tr>\n", c)
	}
	b.WriteString("</tbody></table>" + footer + "</body></html>")
	return single(n.header("MR Zayo <mr@zayo.com>", subject), b.String())
}

func (n notice) lumen() []byte {
	word, update := "Scheduled", ""
	switch {
	case n.step == 1:
		update = n.sent.Format("2006-01-02 15:04:05") + " GMT - This maintenance has been rescheduled."
	case n.step == 2 && n.number%5 == 0:
		update = n.sent.Format("2006-01-02 15:04:05") + " GMT - This maintenance has been cancelled."
	case n.step == 2:
		update = n.sent.Format("2006-01-02 15:04:05") + " GMT - This maintenance has been completed."
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<html><head>%s</head><body><span class="bodyHeading">%s Maintenance #: %08d-1</span><br><br><span class="bodyHeading">Summary:</span><br><br>Lumen intends to carry out work within its network.<br><br>`, style, word, 20000000+n.number)
	if update != "" {
		fmt.Fprintf(&b, `<span class="bodyHeading">Updates:</span><br><br>%s<br><br>`, update)
	}
	fmt.Fprintf(&b, `<span class="bodyHeading">Customer Impact:</span><br><br><p><span>%08d-1</span><br><table border=1><tr><td class="headerRow">Start</td><td class="headerRow">End</td></tr><tr><td>%s GMT (Greenwich Mean Time)</td><td>%s GMT (Greenwich Mean Time)</td></tr></table><br>`,
		20000000+n.number, n.start.Format("2006-01-02 15:04"), n.end.Format("2006-01-02 15:04"))
	b.WriteString(`<div><table border=1><tr><td class="headerRow">Customer Name</td><td class="headerRow">Circuit ID</td><td class="headerRow">Alt Circuit ID</td><td class="headerRow">Bandwidth</td><td class="headerRow">A Location</td><td class="headerRow">Z Location</td><td class="headerRow">Impact Type</td><td class="headerRow">Maximum Duration</td><td class="headerRow">Order Number</td></tr>`)
	for _, c := range n.circuits {
		fmt.Fprintf(&b, "<tr><td>Customer Networks</td><td>%s</td><td>N/A</td><td>100 GIG</td><td>SPRINGFIELD IL USA</td><td>CHICAGO IL USA</td><td>Outage</td><td>1 hour</td><td>&nbsp;</td></tr>\n", c)
	}
	b.WriteString("</table></div>" + footer + "</body></html>")
	return single(n.header("Lumen <smc@lumen.com>", fmt.Sprintf("Scheduled Maintenance Window : %08d-1", 20000000+n.number)), b.String())
}

func (n notice) bcop() []byte {
	status := "CONFIRMED"
	switch {
	case n.step == 2 && n.number%5 == 0:
		status = "CANCELLED"
	case n.step == 2:
		status = "COMPLETED"
	}
	senders := map[string]string{"ntt": "noc@us.ntt.net", "arelion": "support@arelion.com"}
	const stamp = "20060102T150405Z"
	var b strings.Builder
	fmt.Fprintf(&b, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//%[1]s//maintenance//EN\r\nBEGIN:VEVENT\r\nUID:%[1]s-%06[2]d\r\nSEQUENCE:%[3]d\r\nDTSTAMP:%[4]s\r\nDTSTART:%[5]s\r\nDTEND:%[6]s\r\nSUMMARY:Work on a line system\r\nORGANIZER:mailto:%[7]s\r\nX-MAINTNOTE-PROVIDER:%[1]s\r\nX-MAINTNOTE-ACCOUNT:CUST-1\r\nX-MAINTNOTE-MAINTENANCE-ID:PW-%06[2]d\r\nX-MAINTNOTE-IMPACT:OUTAGE\r\nX-MAINTNOTE-STATUS:%[8]s\r\n",
		n.provider, n.number, n.step, n.sent.Format(stamp), n.start.Format(stamp), n.end.Format(stamp), senders[n.provider], status)
	for _, c := range n.circuits {
		fmt.Fprintf(&b, "X-MAINTNOTE-OBJECT-ID:%s\r\n", c)
	}
	b.WriteString("END:VEVENT\r\nEND:VCALENDAR\r\n")
	head := n.header(senders[n.provider], fmt.Sprintf("Planned Work PW-%06d %s", n.number, status))
	page := "<html><head>" + style + "</head><body><p>The details are in the attached calendar.</p>" + footer + "</body></html>"
	return []byte(head + "Content-Type: multipart/mixed; boundary=\"=_part\"\r\n\r\n--=_part\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" +
		quoted(page) + "\r\n--=_part\r\nContent-Type: text/calendar; charset=utf-8; name=\"maintenance.ics\"\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
		lines(base64.StdEncoding.EncodeToString([]byte(b.String()))) + "\r\n--=_part--\r\n")
}

// stranger is a mail of nobody known.
func stranger(i int) []byte {
	return []byte(fmt.Sprintf("From: news%[1]d@letters.example\r\nTo: noc@customer.example\r\nSubject: Letter %[1]d\r\nDate: %[2]s\r\nMessage-ID: <letter%[1]d@letters.example>\r\n\r\nDear reader, here is letter %[1]d.\r\n",
		i, Epoch.Add(time.Duration(i)*time.Minute).Format(time.RFC1123Z)))
}

func single(header, page string) []byte {
	return []byte(header + "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + quoted(page) + "\r\n")
}

func quoted(s string) string {
	var b strings.Builder
	w := quotedprintable.NewWriter(&b)
	_, _ = w.Write([]byte(s)) // a strings.Builder does not fail
	_ = w.Close()
	return b.String()
}

func lines(s string) string {
	var b strings.Builder
	for len(s) > 76 {
		b.WriteString(s[:76] + "\r\n")
		s = s[76:]
	}
	return b.String() + s
}

var style = "<style>" + strings.Repeat("td.contentRow { font-family: Arial, Helvetica, sans-serif; font-size: 11pt; color: #333333; padding: 4px; }\n", 25) + "</style>"

var footer = strings.Repeat(`<p style="margin:0in;font-family:Arial,sans-serif;font-size:9pt;color:rgb(89,89,89)">Please reference the ticket number when you call us. This message is meant for the network operations of its recipient.</p>`+"\n", 22)
