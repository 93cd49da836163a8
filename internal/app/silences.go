package app

import (
	"context"
	"fmt"

	"lineman/models"
	"lineman/notify"
	"lineman/notify/destination"
)

// Silence is one of Alertmanager's, with what would be done with it.
type Silence = destination.Silence

// Alert is one of Alertmanager's.
type Alert = destination.Alert

// SilencePlan is what would be done with the silences of a rule.
type SilencePlan struct {
	Destination string
	Rule        string
	Silences    []Silence
	Err         error // why it cannot be said
}

// Silences hands to line, for each rule whose destination silences alerts, what
// would be done for the maintenances that are not over, and which current
// alerts each silence covers. Only narrows it to one destination. Nothing
// changes. failed says that a destination could not be asked.
func (a *App) Silences(ctx context.Context, only string, line func(SilencePlan)) (failed bool, err error) {
	asked := false
	for _, r := range a.announcedRules() {
		target, err := a.announcer.target(r.Destination)
		if err != nil {
			return false, err
		}
		planner, is := target.Destination.(destination.Planner)
		if !is || only != "" && target.Name != only {
			continue
		}
		asked = true
		plan := SilencePlan{Destination: target.Name, Rule: r.Name}
		items, err := a.silenced(ctx, r)
		if err != nil {
			return false, err
		}
		plan.Silences, plan.Err = planner.Plan(ctx, r, items)
		failed = failed || plan.Err != nil
		line(plan)
	}
	if !asked && only != "" {
		return false, models.Invalid("destination", "no rule tells an Alertmanager called %q anything", only)
	}
	if !asked {
		return false, models.Invalid("destination", "no rule's destination is an Alertmanager; see notify in the configuration")
	}
	return failed, nil
}

func (a *App) announcedRules() []models.Rule {
	if a.announcer == nil {
		return nil
	}
	return a.announcer.rules
}

// silenced are the maintenances that a rule would be told of and that are not
// over, each as if it changed now.
func (a *App) silenced(ctx context.Context, r models.Rule) ([]notify.Item, error) {
	now := a.Now()
	const atOnce = 500
	var items []notify.Item
	for offset := 0; ; offset += atOnce {
		list, total, err := a.store.Maintenances(ctx, r.Scope, models.MaintenanceFilter{EndAfter: now, Lit: true, Page: models.Page{Limit: atOnce, Offset: offset}})
		if err != nil {
			return nil, fmt.Errorf("read the maintenances that are not over: %w", err)
		}
		for i := range list {
			m := &list[i]
			item := notify.Item{
				Event:       models.Event{Kind: models.EventChanged, MaintenanceID: m.ID, Name: m.Name, At: now, Cause: models.CauseLive},
				Maintenance: m, Phase: models.PhaseOf(m.Maintenance, now, a.habits.of(m.ProviderSlug)),
			}
			item.Event.Also = models.EventKinds // whatever kinds the rule asks for
			if told, _ := notify.Match(r, item, false, now); told {
				items = append(items, item)
			}
		}
		if offset+atOnce >= total {
			return items, nil
		}
	}
}
