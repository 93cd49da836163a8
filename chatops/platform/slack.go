package platform

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
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
	all.Go(func() { touchAgain(ctx, s.o, slackName) })
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
	again(ctx, slackKeepToken, func() {
		if _, err := s.tokens.token(ctx, ""); err != nil && ctx.Err() == nil {
			s.o.Logger.Error("the token of Slack could not be exchanged", "error", err)
		}
	})
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
