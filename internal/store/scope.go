package store

import (
	"slices"
	"strings"

	"gorm.io/gorm"

	"lineman/models"
)

// condition is a part of a WHERE clause with its values.
type condition struct {
	sql  string
	args []any
}

var nothing = condition{sql: "1 = 0"}

func anyOf(parts ...condition) condition {
	var sql []string
	var args []any
	for _, p := range parts {
		if p.sql != nothing.sql && p.sql != "" {
			sql, args = append(sql, p.sql), append(args, p.args...)
		}
	}
	if len(sql) == 0 {
		return nothing
	}
	return condition{"(" + strings.Join(sql, " OR ") + ")", args}
}

func in(sql string, values []string) condition {
	if len(values) == 0 {
		return nothing
	}
	return condition{sql, []any{values}}
}

// sight turns a Scope into conditions. A record is visible when it touches
// what the scope names; of a maintenance that is visible only through some of
// its circuits, the others are not shown.
type sight struct {
	all   bool
	scope models.Scope
}

func sightOf(s models.Scope) sight {
	drop := func(list []string) []string {
		return slices.DeleteFunc(slices.Clone(list), func(v string) bool { return strings.TrimSpace(v) == "" })
	}
	s.Tenants, s.Sites, s.Providers, s.Tags = drop(s.Tenants), drop(s.Sites), drop(s.Providers), drop(s.Tags)
	s.Circuits = validIDs(s.Circuits)
	return sight{all: s.All, scope: s}
}

// providers is the condition that a provider, whose ID is in column, is in
// sight itself: all of its circuits and maintenances are.
func (v sight) providers(column string) condition {
	if v.all {
		return condition{sql: "1 = 1"}
	}
	own := anyOf(
		in("p.slug IN ?", v.scope.Providers),
		in("p.tenant IN ?", v.scope.Tenants),
		in("p.id IN (SELECT provider_id FROM provider_tags WHERE tag IN ?)", v.scope.Tags),
	)
	if own.sql == nothing.sql {
		return nothing
	}
	return condition{column + " IN (SELECT p.id FROM providers p WHERE " + own.sql + ")", own.args}
}

// circuits is the condition that a circuit, whose ID is in column, is in sight.
func (v sight) circuits(column string) condition {
	if v.all {
		return condition{sql: column + " IS NOT NULL"}
	}
	ends := anyOf(
		in("s.name IN ?", v.scope.Sites),
		in("s.tenant IN ?", v.scope.Tenants),
		in("s.id IN (SELECT site_id FROM site_tags WHERE tag IN ?)", v.scope.Tags),
	)
	if ends.sql != nothing.sql {
		ends.sql = "c.id IN (SELECT t.circuit_id FROM terminations t JOIN sites s ON s.id = t.site_id WHERE " + ends.sql + ")"
	}
	own := anyOf(
		in("c.id IN ?", v.scope.Circuits),
		in("c.tenant IN ?", v.scope.Tenants),
		in("c.id IN (SELECT circuit_id FROM circuit_tags WHERE tag IN ?)", v.scope.Tags),
		v.providers("c.provider_id"),
		ends,
	)
	if own.sql == nothing.sql {
		return nothing
	}
	return condition{column + " IN (SELECT c.id FROM circuits c WHERE " + own.sql + ")", own.args}
}

// maintenances is the condition that a maintenance, aliased m, is in sight.
// Deleted ones are in nobody's. It is for queries that look at few of them.
func (v sight) maintenances() condition {
	if v.all {
		return condition{sql: "m.deleted = false"}
	}
	linked := v.circuits("mc.circuit_id")
	if linked.sql != nothing.sql {
		linked.sql = "EXISTS (SELECT 1 FROM maintenance_circuits mc WHERE mc.maintenance_id = m.id AND " + linked.sql + ")"
	}
	any := anyOf(v.providers("m.provider_id"), linked)
	return condition{"m.deleted = false AND " + any.sql, any.args}
}

// maintenanceList is what maintenances is, for queries that go through all of
// them: it finds those that are in sight, where maintenances tries each.
func (v sight) maintenanceList() condition {
	if v.all {
		return v.maintenances()
	}
	linked := v.circuits("mc.circuit_id")
	if linked.sql != nothing.sql {
		linked.sql = "m.id IN (SELECT mc.maintenance_id FROM maintenance_circuits mc WHERE " + linked.sql + ")"
	}
	any := anyOf(v.providers("m.provider_id"), linked)
	return condition{"m.deleted = false AND " + any.sql, any.args}
}

// hits is the condition that a maintenance, aliased m, lists a circuit, aliased
// mc, of which any of these holds. Circuits that are out of sight do not count:
// a filter must not tell of them.
func (v sight) hits(ways ...condition) condition {
	from, seen := " FROM maintenance_circuits mc", v.impacts()
	if !v.all {
		from += " JOIN maintenances m ON m.id = mc.maintenance_id"
	}
	var parts []string
	var args []any
	for _, w := range ways { // each by an index of its own
		parts = append(parts, "SELECT mc.maintenance_id"+from+" WHERE "+w.sql+" AND "+seen.sql)
		args = append(append(args, w.args...), seen.args...)
	}
	return condition{"m.id IN (" + strings.Join(parts, " UNION ") + ")", args}
}

// ofProviders is the condition that a maintenance, aliased m, is of one of the
// providers with these slugs or IDs.
func ofProviders(values []string) condition {
	ids, slugs := split(values)
	keys := each(slugs, nameKey)
	if len(ids) > 0 {
		return anyOf(in("m.provider_id IN ?", ids), in("m.provider_id IN (SELECT p.id FROM providers p WHERE p.slug IN ?)", keys))
	}
	if len(keys) == 1 { // so that an index can give the order as well
		return condition{"m.provider_id = (SELECT p.id FROM providers p WHERE p.slug = ?)", []any{keys[0]}}
	}
	return in("m.provider_id IN (SELECT p.id FROM providers p WHERE p.slug IN ?)", keys)
}

// impacts is the condition that a circuit of a maintenance may be shown;
// aliases mc and m.
func (v sight) impacts() condition {
	if v.all {
		return condition{sql: "1 = 1"}
	}
	return anyOf(v.providers("m.provider_id"), v.circuits("mc.circuit_id"))
}

func where(tx *gorm.DB, c condition) *gorm.DB { return tx.Where(c.sql, c.args...) }

// paged gives the window of a list: 50 rows where nothing is asked for, 1000
// at most.
func paged(tx *gorm.DB, p models.Page) *gorm.DB {
	return tx.Limit(pageSize(p)).Offset(max(p.Offset, 0))
}

func pageSize(p models.Page) int {
	if p.Limit <= 0 {
		return 50
	}
	return min(p.Limit, 1000)
}
