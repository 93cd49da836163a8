package rest_test

import (
	"net/http"
	"strings"
	"testing"

	"lineman/models"
)

// TestEveryResourceHasListAndDetail reads each list of /api/v1 and one of its
// rows by its address.
func TestEveryResourceHasListAndDetail(t *testing.T) {
	houses(t, func(t *testing.T, h *house) {
		h.overlap()
		h.want(201, "POST", "/api/v1/aliases", `{"provider":"zayo","alias":"Z-ONE","cid":"Z-1"}`)
		h.want(201, "POST", zayo+"/notes", `{"comment":"seen"}`)
		h.want(200, "PATCH", zayo, `{"summary":"ours"}`, "If-Match", "*")
		for list, key := range map[string]string{
			"maintenances": "name", "impacts": "id", "notes": "id", "changes": "id", "edits": "id", "circuits": "id", "circuit-types": "name",
			"providers": "slug", "sites": "id", "terminations": "id", "redundancy-groups": "name", "findings": "id", "overlaps": "id",
			"sources": "name", "polls": "id", "notifications": "id", "notices": "id", "aliases": "id",
		} {
			row := field(h.want(200, "GET", "/api/v1/"+list+"?limit=1", ""), "results", 0)
			at := "/api/v1/" + list + "/" + text(row, key)
			one := h.want(200, "GET", at, "")
			if text(one, key) != text(row, key) || row == nil {
				t.Errorf("%s is %v, the list has %v", at, one, row)
			}
			h.want(404, "GET", "/api/v1/"+list+"/00000000-0000-4000-8000-000000000000", "")
			h.want(404, "GET", "/api/v1/"+list+"/x'y", "")
			tag := h.tag(at)
			if w := h.ask("operator", "GET", at, "", "If-None-Match", tag); w.Code != 304 {
				t.Errorf("%s that is known: %d", at, w.Code)
			}
		}
		h.want(200, "GET", zayo+"/windows/1", "")
		h.want(404, "GET", zayo+"/windows/9", "")
		if w := h.ask("operator", "GET", zayo+"/windows/x", ""); w.Code != 400 || !strings.Contains(w.Body.String(), "path.ordinal") {
			t.Errorf("window x: %d %s", w.Code, w.Body)
		}
	})
}

// overlap makes a group of the circuits that are worked on and finds that they
// fall together.
func (h *house) overlap() {
	h.t.Helper()
	_, err := h.s.ImportRedundancy(h.t.Context(), []models.RedundancyRow{
		{Line: 2, Group: "core", Provider: "zayo", CID: "Z-1"}, {Line: 3, Group: "core", Provider: "zayo", CID: "Z-2"},
	})
	if err != nil {
		h.t.Fatal(err)
	}
	h.want(201, "POST", "/api/v1/maintenances", `{"provider":"zayo","maintenance_id":"BOTH","windows":[{"start":"2099-04-01T00:00:00Z","end":"2099-04-01T02:00:00Z"}],
		"circuits":[{"circuit_id":"Z-1","impact":"OUTAGE"},{"circuit_id":"Z-2","impact":"OUTAGE"}]}`)
}

// TestFiltersOfTheLists tries filters for what they find.
func TestFiltersOfTheLists(t *testing.T) {
	houses(t, func(t *testing.T, h *house) {
		h.overlap()
		h.want(201, "POST", "/api/v1/aliases", `{"provider":"zayo","alias":"Z-ONE","cid":"Z-1"}`)
		h.want(201, "POST", zayo+"/notes", `{"title":"call","comment":"they called"}`)
		h.want(200, "PATCH", zayo, `{"summary":"ours","reason":"by phone"}`, "If-Match", "*")
		circuit := text(h.want(200, "GET", "/api/v1/circuits?cid=Z-1", ""), "results", 0, "id")
		for path, want := range map[string]string{
			"windows": "3", "windows?maintenance=zayo-TTN-1": "1", "windows?kind=backup": "0", "windows?starts_after=2026-03-04T00:00:00Z": "2",
			"windows?starts_before=2026-03-04T00:00:00Z": "1", "windows?ends_before=2026-03-03T13:00:00Z": "0", "windows?ends_after=2026-03-04": "2",
			"changes?author=olga&maintenance=zayo-TTN-1": "2", "changes?author=nobody": "0", "changes?field=summary&maintenance=zayo-TTN-1": "1", "changes?cause=edit&maintenance=zayo-TTN-1": "2",
			"changes?cause=reparse": "0", "changes?since=2100-01-01": "0", "changes?until=2000-01-01": "0", "changes?field=%25": "0",
			"edits": "3", "edits?kind=note": "1", "edits?kind=set": "1", "edits?kind=delete": "0", "edits?author=olga": "3", "edits?maintenance=lumen-LUM-7": "0", "edits?since=2100-01-01": "0",
			"impacts": "5", "impacts?provider=lumen": "1", "impacts?circuit=" + circuit: "2", "impacts?impact=DEGRADED": "0", "impacts?maintenance=zayo-TTN-1": "2",
			"notes?title=call": "1", "notes?level=WARNING&q=they": "0", "notes?q=they": "1", "notes?maintenance=lumen-LUM-7": "0",
			"aliases": "1", "aliases?alias=z-one": "1", "aliases?alias=none": "0", "aliases?provider=lumen": "0", "aliases?circuit=" + circuit: "1", "aliases?circuit=Z-2": "0",
			"redundancy-groups?circuit=Z-2": "1", "redundancy-groups?circuit=L-1": "0", "redundancy-groups?q=COR": "1", "redundancy-groups?name=x": "0",
			"circuit-types?q=wa": "1", "sources?q=IMAP": "1", "sources?kind=graph": "0", "sources?failing=false": "1", "polls?since=2100-01-01": "0", "polls?source=noc-imap": "1",
			"findings": "1", "findings?group=core": "1", "findings?severity=risk": "0",
		} {
			if got := text(h.want(200, "GET", "/api/v1/"+path, ""), "count"); got != want {
				t.Errorf("%s: %s rows, want %s", path, got, want)
			}
		}
		for _, list := range []string{"windows", "changes", "edits", "impacts", "notes", "aliases", "redundancy-groups", "circuit-types", "sources", "polls", "findings", "providers"} {
			if w := h.ask("operator", "GET", "/api/v1/"+list+"?colour=red", ""); w.Code != 400 || !strings.Contains(w.Body.String(), "query.colour") {
				t.Errorf("%s: %d %s", list, w.Code, w.Body)
			}
		}
		if e := h.want(200, "GET", "/api/v1/edits", ""); text(e, "results", 0, "value") != "ours" || text(e, "results", 0, "reason") != "by phone" || text(e, "results", 0, "author") != "olga" {
			t.Errorf("edit %v", e)
		}
	})
}

// TestAliasesComeAndGo: an alias links what waits for it, and what it linked
// waits again once it is gone.
func TestAliasesComeAndGo(t *testing.T) {
	houses(t, func(t *testing.T, h *house) {
		linked := func() string {
			t.Helper()
			links, _ := field(h.want(200, "GET", zayo+"/links", ""), "results").([]any)
			for _, l := range links {
				if text(l, "circuit_id") == "LOST" {
					return text(l, "circuit")
				}
			}
			return "not listed"
		}
		if linked() != "<nil>" {
			t.Fatalf("linked to %s before", linked())
		}
		made := h.want(201, "POST", "/api/v1/aliases", `{"provider":"Zayo","alias":"lost","cid":"Z-1"}`)
		at := "/api/v1/aliases/" + text(made, "id")
		if text(made, "cid") != "Z-1" || linked() != text(made, "circuit") {
			t.Errorf("made %v, linked to %s", made, linked())
		}
		for who, want := range map[string]int{"viewer": 403, "berlin": 403} {
			if w := h.ask(who, "DELETE", at, ""); w.Code != want {
				t.Errorf("%s: %d %s", who, w.Code, w.Body)
			}
		}
		if w := h.ask("operator", "DELETE", at, "", "If-Match", `"7-0123456789abcdef"`); w.Code != 412 {
			t.Errorf("on a stale tag: %d", w.Code)
		}
		h.want(204, "DELETE", at, "", "If-Match", h.tag(at))
		h.want(404, "GET", at, "")
		h.want(404, "DELETE", at, "")
		if linked() != "<nil>" {
			t.Errorf("still linked to %s", linked())
		}
		if log := h.ask("admin", "GET", "/api/v1/audit", ""); !strings.Contains(log.Body.String(), `"action":"remove","object":"alias"`) {
			t.Errorf("not in the audit log: %s", log.Body)
		}
	})
}

// TestImpactsAndNotesAreWritten goes through the writes that have addresses of
// their own.
func TestImpactsAndNotesAreWritten(t *testing.T) {
	houses(t, func(t *testing.T, h *house) {
		impact := "/api/v1/impacts/" + text(h.want(200, "GET", "/api/v1/impacts?circuit=Z-1", ""), "results", 0, "id")
		note := "/api/v1/notes/" + text(h.want(201, "POST", zayo+"/notes", `{"comment":"one"}`), "id")
		before := h.tag(zayo)
		for at, body := range map[string]string{impact: `{"impact":"DEGRADED"}`, note: `{"comment":"two"}`} {
			for _, method := range []string{"PATCH", "DELETE"} {
				if w := h.ask("operator", method, at, body); w.Code != 428 {
					t.Errorf("%s %s without If-Match: %d", method, at, w.Code)
				}
				if w := h.ask("operator", method, at, body, "If-Match", `"1-0123456789abcdef"`); w.Code != 412 {
					t.Errorf("%s %s on a stale tag: %d %s", method, at, w.Code, w.Body)
				}
			}
			if w := h.ask("operator", "PATCH", at, strings.ReplaceAll(body, `"}`, `","tenant":"x"}`), "If-Match", "*"); w.Code != 422 || !strings.Contains(w.Body.String(), "body.tenant") {
				t.Errorf("a field too many: %d %s", w.Code, w.Body)
			}
		}
		if h.tag(zayo) != before {
			t.Error("something changed")
		}
		if now := h.want(200, "PATCH", impact, `{"impact":"DEGRADED"}`, "If-Match", h.tag(impact)); text(now, "impact") != "DEGRADED" || text(now, "maintenance", "name") != "zayo-TTN-1" {
			t.Errorf("impact %v", now)
		}
		if now := h.want(200, "PATCH", note, `{"comment":"two"}`, "If-Match", h.tag(note)); text(now, "comment") != "two" || text(now, "title") != "one" || text(now, "author") != "olga" {
			t.Errorf("note %v", now)
		}
		h.want(204, "DELETE", impact, "", "If-Match", h.tag(impact))
		h.want(204, "DELETE", note, "", "If-Match", h.tag(note))
		h.want(http.StatusNotFound, "GET", impact, "")
		h.want(http.StatusNotFound, "GET", note, "")
	})
}
