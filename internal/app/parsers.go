package app

import (
	"log/slog"
	"os"

	"lineman/parsers"
	"lineman/parsers/define"
	"lineman/parsers/provider"
)

// providers gives every provider that lineman knows, and before them those
// that the files of a folder define. A definition that is wrong is left out
// alone, and the log says why.
func providers(folder string, log *slog.Logger) []parsers.Provider {
	if folder == "" {
		return provider.All()
	}
	definitions, bad := define.Load(os.DirFS(folder))
	known := provider.All()
	all, clashes := define.Join(definitions, known)
	for _, err := range append(bad, clashes...) {
		log.Error("a provider definition is disabled; lineman parse --parsers shows the same, and reads it again once it is right", "folder", folder, "reason", err)
	}
	for _, p := range all[:len(all)-len(known)] {
		log.Info("a provider definition is in use", "folder", folder, "provider", p.Slug)
	}
	return all
}
