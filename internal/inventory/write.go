package inventory

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"

	"lineman/models"
)

// WriteProviders writes providers.csv, so that ReadProviders gives the same
// rows. A tag or address with a blank in it cannot be written: the error names
// it.
func WriteProviders(w io.Writer, rows []models.ProviderRow) error {
	for i := range rows {
		if err := single("provider "+rows[i].Name, rows[i].Emails, " \t\r\n\u00a0,;"); err != nil {
			return err
		}
		if err := single("provider "+rows[i].Name, rows[i].Tags, ""); err != nil {
			return err
		}
	}
	return write(w, providers, rows)
}

// WriteSites writes sites.csv; see WriteProviders.
func WriteSites(w io.Writer, rows []models.SiteRow) error {
	for i := range rows {
		if err := single("site "+rows[i].Name, rows[i].Tags, ""); err != nil {
			return err
		}
	}
	return write(w, sites, rows)
}

// WriteCircuits writes circuits.csv; see WriteProviders.
func WriteCircuits(w io.Writer, rows []models.CircuitRow) error {
	for i := range rows {
		if err := single("circuit "+rows[i].CID, rows[i].Tags, ""); err != nil {
			return err
		}
	}
	return write(w, circuits, rows)
}

// WriteAliases writes aliases.csv, so that ReadAliases gives the same rows.
func WriteAliases(w io.Writer, rows []models.AliasRow) error { return write(w, aliases, rows) }

// WriteRedundancy writes redundancy.csv, so that ReadRedundancy gives the same
// rows.
func WriteRedundancy(w io.Writer, rows []models.RedundancyRow) error {
	return write(w, redundancy, rows)
}

// single checks that the words of a list survive being joined and split.
func single(owner string, words []string, separators string) error {
	for _, word := range words {
		if f := strings.Fields(word); len(f) != 1 || f[0] != word || strings.ContainsAny(word, separators) {
			return models.Invalid(owner, "%q cannot be one word of a list in CSV; rename it", word)
		}
	}
	return nil
}

func write[R any](w io.Writer, s sheet[R], rows []R) error {
	out := csv.NewWriter(w)
	cells := make([]string, len(s.columns))
	for i, c := range s.columns {
		cells[i] = c.name
	}
	if err := out.Write(cells); err != nil {
		return fmt.Errorf("write the %s: %w", s.plural(), err)
	}
	for i := range rows {
		for j, c := range s.columns {
			cells[j] = Guard(lineBreaks(c.get(&rows[i])))
		}
		if err := out.Write(cells); err != nil {
			return fmt.Errorf("write the %s: %w", s.plural(), err)
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("write the %s: %w", s.plural(), err)
	}
	return nil
}

// lineBreaks writes line breaks as a reader of CSV gives them back.
func lineBreaks(cell string) string {
	for strings.Contains(cell, "\r\n") {
		cell = strings.ReplaceAll(cell, "\r\n", "\n")
	}
	return cell
}
