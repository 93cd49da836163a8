package audit_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lineman/internal/audit"
	"lineman/models"
)

var monday = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

func sample() audit.Dossier {
	return audit.Dossier{
		Circuit: "A/1", Provider: "zayo", Names: []string{"A/1", "=Blue"}, From: monday, To: monday.AddDate(0, 0, 7), Made: monday.AddDate(0, 1, 0), Searched: 9,
		Remarks: []string{"\"A/1\" is too short"},
		Sources: []audit.Source{
			{Name: "noc", Passes: 7, Failed: 2, Gaps: []audit.Gap{
				audit.GapOf(models.PollGap{From: monday, To: monday.Add(time.Hour), Failed: 2, Error: "refused\nthe login"}),
				audit.GapOf(models.PollGap{From: monday.Add(2 * time.Hour), To: monday.Add(3 * time.Hour)}),
			}},
			{Name: "other", Gaps: []audit.Gap{audit.GapOf(models.PollGap{From: monday, To: monday.Add(time.Hour), First: true, Failed: 1, Error: "no host"})}},
			{Name: "third", Passes: 3},
		},
		Mails: []audit.Mail{
			{
				ID: "m1", SHA256: "00", Received: monday, Sender: "mr@zayo.com", Subject: "=HYPERLINK(\"http://evil.example\")\r\n\x1b[2J\u202e../../etc", MessageID: "+1@zayo.com",
				Source: "noc", Provider: "zayo", State: "parsed", Flags: []string{"unknown-cids"}, Found: []string{"it lists A/1"}, Maintenances: []string{"zayo-1"},
				Changes: []audit.Change{{Maintenance: "zayo-1", At: monday, Field: "created", New: "-1", Cause: "live"}},
			},
			{ID: "m2", SHA256: "ff", Received: monday.Add(time.Hour), State: "ignored", Reason: "@no notice", Found: []string{"part 0 names =Blue"}, Deleted: true},
			{ID: "m4", Received: monday.Add(2 * time.Hour), State: "quarantined", Reason: "it is over the limits", Found: []string{"the subject names A/1"}, Size: 99, Bodiless: true},
			{ID: "m3", Received: time.Date(1969, 1, 1, 0, 0, 0, 0, time.UTC), State: "parsing-failed", Found: []string{"the subject names A/1"}},
		},
		Records: []audit.Record{
			{
				Name: "zayo-1", Status: "CONFIRMED", Start: monday, End: monday.Add(time.Hour), Impact: "OUTAGE",
				Acks:     []audit.Ack{{Author: "olga", At: monday, Holds: true}, {Author: "vic", At: monday}},
				ByPeople: []audit.Change{{Maintenance: "zayo-1", At: monday, Field: "status", Old: "TENTATIVE", New: "CONFIRMED", Cause: "edit", Author: "olga"}},
			},
			{Name: "zayo-2", Status: "CANCELLED"},
		},
	}
}

// bytesOf gives the mails of the sample; the second has lost its own.
func bytesOf(id string) ([]byte, error) {
	if id == "m2" {
		return nil, nil
	}
	return []byte("Subject: " + id + "\r\n\r\n"), nil
}

func unpack(t *testing.T, b []byte) map[string][]byte {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, f := range r.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if files[f.Name], err = io.ReadAll(in); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

func TestZip(t *testing.T) {
	var b bytes.Buffer
	if err := sample().WriteZip(&b, bytesOf); err != nil {
		t.Fatal(err)
	}
	files := unpack(t, b.Bytes())
	safe := regexp.MustCompile(`^(mails/[0-9]{4}-[0-9a-f]{12}\.eml|index\.json|index\.csv|report\.txt|SHA256SUMS)$`)
	for name := range files {
		if !safe.MatchString(name) {
			t.Errorf("a file is called %q", name)
		}
	}
	if len(files) != 6 {
		t.Errorf("%d files, want 2 mails and 4 others", len(files))
	}
	for name, content := range files {
		if line := fmt.Sprintf("%x  %s\n", sha256.Sum256(content), name); name != audit.Sums && !bytes.Contains(files[audit.Sums], []byte(line)) {
			t.Errorf("%s has no %s in\n%s", audit.Sums, line, files[audit.Sums])
		}
	}
	if n := bytes.Count(files[audit.Sums], []byte("\n")); n != 5 {
		t.Errorf("%d hashes, want 5", n)
	}
	rows, err := csv.NewReader(bytes.NewReader(files["index.csv"])).ReadAll()
	if err != nil || len(rows) != 5 {
		t.Fatalf("index.csv: %d rows, %v", len(rows), err)
	}
	for _, row := range rows[1:] {
		for _, cell := range row {
			if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
				t.Errorf("a spreadsheet would compute %q", cell)
			}
		}
	}
	var index audit.Dossier
	if err := json.Unmarshal(files["index.json"], &index); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, m := range index.Mails {
		names = append(names, m.File)
		if m.File != "" && fmt.Sprintf("%x", sha256.Sum256(files[m.File])) != m.SHA256 {
			t.Errorf("%s has another hash than %s", m.File, m.SHA256)
		}
	}
	if len(names) != 4 || names[0] == "" || names[1] != "" || names[2] != "" || names[3] == "" {
		t.Errorf("files %q; want none for the second and third mail, of which there are no bytes", names)
	}
}

func TestZipTellsFailures(t *testing.T) {
	broken := errors.New("disk on fire")
	err := sample().WriteZip(io.Discard, func(string) ([]byte, error) { return nil, broken })
	if !errors.Is(err, broken) {
		t.Errorf("a mail that cannot be read: %v", err)
	}
	if err := sample().WriteZip(fullDisk{}, bytesOf); !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("a file that cannot be written: %v", err)
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

func TestText(t *testing.T) {
	var b bytes.Buffer
	if err := sample().WriteText(&b); err != nil {
		t.Fatal(err)
	}
	want := `circuit A/1 of zayo, 2026-03-02 08:00:00 UTC to 2026-03-09 08:00:00 UTC
also called: =Blue
note: "A/1" is too short

Mailboxes
  noc    7 passes, 2 failed                            2 gaps
    gap  2026-03-02 08:00 UTC to 2026-03-02 09:00 UTC  2 passes failed, the last one: refused the login
    gap  2026-03-02 10:00 UTC to 2026-03-02 11:00 UTC  no pass ran
  other  0 passes, 0 failed                            1 gaps
    gap  2026-03-02 08:00 UTC to 2026-03-02 09:00 UTC  it was never read before; 1 passes failed, the last one: no host
  third  3 passes, 0 failed                            no gap

Mails that name the circuit: 4 (9 were searched)
  2026-03-02 08:00 UTC  parsed  mr@zayo.com  =HYPERLINK("http://evil.example")  [2J../../etc
    found: it lists A/1
    of: zayo-1
    changed: zayo-1 created: - -> -1 (live, 2026-03-02 08:00 UTC)
  2026-03-02 09:00 UTC  ignored  -  
    found: part 0 names =Blue
    because: @no notice
    its bytes were removed by retention; SHA-256 ff
  2026-03-02 10:00 UTC  quarantined  -  
    found: the subject names A/1
    because: it is over the limits
    its bytes were never kept; of 99 bytes
  1969-01-01 00:00 UTC  parsing-failed  -  
    found: the subject names A/1

Maintenances: 2
  zayo-1  CONFIRMED  2026-03-02 08:00 UTC to 2026-03-02 09:00 UTC  OUTAGE
    acknowledged by olga at 2026-03-02 08:00 UTC, as it stands
    acknowledged by vic at 2026-03-02 08:00 UTC, before it changed, or it was taken back
    changed by hand: zayo-1 status: TENTATIVE -> CONFIRMED (edit by olga, 2026-03-02 08:00 UTC)
  zayo-2  CANCELLED  - to -  -
    acknowledged by nobody
`
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Error(diff)
	}
}
