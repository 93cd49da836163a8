package platform

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"lineman/internal/config"
)

// Secrets keeps what a platform must be able to read again, encrypted.
type Secrets interface {
	// Exchange gives the stored text to fresh, nil where there is none, and
	// stores what it returns in its place. Of all processes one does so at a
	// time. Nothing is stored when fresh returns an error, which is returned.
	Exchange(ctx context.Context, name string, fresh func(old []byte) ([]byte, error)) error
}

const (
	slackRotateEarly = 2 * time.Hour // before the token's end; it lives for twelve hours
	slackTokenName   = "slack token"
)

// slackTokens gives the token of the bot: the configured one, or one that is
// exchanged before it ends.
type slackTokens struct {
	set    config.Slack
	api    string
	client *http.Client
	keep   Secrets
	now    func() time.Time

	mu      sync.Mutex
	current slackToken
}

// slackToken is what is stored. Seed tells which refresh token of the settings
// it came from: a new one there begins anew.
type slackToken struct {
	Access  string    `json:"access"`
	Refresh string    `json:"refresh"`
	Expires time.Time `json:"expires"`
	Seed    string    `json:"seed"`
}

func (t *slackTokens) rotates() bool { return t.set.TokenRotation }

// token gives one that is valid and is not the refused one.
func (t *slackTokens) token(ctx context.Context, refused string) (string, error) {
	if !t.rotates() {
		return t.set.APIToken.Reveal(), nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.fresh(t.current, refused) {
		return t.current.Access, nil
	}
	err := t.keep.Exchange(ctx, slackTokenName, func(old []byte) ([]byte, error) {
		return t.exchange(ctx, old, refused)
	})
	if err != nil && t.current.Access != "" && t.current.Access != refused && t.now().Before(t.current.Expires) {
		return t.current.Access, nil // it lasts until the next attempt
	}
	if err != nil {
		return "", fmt.Errorf("exchange the token of Slack: %w", err)
	}
	return t.current.Access, nil
}

func (t *slackTokens) fresh(k slackToken, refused string) bool {
	return k.Access != "" && k.Access != refused && t.now().Add(slackRotateEarly).Before(k.Expires)
}

func (t *slackTokens) exchange(ctx context.Context, old []byte, refused string) ([]byte, error) {
	sum := sha256.Sum256([]byte(t.set.RefreshToken.Reveal()))
	seed := hex.EncodeToString(sum[:8])
	var kept slackToken
	if json.Unmarshal(old, &kept) != nil || kept.Seed != seed {
		kept = slackToken{Refresh: t.set.RefreshToken.Reveal(), Seed: seed}
	}
	if t.fresh(kept, refused) { // another process has done it
		t.current = kept
		return old, nil
	}
	resp, err := slack.RefreshOAuthV2TokenContext(ctx, t.client, t.set.ClientID, t.set.ClientSecret.Reveal(), kept.Refresh, slack.OAuthOptionAPIURL(t.api))
	if err != nil {
		return nil, withoutURL(err)
	}
	if resp.AccessToken == "" || resp.RefreshToken == "" || resp.ExpiresIn <= 0 {
		return nil, errors.New("the answer holds no token that expires; switch token rotation on in the app's settings at Slack")
	}
	t.current = slackToken{Access: resp.AccessToken, Refresh: resp.RefreshToken, Expires: t.now().UTC().Add(time.Duration(resp.ExpiresIn) * time.Second), Seed: seed}
	return json.Marshal(t.current)
}
