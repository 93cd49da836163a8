package platform

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"lineman/chatops"
	"lineman/internal/config"
)

const (
	slackName      = "slack"
	slackTakeIn    = 2 * time.Second        // of the three that Slack waits, to take a request in
	slackOpen      = 700 * time.Millisecond // of what is left, to open a modal
	slackAnswer    = 2 * time.Minute        // to send an answer, with its repeats
	slackEnd       = 3 * time.Second        // for what is running when the service stops
	slackMaxBody   = 1 << 20
	slackWorking   = 64 // commands that run at a time; more wait
	slackSeenFor   = 10 * time.Minute
	slackSeenMany  = 5000
	slackKeepToken = 10 * time.Minute // how often the token is looked at
)

// Slack is the chat platform Slack, over HTTP and over sockets. Both take the
// same way once a request is known to be Slack's.
type Slack struct {
	o        Options
	set      config.Slack
	api      string
	verifier slackVerifier
	tokens   *slackTokens
	people   *slackPeople
	recent   recent
	pace     pace
	slots    chan struct{}
	working  sync.WaitGroup
	worker   context.Context // of what runs behind acknowledgements
	stop     context.CancelFunc
}

func slackConfigured(p config.Platforms) bool { return p.Slack.Configured() }

func openSlack(o Options) (Platform, error) {
	set := o.Settings.Slack
	if o.Client == nil || o.Logger == nil || o.Now == nil {
		return nil, errors.New("slack needs a Client, a Logger and Now")
	}
	if set.TokenRotation && o.Secrets == nil {
		return nil, errors.New("slack needs Secrets to rotate its token")
	}
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	api := slackURL
	if set.APIURL != "" {
		api = strings.TrimSuffix(set.APIURL, "/") + "/"
	}
	s := &Slack{
		o: o, set: set, api: api,
		verifier: slackVerifier{secrets: set.SigningSecret, legacy: set.VerificationToken, now: o.Now},
		tokens:   &slackTokens{set: set, api: api, client: o.Client, keep: o.Secrets, now: o.Now},
		recent:   recent{now: o.Now, most: slackSeenMany, lasts: slackSeenFor},
		pace:     pace{every: time.Second, burst: 3, now: o.Now},
		slots:    make(chan struct{}, slackWorking),
	}
	s.people = &slackPeople{slack: s}
	s.worker, s.stop = context.WithCancel(context.Background())
	return s, nil
}

// Name is the platform's slug.
func (s *Slack) Name() string { return slackName }

func (s *Slack) count(event, kind string) {
	if s.o.Counter != nil {
		s.o.Counter.CountPlatform(slackName, event, kind)
	}
}

// Check logs in and says as whom; an error says what to do.
func (s *Slack) Check(ctx context.Context) (string, error) {
	if s.tokens.rotates() {
		return "its token is rotated and stored in the database, which is not looked at here", nil
	}
	self, err := s.people.whoami(ctx)
	if err != nil {
		return "", fmt.Errorf("%w; check slack_api_token", err)
	}
	text := fmt.Sprintf("logged in as %s in the workspace %s (%s)", self.User, self.Team, self.TeamID)
	if lacks := slackLacks(self.Header.Get("X-OAuth-Scopes")); lacks != "" {
		return "", fmt.Errorf("%s, but the bot lacks the scopes %s; add them in the app's settings at Slack and install it again", text, lacks)
	}
	if s.set.AppToken == "" {
		return text + "; requests come in over HTTP", nil
	}
	client := slack.New("", slack.OptionAppLevelToken(s.set.AppToken.Reveal()), slack.OptionHTTPClient(s.o.Client), slack.OptionAPIURL(s.api))
	if _, _, err := client.StartSocketModeContext(ctx); err != nil {
		return "", fmt.Errorf("%w; check slack_app_token, its scope connections:write, and that Socket Mode is on", s.failed("apps.connections.open", err))
	}
	return text + "; sockets can be opened", nil
}

// slackScopes are what the bot needs.
var slackScopes = []string{"commands", "chat:write", "files:write", "users:read", "channels:read", "groups:read", "im:read", "im:write", "im:history", "app_mentions:read"}

// slackLacks names the scopes that are missing, where Slack tells them.
func slackLacks(granted string) string {
	var missing []string
	has := strings.FieldsFunc(granted, func(r rune) bool { return r == ',' || r == ' ' })
	for _, scope := range slackScopes {
		if len(has) > 0 && !slices.Contains(has, scope) {
			missing = append(missing, scope)
		}
	}
	return strings.Join(missing, ", ")
}

// Run holds the sockets, keeps the token valid and finishes what a crash
// interrupted, until ctx ends; then it waits for what is running, and leaves
// what does not end in time to be finished later.
func (s *Slack) Run(ctx context.Context) error {
	if s.set.VerificationToken != "" {
		s.o.Logger.Warn("slack_verification_token lets requests in that are not signed and can be repeated by whoever sees one; use slack_signing_secret")
	}
	var all sync.WaitGroup
	if s.set.AppToken != "" {
		for n := range s.set.Connections {
			all.Go(func() { s.holdSocket(ctx, n) })
		}
	}
	if s.tokens.rotates() {
		all.Go(func() { s.keepToken(ctx) })
	}
	all.Go(func() {
		if _, err := s.people.whoami(ctx); err != nil && ctx.Err() == nil {
			s.o.Logger.Error("Slack does not take the bot's token", "error", err)
		}
	})
	all.Go(func() { recoverAgain(ctx, s.o, slackName, s.answerLater) })
	<-ctx.Done()
	timer := time.AfterFunc(slackEnd, func() {
		s.o.Logger.Warn("answers to Slack that are not sent yet are finished after the next start")
		s.stop()
	})
	defer timer.Stop()
	all.Wait()
	s.working.Wait()
	s.stop()
	return nil
}

// keepToken exchanges the token before it ends, also where nobody asks.
func (s *Slack) keepToken(ctx context.Context) {
	tick := time.NewTicker(slackKeepToken)
	defer tick.Stop()
	for {
		if _, err := s.tokens.token(ctx, ""); err != nil && ctx.Err() == nil {
			s.o.Logger.Error("the token of Slack could not be exchanged", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// answerLater sends the answer to a command that a crash interrupted.
func (s *Slack) answerLater(_ context.Context, r chatops.Request, m chatops.Message) error {
	var reply slackReply
	if err := json.Unmarshal([]byte(r.Reply), &reply); err != nil {
		reply = slackReply{Channel: r.Channel.ID, Thread: r.Thread, User: r.User.ID, Direct: r.Direct}
	}
	ctx, cancel := context.WithTimeout(s.worker, slackAnswer) // one that has begun is sent before a stop
	defer cancel()
	return s.deliver(ctx, reply, m)
}

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
		return s.show(e, chatops.Problem("%s", refusal)), nil
	}
	e.request.Platform, e.request.Reply, e.request.At = slackName, e.reply.text(), s.o.Now().UTC()
	turn := s.o.Turns.Begin(ctx, e.request)
	switch {
	case turn.Duplicate:
		return nil, nil
	case turn.Answer != nil:
		return s.show(e, *turn.Answer), nil
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
		failed := new(SendError)
		s.o.Logger.Error("an answer could not be sent to Slack", "request", turn.Request.ID, "error", err)
		if !errors.As(err, &failed) || !failed.Fatal {
			return // it is tried again later
		}
	}
	turn.Answered(ctx)
}

// show shows an answer that is there already: in the acknowledgement where it
// may be, as a modal while one can be opened, else as messages.
func (s *Slack) show(e slackEvent, m chatops.Message) any {
	if form, is := onlyForm(m); is && e.trigger != "" && (isForm(m) || e.view) {
		view := s.drawer(true).modal(form, slackState{Ticket: form.Ticket, Reply: e.reply})
		if e.view {
			return slack.NewUpdateViewSubmissionResponse(&view)
		}
		if s.open(e.trigger, view) {
			return nil
		}
	}
	if e.view && m.Failed && len(e.fields) > 0 && m.Field != "" {
		return slack.NewErrorsViewSubmissionResponse(map[string]string{fieldOf(e.fields, m.Field): clipped(flatText(m), slackLimits.Label)})
	}
	if e.slash && !m.Direct && !m.Replace {
		return s.showAtOnce(e, m)
	}
	s.work(func(ctx context.Context) { s.sendAnswer(ctx, e, m) })
	return nil
}

// showAtOnce answers a slash command in its acknowledgement; what is behind the
// first message follows.
func (s *Slack) showAtOnce(e slackEvent, m chatops.Message) any {
	out := s.draw(m)
	if len(out.Parts) > 0 {
		h := slackHook{ResponseType: "in_channel", Text: out.Parts[0].Text, Blocks: out.Parts[0].Blocks}
		if m.Private {
			h.ResponseType = "ephemeral"
		}
		if s.drawer(m.Private).fits(h) {
			out.Parts = out.Parts[1:]
			if len(out.Parts)+len(out.Files) > 0 {
				s.work(func(ctx context.Context) {
					if err := s.deliverParts(ctx, e.reply, m, out); err != nil {
						s.o.Logger.Error("an answer could not be sent to Slack whole", "error", err)
					}
				})
			}
			return h
		}
	}
	s.work(func(ctx context.Context) { s.sendAnswer(ctx, e, m) })
	return nil
}

func (s *Slack) sendAnswer(ctx context.Context, e slackEvent, m chatops.Message) {
	if err := s.deliver(ctx, e.reply, m); err != nil {
		s.o.Logger.Error("an answer could not be sent to Slack", "error", err)
	}
}

// open opens a modal; false when the trigger is dead already, or Slack does not
// take it: the form is then asked for with a button.
func (s *Slack) open(trigger string, view slack.ModalViewRequest) bool {
	ctx, cancel := context.WithTimeout(context.Background(), slackOpen)
	defer cancel()
	err := s.call(ctx, "views.open", func(c *slack.Client) error {
		_, err := c.OpenViewContext(ctx, trigger, view)
		return err
	})
	if err != nil {
		s.o.Logger.Info("a modal could not be opened in Slack; a button asks for it", "error", err)
	}
	return err == nil
}

func isForm(m chatops.Message) bool {
	_, is := m.Blocks[0].(chatops.Form)
	return is
}

// fieldOf is the block of the field that is wrong, else the first.
func fieldOf(fields []string, name string) string {
	for _, f := range fields {
		if f == name {
			return f
		}
	}
	return fields[0]
}

// flatText is the text of a message in one line.
func flatText(m chatops.Message) string {
	var parts []string
	for _, b := range m.Blocks {
		if t, is := b.(chatops.Text); is {
			var line strings.Builder
			for _, p := range (slackDraw{limits: slackLimits, zone: time.UTC}).inline(t.Inline) {
				line.WriteString(p.text)
			}
			parts = append(parts, line.String())
		}
	}
	return strings.Join(parts, " ")
}
