package parsers

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// tag is the part that an element plays in reading.
type tag uint8

const (
	tagOther tag = iota + 1
	tagInline
	tagVoid
	tagBreak
	tagBlock
	tagPara
	tagDiv
	tagPre
	tagBold
	tagHead
	tagStrike
	tagTable
	tagRow
	tagCell
	tagHeaderCell
	tagScript
	tagStyle
	tagTitle
	tagSpan
	tagRule
	tagUnseen // what it holds is never shown
)

// tagNamed tells the part of an element by its name in any letter case.
func tagNamed(name string) tag {
	var low [12]byte
	if len(name) > len(low) {
		return tagOther
	}
	for i := 0; i < len(name); i++ {
		c := name[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		low[i] = c
	}
	return tagOf(low[:len(name)])
}

func tagOf(name []byte) tag {
	switch string(name) {
	case "span":
		return tagSpan
	case "font", "a", "i", "em", "u", "sup", "sub", "small", "big", "code", "tt", "o:p":
		return tagInline
	case "b", "strong", "label", "dt":
		return tagBold
	case "br":
		return tagBreak
	case "hr":
		return tagRule
	case "p":
		return tagPara
	case "div":
		return tagDiv
	case "td":
		return tagCell
	case "th":
		return tagHeaderCell
	case "tr":
		return tagRow
	case "table":
		return tagTable
	case "h1", "h2", "h3", "h4", "h5", "h6":
		return tagHead
	case "pre":
		return tagPre
	case "s", "strike", "del":
		return tagStrike
	case "script":
		return tagScript
	case "style":
		return tagStyle
	case "title":
		return tagTitle
	case "template", "iframe", "noembed", "noframes":
		return tagUnseen
	case "img", "input", "meta", "link", "col", "wbr", "area", "base", "embed", "source":
		return tagVoid
	case "ul", "ol", "li", "dl", "dd", "blockquote", "section", "article", "header", "footer", "center",
		"address", "tbody", "thead", "tfoot", "caption", "body", "html", "head", "form", "fieldset", "nav", "main":
		return tagBlock
	}
	return tagOther
}

func (t tag) block() bool {
	switch t {
	case tagBlock, tagPara, tagDiv, tagPre, tagHead, tagTable, tagRow, tagCell, tagHeaderCell, tagRule:
		return true
	}
	return false
}

// style is what the attributes of an element say.
type style struct {
	hidden, struck   bool
	white            bool // white text, with no background of its own
	colspan, rowspan int
}

// set takes over an attribute if it counts.
func (s *style) set(key, val string) {
	switch len(key) {
	case len("style"): // and color
		if strings.EqualFold(key, "style") {
			s.css(val)
		} else if strings.EqualFold(key, "color") {
			s.white = isWhite(strings.ToLower(val))
		}
	case len("hidden"):
		s.hidden = s.hidden || strings.EqualFold(key, "hidden")
	case len("colspan"):
		if strings.EqualFold(key, "colspan") {
			s.colspan = span(val)
		} else if strings.EqualFold(key, "rowspan") {
			s.rowspan = span(val)
		}
	}
}

// css reads the declarations that hide text or strike it through.
func (s *style) css(v string) {
	var color, back string
	for v != "" {
		var decl string
		decl, v, _ = strings.Cut(v, ";")
		decl = strings.TrimLeft(decl, " \t\r\n")
		if decl == "" || strings.IndexByte("dDvVtTcCbBoO", decl[0]) < 0 {
			continue
		}
		key, val, _ := strings.Cut(decl, ":")
		val = strings.ToLower(strings.TrimSpace(val))
		switch strings.ToLower(strings.TrimSpace(key)) {
		case "display":
			s.hidden = s.hidden || strings.HasPrefix(val, "none")
		case "visibility":
			s.hidden = s.hidden || strings.HasPrefix(val, "hidden")
		case "opacity":
			s.hidden = s.hidden || strings.Trim(val, "0.% ") == "" && val != ""
		case "color":
			color = val
		case "background", "background-color":
			back = val
		case "text-decoration", "text-decoration-line":
			s.struck = s.struck || strings.Contains(val, "line-through")
		}
	}
	if color != "" {
		s.white = isWhite(color) && back == ""
		s.hidden = s.hidden || color == back || isWhite(color) && isWhite(back)
	}
}

func isWhite(color string) bool {
	switch color {
	case "white", "#fff", "#ffffff", "rgb(255,255,255)", "rgb(255, 255, 255)":
		return true
	}
	return false
}

func span(v string) int {
	n, err := strconv.Atoi(strings.TrimSpace(v))
	if err != nil || n < 1 {
		return 1
	}
	return min(n, maxSpan)
}

func (w *htmlWalk) start(x *lexer) {
	t, s := x.tag, x.attr
	if w.hidden != 0 {
		if !w.stillHidden(t) {
			w.hidden = 0
		} else {
			if t == w.hidden {
				w.hiddenDepth++
			}
			if t != tagTable {
				return
			}
		}
	}
	switch t {
	case tagScript, tagStyle:
		return
	case tagTitle:
		if w.doc.Title == "" {
			w.doc.Title = Fold(entities(Clip(x.text, 1000)))
		}
		return
	case tagBold:
		w.bold++
	case tagStrike:
		w.struck++
	case tagBreak:
		w.breakLine()
	case tagHead:
		w.breakLine()
		w.gap++
		w.bold++
	case tagPara, tagRule:
		w.breakLine()
		w.gap++
	case tagPre:
		w.breakLine()
		w.pre++
	case tagTable:
		w.openTable()
	case tagRow:
		w.openRow()
	case tagCell, tagHeaderCell:
		w.openCell(t == tagHeaderCell, s)
	default:
		if t.block() {
			w.breakLine()
		}
	}
	if t == tagSpan {
		w.spans++
		if s.struck && len(w.struckSpans) < maxTableDepth {
			w.struckSpans = append(w.struckSpans, w.spans)
			w.struck++
		}
	}
	if (s.hidden || t == tagUnseen || s.white && !w.coloured()) && t != tagVoid && t != tagBreak && t != tagRule {
		w.hidden, w.hiddenDepth, w.hiddenTable = t, 1, len(w.tables)
	}
}

// coloured reports whether anything in the page has a background; where nothing
// has, white text cannot be seen.
func (w *htmlWalk) coloured() bool {
	if w.backgrounds == 0 {
		w.backgrounds = -1
		for _, word := range []string{"background", "bgcolor", "BGCOLOR", "bgColor", "BACKGROUND", "Background"} {
			if strings.Contains(w.src, word) {
				w.backgrounds = 1
			}
		}
	}
	return w.backgrounds > 0
}

func (w *htmlWalk) end(t tag) {
	if w.hidden != 0 {
		if t == w.hidden {
			if w.hiddenDepth--; w.hiddenDepth <= 0 {
				w.hidden = 0
			}
		}
		if t != tagTable && t != tagCell && t != tagHeaderCell && t != tagRow {
			return
		}
	}
	switch t {
	case tagBold:
		w.bold = max(w.bold-1, 0)
	case tagHead:
		w.bold = max(w.bold-1, 0)
		w.breakLine()
	case tagStrike:
		w.struck = max(w.struck-1, 0)
	case tagSpan:
		w.endSpan()
	case tagPre:
		w.breakLine()
		w.pre = max(w.pre-1, 0)
	case tagTable:
		w.breakLine()
		if n := len(w.tables); n > 0 {
			w.closeTables(n - 1)
		}
	case tagRow:
		w.breakLine()
		w.closeRow()
	case tagCell, tagHeaderCell:
		w.breakLine()
		w.closeCell()
	case tagPara:
		w.breakLine()
		w.gap++
	default:
		if t.block() || t == tagBreak {
			w.breakLine()
		}
	}
}

func (w *htmlWalk) endSpan() {
	if n := len(w.struckSpans); n > 0 && w.struckSpans[n-1] == w.spans {
		w.struckSpans = w.struckSpans[:n-1]
		w.struck = max(w.struck-1, 0)
	}
	w.spans = max(w.spans-1, 0)
}

// stillHidden tells whether a start tag can be inside the hidden element: a
// paragraph ends at the next block, and nothing outlives its table cell.
func (w *htmlWalk) stillHidden(t tag) bool {
	if w.hidden == tagPara && t.block() {
		return false
	}
	cellular := t == tagCell || t == tagHeaderCell || t == tagRow
	return !(cellular && len(w.tables) <= w.hiddenTable && w.hidden != tagTable)
}

func (w *htmlWalk) openTable() {
	w.breakLine()
	if len(w.tables) >= maxTableDepth || len(w.doc.Tables) >= maxTables {
		w.err = fmt.Errorf("read HTML: more than %d tables, or tables nested more than %d deep: %w",
			maxTables, maxTableDepth, ErrLimit)
		return
	}
	t := &Table{}
	w.doc.Tables = append(w.doc.Tables, t)
	t.doc = w.doc
	var spare []Cell
	if n := len(w.tables); n < cap(w.tables) {
		spare = w.tables[:n+1][n].row[:0]
	}
	w.tables = append(w.tables, openTable{t: t, row: spare})
}

func (w *htmlWalk) openRow() {
	w.breakLine()
	w.closeRow()
}

func (w *htmlWalk) openCell(header bool, s style) {
	w.breakLine()
	w.closeCell()
	n := len(w.tables)
	if n == 0 {
		return
	}
	o := &w.tables[n-1]
	o.row = append(o.row, Cell{Header: header, Colspan: max(s.colspan, 1), Rowspan: max(s.rowspan, 1),
		from: len(w.lines), to: len(w.lines)})
	o.cell = true
	if header {
		w.bold++
	}
}

func (w *htmlWalk) closeCell() {
	n := len(w.tables)
	if n == 0 || !w.tables[n-1].cell {
		return
	}
	o := &w.tables[n-1]
	o.cell = false
	c := &o.row[len(o.row)-1]
	c.to = len(w.lines)
	if c.Header {
		w.bold = max(w.bold-1, 0)
	}
}

func (w *htmlWalk) closeRow() {
	w.closeCell()
	n := len(w.tables)
	if n == 0 || len(w.tables[n-1].row) == 0 {
		return
	}
	o := &w.tables[n-1]
	o.t.Rows = append(o.t.Rows, slices.Clone(o.row))
	o.row = o.row[:0]
}

// closeTables ends the open tables beyond the first keep.
func (w *htmlWalk) closeTables(keep int) {
	for len(w.tables) > keep {
		w.closeRow()
		w.tables = w.tables[:len(w.tables)-1]
	}
}
