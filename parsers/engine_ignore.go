package parsers

import (
	"bytes"
	"slices"
	"strings"
)

// maxWordText is how much of each part is searched for words.
const maxWordText = 256 << 10

// ignoredMail gives the rule by which a mail is no notice whoever sent it;
// empty if none applies.
func ignoredMail(m *Mail) string {
	if v := strings.ToLower(m.Header.Get("Auto-Submitted")); strings.HasPrefix(v, "auto-replied") {
		return "automatic reply (Auto-Submitted: auto-replied)"
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
	return !text && unreadable(m) != ""
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

// unreadable names the attachments in which a notice may be that no reader can
// read, as the end of a sentence; empty if there are none.
func unreadable(m *Mail) string {
	var names []string
	for _, msg := range messages(m) {
		for _, p := range msg.Parts {
			if name := unreadablePart(p); name != "" {
				names = appendNew(names, []string{name})
			}
		}
	}
	if len(names) == 0 {
		return ""
	}
	return "; it may be in an attachment that cannot be read: " + Clip(strings.Join(names, ", "), 300)
}

// unreadableTypes are the types of attachments in which people send notices
// and that no reader can read.
var unreadableTypes = []string{
	TypePDF, "application/ms-tnef", "application/vnd.ms-tnef", "application/msword", "application/zip", "application/x-zip-compressed",
	"application/gzip", "application/x-gzip", "application/pkcs7-mime", "application/x-pkcs7-mime",
}

// unreadableEnds are their file names, for those that are sent as mere bytes.
var unreadableEnds = []string{".pdf", "winmail.dat", ".zip", ".gz", ".7z", ".doc", ".docx", ".xls", ".msg"}

// unreadablePart names a part that no reader can read; empty for others.
func unreadablePart(p *Part) string {
	kind, name := p.ContentType, strings.ToLower(p.Filename)
	bad := slices.Contains(unreadableTypes, kind) || strings.HasPrefix(kind, "application/vnd.") ||
		strings.HasPrefix(kind, "image/") && p.Attachment
	if !bad && !strings.HasPrefix(kind, "text/") {
		bad = slices.ContainsFunc(unreadableEnds, func(end string) bool { return strings.HasSuffix(name, end) })
	}
	switch {
	case bad && p.Filename != "":
		return p.Filename
	case bad:
		return kind
	case kind == TypeText:
		return uuencoded(p.Data)
	}
	return ""
}

// uuencoded names the file that a text carries in the way of old mail
// programs ("begin 644 notice.doc"); empty if there is none.
func uuencoded(text []byte) string {
	for {
		i := bytes.Index(text, []byte("begin "))
		if i < 0 {
			return ""
		}
		lineStart := i == 0 || text[i-1] == '\n'
		text = text[i+len("begin "):]
		line, _ := cutLine(text[:min(len(text), 300)])
		mode, name, ok := strings.Cut(string(line), " ")
		if name = strings.TrimSpace(name); lineStart && ok && name != "" && len(mode) >= 3 && len(mode) <= 4 && strings.Trim(mode, "01234567") == "" {
			return baseName(strings.ToValidUTF8(name, "?"))
		}
	}
}
