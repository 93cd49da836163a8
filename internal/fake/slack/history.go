package slack

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
)

// metadata is what goes along with a message, unseen.
type metadata struct {
	Type    string            `json:"event_type"`
	Payload map[string]string `json:"event_payload"`
}

// keyOf reads the key of metadata; none where there is none.
func keyOf(text string) (string, error) {
	if text == "" {
		return "", nil
	}
	var m metadata
	if json.Unmarshal([]byte(text), &m) != nil || m.Type == "" || len(m.Payload) == 0 {
		return "", refused("invalid_metadata_format")
	}
	return m.Payload["key"], nil
}

// conversationsHistory answers for a channel, or with ts for a thread of it,
// from the newest on; a channel's history has only those replies that are shown
// in the channel as well. mu is held.
func (s *Server) conversationsHistory(v url.Values) (map[string]any, error) {
	c, is := s.channels[v.Get("channel")]
	switch {
	case !is:
		return nil, refused("channel_not_found")
	case !c.Bot && c.Direct == "":
		return nil, refused("not_in_channel")
	}
	var list []map[string]any
	for _, m := range slices.Backward(s.messages) {
		thread := v.Get("ts")
		in := m.Thread == "" || m.Shown
		if thread != "" {
			in = m.TS == thread || m.Thread == thread
		}
		if !in || m.Channel != c.ID || m.Deleted || m.To != "" || m.TS < v.Get("oldest") {
			continue
		}
		fields := map[string]any{"type": "message", "ts": m.TS, "text": m.Text, "thread_ts": m.Thread}
		if m.Key != "" && v.Get("include_all_metadata") == "1" {
			fields["metadata"] = metadata{"lineman_message", map[string]string{"key": m.Key}}
		}
		list = append(list, fields)
	}
	list, meta := page(v, list)
	return map[string]any{"messages": list, "response_metadata": meta}, nil
}

// directly is the conversation of two between the bot and a user. mu is held.
func (s *Server) directly(user string) string {
	for id, c := range s.channels {
		if c.Direct == user {
			return id
		}
	}
	c := &Channel{ID: "D" + strings.TrimPrefix(user, "U"), Direct: user, Bot: true}
	s.channels[c.ID] = c
	return c.ID
}
