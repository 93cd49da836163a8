package rest

import (
	"context"
	"fmt"
)

type acknowledgedJSON struct {
	ID             string `json:"id"`
	Acknowledged   bool   `json:"acknowledged"`
	AcknowledgedBy string `json:"acknowledged_by"`
	Revision       int64  `json:"revision"`
}

// acknowledgeOverlap acknowledges in the name of who asks what If-Match says
// was seen.
func (s *server) acknowledgeOverlap(ctx context.Context, in *idPath) (*answer[acknowledgedJSON], error) {
	who := whoAsks(ctx)
	d, err := s.o.Reader.Finding(ctx, who.Scope, in.ID)
	if err != nil {
		return nil, fmt.Errorf("read a finding: %w", err)
	}
	revision, err := who.match.expected(d.Revision)
	if err != nil {
		return nil, err
	}
	f, err := s.o.Reader.AcknowledgeFinding(ctx, who.Principal, in.ID, revision)
	if err != nil {
		return nil, fmt.Errorf("acknowledge a finding: %w", err)
	}
	who.reply.revision = f.Revision
	return &answer[acknowledgedJSON]{acknowledgedJSON{f.ID, f.Acknowledged(), f.Ack.Author, f.Revision}}, nil
}
