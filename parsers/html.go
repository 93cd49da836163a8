package parsers

import (
	"errors"
	"fmt"
	"strings"
)

// Limits of one part; beyond them reading fails with ErrLimit.
const (
	maxTokens     = 1_000_000
	maxTables     = 20_000
	maxTableDepth = 200
	maxLines      = 200_000
	maxDocText    = 16 << 20
	maxSpan       = 100 // columns or rows that one cell may span
)

// ErrLimit is wrapped by every error that says that a part is too large or
// too deep to be read.
var ErrLimit = errors.New("over the limit")

// Document is what a layout is read from: the visible text of one part line by
// line, and its tables. Tag names, positions and styles are gone. It belongs
// to one goroutine.
type Document struct {
	Part   int    // Part.Index
	Title  string // of an HTML part
	Lines  []Line
	Tables []*Table
	text   string // the lines, one a line
	flat   string // text on one line, once it was needed

	pairsBy *Labels // what Pairs was last asked for, and its answer
	pairs   []Pair
	rowsBy  *Columns
	rows    []Row
}

// Line is one line of visible text, blanks folded. Table cells, blocks and
// breaks each begin a new line.
type Line struct {
	Text   string
	Raw    string // of a plain text part: the line with its tabs and blanks
	Head   int    // bytes of Text that are a bold beginning
	Gap    bool   // an empty line or a new paragraph precedes it
	Struck bool   // struck through as a whole; where only a part is, that part is left out
	at     int    // where it stands in Document.text
}

// Text is the whole visible text, one line a line.
func (d *Document) Text() string { return d.text }

// Span is the text of the lines from (inclusive) to (exclusive), one blank
// between two lines.
func (d *Document) Span(from, to int) string {
	from, to = max(from, 0), min(to, len(d.Lines))
	if from >= to {
		return ""
	}
	if to-from == 1 {
		return d.Lines[from].Text
	}
	if d.flat == "" { // a copy for all spans together: those of nested tables are inside each other
		d.flat = strings.ReplaceAll(d.text, "\n", " ")
	}
	last := d.Lines[to-1]
	return d.flat[d.Lines[from].at : last.at+len(last.Text)]
}

// join makes the text of a document of its lines.
func (d *Document) join() {
	size := len(d.Lines)
	for _, l := range d.Lines {
		size += len(l.Text)
	}
	var b strings.Builder
	b.Grow(size)
	for i := range d.Lines {
		d.Lines[i].at = b.Len()
		b.WriteString(d.Lines[i].Text)
		b.WriteByte('\n')
	}
	d.text = b.String()
}

// ReadHTML reads the visible text and the tables of an HTML part in one pass.
// Hidden elements, comments, scripts and styles are left out. It fails only
// when a limit is exceeded; broken HTML is read as far as it goes.
func ReadHTML(src string, part int) (*Document, error) {
	w := htmlWalk{doc: &Document{Part: part}, src: src}
	w.buf = make([]byte, 0, len(src)/4+64)
	x := lexer{s: src}
	for n := 0; ; n++ {
		if n > maxTokens || len(w.buf) > maxDocText || len(w.lines) > maxLines {
			return nil, fmt.Errorf("read HTML: more than %d elements, %d lines or %d bytes of text: %w",
				maxTokens, maxLines, maxDocText, ErrLimit)
		}
		switch x.next() {
		case tokenEnd:
			w.breakLine()
			w.closeTables(0)
			return w.finish(), w.err
		case tokenText:
			w.text(entities(x.text))
		case tokenStart:
			w.start(&x)
		case tokenClose:
			w.end(x.tag)
		}
		if w.err != nil {
			return nil, w.err
		}
	}
}

// htmlWalk is the state of one pass.
type htmlWalk struct {
	doc    *Document
	buf    []byte // text of all lines
	lines  []lineMark
	tables []openTable
	err    error

	start0  int // of the line in buf
	head    int // end of its bold beginning in buf; -1: bold so far
	gap     int // breaks since the last text
	bold    int
	struck  int
	strikes []byte // struck text of the line

	spans       int   // open span elements
	struckSpans []int // those of them that are struck through

	src         string
	backgrounds int // 1: the page has some, -1: none, 0: not looked for

	hidden      tag // the element that hides what is inside; 0: none
	hiddenDepth int
	hiddenTable int // open tables when it began
	pre         int
}

type lineMark struct {
	from, to, head int
	gap, struck    bool
}

type openTable struct {
	t    *Table
	row  []Cell // its room is used again for the next one
	cell bool
}

func (w *htmlWalk) text(t string) {
	switch {
	case w.hidden != 0 || t == "":
	case w.pre > 0:
		w.preText(t)
	default:
		w.run(t)
	}
}

// run appends one run of text to the line.
func (w *htmlWalk) run(t string) {
	if w.struck > 0 {
		w.strikes, _ = appendFolded(w.strikes, t, 0)
		return
	}
	before := len(w.buf)
	w.buf, _ = appendFolded(w.buf, t, w.start0)
	if len(w.buf) == before {
		return
	}
	switch {
	case w.bold > 0 && before == w.start0:
		w.head = -1
	case w.bold == 0 && w.head == -1 && (len(w.buf) > before+1 || w.buf[before] != ' '):
		w.head = before
	}
}

func (w *htmlWalk) preText(t string) {
	for {
		i := strings.IndexByte(t, '\n')
		if i < 0 {
			w.run(t)
			return
		}
		w.run(t[:i])
		w.breakLine()
		t = t[i+1:]
	}
}

// breakLine ends the line; an empty one only counts as a gap.
func (w *htmlWalk) breakLine() {
	struck := false
	if len(w.buf) == w.start0 && len(w.strikes) > 0 {
		w.buf, _ = appendFolded(w.buf, w.strikes, w.start0)
		struck = true
	}
	w.strikes = w.strikes[:0]
	end := len(w.buf)
	if end > w.start0 && w.buf[end-1] == ' ' {
		end--
	}
	if end <= w.start0 {
		w.buf = w.buf[:w.start0]
		w.gap++
		w.head = 0
		return
	}
	head := w.head
	if head == -1 {
		head = end
	}
	w.lines = append(w.lines, lineMark{w.start0, end, max(head-w.start0, 0), w.gap > 0, struck})
	w.buf = append(w.buf[:end], '\n')
	w.start0, w.head, w.gap = len(w.buf), 0, 0
}

func (w *htmlWalk) finish() *Document {
	d := w.doc
	d.text = string(w.buf)
	d.Lines = make([]Line, len(w.lines))
	for i, m := range w.lines {
		d.Lines[i] = Line{Text: d.text[m.from:m.to], Head: m.head, Gap: m.gap, Struck: m.struck, at: m.from}
	}
	return d
}
