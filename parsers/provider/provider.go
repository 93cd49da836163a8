// Package provider lists the providers whose mail lineman knows, one file for
// each that has layouts of its own. A provider is added by its file and one
// line in All. The package knows nothing of mailboxes, records or people.
package provider

import "lineman/parsers"

// All gives every provider, in the order in which they are preferred where
// nothing else decides. The generic reader is last.
func All() []parsers.Provider {
	all := []parsers.Provider{
		zayoProvider(),
		lumenProvider(),
		equinixProvider(),
	}
	all = append(all, calendarProviders()...)
	return append(all, genericProvider())
}

// calendarProviders are read by the standard's calendar alone. Senders are the
// addresses and domains that they are known to send from.
func calendarProviders() []parsers.Provider {
	all := []parsers.Provider{
		appleProvider(),
		aquacommsProvider(),
		{Slug: "arelion", Aliases: []string{"telia"}, Name: "Arelion", Organizer: "support@arelion.com",
			Senders:  []string{"support@arelion.com", "arelion.com", "teliacompany.com", "teliacarrier.com"},
			Subjects: []string{"arelion planned work", "telia carrier planned work"}},
		attProvider(),
		awsProvider(),
		bsoProvider(),
		cogentProvider(),
		coltProvider(),
		crowncastleProvider(),
		{Slug: "eunetworks", Name: "euNetworks", Organizer: "noc@eunetworks.com",
			Senders:  []string{"noc@eunetworks.com", "maintenance@eunetworks.com", "eunetworks.com"},
			Subjects: []string{"eunetworks"}, Body: []string{"eunetworks"}},
		globalcloudxchangeProvider(),
		googleProvider(),
		gttProvider(),
		hgcProvider(),
	}
	all = append(all, moreCalendarProviders()...)
	for i := range all {
		all[i] = calendarOnly(all[i])
	}
	return all
}

func moreCalendarProviders() []parsers.Provider {
	return []parsers.Provider{
		megaportProvider(),
		momentumProvider(),
		netflixProvider(),
		{Slug: "ntt", Name: "NTT", Organizer: "noc@us.ntt.net",
			Senders:  []string{"noc@us.ntt.net", "us.ntt.net", "ntt.net", "*.ntt.net"},
			Subjects: []string{"ntt communications (as2914)", "[vnoc-"}, Body: []string{"ntt communications (as2914)"}},
		{Slug: "packetfabric", Name: "PacketFabric", Organizer: "support@packetfabric.com",
			Senders:  []string{"support@packetfabric.com", "packetfabric.com"},
			Subjects: []string{"packetfabric"}, Body: []string{"packetfabric"}},
		pccwProvider(),
		seabornProvider(),
		sparkleProvider(),
		tataProvider(),
		telstraProvider(),
		turkcellProvider(),
		verizonProvider(),
		windstreamProvider(),
	}
}
