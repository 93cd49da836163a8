package rest

import (
	"context"
	"fmt"
	"net/http"

	"lineman/models"
)

// ReviewDesk is where people see to mail that waits for them.
type ReviewDesk interface {
	List(ctx context.Context, s models.Scope, f models.ReviewFilter) ([]models.ReviewItem, int, error)
	Show(ctx context.Context, s models.Scope, id string) (models.ReviewDetail, error)
	Act(ctx context.Context, by models.Principal, w models.ReviewWrite) (models.Reviewed, error)
	ReparseOne(ctx context.Context, by models.Principal, id string, dry bool) (models.Reparsed, error)
}

const reviewPath = "/api/v1/review"

func (s *server) registerReview() {
	get(s, reviewPath, "list-review", "Mail that waits for a person: what names a known circuit first, then the newest", s.listReview)
	get(s, reviewPath+"/{id}", "get-review", "One mail that waits, with what was read and where, what is missing, what its circuits mean, and who did what", s.getReview)
	plain := func(action models.ReviewAction, summary string, tag bool) {
		reviewAct(s, action, summary, tag, func(w *models.ReviewWrite, r ReasonWrite) { w.Reason = textOf(r.Reason) })
	}
	plain(models.ReviewAccept, "Take what the mail says as it is", true)
	plain(models.ReviewReject, "Make what the mail says count no more", true)
	plain(models.ReviewDismiss, "Say that the mail is no maintenance", true)
	plain(models.ReviewUndo, "Take the last thing back that somebody did with the mail", true)
	plain(models.ReviewTake, "Say that you see to the mail", false)
	plain(models.ReviewRelease, "Leave the mail to others again", false)
	reviewAct(s, models.ReviewAssign, "Say whose mail it is; the sender is remembered, and its other mail that waits is read", true, func(w *models.ReviewWrite, a ReviewAssignWrite) {
		w.Provider, w.Sender, w.Once, w.Reason = a.Provider, textOf(a.Sender), a.Once != nil && *a.Once, textOf(a.Reason)
	})
	reviewAct(s, models.ReviewCircuit, "Say which circuit of the inventory the mail means; all mail that writes it so is linked", true, func(w *models.ReviewWrite, c ReviewCircuitWrite) {
		w.CID, w.Text, w.Reason = c.CID, textOf(c.Text), textOf(c.Reason)
	})
	reviewAct(s, models.ReviewFill, "Give the fields that could not be read; the notice counts as completed by you", true, func(w *models.ReviewWrite, f ReviewFillWrite) {
		w.Fill, w.Reason = f.fill(), textOf(f.Reason)
	})
	s.registerPropose()
	register(s, operation{
		method: http.MethodPost, path: "/api/v1/notifications/{id}/reparse", id: "reparse-notification",
		summary: "Read one stored mail again, and tell what that changes",
	}, s.reparse)
}

// ReviewAssignWrite says whose mail it is.
type ReviewAssignWrite struct {
	Provider string  `json:"provider" minLength:"1" maxLength:"200" doc:"Slug, name or id"`
	Sender   *string `json:"sender,omitempty" maxLength:"300" doc:"Address to remember; that of the mail where it is left out"`
	Once     *bool   `json:"once,omitempty" doc:"This mail only: remember nothing"`
	Reason   *string `json:"reason,omitempty" maxLength:"2000"`
}

// ReviewCircuitWrite says which circuit a text of the mail means.
type ReviewCircuitWrite struct {
	CID    string  `json:"cid" minLength:"1" maxLength:"300" doc:"Circuit id in the inventory"`
	Text   *string `json:"text,omitempty" maxLength:"300" doc:"As the mail writes it; needed where several are unknown"`
	Reason *string `json:"reason,omitempty" maxLength:"2000"`
}

// ReviewFillWrite are the fields of a notice that a person knows.
type ReviewFillWrite struct {
	Notice        *int           `json:"notice,omitempty" minimum:"1" maximum:"1000" doc:"Which notice of the mail; needed where it has several"`
	MaintenanceID *string        `json:"maintenance_id,omitempty" maxLength:"90" doc:"As the provider writes it"`
	Account       *string        `json:"account,omitempty" maxLength:"200"`
	Summary       *string        `json:"summary,omitempty" maxLength:"65536"`
	Status        *string        `json:"status,omitempty" enum:"TENTATIVE,CONFIRMED,RE-SCHEDULED,IN-PROCESS,COMPLETED,CANCELLED,NO-CHANGE"`
	Windows       []WindowWrite  `json:"windows,omitempty" maxItems:"100" nullable:"false" doc:"In the place of those that were read"`
	Circuits      []CircuitWrite `json:"circuits,omitempty" maxItems:"400" nullable:"false" doc:"Beside those that were read"`
	Reason        *string        `json:"reason,omitempty" maxLength:"2000"`
}

func (f ReviewFillWrite) fill() models.NoticeFill {
	fill := models.NoticeFill{
		MaintenanceID: textOf(f.MaintenanceID), Account: textOf(f.Account), Summary: textOf(f.Summary), Status: models.Status(textOf(f.Status)),
		Windows: windowsOf(f.Windows),
	}
	if f.Notice != nil {
		fill.Notice = *f.Notice
	}
	for _, c := range f.Circuits {
		fill.Circuits = append(fill.Circuits, models.NoticeCircuit{CID: c.CircuitID, Impact: models.Impact(c.Impact)})
	}
	return fill
}

// reviewAct registers one action. It answers with the item as it is then.
func reviewAct[W any](s *server, action models.ReviewAction, summary string, tag bool, fill func(*models.ReviewWrite, W)) {
	register(s, operation{
		method: http.MethodPost, path: reviewPath + "/{id}/" + string(action), id: string(action) + "-review", summary: summary,
		tag: tag, body: bodySchema[W](s, true, false),
	}, func(ctx context.Context, in *bodyInput) (*answer[reviewedJSON], error) {
		sent, err := decode[W](s, in.RawInput)
		if err != nil {
			return nil, err
		}
		w := models.ReviewWrite{ID: in.ID, Action: action}
		fill(&w, sent)
		w.Expected = whoAsks(ctx).match.version()
		done, err := s.o.Review.Act(ctx, whoAsks(ctx).Principal, w)
		if err != nil {
			return nil, fmt.Errorf("%s a mail that waits: %w", action, err)
		}
		d, err := s.o.Review.Show(ctx, whoAsks(ctx).Scope, in.ID)
		if err != nil {
			return nil, fmt.Errorf("read what was reviewed: %w", err)
		}
		whoAsks(ctx).reply.revision = d.Version
		return &answer[reviewedJSON]{Body: reviewedJSON{
			Said: done.Said, Maintenances: append([]string{}, done.Changed...), Mails: len(done.Mails), Item: reviewDetail(d),
		}}, nil
	})
}

type reviewQuery struct {
	Cursors
	Q        string   `query:"q" maxLength:"200" doc:"Part of the subject or of the sender"`
	State    string   `query:"state" enum:"open,done,all" default:"open"`
	Reason   []string `query:"reason,explode" maxItems:"20" enum:"failed,unknown-provider,quarantined,needs-review,incomplete,unknown-cids" doc:"Any of these reasons"`
	Provider []string `query:"provider,explode" maxItems:"100" doc:"Any of these provider slugs"`
	Owner    string   `query:"owner" maxLength:"200" doc:"Only what this person took"`
}

func (s *server) listReview(ctx context.Context, in *reviewQuery) (*answer[flow[ReviewJSON]], error) {
	page, err := in.pageFrom(ctx, "review")
	if err != nil {
		return nil, err
	}
	f := models.ReviewFilter{
		State: models.ReviewState(in.State), Reasons: likeStrings[models.ReviewReason](in.Reason), Providers: in.Provider, Owner: in.Owner, Query: in.Q, Page: page,
	}
	rows, total, err := s.o.Review.List(ctx, whoAsks(ctx).Scope, f)
	if err != nil {
		return nil, fmt.Errorf("list what waits for review: %w", err)
	}
	return newFlow(ctx, "review", rows, total, page, models.ReviewItem.After, review), nil
}

func (s *server) getReview(ctx context.Context, in *idPath) (*answer[reviewDetailJSON], error) {
	d, err := s.o.Review.Show(ctx, whoAsks(ctx).Scope, in.ID)
	if err != nil {
		return nil, fmt.Errorf("read what waits for review: %w", err)
	}
	whoAsks(ctx).reply.revision = d.Version
	return &answer[reviewDetailJSON]{Body: reviewDetail(d)}, nil
}

type reparseQuery struct {
	ItemID string `path:"id" maxLength:"36"`
	DryRun bool   `query:"dry_run" doc:"Change nothing"`
}

func (s *server) reparse(ctx context.Context, in *reparseQuery) (*answer[reparsedJSON], error) {
	r, err := s.o.Review.ReparseOne(ctx, whoAsks(ctx).Principal, in.ItemID, in.DryRun)
	if err != nil {
		return nil, fmt.Errorf("read a stored mail again: %w", err)
	}
	return &answer[reparsedJSON]{Body: reparsedJSON{
		ID: r.RawID, Changed: r.Differs(), Before: mailStateJSON{string(r.Old), r.OldError}, After: mailStateJSON{string(r.New), r.NewError},
		Maintenances: changedOf(r.Maintenances),
	}}, nil
}

// version is the one version that If-Match names; 0 where it names none or
// any. One that is not ours is a version that nothing has.
func (m match) version() int64 {
	switch {
	case !m.given || m.any:
		return 0
	case len(m.revisions) == 0:
		return 1
	}
	return m.revisions[0]
}

// noDesk is the review where there is none.
type noDesk struct{}

var errNoDesk = fmt.Errorf("there is no review here: %w", models.ErrNotFound)

func (noDesk) List(context.Context, models.Scope, models.ReviewFilter) ([]models.ReviewItem, int, error) {
	return nil, 0, nil
}

func (noDesk) Show(context.Context, models.Scope, string) (models.ReviewDetail, error) {
	return models.ReviewDetail{}, errNoDesk
}

func (noDesk) Act(context.Context, models.Principal, models.ReviewWrite) (models.Reviewed, error) {
	return models.Reviewed{}, errNoDesk
}

func (noDesk) ReparseOne(context.Context, models.Principal, string, bool) (models.Reparsed, error) {
	return models.Reparsed{}, errNoDesk
}
