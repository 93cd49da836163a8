package store_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm/schema"

	"lineman/internal/store"
	"lineman/internal/store/storetest"
)

// column is a column as the schema and as a row struct have it.
type column struct {
	Kind    string // text, integer, boolean, time, json, bytes, id
	NotNull bool
	Primary bool
}

// TestRowsAreTheSchema compares every row struct with the table that the
// migrations make: columns, kinds, nullability, primary keys, unique indexes.
func TestRowsAreTheSchema(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		tables := map[string]bool{}
		for _, row := range store.Rows() {
			parsed, err := schema.Parse(row, &sync.Map{}, schema.NamingStrategy{})
			ok(t, err)
			tables[parsed.Table] = true
			if diff := cmp.Diff(rowColumns(parsed, s.Pool() != nil), tableColumns(t, s, parsed.Table)); diff != "" {
				t.Errorf("%s: the row struct (-) is not the table (+):\n%s", parsed.Table, diff)
			}
			if diff := cmp.Diff(rowIndexes(parsed), tableIndexes(t, s, parsed.Table)); diff != "" {
				t.Errorf("%s: unique indexes of the row struct (-) and the table (+):\n%s", parsed.Table, diff)
			}
		}
		for _, name := range tableNames(t, s) {
			if !tables[name] && !strings.HasPrefix(name, "goose_") && !strings.HasPrefix(name, "sqlite_") {
				t.Errorf("table %s has no row struct", name)
			}
		}
	})
}

func rowColumns(parsed *schema.Schema, postgres bool) map[string]column {
	all := map[string]column{}
	for _, f := range parsed.Fields {
		c := column{Kind: rowKind(f), NotNull: f.NotNull, Primary: f.PrimaryKey}
		if c.Kind == "text" && postgres && isIDColumn(f.DBName) {
			c.Kind = "id"
		}
		all[f.DBName] = c
	}
	return all
}

func rowKind(f *schema.Field) string {
	switch kind := string(f.DataType); {
	case kind == "instant":
		return "time"
	case kind == "json":
		return "json"
	case kind == "bool":
		return "boolean"
	case kind == "int" || kind == "uint":
		return "integer"
	case kind == "bytes":
		return "bytes"
	default:
		return "text"
	}
}

// isIDColumn: UUIDs of ours. Message, remote and maintenance ids of others are
// texts, except where they refer to a row.
func isIDColumn(name string) bool {
	return name == "id" || (strings.HasSuffix(name, "_id") && name != "message_id" && name != "remote_id" && name != "external_id" && name != "maintenance_id")
}

func tableColumns(t *testing.T, s *store.Store, table string) map[string]column {
	t.Helper()
	query := fmt.Sprintf(`SELECT name, lower(type), "notnull" = 1, pk > 0 FROM pragma_table_info('%s')`, table)
	if s.Pool() != nil {
		query = fmt.Sprintf(`SELECT c.column_name, c.data_type, c.is_nullable = 'NO', EXISTS (
			SELECT 1 FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
			WHERE i.indrelid = '%s'::regclass AND i.indisprimary AND a.attname = c.column_name)
			FROM information_schema.columns c WHERE c.table_name = '%s'`, table, table)
	}
	rows, err := s.SQL().QueryContext(ctx, query)
	ok(t, err)
	defer rows.Close()
	all := map[string]column{}
	for rows.Next() {
		var name, kind string
		var c column
		ok(t, rows.Scan(&name, &kind, &c.NotNull, &c.Primary))
		c.Kind = map[string]string{
			"text": "text", "uuid": "id", "bigint": "integer", "integer": "integer", "boolean": "boolean", "bytea": "bytes", "blob": "bytes",
			"jsonb": "json", "timestamp": "time", "timestamp with time zone": "time",
		}[kind]
		if c.Kind == "id" && name == "maintenance_id" {
			c.Kind = "text"
		}
		all[name] = c
	}
	ok(t, rows.Err())
	if s.Pool() == nil { // SQLite keeps JSON as text
		for name, c := range all {
			if c.Kind == "text" && slices.Contains(jsonColumns, table+"."+name) {
				c.Kind = "json"
				all[name] = c
			}
		}
	}
	return all
}

var jsonColumns = []string{
	"mailbox_messages.labels_applied", "maintenances.aliases", "maintenances.accounts", "maintenances.conflicts", "maintenances.pending",
	"maintenance_windows.impacts", "notices.supersedes", "notices.windows", "notices.warnings", "edits.windows",
	"tokens.scope", "users.scope", "sources.window_missing", "findings.exposures",
	"circuits.custom_fields", "terminations.custom_fields", "inventory_sources.result",
	"announcements.data", "review_acts.data", "subscriptions.scope", "subscriptions.settings",
	"chat_grants.unless", "chat_grants.organizations", "chat_grants.channels", "chat_grants.users", "chat_commands.args", "chat_conversations.args",
	"proposals.found",
}

func rowIndexes(parsed *schema.Schema) map[string][]string {
	all := map[string][]string{}
	for _, i := range parsed.ParseIndexes() {
		if i.Class != "UNIQUE" {
			continue
		}
		for _, f := range i.Fields {
			all[i.Name] = append(all[i.Name], f.DBName)
		}
		slices.Sort(all[i.Name])
	}
	return all
}

func tableIndexes(t *testing.T, s *store.Store, table string) map[string][]string {
	t.Helper()
	query := fmt.Sprintf(`SELECT l.name, i.name FROM pragma_index_list('%s') l, pragma_index_info(l.name) i WHERE l."unique" = 1 AND l.origin = 'c'`, table)
	if s.Pool() != nil {
		query = fmt.Sprintf(`SELECT i.indexrelid::regclass::text, a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
			WHERE i.indrelid = '%s'::regclass AND i.indisunique AND NOT i.indisprimary`, table)
	}
	rows, err := s.SQL().QueryContext(ctx, query)
	ok(t, err)
	defer rows.Close()
	all := map[string][]string{}
	for rows.Next() {
		var index, name string
		ok(t, rows.Scan(&index, &name))
		all[index] = append(all[index], name)
		slices.Sort(all[index])
	}
	ok(t, rows.Err())
	return all
}

func tableNames(t *testing.T, s *store.Store) []string {
	t.Helper()
	query := `SELECT name FROM sqlite_master WHERE type = 'table'`
	if s.Pool() != nil {
		query = `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'`
	}
	rows, err := s.SQL().QueryContext(ctx, query)
	ok(t, err)
	defer rows.Close()
	var all []string
	for rows.Next() {
		var name string
		ok(t, rows.Scan(&name))
		all = append(all, name)
	}
	ok(t, rows.Err())
	return all
}
