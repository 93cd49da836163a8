package inventory

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"lineman/models"
)

// The limits of a file. A record is one line, or several where a cell holds
// line breaks.
const (
	MaxBytes       = 64 << 20
	MaxLines       = 1_000_000
	MaxRecordBytes = 1 << 20

	maxProblems = 20
	maxNames    = 10 // column names in a message
)

// ReadProviders reads providers.csv. An error is one or more *models.InputError
// (joined), each with the line as its field; then there are no rows.
func ReadProviders(r io.Reader) ([]models.ProviderRow, error) { return read(r, providers) }

// ReadSites reads sites.csv; errors as of ReadProviders.
func ReadSites(r io.Reader) ([]models.SiteRow, error) { return read(r, sites) }

// ReadCircuits reads circuits.csv; errors as of ReadProviders.
func ReadCircuits(r io.Reader) ([]models.CircuitRow, error) { return read(r, circuits) }

// ReadAliases reads aliases.csv; errors as of ReadProviders.
func ReadAliases(r io.Reader) ([]models.AliasRow, error) { return read(r, aliases) }

// ReadRedundancy reads redundancy.csv; errors as of ReadProviders.
func ReadRedundancy(r io.Reader) ([]models.RedundancyRow, error) { return read(r, redundancy) }

// reader reads one file of a kind.
type reader[R any] struct {
	sheet[R]
	in       *limited
	csv      *csv.Reader
	order    []*column[R] // of the file
	seen     map[rowKey]seenRow
	words    map[string]string // cells that came before, to share their memory
	problems []error
	more     int // problems that are not kept
}

func read[R any](r io.Reader, s sheet[R]) ([]R, error) {
	in := &limited{r: r, total: MaxBytes, record: MaxRecordBytes}
	f := &reader[R]{sheet: s, in: in, csv: csv.NewReader(in), seen: map[rowKey]seenRow{}, words: map[string]string{}}
	f.csv.FieldsPerRecord = -1
	f.csv.ReuseRecord = true
	if err := f.header(); err != nil {
		return nil, err
	}
	rows, err := f.rows()
	if err != nil {
		return nil, err
	}
	if len(f.problems) > 0 {
		if f.more > 0 {
			f.problems = append(f.problems, models.Invalid("", "and %d more lines with errors", f.more))
		}
		return nil, errors.Join(f.problems...)
	}
	return rows, nil
}

// report keeps a problem of a line.
func (f *reader[R]) report(line int, format string, args ...any) {
	if len(f.problems) >= maxProblems {
		f.more++
		return
	}
	f.problems = append(f.problems, models.Invalid(fmt.Sprintf("line %d", line), format, args...))
}

// header reads the first line and finds the columns.
func (f *reader[R]) header() error {
	names, err := f.csv.Read()
	switch {
	case errors.Is(err, io.EOF):
		return models.Invalid("line 1", "the file is empty; its first line must name the columns: %s", f.names())
	case err != nil:
		if bad := f.broken(err); bad != nil {
			return bad
		}
		return f.problems[0]
	}
	f.in.next()
	names[0] = strings.TrimPrefix(names[0], "\ufeff")
	if err := wrongFormat(names); err != nil {
		return err
	}
	var unknown []string
	for i, name := range names {
		c := f.find(name)
		if c == nil {
			unknown = append(unknown, columnName(name, i))
			continue
		}
		if j := slices.Index(f.order, c); j >= 0 {
			return models.Invalid("line 1", "columns %q and %q mean the same; remove one", names[j], name)
		}
		f.order = append(f.order, c)
	}
	if len(unknown) > 0 {
		rest := ""
		if n := len(unknown) - maxNames; n > 0 {
			unknown, rest = unknown[:maxNames], fmt.Sprintf(" and %d more", n)
		}
		return models.Invalid("line 1", "unknown columns %s%s; remove them; the columns of %s are %s",
			strings.Join(unknown, ", "), rest, f.one(), f.names())
	}
	for i := range f.columns {
		if c := &f.columns[i]; c.required && !slices.Contains(f.order, c) {
			return models.Invalid("line 1", "column %s is missing; the columns of %s are %s", c.name, f.one(), f.names())
		}
	}
	return nil
}

// wrongFormat recognises what spreadsheets save beside CSV with commas.
func wrongFormat(names []string) error {
	whole := strings.Join(names, ",")
	switch {
	case strings.HasPrefix(whole, "\xff\xfe") || strings.HasPrefix(whole, "\xfe\xff") || strings.Contains(whole, "\x00"):
		return models.Invalid("line 1", "the file is UTF-16 or no text; save it as CSV in UTF-8")
	case strings.HasPrefix(whole, "PK\x03\x04"):
		return models.Invalid("line 1", "the file is a workbook; save it as CSV in UTF-8")
	case !utf8.ValidString(whole):
		return models.Invalid("line 1", "the file is not in UTF-8; save it as CSV in UTF-8")
	case strings.Contains(names[0], ";"):
		return models.Invalid("line 1", "the columns are separated by semicolons; save the file with commas")
	case strings.Contains(names[0], "\t"):
		return models.Invalid("line 1", "the columns are separated by tabs; save the file with commas")
	}
	return nil
}

// one names a row of the file in a sentence.
func (f *reader[R]) one() string {
	if strings.ContainsRune("aeiou", rune(f.kind[0])) {
		return "an " + f.kind
	}
	return "a " + f.kind
}

func columnName(name string, i int) string {
	if strings.TrimSpace(name) == "" {
		return fmt.Sprintf("number %d (without a name)", i+1)
	}
	if len(name) > 60 {
		name = strings.ToValidUTF8(name[:60], "") + "…"
	}
	return fmt.Sprintf("%q", name)
}

func (f *reader[R]) names() string {
	names := make([]string, len(f.columns))
	for i, c := range f.columns {
		names[i] = c.name
	}
	return strings.Join(names, ", ")
}

// find gives the column that a name in a header means.
func (f *reader[R]) find(name string) *column[R] {
	name = strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(strings.TrimSpace(name)))
	for i := range f.columns {
		if c := &f.columns[i]; c.name == name || slices.Contains(c.aliases, name) {
			return c
		}
	}
	return nil
}

// rows reads all lines after the header. An error means that the file cannot
// be read further.
func (f *reader[R]) rows() ([]R, error) {
	rows := []R{}
	for n := 1; ; n++ {
		cells, err := f.csv.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			if bad := f.broken(err); bad != nil {
				return nil, bad
			}
			f.in.next()
			continue
		}
		f.in.next()
		line, _ := f.csv.FieldPos(0)
		if n >= MaxLines || line > MaxLines {
			return nil, models.Invalid(fmt.Sprintf("line %d", line), "the file has more than %d lines; split it", MaxLines)
		}
		if row, ok := f.row(line, cells); ok {
			rows = append(rows, row)
		}
	}
}

// broken tells a line that is no CSV, which is reported, from a file that
// cannot be read, which is the error.
func (f *reader[R]) broken(err error) error {
	var parse *csv.ParseError
	if !errors.As(err, &parse) {
		var limit *models.InputError
		if errors.As(err, &limit) {
			return err
		}
		return fmt.Errorf("read the file: %w", err)
	}
	what := map[error]string{
		csv.ErrQuote:     `has a quote (") that is not closed; close it, and write a quote inside a cell twice`,
		csv.ErrBareQuote: `has a quote (") inside a cell; put the cell in quotes and write the quote twice`,
	}[parse.Err]
	if what == "" {
		what = parse.Err.Error()
	}
	f.report(parse.StartLine, "%s", what)
	return nil
}

// row reads one line; false when it is empty or wrong.
func (f *reader[R]) row(line int, cells []string) (row R, ok bool) {
	if !slices.ContainsFunc(cells, func(s string) bool { return strings.TrimSpace(s) != "" }) {
		return row, false
	}
	if len(cells) != len(f.order) {
		f.report(line, "has %d cells, the first line names %d columns; put cells with commas in quotes", len(cells), len(f.order))
		return row, false
	}
	*f.line(&row) = line
	for i, c := range f.order {
		cell := f.own(unguard(strings.TrimSpace(cells[i])))
		if bad := wrongCell(c, cell); bad != "" {
			f.report(line, "column %s %s", c.name, bad)
			return row, false
		}
		if cell != "" {
			c.set(&row, cell)
		}
	}
	return row, f.once(line, &row)
}

// wrongCell gives what is wrong with a cell.
func wrongCell[R any](c *column[R], cell string) string {
	switch {
	case cell == "" && c.required:
		return "is empty; fill it in"
	case !utf8.ValidString(cell):
		return "is not in UTF-8; save the file as CSV in UTF-8"
	case unprintable(cell):
		return "has a control character; remove it"
	case cell != "" && c.check != nil:
		return c.check(cell)
	}
	return ""
}

// seenRow is where a key came before, and what it stood for.
type seenRow struct {
	line  int
	means string
}

// once reports a row that is there before.
func (f *reader[R]) once(line int, row *R) bool {
	keys := f.keys(row)
	for _, k := range keys {
		if first, ok := f.seen[k.folded()]; ok && k.value != "" {
			text := fmt.Sprintf("%s %s is there already, in line %d", k.what, quoted(k.value), first.line)
			if !strings.EqualFold(first.means, k.means) {
				text += fmt.Sprintf(", for %s, and cannot mean %s too", quoted(first.means), quoted(k.means))
			}
			f.report(line, "%s; keep one of them", text)
			return false
		}
	}
	for _, k := range keys {
		if k.value != "" {
			f.seen[k.folded()] = seenRow{line, k.means}
		}
	}
	return true
}

// maxWords is how many cells are remembered.
const maxWords = 10_000

// own copies a cell out of the memory that the reader uses again; cells that
// come often, such as sites, are kept once.
func (f *reader[R]) own(cell string) string {
	if word, ok := f.words[cell]; ok {
		return word
	}
	word := strings.Clone(cell)
	if len(f.words) < maxWords {
		f.words[word] = word
	}
	return word
}

func quoted(s string) string {
	if len(s) > 100 {
		s = strings.ToValidUTF8(s[:100], "") + "…"
	}
	return fmt.Sprintf("%q", s)
}
