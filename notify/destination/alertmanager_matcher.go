package destination

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"text/template"

	"github.com/prometheus/alertmanager/pkg/labels"
)

// pattern is a list of matchers whose values hold templates. The matchers are
// read before the templates are filled in, so that no value can become a
// matcher of its own; in a regular expression, values stand for themselves.
type pattern struct{ fields []patternField }

type patternField struct {
	name  string
	kind  labels.MatchType
	value *template.Template
}

// The marks that stand for a template while matchers are read.
const (
	markOpen  = "\uE000"
	markClose = "\uE001"
)

var (
	action  = regexp.MustCompile(`(?s)\{\{.*?\}\}`)
	marked  = regexp.MustCompile(markOpen + `(\d+)` + markClose)
	sampled = map[string]string{
		"Circuit": "C", "Provider": "p", "Type": "T", "Tenant": "t", "Maintenance": "m",
		"Site": "S", "Region": "R", "Device": "d", "Interface": "i", "Side": "A",
	}
	patternWords = template.FuncMap{
		"lower": strings.ToLower,
		"upper": strings.ToUpper,
		"host":  func(name string) string { host, _, _ := strings.Cut(name, "."); return host },
	}
)

// maxValue bounds the value of one matcher, in bytes.
const maxValue = 1024

var errTooLong = errors.New("is too long")

// newPattern reads matchers with templates in their values. Its error says in
// one sentence what is wrong with them.
func newPattern(text string) (pattern, error) {
	if strings.ContainsAny(text, markOpen+markClose) {
		return pattern{}, errors.New("have characters in them that no label has")
	}
	var actions []string
	plain := action.ReplaceAllStringFunc(text, func(a string) string {
		actions = append(actions, a)
		return fmt.Sprint(markOpen, len(actions)-1, markClose)
	})
	matchers, err := labels.ParseMatchers(plain)
	if err != nil {
		return pattern{}, fmt.Errorf(`are not as Alertmanager writes them: %s; write {instance="{{.Device}}", ifName="{{.Interface}}"}`, restore(err.Error(), actions))
	}
	var p pattern
	varies := false
	for _, m := range matchers {
		f := patternField{name: m.Name, kind: m.Type}
		t := template.New(m.Name).Option("missingkey=error").Funcs(patternWords)
		if f.value, err = t.Parse(restore(m.Value, actions)); err != nil {
			return pattern{}, fmt.Errorf("hold a template that cannot be read: %w", err)
		}
		if _, err := f.render(sampled); err != nil {
			return pattern{}, fmt.Errorf("%s: %w; there are .Circuit, .Provider, .Type, .Tenant, .Maintenance, .Site, .Region, .Device, .Interface and .Side", m.Name, err)
		}
		positive := m.Type == labels.MatchEqual || m.Type == labels.MatchRegexp
		varies = varies || positive && marked.MatchString(m.Value)
		p.fields = append(p.fields, f)
	}
	if !varies {
		return pattern{}, errors.New("would silence the same alerts whatever the work is on; use {{.Circuit}}, {{.Site}}, {{.Device}} or {{.Interface}} in one of them")
	}
	if _, fits := p.render(sampled); !fits {
		return pattern{}, errors.New("would match alerts that lack the label; write regular expressions that do not match the empty text")
	}
	// What differs between the ends of a maintenance comes last; see groups.
	slices.SortStableFunc(p.fields, func(a, b patternField) int { return a.rank() - b.rank() })
	return p, nil
}

// rank sorts negative matchers before positive ones.
func (f patternField) rank() int {
	if f.kind == labels.MatchNotEqual || f.kind == labels.MatchNotRegexp {
		return 0
	}
	return 1
}

func restore(text string, actions []string) string {
	return marked.ReplaceAllStringFunc(text, func(mark string) string {
		var n int
		if _, err := fmt.Sscanf(marked.FindStringSubmatch(mark)[1], "%d", &n); err != nil || n >= len(actions) {
			return mark
		}
		return actions[n]
	})
}

// render fills a pattern in. It does not fit when something is not known, or
// when a matcher would match alerts that lack its label.
func (p pattern) render(values map[string]string) (labels.Matchers, bool) {
	var all labels.Matchers
	for _, f := range p.fields {
		m, err := f.render(values)
		if err != nil {
			return nil, false
		}
		if f.rank() > 0 && (strings.TrimSpace(m.Value) == "" || m.Matches("")) {
			return nil, false
		}
		all = append(all, m)
	}
	return all, len(all) > 0
}

func (f patternField) render(values map[string]string) (*labels.Matcher, error) {
	if f.kind == labels.MatchRegexp || f.kind == labels.MatchNotRegexp {
		quoted := map[string]string{}
		for k, v := range values {
			quoted[k] = regexp.QuoteMeta(v)
		}
		values = quoted
	}
	var b limited
	if err := f.value.Execute(&b, values); err != nil {
		return nil, err
	}
	return labels.NewMatcher(f.kind, f.name, strings.ToValidUTF8(b.String(), "\uFFFD"))
}

// limited takes as much as the value of a matcher may have.
type limited struct{ strings.Builder }

func (l *limited) Write(b []byte) (int, error) {
	if l.Len()+len(b) > maxValue {
		return 0, errTooLong
	}
	return l.Builder.Write(b)
}

var _ io.Writer = (*limited)(nil)

// either is a matcher that matches what any of some matches, which differ in
// their values alone.
func either(list []*labels.Matcher) *labels.Matcher {
	var values []string
	for _, m := range list {
		if !slices.Contains(values, m.Value) {
			values = append(values, m.Value)
		}
	}
	first := *list[0]
	if len(values) == 1 || first.Type != labels.MatchEqual && first.Type != labels.MatchRegexp {
		return &first
	}
	for i, v := range values {
		if first.Type == labels.MatchEqual {
			v = regexp.QuoteMeta(v)
		}
		values[i] = v
	}
	m, err := labels.NewMatcher(labels.MatchRegexp, first.Name, strings.Join(values, "|"))
	if err != nil { // each of them is an expression, and so are they together
		return &first
	}
	return m
}

// matcherText writes matchers as Alertmanager does, in one order for the same
// ones.
func matcherText(list labels.Matchers) string {
	texts := make([]string, len(list))
	for i, m := range list {
		texts[i] = m.String()
	}
	slices.Sort(texts)
	return "{" + strings.Join(texts, ",") + "}"
}
