package rest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"lineman/api/edge"
	"lineman/internal/access"
	"lineman/models"
)

// Pusher takes mail that is handed over.
type Pusher interface {
	// Push returns once the mail is committed. A *models.InputError is for
	// bytes that can be no mail; with any other error it is not kept, and may
	// be handed over again.
	Push(ctx context.Context, raw []byte) (models.Pushed, error)
}

const (
	pushPath   = "/api/v1/notifications/raw"
	mailType   = "message/rfc822"
	maxMail    = access.MaxMail
	retryAfter = "30" // seconds, where a mail could not be kept
)

// PushedJSON is what became of a mail that was handed over.
type PushedJSON struct {
	ID    string `json:"id" doc:"Of the raw notification; empty when unknown_senders says that such mail is not kept"`
	State string `json:"state" doc:"received until it is processed" enum:"received,parsed,ignored,parsing-failed,unknown-provider,duplicate,needs-review,quarantined,skipped"`
	New   bool   `json:"new" doc:"Whether these bytes were not known before"`
}

var (
	pushedType  = reflect.TypeFor[PushedJSON]()
	problemType = reflect.TypeFor[huma.ErrorModel]()
)

// push keeps one mail. Who may not, and what is no mail by its header, is
// answered before the body is read.
func (s *server) push(w http.ResponseWriter, r *http.Request) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case !access.Granted(r.Context(), "POST "+pushPath):
		edge.Problem(w, http.StatusNotFound, "There is nothing at this path; /openapi.json describes what there is.")
		return
	case err != nil || kind != mailType || r.Header.Get("Content-Encoding") != "":
		edge.Problem(w, http.StatusUnsupportedMediaType, "Send one mail as it is, with Content-Type: "+mailType+" and no Content-Encoding.")
		return
	case s.o.Push == nil:
		edge.Problem(w, http.StatusNotFound, "Mail cannot be handed over here.")
		return
	case r.ContentLength > maxMail:
		tooLarge(w)
		return
	}
	raw, err := io.ReadAll(io.LimitReader(r.Body, maxMail+1))
	switch {
	case err != nil:
		edge.Problem(w, http.StatusBadRequest, "The mail did not arrive whole; send it again.")
	case len(raw) > maxMail:
		tooLarge(w)
	case len(raw) == 0:
		edge.Problem(w, http.StatusUnprocessableEntity, "The body is empty; send the whole mail, header and body.")
	default:
		s.keep(r.Context(), w, raw)
	}
}

func tooLarge(w http.ResponseWriter) {
	w.Header().Set("Connection", "close") // the rest of the body is not read
	edge.Problem(w, http.StatusRequestEntityTooLarge, fmt.Sprintf("The mail has more than %d bytes; take large attachments off.", maxMail))
}

func (s *server) keep(ctx context.Context, w http.ResponseWriter, raw []byte) {
	pushed, err := s.o.Push.Push(ctx, raw)
	if input, ok := errors.AsType[*models.InputError](err); ok {
		edge.Problem(w, http.StatusUnprocessableEntity, "The mail cannot be accepted: "+input.Reason+".")
		return
	}
	if err != nil {
		s.o.Logger.Error("a pushed mail could not be kept", "error", err)
		w.Header().Set("Retry-After", retryAfter)
		edge.Problem(w, http.StatusServiceUnavailable, "The mail was not kept; send it again later.")
		return
	}
	status := http.StatusOK
	if pushed.New {
		status = http.StatusCreated
		who, _ := access.PrincipalOf(ctx)
		sum := sha256.Sum256(raw)
		if err := s.o.Writer.Audit(ctx, who, "hand over", "mail", pushed.ID, hex.EncodeToString(sum[:])); err != nil {
			s.o.Logger.Error("that a mail was handed over could not be written into the audit log", "mail", pushed.ID, "author", who.Name, "error", err)
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	// A client that is gone asks again, and hears that the mail is known.
	_ = json.NewEncoder(w).Encode(PushedJSON{ID: pushed.ID, State: string(pushed.State), New: pushed.New})
}

// describePush adds the operation to the description of the API.
func describePush(api huma.API) {
	answer := func(text string) *huma.Response {
		schema := api.OpenAPI().Components.Schemas.Schema(pushedType, true, "PushedJSON")
		return &huma.Response{Description: text, Content: map[string]*huma.MediaType{"application/json": {Schema: schema}}}
	}
	problem := func(text string) *huma.Response {
		schema := api.OpenAPI().Components.Schemas.Schema(problemType, true, "ErrorModel")
		return &huma.Response{Description: text, Content: map[string]*huma.MediaType{"application/problem+json": {Schema: schema}}}
	}
	op := &huma.Operation{
		OperationID: "push-notification", Method: http.MethodPost, Path: pushPath,
		Summary:     "Hand over one raw mail",
		Description: "Needs the role operator. The answer comes once the mail is committed; it is processed afterwards. The same bytes may be sent again.",
		RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
			mailType: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}},
		}},
		Responses: map[string]*huma.Response{
			"201": answer("Kept"), "200": answer("Known already, or not to be kept"),
			"403": problem("The token's role or scope does not suffice"), "413": problem("More than 25 MiB"),
			"415": problem("Not " + mailType), "422": problem("Empty"), "503": problem("Not kept; send it again"),
		},
	}
	permit(op)
	api.OpenAPI().AddOperation(op)
}
