package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"lineman/chatops"
	"lineman/chatops/command"
	"lineman/chatops/platform"
	"lineman/internal/inventory"
	"lineman/internal/store"
	"lineman/models"
)

// platformNames are the slugs of the chat platforms that there are.
func platformNames() []string {
	var names []string
	for _, m := range platform.All() {
		names = append(names, m.Name)
	}
	return names
}

// knownPlatform refuses a name of a platform that there is not; empty is every
// platform.
func knownPlatform(field, name string) error {
	if name != "" && !slices.Contains(platformNames(), name) {
		return models.Invalid(field, "there is no platform %.40q; choose one of %s", name, strings.Join(platformNames(), ", "))
	}
	return nil
}

// AddGrant keeps a new grant and gives it as it is kept. With lookup its value
// is the id that the platform has for this name. An InputError names the flag.
func (a *App) AddGrant(ctx context.Context, g models.Grant, lookup string) (models.Grant, error) {
	if err := knownPlatform("--platform", g.Platform); err != nil {
		return models.Grant{}, err
	}
	if lookup != "" {
		party, err := a.lookupParty(ctx, g, lookup)
		if err != nil {
			return models.Grant{}, err
		}
		g.Value = party.ID
		if g.Name == "" {
			g.Name = party.Label()
		}
	}
	g, err := a.store.CreateGrant(ctx, terminal, g)
	return g, flagOf(err)
}

// flagOf names the flag where an InputError names the field of a grant or a
// link.
func flagOf(err error) error {
	flag := map[string]string{
		"organizations": "organization", "channels": "channel", "users": "user", "chat_user": "chat-user",
	}
	input := new(models.InputError)
	if !errors.As(err, &input) || input.Field == "" || strings.ContainsAny(input.Field, " -") {
		return err
	}
	if name, is := flag[input.Field]; is {
		return models.Invalid("--"+name, "%s", input.Reason)
	}
	return models.Invalid("--"+input.Field, "%s", input.Reason)
}

// lookupParty finds the id of a name, where the platform can, else among those
// that wrote to lineman.
func (a *App) lookupParty(ctx context.Context, g models.Grant, name string) (models.ChatParty, error) {
	if g.Value != "" {
		return models.ChatParty{}, models.Invalid("--lookup", "--value is given; leave one of them out")
	}
	if g.Platform == "" || !slices.Contains(models.GrantScopes, g.Kind) {
		return models.ChatParty{}, models.Invalid("--lookup", "needs --platform and --kind organization, channel or user")
	}
	found, err := a.directory(ctx, g.Platform, g.Kind, name)
	if input := new(models.InputError); errors.As(err, &input) {
		return models.ChatParty{}, err
	}
	if err != nil && !errors.Is(err, platform.ErrNoLookup) {
		return models.ChatParty{}, fmt.Errorf("look the %s %q up: %w", g.Kind, name, err)
	}
	if len(found) == 1 {
		return found[0], nil
	}
	if len(found) > 1 {
		return models.ChatParty{}, models.Invalid("--lookup", "%q may be %s; give one of them as --value", name, parties(found))
	}
	says := "%s has no %s called %q"
	if err != nil {
		says = "%s does not tell the %s id of a name such as %q"
	}
	says = fmt.Sprintf(says, g.Platform, g.Kind, name)
	seen, _, err := a.store.SeenChat(ctx, models.ChatSeenFilter{
		Platforms: []string{g.Platform}, Kinds: []models.GrantKind{g.Kind}, Page: models.Page{Limit: 20},
	})
	if err != nil {
		return models.ChatParty{}, err
	}
	if len(seen) == 0 {
		return models.ChatParty{}, models.Invalid("--lookup", "%s, and none has written to lineman yet; write whoami there, and see `lineman grant seen`", says)
	}
	var ids []models.ChatParty
	for _, s := range seen {
		ids = append(ids, s.Party)
	}
	return models.ChatParty{}, models.Invalid("--lookup", "%s; those that wrote to lineman are %s: give an id as --value", says, parties(ids))
}

// parties lists ids with their names.
func parties(list []models.ChatParty) string {
	var words []string
	for _, p := range list {
		word := chatops.CleanLine(p.ID)
		if p.Name != "" && p.Name != p.ID {
			word += " (" + chatops.CleanLine(p.Name) + ")"
		}
		words = append(words, word)
	}
	return clip(words, 20)
}

// Grants lists grants.
func (a *App) Grants(ctx context.Context, f models.GrantFilter) ([]models.Grant, error) {
	all, _, err := a.store.FindGrants(ctx, f)
	return all, err
}

// Grant gives one grant; an InputError when there is none of this id.
func (a *App) Grant(ctx context.Context, id string) (models.Grant, error) {
	all, _, err := a.store.FindGrants(ctx, models.GrantFilter{IDs: []string{id}})
	if err == nil && len(all) == 0 {
		return models.Grant{}, noGrant(id)
	}
	if err != nil {
		return models.Grant{}, err
	}
	return all[0], nil
}

func noGrant(id string) error {
	return models.Invalid("grant", "there is no grant %.40q; `lineman grant list` shows their ids", id)
}

// DeleteGrant removes a grant; an InputError when there is none of this id.
func (a *App) DeleteGrant(ctx context.Context, id string) error {
	err := a.store.DeleteGrant(ctx, terminal, id, 0)
	if errors.Is(err, models.ErrNotFound) {
		return noGrant(id)
	}
	return err
}

// ImportGrants reads a CSV file of grants, all or nothing. An InputError names
// the line.
func (a *App) ImportGrants(ctx context.Context, r io.Reader) (models.ImportResult, error) {
	rows, err := inventory.ReadGrants(r)
	if err != nil {
		return models.ImportResult{}, err
	}
	for _, row := range rows {
		if err := knownPlatform(fmt.Sprintf("line %d", row.Line), row.Platform); err != nil {
			return models.ImportResult{}, err
		}
	}
	return a.store.ImportGrants(ctx, terminal, rows)
}

// ExportGrants writes the CSV file of all grants.
func (a *App) ExportGrants(ctx context.Context, w io.Writer) error {
	all, _, err := a.store.FindGrants(ctx, models.GrantFilter{})
	if err != nil {
		return err
	}
	rows := make([]models.GrantRow, len(all))
	for i, g := range all {
		rows[i].Grant = g
	}
	return inventory.WriteGrants(w, rows)
}

// Seen lists who wrote to lineman in chat, the latest first.
func (a *App) Seen(ctx context.Context, f models.ChatSeenFilter) ([]models.ChatSeen, error) {
	for _, name := range f.Platforms {
		if err := knownPlatform("--platform", name); err != nil {
			return nil, err
		}
	}
	all, _, err := a.store.SeenChat(ctx, f)
	return all, err
}

// Explain tells what would become of the command that ask.Text is, and why.
// Command, Subcommand and Writes are found out.
// An InputError names the flag.
func (a *App) Explain(ctx context.Context, ask models.ChatAsk) (models.ChatExplanation, error) {
	e, err := a.chatDesk().Explain(ctx, ask)
	return e, flagOf(err)
}

// chatDesk is what the API reads and writes of chat.
type chatDesk struct {
	*store.Store
	app *App
}

func (a *App) chatDesk() chatDesk { return chatDesk{a.store, a} }

// KnownPlatform is knownPlatform.
func (chatDesk) KnownPlatform(field, name string) error { return knownPlatform(field, name) }

// Explain is that of App; an InputError names the field.
func (d chatDesk) Explain(ctx context.Context, ask models.ChatAsk) (models.ChatExplanation, error) {
	a := d.app
	if ask.Platform == "" {
		return models.ChatExplanation{}, models.Invalid("platform", "is missing; choose one of %s", strings.Join(platformNames(), ", "))
	}
	if err := knownPlatform("platform", ask.Platform); err != nil {
		return models.ChatExplanation{}, err
	}
	dispatcher, err := chatops.New(chatops.Options{
		Commands: command.All(a.commandOptions()), Accounts: a.chatAccounts(ask.Platform), Grants: chatops.WithTerminal{Given: a.store},
		Logger: a.Logger, Now: a.Now, Zone: a.location,
	})
	if err != nil {
		return models.ChatExplanation{}, err
	}
	return dispatcher.Explain(ctx, chatops.Request{
		Platform: ask.Platform, Organization: chatops.Party{ID: ask.Organization}, Channel: chatops.Party{ID: ask.Channel},
		User: chatops.Party{ID: ask.User}, Direct: ask.Direct, Text: ask.Text,
	})
}

// chatAccounts tells who chat users of a platform are.
func (a *App) chatAccounts(platform string) chatops.Accounts {
	if platform == chatops.PlatformTerminal {
		return chatops.Fixed(terminal)
	}
	return chatops.Linked{Reader: a.store, Fallback: a.Config.ChatOps.FallbackUser, Now: a.Now}
}

// directory asks a platform for the ids of a name; platform.ErrNoLookup where
// it cannot tell.
func (a *App) directory(ctx context.Context, name string, kind models.GrantKind, wanted string) ([]models.ChatParty, error) {
	for _, member := range platform.All() {
		if member.Name != name || member.Open == nil {
			continue
		}
		if !member.Configured(a.Config.ChatOps.Platforms) {
			return nil, models.Invalid("--lookup", "chatops.platforms.%s is not configured, so that nobody can be asked; give the id as --value", name)
		}
		p, err := member.Open(a.platformOptions(nil))
		if err != nil {
			return nil, fmt.Errorf("open the chat platform %s: %w", name, err)
		}
		if d, is := p.(platform.Directory); is {
			return d.Lookup(ctx, kind, wanted)
		}
	}
	return nil, platform.ErrNoLookup
}
