package rest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"lineman/models"
)

// MailReader is what the API reads of mails, notices and sources.
type MailReader interface {
	Mails(ctx context.Context, s models.Scope, f models.MailFilter) ([]models.MailItem, int, error)
	Mail(ctx context.Context, s models.Scope, id string) (models.MailDetail, error)
	FindNotices(ctx context.Context, s models.Scope, f models.NoticeFilter) ([]models.NoticeItem, int, error)
	FindImpacts(ctx context.Context, s models.Scope, f models.ImpactFilter) ([]models.ImpactItem, int, error)
	FindNotes(ctx context.Context, s models.Scope, f models.NoteFilter) ([]models.Note, int, error)
	FindPolls(ctx context.Context, s models.Scope, f models.PollFilter) ([]models.PollItem, int, error)
	AuditLog(ctx context.Context, s models.Scope, p models.Page) ([]models.Audit, int, error)
	// SourceHealths are all sources, whoever asks.
	SourceHealths(ctx context.Context) ([]models.SourceHealth, error)
}

// SourceSetting is what the configuration says of a source.
type SourceSetting struct {
	AttachAll bool
	Providers []string // slugs; of AttachAll: all there are
}

func (s *server) registerAppMails() {
	const path = appPath
	get(s, path+"rawnotification", "app-rawnotifications", "Mails as the Nautobot app shows them, without their bytes", s.appRaws)
	get(s, path+"rawnotification/{id}", "app-rawnotification", "One mail as the Nautobot app shows it, without its bytes", s.appRaw)
	get(s, path+"parsednotification", "app-parsednotifications", "Notices as the Nautobot app shows them", s.appNotices)
	get(s, path+"parsednotification/{id}", "app-parsednotification", "One notice as the Nautobot app shows it", s.appNotice)
	get(s, path+"notificationsource", "app-notificationsources", "Sources as the Nautobot app shows them", s.appSources)
	get(s, path+"notificationsource/{id}", "app-notificationsource", "One source as the Nautobot app shows it, by id or slug", s.appSource)
}

type appRawQuery struct {
	AppPaging
	Shape
	ID        []string `query:"id,explode" maxItems:"1000" doc:"Any of these ids"`
	Q         string   `query:"q" maxLength:"200" doc:"Part of the subject"`
	Since     string   `query:"since" maxLength:"40" doc:"Received at this time or later"`
	Provider  []string `query:"provider,explode" maxItems:"100" doc:"Any of these providers, by slug, name or id"`
	Source    []string `query:"source,explode" maxItems:"100" doc:"Any of these sources, by name or id"`
	Sender    string   `query:"sender" maxLength:"200" doc:"Part of the sender's address"`
	Parsed    string   `query:"parsed" enum:"true,false,True,False,1,0" doc:"A notice was read in it"`
	Stamp     string   `query:"stamp" maxLength:"40" doc:"Received on this day, or at this instant"`
	StampFrom string   `query:"stamp__gte" maxLength:"40" doc:"Received at this time or later"`
	StampTo   string   `query:"stamp__lte" maxLength:"40" doc:"Received at this time or earlier"`
}

type appRawJSON struct {
	AppCommon
	Subject  string     `json:"subject"`
	Provider appRef     `json:"provider" doc:"Id of the provider"`
	Sender   string     `json:"sender"`
	Source   appRef     `json:"source" doc:"Id of the source"`
	Parsed   bool       `json:"parsed"`
	Stamp    *time.Time `json:"stamp"`
	AppExtra
}

func (s *server) appRaws(ctx context.Context, in *appRawQuery) (*answer[List[appRawJSON]], error) {
	f := models.MailFilter{IDs: in.ID, Query: in.Q, Sender: in.Sender, Parsed: truth(in.Parsed), Page: in.page()}
	var err error
	if f.Received, err = spanOf("stamp", in.Stamp, in.StampFrom, in.StampTo); err != nil {
		return nil, err
	}
	since, err := instantOf("since", in.Since)
	if err != nil {
		return nil, err
	}
	if since.After(f.Received.From) {
		f.Received.From = since
	}
	if f.Providers, err = s.slugs(ctx, in.Provider); err != nil {
		return nil, err
	}
	if f.Sources, err = s.sourceNames(ctx, in.Source); err != nil {
		return nil, err
	}
	rows, total, err := s.o.Reader.Mails(ctx, whoAsks(ctx).Scope, f)
	if err != nil {
		return nil, fmt.Errorf("list mails: %w", err)
	}
	with, err := s.relate(ctx, in.Shape, wanted{providers: true, sources: true})
	if err != nil {
		return nil, err
	}
	return newList(ctx, rows, total, f.Page, func(r models.MailItem) appRawJSON { return appRawOf(ctx, r.RawNotification, with, in.Shape) }), nil
}

// sourceNames turns names and ids of sources into names.
func (s *server) sourceNames(ctx context.Context, values []string) ([]string, error) {
	if len(values) == 0 {
		return nil, nil
	}
	all, err := s.o.Reader.SourceHealths(ctx)
	if err != nil {
		return nil, fmt.Errorf("list sources: %w", err)
	}
	names := slices.Clone(values)
	for i, v := range values {
		for _, h := range all {
			if h.ID == v {
				names[i] = h.Name
			}
		}
	}
	return names, nil
}

func (s *server) appRaw(ctx context.Context, in *appItem) (*answer[appRawJSON], error) {
	r, err := s.o.Reader.Mail(ctx, whoAsks(ctx).Scope, in.ID)
	if err != nil {
		return nil, fmt.Errorf("read a mail: %w", err)
	}
	with, err := s.relate(ctx, in.Shape, wanted{providers: true, sources: true})
	if err != nil {
		return nil, err
	}
	return &answer[appRawJSON]{Body: appRawOf(ctx, r.RawNotification, with, in.Shape)}, nil
}

func appRawOf(ctx context.Context, r models.RawNotification, with *related, shape Shape) appRawJSON {
	parsed := r.State == models.StateParsed || r.State == models.StateDuplicate || r.State == models.StateNeedsReview
	return appRawJSON{
		AppCommon: common(ctx, "rawnotification", r.ID, r.Subject, r.CreatedAt, r.UpdatedAt),
		Subject:   r.Subject, Provider: with.provider(r.ProviderID), Sender: r.Sender, Source: with.source(r.SourceID),
		Parsed: parsed, Stamp: instant(r.Received), AppExtra: shape.extra(),
	}
}

type appNoticeQuery struct {
	AppPaging
	Shape
	ID          []string `query:"id,explode" maxItems:"1000" doc:"Any of these ids"`
	Q           string   `query:"q" maxLength:"200" doc:"Part of the maintenance's name or of the summary"`
	Maintenance []string `query:"maintenance,explode" maxItems:"1000" doc:"Any of these maintenances, by name or id"`
	Raw         []string `query:"raw_notification,explode" maxItems:"1000" doc:"Any of these mails, by id"`
}

type appNoticeJSON struct {
	AppCommon
	Maintenance     appRef `json:"maintenance" doc:"Id of the maintenance"`
	RawNotification appRef `json:"raw_notification"`
	JSON            string `json:"json" doc:"The notice as JSON text, as the app keeps it"`
	AppExtra
}

func (s *server) appNotices(ctx context.Context, in *appNoticeQuery) (*answer[List[appNoticeJSON]], error) {
	f := models.NoticeFilter{IDs: in.ID, Query: in.Q, Maintenances: in.Maintenance, Raws: in.Raw, Page: in.page()}
	rows, total, err := s.o.Reader.FindNotices(ctx, whoAsks(ctx).Scope, f)
	if err != nil {
		return nil, fmt.Errorf("list notices: %w", err)
	}
	with, err := s.relateNotices(ctx, in.Shape, rows)
	if err != nil {
		return nil, err
	}
	return newList(ctx, rows, total, f.Page, func(n models.NoticeItem) appNoticeJSON { return appNoticeOf(ctx, n, with, in.Shape) }), nil
}

func (s *server) appNotice(ctx context.Context, in *appItem) (*answer[appNoticeJSON], error) {
	n, err := s.notice(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	with, err := s.relateNotices(ctx, in.Shape, []models.NoticeItem{n})
	if err != nil {
		return nil, err
	}
	return &answer[appNoticeJSON]{Body: appNoticeOf(ctx, n, with, in.Shape)}, nil
}

func (s *server) relateNotices(ctx context.Context, shape Shape, rows []models.NoticeItem) (*related, error) {
	return s.relate(ctx, shape, wanted{
		maintenances: convert(rows, func(n models.NoticeItem) string { return n.MaintenanceRowID }),
		mails:        convert(rows, func(n models.NoticeItem) string { return n.RawID }),
	})
}

// notice reads one notice by its id.
func (s *server) notice(ctx context.Context, id string) (models.NoticeItem, error) {
	rows, _, err := s.o.Reader.FindNotices(ctx, whoAsks(ctx).Scope, models.NoticeFilter{IDs: []string{id}, Page: models.Page{Limit: 1}})
	if err == nil && len(rows) == 0 {
		err = models.ErrNotFound
	}
	if err != nil {
		return models.NoticeItem{}, fmt.Errorf("read a notice: %w", err)
	}
	return rows[0], nil
}

func appNoticeOf(ctx context.Context, n models.NoticeItem, with *related, shape Shape) appNoticeJSON {
	return appNoticeJSON{
		AppCommon:   common(ctx, "parsednotification", n.ID, n.MaintenanceName, n.CreatedAt, n.CreatedAt),
		Maintenance: with.maintenance(n.MaintenanceRowID), RawNotification: with.mail(n.RawID), JSON: libraryJSON(n.Notice), AppExtra: shape.extra(),
	}
}

type appSourceQuery struct {
	AppPaging
	Shape
	ID        []string `query:"id,explode" maxItems:"1000" doc:"Any of these ids"`
	Q         string   `query:"q" maxLength:"200" doc:"Part of the name"`
	Name      []string `query:"name,explode" maxItems:"100" doc:"Any of these names"`
	AttachAll string   `query:"attach_all_providers" enum:"true,false,True,False,1,0" doc:"It reads for all providers, future ones too"`
	Providers []string `query:"providers,explode" maxItems:"100" doc:"It reads for any of these providers, by slug, name or id"`
}

type appSourceJSON struct {
	AppCommon
	Name      string    `json:"name"`
	Slug      string    `json:"slug"`
	AttachAll bool      `json:"attach_all_providers"`
	Providers *[]appRef `json:"providers,omitempty" doc:"Ids of the providers that it reads for; not with exclude_m2m"`
	AppExtra

	reads []string // ids of those providers
}

// sourceRows gives the sources to those who see everything; a source belongs to
// no tenant.
func (s *server) sourceRows(ctx context.Context, shape Shape) ([]appSourceJSON, error) {
	if !whoAsks(ctx).Scope.All {
		return nil, nil
	}
	rows, err := s.o.Reader.SourceHealths(ctx)
	if err != nil {
		return nil, fmt.Errorf("list sources: %w", err)
	}
	providers, err := s.o.Reader.Providers(ctx)
	if err != nil {
		return nil, fmt.Errorf("list providers: %w", err)
	}
	with, err := s.relate(ctx, shape, wanted{providers: true})
	if err != nil {
		return nil, err
	}
	return convert(rows, func(h models.SourceHealth) appSourceJSON {
		setting := s.o.Source(h.Name)
		j := appSourceJSON{
			AppCommon: common(ctx, "notificationsource", h.ID, h.Name, h.CreatedAt, h.UpdatedAt), Name: h.Name, Slug: h.Name,
			AttachAll: setting.AttachAll, AppExtra: shape.extra(),
		}
		refs := []appRef{}
		for _, p := range providers {
			if setting.AttachAll || slices.Contains(setting.Providers, p.Slug) {
				j.reads, refs = append(j.reads, p.ID), append(refs, with.provider(p.ID))
			}
		}
		if leave := truth(shape.ExcludeM2M); leave == nil || !*leave {
			j.Providers = &refs
		}
		return j
	}), nil
}

func (s *server) appSources(ctx context.Context, in *appSourceQuery) (*answer[List[appSourceJSON]], error) {
	rows, err := s.sourceRows(ctx, in.Shape)
	if err != nil {
		return nil, err
	}
	wanted, err := s.providerIDs(ctx, in.Providers)
	if err != nil {
		return nil, err
	}
	rows = slices.DeleteFunc(rows, func(r appSourceJSON) bool {
		all := truth(in.AttachAll)
		reads := len(in.Providers) == 0 || slices.ContainsFunc(r.reads, func(id string) bool { return slices.Contains(wanted, id) })
		return len(in.ID) > 0 && !slices.Contains(in.ID, r.ID) || len(in.Name) > 0 && !slices.Contains(in.Name, r.Name) ||
			!strings.Contains(strings.ToLower(r.Name), strings.ToLower(in.Q)) || all != nil && *all != r.AttachAll || !reads
	})
	return newList(ctx, slice(rows, in.page()), len(rows), in.page(), func(r appSourceJSON) appSourceJSON { return r }), nil
}

// providerIDs turns slugs, names and ids of providers into ids.
func (s *server) providerIDs(ctx context.Context, values []string) (ids []string, err error) {
	if len(values) == 0 {
		return nil, nil
	}
	slugs, err := s.slugs(ctx, values)
	if err != nil {
		return nil, err
	}
	all, err := s.o.Reader.Providers(ctx)
	for _, p := range all {
		if slices.Contains(slugs, p.Slug) {
			ids = append(ids, p.ID)
		}
	}
	return ids, err
}

func (s *server) appSource(ctx context.Context, in *appItem) (*answer[appSourceJSON], error) {
	rows, err := s.sourceRows(ctx, in.Shape)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		if r.ID == in.ID || r.Slug == in.ID {
			return &answer[appSourceJSON]{Body: r}, nil
		}
	}
	return nil, models.ErrNotFound
}
