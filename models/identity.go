package models

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"
)

// IdentityOf gives the key of the maintenance that a notice of a provider is
// about: the provider's row and the id with NFKC, upper case and blanks
// trimmed. Where the provider's ids are unique only within an account the key
// is "ACCOUNT/ID".
func IdentityOf(p Provider, n Notice) Identity {
	key := idKey(n.MaintenanceID)
	if p.IDsPerAccount {
		key = idKey(n.Account) + "/" + key
	}
	return Identity{ProviderID: p.ID, Key: key}
}

// SyntheticID makes the id of a maintenance whose mails have none: the
// provider's slug, "-", and 12 hex digits of a SHA-256 over account, sorted
// circuits and the UTC day of the start. Neither the order and spelling of the
// circuits nor the hour of the start matters.
func SyntheticID(slug, account string, cids []string, start time.Time) string {
	keys := make([]string, 0, len(cids))
	for _, cid := range cids {
		keys = append(keys, CIDKey(cid))
	}
	slices.Sort(keys)
	keys = slices.Compact(keys)
	h := sha256.New()
	put(h, strings.TrimSpace(account))
	put(h, keys...)
	put(h, start.UTC().Format(time.DateOnly))
	return slug + "-" + hex.EncodeToString(h.Sum(nil))[:12]
}

// SameUnderNewID reports whether n is about the maintenance of old under a
// corrected or new id: the same UID, provider and circuits, and another id.
// Notices that list no circuits are never taken for the same.
func SameUnderNewID(old, n Notice) bool {
	if uidOf(old) == "" || uidOf(old) != uidOf(n) {
		return false
	}
	if old.ProviderID != n.ProviderID || (old.ProviderID == "" && !strings.EqualFold(old.Provider, n.Provider)) {
		return false
	}
	if idKey(old.MaintenanceID) == idKey(n.MaintenanceID) {
		return false
	}
	circuits := circuitKeys(old)
	return len(circuits) > 0 && slices.Equal(circuits, circuitKeys(n))
}

// CIDKey gives the key by which circuit ids are compared exactly: without
// regard to case, outer blanks, and how long an inner run of blanks is.
func CIDKey(cid string) string {
	if isCIDKey(cid) {
		return cid
	}
	return strings.ToUpper(strings.Join(strings.Fields(cid), " "))
}

// isCIDKey reports whether a circuit id is its own key: the common case, which
// must be cheap.
func isCIDKey(cid string) bool {
	blank := true // before the first character
	for i := range len(cid) {
		c := cid[i]
		if c >= 0x80 || c < ' ' || ('a' <= c && c <= 'z') || (c == ' ' && blank) {
			return false
		}
		blank = c == ' '
	}
	return !blank || cid == ""
}

// idKey gives the key by which maintenance ids are compared.
func idKey(id string) string {
	return strings.TrimSpace(strings.ToUpper(norm.NFKC.String(id)))
}

// circuitKeys gives the keys of all circuits of a notice, sorted, each once.
func circuitKeys(n Notice) []string {
	var keys []string
	for _, w := range n.Windows {
		for _, c := range w.Circuits {
			keys = append(keys, CIDKey(c.CID))
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}
