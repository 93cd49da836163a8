package chatops

import "strings"

// Help lists these commands.
func Help(commands []Command) Message {
	t := Table{Columns: []string{"command", "what it does"}}
	for _, c := range commands {
		t.Rows = append(t.Rows, []Inline{C(c.Name), T("%s", c.Summary)})
	}
	return Message{Heading: "Commands", Private: true, Blocks: []Block{
		t, Text{Join(T("For one of them: "), C("help COMMAND"), T(" or "), C("COMMAND help"), T("."))},
	}}
}

// HelpCommand lists the subcommands of a command, or tells the usage of its
// only one.
func HelpCommand(c Command) Message {
	if len(c.Subcommands) == 1 && c.Subcommands[0].Name == "" {
		return HelpSubcommand(c, c.Subcommands[0])
	}
	t := Table{Columns: []string{"command", "what it does"}}
	for _, s := range c.Subcommands {
		t.Rows = append(t.Rows, []Inline{C(usage(c, s)), T("%s", s.Summary)})
	}
	return Message{Heading: c.Name + ": " + c.Summary, Private: true, Blocks: []Block{t}}
}

// HelpSubcommand tells how a subcommand is written.
func HelpSubcommand(c Command, s Subcommand) Message {
	facts := Facts{Items: []Fact{{Name: "usage", Value: C(usage(c, s))}}}
	if len(s.Aliases) > 0 {
		facts.Items = append(facts.Items, Fact{Name: "also", Value: C(c.Name + " " + strings.Join(s.Aliases, ", "))})
	}
	facts.Items = append(facts.Items, Fact{Name: "example", Value: C(s.Example)}, Fact{Name: "role", Value: T("%s", string(s.Role))})
	blocks := []Block{facts}
	if len(s.Params) > 0 {
		t := Table{Columns: []string{"parameter", "what it is"}}
		for _, p := range s.Params {
			t.Rows = append(t.Rows, []Inline{C(p.Name), T("%s", describe(p))})
		}
		blocks = append(blocks, t)
	}
	return Message{Heading: strings.TrimSpace(c.Name+" "+s.Name) + ": " + s.Summary, Private: true, Blocks: blocks}
}

func describe(p Param) string {
	text := p.Summary
	if len(p.Values) > 0 {
		text += ": " + strings.Join(p.Values, ", ")
	}
	if p.Many {
		text += " (several with commas)"
	}
	return text
}

func usage(c Command, s Subcommand) string {
	parts := []string{c.Name}
	if s.Name != "" {
		parts = append(parts, s.Name)
	}
	for _, p := range s.Params {
		text := strings.ToUpper(p.Name)
		if p.Kind == KindEnum && !p.NameOnly {
			text = strings.Join(p.Values, "|")
		}
		if p.NameOnly {
			text = p.Name + "="
		}
		if !p.Required {
			text = "[" + text + "]"
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, " ")
}
