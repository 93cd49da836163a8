package store

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"

	"lineman/models"
)

// withIDs keeps the rows whose ID is one of a list; what is no ID fits none.
func withIDs(q *gorm.DB, column string, ids []string) *gorm.DB {
	if len(ids) == 0 {
		return q
	}
	valid := validIDs(ids)
	if len(valid) == 0 {
		return where(q, nothing)
	}
	return q.Where(column+" IN ?", valid)
}

// split tells IDs from names.
func split(values []string) (ids, names []string) {
	for _, v := range values {
		if isID(v) {
			ids = append(ids, v)
		} else {
			names = append(names, v)
		}
	}
	return ids, names
}

// ofMaintenances keeps the rows of maintenances, aliased m, by ID or name.
func ofMaintenances(q *gorm.DB, values []string) *gorm.DB {
	if len(values) == 0 {
		return q
	}
	ids, names := split(values)
	keys := each(names, func(n string) string { return short(nameKey(n)) })
	return where(q, anyOf(in("m.id IN ?", ids), in("m.name_key IN ?", keys)))
}

// ofCircuits keeps the rows of circuits, aliased k, by ID or CID.
func ofCircuits(q *gorm.DB, values []string) *gorm.DB {
	if len(values) == 0 {
		return q
	}
	ids, cids := split(values)
	return where(q, anyOf(in("k.id IN ?", ids), in("k.cid_key IN ?", each(cids, cidKey))))
}

// containing keeps the rows where a text is part of one of the columns, which
// hold lower case.
func containing(q *gorm.DB, text string, columns ...string) *gorm.DB {
	if text = strings.TrimSpace(text); text == "" {
		return q
	}
	forms := unique([]string{strings.ToLower(text), lowerASCII(text)})
	var parts []condition
	for _, c := range columns {
		for _, form := range forms {
			parts = append(parts, condition{c + ` LIKE ? ESCAPE '\'`, []any{"%" + escapeLike(form) + "%"}})
		}
	}
	return where(q, anyOf(parts...))
}

// lowerASCII is lower case as SQLite knows it.
func lowerASCII(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}, text)
}

// within keeps the rows whose time is in a range.
func within(q *gorm.DB, column string, r models.TimeRange) *gorm.DB {
	if !r.From.IsZero() {
		q = q.Where(column+" >= ?", at(r.From))
	}
	if !r.To.IsZero() {
		q = q.Where(column+" <= ?", at(r.To))
	}
	return q
}

// keyset is the order of a list that can be read on from a row: its columns,
// the last of which makes it unique.
type keyset []keyColumn

type keyColumn struct {
	column string
	kind   keyKind
	down   bool
}

type keyKind int

const (
	byText keyKind = iota
	byTime         // NULL comes last
	byNumber
)

func (k keyset) order() string {
	var parts []string
	for _, c := range k {
		text := c.column
		if c.down {
			text += " DESC"
		}
		if c.kind == byTime {
			text += " NULLS LAST"
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, ", ")
}

// after is the condition that a row comes after the one with these keys. A
// time is RFC 3339, empty for none.
func (k keyset) after(keys []string) (condition, error) {
	if len(keys) != len(k) {
		return nothing, models.Invalid("cursor", "this cursor is not one of this list; start without one")
	}
	var parts []condition
	var equal condition
	for i, c := range k {
		more, same, err := c.compare(keys[i])
		if err != nil {
			return nothing, err
		}
		if more.sql != "" {
			parts = append(parts, both(equal, more))
		}
		equal = both(equal, same)
	}
	return anyOf(parts...), nil
}

func both(a, b condition) condition {
	if a.sql == "" {
		return b
	}
	return condition{"(" + a.sql + " AND " + b.sql + ")", append(append([]any{}, a.args...), b.args...)}
}

// compare gives the conditions that a column is further on than a key, and
// that it equals it.
func (c keyColumn) compare(key string) (more, same condition, err error) {
	sign := " > ?"
	if c.down {
		sign = " < ?"
	}
	if c.kind == byText {
		if (strings.HasSuffix(c.column, ".id") || strings.HasSuffix(c.column, "_id")) && !isID(key) {
			return more, same, models.Invalid("cursor", "this cursor is damaged; start without one")
		}
		return condition{c.column + sign, []any{key}}, condition{c.column + " = ?", []any{key}}, nil
	}
	if c.kind == byNumber {
		n, err := strconv.ParseInt(key, 10, 64)
		if err != nil {
			return more, same, models.Invalid("cursor", "this cursor is damaged; start without one")
		}
		return condition{c.column + sign, []any{n}}, condition{c.column + " = ?", []any{n}}, nil
	}
	if key == "" {
		return condition{}, condition{sql: c.column + " IS NULL"}, nil
	}
	t, err := time.Parse(time.RFC3339Nano, key)
	if err != nil {
		return more, same, models.Invalid("cursor", "this cursor is damaged; start without one")
	}
	return condition{fmt.Sprintf("(%s%s OR %s IS NULL)", c.column, sign, c.column), []any{at(t)}}, condition{c.column + " = ?", []any{at(t)}}, nil
}

// listed counts the rows of a query, then reads a page of it. A query is built
// anew for each of the two.
func listed[R any](query func() *gorm.DB, keys keyset, p models.Page, sel string) (rows []R, total int, err error) {
	total, err = count(query())
	if err != nil || total == 0 {
		return nil, 0, err
	}
	rows, err = pageOf[R](query(), keys, p, sel)
	return rows, total, err
}

// maxFew is how many rows are sorted rather than looked for in their order.
const maxFew = 1000

// few gives the IDs of a page of a query, with n, the number of all its rows.
// It takes the rows as they are found and sorts them: a database that is to find
// a few rows in their order may go through all of a table. So it is right as
// long as n is no more than maxFew.
func few(tx, q *gorm.DB, keys keyset, p models.Page, id string) *gorm.DB {
	columns, sorted := id, slices.Clone(keys)
	for i, k := range keys {
		sorted[i].column = fmt.Sprint("k", i)
		columns += ", " + k.column + " AS " + sorted[i].column
	}
	return paged(tx.Table("(?) few", q.Select(columns).Limit(maxFew+1)).Select("few.id, COUNT(*) OVER () AS n").Order(sorted.order()), p)
}

// pageOf reads a page of a query in an order: from the row after Page.After where
// it is set.
func pageOf[R any](q *gorm.DB, keys keyset, p models.Page, sel string) ([]R, error) {
	if p.After != nil {
		from, err := keys.after(p.After)
		if err != nil {
			return nil, err
		}
		q, p.Offset = where(q, from), 0
	}
	return scanned[R](paged(q.Select(sel).Order(keys.order()), p))
}
