package rest

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"lineman/models"
)

// Chat is what the API reads and writes of chat: grants, links of accounts, and
// the command log.
type Chat interface {
	GrantStore
	LinkStore
	SeenChat(ctx context.Context, f models.ChatSeenFilter) ([]models.ChatSeen, int, error)
	ChatLog(ctx context.Context, f models.ChatCommandFilter) ([]models.ChatCommand, int, error)
	// Explain tells what would become of the command that the Text of an ask is.
	Explain(ctx context.Context, ask models.ChatAsk) (models.ChatExplanation, error)
	// KnownPlatform is an InputError for a name of a chat platform that there is
	// not; an empty one is known.
	KnownPlatform(field, name string) error
}

// LinkStore keeps who chat users are.
type LinkStore interface {
	ChatLinks(ctx context.Context, f models.ChatLinkFilter) ([]models.ChatLink, int, error)
	LinkChat(ctx context.Context, by models.Principal, l models.ChatLink) (models.ChatLink, error)
	UnlinkChat(ctx context.Context, by models.Principal, platform, chatUser string) error
	RedeemChatLink(ctx context.Context, by models.Principal, user, code string) (models.ChatLink, error)
}

func (s *server) registerChat() {
	if s.o.Chat == nil {
		return
	}
	s.registerGrants()
	const chat, mine = "/api/v1/chat", "/api/v1/me/chat-links"
	get(s, chat+"/seen", "list-chat-seen", "Organizations, channels and users that wrote to lineman, the latest first", s.listSeen)
	get(s, chat+"/log", "list-chat-log", "Commands that were given in chat, newest first", s.listChatLog)
	get(s, chat+"/log/{id}", "get-chat-command", "One command by its reference", s.getChatCommand)
	get(s, chat+"/links", "list-chat-links", "Which users people in chat are", s.listLinks)
	register(s, operation{
		method: http.MethodPost, path: chat + "/links", id: "create-chat-link", summary: "Say which user somebody in chat is",
		status: http.StatusCreated, body: bodySchema[LinkChatWrite](s, true, false),
	}, s.createLink)
	register(s, operation{
		method: http.MethodDelete, path: chat + "/links/{platform}/{chat_user}", id: "delete-chat-link", summary: "End a link", status: http.StatusNoContent,
	}, s.deleteLink)
	get(s, mine, "list-my-chat-links", "The chat accounts that are linked to the user who asks", s.listMyLinks)
	register(s, operation{
		method: http.MethodPost, path: mine, id: "redeem-chat-link", summary: "Link a chat account to the user who asks, with the code that account link gives in chat",
		status: http.StatusCreated, body: bodySchema[LinkCodeWrite](s, true, false),
	}, s.redeemLink)
	register(s, operation{
		method: http.MethodDelete, path: mine + "/{platform}/{chat_user}", id: "delete-my-chat-link", summary: "End a link of the user who asks", status: http.StatusNoContent,
	}, s.deleteMyLink)
}

type chatPartyJSON struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type seenQuery struct {
	Cursors
	Platform []string `query:"platform,explode" maxItems:"50" doc:"Any of these platforms"`
	Kind     []string `query:"kind,explode" enum:"organization,channel,user" doc:"Any of these kinds"`
}

type chatSeenJSON struct {
	Platform string     `json:"platform"`
	Kind     string     `json:"kind"`
	ID       string     `json:"id" doc:"What a grant names"`
	Name     string     `json:"name"`
	First    *time.Time `json:"first"`
	Last     *time.Time `json:"last"`
}

func (s *server) listSeen(ctx context.Context, in *seenQuery) (*answer[flow[chatSeenJSON]], error) {
	page, err := in.pageFrom(ctx, "chat-seen")
	if err != nil {
		return nil, err
	}
	rows, total, err := s.o.Chat.SeenChat(ctx, models.ChatSeenFilter{Platforms: in.Platform, Kinds: likeStrings[models.GrantKind](in.Kind), Page: page})
	if err != nil {
		return nil, fmt.Errorf("list who wrote in chat: %w", err)
	}
	keys := func(c models.ChatSeen) []string {
		return []string{timeKey(c.Last), c.Platform, string(c.Kind), c.Party.ID}
	}
	return newFlow(ctx, "chat-seen", rows, total, page, keys, func(c models.ChatSeen) chatSeenJSON {
		return chatSeenJSON{c.Platform, string(c.Kind), c.Party.ID, c.Party.Name, instant(c.First), instant(c.Last)}
	}), nil
}

type linksQuery struct {
	Cursors
	Platform []string `query:"platform,explode" maxItems:"50" doc:"Any of these platforms"`
	ChatUser []string `query:"chat_user,explode" maxItems:"1000" doc:"Any of these ids of chat users"`
	User     []string `query:"user,explode" maxItems:"1000" doc:"Any of these names of users"`
}

type chatLinkJSON struct {
	Platform string        `json:"platform"`
	ChatUser chatPartyJSON `json:"chat_user"`
	User     string        `json:"user"`
	By       string        `json:"by" doc:"Who made the link"`
	Created  *time.Time    `json:"created"`
}

func linkOf(l models.ChatLink) chatLinkJSON {
	return chatLinkJSON{l.Platform, chatPartyJSON(l.ChatUser), l.User, l.By, instant(l.At)}
}

func (s *server) listLinks(ctx context.Context, in *linksQuery) (*answer[flow[chatLinkJSON]], error) {
	return s.links(ctx, in.Cursors, models.ChatLinkFilter{Platforms: in.Platform, ChatUsers: in.ChatUser, Users: in.User})
}

func (s *server) links(ctx context.Context, in Cursors, f models.ChatLinkFilter) (*answer[flow[chatLinkJSON]], error) {
	var err error
	if f.Page, err = in.pageFrom(ctx, "chat-links"); err != nil {
		return nil, err
	}
	rows, total, err := s.o.Chat.ChatLinks(ctx, f)
	if err != nil {
		return nil, fmt.Errorf("list chat links: %w", err)
	}
	return newFlow(ctx, "chat-links", rows, total, f.Page, func(l models.ChatLink) []string { return []string{l.Platform, l.ChatUser.ID} }, linkOf), nil
}

// LinkChatWrite is a link as it is sent; exported as Paging is.
type LinkChatWrite struct {
	Platform string  `json:"platform" maxLength:"64"`
	ChatUser string  `json:"chat_user" maxLength:"255" doc:"Id on the platform"`
	Name     *string `json:"name,omitempty" maxLength:"255" doc:"What people call the chat user; it decides nothing"`
	User     string  `json:"user" maxLength:"64" doc:"Name of the user"`
}

func (s *server) createLink(ctx context.Context, in *RawInput) (*answer[chatLinkJSON], error) {
	w, err := decode[LinkChatWrite](s, *in)
	if err != nil {
		return nil, err
	}
	if err := s.o.Chat.KnownPlatform("platform", w.Platform); err != nil {
		return nil, err
	}
	l, err := s.o.Chat.LinkChat(ctx, whoAsks(ctx).Principal, models.ChatLink{
		Platform: w.Platform, ChatUser: models.ChatParty{ID: w.ChatUser, Name: textOf(w.Name)}, User: w.User,
	})
	if err != nil {
		return nil, fmt.Errorf("link a chat user: %w", err)
	}
	return &answer[chatLinkJSON]{linkOf(l)}, nil
}

// LinkPath names a link; exported as Paging is.
type LinkPath struct {
	Platform string `path:"platform" maxLength:"64"`
	ChatUser string `path:"chat_user" maxLength:"255" doc:"Id on the platform"`
}

func (s *server) deleteLink(ctx context.Context, in *LinkPath) (*nothing, error) {
	return nil, s.o.Chat.UnlinkChat(ctx, whoAsks(ctx).Principal, in.Platform, in.ChatUser)
}

// myself is the user who asks; a token that is nobody's has none.
func myself(ctx context.Context) (string, error) {
	if name := whoAsks(ctx).User; name != "" {
		return name, nil
	}
	return "", huma.Error403Forbidden("This token is nobody's; use one of a user (lineman token create --user), or let an admin make the link.")
}

func (s *server) listMyLinks(ctx context.Context, in *struct{ Cursors }) (*answer[flow[chatLinkJSON]], error) {
	name, err := myself(ctx)
	if err != nil {
		return nil, err
	}
	return s.links(ctx, in.Cursors, models.ChatLinkFilter{Users: []string{name}})
}

// LinkCodeWrite redeems a code; exported as Paging is.
type LinkCodeWrite struct {
	Code string `json:"code" maxLength:"100" doc:"As account link gives it in chat; it holds for ten minutes, once"`
}

// redeemLink links to the whole user, so that whoever shows a token that may
// less must not.
func (s *server) redeemLink(ctx context.Context, in *RawInput) (*answer[chatLinkJSON], error) {
	name, err := myself(ctx)
	if err != nil {
		return nil, err
	}
	w, err := decode[LinkCodeWrite](s, *in)
	if err != nil {
		return nil, err
	}
	who := whoAsks(ctx).Principal
	user, err := s.o.Accounts.User(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("read the user who asks: %w", err)
	}
	if part, _ := user.Scope.Beyond(who.Scope); part != "" || !who.Role.Allows(user.Role) {
		return nil, huma.Error403Forbidden("This token may less than its user, and whoever is linked may all that the user may; use a token with the role and scope of the user.")
	}
	l, err := s.o.Chat.RedeemChatLink(ctx, who, name, w.Code)
	if err != nil {
		return nil, fmt.Errorf("redeem a code: %w", err)
	}
	return &answer[chatLinkJSON]{linkOf(l)}, nil
}

func (s *server) deleteMyLink(ctx context.Context, in *LinkPath) (*nothing, error) {
	name, err := myself(ctx)
	if err != nil {
		return nil, err
	}
	mine, _, err := s.o.Chat.ChatLinks(ctx, models.ChatLinkFilter{Platforms: []string{in.Platform}, ChatUsers: []string{in.ChatUser}, Users: []string{name}})
	if err != nil {
		return nil, fmt.Errorf("read the links of who asks: %w", err)
	}
	if len(mine) == 0 {
		return nil, models.ErrNotFound
	}
	return nil, s.o.Chat.UnlinkChat(ctx, whoAsks(ctx).Principal, in.Platform, in.ChatUser)
}

type chatLogQuery struct {
	Cursors
	Platform []string `query:"platform,explode" maxItems:"50" doc:"Any of these platforms"`
	Command  []string `query:"command,explode" maxItems:"100" doc:"Any of these commands"`
	User     []string `query:"user,explode" maxItems:"1000" doc:"Any of these chat users by id, or users by name"`
	Channel  []string `query:"channel,explode" maxItems:"1000" doc:"Any of these channels by id"`
	Outcome  []string `query:"outcome,explode" enum:"succeeded,blocked,failed,errored,unknown" doc:"Any of these outcomes"`
	Since    string   `query:"since" maxLength:"40" doc:"Received at this time or later"`
	Before   string   `query:"before" maxLength:"40" doc:"Received before this time"`
}

type chatCommandJSON struct {
	ID           string              `json:"id" doc:"The reference that people are given"`
	Received     *time.Time          `json:"received"`
	Platform     string              `json:"platform"`
	Organization chatPartyJSON       `json:"organization"`
	Channel      chatPartyJSON       `json:"channel"`
	User         chatPartyJSON       `json:"user"`
	Thread       string              `json:"thread"`
	Direct       bool                `json:"direct" doc:"In a direct message"`
	Principal    string              `json:"principal" doc:"The user whom it acted as"`
	Command      string              `json:"command"`
	Subcommand   string              `json:"subcommand"`
	Parameters   map[string][]string `json:"parameters" doc:"Secrets as ***"`
	Outcome      string              `json:"outcome"`
	State        string              `json:"state" doc:"asked, accepted, running, ran or answered"`
	Attempts     int                 `json:"attempts"`
	WaitedMS     float64             `json:"waited_ms" doc:"From receipt to begin"`
	RunMS        float64             `json:"run_ms"`
	Details      string              `json:"details" doc:"The whole error"`
}

func chatCommandOf(c models.ChatCommand) chatCommandJSON {
	return chatCommandJSON{
		ID: c.ID, Received: instant(c.Received), Platform: c.Platform, Organization: chatPartyJSON(c.Organization), Channel: chatPartyJSON(c.Channel),
		User: chatPartyJSON(c.User), Thread: c.Thread, Direct: c.Direct, Principal: c.Principal, Command: c.Command, Subcommand: c.Subcommand,
		Parameters: c.Args, Outcome: string(c.Outcome), State: string(c.State), Attempts: c.Attempts,
		WaitedMS: float64(c.Waited.Microseconds()) / 1000, RunMS: float64(c.RunTime.Microseconds()) / 1000, Details: c.Details,
	}
}

func (s *server) listChatLog(ctx context.Context, in *chatLogQuery) (*answer[flow[chatCommandJSON]], error) {
	f := models.ChatCommandFilter{
		Platforms: in.Platform, Commands: in.Command, Users: in.User, Channels: in.Channel, Outcomes: likeStrings[models.ChatOutcome](in.Outcome),
	}
	var err error
	if f.After, err = instantOf("since", in.Since); err != nil {
		return nil, err
	}
	if f.Before, err = instantOf("before", in.Before); err != nil {
		return nil, err
	}
	if f.Page, err = in.pageFrom(ctx, "chat-log"); err != nil {
		return nil, err
	}
	rows, total, err := s.o.Chat.ChatLog(ctx, f)
	if err != nil {
		return nil, fmt.Errorf("list the chat command log: %w", err)
	}
	keys := func(c models.ChatCommand) []string { return []string{timeKey(c.Received), c.ID} }
	return newFlow(ctx, "chat-log", rows, total, f.Page, keys, chatCommandOf), nil
}

func (s *server) getChatCommand(ctx context.Context, in *struct {
	ID string `path:"id" maxLength:"64" doc:"The reference that people are given"`
}) (*answer[chatCommandJSON], error) {
	rows, _, err := s.o.Chat.ChatLog(ctx, models.ChatCommandFilter{IDs: []string{in.ID}, Page: models.Page{Limit: 1}})
	return only(rows, err, "read a chat command", chatCommandOf)
}
