package store

import (
	"maps"
	"slices"
	"time"

	"lineman/models"
)

type chatGrantRow struct {
	ID            string       `gorm:"primaryKey;not null"`
	Kind          string       `gorm:"not null;uniqueIndex:chat_grants_key,where:kind <> 'rule'"`
	Platform      string       `gorm:"not null;uniqueIndex:chat_grants_key,where:kind <> 'rule'"`
	Command       string       `gorm:"not null;uniqueIndex:chat_grants_key,where:kind <> 'rule'"`
	Subcommand    string       `gorm:"not null;uniqueIndex:chat_grants_key,where:kind <> 'rule'"`
	Class         string       `gorm:"not null"`
	ExpiresAt     instant      `gorm:""`
	Value         string       `gorm:"not null;uniqueIndex:chat_grants_key,where:kind <> 'rule'"`
	Name          string       `gorm:"not null"`
	Effect        string       `gorm:"not null"`
	Position      int          `gorm:"not null"`
	Text          string       `gorm:"not null"`
	Unless        list[string] `gorm:"not null"`
	Place         string       `gorm:"not null"`
	Organizations list[string] `gorm:"not null"`
	Channels      list[string] `gorm:"not null"`
	Users         list[string] `gorm:"not null"`
	Comment       string       `gorm:"not null"`
	Author        string       `gorm:"not null"`
	CreatedAt     instant      `gorm:"not null"`
	UpdatedAt     instant      `gorm:"not null"`
	Revision      int64        `gorm:"not null"`
}

func (chatGrantRow) TableName() string { return "chat_grants" }

func (r chatGrantRow) model() models.Grant {
	return models.Grant{
		ID: r.ID, Kind: models.GrantKind(r.Kind), Platform: r.Platform, Command: r.Command, Subcommand: r.Subcommand,
		Class: models.GrantClass(r.Class), Expires: r.ExpiresAt.Time, Value: r.Value, Name: r.Name,
		Effect: models.GrantEffect(r.Effect), Order: r.Position, Text: r.Text, Unless: r.Unless, Place: models.GrantPlace(r.Place),
		Organizations: r.Organizations, Channels: r.Channels, Users: r.Users,
		Comment: r.Comment, Author: r.Author, CreatedAt: r.CreatedAt.Time, UpdatedAt: r.UpdatedAt.Time, Revision: r.Revision,
	}
}

func newChatGrantRow(g models.Grant) chatGrantRow {
	return chatGrantRow{
		ID: g.ID, Kind: string(g.Kind), Platform: g.Platform, Command: g.Command, Subcommand: g.Subcommand,
		Class: string(g.Class), ExpiresAt: at(g.Expires), Value: g.Value, Name: g.Name,
		Effect: string(g.Effect), Position: g.Order, Text: g.Text, Unless: g.Unless, Place: string(g.Place),
		Organizations: g.Organizations, Channels: g.Channels, Users: g.Users,
		Comment: g.Comment, Author: g.Author, CreatedAt: at(g.CreatedAt), UpdatedAt: at(g.UpdatedAt), Revision: g.Revision,
	}
}

type chatCommandRow struct {
	Reference        string                        `gorm:"primaryKey;not null"`
	Platform         string                        `gorm:"not null;uniqueIndex:chat_commands_event,where:event <> ''"`
	Event            string                        `gorm:"not null;uniqueIndex:chat_commands_event,where:event <> ''"`
	Organization     string                        `gorm:"not null"`
	OrganizationName string                        `gorm:"not null"`
	Channel          string                        `gorm:"not null"`
	ChannelName      string                        `gorm:"not null"`
	ChatUser         string                        `gorm:"not null"`
	ChatUserName     string                        `gorm:"not null"`
	Thread           string                        `gorm:"not null"`
	Direct           bool                          `gorm:"not null"`
	Principal        string                        `gorm:"not null"`
	Command          string                        `gorm:"not null"`
	Subcommand       string                        `gorm:"not null"`
	Args             document[map[string][]string] `gorm:"not null"`
	Line             string                        `gorm:"not null"`
	Reply            string                        `gorm:"not null"`
	State            string                        `gorm:"not null"`
	Attempts         int                           `gorm:"not null"`
	Outcome          string                        `gorm:"not null"`
	Details          string                        `gorm:"not null"`
	Received         instant                       `gorm:"not null"`
	Waited           int64                         `gorm:"not null"`
	RunTime          int64                         `gorm:"not null"`
	Touched          instant                       `gorm:"not null"`
}

func (chatCommandRow) TableName() string { return "chat_commands" }

func (r chatCommandRow) model() models.ChatCommand {
	return models.ChatCommand{
		ID: r.Reference, Platform: r.Platform, EventID: r.Event,
		Organization: models.ChatParty{ID: r.Organization, Name: r.OrganizationName},
		Channel:      models.ChatParty{ID: r.Channel, Name: r.ChannelName},
		User:         models.ChatParty{ID: r.ChatUser, Name: r.ChatUserName},
		Thread:       r.Thread, Direct: r.Direct, Principal: r.Principal, Command: r.Command, Subcommand: r.Subcommand, Args: r.Args.V,
		Line: r.Line, Reply: r.Reply, State: models.ChatState(r.State), Attempts: r.Attempts, Outcome: models.ChatOutcome(r.Outcome),
		Details: r.Details, Received: r.Received.Time, Waited: time.Duration(r.Waited) * time.Microsecond, RunTime: time.Duration(r.RunTime) * time.Microsecond,
	}
}

// maxDetails bounds what is kept of an error, in bytes.
const maxDetails = 20_000

func newChatCommandRow(c models.ChatCommand, touched time.Time) chatCommandRow {
	args := map[string][]string{}
	for _, name := range slices.Sorted(maps.Keys(c.Args)) {
		args[clean(name)] = each(c.Args[name], clean)
	}
	return chatCommandRow{
		Reference: c.ID, Platform: c.Platform, Event: short(clean(c.EventID)),
		Organization: short(clean(c.Organization.ID)), OrganizationName: clean(c.Organization.Name),
		Channel: short(clean(c.Channel.ID)), ChannelName: clean(c.Channel.Name),
		ChatUser: short(clean(c.User.ID)), ChatUserName: clean(c.User.Name), Thread: clean(c.Thread), Direct: c.Direct,
		Principal: clean(c.Principal), Command: clean(c.Command), Subcommand: clean(c.Subcommand),
		Args: document[map[string][]string]{args}, Line: clean(c.Line), Reply: clean(c.Reply),
		State: string(c.State), Attempts: c.Attempts, Outcome: string(c.Outcome), Details: clean(c.Details[:min(len(c.Details), maxDetails)]),
		Received: at(c.Received), Waited: c.Waited.Microseconds(), RunTime: c.RunTime.Microseconds(), Touched: at(touched),
	}
}

type chatConversationRow struct {
	Key       string  `gorm:"primaryKey;not null"`
	Platform  string  `gorm:"not null"`
	Channel   string  `gorm:"not null"`
	ChatUser  string  `gorm:"not null"`
	Line      string  `gorm:"not null"`
	Args      words   `gorm:"not null"`
	Confirm   bool    `gorm:"not null"`
	ExpiresAt instant `gorm:"not null"`
	UsedAt    instant `gorm:""`
}

func (chatConversationRow) TableName() string { return "chat_conversations" }

func (r chatConversationRow) model() models.Conversation {
	return models.Conversation{
		ID: r.Key, Platform: r.Platform, Channel: r.Channel, User: r.ChatUser, Line: r.Line, Args: r.Args, Confirm: r.Confirm,
		Expires: r.ExpiresAt.Time, Used: r.UsedAt.Time,
	}
}

func newChatConversationRow(c models.Conversation) chatConversationRow {
	args := words{}
	for name, value := range c.Args {
		args[clean(name)] = clean(value)
	}
	return chatConversationRow{
		Key: c.ID, Platform: c.Platform, Channel: clean(c.Channel), ChatUser: clean(c.User), Line: clean(c.Line), Args: args, Confirm: c.Confirm,
		ExpiresAt: at(c.Expires), UsedAt: at(c.Used),
	}
}

type chatSeenRow struct {
	Platform  string  `gorm:"primaryKey;not null"`
	Kind      string  `gorm:"primaryKey;not null"`
	Party     string  `gorm:"primaryKey;not null"`
	Name      string  `gorm:"not null"`
	FirstSeen instant `gorm:"not null"`
	LastSeen  instant `gorm:"not null"`
}

func (chatSeenRow) TableName() string { return "chat_seen" }

func (r chatSeenRow) model() models.ChatSeen {
	return models.ChatSeen{
		Platform: r.Platform, Kind: models.GrantKind(r.Kind), Party: models.ChatParty{ID: r.Party, Name: r.Name},
		First: r.FirstSeen.Time, Last: r.LastSeen.Time,
	}
}

func newChatSeenRow(c models.ChatSeen) chatSeenRow {
	return chatSeenRow{
		Platform: c.Platform, Kind: string(c.Kind), Party: short(clean(c.Party.ID)), Name: clean(c.Party.Name),
		FirstSeen: at(c.First), LastSeen: at(c.Last),
	}
}

type chatLinkRow struct {
	Platform     string  `gorm:"primaryKey;not null"`
	ChatUser     string  `gorm:"primaryKey;not null"`
	ChatUserName string  `gorm:"not null"`
	UserID       string  `gorm:"not null"`
	Author       string  `gorm:"not null"`
	CreatedAt    instant `gorm:"not null"`
}

func (chatLinkRow) TableName() string { return "chat_links" }

func (r chatLinkRow) model(user string) models.ChatLink {
	return models.ChatLink{
		Platform: r.Platform, ChatUser: models.ChatParty{ID: r.ChatUser, Name: r.ChatUserName}, User: user, By: r.Author, At: r.CreatedAt.Time,
	}
}

type chatLinkCodeRow struct {
	Selector     string  `gorm:"primaryKey;not null"`
	Hash         string  `gorm:"not null"`
	Platform     string  `gorm:"not null;uniqueIndex:chat_link_codes_user"`
	ChatUser     string  `gorm:"not null;uniqueIndex:chat_link_codes_user"`
	ChatUserName string  `gorm:"not null"`
	Tries        int     `gorm:"not null"`
	ExpiresAt    instant `gorm:"not null"`
}

func (chatLinkCodeRow) TableName() string { return "chat_link_codes" }
