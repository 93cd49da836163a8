package ingest_test

import (
	"strings"
	"testing"

	"lineman/ingest"
	"lineman/internal/store"
	"lineman/internal/store/storetest"
	"lineman/models"
)

// TestSenderThatOnlyLooksLikeAProvider: each of these headers belongs to
// nobody, changes no record, and the next mail is read.
func TestSenderThatOnlyLooksLikeAProvider(t *testing.T) {
	for name, from := range map[string]string{
		"address in the name":    `From: "noc@us.ntt.net" <x@evil.example>`,
		"domain below another":   "From: noc@us.ntt.net.evil.example",
		"domain before another":  "From: noc@evilus.ntt.net",
		"two From headers":       "From: x@evil.example\r\nFrom: noc@us.ntt.net",
		"two addresses":          "From: noc@us.ntt.net, x@evil.example",
		"two addresses, reverse": "From: x@evil.example, noc@us.ntt.net",
		"group":                  "From: NTT: noc@us.ntt.net, x@evil.example;",
		"group of one":           "From: NTT: noc@us.ntt.net;",
		"encoded domain":         "From: noc@=?utf-8?Q?us.ntt.net?=",
		"encoded as a whole":     "From: =?utf-8?Q?noc=40us.ntt.net?= <x@evil.example>",
		"Cyrillic letter":        "From: noc@us.nt\u0442.net",
		"Cyrillic as punycode":   "From: noc@us.xn--nt-4ed.net",
		"full-width":             "From: noc@us\uff0entt.net",
		"Reply-To":               "From: x@evil.example\r\nReply-To: noc@us.ntt.net",
		"Sender":                 "From: x@evil.example\r\nSender: noc@us.ntt.net",
		"NUL":                    "From: noc@us.ntt\x00.net",
		"two at signs":           "From: noc@us.ntt.net@evil.example",
		"route":                  "From: <@us.ntt.net:x@evil.example>",
		"comment":                "From: x@evil.example (noc@us.ntt.net)",
		"no From":                "X-From: noc@us.ntt.net",
	} {
		t.Run(name, func(t *testing.T) {
			forged := strings.Replace(string(notice("M-1", "CANCELLED", 1, "CKT-000001")), "From: NTT <noc@us.ntt.net>", from, 1)
			r := newRig(t, storetest.SQLite(t), newShelf(notice("M-1", "CONFIRMED", 0, "CKT-000001"), []byte(forged), notice("M-2", "CONFIRMED", 0, "CKT-000001")))
			if got := r.pass(t); got.UnknownProvider != 1 || got.Parsed != 2 {
				t.Errorf("%+v, want two parsed and one of an unknown provider", got)
			}
			d, err := r.store.Maintenance(t.Context(), models.ScopeAll, "ntt-M-1")
			if err != nil || d.Status != models.StatusConfirmed {
				t.Errorf("status %s, %v, want CONFIRMED", d.Status, err)
			}
		})
	}
}

// TestSenderForms: what an address may look like and still be a provider's.
func TestSenderForms(t *testing.T) {
	for name, from := range map[string]string{
		"other case":        "From: NOC@US.NTT.NET",
		"encoded name":      "From: =?utf-8?B?TlRULCBOT0M=?= <noc@us.ntt.net>",
		"name with a comma": `From: "NTT, NOC" <noc@us.ntt.net>`,
		"comment":           "From: noc@us.ntt.net (NTT)",
		"folded":            "From: NTT\r\n <noc@us.ntt.net>",
		"domain's":          "From: other@us.ntt.net",
		"plus":              "From: noc+maint@us.ntt.net",
	} {
		t.Run(name, func(t *testing.T) {
			mail := strings.Replace(string(notice("M-1", "CONFIRMED", 0, "CKT-000001")), "From: NTT <noc@us.ntt.net>", from, 1)
			r := newRig(t, storetest.SQLite(t), newShelf([]byte(mail)))
			if got := r.pass(t); got.Parsed != 1 {
				t.Errorf("%+v, want one parsed", got)
			}
		})
	}
}

// TestWhoseAddressCountsMost: an address before a domain, a domain before a
// wildcard.
func TestWhoseAddressCountsMost(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		rows := []models.ProviderRow{
			{Line: 2, Name: "Wild", Parser: "ntt", Emails: []string{"*.carrier.example"}},
			{Line: 3, Name: "Domain", Parser: "ntt", Emails: []string{"eu.carrier.example"}},
			{Line: 4, Name: "Exact", Parser: "ntt", Emails: []string{"Maint+Ops@EU.carrier.example"}},
		}
		if _, err := s.ImportProviders(t.Context(), rows); err != nil {
			t.Fatal(err)
		}
		from := func(id, address string) []byte {
			return []byte(strings.Replace(string(notice(id, "CONFIRMED", 0, "CKT-000001")), "noc@us.ntt.net>", address+">", 1))
		}
		r := newRig(t, s, newShelf(from("A", "x@us.carrier.example"), from("B", "x@eu.carrier.example"), from("C", "maint+ops@eu.carrier.example")),
			func(o *ingest.Options) { o.Sources[0].InitialDays = 7 })
		r.pass(t)
		for _, name := range []string{"wild-A", "domain-B", "exact-C"} {
			if _, err := s.Maintenance(t.Context(), models.ScopeAll, name); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
