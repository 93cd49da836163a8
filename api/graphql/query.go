package graphql

import (
	"context"

	"github.com/google/uuid"
	graph "github.com/graph-gophers/graphql-go"

	"lineman/models"
)

// query is the type Query.
type query struct{}

type maintenanceArgs struct {
	pageArgs
	ID        *[]*graph.ID
	Name      *[]*string
	Status    *[]*string
	Ack       *bool
	Provider  *[]*string
	Circuit   *[]*string
	Site      *[]*string
	StartTime *dateTime
	EndTime   *dateTime
	Q         *string
}

// CircuitMaintenances lists maintenances.
func (query) CircuitMaintenances(ctx context.Context, args maintenanceArgs) ([]*maintenance, error) {
	var q asked
	f := models.MaintenanceFilter{
		IDs: q.ids("id", args.ID), Names: q.texts("name", args.Name), Statuses: words(&q, "status", args.Status, models.RecordStatuses),
		Acknowledged: args.Ack, Providers: q.texts("provider", args.Provider),
		Sites: q.texts("site", args.Site), Start: models.TimeRange{From: args.StartTime.orZero()}, End: models.TimeRange{To: args.EndTime.orZero()},
		Query: q.optional("q", args.Q), Page: q.page(args.pageArgs),
	}
	for _, c := range q.texts("circuit", args.Circuit) {
		if uuid.Validate(c) == nil {
			f.CircuitIDs = append(f.CircuitIDs, c)
		} else {
			f.Circuits = append(f.Circuits, c)
		}
	}
	return answer(ctx, q, func(r *request) ([]models.MaintenanceHead, error) {
		return r.reader.MaintenanceHeads(ctx, r.scope, f)
	}, newMaintenances)
}

type idArgs struct{ ID graph.ID }

// CircuitMaintenance gives one maintenance.
func (query) CircuitMaintenance(ctx context.Context, args idArgs) (*maintenance, error) {
	var q asked
	f := models.MaintenanceFilter{Page: models.Page{Limit: 1}}
	if id := q.text("id", string(args.ID)); uuid.Validate(id) == nil {
		f.IDs = []string{id}
	} else {
		f.Names = []string{id}
	}
	return one(answer(ctx, q, func(r *request) ([]models.MaintenanceHead, error) {
		return r.reader.MaintenanceHeads(ctx, r.scope, f)
	}, newMaintenances))
}

type impactArgs struct {
	pageArgs
	ID          *[]*graph.ID
	Impact      *[]*string
	Maintenance *[]*string
	Circuit     *[]*string
}

// CircuitImpacts lists impacts on circuits of the inventory.
func (query) CircuitImpacts(ctx context.Context, args impactArgs) ([]*impact, error) {
	var q asked
	f := models.ImpactFilter{
		IDs: q.ids("id", args.ID), Impacts: words(&q, "impact", args.Impact, models.Impacts), Maintenances: q.texts("maintenance", args.Maintenance),
		Circuits: q.texts("circuit", args.Circuit), Page: q.page(args.pageArgs),
	}
	return findImpacts(ctx, q, f)
}

// CircuitImpact gives one impact.
func (query) CircuitImpact(ctx context.Context, args idArgs) (*impact, error) {
	var q asked
	f := models.ImpactFilter{IDs: []string{q.text("id", string(args.ID))}, Page: models.Page{Limit: 1}}
	return one(findImpacts(ctx, q, f))
}

func findImpacts(ctx context.Context, q asked, f models.ImpactFilter) ([]*impact, error) {
	return answer(ctx, q, func(r *request) ([]models.ImpactItem, error) {
		found, _, err := r.reader.FindImpacts(ctx, r.scope, f)
		return found, err
	}, newImpacts)
}

type circuitArgs struct {
	pageArgs
	ID       *[]*graph.ID
	CID      *[]*string
	Provider *[]*string
	Site     *[]*string
	Type     *[]*string
	Q        *string

	Device    *[]*string
	Interface *[]*string
	Cable     *[]*string
	Removed   *bool
}

// Circuits lists circuits of the inventory.
func (query) Circuits(ctx context.Context, args circuitArgs) ([]*circuit, error) {
	var q asked
	f := models.CircuitFilter{
		IDs: q.ids("id", args.ID), CIDs: q.texts("cid", args.CID), Providers: q.texts("provider", args.Provider), Sites: q.texts("site", args.Site),
		Types: q.texts("type", args.Type), Query: q.optional("q", args.Q), Page: q.page(args.pageArgs),
		Devices: q.texts("device", args.Device), Interfaces: q.texts("interface", args.Interface), Cables: q.texts("cable", args.Cable), Removed: args.Removed,
	}
	return findCircuits(ctx, q, f)
}

// Circuit gives one circuit.
func (query) Circuit(ctx context.Context, args idArgs) (*circuit, error) {
	var q asked
	f := models.CircuitFilter{IDs: []string{q.text("id", string(args.ID))}, Page: models.Page{Limit: 1}}
	return one(findCircuits(ctx, q, f))
}

func findCircuits(ctx context.Context, q asked, f models.CircuitFilter) ([]*circuit, error) {
	return answer(ctx, q, func(r *request) ([]*models.Circuit, error) {
		found, _, err := r.reader.Circuits(ctx, r.scope, f)
		return pointers(found), err
	}, newCircuits)
}

type providerArgs struct {
	pageArgs
	Slug *[]*string
}

// Providers lists the providers that are in scope themselves.
func (query) Providers(ctx context.Context, args providerArgs) ([]*provider, error) {
	var q asked
	slugs, page := q.texts("slug", args.Slug), q.page(args.pageArgs)
	return answer(ctx, q, func(r *request) ([]models.ProviderRef, error) {
		return r.reader.ProviderRefs(ctx, r.scope, slugs, page)
	}, newProviders)
}

type siteArgs struct {
	pageArgs
	Name   *[]*string
	Region *[]*string
	Tenant *[]*string
	Q      *string
}

// Sites lists sites.
func (query) Sites(ctx context.Context, args siteArgs) ([]*site, error) {
	var q asked
	f := models.SiteFilter{
		Names: q.texts("name", args.Name), Regions: q.texts("region", args.Region), Tenants: q.texts("tenant", args.Tenant),
		Query: q.optional("q", args.Q), Page: q.page(args.pageArgs),
	}
	return answer(ctx, q, func(r *request) ([]*models.Site, error) {
		found, _, err := r.reader.FindSites(ctx, r.scope, f)
		return pointers(found), err
	}, newSites)
}

type noteArgs struct {
	pageArgs
	ID          *[]*graph.ID
	Maintenance *[]*string
	Level       *[]*string
	Q           *string
}

// Notes lists notes.
func (query) Notes(ctx context.Context, args noteArgs) ([]*note, error) {
	var q asked
	f := models.NoteFilter{
		IDs: q.ids("id", args.ID), Maintenances: q.texts("maintenance", args.Maintenance),
		Levels: words(&q, "level", args.Level, []models.NoteLevel{models.NoteInfo, models.NoteWarning}),
		Query:  q.optional("q", args.Q), Page: q.page(args.pageArgs),
	}
	return answer(ctx, q, func(r *request) ([]models.Note, error) {
		found, _, err := r.reader.FindNotes(ctx, r.scope, f)
		return found, err
	}, newNotes)
}

type rawArgs struct {
	pageArgs
	ID       *[]*graph.ID
	Provider *[]*string
	Source   *[]*string
	Sender   *string
	Parsed   *bool
	Since    *dateTime
	Q        *string
}

// RawNotifications lists mails.
func (query) RawNotifications(ctx context.Context, args rawArgs) ([]*rawNotification, error) {
	var q asked
	f := models.MailFilter{
		IDs: q.ids("id", args.ID), Providers: q.texts("provider", args.Provider), Sources: q.texts("source", args.Source),
		Sender: q.optional("sender", args.Sender), Parsed: args.Parsed, Received: models.TimeRange{From: args.Since.orZero()},
		Query: q.optional("q", args.Q), Page: q.page(args.pageArgs),
	}
	return answer(ctx, q, func(r *request) ([]models.MailItem, error) {
		found, _, err := r.reader.Mails(ctx, r.scope, f)
		return found, err
	}, newRaws)
}

type noticeArgs struct {
	pageArgs
	ID              *[]*graph.ID
	Maintenance     *[]*string
	RawNotification *[]*graph.ID
	Q               *string
}

// ParsedNotifications lists what mails said.
func (query) ParsedNotifications(ctx context.Context, args noticeArgs) ([]*parsedNotification, error) {
	var q asked
	f := models.NoticeFilter{
		IDs: q.ids("id", args.ID), Maintenances: q.texts("maintenance", args.Maintenance), Raws: q.ids("raw_notification", args.RawNotification),
		Query: q.optional("q", args.Q), Page: q.page(args.pageArgs),
	}
	return answer(ctx, q, func(r *request) ([]models.NoticeItem, error) {
		found, _, err := r.reader.FindNotices(ctx, r.scope, f)
		return found, err
	}, newNotices)
}

type findingArgs struct {
	pageArgs
	Site     *[]*string
	Group    *[]*string
	Severity *[]*string
	State    *string
}

// Findings lists what falls together.
func (query) Findings(ctx context.Context, args findingArgs) ([]*finding, error) {
	var q asked
	f := models.FindingFilter{
		Sites: q.texts("site", args.Site), Groups: q.texts("group", args.Group),
		Severities: words(&q, "severity", args.Severity, []models.Severity{models.SeverityIsolated, models.SeverityDegraded, models.SeverityRisk}),
		Page:       q.page(args.pageArgs),
	}
	if args.State != nil {
		for _, s := range words(&q, "state", &[]*string{args.State}, []models.FindingState{models.FindingsOpen, models.FindingsClosed, models.FindingsAll}) {
			f.State = s
		}
	}
	return answer(ctx, q, func(r *request) ([]models.FindingItem, error) {
		found, _, err := r.reader.Findings(ctx, r.scope, f)
		return found, err
	}, newFindings)
}

// errMixed is why a query is refused that was let through as one of the schema.
var errMixed = models.Invalid("", "Ask for the schema and for records in separate queries.")

// answer reads a list that a query starts with, unless its arguments cannot be
// accepted, and makes its nodes.
func answer[R, N any](ctx context.Context, q asked, read func(*request) ([]R, error), nodes func(*request, []R) []N) ([]N, error) {
	if q.err != nil {
		return nil, q.err
	}
	r := of(ctx)
	if r.ofSchema {
		return nil, errMixed
	}
	rows, err := read(r)
	if err != nil {
		r.fail(err)
		return nil, nil
	}
	r.take(len(rows))
	return nodes(r, rows), nil
}

func pointers[T any](list []T) []*T {
	all := make([]*T, len(list))
	for i := range list {
		all[i] = &list[i]
	}
	return all
}

// one is the first of a list; null for none.
func one[N any](nodes []*N, err error) (*N, error) {
	if err != nil || len(nodes) == 0 {
		return nil, err
	}
	return nodes[0], nil
}
