package store

import (
	"database/sql"
	"errors"
	"reflect"

	"gorm.io/gorm"
)

// scanned reads the rows of a query into structs, by the names of columns as
// GORM makes them. The places are looked up once and not for every row, which
// is what costs GORM most of its time. A field whose column may be NULL must
// be one that can take it; columns without a field are left out.
func scanned[R any](q *gorm.DB) (all []R, err error) {
	stmt := &gorm.Statement{DB: q}
	if err := stmt.Parse(new(R)); err != nil {
		return nil, err
	}
	var row R
	var into []any
	err = eachRow(q.Model(new(R)), func(rows *sql.Rows) error {
		if into == nil {
			names, err := rows.Columns()
			if err != nil {
				return err
			}
			at := reflect.ValueOf(&row).Elem()
			for _, name := range names {
				if f := stmt.Schema.LookUpField(name); f != nil {
					into = append(into, f.ReflectValueOf(stmt.Context, at).Addr().Interface())
				} else {
					into = append(into, new(sql.RawBytes))
				}
			}
		}
		var none R
		row = none
		if err := rows.Scan(into...); err != nil {
			return err
		}
		all = append(all, row)
		return nil
	})
	return all, err
}

// first reads the first row of a query; gorm.ErrRecordNotFound when there is
// none.
func first[R any](q *gorm.DB) (row R, err error) {
	rows, err := scanned[R](q.Limit(1))
	if err == nil && len(rows) == 0 {
		err = gorm.ErrRecordNotFound
	}
	if err != nil {
		return row, err
	}
	return rows[0], nil
}

// eachRow calls f for every row of a query. It reads far more rows in a second
// than GORM can put into structs.
func eachRow(q *gorm.DB, f func(*sql.Rows) error) (err error) {
	rows, err := q.Rows()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := f(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
