package rest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"lineman/models"
)

// Announcer is what the API asks of announcements.
type Announcer interface {
	Subscriptions(ctx context.Context, by models.Principal) ([]models.Rule, error)
	Subscribe(ctx context.Context, by models.Principal, r models.Rule) (models.Rule, error)
	Unsubscribe(ctx context.Context, by models.Principal, rule string) (models.Rule, error)
	Announcements(ctx context.Context, by models.Principal, f models.AnnouncementFilter) ([]models.Announcement, int, error)
	Announcement(ctx context.Context, by models.Principal, id string) (models.Announcement, []models.AnnouncementAnswer, error)
	Resend(ctx context.Context, by models.Principal, id, destination string) (int, error)
	Destinations(ctx context.Context) ([]models.DestinationHealth, error)
	// Try sends a destination a test and gives a remark of it.
	Try(ctx context.Context, by models.Principal, destination string) (note string, err error)
}

func (s *server) registerAnnouncements() {
	get(s, "/api/v1/announcements", "list-announcements", "What was told of, and where it went, newest first", s.listAnnouncements)
	get(s, "/api/v1/announcements/{id}", "get-announcement", "One announcement with its deliveries, and why rules did not tell it", s.getAnnouncement)
	register(s, operation{method: http.MethodPost, path: "/api/v1/announcements/{id}/resend", id: "resend-announcement", summary: "Send an announcement again", status: http.StatusAccepted}, s.resendAnnouncement)
	s.registerDestinations()
	get(s, "/api/v1/subscriptions", "list-subscriptions", "The rules of who is told what: all of them, or with a narrowed scope one's own", s.listSubscriptions)
	register(s, operation{method: http.MethodPost, path: "/api/v1/subscriptions", id: "create-subscription", summary: "Subscribe a destination, in one's own scope", status: http.StatusCreated}, s.createSubscription)
	register(s, operation{method: http.MethodDelete, path: "/api/v1/subscriptions/{name}", id: "delete-subscription", summary: "Remove a subscription, by name or id", status: http.StatusNoContent}, s.deleteSubscription)
}

// silence is what there is where nothing is announced: empty lists.
type silence struct{}

var errSilent = fmt.Errorf("announcements are not configured: %w", models.ErrNotFound)

func (silence) Subscriptions(context.Context, models.Principal) ([]models.Rule, error) {
	return nil, nil
}

func (silence) Subscribe(context.Context, models.Principal, models.Rule) (models.Rule, error) {
	return models.Rule{}, errSilent
}

func (silence) Unsubscribe(context.Context, models.Principal, string) (models.Rule, error) {
	return models.Rule{}, errSilent
}

func (silence) Announcements(context.Context, models.Principal, models.AnnouncementFilter) ([]models.Announcement, int, error) {
	return nil, 0, nil
}

func (silence) Announcement(context.Context, models.Principal, string) (models.Announcement, []models.AnnouncementAnswer, error) {
	return models.Announcement{}, nil, errSilent
}

func (silence) Resend(context.Context, models.Principal, string, string) (int, error) {
	return 0, errSilent
}

func (silence) Destinations(context.Context) ([]models.DestinationHealth, error) { return nil, nil }

func (silence) Try(context.Context, models.Principal, string) (string, error) { return "", errSilent }

type announcementQuery struct {
	Cursors
	Kind        []string  `query:"kind,explode" maxItems:"30" doc:"Any of these kinds of event"`
	Maintenance []string  `query:"maintenance,explode" maxItems:"100" doc:"Any of these maintenances, by id"`
	Destination []string  `query:"destination,explode" maxItems:"100" doc:"Any of these destinations"`
	State       []string  `query:"state,explode" enum:"queued,held,grouped,sent,failed,dropped" doc:"With a delivery in any of these states"`
	From        time.Time `query:"from" doc:"It happened at or after this time"`
	To          time.Time `query:"to" doc:"It happened at or before this time"`
}

// AnnouncementJSON is an announcement in a list; exported as Paging is.
type AnnouncementJSON struct {
	ID          string         `json:"id"`
	Key         string         `json:"key" doc:"The same however often the event is derived"`
	Kind        string         `json:"kind"`
	Also        []string       `json:"also" nullable:"false" doc:"Kinds that are true of it as well"`
	At          time.Time      `json:"at"`
	Cause       string         `json:"cause"`
	Author      string         `json:"author" doc:"Empty: lineman itself, or a mail"`
	Name        string         `json:"name"`
	Maintenance *string        `json:"maintenance_id"`
	Finding     *string        `json:"finding_id"`
	Mail        *string        `json:"notification_id"`
	Changes     []toldJSON     `json:"changes" nullable:"false"`
	Detail      string         `json:"detail"`
	RoutedAt    *time.Time     `json:"routed_at" doc:"When its deliveries were made"`
	Deliveries  []deliveryJSON `json:"deliveries" nullable:"false" doc:"Empty for a narrowed scope"`
}

type toldJSON struct {
	Field string `json:"field"`
	Old   string `json:"old"`
	New   string `json:"new"`
}

type deliveryJSON struct {
	ID          string     `json:"id"`
	Rule        string     `json:"rule"`
	Destination string     `json:"destination"`
	State       string     `json:"state" doc:"queued, held, grouped, sent, failed or dropped"`
	Reason      string     `json:"reason" doc:"Why it is held, failed or dropped"`
	Urgent      bool       `json:"urgent"`
	Key         string     `json:"key" doc:"By which the destination can tell repeats"`
	Attempts    int        `json:"attempts"`
	NextAt      *time.Time `json:"next_at"`
	SentAt      *time.Time `json:"sent_at"`
}

type announcementDetailJSON struct {
	AnnouncementJSON
	Rules []ruleAnswerJSON `json:"rules" nullable:"false" doc:"What each rule says to it now; empty for a narrowed scope"`
}

type ruleAnswerJSON struct {
	Rule string `json:"rule"`
	Told bool   `json:"told"`
	Why  string `json:"why" doc:"Why it is not told, or what holds it"`
}

func (s *server) listAnnouncements(ctx context.Context, in *announcementQuery) (*answer[flow[AnnouncementJSON]], error) {
	f := models.AnnouncementFilter{Maintenances: in.Maintenance, Destinations: in.Destination, At: models.TimeRange{From: in.From.UTC(), To: in.To.UTC()}}
	for _, v := range in.Kind {
		f.Kinds = append(f.Kinds, models.EventKind(v))
	}
	for _, v := range in.State {
		f.States = append(f.States, models.DeliveryState(v))
	}
	page, err := in.pageFrom(ctx, "announcements")
	if err != nil {
		return nil, err
	}
	f.Page = page
	all, total, err := s.o.Announcer.Announcements(ctx, whoAsks(ctx).Principal, f)
	if err != nil {
		return nil, fmt.Errorf("list announcements: %w", err)
	}
	keys := func(v models.Announcement) []string { return []string{timeKey(v.At), v.ID} }
	return newFlow(ctx, "announcements", all, total, f.Page, keys, announcement), nil
}

func (s *server) getAnnouncement(ctx context.Context, in *idPath) (*answer[announcementDetailJSON], error) {
	v, rules, err := s.o.Announcer.Announcement(ctx, whoAsks(ctx).Principal, in.ID)
	if err != nil {
		return nil, fmt.Errorf("read an announcement: %w", err)
	}
	return &answer[announcementDetailJSON]{announcementDetailJSON{announcement(v), convert(rules, func(r models.AnnouncementAnswer) ruleAnswerJSON {
		return ruleAnswerJSON(r)
	})}}, nil
}

type resendBody struct {
	ID   string `path:"id"`
	Body struct {
		Destination string `json:"destination,omitempty" doc:"Empty: where it was not sent"`
	}
}

type resentJSON struct {
	Deliveries int `json:"deliveries"`
}

func (s *server) resendAnnouncement(ctx context.Context, in *resendBody) (*answer[resentJSON], error) {
	n, err := s.o.Announcer.Resend(ctx, whoAsks(ctx).Principal, in.ID, in.Body.Destination)
	if err != nil {
		return nil, fmt.Errorf("send an announcement again: %w", err)
	}
	return &answer[resentJSON]{resentJSON{n}}, nil
}

func announcement(v models.Announcement) AnnouncementJSON {
	j := AnnouncementJSON{
		ID: v.ID, Key: v.Key, Kind: string(v.Kind), At: v.At, Cause: string(v.Cause), Author: v.Author, Name: v.Name, Detail: v.Detail,
		Maintenance: maybe(v.MaintenanceID), Finding: maybe(v.FindingID), Mail: maybe(v.RawID), RoutedAt: instant(v.Routed),
		Also:    convert(v.Also, func(k models.EventKind) string { return string(k) }),
		Changes: convert(v.Changes, func(c models.Change) toldJSON { return toldJSON{c.Field, c.Old, c.New} }),
	}
	j.Deliveries = convert(v.Deliveries, func(d models.Delivery) deliveryJSON {
		return deliveryJSON{
			ID: d.ID, Rule: d.RuleName, Destination: d.Destination, State: string(d.State), Reason: d.Reason, Urgent: d.Urgent, Key: d.Key,
			Attempts: d.Attempts, NextAt: instant(d.NextAt), SentAt: instant(d.SentAt),
		}
	})
	return j
}

func maybe(id string) *string {
	if id == "" {
		return nil
	}
	return &id
}

// SubscriptionBody is a rule as it is written and read; exported as Paging is.
type SubscriptionBody struct {
	Name         string       `json:"name" maxLength:"100"`
	Destination  string       `json:"destination" maxLength:"200" doc:"A configured destination, or PLATFORM:CHANNEL"`
	Providers    []string     `json:"providers,omitempty" maxItems:"100" doc:"Slugs"`
	Sites        []string     `json:"sites,omitempty" maxItems:"100"`
	Circuits     []string     `json:"circuits,omitempty" maxItems:"500" doc:"Ids as the provider writes them"`
	CircuitTypes []string     `json:"circuit_types,omitempty" maxItems:"100"`
	Tenants      []string     `json:"tenants,omitempty" maxItems:"100"`
	Tags         []string     `json:"tags,omitempty" maxItems:"100"`
	Statuses     []string     `json:"statuses,omitempty" maxItems:"20"`
	MinImpact    string       `json:"min_impact,omitempty"`
	Phases       []string     `json:"phases,omitempty" maxItems:"20"`
	LeadHours    int          `json:"lead_hours,omitempty" minimum:"0" maximum:"8760" doc:"Only what starts sooner than this"`
	Kinds        []string     `json:"kinds,omitempty" maxItems:"40" doc:"None: every kind of event"`
	Reminders    []int        `json:"reminder_minutes,omitzero" maxItems:"10" doc:"Before a window starts; left out: 7 days, 24 hours, 1 hour; an empty list: none"`
	Zone         string       `json:"time_zone,omitempty" maxLength:"60"`
	Quiet        quietBody    `json:"quiet_hours,omitzero"`
	Urgent       urgentBody   `json:"urgent,omitzero"`
	Digest       digestBody   `json:"digest,omitzero"`
	Escalate     escalateBody `json:"escalate,omitzero"`
}

type quietBody struct {
	From string   `json:"from,omitempty" doc:"22:00"`
	To   string   `json:"to,omitempty"`
	Days []string `json:"days,omitempty" maxItems:"7" doc:"mon to sun, on which they begin; none: all"`
}

type urgentBody struct {
	WithinMinutes int      `json:"within_minutes,omitempty" minimum:"0" maximum:"86400" doc:"A change or cancellation this long before the start is urgent; left out: 24 hours"`
	Kinds         []string `json:"kinds,omitempty" maxItems:"40" doc:"Kinds of event that are always urgent"`
	Never         bool     `json:"never,omitempty" doc:"Nothing is urgent"`
}

type digestBody struct {
	Cron     string `json:"cron,omitempty" maxLength:"100"`
	Template string `json:"template,omitempty" doc:"digest or handover"`
}

type escalateBody struct {
	AfterMinutes int    `json:"after_minutes,omitempty" minimum:"0" maximum:"10080"`
	Rule         string `json:"rule,omitempty" doc:"Name of the rule whose destination is told"`
}

type subscriptionJSON struct {
	ID        string    `json:"id"`
	Author    string    `json:"author" doc:"Empty: the configuration"`
	From      string    `json:"from" doc:"config, chat or api"`
	Asleep    string    `json:"asleep" doc:"Why nothing is told by it, such as that its author is gone; empty: it works"`
	CreatedAt time.Time `json:"created_at"`
	SubscriptionBody
}

type newSubscription struct{ Body SubscriptionBody }

func (b SubscriptionBody) rule() models.Rule {
	r := models.Rule{
		Name: b.Name, From: models.RuleFromAPI, Destination: b.Destination, Zone: b.Zone,
		Filter: models.RuleFilter{
			Providers: b.Providers, Sites: b.Sites, Circuits: b.Circuits, CircuitTypes: b.CircuitTypes, Tenants: b.Tenants, Tags: b.Tags,
			Statuses: typed[models.Status](b.Statuses), MinImpact: models.Impact(b.MinImpact), Phases: typed[models.Phase](b.Phases),
			LeadTime: time.Duration(b.LeadHours) * time.Hour, Kinds: typed[models.EventKind](b.Kinds),
		},
		Quiet: models.QuietHours(b.Quiet), Digest: models.DigestPlan(b.Digest),
		Urgent: models.UrgentRules{
			Within: time.Duration(b.Urgent.WithinMinutes) * time.Minute, Kinds: typed[models.EventKind](b.Urgent.Kinds), Never: b.Urgent.Never,
		},
		Escalate: models.Escalation{After: time.Duration(b.Escalate.AfterMinutes) * time.Minute, Rule: b.Escalate.Rule},
	}
	if b.Reminders != nil {
		r.Reminders = []time.Duration{}
	}
	for _, m := range b.Reminders {
		r.Reminders = append(r.Reminders, time.Duration(m)*time.Minute)
	}
	return r
}

func typed[T ~string](list []string) []T {
	var all []T
	for _, v := range list {
		all = append(all, T(v))
	}
	return all
}

func plainWords[T ~string](list []T) []string {
	var all []string
	for _, v := range list {
		all = append(all, string(v))
	}
	return all
}

func subscription(r models.Rule) subscriptionJSON {
	b := SubscriptionBody{
		Name: r.Name, Destination: r.Destination, Providers: r.Filter.Providers, Sites: r.Filter.Sites, Circuits: r.Filter.Circuits,
		CircuitTypes: r.Filter.CircuitTypes, Tenants: r.Filter.Tenants, Tags: r.Filter.Tags, Statuses: plainWords(r.Filter.Statuses),
		MinImpact: string(r.Filter.MinImpact), Phases: plainWords(r.Filter.Phases), LeadHours: int(r.Filter.LeadTime / time.Hour),
		Kinds: plainWords(r.Filter.Kinds), Zone: r.Zone, Quiet: quietBody(r.Quiet), Digest: digestBody(r.Digest), Reminders: []int{},
		Urgent:   urgentBody{int(r.Urgent.Within / time.Minute), plainWords(r.Urgent.Kinds), r.Urgent.Never},
		Escalate: escalateBody{int(r.Escalate.After / time.Minute), r.Escalate.Rule},
	}
	for _, d := range r.Reminders {
		b.Reminders = append(b.Reminders, int(d/time.Minute))
	}
	return subscriptionJSON{ID: r.ID, Author: r.Author, From: string(r.From), Asleep: r.Asleep, CreatedAt: r.CreatedAt, SubscriptionBody: b}
}

func (s *server) listSubscriptions(ctx context.Context, in *struct{ Paging }) (*answer[List[subscriptionJSON]], error) {
	all, err := s.o.Announcer.Subscriptions(ctx, whoAsks(ctx).Principal)
	if err != nil {
		return nil, fmt.Errorf("list subscriptions: %w", err)
	}
	page, total := in.page(), len(all)
	from := min(page.Offset, total)
	return newList(ctx, all[from:min(from+page.Limit, total)], total, page, subscription), nil
}

func (s *server) createSubscription(ctx context.Context, in *newSubscription) (*answer[subscriptionJSON], error) {
	r, err := s.o.Announcer.Subscribe(ctx, whoAsks(ctx).Principal, in.Body.rule())
	if err != nil {
		return nil, fmt.Errorf("subscribe: %w", err)
	}
	return &answer[subscriptionJSON]{subscription(r)}, nil
}

type subscriptionPath struct {
	Name string `path:"name"`
}

func (s *server) deleteSubscription(ctx context.Context, in *subscriptionPath) (*nothing, error) {
	_, err := s.o.Announcer.Unsubscribe(ctx, whoAsks(ctx).Principal, in.Name)
	if err != nil && !errors.Is(err, models.ErrNotFound) {
		return nil, fmt.Errorf("unsubscribe: %w", err)
	}
	return nil, err
}
