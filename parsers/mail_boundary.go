package parsers

import "bytes"

// boundaryOf gives the boundary of a multipart: the declared one if the body
// has it, else the one that the body itself shows; empty if there is none.
func boundaryOf(e entity, body []byte) string {
	if e.boundary != "" && nextBoundary(body, []byte("--"+e.boundary), 0) >= 0 {
		return e.boundary
	}
	return sniffBoundary(body, false)
}

// nextBoundary finds the next line at or after from that is the delimiter,
// with "--" and blanks behind it at most; -1 if there is none.
func nextBoundary(body, delim []byte, from int) int {
	for from <= len(body) {
		i := bytes.Index(body[from:], delim)
		if i < 0 {
			return -1
		}
		at := from + i
		if (at == 0 || body[at-1] == '\n') && endsBoundary(body[at+len(delim):]) {
			return at
		}
		from = at + len(delim)
	}
	return -1
}

// endsBoundary looks at what follows a delimiter on its line.
func endsBoundary(rest []byte) bool {
	rest = bytes.TrimPrefix(rest, []byte("--"))
	for i, c := range rest {
		switch {
		case c == '\n':
			return true
		case c != ' ' && c != '\t' && c != '\r':
			return false
		case i > 100:
			return false
		}
	}
	return true
}

// sniffBoundary finds a lost boundary: the first line that begins with "--" and
// is followed by a Content- field. With first set it must be the first line
// that is not empty.
func sniffBoundary(body []byte, first bool) string {
	rest := body
	for n := 0; len(rest) > 0 && n < 200; n++ {
		var line []byte
		line, rest = cutLine(rest)
		line = bytes.TrimRight(line, " \t")
		if len(line) == 0 {
			continue
		}
		if len(line) > 3 && len(line) < 202 && bytes.HasPrefix(line, []byte("--")) && startsPart(rest) {
			return string(line[2:])
		}
		if first {
			return ""
		}
	}
	return ""
}

func startsPart(rest []byte) bool {
	const name = "content-"
	return len(rest) > len(name) && bytes.EqualFold(rest[:len(name)], []byte(name))
}

// cutLine gives the first line without its end, and what follows.
func cutLine(b []byte) (line, rest []byte) {
	i := bytes.IndexByte(b, '\n')
	if i < 0 {
		return b, nil
	}
	line, rest = b[:i], b[i+1:]
	return bytes.TrimSuffix(line, []byte("\r")), rest
}

// lineLen is the length of the first line with its end.
func lineLen(b []byte) int {
	if i := bytes.IndexByte(b, '\n'); i >= 0 {
		return i + 1
	}
	return len(b)
}

// trimLineEnd drops the line end that belongs to the following boundary.
func trimLineEnd(b []byte) []byte {
	b = bytes.TrimSuffix(b, []byte("\n"))
	return bytes.TrimSuffix(b, []byte("\r"))
}
