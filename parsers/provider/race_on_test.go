//go:build race

package provider

// withRace: the race detector makes pools forget, so that what is allocated says
// nothing.
const withRace = true
