package destination

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"lineman/internal/config"
)

// signer signs webhooks as the Standard Webhooks specification says:
// HMAC-SHA256 over id, time and body, by each of the secrets, so that a
// receiver may know either of them while they are rotated.
type signer struct{ keys [][]byte }

// leastSecret is how short a secret may be, in bytes.
const leastSecret = 16

func newSigner(secrets []config.Secret) (signer, error) {
	var s signer
	for i, secret := range secrets {
		key := []byte(secret.Reveal())
		if text, coded := strings.CutPrefix(secret.Reveal(), "whsec_"); coded {
			var err error
			if key, err = base64.StdEncoding.DecodeString(text); err != nil {
				return signer{}, fmt.Errorf("secrets[%d]: begins with whsec_ but is not base64 behind it", i)
			}
		}
		if len(key) < leastSecret {
			return signer{}, fmt.Errorf("secrets[%d]: is shorter than %d bytes; make one with: openssl rand -base64 32", i, leastSecret)
		}
		s.keys = append(s.keys, key)
	}
	if len(s.keys) == 0 {
		return signer{}, errors.New("secrets: has none to sign with; make one with: openssl rand -base64 32")
	}
	return s, nil
}

// sign sets the three headers.
func (s signer) sign(h http.Header, id string, at time.Time, body []byte) {
	stamp := strconv.FormatInt(at.Unix(), 10)
	var list []string
	for _, key := range s.keys {
		mac := hmac.New(sha256.New, key)
		fmt.Fprintf(mac, "%s.%s.", id, stamp)
		mac.Write(body)
		list = append(list, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	h.Set("Webhook-Id", id)
	h.Set("Webhook-Timestamp", stamp)
	h.Set("Webhook-Signature", strings.Join(list, " "))
}
