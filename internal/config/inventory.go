package config

import (
	"fmt"
	"maps"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Inventory is one system, a NetBox or a Nautobot, from which circuits are
// synced.
type Inventory struct {
	Name         string            `yaml:"name"`
	Kind         string            `yaml:"kind"` // netbox or nautobot
	URL          string            `yaml:"url"`  // of its start page
	Token        Secret            `yaml:"token"`
	Schedule     string            `yaml:"schedule"`
	TLS          TLS               `yaml:"tls"`           // insecure permits http beyond loopback
	Providers    map[string]string `yaml:"providers"`     // slug or name there → slugs here, blanks between
	EmailsField  string            `yaml:"emails_field"`  // custom field of a provider
	ParserField  string            `yaml:"parser_field"`  // custom field of a provider
	MinUpField   string            `yaml:"min_up_field"`  // custom field of a circuit group
	Aliases      []string          `yaml:"aliases"`       // custom_fields.NAME, terminations.xconnect_id …
	LocationType string            `yaml:"location_type"` // Nautobot: the type of location that is a site
	Filters      InventoryFilters  `yaml:"filters"`
	RemovalLimit int               `yaml:"removal_limit"` // percent
	PageSize     int               `yaml:"page_size"`
}

// InventoryFilters narrow what is synced; several values of one key mean any of
// them. Values are what the system filters by, usually slugs.
type InventoryFilters struct {
	Provider []string `yaml:"provider"`
	Type     []string `yaml:"type"`
	Status   []string `yaml:"status"`
	Tenant   []string `yaml:"tenant"`
	Tag      []string `yaml:"tag"`
}

func defaultInventory() Inventory {
	return Inventory{
		Schedule: "23 * * * *", EmailsField: "emails_circuit_maintenances", ParserField: "provider_parser_circuit_maintenances",
		MinUpField: "min_up", RemovalLimit: 10, PageSize: 250,
	}
}

var (
	fieldName     = regexp.MustCompile(`^[A-Za-z0-9_]*$`)
	aliasPath     = regexp.MustCompile(`^(terminations\.)?(custom_fields\.[A-Za-z0-9_]+|xconnect_id|description)$`)
	inventoryName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$`)
)

func (d *decoder) inventories(list []Inventory) {
	first := map[string]int{}
	for i, c := range list {
		key := fmt.Sprintf("inventory_sources[%d]", i)
		d.inventory(key, c)
		if j, twice := first[c.Name]; twice && c.Name != "" {
			d.add(key+".name", "%q is also the name of inventory_sources[%d]; choose another", c.Name, j)
			continue
		}
		first[c.Name] = i
	}
}

func (d *decoder) inventory(key string, c Inventory) {
	d.present(key+".name", c.Name, "choose a name for the inventory")
	if c.Name != "" && !inventoryName.MatchString(c.Name) {
		d.add(key+".name", "%q is no name for an inventory; use up to 100 letters, digits, dots and hyphens", c.Name)
	}
	d.oneOf(key+".kind", c.Kind, "netbox", "nautobot")
	d.inventoryURL(key+".url", c)
	d.present(key+".token", c.Token.Reveal(), "write ${NAME} of an environment variable, or file:/path")
	if strings.ContainsAny(strings.TrimSpace(c.Token.Reveal()), " \t\r\n") {
		d.add(key+".token", "has blanks or line breaks inside; write the token alone")
	}
	d.cron(key+".schedule", c.Schedule)
	for _, name := range slices.Sorted(maps.Keys(c.Providers)) {
		d.present(key+".providers."+name, c.Providers[name], "write the slug of a provider of lineman")
	}
	for name, field := range map[string]string{"emails_field": c.EmailsField, "parser_field": c.ParserField, "min_up_field": c.MinUpField} {
		if !fieldName.MatchString(field) {
			d.add(key+"."+name, "%q is no name of a custom field; use letters, digits and underscores", field)
		}
	}
	for i, path := range c.Aliases {
		if at := fmt.Sprintf("%s.aliases[%d]", key, i); !aliasPath.MatchString(path) && !d.about(at) {
			d.add(at, "%q is no field with aliases; write custom_fields.NAME, terminations.custom_fields.NAME or terminations.xconnect_id", path)
		}
	}
	f := c.Filters
	for name, words := range map[string][]string{"provider": f.Provider, "type": f.Type, "status": f.Status, "tenant": f.Tenant, "tag": f.Tag} {
		d.words(key+".filters."+name, words)
	}
	if c.LocationType != "" && c.Kind == "netbox" {
		d.add(key+".location_type", "has no meaning for a NetBox, whose circuits end at sites; remove it")
	}
	d.within(key+".removal_limit", int64(c.RemovalLimit), 1, 100)
	d.within(key+".page_size", int64(c.PageSize), 1, 1000)
}

// inventoryURL keeps the token from being sent readable by mistake.
func (d *decoder) inventoryURL(at string, c Inventory) {
	const advice = "write it like https://netbox.example.net"
	if c.URL == "" {
		d.present(at, c.URL, advice)
		return
	}
	u, err := url.Parse(c.URL)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		d.add(at, "is no web address; %s", advice)
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		d.add(at, "holds more than scheme, host and path; %s, and the token as token", advice)
	case u.Scheme == "http" && !c.TLS.Insecure && !loopback(u.Hostname()):
		d.add(at, "would send the token readable; use https, or permit it with tls: {insecure: true}")
	}
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
