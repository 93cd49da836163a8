package rest

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"lineman/models"
)

// GrantStore keeps who may give which commands in chat.
type GrantStore interface {
	FindGrants(ctx context.Context, f models.GrantFilter) ([]models.Grant, int, error)
	CreateGrant(ctx context.Context, by models.Principal, g models.Grant) (models.Grant, error)
	ReplaceGrant(ctx context.Context, by models.Principal, g models.Grant, revision int64) (models.Grant, error)
	DeleteGrant(ctx context.Context, by models.Principal, id string, revision int64) error
}

func (s *server) registerGrants() {
	const path = "/api/v1/grants"
	get(s, path, "list-grants", "Who may give which commands in chat: rules in the order in which they are asked, then the others", s.listGrants)
	get(s, path+"/{id}", "get-grant", "One grant", s.getGrant)
	register(s, operation{
		method: http.MethodPost, path: path, id: "create-grant", summary: "Make a grant", status: http.StatusCreated, body: bodySchema[GrantWrite](s, true, false),
	}, s.createGrant)
	register(s, operation{
		method: http.MethodPatch, path: path + "/{id}", id: "change-grant", summary: "Change a grant", tag: true, body: bodySchema[GrantWrite](s, true, false),
	}, s.changeGrant)
	register(s, operation{
		method: http.MethodDelete, path: path + "/{id}", id: "delete-grant", summary: "Delete a grant", status: http.StatusNoContent, tag: true,
	}, s.deleteGrant)
	register(s, operation{
		method: http.MethodPost, path: path + "/explain", id: "explain-grants", summary: "Tell whether a command would be permitted, and why",
		body: bodySchema[ExplainWrite](s, true, false),
	}, s.explainGrants)
}

type grantsQuery struct {
	Cursors
	Kind     []string `query:"kind,explode" enum:"organization,channel,user,rule" doc:"Any of these kinds"`
	Platform []string `query:"platform,explode" maxItems:"50" doc:"Any of these platforms"`
	Command  []string `query:"command,explode" maxItems:"100" doc:"Any of these commands, as the grants write them"`
	Value    []string `query:"value,explode" maxItems:"1000" doc:"Any of these ids"`
}

type grantJSON struct {
	ID            string     `json:"id"`
	Kind          string     `json:"kind" doc:"organization, channel, user or rule"`
	Platform      string     `json:"platform" doc:"Empty: every platform"`
	Command       string     `json:"command"`
	Subcommand    string     `json:"subcommand"`
	Class         string     `json:"class" doc:"read, write; empty: both"`
	Expires       *time.Time `json:"expires"`
	Value         string     `json:"value"`
	Name          string     `json:"name"`
	Effect        string     `json:"effect" doc:"Of a rule, as all that follows"`
	Order         int        `json:"order"`
	Text          string     `json:"text"`
	Unless        []string   `json:"unless" nullable:"false"`
	Place         string     `json:"place"`
	Organizations []string   `json:"organizations" nullable:"false"`
	Channels      []string   `json:"channels" nullable:"false"`
	Users         []string   `json:"users" nullable:"false"`
	Comment       string     `json:"comment"`
	Says          string     `json:"says" doc:"The grant in a sentence"`
	Author        string     `json:"author"`
	Created       *time.Time `json:"created"`
	LastUpdated   *time.Time `json:"last_updated"`
	Revision      int64      `json:"revision"`
}

func grantOf(g models.Grant) grantJSON {
	full := func(l []string) []string { return append([]string{}, l...) }
	return grantJSON{
		ID: g.ID, Kind: string(g.Kind), Platform: g.Platform, Command: g.Command, Subcommand: g.Subcommand, Class: string(g.Class),
		Expires: instant(g.Expires), Value: g.Value, Name: g.Name, Effect: string(g.Effect), Order: g.Order, Text: g.Text, Unless: full(g.Unless),
		Place: string(g.Place), Organizations: full(g.Organizations), Channels: full(g.Channels), Users: full(g.Users), Comment: g.Comment,
		Says: g.String(), Author: g.Author, Created: instant(g.CreatedAt), LastUpdated: instant(g.UpdatedAt), Revision: g.Revision,
	}
}

func (s *server) listGrants(ctx context.Context, in *grantsQuery) (*answer[flow[grantJSON]], error) {
	page, err := in.pageFrom(ctx, "grants")
	if err != nil {
		return nil, err
	}
	rows, total, err := s.o.Chat.FindGrants(ctx, models.GrantFilter{
		Kinds: likeStrings[models.GrantKind](in.Kind), Platforms: in.Platform, Commands: in.Command, Values: in.Value, Page: page,
	})
	if err != nil {
		return nil, fmt.Errorf("list grants: %w", err)
	}
	keys := func(g models.Grant) []string {
		return []string{string(g.Kind), strconv.Itoa(g.Order), g.Command, g.Subcommand, g.Value, g.ID}
	}
	return newFlow(ctx, "grants", rows, total, page, keys, grantOf), nil
}

func (s *server) grant(ctx context.Context, id string) (models.Grant, error) {
	rows, _, err := s.o.Chat.FindGrants(ctx, models.GrantFilter{IDs: []string{id}, Page: models.Page{Limit: 1}})
	if err == nil && len(rows) == 0 {
		err = models.ErrNotFound
	}
	if err != nil {
		return models.Grant{}, fmt.Errorf("read a grant: %w", err)
	}
	return rows[0], nil
}

func (s *server) getGrant(ctx context.Context, in *idPath) (*answer[grantJSON], error) {
	return showGrant(ctx)(s.grant(ctx, in.ID))
}

// showGrant answers with a grant and its entity tag.
func showGrant(ctx context.Context) func(models.Grant, error) (*answer[grantJSON], error) {
	return func(g models.Grant, err error) (*answer[grantJSON], error) {
		if err != nil {
			return nil, err
		}
		whoAsks(ctx).reply.revision = g.Revision
		return &answer[grantJSON]{grantOf(g)}, nil
	}
}

// GrantWrite is a grant as it is sent, or what is changed of one; exported as
// Paging is.
type GrantWrite struct {
	Kind          *string   `json:"kind,omitempty" enum:"organization,channel,user,rule" doc:"Needed for a new one"`
	Platform      *string   `json:"platform,omitempty" maxLength:"64" doc:"Only on this platform; left out: every one"`
	Command       *string   `json:"command,omitempty" maxLength:"64" doc:"Command or pattern; * is every one; needed for a new one"`
	Subcommand    *string   `json:"subcommand,omitempty" maxLength:"64" doc:"Subcommand or pattern; left out of a new one: *"`
	Class         *string   `json:"class,omitempty" enum:"read,write," doc:"Only commands that read, or that write; empty: both"`
	Expires       *string   `json:"expires,omitempty" maxLength:"40" doc:"Time from which it does not count; empty: never"`
	Value         *string   `json:"value,omitempty" maxLength:"255" doc:"Id on the platform, or * for any; not of a rule"`
	Name          *string   `json:"name,omitempty" maxLength:"255" doc:"What people call it; it decides nothing"`
	Effect        *string   `json:"effect,omitempty" enum:"allow,deny,only," doc:"Of a rule, as all that follows; left out of a new rule: allow"`
	Order         *int      `json:"order,omitempty" minimum:"-1000000" maximum:"1000000" doc:"Rules of a smaller one are asked first"`
	Text          *string   `json:"text,omitempty" maxLength:"1000" doc:"Pattern of the whole command line"`
	Unless        *[]string `json:"unless,omitempty" maxItems:"200" nullable:"false" doc:"Patterns of command lines that it is not for"`
	Place         *string   `json:"place,omitempty" enum:"direct,channel," doc:"Only in direct messages, or in channels"`
	Organizations *[]string `json:"organizations,omitempty" maxItems:"200" nullable:"false" doc:"Patterns of ids; empty: everybody"`
	Channels      *[]string `json:"channels,omitempty" maxItems:"200" nullable:"false"`
	Users         *[]string `json:"users,omitempty" maxItems:"200" nullable:"false"`
	Comment       *string   `json:"comment,omitempty" maxLength:"1000"`
}

// over puts what was sent over a grant.
func (w GrantWrite) over(g models.Grant) (models.Grant, error) {
	if w.Expires != nil {
		at, err := instantOf("expires", *w.Expires)
		if err != nil {
			return g, err
		}
		g.Expires = at
	}
	set(&g.Kind, w.Kind)
	set(&g.Platform, w.Platform)
	set(&g.Command, w.Command)
	set(&g.Subcommand, w.Subcommand)
	set(&g.Class, w.Class)
	set(&g.Value, w.Value)
	set(&g.Name, w.Name)
	set(&g.Effect, w.Effect)
	set(&g.Text, w.Text)
	set(&g.Place, w.Place)
	set(&g.Comment, w.Comment)
	if w.Order != nil {
		g.Order = *w.Order
	}
	for _, l := range []struct {
		to   *[]string
		from *[]string
	}{{&g.Unless, w.Unless}, {&g.Organizations, w.Organizations}, {&g.Channels, w.Channels}, {&g.Users, w.Users}} {
		if l.from != nil {
			*l.to = *l.from
		}
	}
	return g, nil
}

// set puts a text that was sent into a field.
func set[T ~string](to *T, sent *string) {
	if sent != nil {
		*to = T(*sent)
	}
}

func (s *server) createGrant(ctx context.Context, in *RawInput) (*answer[grantJSON], error) {
	w, err := decode[GrantWrite](s, *in)
	if err != nil {
		return nil, err
	}
	g, err := w.over(models.Grant{Subcommand: models.Any})
	if err != nil {
		return nil, err
	}
	if g.Kind == models.GrantRule && g.Effect == "" {
		g.Effect = models.GrantAllow
	}
	if err := s.o.Chat.KnownPlatform("platform", g.Platform); err != nil {
		return nil, err
	}
	return showGrant(ctx)(s.o.Chat.CreateGrant(ctx, whoAsks(ctx).Principal, g))
}

type grantChangeInput struct {
	PartPath
	RawInput
}

func (s *server) changeGrant(ctx context.Context, in *grantChangeInput) (*answer[grantJSON], error) {
	w, err := decode[GrantWrite](s, in.RawInput)
	if err != nil {
		return nil, err
	}
	g, err := s.grant(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	who := whoAsks(ctx)
	if _, err := who.match.expected(g.Revision); err != nil {
		return nil, err
	}
	revision := g.Revision // what was read is changed, and nothing that others write meanwhile
	if g, err = w.over(g); err != nil {
		return nil, err
	}
	if err := s.o.Chat.KnownPlatform("platform", g.Platform); err != nil {
		return nil, err
	}
	return showGrant(ctx)(s.o.Chat.ReplaceGrant(ctx, who.Principal, g, revision))
}

func (s *server) deleteGrant(ctx context.Context, in *idPath) (*nothing, error) {
	g, err := s.grant(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	who := whoAsks(ctx)
	revision, err := who.match.expected(g.Revision)
	if err != nil {
		return nil, err
	}
	if err := s.o.Chat.DeleteGrant(ctx, who.Principal, in.ID, revision); err != nil {
		return nil, fmt.Errorf("delete a grant: %w", err)
	}
	return nil, nil
}

// ExplainWrite is a command that somebody might give; exported as Paging is.
type ExplainWrite struct {
	Platform     string  `json:"platform" maxLength:"64"`
	Organization *string `json:"organization,omitempty" maxLength:"255" doc:"Id"`
	Channel      *string `json:"channel,omitempty" maxLength:"255" doc:"Id"`
	User         *string `json:"user,omitempty" maxLength:"255" doc:"Id on the platform"`
	Direct       *bool   `json:"direct,omitempty" doc:"In a direct message"`
	Command      string  `json:"command" maxLength:"4000" doc:"The whole command line"`
}

type explanationJSON struct {
	Permitted  bool         `json:"permitted"`
	Command    string       `json:"command" doc:"As it was understood"`
	Subcommand string       `json:"subcommand"`
	Known      bool         `json:"known" doc:"There is such a command"`
	Writes     bool         `json:"writes"`
	Rule       *grantJSON   `json:"rule" doc:"That decided"`
	Scopes     []scopedJSON `json:"scopes" nullable:"false" doc:"Where no rule decided"`
	Principal  string       `json:"principal" doc:"The user whom it would act as"`
	Role       string       `json:"role" doc:"Of that user"`
	Needs      string       `json:"needs" doc:"Role that the command needs"`
	Why        []string     `json:"why" nullable:"false"`
}

type scopedJSON struct {
	Kind  string     `json:"kind"`
	ID    string     `json:"id"`
	Grant *grantJSON `json:"grant" doc:"That covers it"`
}

func (s *server) explainGrants(ctx context.Context, in *RawInput) (*answer[explanationJSON], error) {
	w, err := decode[ExplainWrite](s, *in)
	if err != nil {
		return nil, err
	}
	e, err := s.o.Chat.Explain(ctx, models.ChatAsk{
		Platform: w.Platform, Organization: textOf(w.Organization), Channel: textOf(w.Channel), User: textOf(w.User),
		Direct: w.Direct != nil && *w.Direct, Text: w.Command,
	})
	if err != nil {
		return nil, fmt.Errorf("explain grants: %w", err)
	}
	said := explanationJSON{
		Permitted: e.Allowed(), Command: e.Ask.Command, Subcommand: e.Ask.Subcommand, Known: e.Known, Writes: e.Ask.Writes,
		Rule: maybeGrant(e.Decision.Rule), Scopes: []scopedJSON{}, Principal: e.Principal.Name, Role: string(e.Principal.Role), Needs: string(e.Role), Why: e.Why(),
	}
	for _, scope := range e.Decision.Scopes {
		said.Scopes = append(said.Scopes, scopedJSON{string(scope.Kind), scope.ID, maybeGrant(scope.Grant)})
	}
	return &answer[explanationJSON]{said}, nil
}

func maybeGrant(g *models.Grant) *grantJSON {
	if g == nil {
		return nil
	}
	shown := grantOf(*g)
	return &shown
}
