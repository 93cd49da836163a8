package slack

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
)

// actions are the buttons and menus of a message.
func (m Message) actions() []struct {
	block   string
	element element
} {
	var list []struct {
		block   string
		element element
	}
	for _, raw := range m.Blocks {
		var b block
		if json.Unmarshal(raw, &b) != nil || b.Type != "actions" {
			continue
		}
		var elements []element
		if json.Unmarshal(b.Elements, &elements) != nil {
			continue
		}
		for _, e := range elements {
			list = append(list, struct {
				block   string
				element element
			}{b.BlockID, e})
		}
	}
	return list
}

// Press presses the button of a message that has this label.
func (p Person) Press(ctx context.Context, m Message, label string) (Delivery, error) {
	for _, a := range m.actions() {
		if a.element.Type == "button" && a.element.Text.Text == label {
			return p.act(ctx, m, map[string]any{
				"type": "button", "action_id": a.element.ActionID, "block_id": a.block, "value": a.element.Value, "text": a.element.Text,
			})
		}
	}
	return Delivery{}, fmt.Errorf("message %s has no button %q", m.TS, label)
}

// Choose takes an option of the menu of a message, by its value or its text.
func (p Person) Choose(ctx context.Context, m Message, choice string) (Delivery, error) {
	for _, a := range m.actions() {
		if a.element.Type != "static_select" {
			continue
		}
		for _, o := range a.element.all() {
			if o.Value == choice || o.Text.Text == choice {
				return p.act(ctx, m, map[string]any{
					"type": "static_select", "action_id": a.element.ActionID, "block_id": a.block, "selected_option": o,
				})
			}
		}
	}
	return Delivery{}, fmt.Errorf("message %s has no option %q", m.TS, choice)
}

// act uses a button or a menu of a message that p sees.
func (p Person) act(ctx context.Context, m Message, action map[string]any) (Delivery, error) {
	if m.To != "" && m.To != p.id {
		return Delivery{}, fmt.Errorf("%s does not see message %s", p.id, m.TS)
	}
	u := p.user()
	s := p.s
	s.mu.Lock()
	i := slices.IndexFunc(s.messages, func(o *Message) bool { return o.TS == m.TS })
	if i < 0 || s.messages[i].Deleted {
		s.mu.Unlock()
		return Delivery{}, fmt.Errorf("message %s is gone", m.TS)
	}
	c := s.channels[m.Channel]
	action["action_ts"] = s.stamp()
	payload, err := json.Marshal(map[string]any{
		"type": "block_actions", "token": s.o.Verification, "api_app_id": "A0LINEMAN", "trigger_id": s.newTrigger(p.id),
		"team": map[string]any{"id": u.Team, "domain": "noc"}, "user": map[string]any{"id": u.ID, "username": u.Name, "name": u.Name, "team_id": u.Team},
		"channel":      map[string]any{"id": c.ID, "name": c.Name},
		"container":    map[string]any{"type": "message", "message_ts": m.TS, "channel_id": m.Channel, "is_ephemeral": m.To != "", "thread_ts": m.Thread},
		"response_url": s.newHook(m.Channel, p.id, s.messages[i]), "actions": []any{action},
	})
	s.mu.Unlock()
	if err != nil {
		return Delivery{}, err
	}
	return s.Deliver(ctx, Delivery{Kind: "interactive", Payload: payload})
}

// Fields are the names of what a modal asks for.
func (v View) Fields() []string {
	var content view
	var names []string
	_ = json.Unmarshal(v.Content, &content) // it was checked when it came
	for _, raw := range content.Blocks {
		var b block
		if json.Unmarshal(raw, &b) == nil && b.Type == "input" {
			names = append(names, b.BlockID)
		}
	}
	return names
}

// Submit fills a modal in and sends it. Of menus the option's value is given.
func (p Person) Submit(ctx context.Context, v View, answers map[string]string) (Delivery, error) {
	payload, shown, err := p.viewed(v, "view_submission", answers)
	if err != nil {
		return Delivery{}, err
	}
	return p.s.Deliver(ctx, Delivery{Kind: "interactive", Payload: payload, view: shown})
}

// Close closes a modal without sending it.
func (p Person) Close(ctx context.Context, v View) (Delivery, error) {
	payload, shown, err := p.viewed(v, "view_closed", nil)
	if err != nil {
		return Delivery{}, err
	}
	p.s.mu.Lock()
	shown.Closed = true
	p.s.mu.Unlock()
	return p.s.Deliver(ctx, Delivery{Kind: "interactive", Payload: payload})
}

func (p Person) viewed(v View, kind string, answers map[string]string) ([]byte, *View, error) {
	u := p.user()
	s := p.s
	s.mu.Lock()
	defer s.mu.Unlock()
	shown := s.views[v.ID]
	if shown == nil || shown.Closed || shown.User != p.id {
		return nil, nil, fmt.Errorf("view %s is not open for %s", v.ID, p.id)
	}
	var content view
	var fields map[string]any
	if json.Unmarshal(shown.Content, &content) != nil || json.Unmarshal(shown.Content, &fields) != nil {
		return nil, nil, fmt.Errorf("view %s is no view", v.ID)
	}
	values := map[string]any{}
	for _, raw := range content.Blocks {
		var b block
		if json.Unmarshal(raw, &b) != nil || b.Type != "input" {
			continue
		}
		given, has := answers[b.BlockID]
		switch {
		case !has && !b.Optional && kind == "view_submission":
			return nil, nil, fmt.Errorf("the modal does not let %s be empty", b.BlockID)
		case b.Element.Type == "static_select" && has && !b.Element.has(given):
			return nil, nil, fmt.Errorf("%s has no option %q", b.BlockID, given)
		case b.Element.Type == "static_select" && has:
			values[b.BlockID] = map[string]any{b.Element.ActionID: map[string]any{"type": b.Element.Type, "selected_option": option{Value: given}}}
		case b.Element.Type == "static_select":
			values[b.BlockID] = map[string]any{b.Element.ActionID: map[string]any{"type": b.Element.Type, "selected_option": nil}}
		case has:
			values[b.BlockID] = map[string]any{b.Element.ActionID: map[string]any{"type": b.Element.Type, "value": given}}
		default:
			values[b.BlockID] = map[string]any{b.Element.ActionID: map[string]any{"type": b.Element.Type, "value": nil}}
		}
	}
	fields["id"], fields["state"] = v.ID, map[string]any{"values": values}
	payload, err := json.Marshal(map[string]any{
		"type": kind, "token": s.o.Verification, "api_app_id": "A0LINEMAN", "trigger_id": s.newTrigger(p.id), "view": fields, "is_cleared": false,
		"team": map[string]any{"id": u.Team, "domain": "noc"}, "user": map[string]any{"id": u.ID, "username": u.Name, "name": u.Name, "team_id": u.Team},
	})
	return payload, shown, err
}
