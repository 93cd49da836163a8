package propose

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"lineman/models"
	"lineman/parsers"
)

// Model answers a question in text. Its errors are sentences for people and
// hold no secret.
type Model interface {
	// Ask gives the answer to a question: what it is to do, and the data that it
	// is about.
	Ask(ctx context.Context, task, data string) (string, error)
	Name() string
}

// Store keeps what is asked and answered.
type Store interface {
	// Raws gives stored mail with its bytes.
	Raws(ctx context.Context, ids []string) ([]models.RawNotification, error)
	// BeginProposal keeps that a model is about to be asked, or says why it may
	// not be.
	BeginProposal(ctx context.Context, by models.Principal, ask models.ProposalAsk) (models.ProposalRun, error)
	EndProposal(ctx context.Context, run models.ProposalRun) error
	Proposal(ctx context.Context, s models.Scope, rawID string) (models.ProposalRun, error)
	// Unproposed gives mail whose fields could not be read and that no model was
	// asked about.
	Unproposed(ctx context.Context, since time.Time, limit int) ([]string, error)
}

// The outcomes of a question, as they are counted.
const (
	Answered = "answered"
	Failed   = "failed"  // no answer, or none that can be used
	Limited  = "limited" // the questions of a day are used up
)

// perDay is the setting that an error names where the questions of a day are
// used up.
const perDay = "propose.per_day"

// Options are what a Proposer is made of. All are required but Counted.
type Options struct {
	Model  Model
	Store  Store
	PerDay int // questions in 24 hours
	Now    func() time.Time
	Logger *slog.Logger

	// Counted is told of every question: its outcome, and how many values were
	// let through and how many not.
	Counted func(outcome string, shown, refused int)
}

// Proposer has values proposed for mail. It may be used from several
// goroutines.
type Proposer struct{ o Options }

// New makes a Proposer.
func New(o Options) (*Proposer, error) {
	if o.Model == nil || o.Store == nil || o.Now == nil || o.Logger == nil || o.PerDay < 1 {
		return nil, errors.New("proposals need a Model, a Store, Now, a Logger and PerDay")
	}
	if o.Counted == nil {
		o.Counted = func(string, int, int) {}
	}
	return &Proposer{o}, nil
}

// keepWithin is how long keeping an answer may take after the asker is gone.
const keepWithin = 10 * time.Second

// Ask gives what was proposed for a mail, and asks the model where it was not
// asked with success before, or is to be asked again. Every proposal stands in
// what the mail shows. models.ErrNotFound where there is no such mail for the
// asker; an InputError where there is nothing to propose for it, or no question
// left today; else the model's own error, or one that wraps ErrAnswer.
func (p *Proposer) Ask(ctx context.Context, by models.Principal, rawID string, again bool) (models.ProposalRun, error) {
	if last, err := p.o.Store.Proposal(ctx, by.Scope, rawID); err != nil || !again && !last.Answered.IsZero() && last.Error == "" {
		return last, err
	}
	raws, err := p.o.Store.Raws(ctx, []string{rawID})
	if err == nil && (len(raws) == 0 || !by.Scope.All) {
		err = models.ErrNotFound
	}
	if err != nil {
		return models.ProposalRun{}, fmt.Errorf("read the mail: %w", err)
	}
	q, err := questionAbout(raws[0])
	if err != nil {
		return models.ProposalRun{}, err
	}
	run, err := p.o.Store.BeginProposal(ctx, by, models.ProposalAsk{RawID: rawID, Model: p.o.Model.Name(), Limit: p.o.PerDay})
	if err != nil {
		if invalid := new(models.InputError); errors.As(err, &invalid) {
			err = invalid // the asker's own doing
			if invalid.Field == perDay {
				p.o.Counted(Limited, 0, 0)
			}
		}
		return models.ProposalRun{}, err
	}
	asked := p.put(ctx, q, &run)
	kept, cancel := context.WithTimeout(context.WithoutCancel(ctx), keepWithin)
	defer cancel()
	return run, errors.Join(asked, p.o.Store.EndProposal(kept, run))
}

// put asks one question, and writes into the run what came of it.
func (p *Proposer) put(ctx context.Context, q question, run *models.ProposalRun) error {
	answer, err := p.o.Model.Ask(ctx, task, q.data)
	var values []value
	if err == nil {
		values, err = readAnswer(answer)
	}
	run.Answered = p.o.Now().UTC()
	if err != nil {
		run.Error = err.Error()
		p.o.Counted(Failed, 0, 0)
		return err
	}
	run.Proposals, run.Refused = q.checked(values)
	for i := range run.Proposals {
		run.Proposals[i].Model = run.Model
	}
	p.o.Counted(Answered, len(run.Proposals), run.Refused)
	p.o.Logger.Info("a model was asked about a mail", "raw", run.RawID, "model", run.Model, "proposals", len(run.Proposals), "refused", run.Refused)
	return nil
}

// Last gives what was last proposed for a mail; the zero value where nothing
// was.
func (p *Proposer) Last(ctx context.Context, s models.Scope, rawID string) (models.ProposalRun, error) {
	return p.o.Store.Proposal(ctx, s, rawID)
}

// The limits of one Sweep.
const (
	sweepBack = 7 * 24 * time.Hour
	sweepMost = 5
)

// lineman is in whose name a Sweep asks.
var lineman = models.Principal{Name: "lineman", Role: models.RoleOperator, Scope: models.ScopeAll}

// Sweep asks about mail of the last week that could not be read and that no
// model was asked about: once each, and a few at a time. It stops at the first
// question that fails, whose mail is not asked about again by itself.
func (p *Proposer) Sweep(ctx context.Context) error {
	ids, err := p.o.Store.Unproposed(ctx, p.o.Now().Add(-sweepBack), sweepMost)
	if err != nil {
		return err
	}
	for _, id := range ids {
		_, err := p.Ask(ctx, lineman, id, false)
		if invalid := new(models.InputError); errors.As(err, &invalid) && invalid.Field != perDay {
			p.o.Logger.Debug("nothing to ask a model about", "raw", id, "error", err)
			continue
		}
		if err != nil {
			p.o.Logger.Warn("no proposals; the next mail is asked about later", "raw", id, "error", err)
			return nil
		}
	}
	return nil
}

// question is what is asked about one mail, with what its answer is held
// against.
type question struct {
	data  string
	shown []parsers.Shown
	near  time.Time
}

// questionAbout makes the question about a mail; an InputError where there is
// nothing to ask.
func questionAbout(raw models.RawNotification) (q question, err error) {
	switch {
	case raw.Deleted || raw.Raw == nil:
		return q, models.Invalid("mail", "its bytes are gone, so there is nothing to ask about")
	case !raw.Proposable():
		return q, models.Invalid("mail", "it is %s; a model is asked only about mail that could not be read, or not whole", raw.State)
	}
	mail, err := parsers.ReadMail(raw.Raw)
	if err != nil {
		return q, models.Invalid("mail", "it cannot be read as a mail at all (%v), so there is nothing to ask about", err)
	}
	q.shown, q.near = cut(parsers.ShownText(mail)), nearOf(mail)
	text := outgoing(q.shown)
	if text == "" {
		return q, models.Invalid("mail", "it shows no text to ask about; open its attachments")
	}
	data, err := json.Marshal(map[string]string{"mail": text})
	if err != nil {
		return q, fmt.Errorf("write the question: %w", err)
	}
	q.data = string(data)
	return q, nil
}

// nearOf is the date of the notice itself: of the inner mail in a forward.
func nearOf(m *parsers.Mail) time.Time {
	for _, f := range m.Forwarded {
		if !f.Date.IsZero() {
			return f.Date
		}
	}
	if m.Date.IsZero() {
		return m.Received
	}
	return m.Date
}
