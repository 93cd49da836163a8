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
		{Slug: "apple", Name: "Apple", Organizer: "peering-noc@group.apple.com",
			Senders:  []string{"peering-noc@group.apple.com", "group.apple.com"},
			Subjects: []string{"apple (as714)"}, Body: []string{"apple (as714)"}},
		{Slug: "aquacomms", Name: "Aqua Comms", Organizer: "tickets@aquacomms.com",
			Senders:  []string{"tickets@aquacomms.com", "aquacomms.com"},
			Subjects: []string{"aqua comms"}, Body: []string{"aqua comms noc"}},
		{Slug: "arelion", Aliases: []string{"telia"}, Name: "Arelion", Organizer: "support@arelion.com",
			Senders:  []string{"support@arelion.com", "arelion.com", "teliacompany.com", "teliacarrier.com"},
			Subjects: []string{"arelion planned work", "telia carrier planned work"}},
		{Slug: "att", Name: "AT&T", Organizer: "g31654@att.com",
			Senders: []string{"g31654@att.com", "att.com", "*.att.com"},
			Body:    []string{"at&t maintenance"}},
		{Slug: "aws", Name: "AWS", Organizer: "aws-account-notifications@amazon.com",
			Senders:  []string{"aws-account-notifications@amazon.com", "no-reply-aws@amazon.com"},
			Subjects: []string{"aws direct connect", "[aws account:"}, Body: []string{"aws direct connect"}},
		{Slug: "bso", Name: "BSO", Organizer: "network-servicedesk@bso.co",
			Senders: []string{"network-servicedesk@bso.co", "bso.co", "bsonetwork.com"},
			Body:    []string{"bso network"}},
		{Slug: "cogent", Name: "Cogent", Organizer: "support@cogentco.com",
			Senders: []string{"support@cogentco.com", "cogent-noreply@cogentco.com", "cogentco.com"},
			Body:    []string{"cogent customer support", "cogent communications"}},
		{Slug: "colt", Name: "Colt", Organizer: "PlannedWorks@colt.net",
			Senders:  []string{"plannedworks@colt.net", "colt.net", "*.colt.net"},
			Subjects: []string{"colt service affecting", "colt third party", "maintenance alert: crq"},
			Body:     []string{"colt technology services", "colt change management"}},
		{Slug: "crowncastle", Name: "Crown Castle", Organizer: "fiberchangemgmt@crowncastle.com",
			Senders:  []string{"fiberchangemgmt@crowncastle.com", "crowncastle.com"},
			Subjects: []string{"crown castle fiber"}, Body: []string{"crown castle fiber"}},
		{Slug: "eunetworks", Name: "euNetworks", Organizer: "noc@eunetworks.com",
			Senders:  []string{"noc@eunetworks.com", "maintenance@eunetworks.com", "eunetworks.com"},
			Subjects: []string{"eunetworks"}, Body: []string{"eunetworks"}},
		{Slug: "globalcloudxchange", Aliases: []string{"gcx"}, Name: "Global Cloud Xchange", Organizer: "Gnoc@globalcloudxchange.com",
			Senders:  []string{"gnoc@globalcloudxchange.com", "globalcloudxchange.com"},
			Subjects: []string{"service advisory notice"}, Body: []string{"global cloud xchange", "globalcloudxchange.com"}},
		{Slug: "google", Name: "Google", Organizer: "noc-noreply@google.com",
			Senders:  []string{"noc-noreply@google.com"},
			Subjects: []string{"google planned network maintenance"}, Body: []string{"google network maintenance"}},
		{Slug: "gtt", Aliases: []string{"exa"}, Name: "GTT / EXA", Organizer: "InfraCo.CM@exainfra.net",
			Senders:  []string{"infraco.cm@exainfra.net", "exainfra.net", "gtt.net"},
			Subjects: []string{"gtt planned work", "gtt emergency work", "exa planned work", "exa emergency work", "gtt scheduled work", "exa scheduled work"}},
		{Slug: "hgc", Name: "HGC", Organizer: "HGCINOCPW@hgc.com.hk",
			Senders:  []string{"hgcinocpw@hgc.com.hk", "hgc.com.hk"},
			Subjects: []string{"hgc maintenance work"}, Body: []string{"hgc do not receive"}},
	}
	all = append(all, moreCalendarProviders()...)
	for i := range all {
		all[i] = calendarOnly(all[i])
	}
	return all
}

func moreCalendarProviders() []parsers.Provider {
	return []parsers.Provider{
		{Slug: "megaport", Name: "Megaport", Organizer: "support@megaport.com",
			Senders:  []string{"support@megaport.com", "megaport.com"},
			Subjects: []string{"megaport"}, Body: []string{"megaport"}},
		{Slug: "momentum", Name: "Momentum", Organizer: "maintenance@momentumtelecom.com",
			Senders:  []string{"maintenance@momentumtelecom.com", "momentumtelecom.com"},
			Subjects: []string{"momentum data services"}, Body: []string{"momentum is committed"}},
		{Slug: "netflix", Name: "Netflix", Organizer: "cdnetops@netflix.com",
			Senders:  []string{"cdnetops@netflix.com", "cdnetops@saasmail.netflix.com"},
			Subjects: []string{"netflix open connect"}, Body: []string{"netflix open connect"}},
		{Slug: "ntt", Name: "NTT", Organizer: "noc@us.ntt.net",
			Senders:  []string{"noc@us.ntt.net", "us.ntt.net", "ntt.net", "*.ntt.net"},
			Subjects: []string{"ntt communications (as2914)", "[vnoc-"}, Body: []string{"ntt communications (as2914)"}},
		{Slug: "packetfabric", Name: "PacketFabric", Organizer: "support@packetfabric.com",
			Senders:  []string{"support@packetfabric.com", "packetfabric.com"},
			Subjects: []string{"packetfabric"}, Body: []string{"packetfabric"}},
		{Slug: "pccw", Name: "PCCW Global", Organizer: "gsoc-planned-event@pccwglobal.com",
			Senders: []string{"gsoc-planned-event@pccwglobal.com", "pccwglobal.com"},
			Body:    []string{"pccw global"}},
		{Slug: "seaborn", Name: "Seaborn", Organizer: "noc@seabornnetworks.com",
			Senders: []string{"noc@seabornnetworks.com", "seabornnetworks.com"},
			Body:    []string{"seaborn ticket number", "seaborn networks"}},
		{Slug: "sparkle", Name: "Sparkle", Organizer: "TISAmericaNOC@tisparkle.com",
			Senders:  []string{"tisamericanoc@tisparkle.com", "tisparkle.com"},
			Subjects: []string{"sparkle tt#"}, Body: []string{"sparkle ticket number"}},
		tataProvider(),
		{Slug: "telstra", Name: "Telstra", Organizer: "gpen@team.telstra.com",
			Senders: []string{"gpen@team.telstra.com", "team.telstra.com", "telstra.com", "*.telstra.com"},
			Body:    []string{"telstra global", "telstra international"}},
		{Slug: "turkcell", Name: "Turkcell", Organizer: "inoc@superonline.net",
			Senders: []string{"inoc@superonline.net", "superonline.net"},
			Body:    []string{"turkcell superonline"}},
		{Slug: "verizon", Name: "Verizon", Organizer: "NO-REPLY-sched-maint@EMEA.verizonbusiness.com",
			Senders: []string{"no-reply-sched-maint@emea.verizonbusiness.com", "verizonbusiness.com", "*.verizonbusiness.com"},
			Body:    []string{"verizon business", "verizon maintenance"}},
		{Slug: "windstream", Name: "Windstream", Organizer: "wci.maintenance.notifications@windstream.com",
			Senders:  []string{"wci.maintenance.notifications@windstream.com", "windstream.com"},
			Subjects: []string{"windstream ("}, Body: []string{"windstream"}},
	}
}
