package platform

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"lineman/chatops"
	"lineman/models"
)

const (
	slackKnownFor  = 10 * time.Minute
	slackKnownMany = 5000
	slackPage      = 200
	slackPages     = 200 // of a list that is looked through
)

// slackPeople knows who the bot is, and who asks.
type slackPeople struct {
	slack *Slack

	mu    sync.Mutex
	self  *slack.AuthTestResponse
	users map[string]slackKnown
}

type slackKnown struct {
	name  string
	guest bool
	at    time.Time
}

// whoami asks Slack once who the bot is.
func (p *slackPeople) whoami(ctx context.Context) (*slack.AuthTestResponse, error) {
	p.mu.Lock()
	self := p.self
	p.mu.Unlock()
	if self != nil {
		return self, nil
	}
	err := p.slack.call(ctx, "auth.test", func(c *slack.Client) (err error) {
		self, err = c.AuthTestContext(ctx)
		return err
	})
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.self = self
	return self, nil
}

// bot is the user that people mention; empty while Slack does not tell.
func (p *slackPeople) bot(ctx context.Context) string {
	self, err := p.whoami(ctx)
	if err != nil {
		return ""
	}
	return self.UserID
}

// refuse says why a request is not taken in: it comes from another workspace,
// or from a guest. It fills in the name of a user that came without one. When
// Slack cannot be asked, nobody is let in.
func (p *slackPeople) refuse(ctx context.Context, r *chatops.Request) string {
	const unsure = "Slack did not tell lineman who you are; try again in a minute."
	allowed := p.slack.set.Workspaces
	if len(allowed) == 0 {
		self, err := p.whoami(ctx)
		if err != nil {
			p.slack.o.Logger.Error("Slack does not tell who the bot is", "error", err)
			return unsure
		}
		allowed = []string{self.TeamID, self.EnterpriseID}
	}
	if r.Organization.ID == "" || !slices.Contains(allowed, r.Organization.ID) {
		p.slack.count("refused", "other_workspace")
		return fmt.Sprintf("This lineman is not for the workspace %s; ask in your own workspace.", chatops.CleanLine(r.Organization.ID))
	}
	if p.slack.set.Guests && r.User.Name != "" {
		return ""
	}
	known, err := p.user(ctx, r.User.ID)
	switch {
	case err != nil && p.slack.set.Guests:
		return ""
	case err != nil:
		p.slack.o.Logger.Error("Slack does not tell who asks; the app needs the scope users:read", "error", err)
		return unsure
	case known.guest && !p.slack.set.Guests:
		p.slack.count("refused", "guest")
		return "Guests of this workspace may not ask lineman; ask one of its members."
	}
	if r.User.Name == "" {
		r.User.Name = known.name
	}
	return ""
}

func (p *slackPeople) user(ctx context.Context, id string) (slackKnown, error) {
	p.mu.Lock()
	known, is := p.users[id]
	p.mu.Unlock()
	if is && p.slack.o.Now().Sub(known.at) < slackKnownFor {
		return known, nil
	}
	var user *slack.User
	err := p.slack.call(ctx, "users.info", func(c *slack.Client) (err error) {
		user, err = c.GetUserInfoContext(ctx, id)
		return err
	})
	if err != nil {
		return slackKnown{}, err
	}
	known = slackKnown{name: user.Name, guest: user.IsRestricted || user.IsUltraRestricted || user.IsStranger, at: p.slack.o.Now()}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.users == nil || len(p.users) >= slackKnownMany {
		p.users = map[string]slackKnown{}
	}
	p.users[id] = known
	return known, nil
}

// Lookup finds channels and users by name, users by e-mail address too. Of
// organizations Slack tells the bot's own alone.
func (s *Slack) Lookup(ctx context.Context, kind models.GrantKind, name string) ([]chatops.Party, error) {
	switch kind {
	case models.GrantOrganization:
		self, err := s.people.whoami(ctx)
		if err != nil {
			return nil, err
		}
		if !strings.EqualFold(self.Team, name) {
			return nil, ErrNoLookup
		}
		return []chatops.Party{{ID: self.TeamID, Name: self.Team}}, nil
	case models.GrantChannel:
		return s.channels(ctx, strings.TrimPrefix(name, "#"))
	case models.GrantUser:
		if strings.Contains(strings.TrimPrefix(name, "@"), "@") {
			return s.byEmail(ctx, name)
		}
		return s.users(ctx, strings.TrimPrefix(name, "@"))
	}
	return nil, ErrNoLookup
}

func (s *Slack) channels(ctx context.Context, name string) ([]chatops.Party, error) {
	var found []chatops.Party
	o := &slack.GetConversationsParameters{ExcludeArchived: true, Limit: slackPage, Types: []string{"public_channel", "private_channel"}}
	for range slackPages {
		var list []slack.Channel
		var next string
		err := s.call(ctx, "conversations.list", func(c *slack.Client) (err error) {
			list, next, err = c.GetConversationsContext(ctx, o)
			return err
		})
		if err != nil {
			return nil, err
		}
		for _, c := range list {
			if strings.EqualFold(c.Name, name) {
				found = append(found, chatops.Party{ID: c.ID, Name: c.Name})
			}
		}
		if o.Cursor = next; next == "" {
			break
		}
	}
	return found, nil
}

func (s *Slack) users(ctx context.Context, name string) ([]chatops.Party, error) {
	var found []chatops.Party
	var pages slack.UserPagination
	for n := range slackPages {
		var done bool
		err := s.call(ctx, "users.list", func(c *slack.Client) (err error) {
			if n == 0 {
				pages = c.GetUsersPaginated(slack.GetUsersOptionLimit(slackPage))
			}
			next, err := pages.Next(ctx)
			if done = next.Done(err); done {
				return nil
			}
			if err == nil {
				pages = next
			}
			return err
		})
		if err != nil {
			return nil, err
		}
		if done {
			break
		}
		for _, u := range pages.Users {
			if !u.Deleted && (strings.EqualFold(u.Name, name) || strings.EqualFold(u.Profile.DisplayName, name) || strings.EqualFold(u.RealName, name)) {
				found = append(found, chatops.Party{ID: u.ID, Name: u.Name})
			}
		}
	}
	return found, nil
}

func (s *Slack) byEmail(ctx context.Context, address string) ([]chatops.Party, error) {
	var user *slack.User
	err := s.call(ctx, "users.lookupByEmail", func(c *slack.Client) (err error) {
		user, err = c.GetUserByEmailContext(ctx, address)
		return err
	})
	var refused slack.SlackErrorResponse
	if errors.As(err, &refused) && refused.Err == "users_not_found" {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return []chatops.Party{{ID: user.ID, Name: user.Name}}, nil
}
