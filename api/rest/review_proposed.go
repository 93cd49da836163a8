package rest

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"lineman/models"
)

// proposedJSON is what a language model proposed for one mail. All values stand
// in the mail; nothing is taken over until a person does.
type proposedJSON struct {
	Model   string            `json:"model"`
	By      string            `json:"by" doc:"Who asked"`
	At      *time.Time        `json:"at"`
	Error   string            `json:"error" doc:"Why there is no answer"`
	Refused int               `json:"refused" doc:"Values that were left out: they do not stand in the mail, or may not be proposed"`
	Values  []proposalJSON    `json:"values" nullable:"false"`
	Fill    *proposalFillJSON `json:"fill,omitempty" doc:"All of it as a body for the action fill"`
}

type proposalJSON struct {
	Field    string `json:"field" enum:"maintenance_id,account,status,start,end,circuit_id,impact"`
	Value    string `json:"value" doc:"Times in UTC"`
	Evidence string `json:"evidence" doc:"The text of the mail that shows it"`
	Part     int    `json:"part" doc:"Of the mail; -1 is the subject"`
}

// proposalFillJSON is a ReviewFillWrite.
type proposalFillJSON struct {
	MaintenanceID string         `json:"maintenance_id,omitempty"`
	Account       string         `json:"account,omitempty"`
	Status        string         `json:"status,omitempty"`
	Windows       []proposedSpan `json:"windows,omitempty" nullable:"false"`
	Circuits      []CircuitWrite `json:"circuits,omitempty" nullable:"false"`
	Reason        string         `json:"reason"`
}

type proposedSpan struct {
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
}

func proposedOf(r models.ProposalRun) *proposedJSON {
	if !r.Asked() {
		return nil
	}
	p := &proposedJSON{
		Model: r.Model, By: r.By, At: instant(r.At), Error: r.Error, Refused: r.Refused,
		Values: convert(r.Proposals, func(v models.Proposal) proposalJSON { return proposalJSON{v.Field, v.Value, v.Evidence, v.Part} }),
	}
	if fill, err := r.Fill(nil); err == nil {
		p.Fill = &proposalFillJSON{
			MaintenanceID: fill.MaintenanceID, Account: fill.Account, Status: string(fill.Status), Reason: r.Reason(),
			Windows:  convert(fill.Windows, func(w models.NoticeWindow) proposedSpan { return proposedSpan{w.Start, w.End} }),
			Circuits: convert(fill.Circuits, func(c models.NoticeCircuit) CircuitWrite { return CircuitWrite{c.CID, string(c.Impact)} }),
		}
	}
	return p
}

// Proposer asks a language model about mail that could not be read.
type Proposer interface {
	// Ask gives what it answered before, unless it is to be asked again. The
	// run's Error says why there is no answer.
	Ask(ctx context.Context, by models.Principal, rawID string, again bool) (models.ProposalRun, error)
}

// ReviewProposeWrite says how the model is asked.
type ReviewProposeWrite struct {
	Again *bool `json:"again,omitempty" doc:"Ask anew although there is an answer"`
}

// proposeWithin is how long the model may take here, whatever its own limit is:
// an answer over HTTP has a minute.
const proposeWithin = 50 * time.Second

func (s *server) registerPropose() {
	register(s, operation{
		method: http.MethodPost, path: reviewPath + "/{id}/propose", id: "propose-review",
		summary: "Ask the language model what the fields of the mail may be; nothing is taken over", body: bodySchema[ReviewProposeWrite](s, true, false),
	}, s.propose)
}

func (s *server) propose(ctx context.Context, in *bodyInput) (*answer[proposedJSON], error) {
	sent, err := decode[ReviewProposeWrite](s, in.RawInput)
	if err != nil {
		return nil, err
	}
	if s.o.Proposer == nil {
		return nil, models.Invalid("", "no language model is configured here; set propose.url and propose.model")
	}
	ctx, cancel := context.WithTimeout(ctx, proposeWithin)
	defer cancel()
	run, err := s.o.Proposer.Ask(ctx, whoAsks(ctx).Principal, in.ID, sent.Again != nil && *sent.Again)
	if err != nil && run.Error == "" {
		return nil, fmt.Errorf("ask a model about a mail: %w", err)
	}
	return &answer[proposedJSON]{Body: *proposedOf(run)}, nil
}
