package config

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestInventories(t *testing.T) {
	got, err := load(t, `inventory_sources:
- name: box
  kind: netbox
  url: https://netbox.example.net/dcim
  token: ${BOX_TOKEN}
  schedule: "*/30 * * * *"
  providers: {zayo-east: zayo lumen, Quay Net: ntt}
  aliases: [custom_fields.provider_cid, terminations.xconnect_id]
  filters: {type: [transit, peering], status: [active]}
  tls: {ca_file: /etc/ssl/own.pem}
  removal_limit: 25
- {name: bot, kind: nautobot, url: "http://127.0.0.1:8001", token: t, location_type: Site}
`, "BOX_TOKEN=secret", "LINEMAN_INVENTORY_SOURCES_1_PAGE_SIZE=50")
	if err != nil {
		t.Fatal(err)
	}
	want := []Inventory{
		{
			Name: "box", Kind: "netbox", URL: "https://netbox.example.net/dcim", Token: "secret", Schedule: "*/30 * * * *", TLS: TLS{CAFile: "/etc/ssl/own.pem"},
			Providers: map[string]string{"zayo-east": "zayo lumen", "Quay Net": "ntt"}, EmailsField: "emails_circuit_maintenances",
			ParserField: "provider_parser_circuit_maintenances", MinUpField: "min_up", Aliases: []string{"custom_fields.provider_cid", "terminations.xconnect_id"},
			Filters: InventoryFilters{Type: []string{"transit", "peering"}, Status: []string{"active"}}, RemovalLimit: 25, PageSize: 250,
		},
		{
			Name: "bot", Kind: "nautobot", URL: "http://127.0.0.1:8001", Token: "t", Schedule: "23 * * * *", EmailsField: "emails_circuit_maintenances",
			ParserField: "provider_parser_circuit_maintenances", MinUpField: "min_up", LocationType: "Site", RemovalLimit: 10, PageSize: 50,
		},
	}
	if diff := cmp.Diff(want, got.Inventories, plain); diff != "" {
		t.Error(diff)
	}
}

func TestInventoryProblems(t *testing.T) {
	for name, test := range map[string]struct{ entry, want string }{
		"no name":         {"{kind: netbox, url: 'https://h', token: t}", ".name: is missing"},
		"odd name":        {"{name: 'a b', kind: netbox, url: 'https://h', token: t}", `.name: "a b" is no name for an inventory`},
		"no kind":         {"{name: n, url: 'https://h', token: t}", ".kind: \"\" is unknown; use netbox or nautobot"},
		"kind mistyped":   {"{name: n, kind: nettbox, url: 'https://h', token: t}", "did you mean netbox?"},
		"no url":          {"{name: n, kind: netbox, token: t}", ".url: is missing"},
		"no address":      {"{name: n, kind: netbox, url: 'ftp://h', token: t}", ".url: is no web address"},
		"password in url": {"{name: n, kind: netbox, url: 'https://u:hunter2@h', token: t}", ".url: holds more than"},
		"readable":        {"{name: n, kind: netbox, url: 'http://netbox.example.net', token: t}", ".url: would send the token readable"},
		"no token":        {"{name: n, kind: netbox, url: 'https://h'}", ".token: is missing"},
		"token of two":    {"{name: n, kind: netbox, url: 'https://h', token: 'Token hunter2'}", ".token: has blanks"},
		"no schedule":     {"{name: n, kind: netbox, url: 'https://h', token: t, schedule: hourly}", ".schedule: \"hourly\" is no cron expression"},
		"alias path":      {"{name: n, kind: netbox, url: 'https://h', token: t, aliases: [cid2]}", `.aliases[0]: "cid2" is no field with aliases`},
		"field":           {"{name: n, kind: netbox, url: 'https://h', token: t, emails_field: 'a.b'}", `.emails_field: "a.b" is no name of a custom field`},
		"mapped to none":  {"{name: n, kind: netbox, url: 'https://h', token: t, providers: {a: ' '}}", ".providers.a: is missing"},
		"limit":           {"{name: n, kind: netbox, url: 'https://h', token: t, removal_limit: 0}", ".removal_limit: 0 is out of range"},
		"location type":   {"{name: n, kind: netbox, url: 'https://h', token: t, location_type: Site}", ".location_type: has no meaning"},
		"unknown key":     {"{name: n, kind: netbox, url: 'https://h', token: t, filter: {}}", "did you mean filters?"},
	} {
		_, err := load(t, "inventory_sources:\n- "+test.entry)
		if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v, want %s", name, err, test.want)
		}
	}
	const good = "{name: n, kind: netbox, url: 'https://h', token: t}"
	if _, err := load(t, "inventory_sources:\n- "+good+"\n- "+good); err == nil || !strings.Contains(err.Error(), "is also the name of inventory_sources[0]") {
		t.Errorf("twice: %v", err)
	}
}
