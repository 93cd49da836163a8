package app_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"lineman/internal/fake/alertmanager"
	"lineman/internal/fake/nameserver"
	"lineman/internal/fake/smtp"
)

// work is a notice of work on a circuit.
func work(sequence int, status string, start time.Time) []byte {
	const layout = "20060102T150405Z"
	return fmt.Appendf(nil, "From: noc@us.ntt.net\r\nSubject: Planned work %d\r\nDate: %s\r\nContent-Type: text/calendar\r\n\r\n"+
		"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:7@ntt.example\r\nSEQUENCE:%d\r\nDTSTAMP:%s\r\n"+
		"DTSTART:%s\r\nDTEND:%s\r\nSUMMARY:splicing\r\nORGANIZER:mailto:noc@us.ntt.net\r\nX-MAINTNOTE-PROVIDER:ntt\r\nX-MAINTNOTE-ACCOUNT:ACME\r\n"+
		"X-MAINTNOTE-MAINTENANCE-ID:VNOC-7\r\nX-MAINTNOTE-OBJECT-ID:ld-7\r\nX-MAINTNOTE-IMPACT:OUTAGE\r\nX-MAINTNOTE-STATUS:%s\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
		sequence, time.Now().UTC().Format(time.RFC1123Z), sequence, time.Now().UTC().Format(layout),
		start.UTC().Format(layout), start.Add(4*time.Hour).UTC().Format(layout), status)
}

// hooked is a receiver of webhooks that keeps what events it was told of.
type hooked struct {
	mu     sync.Mutex
	events []string
}

func (h *hooked) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	var body struct {
		Items []struct {
			Event       struct{ Kind string }
			Maintenance *struct{ Status string }
		}
	}
	if json.NewDecoder(r.Body).Decode(&body) != nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, i := range body.Items {
		if i.Maintenance != nil {
			h.events = append(h.events, i.Event.Kind+" "+i.Maintenance.Status)
		}
	}
}

func (h *hooked) told() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return strings.Join(h.events, ", ")
}

// TestAnnounced tells a maintenance's life from a mail that is pushed to the
// mails, webhooks and silences that come of it.
func TestAnnounced(t *testing.T) {
	server, post, hook, names := alertmanager.Start(t), smtp.Start(t, smtp.Options{}), &hooked{}, nameserver.Start(t, "ntt.net")
	receiver := httptest.NewServer(hook)
	defer receiver.Close()
	in := plain(t, fmt.Sprintf(`trust: {resolver: "%s"}
notify:
  destinations:
    - {name: post, email: {url: "smtp+plain://%s", from: lineman@customer.example, to: [noc@customer.example]}}
    - {name: hook, webhook: {url: "%s", secrets: [0123456789abcdef], allow_private: [127.0.0.1]}}
    - {name: quiet, alertmanager: {url: "%s", matchers: '{circuit="{{.Circuit}}", site="{{.Site}}"}'}}
  rules:
    - {name: mails, destination: post}
    - {name: hooks, destination: hook}
    - {name: silences, destination: quiet}
`, names.Addr(), post.Addr(), receiver.URL, server.URL()))
	for name, text := range map[string]string{"sites": "name\nBarcelona\n", "circuits": "cid,provider,type,site_a\nLD-7,ntt,Transit,Barcelona\n"} {
		write(t, filepath.Join(in.dir, name), []byte(text))
	}
	in.run(t, "sites", "import", filepath.Join(in.dir, "sites"))
	in.run(t, "circuits", "import", filepath.Join(in.dir, "circuits"))
	s := in.serve(t)
	token := strings.TrimSpace(in.run(t, "token", "create", "--name", "pusher", "--role", "operator"))
	push := func(raw []byte) { t.Helper(); s.push(t, token, names.Sign(t, raw)) }
	start := time.Now().Add(40 * time.Hour).Truncate(time.Hour)
	silence := func() string {
		var all []string
		for _, one := range server.Silences() {
			all = append(all, fmt.Sprint(one.Matchers, " ", one.StartsAt.Sub(start)))
		}
		return strings.Join(all, ", ")
	}
	push(work(1, "CONFIRMED", start))
	until(t, "the silence", func() bool { return silence() == "[{circuit LD-7 false true} {site Barcelona false true}] 0s" })
	until(t, "the mail", func() bool { return len(post.Mails()) == 1 })
	until(t, "the webhook", func() bool { return hook.told() == "new CONFIRMED" })
	server.Alert(map[string]string{"alertname": "Down", "circuit": "LD-7", "site": "Barcelona"})
	server.Alert(map[string]string{"alertname": "Down", "circuit": "LD-7", "site": "Madrid"})
	shown := in.run(t, "notify", "silences", "--dry-run")
	if !strings.Contains(shown, "quiet, rule silences: 1 silences\n  keep ntt-VNOC-7 window 1, ") || strings.Count(shown, "alert: ") != 1 || !strings.Contains(shown, `site="Barcelona"}, since`) {
		t.Errorf("the plan:\n%s", shown)
	}

	push(work(2, "RE-SCHEDULED", start.Add(24*time.Hour)))
	until(t, "the moved silence", func() bool { return silence() == "[{circuit LD-7 false true} {site Barcelona false true}] 24h0m0s" })
	until(t, "the second mail", func() bool { return len(post.Mails()) == 2 })

	push(work(3, "CANCELLED", start.Add(24*time.Hour)))
	until(t, "no silence", func() bool { return len(server.Silences()) == 0 })
	until(t, "three webhooks", func() bool { return hook.told() == "new CONFIRMED, rescheduled RE-SCHEDULED, cancelled CANCELLED" })
	until(t, "the third mail", func() bool { return len(post.Mails()) == 3 })
	mails := post.Mails()
	for i, want := range []string{"METHOD:REQUEST", "METHOD:REQUEST", "METHOD:CANCEL"} {
		if !bytes.Contains(mails[i].Raw, []byte(want)) {
			t.Errorf("mail %d has no %s:\n%s", i+1, want, mails[i].Raw)
		}
	}
	if !bytes.Contains(mails[2].Raw, []byte("References: <")) {
		t.Error("the mails are not one thread")
	}
	s.stop(t)
}
