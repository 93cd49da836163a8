package vault_test

import (
	"bytes"
	"errors"
	"testing"

	"lineman/internal/vault"
)

func make1(t *testing.T, secrets ...string) *vault.Vault {
	t.Helper()
	v, err := vault.New(secrets...)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestSealOpen(t *testing.T) {
	plain := []byte("a refresh token")
	old, rotating, fresh := make1(t, "old"), make1(t, "new", "old"), make1(t, "new")
	byOld, byNew := old.Seal("source noc", plain), rotating.Seal("source noc", plain)
	broken := bytes.Clone(byOld)
	broken[len(broken)-1] ^= 1
	for _, test := range []struct {
		name    string
		vault   *vault.Vault
		purpose string
		sealed  []byte
		opens   bool
	}{
		{"the same key", old, "source noc", byOld, true},
		{"while rotating, of the old key", rotating, "source noc", byOld, true},
		{"while rotating, of the new key", rotating, "source noc", byNew, true},
		{"rotating seals with the first key", fresh, "source noc", byNew, true},
		{"the old key is gone", fresh, "source noc", byOld, false},
		{"another purpose", old, "source other", byOld, false},
		{"one bit changed", old, "source noc", broken, false},
		{"cut off", old, "source noc", byOld[:8], false},
		{"empty", old, "source noc", nil, false},
		{"of a later version", old, "source noc", append([]byte{2}, byOld[1:]...), false},
	} {
		got, err := test.vault.Open(test.purpose, test.sealed)
		if test.opens && (err != nil || !bytes.Equal(got, plain)) {
			t.Errorf("%s: %q, %v; want the plain text", test.name, got, err)
		}
		if !test.opens && (!errors.Is(err, vault.ErrKey) || got != nil) {
			t.Errorf("%s: %q, %v; want ErrKey and nothing", test.name, got, err)
		}
	}
	if bytes.Contains(byOld, plain) || bytes.Equal(byOld, old.Seal("source noc", plain)) {
		t.Error("what is sealed shows the plain text, or is the same each time")
	}
}

func TestNew(t *testing.T) {
	for _, secrets := range [][]string{nil, {""}, {"a", ""}} {
		if _, err := vault.New(secrets...); err == nil {
			t.Errorf("secrets %q make a vault", secrets)
		}
	}
}
