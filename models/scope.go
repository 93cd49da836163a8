package models

// Scope narrows what a reader may see. The zero Scope sees nothing; ScopeAll
// sees everything. With All false, a record is visible when it touches a
// circuit, site, provider, tenant or tag of the sets (a union).
type Scope struct {
	All       bool
	Tenants   []string
	Sites     []string // names
	Providers []string // slugs
	Tags      []string
	Circuits  []string // circuit IDs
}

// ScopeAll sees everything.
var ScopeAll = Scope{All: true}

// Role is what a token or user may do.
type Role string

// The roles; each may do all that the one before it may.
const (
	RoleViewer   Role = "viewer"
	RoleOperator Role = "operator"
	RoleAdmin    Role = "admin"

	// RoleCalendar is below all of them and of tokens only: it reads calendar
	// feeds and nothing else, since its token stands in an address.
	RoleCalendar Role = "calendar"
)

// Roles lists the roles of people, least first.
var Roles = []Role{RoleViewer, RoleOperator, RoleAdmin}

// TokenRoles lists the roles that a token can have, least first.
var TokenRoles = []Role{RoleCalendar, RoleViewer, RoleOperator, RoleAdmin}

// Allows reports whether a holder of r may do what needs the role want. An
// unknown role allows nothing.
func (r Role) Allows(want Role) bool {
	have, need := -1, len(TokenRoles)
	for i, v := range TokenRoles {
		if v == r {
			have = i
		}
		if v == want {
			need = i
		}
	}
	return have >= need
}
