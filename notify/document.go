package notify

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"text/template"
	"text/template/parse"
	"time"
	"unicode"

	"lineman/chatops"
)

// A template writes a document, line by line:
//
//	# text            the heading
//	- Name: value     a fact
//	|= text           the title of the table that follows
//	| a | b |         a row of a table; the first one names its columns
//	[Label] words     a button that runs the words; [*Label] is the main one
//	> Label: address  a link
//	text              a paragraph
//
// What comes from data never makes a line or a mark: every value that a
// template prints is put between marks that no text can hold.
const (
	literalBegin, literalEnd = '\x01', '\x02'
	spanBegin, spanEnd       = '\x03', '\x04'
)

// inline is a piece that a function of the templates made, with its marks.
type inline string

// functions are those that templates may call.
func functions() template.FuncMap {
	return template.FuncMap{
		"say":   say,
		"time":  func(t time.Time) inline { return mark('T', strconv.FormatInt(t.UnixMicro(), 10)) },
		"code":  func(v any) inline { return mark('C', tidy(fmt.Sprint(v))) },
		"quote": func(s string) string { return chatops.Quote(tidy(s)) },
		"span":  span,
		"join":  func(list []string) string { return strings.Join(list, ", ") },
		"first": func(n int, list []string) []string { return list[:min(n, len(list))] },
	}
}

// say writes a value as text that is nothing but text.
func say(v any) inline {
	switch v := v.(type) {
	case nil:
		return ""
	case inline:
		return v
	case time.Time:
		if v.IsZero() {
			return ""
		}
		return mark('T', strconv.FormatInt(v.UnixMicro(), 10))
	}
	return inline(string(literalBegin) + tidy(fmt.Sprint(v)) + string(literalEnd))
}

func mark(kind rune, text string) inline {
	return inline(string(spanBegin) + string(kind) + text + string(spanEnd))
}

// longestValue bounds one value, in bytes.
const longestValue = 2000

// tidy takes out what could end a line, a value or the reader's patience.
func tidy(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, s)
	if len(s) > longestValue {
		s = strings.ToValidUTF8(s[:longestValue], "") + "…"
	}
	return s
}

// guard has every action of a template print through say.
func guard(t *template.Template) {
	for _, each := range t.Templates() {
		if each.Tree != nil {
			guardList(each.Tree, each.Root)
		}
	}
}

func guardList(tree *parse.Tree, list *parse.ListNode) {
	if list == nil {
		return
	}
	for _, n := range list.Nodes {
		switch n := n.(type) {
		case *parse.ActionNode:
			if len(n.Pipe.Decl) == 0 {
				n.Pipe.Cmds = append(n.Pipe.Cmds, &parse.CommandNode{
					NodeType: parse.NodeCommand, Pos: n.Pos, Args: []parse.Node{parse.NewIdentifier("say").SetTree(tree).SetPos(n.Pos)},
				})
			}
		case *parse.IfNode:
			guardList(tree, n.List)
			guardList(tree, n.ElseList)
		case *parse.RangeNode:
			guardList(tree, n.List)
			guardList(tree, n.ElseList)
		case *parse.WithNode:
			guardList(tree, n.List)
			guardList(tree, n.ElseList)
		}
	}
}

// document reads what a template wrote.
func document(text string) (chatops.Message, error) {
	var w writer
	for n, line := range strings.Split(text, "\n") {
		if err := w.line(strings.TrimSpace(line)); err != nil {
			return chatops.Message{}, fmt.Errorf("line %d of the message: %w", n+1, err)
		}
	}
	return w.m, nil
}

type writer struct {
	m     chatops.Message
	title string // of the next table
	open  bool   // the last block can go on
}

// goOn gives the block that goes on, or begins one.
func goOn[B chatops.Block](w *writer, fresh B) *B {
	if n := len(w.m.Blocks); w.open && n > 0 {
		if b, is := w.m.Blocks[n-1].(B); is {
			return &b
		}
	}
	w.m.Blocks = append(w.m.Blocks, fresh)
	return &fresh
}

func (w *writer) put(b chatops.Block) {
	w.m.Blocks[len(w.m.Blocks)-1] = b
	w.open = true
}

func (w *writer) line(line string) error {
	switch {
	case line == "":
		w.open = false
		return nil
	case strings.HasPrefix(line, "# "):
		w.m.Heading = plain(line[2:])
	case strings.HasPrefix(line, "- "):
		name, value, ok := cut(line[2:], ": ")
		if !ok {
			name, value = line[2:], ""
		}
		f := goOn(w, chatops.Facts{})
		f.Items = append(f.Items, chatops.Fact{Name: plain(name), Value: spans(value)})
		w.put(*f)
	case strings.HasPrefix(line, "|="):
		w.title, w.open = strings.TrimSpace(plain(line[2:])), false
	case strings.HasPrefix(line, "|"):
		w.row(line)
	case strings.HasPrefix(line, "> "):
		label, address, ok := cut(line[2:], ": ")
		u, err := url.Parse(plain(address))
		if !ok || err != nil || u.Scheme != "https" && u.Scheme != "http" {
			return fmt.Errorf("a link is written > Label: https://…")
		}
		l := goOn(w, chatops.Links{})
		l.Items = append(l.Items, chatops.Link{Text: plain(label), URL: u.String()})
		w.put(*l)
	case strings.HasPrefix(line, "["):
		label, command, ok := cut(line[1:], "] ")
		if !ok {
			return fmt.Errorf("a button is written [Label] command")
		}
		name, primary := strings.CutPrefix(plain(label), "*")
		a := goOn(w, chatops.Actions{})
		a.Buttons = append(a.Buttons, chatops.Button{Label: name, Command: plain(command), Primary: primary})
		w.put(*a)
	default:
		w.m.Blocks = append(w.m.Blocks, chatops.Text{Inline: spans(line)})
		w.open = false
	}
	return nil
}

func (w *writer) row(line string) {
	var cells []string
	rest := strings.TrimPrefix(line, "|")
	for {
		cell, after, ok := cut(rest, "|")
		if !ok {
			if strings.TrimSpace(rest) != "" {
				cells = append(cells, rest)
			}
			break
		}
		cells, rest = append(cells, cell), after
	}
	t := goOn(w, chatops.Table{Title: w.title})
	if w.title = ""; t.Columns == nil {
		for _, c := range cells {
			t.Columns = append(t.Columns, strings.TrimSpace(plain(c)))
		}
	} else {
		row := make([]chatops.Inline, len(cells))
		for i, c := range cells {
			row[i] = spans(strings.TrimSpace(c))
		}
		t.Rows = append(t.Rows, row)
	}
	w.put(*t)
}

// cut splits at the first sep that is the template's own.
func cut(s, sep string) (before, after string, found bool) {
	depth := false
	for i, r := range s {
		switch r {
		case literalBegin, spanBegin:
			depth = true
		case literalEnd, spanEnd:
			depth = false
		}
		if !depth && strings.HasPrefix(s[i:], sep) {
			return s[:i], s[i+len(sep):], true
		}
	}
	return s, "", false
}

// spans reads a line in pieces.
func spans(s string) chatops.Inline {
	var all chatops.Inline
	text := func(t string) {
		if t == "" {
			return
		}
		if n := len(all); n > 0 && all[n-1] == (chatops.Span{Text: all[n-1].Text}) {
			all[n-1].Text += t
			return
		}
		all = append(all, chatops.Span{Text: t})
	}
	for s != "" {
		at := strings.IndexAny(s, string([]rune{literalBegin, spanBegin}))
		if at < 0 {
			text(s)
			break
		}
		text(s[:at])
		end := literalEnd
		if s[at] == spanBegin {
			end = spanEnd
		}
		body, rest, _ := strings.Cut(s[at+1:], string(end))
		switch {
		case end == literalEnd:
			text(body)
		case strings.HasPrefix(body, "T"):
			if us, err := strconv.ParseInt(body[1:], 10, 64); err == nil {
				all = append(all, chatops.Span{Time: time.UnixMicro(us).UTC()})
			}
		case strings.HasPrefix(body, "C"):
			all = append(all, chatops.Span{Text: body[1:], Code: true})
		}
		s = rest
	}
	return all
}

// plain gives the text of a line without its marks.
func plain(s string) string {
	var b strings.Builder
	for _, v := range spans(s) {
		if v.Time.IsZero() {
			b.WriteString(v.Text)
		} else {
			b.WriteString(v.Time.Format(stamp))
		}
	}
	return b.String()
}
