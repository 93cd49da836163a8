package ingest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"lineman/models"
	"lineman/parsers"
)

// Reviews is what the database keeps of mail that waits for people.
type Reviews interface {
	ReviewItems(ctx context.Context, s models.Scope, f models.ReviewFilter) ([]models.ReviewItem, int, error)
	ReviewItem(ctx context.Context, s models.Scope, id string) (models.ReviewDetail, error)
	// MatchCircuits says what circuit ids of a provider mean.
	MatchCircuits(ctx context.Context, providerID string, cids []string) ([]models.MeantCircuit, error)
	// Proposal gives what a language model last proposed for a mail.
	Proposal(ctx context.Context, s models.Scope, rawID string) (models.ProposalRun, error)
	// Review does what a person asks for, with what the mail says afterwards
	// where that changes.
	Review(ctx context.Context, by models.Principal, w models.ReviewWrite, v *models.Verdict) (models.Reviewed, error)
}

// DeskStore is what a Desk needs of the database.
type DeskStore interface {
	Reviews
	Reparses
}

// Desk is where people see to mail that waits for them, and have stored mail
// read again. It may be used from several goroutines.
type Desk struct {
	p     *Pipeline
	store DeskStore
}

// NewDesk makes a Desk over the mail of a pipeline.
func NewDesk(p *Pipeline, s DeskStore) *Desk { return &Desk{p: p, store: s} }

// List gives mail that waits, or did: what names a known circuit first, then
// the newest.
func (d *Desk) List(ctx context.Context, s models.Scope, f models.ReviewFilter) ([]models.ReviewItem, int, error) {
	return d.store.ReviewItems(ctx, s, f)
}

// Show gives one mail with everything that is needed to decide: what was read
// and where, what is missing, what its circuits mean, what a model proposes, and
// what people did.
// models.ErrNotFound when it is not there or not in scope.
func (d *Desk) Show(ctx context.Context, s models.Scope, id string) (models.ReviewDetail, error) {
	item, err := d.store.ReviewItem(ctx, s, id)
	if err != nil {
		return item, err
	}
	raw, err := d.raw(ctx, id)
	if err != nil {
		return item, err
	}
	m, err := d.p.matcher(ctx)
	if err != nil {
		return item, err
	}
	seen := d.p.look(raw, d.p.sourceByID(ctx, raw.SourceID), m)
	item.Evidence = seen.evidence()
	if len(item.Notices) == 0 {
		if item.Circuits, err = d.store.MatchCircuits(ctx, item.ProviderID, cidsOf(seen.partial())); err != nil {
			return item, fmt.Errorf("match circuits: %w", err)
		}
	}
	for _, act := range slices.Backward(item.Acts) {
		if act.UndoneBy == "" {
			item.Evidence.Filled(act)
		}
	}
	if item.Open && item.Reading == models.ReadingOurs {
		item.Proposed, err = d.store.Proposal(ctx, s, id)
	}
	return item, err
}

// raw reads one stored mail, to be judged as if for the first time.
func (d *Desk) raw(ctx context.Context, id string) (models.RawNotification, error) {
	raws, err := d.p.Store.Raws(ctx, []string{id})
	if err == nil && len(raws) == 0 {
		err = models.ErrNotFound
	}
	if err != nil {
		return models.RawNotification{}, fmt.Errorf("read a stored mail: %w", err)
	}
	raws[0].Attempts = 0
	return raws[0], nil
}

// retries bounds how often an act begins anew because its mail changed at
// the same moment, where the person named no version.
const retries = 3

// Act does what a person asks for with one mail, and gives what it came to.
// Errors are those of the store's Review. Other mail that is read again for
// it is read before Act returns; what fails there is left to the service.
func (d *Desk) Act(ctx context.Context, by models.Principal, w models.ReviewWrite) (models.Reviewed, error) {
	if err := w.Check(); err != nil {
		return models.Reviewed{}, err
	}
	for try := 1; ; try++ {
		done, err := d.act(ctx, by, w)
		if errors.Is(err, models.ErrStale) && w.Expected == 0 && try < retries {
			continue
		}
		if err != nil {
			return done, err
		}
		d.follow(ctx, w.Action, done.Mails)
		return done, nil
	}
}

func (d *Desk) act(ctx context.Context, by models.Principal, w models.ReviewWrite) (models.Reviewed, error) {
	item, err := d.store.ReviewItem(ctx, by.Scope, w.ID)
	if err != nil {
		return models.Reviewed{}, err
	}
	var v *models.Verdict
	if w.Expected == 0 || w.Expected == item.Version { // else it is refused anyway
		w.Expected = item.Version
		if v, err = d.verdictFor(ctx, item, w, by); err != nil {
			return models.Reviewed{}, err
		}
	}
	return d.store.Review(ctx, by, w, v)
}

// follow has other mail read again that an act is about.
func (d *Desk) follow(ctx context.Context, action models.ReviewAction, ids []string) {
	if len(ids) == 0 {
		return
	}
	var err error
	if action == models.ReviewUndo {
		_, err = d.reparse(ctx, Reparse{Filter: models.ReparseFilter{IDs: ids}})
	} else {
		_, err = d.p.ProcessIDs(ctx, ids, "")
	}
	if err != nil {
		d.p.Logger.Warn("other mail of a reviewed one was not read again at once", "mails", len(ids), "error", err)
	}
}

// verdictFor reads the mail as it is to be read after the act; nil where the
// act does not change that.
func (d *Desk) verdictFor(ctx context.Context, item models.ReviewDetail, w models.ReviewWrite, by models.Principal) (*models.Verdict, error) {
	reads := w.Action == models.ReviewAssign || w.Action == models.ReviewFill
	var last models.ReviewAct
	if w.Action == models.ReviewUndo {
		if i := slices.IndexFunc(item.Acts, func(a models.ReviewAct) bool { return a.UndoneBy == "" }); i >= 0 {
			last = item.Acts[i]
		}
		reads = slices.Contains([]models.ReviewAction{models.ReviewAssign, models.ReviewFill, models.ReviewDismiss}, last.Action)
	}
	if !reads {
		return nil, nil
	}
	if item.Deleted {
		return nil, models.Invalid("", "the bytes of this mail were removed by retention, so that it cannot be read again")
	}
	raw, err := d.raw(ctx, item.ID)
	if err != nil {
		return nil, err
	}
	m, err := d.p.matcher(ctx)
	if err != nil {
		return nil, err
	}
	src := d.p.sourceByID(ctx, raw.SourceID)
	var v models.Verdict
	switch {
	case w.Action == models.ReviewFill:
		v, err = d.completed(raw, src, m, w, by)
	case w.Action == models.ReviewAssign:
		v, err = d.assigned(ctx, raw, src, m, w)
	default:
		if last.Action == models.ReviewAssign {
			raw.AssignedID, m = last.Assigned, m.without(last.Address)
		}
		v = d.p.verdict(raw, src, m)
		v.Cause = models.CauseEdit
	}
	return &v, err
}

// without gives a matcher that does not know an address.
func (m matcher) without(address string) matcher {
	out := m
	out.providers = slices.Clone(m.providers)
	for i, p := range out.providers {
		out.providers[i].Emails = slices.DeleteFunc(slices.Clone(p.Emails), func(a string) bool { return address != "" && a == address })
	}
	return out
}

// assigned reads a mail as one of the provider that a person names.
func (d *Desk) assigned(ctx context.Context, raw models.RawNotification, src Source, m matcher, w models.ReviewWrite) (models.Verdict, error) {
	i := slices.IndexFunc(m.providers, func(p models.Provider) bool {
		return p.ID == w.Provider || strings.EqualFold(p.Slug, w.Provider) || strings.EqualFold(p.Name, w.Provider)
	})
	if i < 0 {
		return models.Verdict{}, models.Invalid("provider", "there is no provider %q; import it first, or correct the name", w.Provider)
	}
	seen := d.p.look(raw, src, m)
	if senders := seen.senders; w.Sender != "" && !slices.Contains(senders, parsers.NormalizeAddress(w.Sender)) {
		return models.Verdict{}, models.Invalid("sender", "the mail is not from %s; it is from %s", w.Sender, orNobody(senders))
	}
	raw.AssignedID = m.providers[i].ID
	v := d.p.verdict(raw, src, m)
	v.Cause = models.CauseBackfill
	v.Trust = d.p.trust(ctx, raw, v, src.Header, m)
	return v, nil
}

func orNobody(senders []string) string {
	if len(senders) == 0 {
		return "nobody that it names"
	}
	return strings.Join(senders, ", ")
}

// ByPerson is the parser of a notice that a person completed.
const ByPerson = "person"

// completed reads a mail as far as it can be read, with what a person knows.
func (d *Desk) completed(raw models.RawNotification, src Source, m matcher, w models.ReviewWrite, by models.Principal) (v models.Verdict, err error) {
	seen := d.p.look(raw, src, m)
	if seen.provider.ID == "" {
		return v, models.Invalid("provider", "nobody knows whose mail this is; assign its provider first")
	}
	notices := slices.Clone(seen.result.Notices)
	if seen.result.Outcome != parsers.OutcomeMaintenance {
		notices = seen.partial()
	}
	if len(notices) == 0 {
		notices = []models.Notice{blank(raw, seen)}
	}
	n := w.Fill.Notice
	switch {
	case n == 0 && len(notices) > 1:
		return v, models.Invalid("notice", "the mail tells of %d maintenances; say which one, from 1 on", len(notices))
	case n < 0 || n > len(notices):
		return v, models.Invalid("notice", "the mail has no notice %d; it has %d", n, len(notices))
	case n == 0:
		n = 1
	}
	for i := range notices {
		fill := models.NoticeFill{}
		if i == n-1 {
			fill = w.Fill
		}
		full, missing := fill.Complete(notices[i])
		switch {
		case len(missing) > 0 && i == n-1:
			return v, models.Invalid("", "still missing: %s; give that too", strings.Join(missing, ", "))
		case len(missing) > 0:
			return v, models.Invalid("notice", "notice %d of the mail lacks %s as well; dismiss the mail, and create its maintenances", i+1, strings.Join(missing, ", "))
		case full.Account == "" && seen.provider.IDsPerAccount:
			return v, models.Invalid("account", "the ids of %s are unique only within an account; name the account", seen.provider.Slug)
		}
		if i == n-1 {
			full.Parser, full.ParserVersion = ByPerson, parsers.Version
			full.Warnings = append(slices.Clone(full.Warnings), "completed by "+by.Name+": "+strings.Join(fill.Fields(), ", "))
		}
		notices[i] = full
	}
	v = models.Verdict{
		RawID: raw.ID, ProviderID: seen.provider.ID, Sender: seen.sender, State: models.StateParsed,
		ParserVersion: parsers.Version, Format: ByPerson, Notices: notices, Cause: d.causeOf(notices),
	}
	v.Flags.Incomplete = m.misses(seen.mail, parsers.Result{Notices: notices})
	return v, nil
}

// causeOf is why a record changes by what a person filled in: it is news
// unless all of it is past.
func (d *Desk) causeOf(notices []models.Notice) models.Cause {
	for _, n := range notices {
		for _, w := range n.Windows {
			if w.End.After(d.p.Now()) {
				return models.CauseEdit
			}
		}
	}
	return models.CauseReparse
}

// blank is the notice of a mail in which nothing could be read.
func blank(raw models.RawNotification, seen sight) models.Notice {
	n := models.Notice{
		Provider: seen.provider.Slug, Organizer: seen.sender, Summary: raw.Subject, UID: "0", Sequence: 1, Stamp: raw.Date.UTC(),
	}
	if n.Stamp.IsZero() {
		n.Stamp = raw.Received.UTC()
	}
	n.Issued = n.Stamp
	return n
}

func cidsOf(notices []models.Notice) []string {
	var all []string
	for _, n := range notices {
		for _, w := range n.Windows {
			for _, c := range w.Circuits {
				if !slices.Contains(all, c.CID) {
					all = append(all, c.CID)
				}
			}
		}
	}
	return all
}
