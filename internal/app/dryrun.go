package app

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"lineman/internal/config"
)

// DryDatabase gives the configuration for a run that writes nothing: the
// schema of the database is left as it is, and where there is no database file
// yet an empty one in a temporary folder stands in. remove takes that away.
func DryDatabase(c config.Config) (dry config.Config, remove func(), err error) {
	remove = func() {}
	c.Database.Migrate = "off"
	file, lite := sqliteFile(c.Database)
	if !lite {
		return c, remove, nil
	}
	if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
		return c, remove, nil
	}
	dir, err := os.MkdirTemp("", "lineman-dry-run-")
	if err != nil {
		return c, remove, fmt.Errorf("make a folder for the dry run: %w", err)
	}
	c.Database = config.Database{URL: config.Secret("sqlite:" + filepath.Join(dir, "lineman.db")), Migrate: "auto"}
	return c, func() { _ = os.RemoveAll(dir) }, nil // a stray temporary folder does no harm
}
