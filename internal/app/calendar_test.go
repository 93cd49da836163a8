package app_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// planned is a notice of work that starts at an instant.
func planned(start time.Time) []byte {
	const layout = "20060102T150405Z"
	return fmt.Appendf(nil, "From: noc@us.ntt.net\r\nSubject: Planned work\r\nContent-Type: text/calendar\r\n\r\n"+
		"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1@ntt.example\r\nSEQUENCE:1\r\nDTSTAMP:20260101T000000Z\r\n"+
		"DTSTART:%s\r\nDTEND:%s\r\nSUMMARY:splicing\r\nORGANIZER:mailto:noc@us.ntt.net\r\nX-MAINTNOTE-PROVIDER:ntt\r\nX-MAINTNOTE-ACCOUNT:ACME\r\n"+
		"X-MAINTNOTE-MAINTENANCE-ID:VNOC-1\r\nX-MAINTNOTE-OBJECT-ID:LD-9\r\nX-MAINTNOTE-IMPACT:OUTAGE\r\nX-MAINTNOTE-STATUS:CONFIRMED\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
		start.UTC().Format(layout), start.Add(4*time.Hour).UTC().Format(layout))
}

// TestCalendarFeed subscribes to the feed of a running service with a token
// that is good for nothing else, and revokes it.
func TestCalendarFeed(t *testing.T) {
	server := mailServer(t, 0)
	server.Add("INBOX", planned(time.Now().Add(24*time.Hour)), time.Now())
	in := install(t, server)
	in.run(t, "ingest")
	token := strings.TrimSpace(in.run(t, "token", "create", "--name", "phone", "--role", "calendar", "--provider", "ntt", "--expires", "1d"))
	s := in.serve(t, "LINEMAN_LOG_LEVEL=debug")
	path := "/calendar/" + token + ".ics"
	viewer := s.token
	s.token = ""
	code, body := s.get(t, path)
	if code != http.StatusOK || !strings.HasPrefix(body, "BEGIN:VCALENDAR\r\n") {
		t.Fatalf("%d: %.200s", code, body)
	}
	if !strings.Contains(body, "SUMMARY:ntt VNOC-1 OUTAGE: splicing\r\n") || strings.Count(body, "BEGIN:VEVENT") != 1 {
		t.Errorf("the maintenance is missing:\n%s", body)
	}
	for query, events := range map[string]int{"": 1, "?provider=ntt&circuit=ld-9&min_impact=OUTAGE&status=CONFIRMED": 1, "?provider=zayo": 0, "?site=Nowhere": 0} {
		if code, body := s.get(t, "/calendar/"+viewer+".ics"+query); code != http.StatusOK || strings.Count(body, "BEGIN:VEVENT") != events {
			t.Errorf("a viewer, %s: %d %s", query, code, body)
		}
	}
	for path, want := range map[string]int{"/calendar/lm_wrong.ics": 404, path + "?sites=x": 400, "/calendar/": 401} {
		if code, body := s.get(t, path); code != want {
			t.Errorf("%s: %d, want %d: %s", strings.ReplaceAll(path, token, "…"), code, want, body)
		}
	}
	s.token = token // good for feeds only
	for _, path := range []string{"/api/v1/maintenances", "/api/plugins/circuit-maintenance/maintenance/", "/metrics", "/openapi.json", "/api/v1/providers"} {
		if code, _ := s.get(t, path); code != http.StatusForbidden {
			t.Errorf("%s with a calendar's token: %d, want 403", path, code)
		}
	}
	in.run(t, "token", "revoke", "phone")
	if code, _ := s.get(t, path); code != http.StatusNotFound {
		t.Errorf("revoked: %d, want 404", code)
	}
	s.stop(t)
	if log := s.log.String(); strings.Contains(log, token) || strings.Contains(log, viewer) {
		t.Error("the log holds a token")
	}
}
