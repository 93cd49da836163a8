//go:build !faults

package app

// fault ends the process nowhere; builds for tests do (tag faults).
func fault() func(string) { return nil }
