package platform

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"regexp"
	"strconv"
	"time"

	"lineman/internal/config"
)

// slackWindow is how old, or how far ahead, a signed request may be.
const slackWindow = 5 * time.Minute

// Why a request is not let in; each is counted.
const (
	slackNoSignature  = "missing_signature"
	slackNoTimestamp  = "missing_timestamp"
	slackStale        = "stale_timestamp"
	slackBadSignature = "incorrect_signature"
	slackBadToken     = "incorrect_token"
)

var slackTimestamp = regexp.MustCompile(`^[0-9]{1,12}$`)

// slackVerifier lets in what Slack signed with one of the secrets. What is not
// signed is let in only by the legacy token, where one is configured.
type slackVerifier struct {
	secrets []config.Secret
	legacy  config.Secret
	now     func() time.Time
}

// verify gives the reason why a request is refused; empty: it is let in. token
// reads the legacy token out of the body.
func (v slackVerifier) verify(h http.Header, body []byte, token func() string) string {
	signatures, stamps := h.Values("X-Slack-Signature"), h.Values("X-Slack-Request-Timestamp")
	if len(signatures) == 0 && v.legacy != "" {
		// Equal lengths for a comparison that takes the same time for all.
		want, got := sha256.Sum256([]byte(v.legacy.Reveal())), sha256.Sum256([]byte(token()))
		if subtle.ConstantTimeCompare(want[:], got[:]) != 1 {
			return slackBadToken
		}
		return ""
	}
	switch {
	case len(signatures) != 1:
		return slackNoSignature
	case len(stamps) != 1 || !slackTimestamp.MatchString(stamps[0]):
		return slackNoTimestamp
	}
	seconds, err := strconv.ParseInt(stamps[0], 10, 64)
	if err != nil {
		return slackNoTimestamp
	}
	if age := v.now().Sub(time.Unix(seconds, 0)); age > slackWindow || age < -slackWindow {
		return slackStale
	}
	good := false
	for _, secret := range v.secrets {
		want := slackSignature(secret.Reveal(), stamps[0], body)
		good = hmac.Equal([]byte(want), []byte(signatures[0])) || good
	}
	if !good {
		return slackBadSignature
	}
	return ""
}

func slackSignature(secret, stamp string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("v0:" + stamp + ":")) // a hash takes everything
	mac.Write(body)
	return "v0=" + hex.EncodeToString(mac.Sum(nil))
}
