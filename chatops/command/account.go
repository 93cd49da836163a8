package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"lineman/chatops"
	"lineman/models"
)

// AccountStore keeps who chat users are.
type AccountStore interface {
	// ChatLinks lists links; see models.ChatLinkFilter.
	ChatLinks(ctx context.Context, f models.ChatLinkFilter) ([]models.ChatLink, int, error)
	// OfferChatLink keeps an offer to whoever shows its code. models.ErrUsed when
	// another code is found by the same letters.
	OfferChatLink(ctx context.Context, o models.ChatLinkOffer) error
	// UnlinkChat ends a link; models.ErrNotFound when there is none.
	UnlinkChat(ctx context.Context, by models.Principal, platform, chatUser string) error
}

// accountOptions are what the command account is made of.
type accountOptions struct {
	store  AccountStore
	random io.Reader
	now    func() time.Time
}

// Account links the asker's chat account to a user of lineman, by proof: the
// code that is sent to the account is shown by whoever has the user.
func Account(o Options) chatops.Command {
	a := accountOptions{o.Accounts, o.Random, o.Now}
	return chatops.Command{
		Name: "account", Summary: "link your chat account to your user of lineman",
		Subcommands: []chatops.Subcommand{
			{
				Name: "show", Summary: "tells whom your account is linked to", Role: models.RoleViewer, Example: "account show", Run: a.show,
			},
			{
				Name: "link", Summary: "sends you a code that links your account to your user", Role: models.RoleViewer, Example: "account link", Run: a.link,
			},
			{
				Name: "unlink", Summary: "ends the link of your account", Role: models.RoleViewer, Writes: true, Example: "account unlink", Run: a.unlink,
				Preview: a.unlinkPreview,
			},
		},
	}
}

// mine is the link of the asker; ok is false when there is none.
func (a accountOptions) mine(ctx context.Context, c chatops.Call) (link models.ChatLink, ok bool, err error) {
	switch {
	case c.Request.Platform == chatops.PlatformTerminal:
		return link, false, models.Invalid("", "the terminal acts as whoever may open the database; start it with --user to act as a user")
	case c.Request.User.ID == "":
		return link, false, models.Invalid("", "this platform does not say who you are, so that nobody can be linked")
	}
	links, _, err := a.store.ChatLinks(ctx, models.ChatLinkFilter{Platforms: []string{c.Request.Platform}, ChatUsers: []string{c.Request.User.ID}})
	if err != nil {
		return link, false, fmt.Errorf("read the link of an account: %w", err)
	}
	if len(links) == 0 {
		return link, false, nil
	}
	return links[0], true, nil
}

func (a accountOptions) show(ctx context.Context, c chatops.Call) (chatops.Message, error) {
	link, linked, err := a.mine(ctx, c)
	if err != nil {
		return chatops.Message{}, err
	}
	facts := chatops.Facts{}
	text(&facts, "account", party(c.Request.User)+" on "+c.Request.Platform)
	if linked {
		text(&facts, "user", link.User)
		facts.Items = append(facts.Items, chatops.Fact{Name: "linked", Value: chatops.At(link.At)})
		text(&facts, "by", link.By)
	} else {
		text(&facts, "user", "none; you act as "+c.Principal.Name)
	}
	m := chatops.Message{Private: true, Blocks: []chatops.Block{facts}}
	if !linked {
		m.Blocks = append(m.Blocks, chatops.Actions{Buttons: []chatops.Button{{Label: "Link it", Command: "account link", Primary: true}}})
	}
	return m, nil
}

// codes bounds how often a code is made anew whose first letters are in use.
const codes = 5

func (a accountOptions) link(ctx context.Context, c chatops.Call) (chatops.Message, error) {
	link, linked, err := a.mine(ctx, c)
	if err != nil {
		return chatops.Message{}, err
	}
	if linked {
		return chatops.Message{}, models.Invalid("", "your account is linked to the user %s already; write account unlink first", link.User)
	}
	for range codes {
		code, err := models.NewLinkCode(a.random)
		if err != nil {
			return chatops.Message{}, err
		}
		selector, hash, _ := models.LinkCode(code)
		expires := a.now().UTC().Add(models.LinkCodeTime)
		err = a.store.OfferChatLink(ctx, models.ChatLinkOffer{
			Selector: selector, Hash: hash, Platform: c.Request.Platform, ChatUser: c.Request.User, Expires: expires,
		})
		if errors.Is(err, models.ErrUsed) {
			continue
		}
		if err != nil {
			return chatops.Message{}, fmt.Errorf("keep a code: %w", err)
		}
		return codeMessage(code, expires), nil
	}
	return chatops.Message{}, errors.New("no code is free")
}

// codeMessage goes to the asker alone: whoever has a user and the code becomes
// the asker.
func codeMessage(code string, expires time.Time) chatops.Message {
	return chatops.Message{
		Direct: true, Private: true, Heading: "Link your account",
		Blocks: []chatops.Block{
			chatops.Text{Inline: chatops.Join(chatops.T("Your code is "), chatops.C(code), chatops.T("; it holds once, until "), chatops.At(expires), chatops.T("."))},
			chatops.Text{Inline: chatops.T("Show it with a token of your user:")},
			chatops.Code{Text: "curl -X POST -H \"Authorization: Token $TOKEN\" -H 'Content-Type: application/json' \\\n  -d '{\"code\": \"" + code + "\"}' $LINEMAN/api/v1/me/chat-links"},
			chatops.Text{Inline: chatops.Join(chatops.T("or, where lineman runs: "), chatops.C("lineman user link --user NAME --code "+code))},
			chatops.Text{Inline: chatops.T("Enter nobody else's code: whoever it was sent to would act as you.")},
		},
	}
}

func (a accountOptions) unlinkPreview(ctx context.Context, c chatops.Call) (chatops.Message, error) {
	link, linked, err := a.mine(ctx, c)
	if err != nil {
		return chatops.Message{}, err
	}
	if !linked {
		return chatops.Message{}, models.Invalid("", "your account is linked to nobody")
	}
	return chatops.Say("This will end the link of your account to the user %s.", link.User), nil
}

func (a accountOptions) unlink(ctx context.Context, c chatops.Call) (chatops.Message, error) {
	if _, _, err := a.mine(ctx, c); err != nil {
		return chatops.Message{}, err
	}
	err := a.store.UnlinkChat(ctx, c.Principal, c.Request.Platform, c.Request.User.ID)
	if errors.Is(err, models.ErrNotFound) {
		return chatops.Message{}, models.Invalid("", "your account is linked to nobody")
	}
	if err != nil {
		return chatops.Message{}, fmt.Errorf("end the link of an account: %w", err)
	}
	m := chatops.Say("Your account is linked to nobody any more.")
	m.Private = true
	return m, nil
}
