package models

// WindowFilter narrows a list of windows; empty fields do not filter.
type WindowFilter struct {
	Maintenances []string // IDs or names
	Kinds        []WindowKind
	Start        TimeRange
	End          TimeRange
	Page         Page
}

// WindowItem is one window with the maintenance that it is of.
type WindowItem struct {
	Window
	MaintenanceID   string
	MaintenanceName string
}

// ChangeFilter narrows a list of changes; empty fields do not filter.
type ChangeFilter struct {
	IDs          []string
	Maintenances []string // IDs or names
	Causes       []Cause
	Authors      []string // exact
	Field        string   // the field, or what it begins with: "status", "circuit["
	At           TimeRange
	Page         Page
}

// ChangeItem is one change with the name of its maintenance.
type ChangeItem struct {
	Change
	MaintenanceName string
}

// EditFilter narrows a list of edits; empty fields do not filter.
type EditFilter struct {
	IDs          []string
	Maintenances []string // IDs or names
	Kinds        []EditKind
	Authors      []string // exact
	At           TimeRange
	Page         Page
}

// EditItem is one edit with the name of its maintenance.
type EditItem struct {
	Edit
	MaintenanceName string
}

// GroupFilter narrows a list of redundancy groups; empty fields do not filter.
type GroupFilter struct {
	IDs      []string
	Names    []string
	Circuits []string // IDs or CIDs of one of its circuits
	Query    string   // part of the name, without regard to case
	Page     Page
}

// AliasFilter narrows a list of aliases; empty fields do not filter.
type AliasFilter struct {
	IDs       []string
	Providers []string // slugs
	Aliases   []string // without regard to case
	Circuits  []string // IDs or CIDs
	Page      Page
}

// AliasItem is one alias with the names that its row only refers to.
type AliasItem struct {
	Alias
	ProviderSlug string
	ProviderName string
	CID          string
}
