package chatops

import (
	"slices"
	"strings"

	"lineman/models"
)

// arguments fills the parameters of a subcommand from words and from answers
// by name. It returns the required parameters that are still missing.
func arguments(sub Subcommand, list []word, answers map[string]string) (map[string][]string, []Param, error) {
	given := map[string]string{}
	var placed []string
	for _, w := range list {
		p, known := param(sub, w.key)
		if !known {
			placed = append(placed, w.text)
			continue
		}
		if _, twice := given[p.Name]; twice {
			return nil, nil, models.Invalid(p.Name, "is given twice; write it once%s", manyHint(p))
		}
		given[p.Name] = w.val
	}
	if err := place(sub, placed, given); err != nil {
		return nil, nil, err
	}
	for name, value := range answers {
		given[name] = Clean(value[:min(len(value), MaxText)])
	}
	return check(sub, given)
}

func param(sub Subcommand, name string) (Param, bool) {
	i := slices.IndexFunc(sub.Params, func(p Param) bool { return p.Name == name })
	if name == "" || i < 0 {
		return Param{}, false
	}
	return sub.Params[i], true
}

func manyHint(p Param) string {
	if p.Many {
		return ", with commas between the values"
	}
	return ""
}

// place gives the words that have no name to the parameters in their order.
func place(sub Subcommand, list []string, given map[string]string) error {
	for _, p := range sub.Params {
		if _, taken := given[p.Name]; taken || p.NameOnly || len(list) == 0 {
			continue
		}
		if p.Rest {
			given[p.Name], list = strings.Join(list, " "), nil
			continue
		}
		given[p.Name], list = list[0], list[1:]
	}
	if len(list) == 0 {
		return nil
	}
	if key, _, named := strings.Cut(list[0], "="); named && key != "" {
		return models.Invalid("", "%q is no parameter here; it takes: %s", CleanLine(key), paramNames(sub))
	}
	return models.Invalid("", "%q is one word too many; put quotes around a value with blanks", CleanLine(list[0]))
}

func paramNames(sub Subcommand) string {
	var names []string
	for _, p := range sub.Params {
		names = append(names, p.Name)
	}
	if len(names) == 0 {
		return "nothing"
	}
	return strings.Join(names, ", ")
}

// check turns given texts into values and finds what is missing.
func check(sub Subcommand, given map[string]string) (map[string][]string, []Param, error) {
	args := map[string][]string{}
	var missing []Param
	for _, p := range sub.Params {
		texts := []string{given[p.Name]}
		if p.Many {
			texts = strings.Split(given[p.Name], ",")
		}
		for _, text := range texts {
			text = strings.TrimSpace(text)
			if text == "" {
				continue
			}
			value, err := p.value(text)
			if err != nil {
				return nil, nil, err
			}
			args[p.Name] = append(args[p.Name], value)
		}
		if p.Required && len(args[p.Name]) == 0 {
			missing = append(missing, p)
		}
	}
	return args, missing, nil
}

func (p Param) value(text string) (string, error) {
	if p.Kind != KindEnum {
		return text, nil
	}
	for _, v := range p.Values {
		if fold(v) == fold(text) {
			return v, nil
		}
	}
	return "", models.Invalid(p.Name, "%q is not one of %s", CleanLine(text), strings.Join(p.Values, ", "))
}

// fold writes RE-SCHEDULED, re_scheduled and rescheduled alike.
func fold(s string) string {
	return strings.NewReplacer("-", "", "_", "", " ", "").Replace(strings.ToLower(s))
}
