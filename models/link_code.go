package models

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"time"
)

// How long a code that links a chat account holds, and how many tries it takes.
const (
	LinkCodeTime  = 10 * time.Minute
	LinkCodeTries = 5
)

// linkAlphabet has no letters that are taken for digits.
var linkAlphabet = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

const (
	linkBytes    = 10 // of a code: 16 letters
	linkLetters  = 16
	linkSelector = 4 // letters by which it is found; the others prove it
)

// NewLinkCode makes a code from ten random bytes, written in groups of four:
// 7KQM-X2P9-D4TW-0HBN. It is shown once and never kept.
func NewLinkCode(random io.Reader) (string, error) {
	b := make([]byte, linkBytes)
	if _, err := io.ReadFull(random, b); err != nil {
		return "", fmt.Errorf("make a code: %w", err)
	}
	letters := linkAlphabet.EncodeToString(b)
	var groups []string
	for i := 0; i < linkLetters; i += 4 {
		groups = append(groups, letters[i:i+4])
	}
	return strings.Join(groups, "-"), nil
}

var linkLikes = strings.NewReplacer("-", "", " ", "", "O", "0", "I", "1", "L", "1", "U", "V")

// LinkCode reads a code as people write it: the letters by which it is found
// and the hash by which it is proved. ok is false for what can be none.
func LinkCode(code string) (selector, hash string, ok bool) {
	if len(code) > 100 {
		return "", "", false
	}
	letters := linkLikes.Replace(strings.ToUpper(strings.TrimSpace(code)))
	if b, err := linkAlphabet.DecodeString(letters); err != nil || len(b) != linkBytes {
		return "", "", false
	}
	sum := sha256.Sum256([]byte("lineman chat link " + letters))
	return letters[:linkSelector], hex.EncodeToString(sum[:]), true
}
