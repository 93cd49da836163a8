package inventory

import (
	"strconv"
	"strings"

	"lineman/models"
)

// column is one column of a sheet.
type column[R any] struct {
	name     string
	aliases  []string
	required bool
	get      func(*R) string
	set      func(*R, string) // the cell is trimmed and not empty
	check    func(cell string) string
}

// sheet is one kind of file.
type sheet[R any] struct {
	kind    string // for messages: provider, site, circuit, alias, redundancy group
	columns []column[R]
	line    func(*R) *int
	// keys are what may be in a file once, each with its name for messages.
	keys func(*R) []rowKey
}

// plural names the rows of the file in a sentence.
func (s sheet[R]) plural() string {
	if strings.HasSuffix(s.kind, "s") {
		return s.kind + "es"
	}
	return s.kind + "s"
}

// rowKey is a value that is unique within its scope.
type rowKey struct {
	what, scope, value string
	means              string // what the value stands for, if for something else
}

// folded is the key without regard to case.
func (k rowKey) folded() rowKey {
	return rowKey{what: k.what, scope: strings.ToLower(k.scope), value: strings.ToLower(k.value)}
}

// text is a column that holds one word or sentence.
func text[R any](name string, field func(*R) *string, aliases ...string) column[R] {
	return column[R]{
		name: name, aliases: aliases,
		get: func(r *R) string { return *field(r) },
		set: func(r *R, cell string) { *field(r) = cell },
	}
}

func (c column[R]) must() column[R] {
	c.required = true
	return c
}

func tags[R any](field func(*R) *[]string) column[R] {
	return column[R]{
		name: "tags",
		get:  func(r *R) string { return strings.Join(*field(r), " ") },
		set:  func(r *R, cell string) { *field(r) = strings.Fields(cell) },
	}
}

func splitAddresses(cell string) []string {
	return strings.FieldsFunc(cell, func(r rune) bool { return r == ',' || r == ';' || strings.ContainsRune(" \t\r\n\u00a0", r) })
}

// checkAddresses gives what is wrong with a list of addresses and domains.
func checkAddresses(cell string) string {
	for _, a := range splitAddresses(cell) {
		local, domain, ok := strings.Cut(a, "@")
		if !ok {
			local, domain = "any", a
		}
		if local == "" || !strings.Contains(domain, ".") || strings.ContainsAny(domain, "@<>\"()") {
			return "has something that is no address; write noc@example.net, example.net or *.example.net, separated by blanks"
		}
	}
	return ""
}

var providers = sheet[models.ProviderRow]{
	kind: "provider",
	columns: []column[models.ProviderRow]{
		text("name", func(r *models.ProviderRow) *string { return &r.Name }, "provider", "provider_name").must(),
		text("slug", func(r *models.ProviderRow) *string { return &r.Slug }, "provider_slug"),
		{
			name:    "emails",
			aliases: []string{"cf_emails_circuit_maintenances", "emails_circuit_maintenances"},
			get:     func(r *models.ProviderRow) string { return strings.Join(r.Emails, " ") },
			set:     func(r *models.ProviderRow, cell string) { r.Emails = splitAddresses(cell) },
			check:   checkAddresses,
		},
		text("parser", func(r *models.ProviderRow) *string { return &r.Parser },
			"cf_provider_parser_circuit_maintenances", "provider_parser_circuit_maintenances"),
		text("tenant", func(r *models.ProviderRow) *string { return &r.Tenant }, "tenant__name"),
		tags(func(r *models.ProviderRow) *[]string { return &r.Tags }),
	},
	line: func(r *models.ProviderRow) *int { return &r.Line },
	keys: func(r *models.ProviderRow) []rowKey {
		return []rowKey{{what: "name", value: r.Name}, {what: "slug", value: r.Slug}}
	},
}

var sites = sheet[models.SiteRow]{
	kind: "site",
	columns: []column[models.SiteRow]{
		text("name", func(r *models.SiteRow) *string { return &r.Name }, "site", "site_name", "location", "location_name").must(),
		text("region", func(r *models.SiteRow) *string { return &r.Region }, "region__name", "parent", "parent__name"),
		text("tenant", func(r *models.SiteRow) *string { return &r.Tenant }, "tenant__name"),
		tags(func(r *models.SiteRow) *[]string { return &r.Tags }),
	},
	line: func(r *models.SiteRow) *int { return &r.Line },
	keys: func(r *models.SiteRow) []rowKey { return []rowKey{{what: "name", value: r.Name}} },
}

var circuits = sheet[models.CircuitRow]{
	kind: "circuit",
	columns: []column[models.CircuitRow]{
		text("cid", func(r *models.CircuitRow) *string { return &r.CID }, "circuit_id", "circuit").must(),
		text("provider", func(r *models.CircuitRow) *string { return &r.Provider },
			"provider__name", "provider__slug", "provider_slug").must(),
		text("type", func(r *models.CircuitRow) *string { return &r.Type },
			"type__name", "type__slug", "circuit_type", "circuit_type__name"),
		text("status", func(r *models.CircuitRow) *string { return &r.Status }, "status__name", "status__slug"),
		text("site_a", func(r *models.CircuitRow) *string { return &r.SiteA }, siteAliases("a")...),
		text("site_z", func(r *models.CircuitRow) *string { return &r.SiteZ }, siteAliases("z")...),
		text("xconnect_a", func(r *models.CircuitRow) *string { return &r.XConnectA }, xconnectAliases("a")...),
		text("xconnect_z", func(r *models.CircuitRow) *string { return &r.XConnectZ }, xconnectAliases("z")...),
		text("description", func(r *models.CircuitRow) *string { return &r.Description }),
		text("tenant", func(r *models.CircuitRow) *string { return &r.Tenant }, "tenant__name"),
		tags(func(r *models.CircuitRow) *[]string { return &r.Tags }),
	},
	line: func(r *models.CircuitRow) *int { return &r.Line },
	keys: func(r *models.CircuitRow) []rowKey {
		return []rowKey{{what: "cid", scope: r.Provider, value: r.CID}}
	},
}

var aliases = sheet[models.AliasRow]{
	kind: "alias",
	columns: []column[models.AliasRow]{
		text("provider", func(r *models.AliasRow) *string { return &r.Provider },
			"provider__name", "provider__slug", "provider_slug").must(),
		text("alias", func(r *models.AliasRow) *string { return &r.Alias }).must(),
		text("cid", func(r *models.AliasRow) *string { return &r.CID }, "circuit_id", "circuit", "circuit__cid").must(),
	},
	line: func(r *models.AliasRow) *int { return &r.Line },
	keys: func(r *models.AliasRow) []rowKey {
		return []rowKey{{what: "alias", scope: r.Provider, value: r.Alias, means: r.CID}}
	},
}

var redundancy = sheet[models.RedundancyRow]{
	kind: "redundancy group",
	columns: []column[models.RedundancyRow]{
		text("group", func(r *models.RedundancyRow) *string { return &r.Group }, "group__name", "redundancy_group", "circuit_group").must(),
		{
			name:    "min_up",
			aliases: []string{"minimum", "min"},
			get:     func(r *models.RedundancyRow) string { return minUp(r.MinUp) },
			set:     func(r *models.RedundancyRow, cell string) { r.MinUp, _ = strconv.Atoi(cell) }, // checked before
			check:   checkMinUp,
		},
		text("provider", func(r *models.RedundancyRow) *string { return &r.Provider },
			"provider__name", "provider__slug", "provider_slug", "circuit__provider__name"),
		text("cid", func(r *models.RedundancyRow) *string { return &r.CID }, "circuit_id", "circuit", "circuit__cid"),
	},
	line: func(r *models.RedundancyRow) *int { return &r.Line },
	keys: func(r *models.RedundancyRow) []rowKey {
		if r.CID == "" {
			return nil
		}
		return []rowKey{{what: "cid", scope: r.Group + "\x00" + r.Provider, value: r.CID}}
	},
}

func minUp(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// checkMinUp gives what is wrong with a number of circuits.
func checkMinUp(cell string) string {
	if n, err := strconv.Atoi(cell); err != nil || n < 1 || n > MaxLines {
		return "is no number from 1 on; write how many circuits must be up, or leave it empty for all but one"
	}
	return ""
}

func siteAliases(side string) []string {
	return []string{
		"side_" + side, side + "_side", "termination_" + side, "term_" + side + "_site",
		"circuit_termination_" + side + "__site__name", "circuit_termination_" + side + "__location__name",
	}
}

func xconnectAliases(side string) []string {
	return []string{
		"xconnect_id_" + side, "term_" + side + "_xconnect_id", "circuit_termination_" + side + "__xconnect_id",
	}
}
