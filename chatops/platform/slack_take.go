package platform

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"

	"lineman/chatops"
)

// Routes are the three addresses that Slack calls; none where requests come
// over sockets alone.
func (s *Slack) Routes() map[string]http.Handler {
	if len(s.set.SigningSecret) == 0 && s.set.VerificationToken == "" {
		return nil
	}
	form := func(body []byte) url.Values {
		v, err := url.ParseQuery(string(body))
		if err != nil {
			return nil
		}
		return v
	}
	return map[string]http.Handler{
		"slash_command": s.route(slackSlash, func(b []byte) ([]byte, error) { return slashOf(form(b)) }, func(b []byte) string { return form(b).Get("token") }),
		"interaction": s.route(slackInteractive, func(b []byte) ([]byte, error) { return []byte(form(b).Get("payload")), nil },
			func(b []byte) string { return tokenOf([]byte(form(b).Get("payload"))) }),
		"event": s.route(slackEvents, func(b []byte) ([]byte, error) { return b, nil }, tokenOf),
	}
}

func tokenOf(payload []byte) string {
	var p struct {
		Token string `json:"token"`
	}
	_ = json.Unmarshal(payload, &p) // what is none has no token
	return p.Token
}

// route verifies a request and acknowledges it.
func (s *Slack) route(kind string, payload func(body []byte) ([]byte, error), token func(body []byte) string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, slackMaxBody))
		if err != nil {
			s.count("refused", "too_large")
			http.Error(w, "the request is too large or was cut off", http.StatusRequestEntityTooLarge)
			return
		}
		if reason := s.verifier.verify(r.Header, body, func() string { return token(body) }); reason != "" {
			s.count("refused", reason)
			s.o.Logger.Warn("a request that claims to be Slack's was refused", "reason", reason, "path", r.URL.Path)
			http.Error(w, strings.ReplaceAll(reason, "_", " "), http.StatusUnauthorized)
			return
		}
		p, err := payload(body)
		var answer any
		if err == nil {
			answer, err = s.receive(r.Context(), kind, p)
		}
		if err != nil {
			s.count("refused", "bad_payload")
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.Header().Set("X-Content-Type-Options", "nosniff")
		if answer == nil {
			w.WriteHeader(http.StatusOK)
			return
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		if err := json.NewEncoder(w).Encode(answer); err != nil {
			s.o.Logger.Debug("an acknowledgement did not reach Slack", "error", err)
		}
	})
}

// receive takes what is verified in, and gives what acknowledges it; nil: that
// it came. It is the one way of HTTP and of sockets.
func (s *Slack) receive(ctx context.Context, kind string, payload []byte) (any, error) {
	s.count("received", kind)
	if kind == slackEvents {
		var p slackEventPayload
		if json.Unmarshal(payload, &p) == nil && p.Type == "url_verification" {
			return map[string]string{"challenge": p.Challenge}, nil
		}
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), slackTakeIn)
	defer cancel()
	e, err := readSlack(kind, payload, s.people.bot(ctx))
	if err != nil || e.ignored {
		return nil, err
	}
	if rest, is := strings.CutPrefix(e.request.Text, s.set.CommandPrefix); e.slash && is {
		e.request.Text = "/" + rest
	}
	if !s.recent.first(e.request.EventID) {
		s.count("received", "repeated")
		return nil, nil
	}
	if refusal := s.people.refuse(ctx, &e.request); refusal != "" {
		return s.show(ctx, e, chatops.Problem("%s", refusal), nil), nil
	}
	e.request.Platform, e.request.Reply, e.request.At = slackName, e.reply.text(), s.o.Now().UTC()
	turn := s.o.Turns.Begin(ctx, e.request)
	switch {
	case turn.Duplicate:
		return nil, nil
	case turn.Answer != nil:
		return s.show(ctx, e, *turn.Answer, turn), nil
	}
	s.work(func(ctx context.Context) { s.answer(ctx, turn, e.reply) })
	return nil, nil
}

// work does what is behind an acknowledgement.
func (s *Slack) work(do func(ctx context.Context)) {
	s.working.Go(func() {
		ctx, cancel := context.WithTimeout(s.worker, slackAnswer)
		defer cancel()
		do(ctx)
	})
}

// answer runs a command and sends its answer. What had to wait too long to be
// run may be some other process's by now; it is left to be finished.
func (s *Slack) answer(ctx context.Context, turn *chatops.Turn, reply slackReply) {
	defer turn.Left()
	select {
	case s.slots <- struct{}{}:
	case <-ctx.Done():
		return
	}
	if s.o.Now().Sub(turn.Request.At) > chatops.Untouched/2 {
		<-s.slots
		return
	}
	m := turn.Run(ctx)
	<-s.slots
	if err := s.deliver(ctx, reply, m); err != nil {
		s.o.Logger.Error("an answer could not be sent to Slack", "request", turn.Request.ID, "error", err)
		if passes(err) {
			return // it is tried again later
		}
	}
	turn.Answered(ctx)
}
