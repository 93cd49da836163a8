package parsers

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestLint holds the findings on every sample calendar.
func TestLint(t *testing.T) {
	files, err := filepath.Glob("testdata/ical/*.ics")
	if err != nil || len(files) == 0 {
		t.Fatalf("no samples: %v", err)
	}
	findings := make(map[string][]string, len(files))
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(file)
		list := []string{}
		for _, f := range Lint(raw, name) {
			list = append(list, f.String())
		}
		findings[name] = list
	}
	golden(t, "testdata/lint.json", findings)
}

func TestLintFiles(t *testing.T) {
	good, err := os.ReadFile("testdata/ical/initial.ics")
	if err != nil {
		t.Fatal(err)
	}
	good = []byte(crlf(strings.ReplaceAll(string(good), "\r", "")))
	if all := Lint(good, "a.ics"); len(all) != 0 {
		t.Errorf("a right calendar has findings: %v", all)
	}
	mail := "From: a@b.example\nContent-Type: multipart/mixed; boundary=B\n\n--B\n\nhi\n--B\nContent-Type: text/calendar; name=w.ics\n\n" +
		strings.Replace(string(good), "SEQUENCE:0\r\n", "", 1) + "\n--B--\n"
	all := Lint([]byte(mail), "m.eml")
	if len(all) != 1 || all[0].String() != "m.eml (part 1 w.ics):4: MUST have SEQUENCE" {
		t.Errorf("got %v", all)
	}
	if all := Lint([]byte("From: a@b.example\n\nhi"), "m.eml"); len(all) != 1 || all[0].Severity != Must {
		t.Errorf("a mail without a calendar: %v", all)
	}
	if all := Lint(nestedMail(50), "m.eml"); len(all) != 1 || !strings.Contains(all[0].Text, "limit of 20 nested parts") {
		t.Errorf("a mail over the limits: %v", all)
	}
	twice := strings.Replace(string(good), "END:VCALENDAR", strings.Replace(string(good[strings.Index(string(good), "BEGIN:VEVENT"):]), "SEQUENCE:0", "SEQUENCE:5", 1), 1)
	down := strings.Replace(twice, "SEQUENCE:0", "SEQUENCE:9", 1)
	if all := Lint([]byte(down), "a.ics"); len(all) != 1 || !strings.Contains(all[0].Text, "from 9 to 5") {
		t.Errorf("a SEQUENCE that falls: %v", all)
	}
}
