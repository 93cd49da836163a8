package platform

import (
	"encoding/json"
	"errors"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"lineman/chatops"
)

// slackReply says where the answer to a request goes. It is kept as text until
// the answer was sent.
type slackReply struct {
	Channel string `json:"c"`
	Name    string `json:"n,omitempty"` // of the channel
	Thread  string `json:"t,omitempty"`
	User    string `json:"u,omitempty"`
	URL     string `json:"r,omitempty"` // takes five answers within half an hour
	Message string `json:"m,omitempty"` // whose button or menu was used
	Hidden  bool   `json:"h,omitempty"` // that message is seen by its user alone
	Direct  bool   `json:"d,omitempty"` // in a conversation of two
}

func (r slackReply) text() string {
	b, _ := json.Marshal(r) // strings and bools alone
	return string(b)
}

// slackEvent is one thing that came in, over HTTP or a socket.
type slackEvent struct {
	request chatops.Request
	reply   slackReply
	trigger string   // opens a modal within three seconds; empty: there is none
	slash   bool     // the acknowledgement may hold the answer
	view    bool     // a modal was submitted
	fields  []string // of that modal, in their order
	ignored bool     // there is nothing to do
}

// What comes over a socket, and to which path over HTTP.
const (
	slackSlash       = "slash_commands"
	slackInteractive = "interactive"
	slackEvents      = "events_api"
)

var errSlackPayload = errors.New("this is no payload of Slack")

// readSlack reads a verified payload of a kind. botUser is who is mentioned.
func readSlack(kind string, payload []byte, botUser string) (slackEvent, error) {
	switch kind {
	case slackSlash:
		var p slackSlashPayload
		if json.Unmarshal(payload, &p) != nil {
			return slackEvent{}, errSlackPayload
		}
		return p.event(), nil
	case slackInteractive:
		var p slackActionPayload
		if json.Unmarshal(payload, &p) != nil {
			return slackEvent{}, errSlackPayload
		}
		return p.event(), nil
	case slackEvents:
		var p slackEventPayload
		if json.Unmarshal(payload, &p) != nil {
			return slackEvent{}, errSlackPayload
		}
		return p.event(botUser), nil
	}
	return slackEvent{ignored: true}, nil
}

type slackSlashPayload struct {
	Command     string `json:"command"`
	Text        string `json:"text"`
	TeamID      string `json:"team_id"`
	TeamDomain  string `json:"team_domain"`
	ChannelID   string `json:"channel_id"`
	ChannelName string `json:"channel_name"`
	UserID      string `json:"user_id"`
	UserName    string `json:"user_name"`
	ResponseURL string `json:"response_url"`
	TriggerID   string `json:"trigger_id"`
}

// slashOf is the payload of a slash command that came over HTTP, as it would
// come over a socket.
func slashOf(v url.Values) ([]byte, error) {
	return json.Marshal(slackSlashPayload{
		Command: v.Get("command"), Text: v.Get("text"), TeamID: v.Get("team_id"), TeamDomain: v.Get("team_domain"),
		ChannelID: v.Get("channel_id"), ChannelName: v.Get("channel_name"), UserID: v.Get("user_id"), UserName: v.Get("user_name"),
		ResponseURL: v.Get("response_url"), TriggerID: v.Get("trigger_id"),
	})
}

func (p slackSlashPayload) event() slackEvent {
	e := slackEvent{slash: true, trigger: p.TriggerID}
	e.reply = slackReply{Channel: p.ChannelID, User: p.UserID, URL: p.ResponseURL, Direct: strings.HasPrefix(p.ChannelID, "D")}
	e.request = chatops.Request{
		EventID: eventID("slash", p.TriggerID), Organization: chatops.Party{ID: p.TeamID, Name: p.TeamDomain},
		Channel: chatops.Party{ID: p.ChannelID, Name: p.ChannelName}, User: chatops.Party{ID: p.UserID, Name: p.UserName},
		Direct: e.reply.Direct, Text: strings.TrimSpace(p.Command + " " + slackPlain(p.Text)),
	}
	return e
}

// eventID is the key of an event; without an id there is none.
func eventID(kind, id string) string {
	if id == "" {
		return ""
	}
	return kind + ":" + id
}

type slackParty struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Username string `json:"username"`
	Domain   string `json:"domain"`
	TeamID   string `json:"team_id"`
}

type slackActionPayload struct {
	Type        string     `json:"type"`
	TriggerID   string     `json:"trigger_id"`
	ResponseURL string     `json:"response_url"`
	Team        slackParty `json:"team"`
	User        slackParty `json:"user"`
	Channel     slackParty `json:"channel"`
	Container   struct {
		ChannelID   string `json:"channel_id"`
		MessageTS   string `json:"message_ts"`
		ThreadTS    string `json:"thread_ts"`
		IsEphemeral bool   `json:"is_ephemeral"`
	} `json:"container"`
	Actions []struct {
		ActionID       string      `json:"action_id"`
		BlockID        string      `json:"block_id"`
		ActionTS       string      `json:"action_ts"`
		Value          string      `json:"value"`
		SelectedOption slackOption `json:"selected_option"`
	} `json:"actions"`
	View struct {
		ID              string `json:"id"`
		CallbackID      string `json:"callback_id"`
		PrivateMetadata string `json:"private_metadata"`
		Blocks          []struct {
			BlockID string `json:"block_id"`
			Type    string `json:"type"`
		} `json:"blocks"`
		State struct {
			Values map[string]map[string]struct {
				Value          *string     `json:"value"`
				SelectedOption slackOption `json:"selected_option"`
			} `json:"values"`
		} `json:"state"`
	} `json:"view"`
}

type slackOption struct {
	Value string `json:"value"`
}

func (p slackActionPayload) event() slackEvent {
	switch {
	case p.Type == "block_actions" && len(p.Actions) > 0:
		return p.action()
	case p.Type == "view_submission" && p.View.CallbackID == slackForm:
		return p.submission()
	}
	return slackEvent{ignored: true} // a modal that was closed holds nothing that has begun
}

func (p slackActionPayload) base(reply slackReply) slackEvent {
	team := p.Team
	if team.ID == "" {
		team.ID = p.User.TeamID
	}
	name := p.User.Username
	if name == "" {
		name = p.User.Name
	}
	reply.User = p.User.ID
	return slackEvent{trigger: p.TriggerID, reply: reply, request: chatops.Request{
		Organization: chatops.Party{ID: team.ID, Name: team.Domain}, Channel: chatops.Party{ID: reply.Channel, Name: reply.Name},
		User: chatops.Party{ID: p.User.ID, Name: name}, Direct: reply.Direct, Thread: reply.Thread,
	}}
}

func (p slackActionPayload) action() slackEvent {
	a := p.Actions[0]
	reply := slackReply{
		Channel: p.Channel.ID, Name: p.Channel.Name, Thread: p.Container.ThreadTS, URL: p.ResponseURL,
		Message: p.Container.MessageTS, Hidden: p.Container.IsEphemeral,
	}
	if reply.Channel == "" {
		reply.Channel = p.Container.ChannelID
	}
	reply.Direct = strings.HasPrefix(reply.Channel, "D")
	e := p.base(reply)
	e.request.EventID = eventID("action", p.TriggerID)
	kind, rest, _ := strings.Cut(a.ActionID, ":")
	switch kind {
	case slackPress:
		e.request.Ticket = a.Value
	case slackChoose:
		e.request.Ticket, e.request.Answers = rest, map[string]string{a.BlockID: a.SelectedOption.Value}
	case slackMore:
		ticket, offset, _ := strings.Cut(a.Value, " ")
		e.request.Ticket = ticket
		e.request.Offset, _ = strconv.Atoi(offset) // of a value of ours; 0 is the beginning
	default:
		e.ignored = true // a button of somebody else's, or a link
	}
	return e
}

func (p slackActionPayload) submission() slackEvent {
	var state slackState
	if json.Unmarshal([]byte(p.View.PrivateMetadata), &state) != nil {
		state = slackState{}
	}
	e := p.base(state.Reply)
	e.view = true
	e.request.EventID = eventID("view", p.TriggerID)
	e.request.Ticket, e.request.Answers = state.Ticket, map[string]string{}
	for _, b := range p.View.Blocks {
		if b.Type == "input" {
			e.fields = append(e.fields, b.BlockID)
		}
	}
	for name, values := range p.View.State.Values {
		for _, v := range values {
			switch {
			case v.SelectedOption.Value != "":
				e.request.Answers[name] = v.SelectedOption.Value
			case v.Value != nil:
				e.request.Answers[name] = *v.Value
			}
		}
	}
	return e
}

type slackEventPayload struct {
	Type      string `json:"type"`
	Challenge string `json:"challenge"`
	Token     string `json:"token"`
	TeamID    string `json:"team_id"`
	Event     struct {
		Type        string `json:"type"`
		Subtype     string `json:"subtype"`
		User        string `json:"user"`
		BotID       string `json:"bot_id"`
		Text        string `json:"text"`
		Channel     string `json:"channel"`
		ChannelType string `json:"channel_type"`
		TS          string `json:"ts"`
		ThreadTS    string `json:"thread_ts"`
		Team        string `json:"team"`
		UserTeam    string `json:"user_team"`
	} `json:"event"`
}

// event takes mentions, and what is written to the bot directly. The same
// message may come as both.
func (p slackEventPayload) event(botUser string) slackEvent {
	v := p.Event
	direct := v.ChannelType == "im" || strings.HasPrefix(v.Channel, "D")
	wanted := v.Type == "app_mention" || v.Type == "message" && direct
	if !wanted || v.BotID != "" || v.User == "" || v.User == botUser || v.Subtype != "" && v.Subtype != "file_share" {
		return slackEvent{ignored: true}
	}
	team := p.TeamID
	for _, t := range []string{v.Team, v.UserTeam} {
		if t != "" {
			team = t
		}
	}
	e := slackEvent{reply: slackReply{Channel: v.Channel, Thread: v.ThreadTS, User: v.User, Direct: direct}}
	e.request = chatops.Request{
		EventID: eventID("message", v.Channel+":"+v.TS), Organization: chatops.Party{ID: team}, Channel: chatops.Party{ID: v.Channel},
		User: chatops.Party{ID: v.User}, Direct: direct, Thread: v.ThreadTS, Text: slackPlain(toBot(v.Text, botUser, direct)),
	}
	return e
}

var slackMention = regexp.MustCompile(`<@([A-Z0-9]+)(?:\|[^<>]*)?>[\s:,]*`)

// toBot is what of a text is said to the bot: what stands behind the first
// mention of it, or before one at the end. In a conversation of two it is all
// of it, but for a mention at the front.
func toBot(text, botUser string, direct bool) string {
	for _, m := range slackMention.FindAllStringSubmatchIndex(text, -1) {
		before, after := strings.TrimSpace(text[:m[0]]), text[m[1]:]
		switch {
		case botUser != "" && text[m[2]:m[3]] != botUser:
		case botUser == "" && before != "": // it may be anybody
			return text
		case before == "" || !direct && strings.TrimSpace(after) != "":
			return after
		case !direct:
			return before
		default:
			return text
		}
	}
	return text
}

var slackUnescaper = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")

var slackMarked = regexp.MustCompile(`<([^<>]*)>`)

// slackPlain is a text as it was typed: Slack writes addresses, channels and
// the three signs in its own way.
func slackPlain(text string) string {
	text = slackMarked.ReplaceAllStringFunc(text, func(m string) string {
		target, label, labelled := strings.Cut(m[1:len(m)-1], "|")
		switch {
		case strings.HasPrefix(target, "@"):
			return target
		case strings.HasPrefix(target, "#") && labelled:
			return "#" + label
		case labelled && label != "":
			return label
		}
		return strings.TrimPrefix(target, "mailto:")
	})
	return slackUnescaper.Replace(text)
}
