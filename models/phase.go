package models

import "time"

// Phase is where a maintenance stands by its windows and the clock, beside the
// status that its provider gives it.
type Phase string

// The phases, in the order of a maintenance's life.
const (
	PhaseUpcoming     Phase = "upcoming"
	PhaseRunning      Phase = "running"
	PhaseOverrun      Phase = "overrun"       // the end passed without the completion that the provider usually sends
	PhasePresumedOver Phase = "presumed-over" // the end and the hold-over passed, and no completion is to be expected
	PhaseClosed       Phase = "closed"        // cancelled, completed, deleted or merged
)

// Phases lists the phases in the order of a maintenance's life.
var Phases = []Phase{PhaseUpcoming, PhaseRunning, PhaseOverrun, PhasePresumedOver, PhaseClosed}

// DefaultHoldOver is how long work counts as going on after a window's end
// where nothing else is set.
const DefaultHoldOver = 30 * time.Minute

// PhaseRules are a provider's habits that phases follow.
type PhaseRules struct {
	HoldOver         time.Duration // 0: DefaultHoldOver
	SendsCompletions bool          // the provider usually says when work is over
}

// PhaseOf derives the phase at an instant.
//
// Only windows in which work is planned count: primary ones and called backup
// ones that are not cancelled or completed themselves. During the hold-over
// after the end of a window the phase is overrun where the provider usually
// sends completions, else running; afterwards the next window makes it
// upcoming. After the last one it stays overrun until the completion comes
// where the provider usually sends one, and is presumed over elsewhere. A
// record without windows is upcoming until its status closes it.
func PhaseOf(m Maintenance, now time.Time, p PhaseRules) Phase {
	if m.Status.Closed() || m.Deleted || m.MergedInto != "" {
		return PhaseClosed
	}
	hold := p.HoldOver
	if hold == 0 {
		hold = DefaultHoldOver
	}
	var planned, open, future, held bool
	for _, w := range m.Windows {
		if !w.planned() {
			continue
		}
		planned = true
		if w.Status.Closed() {
			continue
		}
		open = true
		switch {
		case now.Before(w.Start):
			future = true
		case !now.After(w.End):
			return PhaseRunning
		case now.Before(w.End.Add(hold)):
			held = true
		}
	}
	switch {
	case held && p.SendsCompletions:
		return PhaseOverrun
	case held:
		return PhaseRunning
	case future || !planned:
		return PhaseUpcoming
	case !open:
		return PhaseClosed
	case p.SendsCompletions:
		return PhaseOverrun
	}
	return PhasePresumedOver
}

// ActiveAt reports whether work is planned in a window at an instant, both
// ends included (F46). A backup window counts only once a notice called it; a
// window that was itself cancelled or completed does not count.
func ActiveAt(w Window, at time.Time) bool {
	return w.planned() && !w.Status.Closed() && !at.Before(w.Start) && !at.After(w.End)
}

// planned reports whether work is planned in the window, unless it is closed:
// a backup window that was not called is only a risk.
func (w Window) planned() bool { return w.Kind != WindowBackup || w.Called }

// Working reports whether work is planned in the window and was neither
// cancelled nor completed by itself.
func (w Window) Working() bool { return w.planned() && !w.Status.Closed() }
