package trust

import (
	"errors"
	"strings"
)

// readResults reads the value of an Authentication-Results field (RFC 8601,
// section 2.2). What stands in comments and quotes is no finding. A property
// without a dot, which some servers write, is left out; any other departure
// from the form makes the whole field worthless. The id is given where it could
// be read.
func readResults(value string) (id string, all []result, err error) {
	r := resultReader{rest: value}
	r.skip()
	if id, err = r.word(";"); err != nil {
		return "", nil, err
	}
	r.skip()
	if v, err := r.word(";"); err != nil { // the version
		return id, nil, err
	} else if v != "" && v != "1" {
		return id, nil, errors.New("it is of another version")
	}
	for {
		r.skip()
		if r.rest == "" {
			return id, all, r.err
		}
		if r.rest[0] != ';' {
			return id, nil, errForm
		}
		r.rest = r.rest[1:]
		found, more, err := r.result()
		if err != nil {
			return id, nil, err
		}
		if !more {
			continue
		}
		if all = append(all, found); len(all) > maxResults {
			return id, nil, errors.New("it has too many results")
		}
	}
}

var errForm = errors.New("it is not of the form of RFC 8601")

// resultReader reads a field piece by piece.
type resultReader struct {
	rest string
	err  error // a comment or a quote that does not end
}

// skip goes past blanks and comments, which nest.
func (r *resultReader) skip() {
	depth := 0
	for i := 0; i < len(r.rest); i++ {
		switch c := r.rest[i]; {
		case c == '(':
			depth++
		case c == ')' && depth > 0:
			depth--
		case c == '\\' && depth > 0:
			i++
		case depth > 0, c == ' ', c == '\t', c == '\r', c == '\n':
		default:
			r.rest = r.rest[i:]
			return
		}
	}
	if r.rest = ""; depth > 0 {
		r.err = errForm
	}
}

// word reads up to a blank, a comment or one of the stops; quoted parts lose
// their quotes and hold anything.
func (r *resultReader) word(stops string) (string, error) {
	var b strings.Builder
	for r.rest != "" {
		c := r.rest[0]
		switch {
		case c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '(' || strings.IndexByte(stops, c) >= 0:
			return strings.ToLower(b.String()), r.err
		case c == ')':
			return "", errForm
		case c == '"':
			text, err := r.quoted()
			if err != nil {
				return "", err
			}
			b.WriteString(text)
			continue
		}
		b.WriteByte(c)
		r.rest = r.rest[1:]
	}
	return strings.ToLower(b.String()), r.err
}

// quoted reads a quoted string.
func (r *resultReader) quoted() (string, error) {
	var b strings.Builder
	for i := 1; i < len(r.rest); i++ {
		switch c := r.rest[i]; {
		case c == '"':
			r.rest = r.rest[i+1:]
			return b.String(), nil
		case c == '\\' && i+1 < len(r.rest):
			i++
			b.WriteByte(r.rest[i])
		default:
			b.WriteByte(c)
		}
	}
	return "", errForm
}

// result reads one finding after its semicolon; more says that there is one.
func (r *resultReader) result() (found result, more bool, err error) {
	r.skip()
	if r.rest == "" || r.rest[0] == ';' { // a semicolon too many
		return found, false, r.err
	}
	method, verdict, paired, err := r.pair()
	if err != nil {
		return found, false, err
	}
	if !paired {
		if method != "none" {
			return found, false, errForm
		}
		return found, false, nil
	}
	method, _, _ = strings.Cut(method, "/") // its version
	found = result{method: method, verdict: verdict, properties: map[string]string{}}
	for {
		r.skip()
		if r.rest == "" || r.rest[0] == ';' {
			return found, true, r.err
		}
		name, value, paired, err := r.pair()
		if err != nil || !paired || name == "" {
			return found, false, errForm
		}
		if _, again := found.properties[name]; again {
			return found, false, errForm
		}
		if strings.Contains(name, ".") {
			found.properties[name] = value
		}
	}
}

// pair reads "name=value", with blanks and comments wherever they may stand.
func (r *resultReader) pair() (name, value string, paired bool, err error) {
	for {
		part, err := r.word(";=")
		if err != nil {
			return "", "", false, err
		}
		name += part
		r.skip()
		if r.rest == "" || r.rest[0] == ';' {
			return name, "", false, r.err
		}
		if r.rest[0] == '=' {
			break
		}
		// Around the dot of a property and the slash of a version blanks may stand.
		if !strings.HasSuffix(name, ".") && !strings.HasSuffix(name, "/") && r.rest[0] != '.' && r.rest[0] != '/' {
			return "", "", false, errForm
		}
	}
	r.rest = r.rest[1:]
	r.skip()
	value, err = r.word(";")
	return name, value, true, err
}
