package parsers

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func utc(t *testing.T, s string) time.Time {
	t.Helper()
	v, err := time.Parse("2006-01-02 15:04:05", s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestResolve(t *testing.T) {
	near := utc(t, "2026-05-10 08:00:00")
	tests := []struct {
		name  string
		times Times
		in    string
		want  string // UTC; else part of the error
	}{
		{"day month name", Times{}, "25-Sep-2026 00:01 ( Pacific )", "2026-09-25 07:01:00"},
		{"iso with long zone", Times{}, "2026-05-20 01:00 MDT (Mountain Daylight Time)", "2026-05-20 07:00:00"},
		{"ambiguous abbreviation, long name decides", Times{}, "2026-11-05 00:00 CST (Central Standard Time)", "2026-11-05 06:00:00"},
		{"offset behind seconds", Times{}, "2026-05-20 01:00:00-06:00", "2026-05-20 07:00:00"},
		{"ambiguous abbreviation alone", Times{}, "2026-11-05 00:00 CST", "several meanings"},
		{"format decides abbreviation", Times{Zones: Zones{Means: map[string]string{"ist": "Asia/Kolkata"}}}, "05 Nov 2026 00:00 IST", "2026-11-04 18:30:00"},
		{"weekday and no year", Times{Zones: Zones{Home: "Etc/UTC"}}, "FRIDAY, 12 JUN 10:00", "2026-06-12 10:00:00"},
		{"wrong weekday", Times{Zones: Zones{Home: "Etc/UTC"}}, "MONDAY, 12 JUN 2026 10:00", "is no MONDAY"},
		{"japanese weekday", Times{Zones: Zones{Home: "Etc/UTC"}}, "金曜日, 12 JUN 10:00", "2026-06-12 10:00:00"},
		{"japanese date", Times{Zones: Zones{Home: "Asia/Tokyo"}}, "2026年6月12日 10時30分", "2026-06-12 01:30:00"},
		{"no zone", Times{}, "12 JUN 2026 10:00", "names no time zone"},
		{"unknown zone", Times{}, "12 JUN 2026 10:00 QQT", "not known"},
		{"gmt offset", Times{}, "07.08.2026 00:00 GMT+3", "2026-08-06 21:00:00"},
		{"month first", Times{Order: MonthFirst}, "6/12/2026 10:00 PM EDT", "2026-06-13 02:00:00"},
		{"day first", Times{}, "6/12/2026 10:00 UTC", "2026-12-06 10:00:00"},
		{"undecided by closeness", Times{Order: Undecided}, "05/12/2026 10:00 UTC", "2026-05-12 10:00:00"},
		{"undecided by weekday", Times{Order: Undecided}, "Saturday 05/12/2026 10:00 UTC", "2026-12-05 10:00:00"},
		{"undecided and too close", Times{Order: Undecided}, "04/06/2026 10:00 UTC", "can mean"},
		{"iso t z", Times{}, "2026-05-20T07:00:21Z", "2026-05-20 07:00:21"},
		{"iso offset", Times{}, "2026-05-20T07:00:21-0500", "2026-05-20 12:00:21"},
		{"midnight end", Times{}, "20-May-2026 24:00 UTC", "2026-05-21 00:00:00"},
		{"gap", Times{}, "08-Mar-2026 02:30 ( Eastern )", "does not exist"},
		{"overlap", Times{}, "01-Nov-2026 01:30 ( Eastern )", "comes twice"},
		{"overlap decided by abbreviation", Times{}, "01-Nov-2026 01:30 EST", "2026-11-01 06:30:00"},
		{"twelve am", Times{}, "August 9, 2026 12am ET", "2026-08-09 04:00:00"},
		{"ordinal", Times{}, "9th of August 2026 at 4:00 p.m. Singapore Time", "2026-08-09 08:00:00"},
		{"compact hours", Times{}, "09 Aug 2026 2300 hrs GMT", "2026-08-09 23:00:00"},
		{"no day of the calendar", Times{}, "31-Jun-2026 10:00 UTC", "no date of the calendar"},
		{"two digit year", Times{Order: MonthFirst}, "8/9/26 01:00 CT", "2026-08-09 06:00:00"},
		{"weekday in brackets", Times{}, "2026-08-09(Sun) 10:00 UTC", "2026-08-09 10:00:00"},
		{"brt", Times{}, "2026-10-12 00:00 BRT (Brasilia Time)", "2026-10-12 03:00:00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, rest, ok := tt.times.Scan(tt.in)
			if !ok {
				t.Fatalf("Scan(%q) reads nothing", tt.in)
			}
			if strings.TrimSpace(rest) != "" {
				t.Errorf("rest %q", rest)
			}
			got, err := tt.times.Resolve(m, near)
			if err != nil {
				if !errors.Is(err, ErrUndecidable) || !strings.Contains(err.Error(), tt.want) {
					t.Fatalf("error %v, want %q; moment %+v", err, tt.want, m)
				}
				return
			}
			if s := got.Format("2006-01-02 15:04:05"); s != tt.want || got.Location() != time.UTC {
				t.Errorf("got %s, want %s; moment %+v", s, tt.want, m)
			}
		})
	}
}

func TestScanSpan(t *testing.T) {
	near := utc(t, "2026-05-10 08:00:00")
	home := Times{Zones: Zones{Home: "Etc/UTC"}}
	tests := []struct {
		in, start, end string
	}{
		{"25-Sep-2026 07:00 to 25-Sep-2026 12:00 ( GMT )", "2026-09-25 07:00", "2026-09-25 12:00"},
		{"FRIDAY, 12 JUN 10:00 - FRIDAY, 12 JUN 15:00", "2026-06-12 10:00", "2026-06-12 15:00"},
		{"THURSDAY, 31 DEC 23:01 - FRIDAY, 01 JAN 05:00", "2026-12-31 23:01", "2027-01-01 05:00"},
		{"2026-06-12 22:00:00-02:00:00", "2026-06-12 22:00", "2026-06-13 02:00"},
		{"12 Jun 2026 22:00 hrs to 13 Jun 2026 04:00 hrs GMT", "2026-06-12 22:00", "2026-06-13 04:00"},
		{"12 JUN 2026 22:00-02:00", "2026-06-12 22:00", "2026-06-13 02:00"},
		{"between 2026-06-12 22:00 and 2026-06-13 04:00 UTC", "2026-06-12 22:00", "2026-06-13 04:00"},
		{"12 Jun 2026 10:00 PM – 11:30 PM ET", "2026-06-13 02:00", "2026-06-13 03:30"},
		{"2026-06-12 22:00 UTC until 2026-06-12 21:00 UTC", "is not after", ""},
		{"28 Mar 2026 23:00 - 05:00 ( Central European Time )", "2026-03-28 22:00", "2026-03-29 03:00"}, // the clocks go forward in between
		{"24 Oct 2026 23:00 - 05:00 ( Central European Time )", "2026-10-24 21:00", "2026-10-25 04:00"},
		{"28 Mar 2026 23:00 - 02:30 ( Central European Time )", "does not exist", ""},
		{"29 Mar 2026 23:00 - 02:30 ( Central European Time )", "2026-03-29 21:00", "2026-03-30 00:30"},
		{"Saturday 28 Mar 2026 23:00 - 05:00 ET", "2026-03-29 03:00", "2026-03-29 09:00"},
	}
	for _, tt := range tests {
		t.Run(tt.in, func(t *testing.T) {
			from, to, _, ok := home.ScanSpan(tt.in)
			if !ok {
				t.Fatalf("no span: %+v %+v", from, to)
			}
			start, end, err := home.ResolveSpan(from, to, near)
			if err != nil {
				if tt.end != "" || !strings.Contains(err.Error(), tt.start) {
					t.Fatal(err)
				}
				return
			}
			const layout = "2006-01-02 15:04"
			if start.Format(layout) != tt.start || end.Format(layout) != tt.end {
				t.Errorf("got %s – %s; %+v %+v", start.Format(layout), end.Format(layout), from, to)
			}
		})
	}
}

func TestAgree(t *testing.T) {
	sure := utc(t, "2026-07-25 07:00:00")
	tests := []struct {
		second string
		ok     bool
	}{
		{"25-Jul-2026 00:00 ( Pacific )", true},
		{"25-Jul-2026 00:01 ( Pacific )", true},
		{"25-Jul-2026 00:00 PST", true}, // written for summer too
		{"25-Jul-2026 03:00 ( Pacific )", false},
		{"26-Jul-2026 00:00 ( Pacific )", false},
		{"25-Jul-2026 00:00 ( Somewhere )", true},
	}
	for _, tt := range tests {
		m, _, _ := Times{}.Scan(tt.second)
		err := Times{}.Agree(sure, m, sure, 5*time.Minute)
		if (err == nil) != tt.ok {
			t.Errorf("Agree(%q): %v", tt.second, err)
		}
	}
}

func FuzzWhen(f *testing.F) {
	for _, s := range []string{"25-Sep-2026 00:01 to 25-Sep-2026 05:00 ( Pacific )", "2026-05-20T07:00:00-0500", "8/9/26 12am", "FRIDAY, 02 JUL 19:00 - SATURDAY, 03 JUL 00:00", "2026年6月12日 10時", "GMT+3 (", "00:00 - "} {
		f.Add(s)
	}
	near := time.Date(2026, 5, 10, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, s string) {
		for _, order := range []Order{DayFirst, MonthFirst, Undecided} {
			times := Times{Order: order, Zones: Zones{Home: "Etc/UTC"}}
			from, to, _, ok := times.ScanSpan(s)
			if !ok {
				continue
			}
			start, end, err := times.ResolveSpan(from, to, near)
			if err == nil && !end.After(start) {
				t.Fatalf("%q: end %s not after start %s", s, end, start)
			}
		}
	})
}
