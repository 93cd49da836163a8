package demo_test

import (
	"bytes"
	"encoding/csv"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"strings"
	"testing"
	"time"

	"lineman/internal/fake/demo"
)

var now = time.Date(2026, 3, 29, 1, 17, 42, 0, time.UTC)

func TestMailsAreWellFormed(t *testing.T) {
	previous := time.Time{}
	for _, m := range demo.Mails(now) {
		t.Run(m.Name, func(t *testing.T) {
			if m.Received.Before(previous) {
				t.Errorf("received %s, before the mail that lies above it", m.Received)
			}
			previous = m.Received
			if m.Received.After(now) || now.Sub(m.Received) > 7*24*time.Hour-time.Hour {
				t.Errorf("received %s, which a first look at the last seven days does not show", m.Received)
			}
			checkLines(t, m.Raw)
			msg, err := mail.ReadMessage(bytes.NewReader(m.Raw))
			if err != nil {
				t.Fatalf("read the message: %v", err)
			}
			checkHeader(t, msg.Header, m.Received)
			checkBody(t, msg)
		})
	}
}

// checkLines holds the message to CRLF, 7 bits and RFC 5322's longest line.
func checkLines(t *testing.T, raw []byte) {
	t.Helper()
	text := strings.ReplaceAll(string(raw), "\r\n", "")
	if strings.ContainsAny(text, "\r\n") {
		t.Error("a line does not end with CRLF")
	}
	for _, line := range strings.Split(string(raw), "\r\n") {
		if len(line) > 998 {
			t.Errorf("a line of %d bytes", len(line))
		}
	}
	for _, c := range raw {
		if c >= 0x80 {
			t.Fatalf("byte %#x in a mail that says it has 7 bits", c)
		}
	}
	if strings.Contains(string(raw), "{{") || strings.Contains(string(raw), "<no value>") {
		t.Error("a piece of template is left over")
	}
}

func checkHeader(t *testing.T, h mail.Header, received time.Time) {
	t.Helper()
	for _, key := range []string{"From", "To"} {
		if _, err := h.AddressList(key); err != nil {
			t.Errorf("%s: %v", key, err)
		}
	}
	for _, key := range []string{"Subject", "Message-Id", "Received"} {
		if h.Get(key) == "" {
			t.Errorf("no %s", key)
		}
	}
	date, err := h.Date()
	if err != nil || date.After(received) {
		t.Errorf("Date is %s (%v), received %s", date, err, received)
	}
	_, stamp, _ := strings.Cut(h.Get("Received"), ";")
	if at, err := mail.ParseDate(strings.TrimSpace(stamp)); err != nil || !at.Equal(received) {
		t.Errorf("Received line says %s (%v), the mailbox %s", at, err, received)
	}
}

func checkBody(t *testing.T, msg *mail.Message) {
	t.Helper()
	kind, params, err := mime.ParseMediaType(msg.Header.Get("Content-Type"))
	if err != nil {
		t.Fatalf("Content-Type: %v", err)
	}
	if !strings.HasPrefix(kind, "multipart/") {
		return
	}
	parts := 0
	for r := multipart.NewReader(msg.Body, params["boundary"]); ; parts++ {
		p, err := r.NextPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("part %d: %v", parts, err)
		}
		if body, err := io.ReadAll(p); err != nil || len(bytes.TrimSpace(body)) == 0 {
			t.Errorf("part %d: %d bytes, %v", parts, len(body), err)
		}
	}
	if parts != 2 {
		t.Errorf("%d parts, want 2", parts)
	}
}

func TestSameNowSameMails(t *testing.T) {
	first, again := demo.Mails(now), demo.Mails(now.In(time.FixedZone("elsewhere", 7200)))
	if len(first) != len(again) || len(first) < 24 {
		t.Fatalf("%d mails, then %d", len(first), len(again))
	}
	for i := range first {
		if !bytes.Equal(first[i].Raw, again[i].Raw) {
			t.Errorf("%s differs between two calls with the same now", first[i].Name)
		}
	}
}

func TestCopyHasTheSameMessageID(t *testing.T) {
	seen := map[string]demo.Mail{}
	copies := 0
	for _, m := range demo.Mails(now) {
		msg, err := mail.ReadMessage(bytes.NewReader(m.Raw))
		if err != nil {
			t.Fatalf("%s: %v", m.Name, err)
		}
		id := msg.Header.Get("Message-Id")
		if other, ok := seen[id]; ok {
			copies++
			if bytes.Equal(other.Raw, m.Raw) {
				t.Errorf("%s has the bytes of %s; a copy through a list has others", m.Name, other.Name)
			}
		}
		seen[id] = m
	}
	if copies != 1 {
		t.Errorf("%d copies, want 1", copies)
	}
}

func TestCircuitsEndAtSites(t *testing.T) {
	sites := map[string]bool{}
	for _, row := range records(t, demo.SitesCSV(), "name") {
		sites[row["name"]] = true
	}
	types := map[string]bool{}
	for _, row := range records(t, demo.CircuitsCSV(), "cid") {
		if row["provider"] == "" || row["status"] != "Active" {
			t.Errorf("circuit %s: provider %q, status %q", row["cid"], row["provider"], row["status"])
		}
		types[row["type"]] = true
		for _, end := range []string{"site_a", "site_z"} {
			if name := row[end]; name != "" && !sites[name] {
				t.Errorf("circuit %s ends at %q, which is no site", row["cid"], name)
			}
		}
	}
	for _, want := range []string{"Transit", "Peering", "Wave"} {
		if !types[want] {
			t.Errorf("no circuit of type %s", want)
		}
	}
}

// records reads a CSV and checks that its key column is unique.
func records(t *testing.T, data []byte, key string) []map[string]string {
	t.Helper()
	lines, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]string
	seen := map[string]bool{}
	for _, line := range lines[1:] {
		row := map[string]string{}
		for i, name := range lines[0] {
			row[name] = line[i]
		}
		if seen[row[key]] {
			t.Errorf("%s %q is listed twice", key, row[key])
		}
		seen[row[key]] = true
		rows = append(rows, row)
	}
	return rows
}
