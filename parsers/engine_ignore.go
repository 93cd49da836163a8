package parsers

import (
	"bytes"
	"strings"
)

// maxWordText is how much of each part is searched for words.
const maxWordText = 256 << 10

// ownHeader stands in every mail that lineman sends: one that comes back, to a
// mailbox that is both read and told, must not be announced again.
const ownHeader = "X-Lineman-Announcement"

// ignoredMail gives the rule by which a mail is no notice whoever sent it;
// empty if none applies.
func ignoredMail(m *Mail) string {
	if v := strings.ToLower(m.Header.Get("Auto-Submitted")); strings.HasPrefix(v, "auto-replied") {
		return "automatic reply (Auto-Submitted: auto-replied)"
	}
	if m.Header.Get(ownHeader) != "" {
		return "an announcement that lineman sent (" + ownHeader + ")"
	}
	for _, name := range []string{"X-Autoreply", "X-Autorespond", "X-Autoresponder"} {
		if v := strings.ToLower(m.Header.Get(name)); v != "" && v != "no" {
			return "automatic reply (" + name + ")"
		}
	}
	if isBounce(m) {
		return "report that a mail could not be delivered"
	}
	subject := strings.ToLower(withoutListTags(m.Subject))
	for _, p := range []string{
		"automatic reply:", "auto reply:", "autoreply:", "auto-reply:", "out of office", "out-of-office",
		"automatische antwort:", "abwesenheitsnotiz:", "réponse automatique", "respuesta automática", "risposta automatica",
	} {
		if strings.HasPrefix(subject, p) {
			return "out-of-office reply (its subject)"
		}
	}
	return ""
}

func isBounce(m *Mail) bool {
	ctype := strings.ToLower(m.Header.Get("Content-Type"))
	if strings.HasPrefix(ctype, "multipart/report") && strings.Contains(ctype, "delivery-status") {
		return true
	}
	local, _, _ := strings.Cut(m.sole("From"), "@")
	if local != "mailer-daemon" && local != "postmaster" {
		return false
	}
	for _, p := range m.Parts {
		if p.ContentType == "message/delivery-status" {
			return true
		}
	}
	subject := strings.ToLower(m.Subject)
	for _, w := range []string{"undeliver", "delivery status", "delivery fail", "returned mail", "failure notice", "could not be delivered"} {
		if strings.Contains(subject, w) {
			return true
		}
	}
	return false
}

// maintenanceWords are lower-case fragments of which every notice that is
// known has one; a mail without any is none.
var maintenanceWords = [][]byte{
	[]byte("maintenance"), []byte("maint"), []byte("planned"), []byte("scheduled"), []byte("outage"), []byte("wartung"),
	[]byte("interruption"), []byte("emergency"), []byte("upgrade"), []byte("window"), []byte("service affecting"),
	[]byte("service-affecting"), []byte("downtime"), []byte("circuit"), []byte("impact"), []byte("reschedul"),
	[]byte("change request"), []byte("disruption"), []byte("onderhoud"), []byte("mantenimiento"), []byte("manutenção"),
	[]byte("manutenzione"), []byte("メンテナンス"), []byte("作業"), []byte("維護"), []byte("维护"), []byte("점검"), []byte("bakım"),
}

// speaksOfMaintenance reports whether any subject or text of the mail has a
// word of maintenance; a mail whose only content cannot be read may.
func speaksOfMaintenance(m *Mail) bool {
	text := false
	for _, msg := range messages(m) {
		if hasMaintenanceWord([]byte(msg.Subject)) {
			return true
		}
		for _, p := range msg.Parts {
			if !strings.HasPrefix(p.ContentType, "text/") {
				continue
			}
			body := []byte(Clip(p.Text(), maxWordText))
			text = text || len(bytes.TrimSpace(body)) > 0
			if hasMaintenanceWord(body) {
				return true
			}
		}
	}
	return !text && len(unread(m, nil)) > 0 && len(coverOf(m)) > 0
}

func hasMaintenanceWord(b []byte) bool {
	b = bytes.ToLower(b)
	for _, w := range maintenanceWords {
		if bytes.Contains(b, w) {
			return true
		}
	}
	return false
}
