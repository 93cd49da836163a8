package platform

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/slack-go/slack"
)

// What a message with a key carries, for Find.
const (
	slackKeyType  = "lineman_message"
	slackKeyField = "key"
)

// The limits of looking for a message.
const (
	slackFindPage  = 100
	slackFindPages = 5
)

func slackKey(key string) slack.MsgOption {
	return slack.MsgOptionMetadata(slack.SlackMetadata{EventType: slackKeyType, EventPayload: map[string]any{slackKeyField: key}})
}

// Find looks through what was written to a channel, or to a thread of it, from
// an instant on. It needs the scope to read its history.
func (s *Slack) Find(ctx context.Context, in Address, since time.Time) (Posted, bool, error) {
	if in.Channel == "" {
		channel, err := s.direct(ctx, in.User)
		if err != nil {
			return Posted{}, false, err
		}
		in.Channel = channel
	}
	oldest, cursor := strconv.FormatInt(since.Unix(), 10)+".000000", ""
	for range slackFindPages {
		list, next, err := s.history(ctx, in, oldest, cursor)
		if code := slackCode(err); code == "missing_scope" || code == "not_in_channel" {
			return Posted{}, false, fmt.Errorf("%w: %s; the app needs the scope channels:history or groups:history", ErrNoLookup, code)
		}
		if err != nil {
			return Posted{}, false, err
		}
		for _, m := range list {
			if m.Metadata.EventType == slackKeyType && m.Metadata.EventPayload[slackKeyField] == in.Key {
				at := Posted{Channel: in.Channel, Message: m.Timestamp, Thread: in.Thread}
				if at.Thread == "" {
					at.Thread = at.Message
				}
				return at, true, nil
			}
		}
		if cursor = next; cursor == "" {
			return Posted{}, false, nil
		}
	}
	return Posted{}, false, errors.New("slack: too much was written since to look through")
}

// history reads a page of a channel or thread.
func (s *Slack) history(ctx context.Context, in Address, oldest, cursor string) (list []slack.Message, next string, err error) {
	if in.Thread != "" {
		err = s.call(ctx, "conversations.replies", func(c *slack.Client) error {
			list, _, next, err = c.GetConversationRepliesContext(ctx, &slack.GetConversationRepliesParameters{
				ChannelID: in.Channel, Timestamp: in.Thread, Cursor: cursor, Inclusive: true, Limit: slackFindPage, Oldest: oldest, IncludeAllMetadata: true,
			})
			return err
		})
		return list, next, err
	}
	err = s.call(ctx, "conversations.history", func(c *slack.Client) error {
		page, err := c.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{
			ChannelID: in.Channel, Cursor: cursor, Inclusive: true, Limit: slackFindPage, Oldest: oldest, IncludeAllMetadata: true,
		})
		if err == nil {
			list, next = page.Messages, page.ResponseMetaData.NextCursor
		}
		return err
	})
	return list, next, err
}
