package ingest

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"lineman/models"
	"lineman/parsers"
)

// Process parses raw mails and applies what they say, batch by batch, each for
// its own cause unless one is given for all. A mail
// that cannot be handled ends quarantined and the others go on. The error says
// that the database did not take a batch; its mails stay in state received.
func (p *Pipeline) Process(ctx context.Context, raws []models.RawNotification, cause models.Cause) (models.Tally, error) {
	var tally models.Tally
	for len(raws) > 0 {
		n := batchSize(raws)
		got, err := p.batch(ctx, raws[:n], cause)
		tally = tally.Add(got)
		if err != nil {
			return tally, err
		}
		raws = raws[n:]
	}
	return tally, nil
}

// batchSize says how many of the first raws make a batch. A mail on which a process
// died before goes alone, so that only the mail that killed it is suspected in
// the end.
func batchSize(raws []models.RawNotification) int {
	for i, r := range raws[:min(batchRaws, len(raws))] {
		if r.Attempts > 0 {
			return max(i, 1)
		}
	}
	return min(batchRaws, len(raws))
}

// ProcessIDs is Process for mails that are in the database.
func (p *Pipeline) ProcessIDs(ctx context.Context, ids []string, cause models.Cause) (models.Tally, error) {
	var tally models.Tally
	for len(ids) > 0 {
		raws, err := p.Store.Raws(ctx, ids)
		if err != nil {
			return tally, fmt.Errorf("read %d raw mails: %w", len(ids), err)
		}
		if len(raws) == 0 {
			return tally, nil
		}
		ids = ids[slices.Index(ids, raws[len(raws)-1].ID)+1:]
		waiting := slices.DeleteFunc(raws, func(r models.RawNotification) bool {
			return r.State != models.StateReceived && cause != models.CauseReparse
		})
		got, err := p.Process(ctx, waiting, cause)
		tally = tally.Add(got)
		if err != nil {
			return tally, err
		}
	}
	return tally, nil
}

// Pending processes what an earlier process left in state received.
func (p *Pipeline) Pending(ctx context.Context, sourceID string) (models.Tally, error) {
	var tally models.Tally
	for {
		raws, err := p.Store.Received(ctx, sourceID, batchRaws)
		if err != nil {
			return tally, fmt.Errorf("read waiting mail: %w", err)
		}
		if len(raws) == 0 {
			return tally, nil
		}
		got, err := p.Process(ctx, raws, "")
		tally = tally.Add(got)
		if err != nil {
			return tally, err
		}
	}
}

func (p *Pipeline) batch(ctx context.Context, raws []models.RawNotification, cause models.Cause) (models.Tally, error) {
	ids := make([]string, len(raws))
	for i, r := range raws {
		ids[i] = r.ID
	}
	if err := p.Store.Attempt(ctx, ids); err != nil {
		return models.Tally{}, fmt.Errorf("count the attempt: %w", err)
	}
	p.at("attempt")
	applied, err := p.attempt(ctx, raws, cause)
	var tally models.Tally
	for _, a := range applied {
		tally.Count(a.State, a.Flags)
		ids = slices.DeleteFunc(ids, func(id string) bool { return id == a.RawID })
	}
	if err != nil {
		p.spare(ctx, ids)
	}
	return tally, err
}

func (p *Pipeline) attempt(ctx context.Context, raws []models.RawNotification, cause models.Cause) ([]models.Applied, error) {
	m, err := p.matcher(ctx)
	if err != nil {
		return nil, err
	}
	verdicts := p.judgeAll(ctx, raws, m)
	if err := p.elsewhere(ctx, raws, verdicts, m); err != nil {
		return nil, err
	}
	p.at("judged")
	for i := range verdicts {
		verdicts[i].Cause = cmp.Or(cause, raws[i].Cause, models.CauseLive)
	}
	applied, err := p.apply(ctx, verdicts)
	if cause != models.CauseReparse {
		p.count(m, verdicts, applied)
	}
	return applied, err
}

// count tells of the mails of providers that were recorded.
func (p *Pipeline) count(m matcher, verdicts []models.Verdict, applied []models.Applied) {
	if p.Counted == nil {
		return
	}
	slugs := make(map[string]string, len(m.providers))
	for _, o := range m.providers {
		slugs[o.ID] = o.Slug
	}
	states := make(map[string]models.MailState, len(applied))
	for _, a := range applied {
		states[a.RawID] = a.State
	}
	for _, v := range verdicts {
		if state := states[v.RawID]; v.ProviderID != "" && state != "" && state != models.StateSkipped {
			p.Counted(slugs[v.ProviderID], v.Format, state)
		}
	}
}

// spare takes an attempt back that the process survived: that the database did
// not take a mail is not the mail's fault, however often it happens.
func (p *Pipeline) spare(ctx context.Context, ids []string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := p.Store.Spare(ctx, ids); err != nil {
		p.Logger.Warn("an attempt that failed for another reason counts against its mails", "mails", len(ids), "error", err)
	}
}

// elsewhere judges skipped mail again for the other sources that hold a copy:
// one of them may read for its provider.
func (p *Pipeline) elsewhere(ctx context.Context, raws []models.RawNotification, verdicts []models.Verdict, m matcher) error {
	var skipped []string
	for _, v := range verdicts {
		if v.State == models.StateSkipped {
			skipped = append(skipped, v.RawID)
		}
	}
	if len(skipped) == 0 {
		return nil
	}
	holders, err := p.Store.Holders(ctx, skipped)
	if err != nil {
		return fmt.Errorf("look for copies of skipped mail: %w", err)
	}
	for i, v := range verdicts {
		if v.State != models.StateSkipped {
			continue
		}
		verdicts[i].Sources = holders[v.RawID]
		for _, id := range holders[v.RawID] {
			src := p.sourceByID(ctx, id)
			if src.Name == "" || id == raws[i].SourceID { // configured no more, or asked already
				continue
			}
			if other := p.verdict(raws[i], src, m); other.State != models.StateSkipped {
				other.Trust = p.trust(ctx, raws[i], other, src.Header, m)
				verdicts[i] = other
				break
			}
		}
	}
	return nil
}

// judgeAll parses on all cores; the order of the answers is that of raws.
func (p *Pipeline) judgeAll(ctx context.Context, raws []models.RawNotification, m matcher) []models.Verdict {
	verdicts := make([]models.Verdict, len(raws))
	next := make(chan int)
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(raws)) {
		workers.Add(1)
		go func() {
			defer workers.Done()
			for i := range next {
				src := p.sourceByID(ctx, raws[i].SourceID)
				verdicts[i] = p.verdict(raws[i], src, m)
				verdicts[i].Trust = p.trust(ctx, raws[i], verdicts[i], src.Header, m)
			}
		}()
	}
	for i := range raws {
		next <- i
	}
	close(next)
	workers.Wait()
	return verdicts
}

// verdict reads one mail. It never fails: what goes wrong is a verdict.
func (p *Pipeline) verdict(raw models.RawNotification, src Source, m matcher) (v models.Verdict) {
	v = models.Verdict{RawID: raw.ID, ParserVersion: parsers.Version}
	defer func() {
		if r := recover(); r != nil {
			p.Logger.Error("a reader panicked", "raw", raw.ID, "panic", fmt.Sprint(r))
			v = models.Verdict{RawID: raw.ID, ParserVersion: parsers.Version, State: models.StateQuarantined,
				Error: "reading this mail made lineman panic; it is kept whole and was set aside"}
		}
	}()
	if raw.Attempts >= maxAttempts {
		v.State = models.StateQuarantined
		v.Error = fmt.Sprintf("the process died %d times while it read this mail; it is kept whole and was set aside", raw.Attempts)
		return v
	}
	if raw.Raw == nil {
		v.State = models.StateQuarantined
		v.Error = "its bytes cannot be read from the database any more; fetch it again from the mailbox"
		return v
	}
	mail, err := parsers.ReadMail(raw.Raw)
	if err != nil {
		v.State, v.Error = models.StateQuarantined, err.Error()
		return v
	}
	provider, sender := m.whose(raw, mail, src.Header)
	v.ProviderID, v.Sender = provider.ID, sender
	switch {
	case provider.ID == "":
		v.State, v.Error = models.StateUnknownProvider, p.stranger(mail, sender)
		v.Flags.Incomplete = m.misses(mail, parsers.Result{})
		return v
	case raw.AssignedID != provider.ID && !src.reads(provider.Slug):
		v.State = models.StateSkipped
		v.Error = fmt.Sprintf("source %s does not read for provider %s", src.Name, provider.Slug)
		return v
	}
	r := p.Engine.Parse(mail, readerOf(provider))
	v.Flags.Incomplete = m.misses(mail, r)
	return verdictOf(v, r)
}
