package store

import (
	"strings"

	"lineman/models"
)

// nameKey is the form in which names are looked up without regard to case.
func nameKey(name string) string { return strings.ToLower(strings.TrimSpace(name)) }

// clean takes out what PostgreSQL cannot store in a text: NUL and bytes that
// are no UTF-8. Mail is full of both.
func clean(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "")
}

// Longest text in an index: PostgreSQL refuses rows of an index above 2,700
// bytes, and no real id comes near.
const maxKey = 600

// short makes a text fit for an index. One that is too long is cut, and its
// hash keeps it apart from others.
func short(text string) string {
	if len(text) <= maxKey {
		return text
	}
	return strings.ToValidUTF8(text[:maxKey-70], "") + "#" + sha256Hex([]byte(text))
}

// identityOf is models.IdentityOf with a key that fits.
func identityOf(p models.Provider, n models.Notice) models.Identity {
	id := models.IdentityOf(p, n)
	id.Key = short(id.Key)
	return id
}

// cidKey is models.CIDKey as a column has it.
func cidKey(cid string) string { return short(models.CIDKey(cid)) }
