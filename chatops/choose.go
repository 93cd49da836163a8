package chatops

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"lineman/models"
)

// identify finds out who asks and which commands they may know of.
func (t *Turn) identify(ctx context.Context) error {
	d, r := t.d, t.Request
	who, err := d.o.Accounts.Principal(ctx, r)
	if err != nil {
		return fmt.Errorf("find out who asks: %w", err)
	}
	if t.grants, err = d.grants(ctx, r.Platform); err != nil {
		return err
	}
	t.call.Request, t.call.Principal = r, who
	t.call.Commands = t.known()
	return nil
}

// known are the commands with the subcommands that the asker may know of:
// those that they may run, or all of them where help is not restricted and
// there is at least one. The commands whose subcommands they may run are never
// none without a reason that permit gives.
func (t *Turn) known() []Command {
	list := t.runnable()
	if len(list) > 0 && !t.d.o.RestrictHelp {
		return t.d.o.Commands
	}
	return list
}

// runnable are the commands with the subcommands that the asker may run.
func (t *Turn) runnable() []Command {
	var list []Command
	for _, cmd := range t.d.o.Commands {
		cmd.Subcommands = slices.DeleteFunc(slices.Clone(cmd.Subcommands), func(s Subcommand) bool {
			return t.permit(cmd, s) != nil
		})
		if len(cmd.Subcommands) > 0 {
			list = append(list, cmd)
		}
	}
	return list
}

// refused is a sentence for the asker.
type refused string

func (r refused) Error() string { return string(r) }

// permit asks the grants first, then the role. Its error is a refused.
func (t *Turn) permit(cmd Command, sub Subcommand) error {
	decision := models.DecideGrant(t.grants, t.ask(cmd, sub), t.d.o.Now())
	if !decision.Allowed {
		return refused(denial(decision, t.Request))
	}
	if who := t.call.Principal; !who.Role.Allows(sub.Role) {
		return refused(fmt.Sprintf("This needs the role %s, and %s has the role %s; ask an administrator of lineman.", sub.Role, who.Name, who.Role))
	}
	return nil
}

// text is the line that patterns of grants are compared with: the command and
// subcommand in their own names, then the words as they were written.
func (t *Turn) text(cmd Command, sub Subcommand) string {
	parts := []string{shown(cmd, sub)}
	if cmd.Name == t.cmd.Name && sub.Name == t.sub.Name {
		for _, w := range t.words {
			parts = append(parts, w.text)
		}
	}
	return strings.TrimSpace(strings.Join(parts, " "))
}

// choose finds the command of a line. done is true when the answer is help, or
// when nothing may be run.
func (t *Turn) choose(line string) (m *Message, done bool, err error) {
	words := commandLine(line)
	if len(words) == 0 {
		return t.help(Help(t.call.Commands))
	}
	cmd, rest, found := t.d.find(words)
	if !found {
		return t.help(unknownCommand(t.call.Commands, words[0].text))
	}
	sub, rest, found := subcommand(cmd, rest)
	if !found {
		return t.help(unknownSubcommand(t.call.Commands, cmd, rest))
	}
	if len(rest) == 1 && sub.Name != "" && strings.EqualFold(rest[0].text, "help") {
		return t.help(HelpSubcommand(cmd, sub))
	}
	t.cmd, t.sub, t.words = cmd, sub, rest
	t.call.Shown = shown(cmd, sub)
	if err := t.permit(cmd, sub); err != nil {
		return nil, true, err
	}
	return nil, false, nil
}

// help is for those only who may run anything at all: to everybody else the
// commands are no more known than permitted.
func (t *Turn) help(m Message) (*Message, bool, error) {
	if len(t.call.Commands) > 0 {
		return &m, true, nil
	}
	decision := models.DecideGrant(t.grants, models.ChatAsk{
		Platform: t.Request.Platform, Organization: t.Request.Organization.ID, Channel: t.Request.Channel.ID, User: t.Request.User.ID,
	}, t.d.o.Now())
	return nil, true, refused(denial(decision, t.Request))
}

// find takes the command from the front of a line. "circuit-show X" is
// "circuit show X" unless a command has that whole name.
func (d *Dispatcher) find(line []word) (Command, []word, bool) {
	if len(line) == 0 {
		return Command{}, nil, false
	}
	name := strings.ToLower(line[0].text)
	if c, ok := byName(d.o.Commands, name); ok {
		return c, line[1:], true
	}
	head, tail, hyphen := strings.Cut(name, "-")
	if c, ok := byName(d.o.Commands, head); ok && hyphen && tail != "" {
		return c, slices.Concat([]word{{text: tail}}, line[1:]), true
	}
	return Command{}, nil, false
}

func byName(commands []Command, name string) (Command, bool) {
	i := slices.IndexFunc(commands, func(c Command) bool { return c.Name == name })
	if i < 0 {
		return Command{}, false
	}
	return commands[i], true
}

// subcommand takes the subcommand from the front of what follows a command.
func subcommand(c Command, rest []word) (Subcommand, []word, bool) {
	if len(rest) > 0 {
		if s, ok := c.Find(rest[0].text); ok && s.Name != "" {
			return s, rest[1:], true
		}
	}
	s, ok := c.Find("")
	return s, rest, ok
}

func unknownCommand(known []Command, typed string) Message {
	var names []string
	for _, cmd := range known {
		names = append(names, cmd.Name)
	}
	m := Help(known)
	m.Failed = true
	m.Heading = ""
	m.Blocks = slices.Insert(m.Blocks, 0, Block(unknown("command", typed, nearest(typed, names))))
	return m
}

func unknownSubcommand(known []Command, cmd Command, rest []word) Message {
	if shown, ok := byName(known, cmd.Name); ok {
		cmd = shown
	}
	m := HelpCommand(cmd)
	if len(rest) == 0 || strings.EqualFold(rest[0].text, "help") {
		return m
	}
	var names []string
	for _, s := range cmd.Subcommands {
		names = append(append(names, s.Name), s.Aliases...)
	}
	near := nearest(rest[0].text, names)
	if near != "" {
		near = cmd.Name + " " + near
	}
	m.Failed, m.Heading = true, ""
	m.Blocks = slices.Insert(m.Blocks, 0, Block(unknown(cmd.Name+" command", rest[0].text, near)))
	return m
}

func unknown(what, typed, near string) Text {
	if len(typed) > 40 {
		typed = strings.ToValidUTF8(typed[:40], "") + "…"
	}
	text := T("There is no %s %q.", what, CleanLine(typed))
	if near != "" {
		text = Join(text, T(" Did you mean "), C(near), T("?"))
	}
	return Text{text}
}
