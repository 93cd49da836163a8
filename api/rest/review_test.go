package rest_test

import (
	"fmt"
	"strings"
	"testing"
)

// push hands a mail over and has it read; it gives the mail's id.
func (h *house) push(mail string) string {
	h.t.Helper()
	pushed, err := h.p.Push(h.t.Context(), []byte(mail))
	if err != nil {
		h.t.Fatal(err)
	}
	if _, err := h.p.Settle(h.t.Context(), pushed.ID); err != nil {
		h.t.Fatal(err)
	}
	return pushed.ID
}

// calendar is a notice as a mail; without an end it cannot be read.
func calendar(from, id, end string) string {
	if end != "" {
		end = "DTEND:" + end + "\r\n"
	}
	return fmt.Sprintf("From: %s\r\nSubject: Work %s\r\nDate: Mon, 02 Mar 2026 08:00:00 +0000\r\nMessage-ID: <%s@mail.example>\r\n"+
		"Content-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:%s\r\nDTSTAMP:20260302T080000Z\r\nDTSTART:20260310T010000Z\r\n%s"+
		"SUMMARY:Work\r\nX-MAINTNOTE-PROVIDER:zayo\r\nX-MAINTNOTE-ACCOUNT:1\r\nX-MAINTNOTE-MAINTENANCE-ID:%s\r\nX-MAINTNOTE-IMPACT:OUTAGE\r\n"+
		"X-MAINTNOTE-STATUS:CONFIRMED\r\nX-MAINTNOTE-OBJECT-ID:Z-1\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n", from, id, id, id, end, id)
}

// TestReviewOverHTTP settles a broken mail, one of a stranger and one with an
// unknown circuit, and takes everything back.
func TestReviewOverHTTP(t *testing.T) {
	houses(t, func(t *testing.T, h *house) {
		broken, stranger := h.push(calendar("mr@zayo.com", "TTN-50", "")), h.push(calendar("noc@new.example", "TTN-51", "20260310T050000Z"))
		if list := h.want(200, "GET", "/api/v1/review", ""); text(list, "count") != "3" || text(list, "results", 2, "priority") != "false" || text(list, "results", 0, "priority") != "true" {
			t.Errorf("what waits: %v", list)
		}
		for query, n := range map[string]string{"reason=failed": "1", "reason=unknown-cids": "1", "reason=failed&reason=unknown-provider": "2", "state=done": "0", "owner=olga": "0", "provider=zayo": "2", "q=ttn-50": "1"} {
			if list := h.want(200, "GET", "/api/v1/review?"+query, ""); text(list, "count") != n {
				t.Errorf("%s: %s items, want %s", query, text(list, "count"), n)
			}
		}
		at := "/api/v1/review/" + broken
		seen := h.want(200, "GET", at, "")
		if text(seen, "missing", 0, "field") != "end" || text(seen, "notices", 0, "maintenance_id") != "TTN-50" || text(seen, "circuits", 0, "cid") != "Z-1" {
			t.Errorf("shown %v", seen)
		}
		tag := h.tag(at)
		h.want(428, "POST", at+"/dismiss", `{}`)
		h.want(200, "POST", at+"/take", `{}`)
		stale := h.ask("operator", "POST", at+"/dismiss", `{}`, "If-Match", tag)
		if stale.Code != 412 || !strings.Contains(stale.Body.String(), "olga did take") {
			t.Errorf("a stale item: %d %s", stale.Code, stale.Body)
		}
		fill := `{"windows":[{"start":"2026-03-10T01:00:00Z","end":"%s"}],"reason":"called them"}`
		bad := h.ask("operator", "POST", at+"/fill", fmt.Sprintf(fill, "2026-03-10T00:00:00Z"), "If-Match", "*")
		if bad.Code != 422 || !strings.Contains(bad.Body.String(), "body.windows[0].end") {
			t.Errorf("an end before the start: %d %s", bad.Code, bad.Body)
		}
		done := h.want(200, "POST", at+"/fill", fmt.Sprintf(fill, "2026-03-10T05:00:00Z"), "If-Match", h.tag(at))
		if text(done, "item", "open") != "false" || text(done, "item", "reading") != "completed" || text(done, "maintenances", 0) != "zayo-TTN-50" {
			t.Errorf("filled in: %v", done)
		}
		h.want(200, "GET", "/api/v1/maintenances/zayo-TTN-50", "")
		h.want(422, "POST", "/api/v1/notifications/"+broken+"/reparse", "")
		h.want(200, "POST", at+"/undo", `{}`, "If-Match", "*")
		h.want(404, "GET", "/api/v1/maintenances/zayo-TTN-50", "")

		other := "/api/v1/review/" + stranger
		h.want(422, "POST", other+"/assign", `{"provider":"nobody"}`, "If-Match", "*")
		h.want(422, "POST", other+"/accept", `{}`, "If-Match", "*")
		h.want(200, "POST", other+"/assign", `{"provider":"zayo"}`, "If-Match", "*")
		h.want(200, "GET", "/api/v1/maintenances/zayo-TTN-51", "")
		if again := h.want(200, "POST", "/api/v1/notifications/"+stranger+"/reparse?dry_run=true", ""); text(again, "changed") != "false" {
			t.Errorf("read again: %v", again)
		}

		lost := text(h.want(200, "GET", "/api/v1/review?reason=unknown-cids", ""), "results", 0, "id")
		circuit := "/api/v1/review/" + lost
		h.want(422, "POST", circuit+"/circuit", `{"cid":"NONE-1"}`, "If-Match", "*")
		h.want(422, "POST", circuit+"/circuit", `{"cid":"Z-1","text":"Z-2"}`, "If-Match", "*")
		linked := h.want(200, "POST", circuit+"/circuit", `{"cid":"Z-1"}`, "If-Match", "*")
		if text(linked, "item", "open") != "false" || text(linked, "maintenances", 0) != "zayo-TTN-1" {
			t.Errorf("linked: %v", linked)
		}
		if twice := h.ask("operator", "POST", "/api/v1/aliases", `{"provider":"zayo","alias":"lost","cid":"Z-2"}`); twice.Code != 422 || !strings.Contains(twice.Body.String(), "Z-1") || !strings.Contains(twice.Body.String(), "Z-2") {
			t.Errorf("one text for two circuits: %d %s", twice.Code, twice.Body)
		}
		h.want(200, "POST", circuit+"/undo", `{}`, "If-Match", "*")
		h.want(404, "POST", "/api/v1/review/99999/dismiss", `{}`, "If-Match", "*")
		if log := h.ask("admin", "GET", "/api/v1/audit", "").Body.String(); !strings.Contains(log, `"review: fill"`) || !strings.Contains(log, "called them") {
			t.Errorf("the audit log: %s", log)
		}
	})
}

// TestMatchingOverHTTP tries aliases and rules before they are set.
func TestMatchingOverHTTP(t *testing.T) {
	houses(t, func(t *testing.T, h *house) {
		rows := `[{"provider":"zayo","alias":"LOST","cid":"Z-1"}]`
		for range 2 { // a dry run changes nothing
			tried := h.want(200, "POST", "/api/v1/aliases/import?dry_run=true", rows)
			if text(tried, "created") != "1" || text(tried, "aliases", 0, "effect") != "new" || text(tried, "maintenances", 0, "maintenance") != "zayo-TTN-1" {
				t.Errorf("tried: %v", tried)
			}
		}
		h.want(422, "POST", "/api/v1/aliases/import", `[{"provider":"zayo","alias":"LOST","cid":"Z-1"},{"provider":"zayo","alias":"lost","cid":"Z-2"}]`)
		if done := h.want(200, "POST", "/api/v1/aliases/import", rows); text(done, "created") != "1" {
			t.Errorf("imported: %v", done)
		}
		if c := h.want(200, "GET", zayo, ""); text(c, "circuits", 2, "linked") != "true" && text(c, "circuits", 0, "linked") != "true" {
			t.Errorf("not linked: %v", c)
		}
		rule := "/api/v1/providers/zayo/cid-rule"
		h.want(422, "PUT", rule, `{"rule":"nonsense"}`)
		if tried := h.want(200, "PUT", rule+"?dry_run=true", `{"rule":"prefix=CKT_ blanks"}`); text(tried, "rule") != "blanks prefix=CKT_" {
			t.Errorf("rule: %v", tried)
		}
		h.want(200, "PUT", rule, `{"rule":"blanks zeros"}`)
	})
}
