package rest

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"lineman/models"
)

// appItem is the address of one row with what scripts add to it.
type appItem struct {
	ItemPath
	Shape
}

// edit writes as whoever asks.
func (s *server) edit(ctx context.Context, writes []models.Write) ([]models.Edited, error) {
	done, err := s.o.Writer.Edit(ctx, whoAsks(ctx).Principal, writes)
	if err != nil {
		return nil, fmt.Errorf("write %d records: %w", len(writes), err)
	}
	return done, nil
}

// badField is a field that cannot be accepted.
func badField(name, reason string) error {
	return &models.InputError{Field: name, Reason: reason}
}

func notThere(err error) bool { return errors.Is(err, models.ErrNotFound) }

func isUUID(text string) bool { return len(text) == 36 && uuid.Validate(text) == nil }

// firstOf gives the first text that is not empty.
func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// pathOf is the id of the address; empty for a list.
func pathOf(ids []string, i int) string {
	if i < len(ids) {
		return ids[i]
	}
	return ""
}
