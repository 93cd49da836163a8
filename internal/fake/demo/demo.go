// Package demo is the world that `lineman demo` looks at: a mailbox with the
// notices that a network called Halcyon got in the last six days from ten
// providers, and the sites and circuits that it has.
//
// All of it is invented. The senders and the layouts are those of real
// providers, so that the real readers have real work: among the mails are an
// update that overtook the notice it updates, a cancellation, a mail that is
// no notice, a broken one, a copy, and one of a provider that nobody knows.
//
// The package reads no clock: every date in a mail is relative to the now that
// it is given, and the same now gives the same bytes.
package demo

import (
	_ "embed"
	"time"
)

// Mail is one message as it lies in the mailbox.
type Mail struct {
	Name     string // of its template, for example 01-zayo-planned.eml
	Folder   string
	Received time.Time // when the mailbox got it (INTERNALDATE), UTC
	Raw      []byte    // RFC 5322, lines end with CRLF
}

const day = 24 * time.Hour

// The folders of the mailbox.
const (
	inbox   = "INBOX"
	equinix = "Providers/Equinix"
	lists   = "Providers/Lists"
)

// mailbox lists the mails in the order of arrival.
var mailbox = []struct {
	name   string
	folder string
	age    time.Duration // how long before now it arrived
	delay  time.Duration // how long it had been under way
}{
	{"01-zayo-planned.eml", inbox, 6*day + 1*time.Hour, 2 * time.Minute},
	{"02-arelion-confirmed.eml", inbox, 5*day + 22*time.Hour, 2 * time.Minute},
	{"03-lumen-scheduled.eml", inbox, 5*day + 20*time.Hour, 2 * time.Minute},
	{"04-equinix-scheduled.eml", equinix, 5*day + 12*time.Hour, 2 * time.Minute},
	{"05-ntt-tentative.eml", inbox, 5*day + 10*time.Hour, 2 * time.Minute},
	{"06-packetfabric-update-first.eml", inbox, 5*day + 6*time.Hour, 2 * time.Minute},
	{"07-packetfabric-late-original.eml", inbox, 5*day + 5*time.Hour, 5 * time.Hour},
	{"08-zayo-three-nights.eml", inbox, 5 * day, 2 * time.Minute},
	{"09-eunetworks-confirmed.eml", inbox, 4*day + 20*time.Hour, 2 * time.Minute},
	{"10-equinix-upgrade.eml", equinix, 4*day + 15*time.Hour, 2 * time.Minute},
	{"11-telstra-confirmed.eml", inbox, 4*day + 10*time.Hour, 2 * time.Minute},
	{"12-zayo-completed.eml", inbox, 4*day + 4*time.Hour, 2 * time.Minute},
	{"13-pccw-confirmed.eml", inbox, 4 * day, 2 * time.Minute},
	{"14-gtt-confirmed.eml", inbox, 3*day + 20*time.Hour, 2 * time.Minute},
	{"15-zayo-invoice.eml", inbox, 3*day + 18*time.Hour, 2 * time.Minute},
	{"16-lumen-cable-work.eml", inbox, 3*day + 12*time.Hour, 2 * time.Minute},
	{"17-zayo-splice.eml", inbox, 3 * day, 2 * time.Minute},
	{"18-arelion-update.eml", inbox, 2*day + 20*time.Hour, 2 * time.Minute},
	{"19-unknown-provider.eml", inbox, 2*day + 18*time.Hour, 2 * time.Minute},
	{"20-zayo-broken.eml", inbox, 2*day + 12*time.Hour, 2 * time.Minute},
	{"21-eunetworks-cancelled.eml", inbox, 2 * day, 2 * time.Minute},
	{"22-arelion-unknown-circuit.eml", inbox, 1*day + 20*time.Hour, 2 * time.Minute},
	{"23-arelion-duplicate.eml", lists, 1*day + 19*time.Hour, 1*time.Hour + 2*time.Minute},
	{"24-lumen-cancelled.eml", inbox, 1*day + 18*time.Hour, 2 * time.Minute},
	{"25-zayo-rescheduled.eml", inbox, 1*day + 6*time.Hour, 2 * time.Minute},
	{"26-equinix-completed.eml", equinix, 20 * time.Hour, 2 * time.Minute},
	{"27-equinix-newsletter.eml", equinix, 16 * time.Hour, 2 * time.Minute},
	{"28-ntt-frankfurt.eml", inbox, 9 * time.Hour, 2 * time.Minute},
	{"29-ntt-confirmed.eml", inbox, 3 * time.Hour, 2 * time.Minute},
	{"30-lumen-in-process.eml", inbox, 1*time.Hour + 50*time.Minute, 2 * time.Minute},
}

// Mails gives the mails of the mailbox in the order in which they arrived, all
// of them within the seven days before now. Some of the windows that they
// announce are over at now, some are running, most are to come.
func Mails(now time.Time) []Mail {
	now = now.UTC().Truncate(time.Second)
	mails := make([]Mail, 0, len(mailbox))
	for _, m := range mailbox {
		received := now.Add(-m.age)
		mails = append(mails, Mail{
			Name:     m.name,
			Folder:   m.folder,
			Received: received,
			Raw:      render(m.name, moment{now: now, received: received, sent: received.Add(-m.delay)}),
		})
	}
	return mails
}

//go:embed sites.csv
var sites []byte

//go:embed circuits.csv
var circuits []byte

// SitesCSV is the network's sites, as `lineman sites import` reads them.
func SitesCSV() []byte { return append([]byte(nil), sites...) }

// CircuitsCSV is the network's circuits, as `lineman circuits import` reads
// them after the sites. Their providers are those of the built-in catalogue,
// by slug.
func CircuitsCSV() []byte { return append([]byte(nil), circuits...) }
