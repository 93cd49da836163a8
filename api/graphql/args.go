package graphql

import (
	"slices"
	"strings"
	"unicode/utf8"

	graph "github.com/graph-gophers/graphql-go"

	"lineman/models"
)

// The limits of arguments.
const (
	maxPage   = 100
	maxOffset = 1_000_000_000
	maxValues = 100 // of one argument
	maxText   = 300 // bytes of one value
)

// pageArgs are the arguments of every list that pages.
type pageArgs struct {
	Limit  *int32
	Offset *int32
}

func (a pageArgs) page() (models.Page, error) {
	p := models.Page{Limit: maxPage}
	if a.Limit != nil {
		p.Limit = int(*a.Limit)
	}
	if a.Offset != nil {
		p.Offset = int(*a.Offset)
	}
	if p.Limit < 1 || p.Limit > maxPage {
		return p, models.Invalid("limit", "%d is no size of a page; ask for 1 to %d rows", p.Limit, maxPage)
	}
	if p.Offset < 0 || p.Offset > maxOffset {
		return p, models.Invalid("offset", "%d is no number of rows to leave out; use 0 to %d", p.Offset, maxOffset)
	}
	return p, nil
}

// asked collects the values of arguments and remembers the first one that
// cannot be accepted.
type asked struct{ err error }

func (q *asked) refuse(argument, format string, args ...any) {
	if q.err == nil {
		q.err = models.Invalid(argument, format, args...)
	}
}

// text is one value of an argument.
func (q *asked) text(argument, value string) string {
	switch {
	case len(value) > maxText:
		q.refuse(argument, "a value is longer than %d bytes", maxText)
	case !utf8.ValidString(value) || strings.ContainsRune(value, 0):
		q.refuse(argument, "a value holds bytes that are no text (UTF-8 without NUL)")
	}
	return value
}

// optional is the value of an argument that may be left out.
func (q *asked) optional(argument string, value *string) string {
	if value == nil {
		return ""
	}
	return q.text(argument, *value)
}

// texts are the values of an argument, without the null ones. An argument that
// names nothing at all cannot be meant.
func (q *asked) texts(argument string, values *[]*string) []string {
	if values == nil {
		return nil
	}
	if len(*values) > maxValues {
		q.refuse(argument, "%d values are too many; ask for at most %d", len(*values), maxValues)
		return nil
	}
	var all []string
	for _, v := range *values {
		if v != nil {
			all = append(all, q.text(argument, *v))
		}
	}
	if len(all) == 0 {
		q.refuse(argument, "an empty list fits nothing; leave the argument out to have everything")
	}
	return all
}

// ids are the values of an argument that takes ids.
func (q *asked) ids(argument string, values *[]*graph.ID) []string {
	if values == nil {
		return nil
	}
	list := make([]*string, len(*values))
	for i, v := range *values {
		list[i] = (*string)(v)
	}
	return q.texts(argument, &list)
}

// words are the values of an argument that takes only some.
func words[W ~string](q *asked, argument string, values *[]*string, allowed []W) []W {
	var all []W
	for _, v := range q.texts(argument, values) {
		word := W(v)
		if !slices.Contains(allowed, word) {
			q.refuse(argument, "%q is none of %s", v, joined(allowed))
		}
		all = append(all, word)
	}
	return all
}

func joined[W ~string](words []W) string {
	list := make([]string, len(words))
	for i, w := range words {
		list[i] = string(w)
	}
	return strings.Join(list, ", ")
}

// page is a list's page.
func (q *asked) page(a pageArgs) models.Page {
	p, err := a.page()
	if q.err == nil {
		q.err = err
	}
	return p
}
