package app

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"lineman/chatops"
	"lineman/chatops/command"
	"lineman/chatops/platform"
	"lineman/internal/vault"
	"lineman/internal/webclient"
	"lineman/models"
)

const (
	chatPath      = "/chat/"
	platformAgain = 5 * time.Second  // after which a platform that ended is started again
	secretLease   = 30 * time.Second // for which one process exchanges a secret
	secretWait    = 200 * time.Millisecond
)

// chatService are the chat platforms of a running service.
type chatService struct {
	app        *App
	dispatcher *chatops.Dispatcher
	platforms  []platform.Platform
	cancel     context.CancelFunc
	all        sync.WaitGroup
}

// openChat makes, once, the platforms that are configured and the dispatcher
// that all of them hand their requests to. It does no I/O.
func (a *App) openChat() (*chatService, error) {
	if a.chats != nil {
		return a.chats, nil
	}
	c := &chatService{app: a, cancel: func() {}}
	for _, member := range platform.All() {
		if member.Open == nil || !member.Configured(a.Config.ChatOps.Platforms) {
			continue
		}
		if c.dispatcher == nil {
			var err error
			if c.dispatcher, err = a.chatDispatcher(); err != nil {
				return nil, err
			}
		}
		p, err := member.Open(a.platformOptions(c.dispatcher))
		if err != nil {
			return nil, fmt.Errorf("open the chat platform %s: %w", member.Name, err)
		}
		c.platforms = append(c.platforms, p)
	}
	a.chats = c
	return c, nil
}

func (a *App) platformOptions(turns platform.Turns) platform.Options {
	o := platform.Options{
		Settings: a.Config.ChatOps.Platforms, Turns: turns, Counter: platformCounter{a.counted}, Logger: a.Logger, Now: a.Now, Zone: a.location,
		Client: platformClient(), DeleteInput: a.Config.ChatOps.DeleteInputOnSubmission,
	}
	if a.vault != nil {
		o.Secrets = sealedSecrets{a}
	}
	return o
}

// platformClient calls chat platforms. It logs no addresses, some of which are
// secrets.
func platformClient() *http.Client {
	return webclient.New(webclient.Options{Attempts: 4, Longest: 30 * time.Second})
}

// chatDispatcher makes the dispatcher of all platforms of the service.
func (a *App) chatDispatcher() (*chatops.Dispatcher, error) {
	set := a.Config.ChatOps
	o := chatops.Options{
		Commands: command.All(a.commandOptions()),
		Finder:   command.NewFinder(a.store),
		Accounts: chatops.Linked{Reader: a.store, Fallback: set.FallbackUser, Now: a.Now},
		Grants:   a.store, Journal: a.store, Conversations: a.store, Seen: a.store,
		Counter: commandCounter{a.counted}, Logger: a.Logger, Now: a.Now, Zone: a.location,
		Session:      time.Duration(set.SessionCacheTimeout) * time.Second,
		RestrictHelp: set.RestrictHelp, Private: set.SendAllMessagesPrivate,
	}
	for i, key := range a.Config.SecretKeys {
		mac := hmac.New(sha256.New, []byte(key.Reveal()))
		mac.Write([]byte("lineman chat tickets 1")) // a hash takes everything
		if i == 0 {
			o.Key = mac.Sum(nil)
			continue
		}
		o.OldKeys = append(o.OldKeys, mac.Sum(nil))
	}
	return chatops.New(o)
}

// mount adds the addresses that platforms are called at.
func (c *chatService) mount(mux *board) {
	for _, p := range c.platforms {
		hooks, is := p.(platform.Webhooks)
		if !is {
			continue
		}
		for path, h := range hooks.Routes() {
			pattern := "POST " + chatPath + p.Name() + "/" + path
			mux.Handle(pattern, h)
			mux.Handle(pattern+"/{$}", h)
		}
	}
}

// start runs the platforms until stop.
func (c *chatService) start(ctx context.Context) {
	if len(c.platforms) > 0 {
		if err := c.app.ensureFallback(ctx); err != nil { // whoever linked an account can ask all the same
			c.app.Logger.Error("people in chat who linked no user cannot ask", "error", err)
		}
	}
	ctx, c.cancel = context.WithCancel(context.WithoutCancel(ctx))
	for _, p := range c.platforms {
		c.all.Go(func() { c.hold(ctx, p) })
	}
}

// stop ends the platforms and waits for what they are doing.
func (c *chatService) stop() {
	c.cancel()
	c.all.Wait()
}

// hold runs a platform again when it ends before its time.
func (c *chatService) hold(ctx context.Context, p platform.Platform) {
	for ctx.Err() == nil {
		err := c.run(ctx, p)
		if ctx.Err() != nil {
			if err != nil {
				c.app.Logger.Error("a chat platform did not end well", "platform", p.Name(), "error", err)
			}
			return
		}
		c.app.Logger.Error("a chat platform ended and is started again", "platform", p.Name(), "in", platformAgain, "error", err)
		timer := time.NewTimer(platformAgain)
		select {
		case <-timer.C:
		case <-ctx.Done():
		}
		timer.Stop()
	}
}

func (c *chatService) run(ctx context.Context, p platform.Platform) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v\n%s", v, debug.Stack())
		}
	}()
	return p.Run(ctx)
}

// sealedSecrets keeps secrets of platforms in the database, encrypted.
type sealedSecrets struct{ app *App }

// Exchange replaces a secret; of all processes one does so at a time.
func (s sealedSecrets) Exchange(ctx context.Context, name string, fresh func(old []byte) ([]byte, error)) error {
	a := s.app
	ctx, cancel := context.WithTimeout(ctx, secretLease-secretWait)
	defer cancel()
	lease, me := "secret "+name, owner()
	for {
		got, err := a.store.AcquireLease(ctx, lease, me, secretLease)
		if err != nil {
			return err
		}
		if got {
			break
		}
		timer := time.NewTimer(secretWait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return fmt.Errorf("wait for another process that exchanges the %s: %w", name, ctx.Err())
		}
	}
	return errors.Join(s.exchange(ctx, "chat: "+name, fresh), a.store.ReleaseLease(context.WithoutCancel(ctx), lease, me))
}

func (s sealedSecrets) exchange(ctx context.Context, purpose string, fresh func(old []byte) ([]byte, error)) error {
	a := s.app
	var old []byte
	sealed, err := a.store.SourceToken(ctx, purpose)
	if err == nil {
		old, err = a.vault.Open(purpose, sealed)
	}
	if errors.Is(err, vault.ErrKey) {
		a.Logger.Error("a stored secret was encrypted with another secret_key and is begun anew", "secret", purpose)
	} else if err != nil && !errors.Is(err, models.ErrNotFound) {
		return err
	}
	text, err := fresh(old)
	if err != nil || bytes.Equal(text, old) {
		return err
	}
	return a.store.SetSourceToken(context.WithoutCancel(ctx), purpose, a.vault.Seal(purpose, text))
}
