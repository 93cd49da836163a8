package command_test

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"lineman/chatops"
	"lineman/chatops/command"
	"lineman/models"
)

// desk keeps links and codes.
type desk struct {
	links  []models.ChatLink
	offers []models.ChatLinkOffer
	taken  int // offers to refuse
}

func (d *desk) ChatLinks(_ context.Context, f models.ChatLinkFilter) ([]models.ChatLink, int, error) {
	for _, l := range d.links {
		if l.Platform == f.Platforms[0] && l.ChatUser.ID == f.ChatUsers[0] {
			return []models.ChatLink{l}, 1, nil
		}
	}
	return nil, 0, nil
}

func (d *desk) OfferChatLink(_ context.Context, o models.ChatLinkOffer) error {
	if d.taken--; d.taken >= 0 {
		return models.ErrUsed
	}
	d.offers = append(d.offers, o)
	return nil
}

func (d *desk) UnlinkChat(_ context.Context, _ models.Principal, platform, id string) error {
	for i, l := range d.links {
		if l.Platform == platform && l.ChatUser.ID == id {
			d.links = append(d.links[:i], d.links[i+1:]...)
			return nil
		}
	}
	return models.ErrNotFound
}

// account runs one of account's subcommands.
func account(t *testing.T, d *desk, name, platform, user string) (chatops.Message, error) {
	t.Helper()
	cmd := command.Account(command.Options{
		Accounts: d, Random: bytes.NewReader(bytes.Repeat([]byte{1, 2, 3, 5, 8, 13}, 20)), Now: func() time.Time { return noon },
	})
	if err := chatops.CheckCommands([]chatops.Command{cmd}); err != nil {
		t.Fatal(err)
	}
	sub, _ := cmd.Find(name)
	c := chatops.NewCall(chatops.Request{Platform: platform, User: chatops.Party{ID: user, Name: "kim"}}, models.Principal{Name: "chatbot"}, nil)
	if sub.Preview != nil {
		if _, err := sub.Preview(t.Context(), c); err != nil {
			return chatops.Message{}, err
		}
	}
	return sub.Run(t.Context(), c)
}

func TestAccountLink(t *testing.T) {
	d := &desk{taken: 2}
	m, err := account(t, d, "link", "slack", "U1")
	if err != nil {
		t.Fatal(err)
	}
	code := regexp.MustCompile(`[0-9A-Z]{4}(-[0-9A-Z]{4}){3}`).FindString(fmt.Sprintf("%+v", m))
	selector, hash, readable := models.LinkCode(code)
	if !m.Direct || !m.Private || !readable || len(d.offers) != 1 {
		t.Fatalf("%+v %v", m, d.offers)
	}
	o := d.offers[0]
	if o.Selector != selector || o.Hash != hash || o.Platform != "slack" || o.ChatUser.ID != "U1" || !o.Expires.Equal(noon.Add(10*time.Minute)) {
		t.Errorf("%+v", o)
	}
	if _, err := account(t, &desk{taken: 99}, "link", "slack", "U1"); err == nil {
		t.Error("a code that is in use is sent")
	}
}

func TestAccount(t *testing.T) {
	link := models.ChatLink{Platform: "slack", ChatUser: chatops.Party{ID: "U1"}, User: "eva", By: "root", At: noon}
	for _, tc := range []struct{ name, platform, user, says string }{
		{"show", "slack", "U1", "eva"},
		{"show", "slack", "U2", "none; you act as chatbot"},
		{"show", "webex", "U1", "none; you act as chatbot"},
		{"show", "terminal", "U1", "--user"},
		{"show", "slack", "", "does not say who you are"},
		{"link", "slack", "U1", "linked to the user eva already"},
		{"link", "terminal", "U1", "--user"},
		{"unlink", "slack", "U2", "linked to nobody"},
		{"unlink", "slack", "U1", "linked to nobody any more"},
	} {
		d := &desk{links: []models.ChatLink{link}}
		m, err := account(t, d, tc.name, tc.platform, tc.user)
		said := fmt.Sprintf("%+v %v", m, err)
		if !strings.Contains(said, tc.says) {
			t.Errorf("account %s of %q on %s: %s", tc.name, tc.user, tc.platform, said)
		}
		if gone := len(d.links) == 0; gone != (tc.name == "unlink" && tc.user == "U1") {
			t.Errorf("account %s of %q: the link is gone: %v", tc.name, tc.user, gone)
		}
	}
}
