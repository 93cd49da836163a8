package store

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"time"
)

// instant is a time in a column: timestamptz on PostgreSQL, microseconds since
// 1970 on SQLite. The zero time is NULL.
type instant struct{ time.Time }

func at(t time.Time) instant { return instant{t.UTC().Truncate(time.Microsecond)} }

// Value implements driver.Valuer.
func (i instant) Value() (driver.Value, error) {
	if i.IsZero() {
		return nil, nil
	}
	return i.UTC().Truncate(time.Microsecond), nil
}

// Scan implements sql.Scanner.
func (i *instant) Scan(v any) error {
	switch v := v.(type) {
	case nil:
		i.Time = time.Time{}
	case int64:
		i.Time = time.UnixMicro(v).UTC()
	case time.Time:
		i.Time = v.UTC()
	default:
		return fmt.Errorf("a time is stored as %T", v)
	}
	return nil
}

// GormDataType tells GORM that this is a value and no relation.
func (instant) GormDataType() string { return "instant" }

// ref is an ID that may be absent: empty is NULL.
type ref string

// Value implements driver.Valuer.
func (r ref) Value() (driver.Value, error) {
	if r == "" {
		return nil, nil
	}
	return string(r), nil
}

// Scan implements sql.Scanner.
func (r *ref) Scan(v any) error {
	switch v := v.(type) {
	case nil:
		*r = ""
	case string:
		*r = ref(v)
	case []byte:
		*r = ref(v)
	default:
		return fmt.Errorf("an id is stored as %T", v)
	}
	return nil
}

// GormDataType tells GORM that this is a value.
func (ref) GormDataType() string { return "string" }

// list is a list in a JSON column; nil is the empty list.
type list[T any] []T

// Value implements driver.Valuer.
func (l list[T]) Value() (driver.Value, error) {
	if len(l) == 0 {
		return "[]", nil
	}
	b, err := json.Marshal([]T(l))
	return string(b), err
}

// Scan implements sql.Scanner.
func (l *list[T]) Scan(v any) error {
	b, err := jsonBytes(v)
	if err != nil {
		return err
	}
	*l = nil
	if len(b) == 2 { // []
		return nil
	}
	return json.Unmarshal(b, (*[]T)(l))
}

// GormDataType tells GORM that this is a value and no relation.
func (list[T]) GormDataType() string { return "json" }

// document is a value in a JSON column.
type document[T any] struct{ V T }

// Value implements driver.Valuer.
func (d document[T]) Value() (driver.Value, error) {
	b, err := json.Marshal(d.V)
	return string(b), err
}

// Scan implements sql.Scanner.
func (d *document[T]) Scan(v any) error {
	b, err := jsonBytes(v)
	if err != nil {
		return err
	}
	return json.Unmarshal(b, &d.V)
}

// GormDataType tells GORM that this is a value and no relation.
func (document[T]) GormDataType() string { return "json" }

// words are texts by name in a JSON column; nil is the empty object.
type words map[string]string

// Value implements driver.Valuer.
func (m words) Value() (driver.Value, error) {
	if len(m) == 0 {
		return "{}", nil
	}
	b, err := json.Marshal(map[string]string(m))
	return string(b), err
}

// Scan implements sql.Scanner.
func (m *words) Scan(v any) error {
	b, err := jsonBytes(v)
	if err != nil {
		return err
	}
	*m = nil
	if len(b) == 2 { // {}
		return nil
	}
	return json.Unmarshal(b, (*map[string]string)(m))
}

// GormDataType tells GORM that this is a value and no relation.
func (words) GormDataType() string { return "json" }

func jsonBytes(v any) ([]byte, error) {
	switch v := v.(type) {
	case string:
		return []byte(v), nil
	case []byte:
		return v, nil
	}
	return nil, fmt.Errorf("JSON is stored as %T", v)
}
