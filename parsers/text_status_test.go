package parsers

import (
	"strings"
	"testing"

	"lineman/models"
)

func TestFindStatus(t *testing.T) {
	tests := []struct {
		text string
		want models.Status
	}{
		{"This maintenance has been cancelled.", models.StatusCancelled},
		{"CANCELED: planned work", models.StatusCancelled},
		{"The work will be cancelled.", models.StatusCancelled},
		{"Rescheduled, then cancelled", models.StatusCancelled},
		{"The maintenance has not been cancelled.", ""},
		{"It hasn’t been cancelled", ""},
		{"This maintenance is no longer cancelled", ""},
		{"If it is cancelled, we tell you", ""},
		{"Should the work be cancelled you will be notified", ""},
		{"We may be unable to cancel; uncancelled", ""},
		{"It was not cancelled. It was completed.", models.StatusCompleted},
		{"Not to worry, the work has been completed", models.StatusCompleted},
		{"The work will be completed by six", ""},
		{"in the event work is unable to be completed on the primary night", ""},
		{"until the work is completed", ""},
		{"The window has ended.", models.StatusCompleted},
		{"Work has begun", models.StatusInProcess},
		{"has been rescheduled", models.StatusRescheduled},
		{"it cannot be rescheduled", ""},
		{"作業は完了いたしました。", models.StatusCompleted},
		{"作業完了後にご連絡します。", ""},
		{"作業はキャンセルされました。", models.StatusCancelled},
		{"作業は24時間後に開始します。", ""},
		{"Planned maintenance", ""},
		{"Maintenance Cancelation Notice", models.StatusCancelled},
		{"The work of Wed, 20 May 2026 08:00 GMT has been cancelled", models.StatusCancelled},
		{"The work of the 3rd of May has been completed", models.StatusCompleted},
		{"Work on May 20 has been rescheduled", models.StatusRescheduled},
		{"The work planned in May is cancelled", models.StatusCancelled},
		{"It may be cancelled", ""},
		{"Work on 20/May/2026 completed", models.StatusCompleted},
		{"Work of 20. May, completed", models.StatusCompleted},
		{"The maintenance of May is completed", models.StatusCompleted},
		{"The night of 3 May has now been cancelled", models.StatusCancelled},
		{"Window 2 may be cancelled", ""},
		{"Night 2 may not be completed", ""},
		{"The work in Oslo, NOR has been cancelled", models.StatusCancelled},
		{"The work in Oslo, NOR is cancelled", models.StatusCancelled},
		{"The circuits Oslo, NOR have now been rescheduled", models.StatusRescheduled},
		{"It is neither completed nor cancelled", ""},
		{"It has not begun, nor has it been cancelled", ""},
		{"The 2 services may have been rescheduled", ""},
		{"Should the date of the work have passed, without any news of it, please consider the work as completed.", ""},
		{"The maintenance scheduled for 25 May 2026 has been cancelled.", models.StatusCancelled},
		{"Maintenance on May 25 cancelled", models.StatusCancelled},
		{"Planned for 25-May-2026, completed", models.StatusCompleted},
		{"The maintenance that may affect your service has been cancelled", models.StatusCancelled},
		{"The maintenance that would have impacted your service was cancelled", models.StatusCancelled},
		{"The maintenance which could affect your service has started", models.StatusInProcess},
		{"The work scheduled to start after 22:00 has been cancelled", models.StatusCancelled},
		{"The work that was to be carried out before 05:00 has been completed", models.StatusCompleted},
		{"The maintenance expected to last 5 hours has been completed", models.StatusCompleted},
		{"The work which was not affecting you is completed", models.StatusCompleted},
		{"It may be cancelled", ""},
		{"It would have been completed", ""},
		{"Not all of the work has been completed", ""},
		{"This does not mean that the work has been cancelled", ""},
		{"when the work has started", ""},
		{"We will tell you after it has been completed", ""},
		{"You will receive a completion notice", ""},
		{"A cancellation notice will be sent in that case", ""},
		{"Our cancellation policy", ""},
		{"the previously cancelled work", ""},
		{"The notice was cancelled by mistake", ""},
		{"Customers request to reschedule in writing", ""},
		{"It has not started and has been cancelled", models.StatusCancelled},
		{"It has not been cancelled and goes on", ""},
		{"The previously planned work has been cancelled", models.StatusCancelled},
		{"If this was one day, please consider it completed. The work has been completed.", models.StatusCompleted},
	}
	for _, tt := range tests {
		h, _ := CommonStatus.Find(Plain(tt.text))
		if h.Status != tt.want {
			t.Errorf("%q: %q (%q), want %q", tt.text, h.Status, h.Text, tt.want)
		}
	}
}

func TestDecideStatus(t *testing.T) {
	hit := func(s models.Status, where string) StatusHit { return StatusHit{Status: s, Where: where} }
	h, warning, ok := DecideStatus(hit(models.StatusCompleted, "the subject"), hit(models.StatusCancelled, "the text"))
	if !ok || h.Status != models.StatusCancelled || !strings.Contains(warning, "contradicts") {
		t.Errorf("%v %q %v", h.Status, warning, ok)
	}
	h, warning, ok = DecideStatus(hit(models.StatusCompleted, "the subject"), hit(models.StatusCompleted, "the text"))
	if !ok || h.Status != models.StatusCompleted || warning != "" {
		t.Errorf("%v %q %v", h.Status, warning, ok)
	}
	if _, _, ok = DecideStatus(); ok {
		t.Error("a status without hits")
	}
}

func TestImpact(t *testing.T) {
	tests := []struct {
		raw   string
		want  models.Impact
		known bool
	}{
		{"", models.ImpactOutage, true},
		{"None", models.ImpactNone, true},
		{"none expected", models.ImpactNone, true},
		{"No Expected Impact", models.ImpactNone, true},
		{"No impact to your service", models.ImpactNone, true},
		{"No interruption, but a loss of redundancy", models.ImpactReducedRedundancy, true},
		{"No impact and no loss of redundancy", models.ImpactNone, true},
		{"Loss of redundancy to your service", models.ImpactReducedRedundancy, true},
		{"Switch Hit – up to 50 ms", models.ImpactReducedRedundancy, true},
		{"Hard Down - up to 2 hours", models.ImpactOutage, true},
		{"There will be service interruptions", models.ImpactOutage, true},
		{"Outage", models.ImpactOutage, true},
		{"Degraded throughput", models.ImpactDegraded, true},
		{"Non-Service Affecting Activity", models.ImpactNone, true},
		{"Service Affecting Activity", models.ImpactOutage, true},
		{"お客様のサービスに影響はございません。", models.ImpactNone, true},
		{"Blue", models.ImpactOutage, false},
		{"0 min", models.ImpactNone, true},
		{"00:00:00", models.ImpactNone, true},
		{"10 min", models.ImpactOutage, false},
		{"Service will not be impacted", models.ImpactNone, true},
		{"If your service is protected it will not be impacted, else there is an outage", models.ImpactOutage, true},
		{"No loss of service expected", models.ImpactNone, true},
		{"Hitless", models.ImpactNone, true},
		{"Nil impact", models.ImpactNone, true},
		{"Outage: No", models.ImpactNone, true},
		{"Downtime: not known", models.ImpactOutage, true},
		{"Outage: none, loss of redundancy", models.ImpactReducedRedundancy, true},
		{"Reduced resilience", models.ImpactReducedRedundancy, true},
		{"Latency will increase", models.ImpactDegraded, true},
	}
	for _, tt := range tests {
		if got, known := CommonImpact.Impact(tt.raw); got != tt.want || known != tt.known {
			t.Errorf("%q: %s %v, want %s %v", tt.raw, got, known, tt.want, tt.known)
		}
	}
}

func TestKeyAndFold(t *testing.T) {
	for in, want := range map[string]string{
		"Circuit(s) Affected:": "circuits affected", " Service Serial # ": "service serial", "Ｔｉｃｋｅｔ　＃": "ticket",
		"Customer’s Name": "customers name", "A–B": "a b", "日付:": "日付",
	} {
		if got := Key(in); got != want {
			t.Errorf("Key(%q) = %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{" a\u00a0\u200b b\r\n": "a b", "a  b": "a b", "": "", "\u3000": "", "é  x": "é x", "11\u2011Mar\u20102026": "11-Mar-2026"} {
		if got := Fold(in); got != want {
			t.Errorf("Fold(%q) = %q, want %q", in, got, want)
		}
	}
}
