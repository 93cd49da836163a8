package ingest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"lineman/models"
)

const labelBatch = 200

// Label brings the labels in the mailbox of one source to those of the states.
// A message that cannot be labelled is tried again by the next call; it holds
// up no other. ErrBusy when another process labels this source.
func (p *Pipeline) Label(ctx context.Context, name string) error {
	src, row, err := p.source(ctx, name)
	if err != nil {
		return err
	}
	if !src.labels() {
		return nil
	}
	return p.withLease(ctx, "label:"+name, 0, func(ctx context.Context) error {
		due, err := p.Store.LabelsDue(ctx, row.ID, 1)
		if err != nil || len(due) == 0 {
			return err
		}
		box, err := src.Open(ctx)
		if err != nil {
			return fmt.Errorf("open %s to label: %w", name, err)
		}
		defer box.Close()
		return p.label(ctx, src, row, box)
	})
}

func (s Source) labels() bool { return len(s.Labels) > 0 && !s.Shadow }

// label works off what is due, once each.
func (p *Pipeline) label(ctx context.Context, src Source, row models.Source, box Mailbox) error {
	labeler, ok := box.(Labeler)
	if !ok {
		return nil
	}
	tried := map[string]bool{}
	for {
		due, err := p.Store.LabelsDue(ctx, row.ID, labelBatch+len(tried))
		if err != nil {
			return fmt.Errorf("read due labels: %w", err)
		}
		var stop error
		results := p.labelTogether(ctx, src, labeler, due, tried)
		for _, task := range due {
			if tried[task.MessageRowID] {
				continue
			}
			tried[task.MessageRowID] = true
			p.at("label")
			r, err := src.labelOne(ctx, labeler, task)
			p.at("labelled")
			results = append(results, r)
			if err != nil {
				stop = err
				break
			}
		}
		if err := p.Store.LabelResults(ctx, results); err != nil {
			return fmt.Errorf("keep the result of labelling: %w", err)
		}
		p.at("noted")
		if stop != nil || len(results) == 0 {
			return stop
		}
		forget(tried, results)
	}
}

// labelTogether labels messages that need the same labels in one exchange. It
// gives the results of those that the mailbox confirmed; the others stay for
// one by one.
func (p *Pipeline) labelTogether(ctx context.Context, src Source, labeler Labeler, due []models.LabelTask, tried map[string]bool) []models.LabelResult {
	grouper, ok := labeler.(GroupLabeler)
	if !ok {
		return nil
	}
	type alike struct {
		folder   string
		validity uint32
		add      string
	}
	groups := map[alike]map[models.MailRef]models.LabelTask{}
	for _, t := range due {
		names := src.names(t.Add)
		if tried[t.MessageRowID] || len(names) == 0 || len(t.Remove) > 0 {
			continue
		}
		key := alike{t.Ref.Folder, t.Ref.UIDValidity, strings.Join(names, "\n")}
		if groups[key] == nil {
			groups[key] = map[models.MailRef]models.LabelTask{}
		}
		groups[key][t.Ref] = t
	}
	var results []models.LabelResult
	for key, tasks := range groups {
		if len(tasks) < 2 {
			continue
		}
		for range tasks {
			p.at("label")
		}
		done, err := grouper.LabelTogether(ctx, slices.Collect(maps.Keys(tasks)), strings.Split(key.add, "\n"))
		if err != nil {
			continue // each by itself says what is wrong with it
		}
		for _, ref := range done {
			p.at("labelled")
			tried[tasks[ref].MessageRowID] = true
			results = append(results, models.LabelResult{MessageRowID: tasks[ref].MessageRowID, Applied: tasks[ref].Want})
		}
	}
	return results
}

// forget drops what succeeded, so that only failures are remembered.
func forget(tried map[string]bool, results []models.LabelResult) {
	for _, r := range results {
		if r.Error == "" {
			delete(tried, r.MessageRowID)
		}
	}
}

// labelOne labels one message. The error ends the labelling of this source:
// the connection is gone or the mailbox takes no labels.
func (s Source) labelOne(ctx context.Context, labeler Labeler, t models.LabelTask) (models.LabelResult, error) {
	r := models.LabelResult{MessageRowID: t.MessageRowID}
	stays := s.names(t.Want)
	remove := slices.DeleteFunc(s.names(t.Remove), func(n string) bool { return slices.Contains(stays, n) })
	err := labeler.Label(ctx, t.Ref, t.MessageID, s.names(t.Add), remove)
	if errors.Is(err, ErrGone) { // there is nothing left to label
		r.Applied = t.Want
		return r, nil
	}
	if err != nil {
		r.Error = err.Error()
		if errors.Is(err, ErrUnreachable) || errors.Is(err, ErrLogin) || errors.Is(err, ErrLabels) || ctx.Err() != nil {
			return r, err
		}
		return r, nil
	}
	r.Applied = t.Want
	return r, nil
}

// names gives the mailbox's names of label keys; keys without one are left out.
func (s Source) names(keys []string) []string {
	var names []string
	for _, k := range keys {
		if n := s.Labels[k]; n != "" {
			names = append(names, n)
		}
	}
	return names
}
