package access

import "lineman/models"

// Rule is one row of the table: a route and who may ask for it.
type Rule struct {
	Route string      // method and path, as http.ServeMux writes them, without a slash at the end; GET is HEAD as well
	Role  models.Role // least role
	Whole bool        // only for those who see everything: what is behind knows no scopes
	By    Proof       // how somebody shows who they are
	Body  int64       // bytes of the longest body; 0: MaxBody
}

// Proof is how somebody shows who they are.
type Proof int

// The proofs.
const (
	ByToken     Proof = iota // Authorization: Token … or Bearer …
	ByPassword               // the same, or Basic with a user's password
	ByPath                   // a token that is the last part of the path, with .ics: calendars send no headers
	BySignature              // the handler verifies who sent it: chat platforms
	ByNothing                // anybody may ask; there is nothing behind it that is anybody's
)

// The limits of bodies.
const (
	MaxBody = 1 << 20  // bytes
	MaxMail = 25 << 20 // bytes of one mail; one more is read, to tell that it is too long
)

const (
	calendar = models.RoleCalendar
	viewer   = models.RoleViewer
	operator = models.RoleOperator
	admin    = models.RoleAdmin
)

// Rules are all routes there are. A path that is not here is closed, whatever
// handler stands behind it; a test holds that every route of a handler is here.
// publicMetrics opens the metrics to everybody.
func Rules(publicMetrics bool) []Rule {
	rules := append([]Rule{}, table...)
	for i, r := range rules {
		if publicMetrics && (r.Route == "GET /metrics" || r.Route == "GET "+appMetrics) {
			rules[i] = Rule{Route: r.Route, By: ByNothing}
		}
	}
	return rules
}

// appMetrics is where scripts for the Nautobot app look for the metrics.
const appMetrics = "/api/plugins/capacity-metrics/app-metrics"

var table = []Rule{
	{Route: "GET /healthz", By: ByNothing},
	{Route: "GET /readyz", By: ByNothing},
	{Route: "GET /docs", By: ByNothing},
	{Route: "GET /openapi.json", Role: viewer},
	{Route: "GET /openapi.yaml", Role: viewer},
	{Route: "GET /openapi-3.0.json", Role: viewer},
	{Route: "GET /openapi-3.0.yaml", Role: viewer},
	{Route: "GET /oauth/google/callback", By: ByNothing}, // only who was sent away with its state comes back, once

	{Route: "POST /chat/slack/slash_command", By: BySignature},
	{Route: "POST /chat/slack/interaction", By: BySignature},
	{Route: "POST /chat/slack/event", By: BySignature},

	{Route: "GET /metrics", Role: viewer, Whole: true},
	{Route: "GET " + appMetrics, Role: viewer, Whole: true},
	{Route: "GET /calendar/{file}", Role: calendar, By: ByPath},
	{Route: "POST /graphql", Role: viewer},
	{Route: "POST /api/graphql", Role: viewer},
	{Route: "GET /graphql/schema", Role: viewer},

	// Users and tokens. A password opens me and tokens alone, so that a person
	// can exchange it for a token.
	{Route: "GET /api/v1/me", Role: viewer, By: ByPassword},
	{Route: "GET /api/v1/tokens", Role: viewer, By: ByPassword},
	{Route: "POST /api/v1/tokens", Role: viewer, By: ByPassword},
	{Route: "DELETE /api/v1/tokens/{id}", Role: viewer, By: ByPassword},
	{Route: "GET /api/v1/users", Role: admin, Whole: true},
	{Route: "POST /api/v1/users", Role: admin, Whole: true},
	{Route: "GET /api/v1/users/{name}", Role: admin, Whole: true},
	{Route: "PATCH /api/v1/users/{name}", Role: admin, Whole: true},
	{Route: "DELETE /api/v1/users/{name}", Role: admin, Whole: true},

	// Chat. Everybody has their own links.
	{Route: "GET /api/v1/grants", Role: admin, Whole: true},
	{Route: "POST /api/v1/grants", Role: admin, Whole: true},
	{Route: "POST /api/v1/grants/explain", Role: admin, Whole: true},
	{Route: "GET /api/v1/grants/{id}", Role: admin, Whole: true},
	{Route: "PATCH /api/v1/grants/{id}", Role: admin, Whole: true},
	{Route: "DELETE /api/v1/grants/{id}", Role: admin, Whole: true},
	{Route: "GET /api/v1/chat/seen", Role: admin, Whole: true},
	{Route: "GET /api/v1/chat/log", Role: admin, Whole: true},
	{Route: "GET /api/v1/chat/log/{id}", Role: admin, Whole: true},
	{Route: "GET /api/v1/chat/links", Role: admin, Whole: true},
	{Route: "POST /api/v1/chat/links", Role: admin, Whole: true},
	{Route: "DELETE /api/v1/chat/links/{platform}/{chat_user}", Role: admin, Whole: true},
	{Route: "GET /api/v1/me/chat-links", Role: viewer},
	{Route: "POST /api/v1/me/chat-links", Role: viewer},
	{Route: "DELETE /api/v1/me/chat-links/{platform}/{chat_user}", Role: viewer},

	{Route: "POST /api/v1/aliases", Role: operator},
	{Route: "GET /api/v1/audit", Role: admin, Whole: true},
	{Route: "GET /api/v1/circuit-types", Role: viewer},
	{Route: "GET /api/v1/circuits", Role: viewer},
	{Route: "GET /api/v1/circuits/{id}", Role: viewer},
	{Route: "GET /api/v1/maintenances", Role: viewer},
	{Route: "POST /api/v1/maintenances", Role: operator},
	{Route: "GET /api/v1/maintenances/{id}", Role: viewer},
	{Route: "PATCH /api/v1/maintenances/{id}", Role: operator},
	{Route: "DELETE /api/v1/maintenances/{id}", Role: operator},
	{Route: "POST /api/v1/maintenances/{id}/acknowledge", Role: operator},
	{Route: "GET /api/v1/maintenances/{id}/changes", Role: viewer},
	{Route: "GET /api/v1/maintenances/{id}/impacts", Role: viewer},
	{Route: "POST /api/v1/maintenances/{id}/links", Role: operator},
	{Route: "GET /api/v1/maintenances/{id}/mails", Role: viewer},
	{Route: "POST /api/v1/maintenances/{id}/merge", Role: operator},
	{Route: "GET /api/v1/maintenances/{id}/notes", Role: viewer},
	{Route: "POST /api/v1/maintenances/{id}/notes", Role: operator},
	{Route: "GET /api/v1/maintenances/{id}/notices", Role: viewer},
	{Route: "POST /api/v1/maintenances/{id}/notices/{notice}/accept", Role: operator},
	{Route: "POST /api/v1/maintenances/{id}/notices/{notice}/reject", Role: operator},
	{Route: "GET /api/v1/maintenances/{id}/phase", Role: viewer},
	{Route: "POST /api/v1/maintenances/{id}/unacknowledge", Role: operator},
	{Route: "GET /api/v1/maintenances/{id}/windows", Role: viewer},
	{Route: "GET /api/v1/notices", Role: viewer},
	{Route: "GET /api/v1/notices/{id}", Role: viewer},
	{Route: "GET /api/v1/review", Role: operator, Whole: true},
	{Route: "GET /api/v1/review/{id}", Role: operator, Whole: true},
	{Route: "POST /api/v1/review/{id}/accept", Role: operator, Whole: true},
	{Route: "POST /api/v1/review/{id}/reject", Role: operator, Whole: true},
	{Route: "POST /api/v1/review/{id}/assign", Role: operator, Whole: true},
	{Route: "POST /api/v1/review/{id}/circuit", Role: operator, Whole: true},
	{Route: "POST /api/v1/review/{id}/fill", Role: operator, Whole: true},
	{Route: "POST /api/v1/review/{id}/dismiss", Role: operator, Whole: true},
	{Route: "POST /api/v1/review/{id}/take", Role: operator, Whole: true},
	{Route: "POST /api/v1/review/{id}/release", Role: operator, Whole: true},
	{Route: "POST /api/v1/review/{id}/undo", Role: operator, Whole: true},
	{Route: "POST /api/v1/review/{id}/propose", Role: operator, Whole: true},
	{Route: "POST /api/v1/notifications/{id}/reparse", Role: operator, Whole: true},
	{Route: "POST /api/v1/aliases/import", Role: operator, Whole: true},
	{Route: "PUT /api/v1/providers/{id}/cid-rule", Role: operator, Whole: true},
	{Route: "GET /api/v1/notifications", Role: operator, Whole: true},
	{Route: "POST /api/v1/notifications/raw", Role: operator, Whole: true, Body: MaxMail},
	{Route: "GET /api/v1/notifications/{id}", Role: operator, Whole: true},
	{Route: "GET /api/v1/announcements", Role: viewer},
	{Route: "GET /api/v1/announcements/{id}", Role: viewer},
	{Route: "POST /api/v1/announcements/{id}/resend", Role: operator, Whole: true},
	{Route: "GET /api/v1/destinations", Role: viewer, Whole: true},
	{Route: "POST /api/v1/destinations/{name}/test", Role: operator, Whole: true},
	{Route: "GET /api/v1/subscriptions", Role: viewer},
	{Route: "POST /api/v1/subscriptions", Role: operator},
	{Route: "DELETE /api/v1/subscriptions/{name}", Role: operator},
	{Route: "GET /api/v1/overlaps", Role: viewer},
	{Route: "GET /api/v1/overlaps/{id}", Role: viewer},
	{Route: "POST /api/v1/overlaps/{id}/acknowledge", Role: operator},
	{Route: "GET /api/v1/polls", Role: viewer, Whole: true},
	{Route: "GET /api/v1/drifts", Role: viewer, Whole: true},
	{Route: "GET /api/v1/providers", Role: viewer},
	{Route: "GET /api/v1/providers/{id}", Role: viewer},
	{Route: "GET /api/v1/redundancy-groups", Role: viewer},
	{Route: "GET /api/v1/sites", Role: viewer},
	{Route: "GET /api/v1/sites/{id}", Role: viewer},
	{Route: "GET /api/v1/sources", Role: viewer, Whole: true},
	{Route: "GET /api/v1/terminations", Role: viewer},
	{Route: "GET /api/v1/whatif", Role: viewer},
	{Route: "DELETE /api/v1/aliases/{id}", Role: operator},
	{Route: "DELETE /api/v1/impacts/{id}", Role: operator},
	{Route: "DELETE /api/v1/notes/{id}", Role: operator},
	{Route: "GET /api", Role: viewer},
	{Route: "GET /api/plugins/circuit-maintenance", Role: viewer},
	{Route: "GET /api/v1/aliases", Role: viewer},
	{Route: "GET /api/v1/aliases/{id}", Role: viewer},
	{Route: "GET /api/v1/changes", Role: viewer},
	{Route: "GET /api/v1/changes/{id}", Role: viewer},
	{Route: "GET /api/v1/circuit-types/{name}", Role: viewer},
	{Route: "GET /api/v1/edits", Role: viewer},
	{Route: "GET /api/v1/edits/{id}", Role: viewer},
	{Route: "GET /api/v1/findings", Role: viewer},
	{Route: "GET /api/v1/findings/{id}", Role: viewer},
	{Route: "GET /api/v1/impacts", Role: viewer},
	{Route: "GET /api/v1/impacts/{id}", Role: viewer},
	{Route: "GET /api/v1/maintenances/{id}/edits", Role: viewer},
	{Route: "GET /api/v1/maintenances/{id}/links", Role: viewer},
	{Route: "GET /api/v1/maintenances/{id}/windows/{ordinal}", Role: viewer},
	{Route: "GET /api/v1/notes", Role: viewer},
	{Route: "GET /api/v1/notes/{id}", Role: viewer},
	{Route: "GET /api/v1/polls/{id}", Role: viewer, Whole: true},
	{Route: "GET /api/v1/redundancy-groups/{id}", Role: viewer},
	{Route: "GET /api/v1/sources/{id}", Role: viewer, Whole: true},
	{Route: "GET /api/v1/terminations/{id}", Role: viewer},
	{Route: "GET /api/v1/windows", Role: viewer},
	{Route: "PATCH /api/v1/impacts/{id}", Role: operator},
	{Route: "PATCH /api/v1/notes/{id}", Role: operator},
	{Route: "POST /api/v1/findings/{id}/acknowledge", Role: operator},

	// As the Nautobot app has them.
	{Route: "GET /api/plugins/circuit-maintenance/circuitimpact", Role: viewer},
	{Route: "POST /api/plugins/circuit-maintenance/circuitimpact", Role: operator},
	{Route: "PUT /api/plugins/circuit-maintenance/circuitimpact", Role: operator},
	{Route: "PATCH /api/plugins/circuit-maintenance/circuitimpact", Role: operator},
	{Route: "DELETE /api/plugins/circuit-maintenance/circuitimpact", Role: operator},
	{Route: "GET /api/plugins/circuit-maintenance/circuitimpact/{id}", Role: viewer},
	{Route: "PUT /api/plugins/circuit-maintenance/circuitimpact/{id}", Role: operator},
	{Route: "PATCH /api/plugins/circuit-maintenance/circuitimpact/{id}", Role: operator},
	{Route: "DELETE /api/plugins/circuit-maintenance/circuitimpact/{id}", Role: operator},
	{Route: "GET /api/plugins/circuit-maintenance/maintenance", Role: viewer},
	{Route: "POST /api/plugins/circuit-maintenance/maintenance", Role: operator},
	{Route: "PUT /api/plugins/circuit-maintenance/maintenance", Role: operator},
	{Route: "PATCH /api/plugins/circuit-maintenance/maintenance", Role: operator},
	{Route: "DELETE /api/plugins/circuit-maintenance/maintenance", Role: operator},
	{Route: "GET /api/plugins/circuit-maintenance/maintenance/{id}", Role: viewer},
	{Route: "PUT /api/plugins/circuit-maintenance/maintenance/{id}", Role: operator},
	{Route: "PATCH /api/plugins/circuit-maintenance/maintenance/{id}", Role: operator},
	{Route: "DELETE /api/plugins/circuit-maintenance/maintenance/{id}", Role: operator},
	{Route: "GET /api/plugins/circuit-maintenance/note", Role: viewer},
	{Route: "POST /api/plugins/circuit-maintenance/note", Role: operator},
	{Route: "PUT /api/plugins/circuit-maintenance/note", Role: operator},
	{Route: "PATCH /api/plugins/circuit-maintenance/note", Role: operator},
	{Route: "DELETE /api/plugins/circuit-maintenance/note", Role: operator},
	{Route: "GET /api/plugins/circuit-maintenance/note/{id}", Role: viewer},
	{Route: "PUT /api/plugins/circuit-maintenance/note/{id}", Role: operator},
	{Route: "PATCH /api/plugins/circuit-maintenance/note/{id}", Role: operator},
	{Route: "DELETE /api/plugins/circuit-maintenance/note/{id}", Role: operator},
	{Route: "GET /api/plugins/circuit-maintenance/notificationsource", Role: viewer},
	{Route: "GET /api/plugins/circuit-maintenance/notificationsource/{id}", Role: viewer},
	{Route: "GET /api/plugins/circuit-maintenance/parsednotification", Role: viewer},
	{Route: "GET /api/plugins/circuit-maintenance/parsednotification/{id}", Role: viewer},
	{Route: "GET /api/plugins/circuit-maintenance/rawnotification", Role: viewer},
	{Route: "GET /api/plugins/circuit-maintenance/rawnotification/{id}", Role: viewer},
}
