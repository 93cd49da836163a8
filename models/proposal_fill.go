package models

import (
	"slices"
	"strings"
	"time"
)

// Fill gives what was proposed as the fields that a person fills in: those that
// are named, or all. Nothing is taken that was not proposed: an InputError
// names what is not there. Of all, a start without its end is left out, and an
// impact without circuits.
func (r ProposalRun) Fill(fields []string) (fill NoticeFill, err error) {
	if err := r.has(fields); err != nil {
		return fill, err
	}
	takes := func(field string) bool { return len(fields) == 0 || slices.Contains(fields, field) }
	one := func(field string) string {
		if v := r.values(field); takes(field) && len(v) == 1 {
			return v[0]
		}
		return ""
	}
	fill.MaintenanceID, fill.Account, fill.Status = one(ProposeID), one(ProposeAccount), Status(one(ProposeStatus))
	if takes(ProposeStart) && takes(ProposeEnd) {
		if fill.Windows, err = r.windows(); err != nil {
			return fill, err
		}
	}
	impact := Impact(one(ProposeImpact))
	if impact == "" {
		impact = ImpactOutage
	}
	if takes(ProposeCircuit) {
		for _, cid := range r.values(ProposeCircuit) {
			fill.Circuits = append(fill.Circuits, NoticeCircuit{CID: cid, Impact: impact})
		}
	}
	return fill, nil
}

// Reason is why a person fills fields in with what was proposed.
func (r ProposalRun) Reason() string { return "as proposed by " + r.Model }

// has reports the first field that is named and cannot be taken over.
func (r ProposalRun) has(fields []string) error {
	const field = "proposed"
	switch {
	case r.Error != "" || len(r.Proposals) == 0:
		return Invalid(field, "nothing is proposed for this mail that stands in it; give the fields yourself")
	case slices.Contains(fields, ProposeStart) != slices.Contains(fields, ProposeEnd):
		return Invalid(field, "a window needs start and end; take both over")
	case slices.Contains(fields, ProposeImpact) && !slices.Contains(fields, ProposeCircuit):
		return Invalid(field, "the impact is that of the circuits; take circuit_id over too, or give the circuits yourself")
	}
	for _, name := range fields {
		switch {
		case !slices.Contains(ProposalFields, name):
			return Invalid(field, "%q is no field that can be proposed; use one of %s", name, strings.Join(ProposalFields, ", "))
		case len(r.values(name)) == 0:
			return Invalid(field, "nothing is proposed for %s; give it yourself", name)
		}
	}
	return nil
}

// values gives what is proposed for a field.
func (r ProposalRun) values(field string) (all []string) {
	for _, p := range r.Proposals {
		if p.Field == field {
			all = append(all, p.Value)
		}
	}
	return all
}

// windows pairs starts and ends, which stand in the same order.
func (r ProposalRun) windows() ([]NoticeWindow, error) {
	starts, ends := r.values(ProposeStart), r.values(ProposeEnd)
	var all []NoticeWindow
	for i := range min(len(starts), len(ends)) {
		start, err := time.Parse(time.RFC3339, starts[i])
		if err != nil {
			return nil, Invalid(ProposeStart, "%q is no time", starts[i])
		}
		end, err := time.Parse(time.RFC3339, ends[i])
		if err != nil {
			return nil, Invalid(ProposeEnd, "%q is no time", ends[i])
		}
		all = append(all, NoticeWindow{Kind: WindowPrimary, Start: start.UTC(), End: end.UTC()})
	}
	return all, nil
}

// With gives a fill whose own fields stand, and those of another where it has
// none.
func (f NoticeFill) With(o NoticeFill) NoticeFill {
	for _, s := range []struct {
		to    *string
		value string
	}{{&f.MaintenanceID, o.MaintenanceID}, {&f.Account, o.Account}, {&f.Summary, o.Summary}, {(*string)(&f.Status), string(o.Status)}} {
		if *s.to == "" {
			*s.to = s.value
		}
	}
	if len(f.Windows) == 0 {
		f.Windows = o.Windows
	}
	if len(f.Circuits) == 0 {
		f.Circuits = o.Circuits
	}
	return f
}
