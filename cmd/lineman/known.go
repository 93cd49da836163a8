package main

import (
	"fmt"
	"os"

	"lineman/internal/inventory"
	"lineman/models"
	"lineman/parsers"
)

// knownCircuits makes a Scanner of CSV files of circuits and of their aliases,
// those that circuits import and aliases import take.
func knownCircuits(files []string) (*parsers.Scanner, error) {
	var known []parsers.Known
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			return nil, models.Invalid("--circuits", "%v; check the name and its permissions", err)
		}
		rows, err := inventory.ReadKnown(f)
		f.Close()
		if err != nil {
			return nil, inFile(file, err)
		}
		for _, r := range rows {
			known = append(known, parsers.Known{CID: r.CID, Text: r.Text})
		}
	}
	return parsers.NewScanner(known), nil
}

// incomplete says which known circuits an input names and were not read.
func (a answer) incomplete() []string {
	var lines []string
	for _, seen := range a.result.Missed {
		lines = append(lines, fmt.Sprintf("incomplete: %s names the circuit %s, which was not read", seen.Where(), seen.CID))
	}
	return lines
}
