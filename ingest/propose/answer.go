package propose

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"lineman/models"
)

// ErrAnswer is wrapped by errors that say that a model's answer is none.
var ErrAnswer = errors.New("the model's answer cannot be used")

// The limits of an answer.
const (
	maxAnswer    = 64 << 10
	maxProposals = 400 // values; no more circuits fit into what a person fills in
)

// value is one thing that the model says.
type value struct {
	Field string `json:"field"`
	Value string `json:"value"`
}

// readAnswer reads the answer, with or without the fence that models like to
// put around JSON.
func readAnswer(answer string) ([]value, error) {
	if len(answer) > maxAnswer {
		return nil, fmt.Errorf("%w: it has more than %d bytes", ErrAnswer, maxAnswer)
	}
	text := strings.TrimSpace(answer)
	if rest, fenced := strings.CutPrefix(text, "```"); fenced {
		rest = strings.TrimPrefix(rest, "json")
		text = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "```"))
	}
	var said struct {
		Proposals *[]value `json:"proposals"`
	}
	if err := json.Unmarshal([]byte(text), &said); err != nil || said.Proposals == nil {
		return nil, fmt.Errorf("%w: it is not the JSON that was asked for", ErrAnswer)
	}
	if len(*said.Proposals) > maxProposals {
		return nil, fmt.Errorf("%w: it has %d values, more than the %d that one mail may have", ErrAnswer, len(*said.Proposals), maxProposals)
	}
	return *said.Proposals, nil
}

// checked gives the values that the mail shows and that go together, in the
// order of models.ProposalFields, and how many others there are.
func (q question) checked(values []value) (all []models.Proposal, refused int) {
	c := newChecker(q.shown, q.near)
	for _, v := range values {
		one, ok := c.check(v)
		same := func(p models.Proposal) bool { return p.Field == one.Field && p.Value == one.Value }
		switch {
		case !ok:
			refused++
		case !slices.ContainsFunc(all, same):
			all = append(all, one)
		}
	}
	kept := agreeing(all)
	order := func(p models.Proposal) int { return slices.Index(models.ProposalFields, p.Field) }
	slices.SortStableFunc(kept, func(a, b models.Proposal) int { return cmp.Compare(order(a), order(b)) })
	return kept, refused + len(all) - len(kept)
}

// agreeing leaves out what contradicts itself: several values of a field that
// has one, and windows whose starts and ends do not make pairs.
func agreeing(all []models.Proposal) []models.Proposal {
	of := map[string][]string{}
	for _, p := range all {
		of[p.Field] = append(of[p.Field], p.Value)
	}
	starts, ends := of[models.ProposeStart], of[models.ProposeEnd]
	astray := len(starts) != len(ends) && (len(starts) > 1 || len(ends) > 1)
	for i := range min(len(starts), len(ends)) {
		astray = astray || starts[i] >= ends[i] // both are UTC, written alike
	}
	return slices.DeleteFunc(slices.Clone(all), func(p models.Proposal) bool {
		switch p.Field {
		case models.ProposeStart, models.ProposeEnd:
			return astray
		case models.ProposeCircuit:
			return false
		}
		return len(of[p.Field]) > 1
	})
}
