package models

// The rows of bulk import and export; Line is the line number in the file,
// for errors. Lists are split, references are by name.

// ProviderRow is a line of providers.csv.
type ProviderRow struct {
	Line   int
	Name   string
	Slug   string // empty: derived from Name
	Emails []string
	Parser string
	Tenant string
	Tags   []string
}

// SiteRow is a line of sites.csv.
type SiteRow struct {
	Line   int
	Name   string
	Region string
	Tenant string
	Tags   []string
}

// CircuitRow is a line of circuits.csv. Provider is a slug or a name.
type CircuitRow struct {
	Line        int
	CID         string
	Provider    string
	Type        string
	Status      string
	SiteA       string
	SiteZ       string
	XConnectA   string
	XConnectZ   string
	Description string
	Tenant      string
	Tags        []string
}

// AliasRow is a line of aliases.csv: another id under which a provider writes
// a circuit. Provider is a slug or a name.
type AliasRow struct {
	Line     int
	Provider string
	Alias    string
	CID      string
}

// RedundancyRow is a line of redundancy.csv: a circuit of a redundancy group.
// Provider is a slug or a name; without a CID the line is of the group alone.
type RedundancyRow struct {
	Line     int
	Group    string
	MinUp    int // 0: not said
	Provider string
	CID      string
}

// ImportResult counts what an import did.
type ImportResult struct {
	Created   int
	Updated   int
	Unchanged int
}

// AliasTrial is what an import of aliases would come to.
type AliasTrial struct {
	ImportResult
	Aliases      []AliasEffect         // in the order of the rows
	Maintenances []ReparsedMaintenance // that would change
}

// AliasEffect is what would become of one alias.
type AliasEffect struct {
	Line     int
	Provider string // slug
	Alias    string
	CID      string
	Before   string // circuit that it means now; empty: none
}

// Does says in one word what becomes of the alias.
func (e AliasEffect) Does() string {
	switch e.Before {
	case "":
		return "new"
	case e.CID:
		return "unchanged"
	}
	return "moved"
}
