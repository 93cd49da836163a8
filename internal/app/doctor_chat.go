package app

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"lineman/chatops/platform"
)

// platforms are the checks of the chat platforms that are configured.
func (d *doctor) platforms() []doctorCheck {
	var list []doctorCheck
	for _, member := range platform.All() {
		if member.Open == nil || !member.Configured(d.config.ChatOps.Platforms) {
			continue
		}
		title := "chat " + member.Name
		list = append(list, doctorCheck{title, func(ctx context.Context) []Finding {
			return []Finding{d.platform(ctx, title, member)}
		}})
	}
	return list
}

// platform logs in to a chat platform.
func (d *doctor) platform(ctx context.Context, title string, member platform.Member) Finding {
	if !d.Reading.Usable("chatops.platforms." + member.Name) {
		return unchecked(title)
	}
	p, err := member.Open(platform.Options{
		Settings: d.config.ChatOps.Platforms, Client: platformClient(), Secrets: noSecrets{}, Logger: slog.New(slog.DiscardHandler), Now: d.Now, Zone: time.UTC,
	})
	if err != nil {
		return fail(title, "%s", advised(err, "correct its settings"))
	}
	checker, is := p.(platform.Checker)
	if !is {
		return warn(title, "its settings are right; lineman cannot tell whether they work before it runs")
	}
	text, err := checker.Check(ctx)
	if err != nil {
		return fail(title, "%s", advised(err, "check its tokens, and that it can be reached from here"))
	}
	return fine(title, "%s", text)
}

// noSecrets keeps nothing: a check changes nothing.
type noSecrets struct{}

// Exchange refuses.
func (noSecrets) Exchange(context.Context, string, func([]byte) ([]byte, error)) error {
	return errors.New("a check exchanges no secrets")
}
