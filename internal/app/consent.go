package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"lineman/ingest/mailbox"
	"lineman/internal/config"
	"lineman/internal/oauth"
	"lineman/models"
)

// consentPath is where a consent comes back to.
const consentPath = "/oauth/google/callback"

const consentTime = 10 * time.Minute // to give consent in

// consent asks a person for consent and waits for it: at this service's public
// address, or, for a client of kind installed, on a port of this machine. show
// gets the address to open.
func (a *App) consent(ctx context.Context, src config.Source, scopes []string, show func(string)) error {
	c, err := oauth.ReadCredentials(src)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, consentTime, fmt.Errorf("nobody gave consent within %v; ask again", consentTime))
	defer cancel()
	if c.Kind == oauth.KindInstalled {
		return a.consentHere(ctx, src, c, scopes, show)
	}
	if a.Config.HTTP.PublicURL == "" {
		return models.Invalid("http.public_url", "is missing; consent comes back to %s below it", consentPath)
	}
	back := strings.TrimSuffix(a.Config.HTTP.PublicURL, "/") + consentPath
	if !slices.Contains(c.Redirects, back) {
		return models.Invalid("notification_sources["+src.Name+"].credentials_file",
			"%s does not name %s; add it to the client's redirect addresses in Google's console and download the file again", src.CredentialsFile, back)
	}
	r := oauth.NewRequest(back, scopes)
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	question := models.Consent{
		State: digest(r.State), Source: src.Name, Sealed: a.vault.Seal("consent for the source "+src.Name, text), Expires: a.Now().Add(consentTime),
	}
	if err := a.store.AskConsent(ctx, question); err != nil {
		return err
	}
	show(c.URL(r, src.Account))
	return a.awaitConsent(ctx, question.State)
}

// digest hides the state: who reads the database cannot answer for the person.
func digest(state string) string {
	sum := sha256.Sum256([]byte(state))
	return hex.EncodeToString(sum[:])
}

// awaitConsent waits until the service has taken the answer.
func (a *App) awaitConsent(ctx context.Context, state string) error {
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for {
		answer, err := a.store.ConsentAnswer(ctx, state)
		switch {
		case err != nil && ctx.Err() == nil:
			return err
		case err == nil && answer == models.ConsentGiven:
			return nil
		case err == nil && answer != models.ConsentPending && answer != models.ConsentTaken:
			return errors.New(answer)
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-tick.C:
		}
	}
}

// consentHere takes the answer on a port of this machine.
func (a *App) consentHere(ctx context.Context, src config.Source, c oauth.Credentials, scopes []string, show func(string)) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen for the answer: %w", err)
	}
	r := oauth.NewRequest("http://"+listener.Addr().String(), scopes)
	done := make(chan error, 1)
	server := httpServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if q.FormValue("state") != r.State {
			answerPage(w, http.StatusBadRequest, "This is not the answer that lineman waits for.")
			return
		}
		err := a.receive(q.Context(), src, c, r, q)
		answerPage(w, statusOf(err), said(src, err))
		select {
		case done <- err:
		default: // the browser came twice
		}
	}))
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(listener) // ends with Shutdown
	}()
	defer func() {
		down, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
		defer cancel()
		_ = stopHTTP(down, server) // nobody waits for it
		<-served
	}()
	show(c.URL(r, src.Account))
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// consentAnswer is where the browser of a person who gave consent comes back
// to. Only who was sent away with the state can come back, once.
func (a *App) consentAnswer(w http.ResponseWriter, q *http.Request) {
	ctx := q.Context()
	state := digest(q.FormValue("state"))
	question, err := a.store.TakeConsent(ctx, state)
	if errors.Is(err, models.ErrNotFound) {
		answerPage(w, http.StatusBadRequest, "This consent was used already, has lapsed, or was not asked for by lineman. Ask again with: lineman sources validate NAME")
		return
	}
	if err != nil {
		a.Logger.Error("the answer to a question for consent cannot be read", "error", err)
		answerPage(w, http.StatusInternalServerError, "lineman cannot reach its database. Ask again with: lineman sources validate NAME")
		return
	}
	src, err := a.answered(ctx, question, q)
	answer := models.ConsentGiven
	if err != nil {
		answer = said(src, err)
		a.Logger.Warn("consent was not given", "source", question.Source, "error", err)
	}
	if err := a.store.AnswerConsent(context.WithoutCancel(ctx), state, answer); err != nil {
		a.Logger.Error("the answer to a question for consent cannot be kept", "source", question.Source, "error", err)
	}
	answerPage(w, statusOf(err), said(src, err))
}

// answered turns an answer into a stored token.
func (a *App) answered(ctx context.Context, question models.Consent, q *http.Request) (config.Source, error) {
	i := slices.IndexFunc(a.Config.Sources, func(s config.Source) bool { return s.Name == question.Source })
	if i < 0 || a.vault == nil {
		return config.Source{Name: question.Source}, &oauth.Refused{Why: "this service has another configuration than the command that asked; restart it and ask again"}
	}
	src := a.Config.Sources[i]
	text, err := a.vault.Open("consent for the source "+src.Name, question.Sealed)
	if err != nil {
		return src, &oauth.Refused{Why: "this service has another secret_key than the command that asked; restart it and ask again"}
	}
	var r oauth.Request
	if err := json.Unmarshal(text, &r); err != nil {
		return src, fmt.Errorf("read the question for consent: %w", err)
	}
	c, err := oauth.ReadCredentials(src)
	if err != nil {
		return src, err
	}
	return src, a.receive(ctx, src, c, r, q)
}

// receive exchanges what the browser brought for a token, looks whose it is,
// and stores it.
func (a *App) receive(ctx context.Context, src config.Source, c oauth.Credentials, r oauth.Request, q *http.Request) error {
	if refused := q.FormValue("error"); refused != "" {
		return &oauth.Refused{Why: fmt.Sprintf("consent was refused (%.100q); ask again", refused)}
	}
	grant, err := c.Exchange(ctx, a.web, r, q.FormValue("code"))
	if err != nil {
		return err
	}
	o := a.mailboxOptions(src)
	o.Token = func(config.Source, ...string) (oauth2.TokenSource, error) {
		return oauth2.StaticTokenSource(&oauth2.Token{AccessToken: grant.Access.Reveal()}), nil
	}
	box, err := mailbox.Open(src, o)
	if err != nil {
		return err
	}
	defer box.Close()
	if err := rightAccount(ctx, src, box); err != nil {
		return err
	}
	grant.Account = src.Account
	return a.keeper(src.Name).keep(ctx, grant)
}

// rightAccount checks, where a mailbox can tell, that it is the configured
// one.
func rightAccount(ctx context.Context, src config.Source, box any) error {
	owned, ok := box.(interface {
		Account(ctx context.Context) (string, error)
	})
	if !ok {
		return nil
	}
	account, err := owned.Account(ctx)
	if err == nil && !strings.EqualFold(account, src.Account) {
		return &oauth.Refused{Why: fmt.Sprintf("this is the mailbox of %s, but account is %s; log in to Google as %s and ask again, or change account", account, src.Account, src.Account)}
	}
	return err
}

// said is what a person reads about the end of a consent.
func said(src config.Source, err error) string {
	var refused *oauth.Refused
	var input *models.InputError
	switch {
	case err == nil:
		return fmt.Sprintf("lineman may read the mailbox of the source %s now. This page can be closed.", src.Name)
	case errors.As(err, &refused):
		return refused.Why
	case errors.As(err, &input):
		return input.Error()
	}
	return "the token could not be fetched or stored; the log of lineman tells why. Ask again with: lineman sources validate " + src.Name
}

func statusOf(err error) int {
	if err != nil {
		return http.StatusBadRequest
	}
	return http.StatusOK
}

// answerPage writes one sentence. Nobody may keep the page: its address holds
// the code.
func answerPage(w http.ResponseWriter, status int, text string) {
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'")
	w.WriteHeader(status)
	_, _ = fmt.Fprintln(w, text) // the browser may have gone
}
