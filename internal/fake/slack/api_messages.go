package slack

import (
	"net/url"
	"slices"
	"time"
)

// room finds a channel that the bot may write to. mu is held.
func (s *Server) room(id string) (*Channel, error) {
	c, is := s.channels[id]
	switch {
	case !is || c.Private && !c.Bot:
		return nil, refused("channel_not_found")
	case c.Archived:
		return nil, refused("is_archived")
	case !c.Bot && c.Direct == "":
		return nil, refused("not_in_channel")
	}
	return c, nil
}

// spend takes one message of what a channel may get in this second. mu is held.
func (s *Server) spend(channel string) error {
	now := s.o.Now()
	idle := s.budget[channel]
	if idle.Before(now) {
		idle = now
	}
	if idle.Sub(now) > burst*time.Second {
		return limited(1)
	}
	s.budget[channel] = idle.Add(time.Second)
	return nil
}

func (s *Server) post(v url.Values, to string) (map[string]any, error) {
	c, err := s.room(v.Get("channel"))
	if err != nil {
		return nil, err
	}
	blocks, err := content(v.Get("text"), v.Get("blocks"))
	if err != nil {
		return nil, err
	}
	if err := s.spend(c.ID); err != nil {
		return nil, err
	}
	m := &Message{TS: s.stamp(), Channel: c.ID, Thread: v.Get("thread_ts"), To: to, Text: v.Get("text"), Blocks: blocks, Via: "chat.postMessage", At: s.o.Now()}
	m.Shown = v.Get("reply_broadcast") == "true"
	if m.Key, err = keyOf(v.Get("metadata")); err != nil {
		return nil, err
	}
	if m.Shown && m.Thread == "" {
		return nil, refused("invalid_arguments")
	}
	s.messages = append(s.messages, m)
	if to != "" {
		m.Via = "chat.postEphemeral"
		return map[string]any{"message_ts": m.TS}, nil
	}
	return map[string]any{"channel": c.ID, "ts": m.TS, "message": map[string]any{"text": m.Text, "ts": m.TS}}, nil
}

func (s *Server) postEphemeral(v url.Values) (map[string]any, error) {
	if _, is := s.users[v.Get("user")]; !is {
		return nil, refused("user_not_in_channel")
	}
	return s.post(v, v.Get("user"))
}

// find gives a message that the bot may change. mu is held.
func (s *Server) find(channel, ts string) (*Message, error) {
	i := slices.IndexFunc(s.messages, func(m *Message) bool {
		return m.Channel == channel && m.TS == ts && !m.Deleted && m.To == ""
	})
	if i < 0 {
		return nil, refused("message_not_found")
	}
	return s.messages[i], nil
}

func (s *Server) chatUpdate(v url.Values) (map[string]any, error) {
	blocks, err := content(v.Get("text"), v.Get("blocks"))
	if err != nil {
		return nil, err
	}
	m, err := s.find(v.Get("channel"), v.Get("ts"))
	if err != nil {
		return nil, err
	}
	m.Text, m.Blocks, m.Edited = v.Get("text"), blocks, m.Edited+1
	return map[string]any{"channel": m.Channel, "ts": m.TS, "text": m.Text}, nil
}

func (s *Server) chatDelete(v url.Values) (map[string]any, error) {
	m, err := s.find(v.Get("channel"), v.Get("ts"))
	if err != nil {
		return nil, err
	}
	m.Deleted = true
	return map[string]any{"channel": m.Channel, "ts": m.TS}, nil
}
