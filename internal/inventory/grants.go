package inventory

import (
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"lineman/models"
)

// ReadGrants reads grants.csv: the columns of tables of other bots (Command,
// Sub-command, Grant type, Name, Value) and those that lineman has besides;
// errors as of ReadProviders.
func ReadGrants(r io.Reader) ([]models.GrantRow, error) { return read(r, grants) }

// WriteGrants writes grants.csv, so that ReadGrants gives the same rows.
func WriteGrants(w io.Writer, rows []models.GrantRow) error { return write(w, grants, rows) }

// kindOf reads the type of a grant, also as "channel(room)".
func kindOf(cell string) models.GrantKind {
	word, _, _ := strings.Cut(strings.ToLower(cell), "(")
	return models.GrantKind(strings.TrimSpace(word))
}

func oneOf[T ~string](values []T) func(string) string {
	return func(cell string) string {
		if slices.Contains(values, T(cell)) {
			return ""
		}
		var words []string
		for _, v := range values {
			if v != "" {
				words = append(words, string(v))
			}
		}
		return "is none of " + strings.Join(words, ", ")
	}
}

func checkKind(cell string) string { return oneOf(models.GrantKinds)(string(kindOf(cell))) }

func checkOrder(cell string) string {
	if _, err := strconv.ParseInt(cell, 10, 32); err != nil {
		return "is no whole number; rules of a smaller one are asked first"
	}
	return ""
}

func checkExpires(cell string) string {
	if _, err := time.Parse(time.RFC3339, cell); err != nil {
		return "is no time; write it as 2026-01-31T12:00:00Z, or leave it empty for a grant without end"
	}
	return ""
}

// patterns is a column that holds a list: a line of CSV inside the cell.
func patterns(name string, field func(*models.GrantRow) *[]string, aliases ...string) column[models.GrantRow] {
	return column[models.GrantRow]{
		name: name, aliases: aliases,
		get: func(r *models.GrantRow) string { return joinCells(*field(r)) },
		set: func(r *models.GrantRow, cell string) { *field(r), _ = splitCells(cell) }, // checked before
		check: func(cell string) string {
			if _, err := splitCells(cell); err != nil {
				return "is no list; separate its entries by commas, and put those with commas in quotes"
			}
			return ""
		},
	}
}

func joinCells(cells []string) string {
	if len(cells) == 0 {
		return ""
	}
	var b strings.Builder
	w := csv.NewWriter(&b)
	_ = w.Write(cells) // a Builder takes everything
	w.Flush()
	return strings.TrimSuffix(b.String(), "\n")
}

func splitCells(cell string) ([]string, error) {
	r := csv.NewReader(strings.NewReader(cell))
	r.TrimLeadingSpace = true
	cells, err := r.Read()
	if err != nil {
		return nil, err
	}
	if _, err := r.Read(); !errors.Is(err, io.EOF) {
		return nil, errors.New("a list of several lines")
	}
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
	}
	return slices.DeleteFunc(cells, func(c string) bool { return c == "" }), nil
}

var grants = sheet[models.GrantRow]{
	kind: "grant",
	columns: []column[models.GrantRow]{
		text("command", func(r *models.GrantRow) *string { return &r.Command }).must(),
		text("subcommand", func(r *models.GrantRow) *string { return &r.Subcommand }, "sub_command").must(),
		{
			name: "grant_type", aliases: []string{"kind", "type"}, required: true, check: checkKind,
			get: func(r *models.GrantRow) string { return string(r.Kind) },
			set: func(r *models.GrantRow, cell string) { r.Kind = kindOf(cell) },
		},
		text("name", func(r *models.GrantRow) *string { return &r.Name }),
		text("value", func(r *models.GrantRow) *string { return &r.Value }),
		text("platform", func(r *models.GrantRow) *string { return &r.Platform }),
		{
			name: "class", check: oneOf(models.GrantClasses),
			get: func(r *models.GrantRow) string { return string(r.Class) },
			set: func(r *models.GrantRow, cell string) { r.Class = models.GrantClass(cell) },
		},
		{
			name: "expires", check: checkExpires,
			get: func(r *models.GrantRow) string {
				if r.Expires.IsZero() {
					return ""
				}
				return r.Expires.UTC().Format(time.RFC3339Nano)
			},
			set: func(r *models.GrantRow, cell string) { r.Expires, _ = time.Parse(time.RFC3339, cell) }, // checked before
		},
		{
			name: "effect", check: oneOf(models.GrantEffects),
			get: func(r *models.GrantRow) string { return string(r.Effect) },
			set: func(r *models.GrantRow, cell string) { r.Effect = models.GrantEffect(cell) },
		},
		{
			name: "order", check: checkOrder,
			get: func(r *models.GrantRow) string {
				if r.Kind != models.GrantRule {
					return ""
				}
				return strconv.Itoa(r.Order)
			},
			set: func(r *models.GrantRow, cell string) { r.Order, _ = strconv.Atoi(cell) }, // checked before
		},
		text("text", func(r *models.GrantRow) *string { return &r.Text }),
		patterns("unless", func(r *models.GrantRow) *[]string { return &r.Unless }),
		{
			name: "place", check: oneOf(models.GrantPlaces),
			get: func(r *models.GrantRow) string { return string(r.Place) },
			set: func(r *models.GrantRow, cell string) { r.Place = models.GrantPlace(cell) },
		},
		patterns("organizations", func(r *models.GrantRow) *[]string { return &r.Organizations }),
		patterns("channels", func(r *models.GrantRow) *[]string { return &r.Channels }),
		patterns("users", func(r *models.GrantRow) *[]string { return &r.Users }),
		text("comment", func(r *models.GrantRow) *string { return &r.Comment }),
		text("id", func(r *models.GrantRow) *string { return &r.ID }),
	},
	line: func(r *models.GrantRow) *int { return &r.Line },
	keys: func(r *models.GrantRow) []rowKey {
		keys := []rowKey{{what: "id", value: r.ID}}
		if key := r.Key(); key != "" { // hashed, because case counts
			sum := sha256.Sum256([]byte(key))
			keys = append(keys, rowKey{what: "a grant for", scope: hex.EncodeToString(sum[:]), value: r.Value})
		}
		return keys
	},
}
