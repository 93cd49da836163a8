package dcim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// The most that is kept of what the system says.
const (
	maxText   = 300
	maxValue  = 1000
	maxFields = 200
)

// ref is what a system says where one object names another: nothing, an ID, a
// word, a choice with value and label, or an object in brief or whole.
type ref struct {
	ID      string
	Name    string
	Slug    string
	Display string
	Value   string
	Label   string
}

// UnmarshalJSON takes every one of these forms.
func (r *ref) UnmarshalJSON(b []byte) error {
	*r = ref{}
	b = bytes.TrimSpace(b)
	if len(b) == 0 || string(b) == "null" {
		return nil
	}
	if b[0] != '{' {
		r.ID = scalar(b)
		r.Value = r.ID
		return nil
	}
	var o struct {
		ID, Name, Slug, Display, Value, Label, CID json.RawMessage
	}
	if err := json.Unmarshal(b, &o); err != nil {
		return err
	}
	*r = ref{ID: scalar(o.ID), Name: scalar(o.Name), Slug: scalar(o.Slug), Display: scalar(o.Display), Value: scalar(o.Value), Label: scalar(o.Label)}
	if r.Name == "" {
		r.Name = scalar(o.CID)
	}
	return nil
}

// text is how people call it.
func (r ref) text() string {
	for _, t := range []string{r.Name, r.Display, r.Value} {
		if t != "" {
			return clip(t, maxText)
		}
	}
	return ""
}

// choice is one of the system's fixed words, in small letters.
func (r ref) choice() string {
	if r.Value != "" {
		return strings.ToLower(clip(r.Value, maxText))
	}
	return strings.ToLower(r.text())
}

// cable is what stands on a cable, else how the system calls it.
func (r ref) cable() string {
	if r.Label != "" {
		return clip(r.Label, maxText)
	}
	return clip(r.Display, maxText)
}

// tag is a word without blanks.
func (r ref) tag() string {
	if r.Slug != "" {
		return clip(r.Slug, maxText)
	}
	return strings.Join(strings.Fields(r.text()), "-")
}

func tags(list []ref) []string {
	var all []string
	for _, t := range list {
		if word := t.tag(); word != "" && !slices.Contains(all, word) {
			all = append(all, word)
		}
	}
	return all
}

// scalar gives the text of a string, a number or a truth value.
func scalar(b json.RawMessage) string {
	b = bytes.TrimSpace(b)
	if len(b) == 0 || string(b) == "null" || b[0] == '{' || b[0] == '[' {
		return ""
	}
	if b[0] != '"' {
		return string(b)
	}
	var text string
	if json.Unmarshal(b, &text) != nil {
		return ""
	}
	return text
}

// fields are custom fields as the system has them.
type fields map[string]json.RawMessage

// words gives the texts of a custom field: one, or those of a list.
func (f fields) words(name string) []string { return words(f[name], 0) }

func words(b json.RawMessage, depth int) []string {
	b = bytes.TrimSpace(b)
	switch {
	case len(b) == 0 || depth > 3:
		return nil
	case b[0] == '[':
		var list []json.RawMessage
		if json.Unmarshal(b, &list) != nil {
			return nil
		}
		var all []string
		for _, one := range list {
			all = append(all, words(one, depth+1)...)
		}
		return all
	case b[0] == '{':
		var r ref
		if json.Unmarshal(b, &r) != nil || r.text() == "" {
			return nil
		}
		return []string{r.text()}
	}
	if text := scalar(b); text != "" {
		return []string{text}
	}
	return nil
}

// texts gives all custom fields that have a value.
func (f fields) texts() map[string]string {
	names := make([]string, 0, len(f))
	for name := range f {
		names = append(names, name)
	}
	slices.Sort(names)
	all := map[string]string{}
	for _, name := range names[:min(len(names), maxFields)] {
		if text := strings.Join(f.words(name), ", "); text != "" {
			all[name] = clip(text, maxValue)
		}
	}
	return all
}

// clip cuts a text between two characters.
func clip(text string, n int) string {
	if len(text) <= n {
		return text
	}
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}

// split gives the words of a text that lists several.
func split(text, separators string) []string {
	var all []string
	for _, word := range strings.FieldsFunc(text, func(c rune) bool { return strings.ContainsRune(separators, c) }) {
		if word = strings.TrimSpace(word); word != "" {
			all = append(all, word)
		}
	}
	return all
}

// object is what all objects have.
type object struct {
	ID ref `json:"id"`
}

func (o object) key() string { return o.ID.ID }

type providerJSON struct {
	object
	Name         string `json:"name"`
	Slug         string `json:"slug"`
	Tags         []ref  `json:"tags"`
	CustomFields fields `json:"custom_fields"`
}

// circuitJSON has the names of both systems, old and new.
type circuitJSON struct {
	object
	CID          string `json:"cid"`
	Provider     ref    `json:"provider"`
	Type         ref    `json:"type"`
	CircuitType  ref    `json:"circuit_type"`
	Status       ref    `json:"status"`
	Tenant       ref    `json:"tenant"`
	Description  string `json:"description"`
	Tags         []ref  `json:"tags"`
	CustomFields fields `json:"custom_fields"`
}

// endJSON is a termination. Where it ends is site (NetBox up to 4.1, Nautobot
// 1), location (Nautobot 2), or termination with its type (NetBox 4.2).
type endJSON struct {
	object
	Circuit          ref    `json:"circuit"`
	Side             ref    `json:"term_side"`
	Site             ref    `json:"site"`
	Location         ref    `json:"location"`
	Termination      ref    `json:"termination"`
	TerminationType  string `json:"termination_type"`
	XConnect         string `json:"xconnect_id"`
	Description      string `json:"description"`
	Cable            ref    `json:"cable"`
	LinkPeers        []peer `json:"link_peers"`
	LinkPeersType    string `json:"link_peers_type"`
	CablePeer        *peer  `json:"cable_peer"`
	ConnectedEnd     *peer  `json:"connected_endpoint"`
	CustomFields     fields `json:"custom_fields"`
	connectedPort    string
	connectedMachine ref
}

// peer is what a cable leads to: an interface or another port of a device.
type peer struct {
	ref
	Device ref
}

// UnmarshalJSON takes every form of it.
func (p *peer) UnmarshalJSON(b []byte) error {
	*p = peer{}
	if err := p.ref.UnmarshalJSON(b); err != nil {
		return err
	}
	if b = bytes.TrimSpace(b); len(b) == 0 || b[0] != '{' {
		return nil
	}
	var o struct {
		Device ref `json:"device"`
	}
	if err := json.Unmarshal(b, &o); err != nil {
		return fmt.Errorf("device: %w", err)
	}
	p.Device = o.Device
	return nil
}

type deviceJSON struct {
	object
	Name    string `json:"name"`
	Display string `json:"display"`
}

type placeJSON struct {
	object
	Name         string `json:"name"`
	LocationType ref    `json:"location_type"`
	Parent       ref    `json:"parent"`
	Region       ref    `json:"region"`
	Site         ref    `json:"site"`
	Tenant       ref    `json:"tenant"`
	Tags         []ref  `json:"tags"`
}

type groupJSON struct {
	object
	Name         string `json:"name"`
	CustomFields fields `json:"custom_fields"`
}

// memberJSON names its circuit as circuit (NetBox 4.1) or as member with its
// type (4.2).
type memberJSON struct {
	object
	Group      ref    `json:"group"`
	Circuit    ref    `json:"circuit"`
	MemberType string `json:"member_type"`
	MemberID   ref    `json:"member_id"`
	Priority   ref    `json:"priority"`
}
