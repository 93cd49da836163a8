package rest

import (
	"context"
	"fmt"
	"time"

	"lineman/models"
)

// longestWhatIf bounds the time that is asked about.
const longestWhatIf = 400 * 24 * time.Hour

type whatIfQuery struct {
	Site     string    `query:"site" maxLength:"600" doc:"Name of a site; or"`
	Group    string    `query:"group" maxLength:"600" doc:"name of a redundancy group"`
	Start    time.Time `query:"start" required:"true"`
	End      time.Time `query:"end" required:"true"`
	Circuit  []string  `query:"circuit,explode" maxItems:"100" doc:"Circuits of it that are taken down in that time"`
	Provider string    `query:"provider" maxLength:"200" doc:"Slug, where several providers have such a circuit"`
}

func (q whatIfQuery) query() (models.WhatIfQuery, error) {
	w := models.WhatIfQuery{Site: q.Site, Group: q.Group, Start: q.Start.UTC(), End: q.End.UTC(), Circuits: q.Circuit, Provider: q.Provider}
	switch {
	case (q.Site == "") == (q.Group == ""):
		return w, models.Invalid("site", "name either a site or a group")
	case !q.Start.Before(q.End):
		return w, models.Invalid("end", "it is not after start; give a later time")
	case q.End.Sub(q.Start) > longestWhatIf:
		return w, models.Invalid("end", "it is more than %d days after start; ask for a shorter time", longestWhatIf/(24*time.Hour))
	}
	return w, nil
}

type whatIfJSON struct {
	Subject      subjectJSON         `json:"subject"`
	MinUp        int                 `json:"min_up" doc:"Circuits that must be up"`
	Start        time.Time           `json:"start"`
	End          time.Time           `json:"end"`
	Severity     string              `json:"severity" doc:"The worst in that time, with the circuits taken down; empty: all is well"`
	Exposures    []exposureJSON      `json:"exposures" nullable:"false"`
	Circuits     []whatIfCircuitJSON `json:"circuits" nullable:"false"`
	Maintenances []maintenanceRef    `json:"maintenances" nullable:"false" doc:"Those that touch its circuits in that time"`
	Elsewhere    []whatIfEffectJSON  `json:"elsewhere" nullable:"false" doc:"What taking the circuits down means for other sites and groups"`
}

type whatIfCircuitJSON struct {
	CircuitRef
	State       string           `json:"state" doc:"down, at-risk or up: the worst in that time"`
	TakenDown   bool             `json:"taken_down" doc:"By the question"`
	Impairments []impairmentJSON `json:"impairments" nullable:"false"`
	IfDown      string           `json:"if_down" doc:"The worst if this circuit were taken down too; empty: all would be well"`
}

type impairmentJSON struct {
	Maintenance string    `json:"maintenance" doc:"Id"`
	Start       time.Time `json:"start"`
	End         time.Time `json:"end"`
	Down        bool      `json:"down" doc:"Else at risk"`
}

type whatIfEffectJSON struct {
	Subject  subjectJSON `json:"subject"`
	Without  string      `json:"without" doc:"The worst without taking them down"`
	Severity string      `json:"severity"`
}

func (s *server) whatIf(ctx context.Context, in *whatIfQuery) (*answer[whatIfJSON], error) {
	q, err := in.query()
	if err != nil {
		return nil, err
	}
	w, err := s.o.Reader.WhatIf(ctx, whoAsks(ctx).Scope, q)
	if err != nil {
		return nil, fmt.Errorf("answer what if: %w", err)
	}
	return &answer[whatIfJSON]{whatIfJSON{
		Subject: subjectJSON{string(w.Subject.Kind), w.Subject.Name}, MinUp: w.MinUp, Start: w.Start, End: w.End, Severity: string(w.Severity),
		Exposures: convert(w.Exposures, exposure), Circuits: convert(w.Circuits, whatIfCircuit), Maintenances: convert(w.Causes, maintenanceRefOf),
		Elsewhere: convert(w.Elsewhere, func(e models.WhatIfEffect) whatIfEffectJSON {
			return whatIfEffectJSON{subjectJSON{string(e.Subject.Kind), e.Subject.Name}, string(e.Without), string(e.Severity)}
		}),
	}}, nil
}

func whatIfCircuit(c models.WhatIfCircuit) whatIfCircuitJSON {
	return whatIfCircuitJSON{
		CircuitRef: circuitRefOf(c.Circuit), State: string(c.State), TakenDown: c.Made, IfDown: string(c.IfDown),
		Impairments: convert(c.Impairments, func(i models.Impairment) impairmentJSON {
			return impairmentJSON{i.MaintenanceID, i.Start.UTC(), i.End.UTC(), i.Down}
		}),
	}
}
