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
)

// Roles lists the roles, least first.
var Roles = []Role{RoleViewer, RoleOperator, RoleAdmin}

// Allows reports whether a holder of r may do what needs the role want. An
// unknown role allows nothing.
func (r Role) Allows(want Role) bool {
	have, need := -1, len(Roles)
	for i, v := range Roles {
		if v == r {
			have = i
		}
		if v == want {
			need = i
		}
	}
	return have >= need
}
