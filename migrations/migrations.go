// Package migrations holds the schema of the database as numbered SQL, one
// folder per dialect. The numbers and their meaning are the same in both. It
// runs nothing: package store does.
package migrations

import "embed"

// FS holds sqlite/*.sql and postgres/*.sql in the format of goose.
//
//go:embed sqlite/*.sql postgres/*.sql
var FS embed.FS
