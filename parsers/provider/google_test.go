package provider

import (
	"strings"
	"testing"
)

func TestGoogleVariants(t *testing.T) {
	const (
		from  = "Google NOC <noc-noreply@google.com>"
		subj  = "[Scheduled] Google Planned Network Maintenance Notification - Reference PCR/900100"
		times = "Start Time: 2026-03-11 20:00:00 +0000 UTC\nEnd Time: 2026-03-12 04:30:00 +0000 UTC\nDuration: 8h30m0s\n\n"
		peers = "Google ASN: 15169 Peer ASN: 64511\n\nGoogle Neighbor Address(es): 203.0.113.1 Peer Neighbor Address(es): 203.0.113.2\n"
	)
	start := []string{"2026-03-11 20:00"}
	body := func(parts ...string) string {
		return text("Google Network Maintenance Notification\n\nDetails:\n" + strings.Join(parts, "") + "\nThank you for peering with Google!\n")
	}
	runVariants(t, "google", []variant{
		{name: "plain", mail: mail(from, subj, body(times, peers)), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "several addresses in a cell", mail: mail(from, subj, body(times, "Google ASN: 15169 Peer ASN: 64511\nGoogle Neighbor Address(es): 203.0.113.1, 2001:db8::1 Peer Neighbor Address(es): 203.0.113.2, 2001:db8::2\n")), status: "CONFIRMED", windows: start, circuits: 2},
		{name: "peer first", mail: mail(from, subj, body(times, "Peer ASN: 64511 Google ASN: 15169\nPeer Neighbor Address(es): 203.0.113.2 Google Neighbor Address(es): 203.0.113.1\n")), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "cancelled", mail: mail(from, strings.Replace(subj, "Scheduled", "Canceled", 1), body(times, peers)), status: "CANCELLED", windows: start, circuits: 1},
		{name: "rescheduled", mail: mail(from, strings.Replace(subj, "Scheduled", "Rescheduled", 1), body(times, peers)), status: "RE-SCHEDULED", windows: start, circuits: 1},
		{name: "duration contradicts", mail: mail(from, subj, body(strings.Replace(times, "8h30m", "7h30m", 1), peers)), status: "CONFIRMED", windows: start, circuits: 1, warning: "duration"},
		{name: "other zone", mail: mail(from, subj, body(strings.ReplaceAll(times, "+0000 UTC", "-0700 PDT"), peers)), status: "CONFIRMED", windows: []string{"2026-03-12 03:00"}, circuits: 1},
		{name: "address without a partner", mail: mail(from, subj, body(times, peers, "Google Neighbor Address(es): 203.0.113.9\n")), fields: []string{"circuits"}, reason: "no partner"},
		{name: "no ASN", mail: mail(from, subj, body(times, strings.SplitAfter(peers, "\n\n")[1])), fields: []string{"account"}},
		{name: "no reference", mail: mail(from, "Google Planned Network Maintenance Notification", body(times, peers)), fields: []string{"maintenance_id"}},
		{name: "no sessions", mail: mail(from, subj, body(times, "Google ASN: 15169 Peer ASN: 64511\n")), fields: []string{"circuits"}},
	})
}
