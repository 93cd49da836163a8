// Package fleet fills a database with the records of a large network, for
// measurements: 30 providers, circuits between sites with one hub among them,
// redundancy groups of three, and maintenances of one window and three circuits
// each, with their notice and history. It writes the rows by plain SQL, below
// the rules of the fold, within seconds; what is to be changed afterwards must
// be made by lineman itself. It is deterministic but for the time.
package fleet

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"
)

// Fleet is what is filled in.
type Fleet struct {
	Maintenances int
	Circuits     int
	Now          time.Time
	Back, Ahead  time.Duration // the span of the maintenances around Now
	Postgres     bool          // else SQLite
}

// Circuits at a site; the hub has HubCircuits more.
const (
	PerSite     = 50
	HubCircuits = 2000
	Providers   = 30 // of the built-in catalogue
)

// Hub is the name of the site where the first circuits end.
const Hub = "site 0"

// CID is the id of a circuit, from 0; it is of provider n%Providers, by slug.
func CID(n int) string { return fmt.Sprintf("C-%d", n) }

// MaintenanceID gives the ID of the row of a maintenance, from 0, the oldest.
func MaintenanceID(n int) string { return rowID(maintenances, n) }

// The kinds of rows, which their IDs begin with.
const (
	sites = iota + 1
	circuits
	endsA
	endsZ
	groups
	maintenances
	identities
	impacts // and the next two
	_
	_
	raws
	notices
	changes
	notes
)

func rowID(kind, n int) string { return fmt.Sprintf("%08x-0000-7000-8000-%012x", kind, n) }

// Fill writes it all. The database is migrated, and has no records.
func (f Fleet) Fill(ctx context.Context, db *sql.DB) error {
	for _, s := range f.statements() {
		if _, err := db.ExecContext(ctx, s); err != nil {
			return fmt.Errorf("fill a fleet: %w in\n%s", err, s)
		}
	}
	return nil
}

// statements writes with: i, the number of a row from 0.
func (f Fleet) statements() []string {
	all := append(f.inventory(), f.maintenances()...)
	tidy := "ANALYZE"
	if f.Postgres { // which does so by itself a minute later, when it would disturb
		tidy = "VACUUM ANALYZE"
	}
	return append(append(all, f.history()...), tidy)
}

// insert writes count rows. The columns are those of a list of "column value".
func (f Fleet) insert(count int, table, from string, columns ...string) string {
	var names, values []string
	for _, c := range columns {
		name, value, _ := strings.Cut(c, " ")
		names, values = append(names, name), append(values, value)
	}
	return fmt.Sprintf("WITH RECURSIVE n (i) AS (SELECT CAST(0 AS bigint) UNION ALL SELECT i + 1 FROM n WHERE i < %d), "+
		"p (id, k) AS (SELECT id, ROW_NUMBER() OVER (ORDER BY slug) - 1 FROM (SELECT id, slug FROM providers ORDER BY slug LIMIT %d) q) INSERT INTO %s (%s) SELECT %s FROM n %s",
		count-1, Providers, table, strings.Join(names, ", "), strings.Join(values, ", "), from)
}

const ofProvider = "JOIN p ON p.k = i % 30"

func (f Fleet) id(kind int, n string) string {
	if f.Postgres {
		return fmt.Sprintf("('%08x-0000-7000-8000-' || lpad(to_hex((%s)::bigint), 12, '0'))::uuid", kind, n)
	}
	return fmt.Sprintf("('%08x-0000-7000-8000-' || printf('%%012x', %s))", kind, n)
}

// when is a time, from microseconds.
func (f Fleet) when(micros string) string {
	if f.Postgres {
		return "to_timestamp((" + micros + ") / 1000000.0)"
	}
	return micros
}

func (f Fleet) json(text string) string {
	if f.Postgres {
		return "(" + text + ")::jsonb"
	}
	return text
}

func (f Fleet) now() string { return f.when(fmt.Sprint(f.Now.UnixMicro())) }

func (f Fleet) inventory() []string {
	now := f.now()
	number := f.Circuits / PerSite * 2
	all := []string{
		"INSERT INTO circuit_types (name, created_at) VALUES ('Transit', " + now + "), ('Wave', " + now + "), ('Cross-connect', " + now + ")",
		f.insert(number, "sites", "", "id "+f.id(sites, "i"), "name 'site ' || i", "region 'region ' || i % 12", "tenant 'tenant ' || i % 20", "created_at "+now, "updated_at "+now),
		f.insert(f.Circuits, "circuits", ofProvider, "id "+f.id(circuits, "i"), "provider_id p.id", "cid 'C-' || i", "cid_key 'C-' || i",
			"type_name CASE i % 3 WHEN 0 THEN 'Transit' WHEN 1 THEN 'Wave' ELSE 'Cross-connect' END", "status 'active'", "description 'Line ' || i", "tenant 'tenant ' || i % 20",
			"created_at "+now, "updated_at "+now),
		f.insert(f.Circuits/10, "circuit_tags", "", "circuit_id "+f.id(circuits, "i * 10"), "tag 'gold'"),
		f.insert(f.Circuits/10, "redundancy_groups", "", "id "+f.id(groups, "i"), "name 'group ' || i", "min_up 0"),
	}
	ends := map[string]string{
		"A": fmt.Sprintf("CASE WHEN i < %d THEN 0 ELSE i %% %d END", HubCircuits, number),
		"Z": fmt.Sprintf("(i * 7 + 3) %% %d", number),
	}
	for side, kind := range map[string]int{"A": endsA, "Z": endsZ} {
		all = append(all, f.insert(f.Circuits, "terminations", "", "id "+f.id(kind, "i"), "circuit_id "+f.id(circuits, "i"), "side '"+side+"'", "site_id "+f.id(sites, ends[side]), "xconnect 'XC-' || i"))
	}
	for k := range 3 {
		all = append(all, f.insert(f.Circuits/10, "redundancy_members", "", "group_id "+f.id(groups, "i"), "circuit_id "+f.id(circuits, fmt.Sprintf("i * 10 + %d", k*3))))
	}
	return all
}

// circuit is the number of the k-th circuit of a maintenance, of its provider.
func (f Fleet) circuit(k int) string {
	return fmt.Sprintf("((i * 31 + %d) %% %d)", []int{0, 30, 1950}[k], f.Circuits/Providers*Providers)
}

const impactOf = "CASE (i + %d) %% 4 WHEN 0 THEN 'REDUCED-REDUNDANCY' WHEN 1 THEN 'DEGRADED' ELSE 'OUTAGE' END"

// start is the start of a maintenance in microseconds.
func (f Fleet) start() string {
	return fmt.Sprintf("(%d + i * %d)", f.Now.Add(-f.Back).UnixMicro(), (f.Back+f.Ahead).Microseconds()/int64(f.Maintenances))
}

// status is COMPLETED or CANCELLED for what is over.
func (f Fleet) status() string {
	return fmt.Sprintf("CASE WHEN i %% 10 = 0 THEN 'CANCELLED' WHEN %s < %d THEN 'COMPLETED' WHEN i %% 10 < 3 THEN 'TENTATIVE' WHEN i %% 10 = 3 THEN 'RE-SCHEDULED' ELSE 'CONFIRMED' END",
		f.start(), f.Now.Add(-window).UnixMicro())
}

const window = 4 * time.Hour

const summary = "'Splicing of a cable in the north of town ' || i % 500"

func (f Fleet) maintenances() []string {
	start, end, now := f.when(f.start()), f.when(fmt.Sprintf("%s + %d", f.start(), window.Microseconds())), f.now()
	hit := make([]string, 3)
	for k := range hit {
		hit[k] = fmt.Sprintf(`'{"cid":"C-' || %s || '","account":"ACME","impact":"' || %s || '"}'`, f.circuit(k), fmt.Sprintf(impactOf, k))
	}
	all := []string{
		f.insert(f.Maintenances, "maintenances", ofProvider, "id "+f.id(maintenances, "i"), "provider_id p.id", "group_id "+f.id(identities, "i"), "key 'M-' || i", "generation 1",
			"name 'provider-M-' || i", "name_key 'provider-m-' || i", "external_id 'M-' || i", "aliases '[]'", "synthetic false", "status "+f.status(), "summary "+summary,
			"organizer 'noc@carrier.example'", `accounts '["ACME"]'`, "conflicts '[]'", "starts "+start, "ends "+end, "ack_author ''", "ack_digest ''", "orphan false", "deleted false",
			"merged_into ''", "first_seen "+start, "last_notice "+start, "revision 2", "created_at "+start, "updated_at "+start),
		f.insert(f.Maintenances, "maintenance_windows", "", "maintenance_id "+f.id(maintenances, "i"), "ordinal 1", "kind 'primary'", "called false", "status "+f.status(),
			"starts "+start, "ends "+end, "impacts "+f.json("'[' || "+strings.Join(hit, " || ',' || ")+" || ']'")),
	}
	for k := range hit {
		all = append(all, f.insert(f.Maintenances, "maintenance_circuits", "", "id "+f.id(impacts+k, "i"), "maintenance_id "+f.id(maintenances, "i"), fmt.Sprintf("position %d", k),
			"cid 'C-' || "+f.circuit(k), "cid_key 'C-' || "+f.circuit(k), "account 'ACME'", "impact "+fmt.Sprintf(impactOf, k), "raw_impact ''", "cancelled false",
			"circuit_id "+f.id(circuits, f.circuit(k)), "manual false", "created_at "+now, "updated_at "+now))
	}
	return all
}

// history is a mail with its notice and two changes for each maintenance, and a
// note for one in twenty.
func (f Fleet) history() []string {
	start, now := f.when(f.start()), f.now()
	return []string{
		f.insert(f.Maintenances, "raw_notifications", ofProvider, "id "+f.id(raws, "i"), "sha256 'sha-' || i", "message_id '<' || i || '@carrier.example>'", "subject 'Planned work M-' || i",
			"sender 'noc@carrier.example'", "provider_id p.id", "received "+start, "state 'parsed'", "out_of_sequence false", "unknown_cids false", "incomplete false", "error ''",
			"parser_version '1'", "attempts 1", "size 12000", "deleted true", "processed_at "+start, "created_at "+start, "updated_at "+start),
		f.insert(f.Maintenances, "notices", ofProvider, "id "+f.id(notices, "i"), "raw_id "+f.id(raws, "i"), "provider_id p.id", "key 'M-' || i", "position 0", "provider 'provider'",
			"maintenance_id 'M-' || i", "synthetic false", "supersedes '[]'", "account 'ACME'", "organizer 'noc@carrier.example'", "summary "+summary, "uid 'uid-' || i", "sequence 0",
			"status 'CONFIRMED'", "stamp "+start, "issued "+start, "received "+start, "windows '[]'", "parser 'bcop'", "parser_version '1'", "warnings '[]'", "digest ''",
			"record_id "+f.id(maintenances, "i"), "superseded false", "created_at "+start),
		f.insert(2*f.Maintenances, "changes", "", "id "+f.id(changes, "i"), "maintenance_id "+f.id(maintenances, "i / 2"), "revision 1 + i % 2", "position 0", "field 'status'", "old 'TENTATIVE'",
			"new 'CONFIRMED'", "cause 'live'", "raw_id "+f.id(raws, "i / 2"), "author ''", "at "+now),
		f.insert(f.Maintenances/20, "notes", "", "id "+f.id(notes, "i"), "maintenance_id "+f.id(maintenances, "i * 20"), "key ''", "title 'Called the carrier'", "comment 'They will call back.'",
			"level 'INFO'", "author 'jo'", "closed false", "touched_by ''", "created_at "+now, "updated_at "+now),
	}
}
