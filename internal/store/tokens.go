package store

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lineman/models"
)

// consentKept is how long an answer can be read after its question lapsed.
const consentKept = 24 * time.Hour

// SourceToken gives the encrypted token of a source; models.ErrNotFound when
// there is none.
func (s *Store) SourceToken(ctx context.Context, source string) ([]byte, error) {
	var row tokenOfSourceRow
	err := s.read(ctx, "read a token", func(tx *gorm.DB) error {
		return found(tx.Where("source = ?", source).Take(&row).Error, "token of source %q", source)
	})
	return row.Sealed, err
}

// SetSourceToken stores the encrypted token of a source in the place of any
// other.
func (s *Store) SetSourceToken(ctx context.Context, source string, sealed []byte) error {
	return s.write(ctx, "store a token", func(w *work) error {
		row := tokenOfSourceRow{Source: source, Sealed: sealed, UpdatedAt: at(s.clock())}
		return w.Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error
	})
}

// RenewSourceToken stores a token in the place of old, and nothing where
// another one stands meanwhile.
func (s *Store) RenewSourceToken(ctx context.Context, source string, old, sealed []byte) error {
	return s.write(ctx, "store a refreshed token", func(w *work) error {
		return w.Model(&tokenOfSourceRow{}).Where("source = ? AND sealed = ?", source, old).
			Updates(map[string]any{"sealed": sealed, "updated_at": at(s.clock())}).Error
	})
}

// DropSourceToken removes the token old of a source. Another one that stands
// there meanwhile stays.
func (s *Store) DropSourceToken(ctx context.Context, source string, old []byte) error {
	return s.write(ctx, "drop a token", func(w *work) error {
		return w.Where("source = ? AND sealed = ?", source, old).Delete(&tokenOfSourceRow{}).Error
	})
}

// AskConsent keeps a question for consent, and forgets old ones.
func (s *Store) AskConsent(ctx context.Context, c models.Consent) error {
	return s.write(ctx, "keep a question for consent", func(w *work) error {
		if err := w.Where("expires < ?", at(s.clock().Add(-consentKept))).Delete(&consentRow{}).Error; err != nil {
			return err
		}
		row := consentRow{State: c.State, Source: c.Source, Sealed: c.Sealed, Answer: models.ConsentPending, Expires: at(c.Expires)}
		return w.Create(&row).Error
	})
}

// TakeConsent gives a question to whoever brings its answer: once, and only
// until it lapses. models.ErrNotFound otherwise.
func (s *Store) TakeConsent(ctx context.Context, state string) (models.Consent, error) {
	var row consentRow
	err := s.write(ctx, "take a question for consent", func(w *work) error {
		row = consentRow{}
		result := w.Model(&consentRow{}).
			Where("state = ? AND answer = ? AND expires > ?", state, models.ConsentPending, at(s.clock())).
			Update("answer", models.ConsentTaken)
		if result.Error != nil {
			return result.Error
		}
		if result.RowsAffected == 0 {
			return models.ErrNotFound
		}
		return w.Where("state = ?", state).Take(&row).Error
	})
	return models.Consent{State: row.State, Source: row.Source, Sealed: row.Sealed, Expires: row.Expires.Time}, err
}

// AnswerConsent keeps what became of a question: models.ConsentGiven, or a
// sentence.
func (s *Store) AnswerConsent(ctx context.Context, state, answer string) error {
	return s.write(ctx, "keep the answer to a question for consent", func(w *work) error {
		return w.Model(&consentRow{}).Where("state = ?", state).Update("answer", clean(answer)).Error
	})
}

// ConsentAnswer tells what became of a question; models.ErrNotFound when it
// was forgotten.
func (s *Store) ConsentAnswer(ctx context.Context, state string) (string, error) {
	var row consentRow
	err := s.read(ctx, "read the answer to a question for consent", func(tx *gorm.DB) error {
		return found(tx.Where("state = ?", state).Take(&row).Error, "question for consent")
	})
	return row.Answer, err
}
