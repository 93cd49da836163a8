package app

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"lineman/chatops"
	"lineman/models"
)

// zayoMail is a notice of Zayo's work; without an end it cannot be read.
func zayoMail(from, id, end, circuit string) []byte {
	if end != "" {
		end = "DTEND:" + end + "\r\n"
	}
	return fmt.Appendf(nil, "From: %s\r\nSubject: Work %s\r\nDate: Mon, 02 Mar 2026 08:00:00 +0000\r\nMessage-ID: <%s@mail.example>\r\n"+
		"Content-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:%s\r\nDTSTAMP:20260302T080000Z\r\nDTSTART:20310510T010000Z\r\n%s"+
		"SUMMARY:Work\r\nX-MAINTNOTE-PROVIDER:zayo\r\nX-MAINTNOTE-ACCOUNT:1\r\nX-MAINTNOTE-MAINTENANCE-ID:%s\r\nX-MAINTNOTE-IMPACT:OUTAGE\r\n"+
		"X-MAINTNOTE-STATUS:CONFIRMED\r\nX-MAINTNOTE-OBJECT-ID:%s\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n", from, id, id, id, end, id, circuit)
}

// queue drives the review of an estate over REST and in chat.
type queue struct {
	*estate
	chat *chatter
}

// push hands a mail over and gives its id.
func (q queue) push(mail []byte) string {
	q.t.Helper()
	pushed, err := q.a.pipeline.Push(q.t.Context(), mail)
	q.check(err)
	_, err = q.a.pipeline.Settle(q.t.Context(), pushed.ID)
	q.check(err)
	return pushed.ID
}

// waits gives the reasons of what waits, by subject, first in the list first.
func (q queue) waits() string {
	q.t.Helper()
	var list struct {
		Results []struct {
			Subject string
			Reasons []string
		}
	}
	q.check(json.Unmarshal([]byte(q.must("GET", "/api/v1/review", "")), &list))
	var all []string
	for _, i := range list.Results {
		all = append(all, i.Subject+" "+strings.Join(i.Reasons, "+"))
	}
	return strings.Join(all, ", ")
}

func (q queue) wants(step, want string) {
	q.t.Helper()
	if got := q.waits(); got != want {
		q.t.Errorf("%s: there waits %q, want %q", step, got, want)
	}
}

// says gives a command in chat, confirms it, and wants words in the answer.
func (q queue) says(line, words string) {
	q.t.Helper()
	if text := q.chat.alias(line); !strings.Contains(strings.Join(strings.Fields(text), " "), words) {
		q.t.Errorf("%s, without %q:\n%s", line, words, text)
	}
}

func (q queue) there(name string, want bool) {
	q.t.Helper()
	if got := q.ask("admin", "GET", "/api/v1/maintenances/"+url.PathEscape(name), "").Code == 200; got != want {
		q.t.Errorf("%s is there: %t", name, got)
	}
}

// TestReviewFromMailToRecord walks mail that could not be settled by itself to
// its end, and back: some of it over REST, some in chat, each seeing at once
// what the other did.
func TestReviewFromMailToRecord(t *testing.T) {
	e := newEstate(t)
	_, err := e.a.store.ImportCircuits(t.Context(), []models.CircuitRow{{Line: 2, CID: "ZCKT-0001", Provider: "zayo"}, {Line: 3, CID: "ZCKT-0002", Provider: "zayo"}})
	e.check(err)
	for _, kind := range models.GrantScopes {
		_, err := e.a.AddGrant(t.Context(), models.Grant{Kind: kind, Command: "*", Subcommand: "*", Value: "*"}, "")
		e.check(err)
	}
	e.check(e.a.CreateUser(t.Context(), NewUser{Name: "olga", Role: models.RoleOperator}))
	_, err = e.a.LinkChat(t.Context(), models.ChatLink{Platform: "slack", ChatUser: chatops.Party{ID: "U1"}, User: "olga"})
	e.check(err)
	q := queue{e, e.chatter("U1")}

	broken := q.push(zayoMail("mr@zayo.com", "TTN-1", "", "ZCKT-0001"))
	stranger := q.push(zayoMail("noc@new.example", "TTN-2", "20310510T050000Z", "ZCKT-0001"))
	lost := q.push(zayoMail("mr@zayo.com", "TTN-3", "20310510T050000Z", "Z1 (old)"))
	const all = "Work TTN-2 unknown-provider+incomplete, Work TTN-1 failed+incomplete, Work TTN-3 unknown-cids"
	q.wants("at first", all)
	q.says("maintenance review", "! 2031-05-01") // names a known circuit

	fill := `{"windows":[{"start":"2031-05-10T01:00:00Z","end":"2031-05-10T05:00:00Z"}],"reason":"they said so on the phone"}`
	q.must("POST", "/api/v1/review/"+broken+"/fill", fill)
	q.there("zayo-TTN-1", true)
	q.says("review dismiss "+broken, "admin did fill")
	q.says("maintenance review "+broken, "by admin")
	q.says("review undo "+broken, "is undone: fill")
	q.there("zayo-TTN-1", false)
	q.says(`review fill `+broken+` start="2031-05-10 01:00" end="2031-05-10 00:00"`, "before the start")
	q.says(`review fill `+broken+` start="2031-05-10 01:00" end="2031-05-10 05:00"`, "The notice is complete, with windows by olga.")
	q.there("zayo-TTN-1", true)

	q.says("review assign "+stranger+" zayo", "and so is whatever comes from noc@new.example")
	q.there("zayo-TTN-2", true)
	q.push(zayoMail("noc@new.example", "TTN-4", "20310510T050000Z", "ZCKT-0002"))
	q.there("zayo-TTN-4", true)
	q.must("POST", "/api/v1/review/"+stranger+"/undo", `{}`)
	q.there("zayo-TTN-2", false)

	q.says("review circuit "+lost+" ZCKT-0003", `no circuit "ZCKT-0003"`)
	if w := q.ask("admin", "POST", "/api/v1/review/"+lost+"/circuit", `{"cid":"ZCKT-0003"}`); w.Code != 422 || !strings.Contains(w.Body.String(), `"body.cid"`) {
		t.Errorf("an unknown circuit: %d %s", w.Code, w.Body)
	}
	q.says("review circuit "+lost+" zckt-0002", "Z1 (old) means the circuit zckt-0002 from now on")
	if text := q.must("GET", "/api/v1/maintenances/zayo-TTN-3", ""); !strings.Contains(text, `"linked":true`) {
		t.Errorf("not linked: %s", text)
	}
	if w := q.ask("admin", "POST", "/api/v1/aliases", `{"provider":"zayo","alias":"z1 (OLD)","cid":"ZCKT-0001"}`); w.Code != 422 || !strings.Contains(w.Body.String(), "ZCKT-0002") || !strings.Contains(w.Body.String(), "ZCKT-0001") {
		t.Errorf("one text for two circuits: %d %s", w.Code, w.Body)
	}
	q.wants("but the stranger", "Work TTN-2 unknown-provider+incomplete")
	q.must("POST", "/api/v1/review/"+stranger+"/dismiss", `{"reason":"advertising"}`)
	q.wants("in the end", "")

	for _, id := range []string{stranger, lost, broken} {
		q.must("POST", "/api/v1/review/"+id+"/undo", `{}`)
	}
	q.wants("all of it taken back", all)
	q.says("review accept "+lost+" reason=seen", "The mail is fine as it is.")
	q.wants("accepted", "Work TTN-2 unknown-provider+incomplete, Work TTN-1 failed+incomplete")
	q.must("POST", "/api/v1/review/"+lost+"/undo", `{}`)
	q.must("POST", "/api/v1/review/"+lost+"/reject", `{"reason":"a mistake of theirs"}`)
	record := func(want string) {
		t.Helper()
		if text := q.must("GET", "/api/v1/maintenances/zayo-TTN-3", ""); !strings.Contains(text, want) {
			t.Errorf("without %s: %s", want, text)
		}
	}
	record(`"windows":[]`)
	q.says("review undo "+lost, "is undone: reject")
	record(`"status":"CONFIRMED"`)
	q.wants("rejected, and that taken back", all)
	log := q.must("GET", "/api/v1/audit?limit=1000", "")
	for _, action := range []string{"fill", "assign", "circuit", "dismiss", "accept", "reject", "undo"} {
		if !strings.Contains(log, `"review: `+action+`"`) {
			t.Errorf("the audit log does not tell of %s", action)
		}
	}
}

// TestActWithoutMail makes a maintenance over REST and in chat, and changes it
// in both, with author and reason.
func TestActWithoutMail(t *testing.T) {
	e := newEstate(t)
	_, err := e.a.store.ImportCircuits(t.Context(), []models.CircuitRow{{Line: 2, CID: "Z-1", Provider: "zayo"}, {Line: 3, CID: "Z-2", Provider: "zayo"}})
	e.check(err)
	for _, kind := range models.GrantScopes {
		_, err := e.a.AddGrant(t.Context(), models.Grant{Kind: kind, Command: "*", Subcommand: "*", Value: "*"}, "")
		e.check(err)
	}
	e.check(e.a.CreateUser(t.Context(), NewUser{Name: "olga", Role: models.RoleOperator}))
	_, err = e.a.LinkChat(t.Context(), models.ChatLink{Platform: "slack", ChatUser: chatops.Party{ID: "U1"}, User: "olga"})
	e.check(err)
	q := queue{e, e.chatter("U1")}

	create := `{"provider":"zayo","maintenance_id":"%s","windows":[{"start":"2031-05-10T01:00:00Z","end":"%s"}],"circuits":[{"circuit_id":"%s","impact":"OUTAGE"}],"reason":"phone call"}`
	for body, field := range map[string]string{
		fmt.Sprintf(create, "R-1", "2031-05-10T00:00:00Z", "Z-1"):                                           "body.windows[0].end",
		fmt.Sprintf(create, "R-1", "2031-05-10T05:00:00Z", "Z-9"):                                           "body.circuits[0].circuit_id",
		strings.Replace(fmt.Sprintf(create, "R-1", "2031-05-10T05:00:00Z", "Z-1"), `"zayo"`, `"nobody"`, 1): "body.provider",
	} {
		if w := q.ask("admin", "POST", "/api/v1/maintenances", body); w.Code != 422 || !strings.Contains(w.Body.String(), `"`+field+`"`) {
			t.Errorf("%s: %d %s, want %s", body, w.Code, w.Body, field)
		}
	}
	q.there("zayo-R-1", false)
	q.must("POST", "/api/v1/maintenances", fmt.Sprintf(create, "R-1", "2031-05-10T05:00:00Z", "Z-1"))

	const window = ` start="2031-05-10 01:00" end="2031-05-10 05:00"`
	q.says(`maintenance create C-1 provider=zayo start="2031-05-10 01:00" end="2031-05-10 00:00" circuit=Z-1`, "before the start")
	q.says("maintenance create C-1 provider=zayo circuit=Z-9"+window, `no circuit "Z-9"`)
	q.says("maintenance create C-1 provider=nobody"+window, `no provider "nobody"`)
	q.there("zayo-C-1", false)
	q.says(`maintenance create C-1 provider=zayo circuit=Z-1 reason="seen in the portal"`+window, "zayo-C-1 is there.")
	for name, who := range map[string]string{"zayo-R-1": "admin phone call", "zayo-C-1": "olga seen in the portal"} {
		q.says("maintenance set "+name+` end="2031-05-09 00:00"`, "before")
		q.says("maintenance set "+name+` status=confirmed end="2031-05-10 06:00" reason="by phone"`, "is changed")
		q.says("maintenance link "+name+" Z-2", "has the circuit")
		if w := q.ask("admin", "PATCH", "/api/v1/maintenances/"+name, `{"windows":[{"start":"2031-05-10T01:00:00Z","end":"2031-05-10T00:00:00Z"}]}`); w.Code != 422 || !strings.Contains(w.Body.String(), "body.windows[0].end") {
			t.Errorf("an end before the start: %d %s", w.Code, w.Body)
		}
		if w := q.ask("admin", "POST", "/api/v1/maintenances/"+name+"/links", `{"circuit_id":"Z-1","circuit":"Z-9"}`); w.Code != 422 || !strings.Contains(w.Body.String(), "body.circuit") {
			t.Errorf("an unknown circuit: %d %s", w.Code, w.Body)
		}
		q.must("PATCH", "/api/v1/maintenances/"+name, `{"circuits":[{"circuit_id":"Z-2","impact":"DEGRADED"}],"reason":"by phone"}`)
		shown := q.must("GET", "/api/v1/maintenances/"+name, "")
		for _, want := range []string{`"CONFIRMED"`, "2031-05-10T06:00:00Z", `"DEGRADED"`, `"OUTAGE"`} {
			if !strings.Contains(shown, want) {
				t.Errorf("%s without %s: %s", name, want, shown)
			}
		}
		author, reason, _ := strings.Cut(who, " ")
		if edits := q.must("GET", "/api/v1/maintenances/"+name+"/edits", ""); !strings.Contains(edits, reason) || !strings.Contains(edits, `"`+author+`"`) || !strings.Contains(edits, "by phone") {
			t.Errorf("edits of %s: %s", name, edits)
		}
	}
}
