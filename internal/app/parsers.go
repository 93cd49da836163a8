package app

import (
	"errors"
	"log/slog"
	"os"
	"slices"

	"lineman/parsers"
	"lineman/parsers/define"
	"lineman/parsers/provider"
)

// providers gives every provider that lineman knows, and before them those
// that the files of a folder define. A definition that is wrong is left out
// alone: the log says why, and its file is in off.
func providers(folder string, log *slog.Logger) (all []parsers.Provider, off []string) {
	known := provider.All()
	if folder == "" {
		return known, nil
	}
	definitions, bad := define.Load(os.DirFS(folder))
	all, clashes := define.Join(definitions, known)
	bad = append(bad, clashes...)
	for _, err := range bad {
		log.Error("a provider definition is disabled; lineman doctor shows the same, and the next start reads it again", "folder", folder, "reason", err)
	}
	for _, p := range all[:len(all)-len(known)] {
		log.Info("a provider definition is in use", "folder", folder, "provider", p.Slug)
	}
	return all, disabled(bad)
}

// wholeFolder stands for a file where a folder as a whole cannot be read.
const wholeFolder = "(folder)"

// disabled names the files that errors are about, each once.
func disabled(bad []error) []string {
	var files []string
	for _, err := range bad {
		file := wholeFolder
		var e *define.Error
		if errors.As(err, &e) {
			file = e.File
		}
		files = append(files, file)
	}
	slices.Sort(files)
	return slices.Compact(files)
}
