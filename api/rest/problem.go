package rest

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"lineman/models"
)

// asProblem turns an error of a handler into what the asker sees. What went
// wrong inside is logged under the reference that the asker gets.
func asProblem(ctx context.Context, err error) error {
	input := new(models.InputError)
	switch {
	case errors.As(err, &input):
		return huma.Error422UnprocessableEntity("The request cannot be accepted.", &huma.ErrorDetail{Message: input.Reason, Location: "query." + input.Field})
	case errors.Is(err, models.ErrNotFound):
		return huma.Error404NotFound("There is no such record.")
	}
	reference := uuid.NewString()[:8]
	if errors.Is(err, context.Canceled) {
		return huma.NewError(499, "The request was given up.")
	}
	if logger := whoAsks(ctx).logger; logger != nil {
		logger.Error("request failed", "reference", reference, "error", err)
	}
	return huma.Error500InternalServerError("Something went wrong on lineman's side; try again, or give an administrator the reference " + reference + ".")
}

// writeProblem writes a problem outside the described operations.
func writeProblem(w http.ResponseWriter, status int, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	// A client that is gone needs no answer.
	_ = json.NewEncoder(w).Encode(huma.ErrorModel{Title: http.StatusText(status), Status: status, Detail: detail})
}
