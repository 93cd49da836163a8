package rest_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestSubscriptionSettings holds that what a rule of the configuration can say,
// one made over the API can say too, and that it is read as it was written.
func TestSubscriptionSettings(t *testing.T) {
	houses(t, func(t *testing.T, h *house) {
		h.want(201, "POST", "/api/v1/subscriptions", `{"name":"boss","destination":"noc"}`)
		body := `{"name":"all of it","destination":"noc","providers":["zayo"],"sites":["Berlin"],"circuits":["Z-1"],"circuit_types":["Transit"],
			"tenants":["acme"],"tags":["core"],"statuses":["CONFIRMED"],"min_impact":"DEGRADED","phases":["upcoming"],"lead_hours":48,"kinds":["new","cancelled"],
			"reminder_minutes":[120,30],"time_zone":"Europe/Berlin","quiet_hours":{"from":"22:00","to":"06:00","days":["mon"]},
			"urgent":{"within_minutes":90,"kinds":["overrun"]},"digest":{"cron":"0 7 * * *","template":"handover"},"escalate":{"after_minutes":15,"rule":"boss"}}`
		made := h.want(201, "POST", "/api/v1/subscriptions", body).(map[string]any)
		var want map[string]any
		if err := json.Unmarshal([]byte(body), &want); err != nil {
			t.Fatal(err)
		}
		list := h.want(200, "GET", "/api/v1/subscriptions", "").(map[string]any)["results"].([]any)
		for _, got := range []map[string]any{made, list[len(list)-1].(map[string]any)} {
			for _, more := range []string{"id", "author", "from", "asleep", "created_at", "$schema"} {
				delete(got, more)
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("(-written +read):\n%s", d)
			}
		}
		for body, want := range map[string][]any{
			`{"name":"left out","destination":"noc"}`:                    {10080.0, 1440.0, 60.0},
			`{"name":"none","destination":"noc","reminder_minutes":[]}`:  {},
			`{"name":"one","destination":"noc","reminder_minutes":[45]}`: {45.0},
		} {
			made := h.want(201, "POST", "/api/v1/subscriptions", body).(map[string]any)
			if d := cmp.Diff(want, made["reminder_minutes"]); d != "" {
				t.Errorf("%s: reminders (-want +got):\n%s", body, d)
			}
		}
		h.want(422, "POST", "/api/v1/subscriptions", `{"name":"wrong","destination":"noc","urgent":{"kinds":["nonsense"]}}`)
	})
}
