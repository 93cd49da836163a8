package ingest

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"lineman/models"
	"lineman/parsers"
)

// verdictOf turns the outcome of a parse into the state of the mail.
func verdictOf(v models.Verdict, r parsers.Result) models.Verdict {
	v.Format, v.Fields = r.Format, r.FieldNames()
	switch {
	case r.Panic:
		v.State, v.Error = models.StateQuarantined, r.Reason
	case r.Outcome == parsers.OutcomeMaintenance:
		v.State, v.Notices = models.StateParsed, r.Notices
	case r.Outcome == parsers.OutcomeIgnored:
		v.State, v.Error = models.StateIgnored, r.Reason
	default:
		v.State, v.Error = models.StateParsingFailed, strings.Join(r.Problems(), "; ")
	}
	return v
}

// stranger says of mail that nobody's address sent whom it looks like.
func (p *Pipeline) stranger(mail *parsers.Mail, sender string) string {
	from := "the mail names no sender"
	if sender != "" {
		from = fmt.Sprintf("no provider has the address %s", sender)
	}
	if r := p.Engine.Parse(mail, ""); r.Provider != "" {
		return fmt.Sprintf("%s; it looks like %s (%s)", from, r.Provider, r.Detected)
	}
	return from
}

// apply hands verdicts to the store together, and one by one when together
// fails, so that one bad mail costs only itself. No mail pays for trouble of
// the database.
func (p *Pipeline) apply(ctx context.Context, verdicts []models.Verdict) ([]models.Applied, error) {
	p.at("apply")
	applied, err := p.Store.Apply(ctx, verdicts)
	p.at("applied")
	if err == nil || ctx.Err() != nil || errors.Is(err, models.ErrDatabase) {
		return applied, err
	}
	p.Logger.Warn("a batch was refused; applying its mails one by one", "mails", len(verdicts), "error", err)
	applied = nil
	var failed []error
	for _, v := range verdicts {
		got, err := p.Store.Apply(ctx, []models.Verdict{v})
		if err != nil && ctx.Err() == nil && !errors.Is(err, models.ErrDatabase) {
			p.Logger.Error("a mail could not be recorded and is set aside", "raw", v.RawID, "error", err)
			got, err = p.Store.Apply(ctx, []models.Verdict{aside(v)})
		}
		if err != nil {
			failed = append(failed, err)
			continue
		}
		applied = append(applied, got...)
	}
	return applied, errors.Join(failed...)
}

// aside quarantines a mail whose notices the database refused.
func aside(v models.Verdict) models.Verdict {
	return models.Verdict{
		RawID: v.RawID, ProviderID: v.ProviderID, Sender: v.Sender, ParserVersion: v.ParserVersion, Cause: v.Cause,
		State: models.StateQuarantined,
		Error: "its notices could not be recorded; the log has the reason, and a re-parse tries again",
	}
}
