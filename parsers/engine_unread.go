package parsers

import (
	"bytes"
	"slices"
	"strings"
)

// mayBeIn says, as the end of a sentence, in which attachments that were not
// read what is missing may be; empty if there are none. evidence tells which
// parts were read.
func mayBeIn(what string, m *Mail, evidence []Evidence) string {
	names := unread(m, evidence)
	if len(names) == 0 {
		return ""
	}
	return "; " + what + " may be in an attachment that cannot be read: " + Clip(strings.Join(names, ", "), 300)
}

// unread names the attachments of a mail in which people send notices and that
// were not read: those that no reader can read, and spreadsheets from which
// nothing came.
func unread(m *Mail, evidence []Evidence) []string {
	var names []string
	for _, msg := range messages(m) {
		for _, p := range msg.Parts {
			if IsXLSX(p) && slices.ContainsFunc(evidence, func(e Evidence) bool { return e.Part == p.Index }) {
				continue
			}
			if name := unreadablePart(p); name != "" {
				names = appendNew(names, []string{name})
			}
		}
	}
	return names
}

// unreadableTypes are the types of attachments in which people send notices
// and that no reader can read.
var unreadableTypes = []string{
	TypePDF, "application/ms-tnef", "application/vnd.ms-tnef", "application/msword", "application/zip", "application/x-zip-compressed",
	"application/gzip", "application/x-gzip", "application/pkcs7-mime", "application/x-pkcs7-mime", "application/rtf", "text/rtf",
	"application/pgp-encrypted", "application/x-ole-storage",
}

// unreadableEnds are their file names, for those that are sent as mere bytes.
var unreadableEnds = []string{".pdf", "winmail.dat", ".zip", ".gz", ".7z", ".rar", ".doc", ".docx", ".xls", ".rtf", ".msg", ".pgp", ".gpg"}

// unreadablePart names a part that no reader can read; empty for others.
func unreadablePart(p *Part) string {
	kind, name := p.ContentType, strings.ToLower(p.Filename)
	bad := slices.Contains(unreadableTypes, kind) || strings.HasPrefix(kind, "application/vnd.") || isPicture(p)
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

// isPicture reports whether a part is an image that was attached; those that
// are shown in the text are mostly logos.
func isPicture(p *Part) bool {
	return strings.HasPrefix(p.ContentType, "image/") && p.Attachment
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

// maxCoverText is how long the visible text of a mail may be that only says
// that the notice is attached.
const maxCoverText = 1500

// attachedWords say in lower case that what a mail is about is attached.
var attachedWords = []string{
	"attach", "enclosed", "see the pdf", "pdf", "im anhang", "siehe anhang", "anbei", "beigefügt", "ci-joint", "pièce jointe",
	"en pièces jointes", "adjunt", "allegat", "bijlage", "bijgevoegd", "em anexo", "bilaga", "vedlagt", "vedhæftet", "ekte", "添付", "附件", "첨부",
}

// otherPapers are what else providers attach, in lower case.
var otherPapers = []string{
	"invoice", "billing", "statement of account", "payment", "rechnung", "facture", "factura", "fattura", "faktura", "contract", "quotation",
	"newsletter", "survey", "remittance", "purchase order", "order confirmation", "order form", "credit note", "price",
}

// coverOf names the attachments that cannot be read where a mail has no more
// than them: no visible text, or a short one that says that they are attached.
// It is nil for a mail that speaks of other papers, such as invoices.
func coverOf(m *Mail) []string {
	names := unread(m, nil)
	text, pictures := coverText(m)
	if strings.TrimSpace(text) == "" {
		names = appendNew(names, pictures)
	}
	if len(names) == 0 || len(text) > maxCoverText {
		return nil
	}
	low := strings.ToLower(text)
	all := low + "\n" + strings.ToLower(m.Subject+"\n"+strings.Join(names, "\n"))
	has := func(words []string, s string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(s, w) })
	}
	if has(otherPapers, all) {
		return nil
	}
	if strings.TrimSpace(text) == "" || has(attachedWords, low) || hasMaintenanceWord([]byte(all)) {
		return names
	}
	return nil
}

// coverText gives the visible text of a mail, as far as it counts, and its
// images that are shown in the text.
func coverText(m *Mail) (text string, pictures []string) {
	var b strings.Builder
	for _, msg := range messages(m) {
		for _, d := range ReadBodies(msg).All() {
			if b.Len() <= maxCoverText {
				b.WriteString(Clip(d.Text(), maxCoverText+1))
			}
		}
		for _, p := range msg.Parts {
			if name := strings.TrimSpace(p.Filename); strings.HasPrefix(p.ContentType, "image/") && !isPicture(p) {
				if name == "" {
					name = p.ContentType
				}
				pictures = appendNew(pictures, []string{name})
			}
		}
	}
	return b.String(), pictures
}
