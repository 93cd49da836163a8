package audit

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"lineman/internal/inventory"
)

// Sums is the file of the hashes; sha256sum -c SHA256SUMS checks all others.
const Sums = "SHA256SUMS"

// WriteZip writes the dossier with the mails. raw gives the bytes of a mail by
// its ID, nil where they are not there any more. The names of the files are made
// of numbers and hashes; nothing that a mail says is in them.
func (d Dossier) WriteZip(out io.Writer, raw func(id string) ([]byte, error)) error {
	z := &archive{z: zip.NewWriter(out), made: d.Made}
	mails := make([]Mail, len(d.Mails))
	for i, m := range d.Mails {
		bytes, err := bytesOf(m, raw)
		if err != nil {
			return err
		}
		if bytes != nil {
			sum := sha256.Sum256(bytes)
			m.SHA256 = hex.EncodeToString(sum[:])
			m.File = fmt.Sprintf("mails/%04d-%s.eml", i+1, m.SHA256[:12])
			z.add(m.File, bytes, m.Received)
		}
		mails[i] = m
	}
	d.Mails = mails
	index, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return fmt.Errorf("write index.json: %w", err)
	}
	z.add("index.json", append(index, '\n'), d.Made)
	table, err := d.index()
	if err != nil {
		return err
	}
	z.add("index.csv", table, d.Made)
	var text bytes.Buffer
	if err := d.WriteText(&text); err != nil {
		return err
	}
	z.add("report.txt", text.Bytes(), d.Made)
	z.add(Sums, []byte(z.sums.String()), d.Made)
	return z.end()
}

// bytesOf gives the bytes of a mail; nil where they are not there.
func bytesOf(m Mail, raw func(id string) ([]byte, error)) ([]byte, error) {
	if m.Bodiless {
		return nil, nil
	}
	bytes, err := raw(m.ID)
	if err != nil {
		return nil, fmt.Errorf("read mail %s: %w", m.ID, err)
	}
	return bytes, nil
}

type archive struct {
	z    *zip.Writer
	sums strings.Builder
	made time.Time
	err  error
}

func (a *archive) add(name string, content []byte, at time.Time) {
	if a.err != nil {
		return
	}
	if y := at.Year(); y < 1980 || y > 2107 { // what a ZIP file can say
		at = a.made
	}
	w, err := a.z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: at.UTC()})
	if err == nil {
		_, err = w.Write(content)
	}
	if err != nil {
		a.err = fmt.Errorf("write %s: %w", name, err)
		return
	}
	sum := sha256.Sum256(content)
	fmt.Fprintf(&a.sums, "%s  %s\n", hex.EncodeToString(sum[:]), name)
}

func (a *archive) end() error {
	if a.err != nil {
		return a.err
	}
	if err := a.z.Close(); err != nil {
		return fmt.Errorf("end the ZIP file: %w", err)
	}
	return nil
}

// index is index.csv: a line for each mail. No spreadsheet computes what a mail
// says.
func (d Dossier) index() ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	rows := [][]string{{
		"file", "sha256", "received", "state", "flags", "provider", "source", "sender", "subject", "message_id", "found", "maintenances", "changes", "reason",
	}}
	for _, m := range d.Mails {
		var changes []string
		for _, c := range m.Changes {
			changes = append(changes, c.Maintenance+" "+c.Field+": "+c.Old+" -> "+c.New)
		}
		rows = append(rows, []string{
			m.File, m.SHA256, m.Received.UTC().Format(time.RFC3339), m.State, strings.Join(m.Flags, " "), m.Provider, m.Source, m.Sender, m.Subject, m.MessageID,
			strings.Join(m.Found, "; "), strings.Join(m.Maintenances, " "), strings.Join(changes, "; "), m.Reason,
		})
	}
	for _, row := range rows {
		for i, cell := range row {
			row[i] = inventory.Guard(plain(cell))
		}
		if err := w.Write(row); err != nil {
			return nil, fmt.Errorf("write index.csv: %w", err)
		}
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return nil, fmt.Errorf("write index.csv: %w", err)
	}
	return b.Bytes(), nil
}
