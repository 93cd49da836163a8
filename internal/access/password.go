package access

import (
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"lineman/models"
)

// cost says how much work a password takes.
type cost struct {
	memory  uint32 // KiB
	passes  uint32
	threads uint8
}

// current is what OWASP advises for argon2id (Password Storage Cheat Sheet).
var current = cost{memory: 19 * 1024, passes: 2, threads: 1}

// What a stored hash may ask for: more would be no hash of ours.
const (
	maxMemory = 1 << 20 // KiB
	maxPasses = 64
)

// The limits of a password.
const (
	minPassword = 12   // characters
	maxPassword = 1024 // bytes
	saltBytes   = 16
	keyBytes    = 32
)

// CheckPassword refuses passwords that are too easy or no text.
func CheckPassword(password string) error {
	switch {
	case !utf8.ValidString(password) || strings.ContainsRune(password, 0):
		return models.Invalid("password", "it is no text (UTF-8 without NUL)")
	case utf8.RuneCountInString(password) < minPassword:
		return models.Invalid("password", "it has fewer than %d characters; choose a longer one", minPassword)
	case len(password) > maxPassword:
		return models.Invalid("password", "it has more than %d bytes; choose a shorter one", maxPassword)
	}
	return nil
}

// HashPassword makes what is kept of a password.
func HashPassword(random io.Reader, password string) (models.PasswordHash, error) {
	if err := CheckPassword(password); err != nil {
		return "", err
	}
	return hashWith(random, current, password)
}

func hashWith(random io.Reader, c cost, password string) (models.PasswordHash, error) {
	salt := make([]byte, saltBytes)
	if _, err := io.ReadFull(random, salt); err != nil {
		return "", fmt.Errorf("make a salt: %w", err)
	}
	encode := base64.RawStdEncoding.EncodeToString
	return models.PasswordHash(fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s",
		argon2.Version, c.memory, c.passes, c.threads, encode(salt), encode(c.key(password, salt, keyBytes)))), nil
}

func (c cost) key(password string, salt []byte, size uint32) []byte {
	return argon2.IDKey([]byte(norm.NFC.String(password)), salt, c.passes, c.memory, c.threads, size)
}

// verify compares a password with a hash, in a time that does not depend on
// where they differ. outdated: the hash costs something else than a new one
// would, and should be made anew.
func verify(hash models.PasswordHash, password string) (fits, outdated bool) {
	c, salt, key, err := parsePHC(string(hash))
	if err != nil {
		return false, false
	}
	fits = subtle.ConstantTimeCompare(c.key(password, salt, uint32(len(key))), key) == 1
	return fits, fits && (c != current || len(key) != keyBytes || len(salt) != saltBytes)
}

// parsePHC reads $argon2id$v=19$m=…,t=…,p=…$salt$key.
func parsePHC(text string) (c cost, salt, key []byte, err error) {
	parts := strings.Split(text, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return c, nil, nil, fmt.Errorf("this is no hash of argon2id in version %d", argon2.Version)
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.memory, &c.passes, &c.threads); err != nil {
		return c, nil, nil, fmt.Errorf("read the cost of a hash: %w", err)
	}
	if c.memory < 8 || c.memory > maxMemory || c.passes < 1 || c.passes > maxPasses || c.threads < 1 {
		return c, nil, nil, fmt.Errorf("a hash costs %d KiB, %d passes and %d threads, which is out of bounds", c.memory, c.passes, c.threads)
	}
	if salt, err = base64.RawStdEncoding.DecodeString(parts[4]); err != nil {
		return c, nil, nil, fmt.Errorf("read the salt of a hash: %w", err)
	}
	if key, err = base64.RawStdEncoding.DecodeString(parts[5]); err != nil || len(key) < 16 || len(key) > 128 {
		return c, nil, nil, fmt.Errorf("the key of a hash cannot be read")
	}
	return c, salt, key, nil
}
