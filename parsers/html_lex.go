package parsers

import (
	"strings"

	"golang.org/x/net/html"
)

// lexer cuts HTML into tags and text, as browsers do with broken HTML too. It
// copies nothing and reads only the attributes that count; on mail, where most
// bytes are attributes that do not, it is several times as fast as a general
// tokenizer.
type lexer struct {
	s    string
	i    int
	text string // of a text token; entities still in it
	tag  tag    // of a start or end token
	attr style  // of a start token
}

type token uint8

const (
	tokenEnd token = iota // of the document
	tokenText
	tokenStart
	tokenClose
)

func (x *lexer) next() token {
	for x.i < len(x.s) {
		if x.s[x.i] != '<' || !x.markup() {
			return x.readText()
		}
		switch c := x.s[x.i+1]; {
		case isLetter(c):
			return x.startTag()
		case c == '/' && isLetter(x.s[x.i+2]):
			return x.endTag()
		default:
			x.comment()
		}
	}
	return tokenEnd
}

// markup tells whether the "<" at the position begins a tag or a comment.
func (x *lexer) markup() bool {
	if x.i+1 >= len(x.s) {
		return false
	}
	c := x.s[x.i+1]
	return isLetter(c) || c == '!' || c == '?' || c == '/' && x.i+2 < len(x.s)
}

func (x *lexer) readText() token {
	from := x.i
	for x.i++; x.i < len(x.s); x.i++ {
		n := strings.IndexByte(x.s[x.i:], '<')
		if n < 0 {
			x.i = len(x.s)
			break
		}
		x.i += n
		if x.markup() {
			break
		}
	}
	x.text = x.s[from:x.i]
	return tokenText
}

// comment skips comments, declarations and end tags without a name.
func (x *lexer) comment() {
	rest := x.s[x.i:]
	if !strings.HasPrefix(rest, "<!--") {
		x.skip(strings.IndexByte(rest, '>'), 1)
		return
	}
	if strings.HasPrefix(rest, "<!-->") || strings.HasPrefix(rest, "<!--->") {
		x.skip(strings.IndexByte(rest, '>'), 1)
		return
	}
	x.i += len("<!--")
	x.skip(strings.Index(x.s[x.i:], "-->"), len("-->"))
}

// skip goes on behind a mark that was found n bytes on; to the end if it was
// not found.
func (x *lexer) skip(n, size int) {
	if n < 0 {
		x.i = len(x.s)
		return
	}
	x.i += n + size
}

func (x *lexer) endTag() token {
	x.i += 2
	x.tag = tagNamed(x.name())
	x.skip(strings.IndexByte(x.s[x.i:], '>'), 1)
	return tokenClose
}

// name reads the name of an element.
func (x *lexer) name() string {
	from := x.i
	for x.i < len(x.s) && !nameEnd(x.s[x.i]) {
		x.i++
	}
	return x.s[from:x.i]
}

func nameEnd(c byte) bool { return c <= ' ' || c == '/' || c == '>' }

func (x *lexer) startTag() token {
	x.i++
	x.tag = tagNamed(x.name())
	x.attr = style{}
	for x.i < len(x.s) {
		switch c := x.s[x.i]; {
		case c == '>':
			x.i++
			return x.started()
		case c <= ' ' || c == '/':
			x.i++
		default:
			x.attribute()
		}
	}
	return tokenEnd // a tag that never ends is dropped
}

// attribute reads one attribute; the value is kept only if it counts.
func (x *lexer) attribute() {
	from := x.i
	for x.i++; x.i < len(x.s) && x.s[x.i] != '=' && !nameEnd(x.s[x.i]); {
		x.i++
	}
	key := x.s[from:x.i]
	at := x.i
	for at < len(x.s) && x.s[at] <= ' ' {
		at++
	}
	if at >= len(x.s) || x.s[at] != '=' {
		x.attr.set(key, "")
		return
	}
	for at++; at < len(x.s) && x.s[at] <= ' '; {
		at++
	}
	if at >= len(x.s) {
		x.i = at
		return
	}
	if q := x.s[at]; q == '"' || q == '\'' {
		n := strings.IndexByte(x.s[at+1:], q)
		if n < 0 {
			x.i = len(x.s)
			return
		}
		x.attr.set(key, x.s[at+1:at+1+n])
		x.i = at + n + 2
		return
	}
	from = at
	for at < len(x.s) && x.s[at] > ' ' && x.s[at] != '>' {
		at++
	}
	x.attr.set(key, x.s[from:at])
	x.i = at
}

// started reads over the content of elements that hold no markup.
func (x *lexer) started() token {
	var name string
	switch x.tag {
	case tagScript:
		name = "script"
	case tagStyle:
		name = "style"
	case tagTitle:
		name = "title"
	default:
		return tokenStart
	}
	end := closing(x.s[x.i:], name)
	x.text = x.s[x.i : x.i+end]
	x.i += end
	return tokenStart
}

// closing finds the end tag of an element; the length of s if there is none.
func closing(s, name string) int {
	for i := 0; ; i += 2 {
		n := strings.Index(s[i:], "</")
		if n < 0 {
			return len(s)
		}
		i += n
		if len(s)-i >= len(name)+2 && strings.EqualFold(s[i+2:i+2+len(name)], name) {
			return i
		}
	}
}

// entities resolves entities.
func entities(s string) string {
	if strings.IndexByte(s, '&') < 0 {
		return s
	}
	return html.UnescapeString(s)
}
