//go:build !race

package parsers

// withRace: the race detector is off, and what is allocated can be counted.
const withRace = false
