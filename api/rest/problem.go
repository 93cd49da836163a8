package rest

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"lineman/models"
)

// asProblem turns an error of a handler into what the asker sees. What went
// wrong inside is logged under the reference that the asker gets.
func asProblem(ctx context.Context, err error) error {
	var ready huma.StatusError
	if errors.As(err, &ready) {
		return ready
	}
	index := -1
	place := new(models.WriteError)
	if errors.As(err, &place) {
		index = place.Index
	}
	who := whoAsks(ctx)
	input := new(models.InputError)
	switch {
	case errors.As(err, &input) && !who.writes:
		return refused(http.StatusBadRequest, locate(ctx, index, input.Field), input.Reason)
	case errors.As(err, &input):
		return refused(http.StatusUnprocessableEntity, locate(ctx, index, input.Field), input.Reason)
	case len(models.StaleChanges(err)) > 0:
		return staleBy(models.StaleChanges(err))
	case errors.Is(err, models.ErrStale) && who.match.given:
		return stale()
	case errors.Is(err, models.ErrStale):
		return huma.Error409Conflict("The record is being changed by others, and nothing was written; read it again and repeat.")
	case errors.Is(err, models.ErrDenied):
		return huma.Error403Forbidden("Your scope shows a part of this only, and what you ask touches the rest.")
	case errors.Is(err, models.ErrNotFound) && who.bulk && index >= 0:
		return huma.Error404NotFound("There is no such record, and nothing was written.", &huma.ErrorDetail{Message: "no such record", Location: locate(ctx, index, "id")})
	case errors.Is(err, models.ErrNotFound):
		return huma.Error404NotFound("There is no such record.")
	}
	reference := uuid.NewString()[:8]
	if errors.Is(err, context.Canceled) {
		return huma.NewError(499, "The request was given up.")
	}
	if logger := who.logger; logger != nil {
		logger.Error("request failed", "reference", reference, "error", err)
	}
	if errors.Is(err, models.ErrDatabase) {
		return huma.Error503ServiceUnavailable("The database is in trouble; try again later, or give an administrator the reference " + reference + ".")
	}
	return huma.Error500InternalServerError("Something went wrong on lineman's side; try again, or give an administrator the reference " + reference + ".")
}

// nameFault says in the detail of a request that does not fit the description
// what is wrong first, and where: many clients show nothing else.
func nameFault(_ huma.Context, _ string, v any) (any, error) {
	p, is := v.(*huma.ErrorModel)
	if !is || p.Detail != "validation failed" || len(p.Errors) == 0 {
		return v, nil
	}
	first := p.Errors[0]
	named := *p
	named.Detail = strings.TrimPrefix(first.Location+": "+first.Message, ": ")
	return &named, nil
}
