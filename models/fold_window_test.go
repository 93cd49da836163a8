package models

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFoldWindowsReplace(t *testing.T) {
	longer := night(1, "EX/1")
	longer.End = hour(24 + 30)
	runFold(t, []foldTest{
		{"ordinals follow the start", []Notice{said(1, StatusConfirmed, night(3, "EX/1"), night(1, "EX/1"), backup(2, "EX/1"))}, nil,
			[]string{"CONFIRMED", "1 primary night 1 CONFIRMED", "2 backup night 2 CONFIRMED", "3 primary night 3 CONFIRMED", "A EX/1"}},
		{"a notice without windows changes none", []Notice{said(1, StatusConfirmed, night(1, "EX/1")), said(2, StatusConfirmed)}, nil,
			[]string{"CONFIRMED", "1 primary night 1 CONFIRMED", "A EX/1"}},
		{"a moved window keeps its ordinal", []Notice{said(1, StatusConfirmed, night(1, "EX/1")), said(2, StatusRescheduled, night(8, "EX/1"))}, nil,
			[]string{"RE-SCHEDULED", "1 primary night 8 RE-SCHEDULED", "A EX/1"}},
		{"a longer window keeps its ordinal", []Notice{said(1, StatusConfirmed, night(1, "EX/1"), night(2, "EX/1")), said(2, StatusConfirmed, longer, night(2, "EX/1"))}, nil,
			[]string{"CONFIRMED", "1 primary night 1 for 8h CONFIRMED", "2 primary night 2 CONFIRMED", "A EX/1"}},
		{"one of two moves, past the other", []Notice{
			said(1, StatusConfirmed, night(1, "EX/1"), night(2, "EX/1")), said(2, StatusRescheduled, night(2, "EX/1"), night(5, "EX/1")),
		}, nil, []string{"RE-SCHEDULED", "1 primary night 5 RE-SCHEDULED", "2 primary night 2 RE-SCHEDULED", "A EX/1"}},
		{"kinds move apart", []Notice{
			said(1, StatusConfirmed, night(1, "EX/1"), backup(2, "EX/1")), said(2, StatusRescheduled, night(8, "EX/1"), backup(9, "EX/1")),
		}, nil, []string{"RE-SCHEDULED", "1 primary night 8 RE-SCHEDULED", "2 backup night 9 RE-SCHEDULED", "A EX/1"}},
		{"what the new set lacks is dropped", []Notice{
			said(1, StatusConfirmed, night(1, "EX/1"), night(2, "EX/1")), said(2, StatusConfirmed, night(2, "EX/1")),
		}, nil, []string{"CONFIRMED", "2 primary night 2 CONFIRMED", "A EX/1"}},
		{"ordinals of dropped windows are not used again", []Notice{
			said(1, StatusConfirmed, night(1, "EX/1"), night(2, "EX/1")), said(2, StatusConfirmed, night(1, "EX/1")),
			said(3, StatusConfirmed, night(1, "EX/1"), night(4, "EX/1")),
		}, nil, []string{"CONFIRMED", "1 primary night 1 CONFIRMED", "3 primary night 4 CONFIRMED", "A EX/1"}},
		{"NO-CHANGE with windows moves them and keeps their status", []Notice{
			said(1, StatusConfirmed, night(1, "EX/1")), said(2, StatusNoChange, night(3, "EX/1")),
		}, nil, []string{"CONFIRMED", "1 primary night 3 CONFIRMED", "A EX/1"}},
		{"a window listed twice is one", []Notice{said(1, StatusConfirmed, night(1, "EX/1"), night(1, "EX/2"))}, nil,
			[]string{"CONFIRMED", "1 primary night 1 CONFIRMED", "A EX/1", "A EX/2"}},
	})
}

// lateNight is a night that starts an hour later.
func lateNight(n float64, circuits ...string) NoticeWindow {
	w := night(n, circuits...)
	w.Start = hour(24*n + 23)
	return w
}

func TestFoldWindowsPartly(t *testing.T) {
	three := said(1, StatusConfirmed, night(1, "EX/1"), night(2, "EX/1"), night(3, "EX/1"))
	late := lateNight(2, "EX/1")
	runFold(t, []foldTest{
		{"IN-PROCESS for one of three", []Notice{three, said(2, StatusInProcess, night(1, "EX/1"))}, nil,
			[]string{"IN-PROCESS", "1 primary night 1 IN-PROCESS", "2 primary night 2 CONFIRMED", "3 primary night 3 CONFIRMED", "A EX/1"}},
		{"COMPLETED for one of three", []Notice{three, said(2, StatusInProcess, night(1, "EX/1")), said(3, StatusCompleted, night(1, "EX/1"))}, nil,
			[]string{"CONFIRMED", "1 primary night 1 COMPLETED", "2 primary night 2 CONFIRMED", "3 primary night 3 CONFIRMED", "A EX/1"}},
		{"COMPLETED for each of three", []Notice{
			three, said(2, StatusCompleted, night(1, "EX/1")), said(3, StatusCompleted, night(2, "EX/1")), said(4, StatusCompleted, night(3, "EX/1")),
		}, nil, []string{"COMPLETED", "1 primary night 1 COMPLETED", "2 primary night 2 COMPLETED", "3 primary night 3 COMPLETED", "A EX/1"}},
		{"COMPLETED for the last, of the first nothing was heard", []Notice{three, said(2, StatusInProcess, night(1, "EX/1")), said(3, StatusCompleted, night(3, "EX/1"))}, nil,
			[]string{"COMPLETED", "1 primary night 1 IN-PROCESS", "2 primary night 2 CONFIRMED", "3 primary night 3 COMPLETED", "A EX/1"}},
		{"IN-PROCESS with other times for one of three", []Notice{three, said(2, StatusInProcess, late)}, nil,
			[]string{"IN-PROCESS", "1 primary night 1 CONFIRMED", "2 primary night 2.0416666666666665 for 5h IN-PROCESS", "3 primary night 3 CONFIRMED", "A EX/1"}},
		{"COMPLETED for all", []Notice{three, said(2, StatusCompleted, night(1, "EX/1"), night(2, "EX/1"), night(3, "EX/1"))}, nil,
			[]string{"COMPLETED", "1 primary night 1 COMPLETED", "2 primary night 2 COMPLETED", "3 primary night 3 COMPLETED", "A EX/1"}},
		{"COMPLETED for a window that is not known replaces", []Notice{three, said(2, StatusCompleted, night(7, "EX/1"))}, nil,
			[]string{"COMPLETED", "1 primary night 7 COMPLETED", "A EX/1"}},
		{"CONFIRMED for one of three replaces", []Notice{three, said(2, StatusConfirmed, night(2, "EX/1"))}, nil,
			[]string{"CONFIRMED", "2 primary night 2 CONFIRMED", "A EX/1"}},
		{"COMPLETED without windows is for all", []Notice{three, said(2, StatusCompleted)}, nil,
			[]string{"COMPLETED", "1 primary night 1 COMPLETED", "2 primary night 2 COMPLETED", "3 primary night 3 COMPLETED", "A EX/1"}},
		{"IN-PROCESS without windows does not say which", []Notice{three, said(2, StatusInProcess)}, nil,
			[]string{"IN-PROCESS", "1 primary night 1 CONFIRMED", "2 primary night 2 CONFIRMED", "3 primary night 3 CONFIRMED", "A EX/1"}},
		{"CONFIRMED without windows leaves what was completed", []Notice{three, said(2, StatusCompleted, night(1, "EX/1")), said(3, StatusConfirmed)}, nil,
			[]string{"CONFIRMED", "1 primary night 1 COMPLETED", "2 primary night 2 CONFIRMED", "3 primary night 3 CONFIRMED", "A EX/1"}},
		{"CANCELLED without windows leaves what was completed", []Notice{three, said(2, StatusCompleted, night(1, "EX/1")), said(3, StatusCancelled)}, nil,
			[]string{"CANCELLED", "1 primary night 1 COMPLETED", "2 primary night 2 CANCELLED", "3 primary night 3 CANCELLED", "A EX/1"}},
		{"COMPLETED for the primary one leaves the backup a risk", []Notice{
			said(1, StatusConfirmed, night(1, "EX/1"), backup(2, "EX/1")), said(2, StatusCompleted, night(1, "EX/1")),
		}, nil, []string{"COMPLETED", "1 primary night 1 COMPLETED", "2 backup night 2 CONFIRMED", "A EX/1"}},
		{"a partial notice adds circuits and drops none", []Notice{
			said(1, StatusConfirmed, night(1, "EX/1", "EX/2"), night(2, "EX/2=DEGRADED")),
			said(2, StatusInProcess, night(1, "EX/2=REDUCED-REDUNDANCY", "EX/3")),
		}, nil, []string{"IN-PROCESS", "1 primary night 1 IN-PROCESS", "2 primary night 2 CONFIRMED", "A EX/1", "A EX/2 DEGRADED", "A EX/3"}},
	})
}

func TestFoldDays(t *testing.T) {
	three := said(1, StatusConfirmed, night(1, "EX/1"), night(2, "EX/1"), night(3, "EX/1"))
	runFold(t, []foldTest{
		{"days come one by one", []Notice{
			said(1, StatusConfirmed, dayOf(2, 3, night(2, "EX/1"))), said(2, StatusConfirmed, dayOf(1, 3, night(1, "EX/1"))),
		}, nil, []string{"CONFIRMED", "1 primary night 1 CONFIRMED", "2 primary night 2 CONFIRMED", "A EX/1"}},
		{"a day moves", []Notice{three, said(2, StatusRescheduled, dayOf(2, 3, night(5, "EX/1")))}, nil,
			[]string{"RE-SCHEDULED", "1 primary night 1 CONFIRMED", "2 primary night 5 RE-SCHEDULED", "3 primary night 3 CONFIRMED", "A EX/1"}},
		{"a day is cancelled", []Notice{three, said(2, StatusCancelled, dayOf(1, 3, night(1, "EX/1")))}, nil,
			[]string{"CONFIRMED", "1 primary night 1 CANCELLED", "2 primary night 2 CONFIRMED", "3 primary night 3 CONFIRMED", "A EX/1"}},
		{"a day is done while others were not described yet", []Notice{
			said(1, StatusConfirmed, dayOf(1, 2, night(1, "EX/1"))), said(2, StatusCompleted, dayOf(1, 2, night(1, "EX/1"))),
		}, nil, []string{"CONFIRMED", "1 primary night 1 COMPLETED", "A EX/1"}},
		{"the last day is done, the others were not described", []Notice{
			said(1, StatusConfirmed, dayOf(3, 3, night(3, "EX/1"))), said(2, StatusCompleted, dayOf(3, 3, night(3, "EX/1"))),
		}, nil, []string{"COMPLETED", "3 primary night 3 COMPLETED", "A EX/1"}},
		{"the last day is done", []Notice{
			said(1, StatusCompleted, dayOf(1, 2, night(1, "EX/1"))), said(2, StatusCompleted, dayOf(2, 2, night(2, "EX/1"))),
		}, nil, []string{"COMPLETED", "1 primary night 1 COMPLETED", "2 primary night 2 COMPLETED", "A EX/1"}},
		{"all days in one notice replace", []Notice{three, said(2, StatusConfirmed, dayOf(1, 2, night(2, "EX/1")), dayOf(2, 2, night(6, "EX/1")))}, nil,
			[]string{"CONFIRMED", "1 primary night 6 CONFIRMED", "2 primary night 2 CONFIRMED", "A EX/1"}},
		{"a day with other times, after an earlier day was dropped", []Notice{
			three, said(2, StatusConfirmed, night(2, "EX/1"), night(3, "EX/1")), said(3, StatusInProcess, dayOf(2, 3, lateNight(2, "EX/1"))),
		}, nil, []string{"IN-PROCESS", "2 primary night 2.0416666666666665 for 5h IN-PROCESS", "3 primary night 3 CONFIRMED", "A EX/1"}},
		{"the times tell the day before its place does", []Notice{
			said(1, StatusConfirmed, night(2, "EX/1"), night(3, "EX/1")), said(2, StatusInProcess, dayOf(2, 3, lateNight(2, "EX/1"))),
		}, nil, []string{"IN-PROCESS", "1 primary night 2.0416666666666665 for 5h IN-PROCESS", "2 primary night 3 CONFIRMED", "A EX/1"}},
		{"a day that moves, by place", []Notice{
			three, said(2, StatusConfirmed, night(2, "EX/1"), night(3, "EX/1")), said(3, StatusRescheduled, dayOf(3, 3, night(9, "EX/1"))),
		}, nil, []string{"RE-SCHEDULED", "2 primary night 2 CONFIRMED", "3 primary night 9 RE-SCHEDULED", "A EX/1"}},
		{"day 1 of 1 is all", []Notice{three, said(2, StatusConfirmed, dayOf(1, 1, night(1, "EX/1")))}, nil,
			[]string{"CONFIRMED", "1 primary night 1 CONFIRMED", "A EX/1"}},
		{"each day has its own circuits", []Notice{
			said(1, StatusConfirmed, dayOf(1, 2, night(1, "EX/1"))), said(2, StatusConfirmed, dayOf(2, 2, night(2, "EX/2"))),
		}, nil, []string{"CONFIRMED", "1 primary night 1 CONFIRMED", "2 primary night 2 CONFIRMED", "A EX/1", "A EX/2"}},
	})
}

func TestFoldBackups(t *testing.T) {
	first := said(1, StatusConfirmed, night(1, "EX/1"), backup(2, "EX/1"))
	runFold(t, []foldTest{
		{"a risk at first", []Notice{first}, nil,
			[]string{"CONFIRMED", "1 primary night 1 CONFIRMED", "2 backup night 2 CONFIRMED", "A EX/1"}},
		{"called by a move to its time", []Notice{first, said(2, StatusRescheduled, night(2, "EX/1"))}, nil,
			[]string{"RE-SCHEDULED", "2 backup night 2 called RE-SCHEDULED", "A EX/1"}},
		{"called beside the primary one", []Notice{first, said(2, StatusConfirmed, night(1, "EX/1"), night(2, "EX/1"))}, nil,
			[]string{"CONFIRMED", "1 primary night 1 CONFIRMED", "2 backup night 2 called CONFIRMED", "A EX/1"}},
		{"called by the start of work in it", []Notice{first, said(2, StatusInProcess, backup(2, "EX/1"))}, nil,
			[]string{"IN-PROCESS", "1 primary night 1 CONFIRMED", "2 backup night 2 called IN-PROCESS", "A EX/1"}},
		{"completed: the primary one before it keeps nothing open", []Notice{
			first, said(2, StatusInProcess, backup(2, "EX/1")), said(3, StatusCompleted, backup(2, "EX/1")),
		}, nil, []string{"COMPLETED", "1 primary night 1 CONFIRMED", "2 backup night 2 called COMPLETED", "A EX/1"}},
		{"stays called", []Notice{first, said(2, StatusRescheduled, night(2, "EX/1")), said(3, StatusCompleted, backup(2, "EX/1"))}, nil,
			[]string{"COMPLETED", "2 backup night 2 called COMPLETED", "A EX/1"}},
		{"stays called when a reminder lists it as a backup", []Notice{
			first, said(2, StatusRescheduled, night(2, "EX/1")), said(3, StatusNoChange, night(1, "EX/1"), backup(2, "EX/1")),
		}, nil, []string{"RE-SCHEDULED", "2 backup night 2 called RE-SCHEDULED", "3 primary night 1 RE-SCHEDULED", "A EX/1"}},
		{"not called by a reminder that lists both", []Notice{first, said(2, StatusInProcess, night(1, "EX/1"), backup(2, "EX/1"))}, nil,
			[]string{"IN-PROCESS", "1 primary night 1 IN-PROCESS", "2 backup night 2 IN-PROCESS", "A EX/1"}},
		{"called by a move that names it alone", []Notice{first, said(2, StatusRescheduled, backup(2, "EX/1"))}, nil,
			[]string{"RE-SCHEDULED", "2 backup night 2 called RE-SCHEDULED", "A EX/1"}},
		{"a risk even if nothing else is planned", []Notice{said(1, StatusConfirmed, backup(2, "EX/1"))}, nil,
			[]string{"CONFIRMED", "1 backup night 2 CONFIRMED", "A EX/1"}},
		{"not called by a cancellation", []Notice{first, said(2, StatusCancelled, backup(2, "EX/1"))}, nil,
			[]string{"CANCELLED", "2 backup night 2 CANCELLED", "A EX/1"}},
		{"called, with a new backup", []Notice{first, said(2, StatusRescheduled, night(2, "EX/1"), backup(3, "EX/1"))}, nil,
			[]string{"RE-SCHEDULED", "2 backup night 2 called RE-SCHEDULED", "3 backup night 3 RE-SCHEDULED", "A EX/1"}},
	})
}

func TestFoldImpactsOfWindows(t *testing.T) {
	m, _ := Fold([]Notice{
		said(1, StatusConfirmed, night(1, "EX/1=OUTAGE", "EX/2=DEGRADED"), night(2, "EX/1=NO-IMPACT")),
		of("B", said(2, StatusConfirmed, night(1, "EX/9"), night(2))),
		said(3, StatusNoChange, night(1), night(2), night(3)),
	}, nil)
	var got [][]WindowImpact
	for _, w := range m.Windows {
		got = append(got, w.Impacts)
	}
	want := [][]WindowImpact{
		{{"EX/1", "A", ImpactOutage}, {"EX/2", "A", ImpactDegraded}, {"EX/9", "B", ImpactOutage}},
		{{"EX/1", "A", ImpactNone}},
		{{"EX/1", "A", ImpactOutage}, {"EX/2", "A", ImpactDegraded}, {"EX/9", "B", ImpactOutage}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
