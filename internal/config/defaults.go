package config

import (
	"reflect"
	"time"
)

// Defaults is the configuration of an empty file.
func Defaults() Config {
	return Config{
		Display:        Display{TimeZone: "UTC"},
		Database:       Database{URL: "sqlite:lineman.db", Migrate: "auto"},
		HTTP:           HTTP{Address: "127.0.0.1:8080", RatePerToken: 200, RatePerAddress: 20},
		Log:            Log{Format: "text", Level: "info"},
		Schedule:       "*/5 * * * *",
		InitialDays:    7,
		UnknownSenders: "keep",
		Metrics: Metrics{LabelsAttached: LabelPaths{
			{"circuit", "circuit.cid"},
			{"provider", "circuit.provider.name"},
			{"circuit_type", "circuit.type.name"},
			{"site", "site.name"},
		}},
		GraphQL:   GraphQL{Introspection: true},
		Trust:     Trust{Untrusted: "flag"},
		Retention: Retention{Commands: 90 * 24 * time.Hour},
		Overlap:   Overlap{HoldOver: 30 * time.Minute},
		ChatOps:   ChatOps{FallbackUser: "chatbot", SessionCacheTimeout: 86400, Platforms: Platforms{Slack: defaultSlack()}},
		Propose:   defaultPropose(),
	}
}

func defaultSource() Source {
	return Source{SourceHeader: "From", Auth: "login", LabelMode: "keyword", Mode: "live"}
}

// element is a new entry of a list, with its defaults.
func element(t reflect.Type) reflect.Value {
	switch t {
	case reflect.TypeFor[Source]():
		return reflect.ValueOf(defaultSource())
	case reflect.TypeFor[Inventory]():
		return reflect.ValueOf(defaultInventory())
	}
	return reflect.Zero(t)
}
