package evaluate

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"time"
)

//go:embed report.html
var page string

var pageTemplate = template.Must(template.New("report").Funcs(template.FuncMap{
	"plain": plain,
	"day":   day,
	"time":  func(t time.Time) string { return t.UTC().Format(minute) },
	"yes":   yes,
}).Parse(page))

// WriteHTML writes the report as one page that needs nothing else: no script,
// no other file, and nothing that a mail says is anything but text in it.
func (r Report) WriteHTML(w io.Writer) error {
	if err := pageTemplate.Execute(w, r); err != nil {
		return fmt.Errorf("write the page of the report: %w", err)
	}
	return nil
}
