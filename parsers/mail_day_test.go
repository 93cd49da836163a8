package parsers

import "testing"

func TestDay(t *testing.T) {
	for date, want := range map[string]string{
		"Mon, 2 Mar 2026 10:00:00 +0100": "2026-03-02 09:00",
		"Monday, March 2, 2026 9:33 AM":  "2026-03-02 09:33",
		"2 March 2026":                   "2026-03-02 00:00",
		"12/25/2026 08:00":               "2026-12-25 08:00",
		"03/04/2026 08:00":               "0001-01-01 00:00", // March or April
		"yesterday":                      "0001-01-01 00:00",
	} {
		m := Message{Header: Header{"Date": {date}}}
		if mail, err := ReadMail([]byte("Date: " + date + "\n\n")); err == nil {
			m.Date = mail.Date
		}
		if got := m.Day().Format("2006-01-02 15:04"); got != want {
			t.Errorf("%q: %s, want %s", date, got, want)
		}
	}
}
