package inventory

import (
	"bufio"
	"encoding/csv"
	"io"
	"strings"

	"lineman/models"
)

// maxHeader is how much of a file is looked at to tell what it lists.
const maxHeader = 16 << 10

// ReadKnown reads circuits.csv or aliases.csv, told by the column alias in the
// first line, as ways in which circuits are written. Errors as of
// ReadProviders.
func ReadKnown(r io.Reader) ([]models.KnownCircuit, error) {
	in := bufio.NewReaderSize(r, maxHeader)
	var known []models.KnownCircuit
	if !hasAliases(in) {
		rows, err := ReadCircuits(in)
		for _, row := range rows {
			known = append(known, models.KnownCircuit{CID: row.CID, Text: row.CID})
		}
		return known, err
	}
	rows, err := ReadAliases(in)
	for _, row := range rows {
		known = append(known, models.KnownCircuit{CID: row.CID, Text: row.Alias})
	}
	return known, err
}

// hasAliases looks for the column without taking anything from the reader.
func hasAliases(in *bufio.Reader) bool {
	head, _ := in.Peek(maxHeader) // what cannot be read is told by whoever reads it
	line, _, _ := strings.Cut(strings.TrimPrefix(string(head), "\ufeff"), "\n")
	names, _ := csv.NewReader(strings.NewReader(line)).Read()
	for _, name := range names {
		if strings.EqualFold(strings.TrimSpace(name), "alias") {
			return true
		}
	}
	return false
}
