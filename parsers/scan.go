package parsers

import (
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"lineman/models"
)

// Ids outside these lengths are not looked for: short ones are found in any
// text.
const (
	minScanned = 6   // characters
	maxScanned = 200 // bytes
)

// Known is one circuit id or alias of the installation.
type Known struct {
	CID  string // the circuit that it means
	Text string // the id or alias as it is written; empty: CID
}

// Seen is one known circuit that a mail names.
type Seen struct {
	CID  string
	Text string // the id or alias that was found
	Part int    // Part.Index; -1: the subject
}

// Sighting is what a Scanner found in one mail, in the order of the mail, each
// circuit once.
type Sighting struct {
	Missed []Seen // named by the mail itself, and not read
	Hinted []Seen // not read, and named only in quoted history
}

// Incomplete reports whether the mail names a known circuit that was not read.
func (s Sighting) Incomplete() bool { return len(s.Missed) > 0 }

// Scanner finds all known circuits in a mail, in one pass over its text. It
// never changes and may be shared.
type Scanner struct {
	known []Known
	trie  idTrie
	room  sync.Pool // of *[]byte, for texts as they are searched
}

// maxRoom is the longest room that is kept for the next mail.
const maxRoom = 1 << 20 // bytes

// NewScanner makes a Scanner of circuit ids and aliases. Those of fewer than 6
// characters are left out. Letter case and the length of blanks do not count.
func NewScanner(ids []Known) *Scanner {
	s := &Scanner{}
	s.trie.begin()
	for _, k := range ids {
		if k.Text == "" {
			k.Text = k.CID
		}
		key := strings.TrimSpace(string(appendScanned(nil, models.CIDKey(k.Text))))
		if utf8.RuneCountInString(key) < minScanned || len(key) > maxScanned {
			continue
		}
		s.known = append(s.known, k)
		s.trie.add(key, len(s.known)-1)
	}
	s.trie.link()
	return s
}

// Scan searches the decoded mail, attachments included, for known circuits
// that the Result of its parse does not list.
func (s *Scanner) Scan(m *Mail, r Result) Sighting {
	if len(s.known) == 0 {
		return Sighting{}
	}
	done := map[string]bool{} // circuits that were read, then those seen too
	room, _ := s.room.Get().(*[]byte)
	if room == nil {
		room = new([]byte)
	}
	buf := *room
	defer func() {
		if *room = buf; cap(buf) <= maxRoom {
			s.room.Put(room)
		}
	}()
	for _, n := range r.Notices {
		for _, w := range n.Windows {
			for _, c := range w.Circuits {
				buf = appendScanned(buf[:0], c.CID)
				s.find(buf, func(k Known) { done[models.CIDKey(k.CID)] = true })
			}
		}
	}
	var out Sighting
	var quoted []Seen
	search := func(text string, part int, take func(Seen)) {
		buf = appendScanned(buf[:0], text)
		s.find(buf, func(k Known) { take(Seen{CID: k.CID, Text: k.Text, Part: part}) })
	}
	missed := func(seen Seen) {
		if key := models.CIDKey(seen.CID); !done[key] {
			done[key] = true
			out.Missed = append(out.Missed, seen)
		}
	}
	for _, t := range scannedTexts(m) {
		search(t.title, t.part, missed)
		search(t.own, t.part, missed)
		search(t.quoted, t.part, func(seen Seen) { quoted = append(quoted, seen) })
	}
	for _, seen := range quoted {
		if key := models.CIDKey(seen.CID); !done[key] {
			done[key] = true
			out.Hinted = append(out.Hinted, seen)
		}
	}
	return out
}

// find calls found for every known id that stands in a text as a word.
func (s *Scanner) find(text []byte, found func(Known)) {
	s.trie.walk(text, func(id, size, end int) {
		if endsBefore(text[:end-size]) && beginsAfter(text[end:]) {
			found(s.known[id])
		}
	})
}

// appendScanned appends a text as CIDKey folds ids: upper case, any run of
// blanks and line ends as one blank, without characters that show nothing.
func appendScanned(b []byte, text string) []byte {
	b = slices.Grow(b, len(text))
	for i := 0; i < len(text); {
		k, room := 0, b[len(b):cap(b)]
		for i < len(text) && k < len(room) { // most of a text is of this kind
			c := scannedASCII[text[i]]
			if c == 0 || c == ' ' && (k == 0 || room[k-1] == ' ') {
				break
			}
			room[k] = c
			k, i = k+1, i+1
		}
		b = b[:len(b)+k]
		if i == len(text) {
			break
		}
		c := text[i]
		if upper := scannedASCII[c]; upper > ' ' { // no room
			b = append(b, upper)
			i++
			continue
		}
		if c <= ' ' {
			b = appendScannedBlank(b)
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case unicode.IsSpace(r):
			b = appendScannedBlank(b)
		case !zeroWidth(r):
			b = utf8.AppendRune(b, unicode.ToUpper(r))
		}
		i += size
	}
	return b
}

// scannedASCII are the blank and the characters that show something, in upper
// case; 0: it is none of them.
var scannedASCII = func() (all [256]byte) {
	for c := byte(' '); c < 0x7f; c++ {
		all[c] = c
		if 'a' <= c && c <= 'z' {
			all[c] = c - 'a' + 'A'
		}
	}
	return all
}()

func appendScannedBlank(b []byte) []byte {
	if len(b) > 0 && b[len(b)-1] != ' ' {
		b = append(b, ' ')
	}
	return b
}

// endsBefore and beginsAfter report whether an id may begin behind, or end
// before, a text: not where a letter or digit stands, nor a joint of ids with
// a letter or digit on its other side ("ABC123" is not in "ABC123-XY").
func endsBefore(text []byte) bool {
	r, size := utf8.DecodeLastRune(text)
	if size > 0 && strings.ContainsRune(idJoints, r) {
		r, size = utf8.DecodeLastRune(text[:len(text)-size])
	}
	return size == 0 || !ofID(r)
}

func beginsAfter(text []byte) bool {
	r, size := utf8.DecodeRune(text)
	if size > 0 && strings.ContainsRune(idJoints, r) {
		r, size = utf8.DecodeRune(text[size:])
	}
	return size == 0 || !ofID(r)
}

const idJoints = "-/_."

// ofID reports whether a character makes an id longer; in scripts without
// blanks between words a letter does not.
func ofID(r rune) bool {
	if r == '_' || unicode.IsDigit(r) {
		return true
	}
	return unicode.IsLetter(r) && !unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Thai)
}

// idTrie is an Aho-Corasick automaton over bytes. Its nodes keep their children
// as a list, which is a hundredth of the memory of tables; only the root, at
// which most of a text is read, has one.
type idTrie struct {
	nodes []idNode
	root  [256]int32
	ids   [][]int // of each terminal
}

type idNode struct {
	child, sibling int32 // 0: none
	fail           int32 // the longest other suffix that is in the trie
	shorter        int32 // the nearest node by fail at which an id ends; 0: none
	depth          int32
	ids            int32 // index in idTrie.ids, plus 1; 0: no id ends here
	c              byte
}

func (t *idTrie) begin() { t.nodes = make([]idNode, 1) }

func (t *idTrie) child(n int32, c byte) int32 {
	if n == 0 {
		return t.root[c]
	}
	for k := t.nodes[n].child; k != 0; k = t.nodes[k].sibling {
		if t.nodes[k].c == c {
			return k
		}
	}
	return 0
}

func (t *idTrie) add(key string, id int) {
	n := int32(0)
	for i := range len(key) {
		next := t.child(n, key[i])
		if next == 0 {
			next = int32(len(t.nodes))
			t.nodes = append(t.nodes, idNode{c: key[i], depth: int32(i + 1), sibling: t.nodes[n].child})
			t.nodes[n].child = next
			if n == 0 {
				t.root[key[i]] = next
			}
		}
		n = next
	}
	if t.nodes[n].ids == 0 {
		t.ids = append(t.ids, nil)
		t.nodes[n].ids = int32(len(t.ids))
	}
	all := &t.ids[t.nodes[n].ids-1]
	*all = append(*all, id)
}

// link sets fail and shorter of all nodes, those near the root first.
func (t *idTrie) link() {
	queue := []int32{0}
	for len(queue) > 0 {
		n := queue[0]
		queue = queue[1:]
		for k := t.nodes[n].child; k != 0; k = t.nodes[k].sibling {
			queue = append(queue, k)
			if n == 0 {
				continue
			}
			fail := t.next(t.nodes[n].fail, t.nodes[k].c)
			t.nodes[k].fail = fail
			t.nodes[k].shorter = fail
			if t.nodes[fail].ids == 0 {
				t.nodes[k].shorter = t.nodes[fail].shorter
			}
		}
	}
}

func (t *idTrie) next(n int32, c byte) int32 {
	for {
		if k := t.child(n, c); k != 0 || n == 0 {
			return k
		}
		n = t.nodes[n].fail
	}
}

// inWord are the characters behind which no id begins, whatever stands before.
var inWord = func() (all [256]bool) {
	for c := range all {
		all[c] = '0' <= c && c <= '9' || 'A' <= c && c <= 'Z'
	}
	return all
}()

// walk calls found for each id that ends anywhere in the text, unless it begins
// inside a word.
func (t *idTrie) walk(text []byte, found func(id, size, end int)) {
	n := int32(0)
	for i := 0; i < len(text); i++ {
		if n == 0 {
			for i < len(text) && (t.root[text[i]] == 0 || i > 0 && inWord[text[i-1]]) {
				i++
			}
			if i == len(text) {
				return
			}
		}
		n = t.next(n, text[i])
		for k := n; k != 0; k = t.nodes[k].shorter {
			if at := t.nodes[k].ids; at != 0 {
				for _, id := range t.ids[at-1] {
					found(id, int(t.nodes[k].depth), i+1)
				}
			}
		}
	}
}

// Missing adds what a Sighting says to the Result: the circuits, and a warning
// for people.
func (r *Result) Missing(s Sighting) {
	r.Missed = slices.Clone(s.Missed)
	r.Warnings = slices.Clone(r.Warnings)
	for _, seen := range s.Missed {
		r.Warnings = append(r.Warnings, "incomplete: "+seen.Where()+" names the circuit "+seen.name()+", which was not read")
	}
	for _, seen := range s.Hinted {
		r.Warnings = append(r.Warnings, "quoted history in "+seen.Where()+" names the circuit "+seen.name())
	}
}

// Where says for people where in the mail it was found.
func (s Seen) Where() string {
	if s.Part < 0 {
		return "the subject"
	}
	return "part " + itoa(s.Part)
}

func (s Seen) name() string {
	if s.Text == s.CID {
		return Clip(s.CID, 100)
	}
	return Clip(s.CID, 100) + " (as " + Clip(s.Text, 100) + ")"
}
