package dovecot

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"path/filepath"
	"time"
)

// tokenSecret signs the access tokens of every Server.
var tokenSecret = []byte("a secret that only tests know, long enough")

// tokenKey is where a server finds the key of its tokens.
func tokenKey(dir string) string { return filepath.Join(dir, "keys", "default", "HS256", "default") }

// Token makes an access token (RFC 7519) of an account that Dovecot takes
// until expires.
func (s *Server) Token(account string, expires time.Time) string {
	encode := base64.RawURLEncoding.EncodeToString
	text := encode([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." +
		encode(fmt.Appendf(nil, `{"sub":%q,"iat":%d,"exp":%d}`, account, expires.Add(-24*time.Hour).Unix(), expires.Unix()))
	mac := hmac.New(sha256.New, tokenSecret)
	mac.Write([]byte(text))
	return text + "." + encode(mac.Sum(nil))
}
