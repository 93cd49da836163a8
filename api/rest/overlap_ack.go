package rest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"lineman/models"
)

type acknowledgePath struct {
	ID      string `path:"id" maxLength:"300" doc:"Id"`
	IfMatch string `header:"If-Match" maxLength:"100" doc:"The ETag of what was seen; where the finding changed since, nothing is done"`
}

type acknowledgedJSON struct {
	ID             string `json:"id"`
	Acknowledged   bool   `json:"acknowledged"`
	AcknowledgedBy string `json:"acknowledged_by"`
	Revision       int64  `json:"revision"`
}

// acknowledgeOverlap acknowledges in the name of who asks.
func (s *server) acknowledgeOverlap(ctx context.Context, in *acknowledgePath) (*tagged[acknowledgedJSON], error) {
	who := whoAsks(ctx)
	if !who.Role.Allows(models.RoleOperator) {
		return nil, huma.Error403Forbidden("This needs the role operator.")
	}
	revision, ok := revisionOf(in.IfMatch)
	if !ok {
		return nil, huma.NewError(http.StatusPreconditionFailed, "If-Match is no ETag of this finding; send the one of its last answer.")
	}
	f, err := s.o.Reader.AcknowledgeFinding(ctx, who.Scope, in.ID, who.Name, revision)
	if errors.Is(err, models.ErrStale) {
		return nil, huma.NewError(http.StatusPreconditionFailed, "The finding changed since it was read; read it again.")
	}
	if err != nil {
		return nil, asProblem(ctx, fmt.Errorf("acknowledge a finding: %w", err))
	}
	return &tagged[acknowledgedJSON]{etagOf(f.Revision), acknowledgedJSON{f.ID, f.Acknowledged(), f.Ack.Author, f.Revision}}, nil
}

func etagOf(revision int64) string { return `"` + strconv.FormatInt(revision, 10) + `"` }

// revisionOf reads an ETag; 0 where none is asked for.
func revisionOf(tag string) (revision int64, ok bool) {
	if tag = strings.TrimSpace(tag); tag == "" || tag == "*" {
		return 0, true
	}
	revision, err := strconv.ParseInt(strings.Trim(tag, `"`), 10, 64)
	return revision, err == nil && revision > 0
}
