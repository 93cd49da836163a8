package models

import (
	"testing"
	"time"
)

func TestPhaseOf(t *testing.T) {
	window := func(n float64) Window {
		w := night(n)
		return Window{Kind: w.Kind, Status: StatusConfirmed, Start: w.Start, End: w.End}
	}
	closed := func(w Window, s Status) Window { w.Status = s; return w }
	spare := func(w Window, called bool) Window { w.Kind, w.Called = WindowBackup, called; return w }
	one := Maintenance{Status: StatusConfirmed, Windows: []Window{window(0)}} // 22:00 to 28:00
	two := Maintenance{Status: StatusConfirmed, Windows: []Window{window(0), window(1)}}
	sends := PhaseRules{SendsCompletions: true}
	tests := []struct {
		name  string
		m     Maintenance
		hour  float64
		rules PhaseRules
		want  Phase
	}{
		{"before", one, 21, sends, PhaseUpcoming},
		{"at the start", one, 22, sends, PhaseRunning},
		{"at the end", one, 28, sends, PhaseRunning},
		{"within the hold-over, completion missing", one, 28.25, sends, PhaseOverrun},
		{"within the hold-over, none expected", one, 28.25, PhaseRules{}, PhaseRunning},
		{"after the hold-over", one, 28.5, sends, PhaseOverrun},
		{"after the hold-over, none expected", one, 28.5, PhaseRules{}, PhasePresumedOver},
		{"a longer hold-over", one, 29, PhaseRules{HoldOver: 2 * time.Hour, SendsCompletions: true}, PhaseOverrun},
		{"after a longer hold-over", one, 30, PhaseRules{HoldOver: 2 * time.Hour, SendsCompletions: true}, PhaseOverrun},
		{"after both, none expected", two, 60, PhaseRules{}, PhasePresumedOver},
		{"cancelled while running", Maintenance{Status: StatusCancelled, Windows: one.Windows}, 23, sends, PhaseClosed},
		{"completed before its end", Maintenance{Status: StatusCompleted, Windows: one.Windows}, 23, sends, PhaseClosed},
		{"deleted", Maintenance{Status: StatusConfirmed, Windows: one.Windows, Deleted: true}, 23, sends, PhaseClosed},
		{"between two nights", two, 30, sends, PhaseUpcoming},
		{"after the first of two nights", two, 28.25, sends, PhaseOverrun},
		{"second night", two, 47, sends, PhaseRunning},
		{"after both", two, 60, sends, PhaseOverrun},
		{"first night completed early", Maintenance{Status: StatusConfirmed, Windows: []Window{closed(window(0), StatusCompleted), window(1)}}, 23, sends, PhaseUpcoming},
		{"all nights completed", Maintenance{Status: StatusUnknown, Windows: []Window{closed(window(0), StatusCompleted)}}, 21, sends, PhaseClosed},
		{"a spare night that nobody called", Maintenance{Status: StatusConfirmed, Windows: []Window{window(0), spare(window(1), false)}}, 47, sends, PhaseOverrun},
		{"a spare night that was called", Maintenance{Status: StatusConfirmed, Windows: []Window{window(0), spare(window(1), true)}}, 47, sends, PhaseRunning},
		{"without windows", Maintenance{Status: StatusConfirmed}, 1, sends, PhaseUpcoming},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := PhaseOf(test.m, hour(test.hour), test.rules); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestActiveAt(t *testing.T) {
	w := Window{Kind: WindowPrimary, Status: StatusConfirmed, Start: hour(1), End: hour(2)}
	change := func(f func(*Window)) Window { v := w; f(&v); return v }
	tests := []struct {
		name string
		w    Window
		hour float64
		want bool
	}{
		{"before", w, 0.999, false},
		{"at the start", w, 1, true},
		{"within", w, 1.5, true},
		{"at the end", w, 2, true},
		{"after", w, 2.001, false},
		{"a moment long", change(func(w *Window) { w.End = w.Start }), 1, true},
		{"backup, not called", change(func(w *Window) { w.Kind = WindowBackup }), 1.5, false},
		{"backup, called", change(func(w *Window) { w.Kind, w.Called = WindowBackup, true }), 1.5, true},
		{"cancelled itself", change(func(w *Window) { w.Status = StatusCancelled }), 1.5, false},
		{"completed itself", change(func(w *Window) { w.Status = StatusCompleted }), 1.5, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := ActiveAt(test.w, hour(test.hour)); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}
