package slack

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// page cuts a list as cursor and limit ask for.
func page[T any](v url.Values, list []T) ([]T, map[string]any) {
	from, _ := strconv.Atoi(v.Get("cursor")) // empty: the beginning
	limit, _ := strconv.Atoi(v.Get("limit"))
	if limit <= 0 || limit > 1000 {
		limit = 100
	}
	from = min(from, len(list))
	to := min(from+limit, len(list))
	next := ""
	if to < len(list) {
		next = strconv.Itoa(to)
	}
	return list[from:to], map[string]any{"next_cursor": next}
}

func (c Channel) fields() map[string]any {
	return map[string]any{"id": c.ID, "name": c.Name, "is_member": c.Bot, "is_archived": c.Archived, "is_private": c.Private, "is_im": c.Direct != "", "user": c.Direct}
}

func (s *Server) conversationsList(v url.Values) (map[string]any, error) {
	var list []map[string]any
	for _, id := range slices.Sorted(maps.Keys(s.channels)) {
		c := s.channels[id]
		hidden := c.Direct != "" || c.Archived && v.Get("exclude_archived") == "true" || c.Private && (!c.Bot || !strings.Contains(v.Get("types"), "private_channel"))
		if !hidden {
			list = append(list, c.fields())
		}
	}
	list, meta := page(v, list)
	return map[string]any{"channels": list, "response_metadata": meta}, nil
}

func (s *Server) conversationsInfo(v url.Values) (map[string]any, error) {
	c, is := s.channels[v.Get("channel")]
	if !is {
		return nil, refused("channel_not_found")
	}
	return map[string]any{"channel": c.fields()}, nil
}

func (s *Server) conversationsOpen(v url.Values) (map[string]any, error) {
	u, is := s.users[v.Get("users")]
	if !is {
		return nil, refused("user_not_found")
	}
	id := s.directly(u.ID)
	return map[string]any{"channel": map[string]any{"id": id}}, nil
}

func (u User) fields() map[string]any {
	return map[string]any{
		"id": u.ID, "name": u.Name, "team_id": u.Team, "real_name": u.Name, "is_restricted": u.Guest, "is_bot": u.ID == BotUser,
		"profile": map[string]any{"display_name": u.Name, "email": u.Email},
	}
}

func (s *Server) usersList(v url.Values) (map[string]any, error) {
	var list []map[string]any
	for _, id := range slices.Sorted(maps.Keys(s.users)) {
		list = append(list, s.users[id].fields())
	}
	list, meta := page(v, list)
	return map[string]any{"members": list, "response_metadata": meta}, nil
}

func (s *Server) usersInfo(v url.Values) (map[string]any, error) {
	u, is := s.users[v.Get("user")]
	if !is {
		return nil, refused("user_not_found")
	}
	return map[string]any{"user": u.fields()}, nil
}

func (s *Server) usersByEmail(v url.Values) (map[string]any, error) {
	for _, u := range s.users {
		if u.Email != "" && strings.EqualFold(u.Email, v.Get("email")) {
			return map[string]any{"user": u.fields()}, nil
		}
	}
	return nil, refused("users_not_found")
}
