package main

import (
	"fmt"
	"os"

	"lineman/internal/inventory"
	"lineman/models"
	"lineman/parsers"
)

// knownCircuits makes a Scanner of a CSV file of circuits, the one that
// circuits import takes.
func knownCircuits(file string) (*parsers.Scanner, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, models.Invalid("--circuits", "%v", err)
	}
	defer f.Close()
	rows, err := inventory.ReadCircuits(f)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	known := make([]parsers.Known, len(rows))
	for i, r := range rows {
		known[i] = parsers.Known{CID: r.CID}
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
