package parsers

import (
	"bytes"
	"path"
	"strings"
)

// The content types that readers ask for.
const (
	TypeText     = "text/plain"
	TypeHTML     = "text/html"
	TypeCalendar = "text/calendar"
	TypeCSV      = "text/csv"
	TypeXLSX     = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	TypePDF      = "application/pdf"
)

// byName gives the type that a file name's ending says.
var byName = map[string]string{
	".ics": TypeCalendar, ".ical": TypeCalendar, ".ifb": TypeCalendar, ".vcs": TypeCalendar,
	".csv": TypeCSV, ".tsv": TypeCSV, ".html": TypeHTML, ".htm": TypeHTML, ".txt": TypeText,
	".xlsx": TypeXLSX, ".xls": "application/vnd.ms-excel", ".pdf": TypePDF, ".eml": "message/rfc822",
	".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}

// sameType gives the one name for types that have several.
var sameType = map[string]string{
	"application/ics": TypeCalendar, "application/calendar": TypeCalendar, "text/x-vcalendar": TypeCalendar,
	"application/ical": TypeCalendar, "text/ical": TypeCalendar, "text/icalendar": TypeCalendar,
	"application/csv": TypeCSV, "text/comma-separated-values": TypeCSV, "text/x-csv": TypeCSV,
	"application/xhtml+xml": TypeHTML, "text/htm": TypeHTML, "text": TypeText,
	"application/x-pdf": TypePDF,
}

// sniff gives the type of a leaf, by what it holds where the mail says nothing
// useful, and its data; a calendar that was encoded once more is decoded.
func sniff(e entity, data []byte) (string, []byte) {
	ctype := e.ctype
	if t, ok := sameType[ctype]; ok {
		ctype = t
	}
	head := bytes.TrimLeft(bytes.TrimPrefix(data[:min(len(data), 1024)], []byte("\xef\xbb\xbf")), " \t\r\n\x00")
	switch {
	case hasPrefixFold(head, "BEGIN:VCALENDAR"), utf16Calendar(head):
		return TypeCalendar, data
	case bytes.HasPrefix(head, []byte("QkVHSU46VkNBTEVOREFS")), bytes.HasPrefix(head, []byte("77u/QkVHSU46VkNBTEVO")):
		return TypeCalendar, decodeBase64(bytes.TrimLeft(data, " \t\r\n"))
	case bytes.HasPrefix(head, []byte("%PDF-")):
		return TypePDF, data
	case bytes.HasPrefix(head, []byte("PK\x03\x04")) && (ctype == TypeXLSX || bytes.Contains(data, []byte("xl/workbook"))):
		return TypeXLSX, data
	}
	if t := byName[strings.ToLower(path.Ext(e.filename))]; t != "" && vague(ctype) {
		return t, data
	}
	if ctype != "" && !vague(ctype) {
		return ctype, data
	}
	if looksHTML(head) {
		return TypeHTML, data
	}
	if ctype == "" {
		ctype = TypeText
	}
	return ctype, data
}

// vague reports whether a declared type says nothing useful.
func vague(ctype string) bool {
	switch ctype {
	case "", TypeText, "application/octet-stream", "application/x-download", "application/download",
		"application/unknown", "application/force-download", "binary/octet-stream":
		return true
	}
	return false
}

func looksHTML(head []byte) bool {
	for _, start := range []string{"<!doctype html", "<html", "<head", "<body", "<table", "<div", "<meta "} {
		if hasPrefixFold(head, start) {
			return true
		}
	}
	return false
}

func hasPrefixFold(b []byte, prefix string) bool {
	return len(b) >= len(prefix) && strings.EqualFold(string(b[:len(prefix)]), prefix)
}

// utf16Calendar finds a calendar in UTF-16, with or without a mark.
func utf16Calendar(head []byte) bool {
	if len(head) < 40 || bytes.IndexByte(head[:8], 0) < 0 {
		return false
	}
	plain := bytes.ReplaceAll(head[:40], []byte{0}, nil)
	plain = bytes.TrimLeft(plain, "\xff\xfe")
	return hasPrefixFold(plain, "BEGIN:VCALENDAR")
}
