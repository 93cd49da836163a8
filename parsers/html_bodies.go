package parsers

// Bodies are the readable parts of one message as Documents, HTML before
// plain text, attachments left out unless there is nothing else.
type Bodies struct {
	HTML []*Document
	Text []*Document
	Err  error // the first part that could not be read, for example ErrLimit
}

// ReadBodies reads all text parts of a message.
func ReadBodies(m *Message) Bodies {
	var b Bodies
	b.read(m, false)
	if len(b.HTML)+len(b.Text) == 0 {
		b.read(m, true)
	}
	return b
}

func (b *Bodies) read(m *Message, attachments bool) {
	for _, p := range m.Parts {
		if p.Attachment != attachments {
			continue
		}
		var d *Document
		var err error
		switch p.ContentType {
		case "text/html", "application/xhtml+xml":
			if d, err = ReadHTML(p.Text(), p.Index); err == nil {
				b.HTML = append(b.HTML, d)
				p.shown.Store(d)
			}
		case "text/plain", "text/enriched", "text":
			if d, err = ReadText(p.Text(), p.Index); err == nil {
				b.Text = append(b.Text, d)
			}
		}
		if err != nil && b.Err == nil {
			b.Err = err
		}
	}
}

// All lists the documents in the order in which a layout should try them.
func (b Bodies) All() []*Document {
	return append(append(make([]*Document, 0, len(b.HTML)+len(b.Text)), b.HTML...), b.Text...)
}

// Best gives the document in which most fields of the vocabulary have a
// label, the first of equals; its pairs; and the other documents. It is nil
// when there is no document.
func (b Bodies) Best(l *Labels) (best *Document, pairs []Pair, others []*Document) {
	score := -1
	for _, d := range b.All() {
		found := d.Pairs(l)
		fields := map[string]bool{}
		for _, p := range found {
			fields[p.Field] = true
		}
		if len(fields) > score {
			if best != nil {
				others = append(others, best)
			}
			best, pairs, score = d, found, len(fields)
			continue
		}
		others = append(others, d)
	}
	return best, pairs, others
}
