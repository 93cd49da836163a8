// Package vault encrypts what lineman stores and must be able to read again:
// tokens of mailboxes. It keeps nothing itself.
package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
)

// ErrKey says that something was encrypted with another key than those given,
// for another purpose, or was changed since.
var ErrKey = errors.New("cannot be decrypted with secret_key")

// version is the first byte of everything sealed: AES-256-GCM with a random
// nonce of 12 bytes, under a key derived with HKDF-SHA256.
const version = 1

// Vault seals and opens with the keys of the configuration.
type Vault struct {
	keys []cipher.AEAD
}

// New makes a vault of one secret, or of more while they are exchanged: the
// first one seals, all of them open. Secrets may have any form and length.
func New(secrets ...string) (*Vault, error) {
	v := &Vault{}
	for _, s := range secrets {
		if s == "" {
			return nil, errors.New("an empty key encrypts nothing")
		}
		key, err := hkdf.Key(sha256.New, []byte(s), nil, "lineman vault 1", 32)
		if err != nil {
			return nil, fmt.Errorf("derive a key: %w", err)
		}
		block, err := aes.NewCipher(key)
		if err != nil {
			return nil, fmt.Errorf("make a cipher: %w", err)
		}
		aead, err := cipher.NewGCM(block)
		if err != nil {
			return nil, fmt.Errorf("make a cipher: %w", err)
		}
		v.keys = append(v.keys, aead)
	}
	if len(v.keys) == 0 {
		return nil, errors.New("a vault needs a key")
	}
	return v, nil
}

// Seal encrypts plain for a purpose, which is no secret: only the same purpose
// opens it, so that nothing sealed can be put in another's place.
func (v *Vault) Seal(purpose string, plain []byte) []byte {
	aead := v.keys[0]
	out := make([]byte, 1+aead.NonceSize(), 1+aead.NonceSize()+len(plain)+aead.Overhead())
	out[0] = version
	rand.Read(out[1:]) // never fails
	return aead.Seal(out, out[1:], plain, []byte(purpose))
}

// Open gives back what was sealed for the purpose; ErrKey when it cannot.
func (v *Vault) Open(purpose string, sealed []byte) ([]byte, error) {
	for _, aead := range v.keys {
		head := 1 + aead.NonceSize()
		if len(sealed) < head || sealed[0] != version {
			return nil, ErrKey
		}
		plain, err := aead.Open(nil, sealed[1:head], sealed[head:], []byte(purpose))
		if err == nil {
			return plain, nil
		}
	}
	return nil, ErrKey
}
