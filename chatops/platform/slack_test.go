package platform_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"lineman/chatops"
	"lineman/chatops/platform"
	"lineman/internal/config"
	fake "lineman/internal/fake/slack"
	"lineman/models"
)

// overBoth runs a test over HTTP and over sockets.
func overBoth(t *testing.T, test func(t *testing.T, w *world)) {
	t.Run("http", func(t *testing.T) { test(t, newWorld(t, nil)) })
	t.Run("socket", func(t *testing.T) {
		test(t, newWorld(t, func(w *world, _ *fake.Options) { w.set.AppToken, w.set.SigningSecret = "xapp-app", nil }))
	})
}

func TestSlackCommands(t *testing.T) {
	overBoth(t, func(t *testing.T, w *world) {
		for typed, want := range map[string]string{
			"/work|list":                             "ran work list",
			"/lineman|work list today":               "ran work list filter=today",
			"/work|list 10.0.0.0/24 Ethernet1/1":     `ran work list filter=\"10.0.0.0/24 Ethernet1/1\"`,
			"/work|list 'quoted words'":              `filter=\"quoted words\"`,
			"/work|list don't":                       `filter=\"don't\"`,
			"/work|list a & b <c>":                   `a & b <c>`,
			"/work-list|x1":                          "ran work list filter=x1",
			"/work|list '; DROP TABLE x; %_\\ .*[({": `; DROP TABLE x; %_`,
			"/work|list 🔧 emoji":                     "🔧 emoji",
		} {
			command, text, _ := strings.Cut(typed, "|")
			w.slash(command, text)
			want = strings.NewReplacer("&", `\u0026`, "<", `\u003c`, ">", `\u003e`).Replace(want)
			m := w.message(want)
			if m.To != "" || m.Via != "response_url" || m.Channel != "C0NOC" {
				t.Errorf("%s: answered %+v", typed, m)
			}
		}
	})
}

func TestSlackWithPrefix(t *testing.T) {
	w := newWorld(t, func(w *world, _ *fake.Options) { w.set.CommandPrefix = "/noc-" })
	w.slash("/noc-work", "list one")
	w.message("ran work list filter=one")
	w.slash("/work", "list two")
	w.message("ran work list filter=two")
}

func TestSlackMentions(t *testing.T) {
	overBoth(t, func(t *testing.T, w *world) {
		w.did(w.kim.Mention(w.ctx, "C0NOC", "work list 10.0.0.0/24"))
		if m := w.message("ran work list filter=10.0.0.0/24"); m.Via != "chat.postMessage" || m.Thread != "" {
			t.Errorf("answered %+v", m)
		}
		w.did(w.kim.Write(w.ctx, "C0NOC", "1.000001", "<@"+fake.BotUser+">: work list in thread"))
		if m := w.message("in thread"); m.Thread != "1.000001" {
			t.Errorf("answered outside the thread: %+v", m)
		}
		w.did(w.kim.Write(w.ctx, "C0NOC", "", "hey <@"+fake.BotUser+">, work list in passing"))
		w.message("filter=\\\"in passing")
		w.did(w.kim.Direct(w.ctx, "work list directly <@U0KIM>"))
		if m := w.message("directly"); m.Channel != "D0KIM" {
			t.Errorf("answered %+v", m)
		}
		w.did(w.kim.Write(w.ctx, "C0NOC", "", "<@"+fake.BotUser+"> work list <#C0NOC|noc> <https://noc.example/x|noc.example/x> <mailto:a@b.example|a@b.example>"))
		w.message("#noc noc.example/x a@b.example")
		// The bot does not answer itself.
		w.did(w.slack.Person(fake.BotUser).Mention(w.ctx, "C0NOC", "work list loop"))
		if n := len(w.journal.all()); n != 5 {
			t.Errorf("%d commands were taken in, want 5", n)
		}
	})
}

func TestSlackMenu(t *testing.T) {
	overBoth(t, func(t *testing.T, w *world) {
		w.slash("/work", "pick")
		m := w.message("Item 0")
		if m.To != "U0KIM" || m.Via != "ack" || strings.Contains(m.All(), "item-100") {
			t.Errorf("the menu is %+v", m)
		}
		w.did(w.kim.Press(w.ctx, m, "More…"))
		m = w.message("item-199")
		w.did(w.kim.Press(w.ctx, m, "More…"))
		m = w.message("item-249")
		w.did(w.kim.Press(w.ctx, m, "Earlier…"))
		m = w.message("item-100")
		w.did(w.kim.Choose(w.ctx, m, "item-123"))
		w.message("ran work pick item=item-123")
	})
}

func TestSlackCancel(t *testing.T) {
	overBoth(t, func(t *testing.T, w *world) {
		w.slash("/work", "pick")
		w.did(w.kim.Press(w.ctx, w.message("Item 0"), "Cancel"))
		if m := w.message("Given up"); m.Edited != 1 || strings.Contains(m.All(), "static_select") {
			t.Errorf("the menu was not replaced: %+v", m)
		}
		if len(w.journal.all()) != 0 {
			t.Error("something was run")
		}
	})
}

func TestSlackForm(t *testing.T) {
	overBoth(t, func(t *testing.T, w *world) {
		w.slash("/work", "fill")
		v := w.view("Field 12")
		answers, want := map[string]string{}, "ran work fill"
		for _, name := range v.Fields() {
			answers[name] = "it's " + name
		}
		w.did(w.kim.Submit(w.ctx, v, answers))
		for _, name := range []string{"p1", "p10", "p11", "p12", "p2"} { // by name, whatever their order
			want += ` ` + name + `=\"it's ` + name + `\"`
		}
		w.message(want)
		if len(w.slack.Views()) != 0 {
			t.Error("the modal stays open")
		}
		w.slash("/work", "set") // one field alone
		w.did(w.kim.Submit(w.ctx, w.view("the new value"), map[string]string{"value": "two words"}))
		w.message(`work set value=\"two words\"`)
	})
}

func TestSlackFieldErrors(t *testing.T) {
	overBoth(t, func(t *testing.T, w *world) {
		w.slash("/work", "number")
		v := w.view("how many")
		w.did(w.kim.Submit(w.ctx, v, map[string]string{"name": "x", "count": "12"}))
		v = w.view("how many")
		if v.Errors["count"] != "12 is out of range; write a number from 1 to 9." || len(v.Errors) != 1 {
			t.Errorf("the modal shows %v", v.Errors)
		}
		w.did(w.kim.Submit(w.ctx, v, map[string]string{"name": "x", "count": "2"}))
		w.message("ran work number count=2 name=x")
	})
}

func TestSlackFormWithoutTrigger(t *testing.T) {
	for name, ask := range map[string]func(w *world){
		"from a mention": func(w *world) { w.did(w.kim.Mention(w.ctx, "C0NOC", "work number x")) },
		"trigger is dead": func(w *world) {
			w.slack.Fail("views.open", fake.Fault{Error: "expired_trigger_id"})
			w.slash("/work", "number x")
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, nil)
			ask(w)
			m := w.message("Fill in…")
			if m.To != "U0KIM" {
				t.Errorf("everybody sees the question: %+v", m)
			}
			w.did(w.kim.Press(w.ctx, m, "Fill in…"))
			w.did(w.kim.Submit(w.ctx, w.view("how many"), map[string]string{"count": "3"}))
			w.message("ran work number count=3 name=x")
		})
	}
}

func TestSlackClosedModal(t *testing.T) {
	overBoth(t, func(t *testing.T, w *world) {
		w.slash("/work", "number")
		w.did(w.kim.Close(w.ctx, w.view("how many")))
		if len(w.journal.all()) != 0 || len(w.slack.Messages()) != 0 {
			t.Error("a closed modal had an effect")
		}
	})
}

func TestSlackConfirm(t *testing.T) {
	overBoth(t, func(t *testing.T, w *world) {
		w.slack.AddUser(fake.User{ID: "U0EVE", Name: "eve"})
		w.slash("/work", "set new")
		m := w.message("This will run")
		if _, err := w.slack.Person("U0EVE").Press(w.ctx, m, "Confirm"); err == nil {
			t.Error("somebody else saw the question")
		}
		d := w.did(w.kim.Press(w.ctx, m, "Confirm"))
		w.message("ran work set value=new")
		w.did(w.slack.Deliver(w.ctx, d)) // the same again
		w.did(w.kim.Press(w.ctx, m, "Confirm"))
		w.message("confirmed already")
		if n := len(w.ran); n != 1 {
			t.Errorf("it ran %d times", n)
		}
	})
}

func TestSlackButtonsOfAll(t *testing.T) {
	w := newWorld(t, nil)
	w.slack.AddUser(fake.User{ID: "U0EVE", Name: "eve"})
	w.slash("/work", "paged")
	m := w.message("this is page 1")
	w.did(w.slack.Person("U0EVE").Press(w.ctx, m, "Next page"))
	if m = w.message("this is page 2"); m.Edited != 1 || len(w.slack.Messages()) != 1 {
		t.Errorf("the page was not turned in its place: %+v", m)
	}
}

// Whatever comes twice runs once.
func TestSlackRepeats(t *testing.T) {
	overBoth(t, func(t *testing.T, w *world) {
		d := w.slash("/work", "list once")
		w.message("filter=once")
		w.did(w.slack.Deliver(w.ctx, d))
		d = w.did(w.kim.Mention(w.ctx, "C0NOC", "work list twice"))
		w.message("filter=twice")
		w.did(w.slack.Deliver(w.ctx, d))
		w.stop() // everything that was begun has ended
		if n := len(w.ran); n != 2 {
			t.Errorf("%d commands ran, want 2", n)
		}
		// Also where the process that took it in is gone.
		w.start()
		w.did(w.slack.Deliver(w.ctx, d))
		w.stop()
		if n := len(w.ran); n != 2 {
			t.Errorf("%d commands ran, want 2", n)
		}
		if n := len(w.slack.Messages()); n != 2 {
			t.Errorf("%d answers, want 2", n)
		}
	})
}

// A process dies between the acknowledgement and the answer; the next one
// answers, also when the response URL is dead by then.
func TestSlackAfterCrash(t *testing.T) {
	for name, later := range map[string]time.Duration{"soon": time.Minute, "an hour later": time.Hour} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, nil)
			w.slack.Fail("response_url", slices.Repeat([]fake.Fault{{Status: 503}}, 3)...)
			w.slash("/work", "list lost")
			w.stop() // the attempts have ended
			if c := w.journal.all(); len(c) != 1 || c[0].State == models.ChatAnswered {
				t.Fatalf("the journal has %+v", c)
			}
			w.clock.add(later)
			w.start()
			w.message("ran work list filter=lost")
			w.stop()
			if c := w.journal.all(); c[0].State != models.ChatAnswered || c[0].Reply != "" {
				t.Errorf("the journal has %+v", c)
			}
		})
	}
}

func TestSlackRefuses(t *testing.T) {
	w := newWorld(t, func(w *world, _ *fake.Options) { w.set.SigningSecret = []config.Secret{"new-secret", "signing-secret"} })
	sign := func(body string, stamp string, secret string) map[string]string {
		return map[string]string{"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": fake.Sign(secret, stamp, []byte(body))}
	}
	const now, body = "1772366400", "command=%2Fwork&text=list&team_id=T0NOC&channel_id=C0NOC&user_id=U0KIM&user_name=kim&token=verification-token"
	with := func(h map[string]string, name, value string) map[string]string {
		h[name] = value
		return h
	}
	for name, tc := range map[string]struct {
		headers map[string]string
		status  int
		counted string
	}{
		"right":                   {sign(body, now, "signing-secret"), 200, ""},
		"right with the new one":  {sign(body, now, "new-secret"), 200, ""},
		"wrong secret":            {sign(body, now, "other"), 401, "incorrect_signature"},
		"of another body":         {sign(body+" ", now, "signing-secret"), 401, "incorrect_signature"},
		"body written otherwise":  {sign(strings.Replace(body, "%2F", "/", 1), now, "signing-secret"), 401, "incorrect_signature"},
		"six minutes old":         {sign(body, "1772366040", "signing-secret"), 401, "stale_timestamp"},
		"six minutes ahead":       {sign(body, "1772366760", "signing-secret"), 401, "stale_timestamp"},
		"no timestamp":            {map[string]string{"X-Slack-Signature": "v0=00"}, 401, "missing_timestamp"},
		"NaN":                     {sign(body, "NaN", "signing-secret"), 401, "missing_timestamp"},
		"negative":                {sign(body, "-1772366400", "signing-secret"), 401, "missing_timestamp"},
		"with a sign":             {sign(body, "+1772366400", "signing-secret"), 401, "missing_timestamp"},
		"with a blank":            {with(sign(body, now, "signing-secret"), "X-Slack-Request-Timestamp", now+" 1"), 401, "missing_timestamp"},
		"huge":                    {sign(body, "99999999999999999999", "signing-secret"), 401, "missing_timestamp"},
		"other scheme":            {with(sign(body, now, "signing-secret"), "X-Slack-Signature", "v1"+strings.TrimPrefix(fake.Sign("signing-secret", now, []byte(body)), "v0")), 401, "incorrect_signature"},
		"nothing but the scheme":  {with(sign(body, now, "signing-secret"), "X-Slack-Signature", "v0="), 401, "incorrect_signature"},
		"empty":                   {with(sign(body, now, "signing-secret"), "X-Slack-Signature", ""), 401, "incorrect_signature"},
		"in capitals":             {with(sign(body, now, "signing-secret"), "X-Slack-Signature", strings.ToUpper(fake.Sign("signing-secret", now, []byte(body)))), 401, "incorrect_signature"},
		"no signature, but token": {map[string]string{"X-Slack-Request-Timestamp": now}, 401, "missing_signature"},
	} {
		before := w.counts.of("refused " + tc.counted)
		r, err := http.NewRequestWithContext(w.ctx, http.MethodPost, w.web.URL+"/slash_command", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		for k, v := range tc.headers {
			r.Header.Set(k, v)
		}
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != tc.status || tc.counted != "" && w.counts.of("refused "+tc.counted) != before+1 {
			t.Errorf("%s: status %d, counted %d", name, resp.StatusCode, w.counts.of("refused "+tc.counted)-before)
		}
	}
	w.stop()
	if n := len(w.ran); n != 2 {
		t.Errorf("%d commands ran, want the two that were signed", n)
	}
}

func TestSlackLegacyToken(t *testing.T) {
	w := newWorld(t, func(w *world, o *fake.Options) {
		o.Unsigned, w.set.SigningSecret, w.set.VerificationToken = true, nil, "verification-token"
	})
	w.slash("/work", "list legacy")
	w.message("filter=legacy")
	w.did(w.kim.Mention(w.ctx, "C0NOC", "work list mention"))
	w.message("filter=mention")
	w.slash("/work", "pick")
	w.did(w.kim.Choose(w.ctx, w.message("Item 0"), "item-001"))
	w.message("item=item-001")
	resp, err := http.Post(w.web.URL+"/slash_command", "application/x-www-form-urlencoded", strings.NewReader("token=wrong&command=%2Fwork"))
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != 401 || w.counts.of("refused incorrect_token") != 1 {
		t.Errorf("a wrong token: %d", resp.StatusCode)
	}
	if !strings.Contains(w.logged(), "use slack_signing_secret") {
		t.Error("nobody is warned")
	}
}

func TestSlackStrangers(t *testing.T) {
	overBoth(t, func(t *testing.T, w *world) {
		w.slack.AddUser(fake.User{ID: "U0GUEST", Name: "guest", Guest: true})
		w.slack.AddUser(fake.User{ID: "U0FAR", Name: "far", Team: "T0FAR"})
		w.slack.AddChannel(fake.Channel{ID: "C0OTHER", Name: "other", Bot: true})
		w.did(w.slack.Person("U0GUEST").Slash(w.ctx, "C0NOC", "/work", "list"))
		if m := w.message("Guests"); m.To != "U0GUEST" {
			t.Errorf("answered %+v", m)
		}
		w.did(w.slack.Person("U0FAR").Slash(w.ctx, "C0NOC", "/work", "list"))
		w.message("not for the workspace T0FAR")
		w.did(w.slack.Person("U0FAR").Mention(w.ctx, "C0NOC", "work list"))
		w.did(w.kim.Slash(w.ctx, "C0OTHER", "/work", "list"))
		if m := w.message("does not permit"); m.To != "U0KIM" || !strings.Contains(m.All(), "C0OTHER") {
			t.Errorf("answered %+v", m)
		}
		if len(w.ran) != 0 {
			t.Error("something ran")
		}
	})
}

func TestSlackBadPayloads(t *testing.T) {
	w := newWorld(t, nil)
	for _, tc := range []struct {
		path, body string
		status     int
	}{
		{"/event", `{"type":"url_verification","challenge":"abc"}`, 200},
		{"/event", `{"type":"event_callback","event":{"type":"reaction_added"}}`, 200},
		{"/event", `[1`, 400},
		{"/event", `"x"`, 400},
		{"/event", ``, 400},
		{"/interaction", `payload=`, 400},
		{"/interaction", `payload=%7B%7D`, 200},
		{"/interaction", `payload=%7B%22type%22%3A%22block_actions%22%2C%22actions%22%3A%5B%7B%22action_id%22%3A%22other%22%7D%5D%7D`, 200},
		{"/interaction", `%zz`, 400},
		{"/slash_command", `ssl_check=1`, 200},
		{"/slash_command", strings.Repeat("x", 2<<20), 413},
	} {
		r, err := http.NewRequestWithContext(w.ctx, http.MethodPost, w.web.URL+tc.path, strings.NewReader(tc.body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("X-Slack-Request-Timestamp", "1772366400")
		r.Header.Set("X-Slack-Signature", fake.Sign("signing-secret", "1772366400", []byte(tc.body)))
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != tc.status {
			t.Errorf("%s %.40s: %d, want %d", tc.path, tc.body, resp.StatusCode, tc.status)
		}
	}
	w.slash("/work", "list "+strings.Repeat("x", 10_000))
	w.message("longer than 4000 bytes")
	w.slash("/wrk", "list")
	w.message("Did you mean")
	if len(w.ran) != 0 {
		t.Error("something ran")
	}
}

func TestSlackLargeAnswers(t *testing.T) {
	overBoth(t, func(t *testing.T, w *world) {
		w.slash("/work", "table")
		w.message("of 300 rows; all of them are in the file table-1.csv.")
		w.await(func() bool { return len(w.slack.Files()) == 1 })
		f := w.slack.Files()[0]
		if !strings.Contains(string(f.Bytes), "row-299,'=formula\n") || f.Channel != "C0NOC" {
			t.Errorf("the file in %s is %.100s…", f.Channel, f.Bytes)
		}
		w.slash("/work", "huge")
		w.message("The rest is in the file answer.txt.")
		w.await(func() bool { return len(w.slack.Files()) == 2 })
		n := 0
		for _, m := range w.slack.Messages() {
			n += strings.Count(strings.TrimPrefix(m.All(), m.Text), "word")
		}
		for _, f := range w.slack.Files() {
			n += strings.Count(string(f.Bytes), "word")
		}
		if n != 12_000 {
			t.Errorf("%d words of 12000 arrived", n)
		}
	})
}

func TestSlackPrivateFiles(t *testing.T) {
	w := newWorld(t, nil)
	w.slash("/work", "hidden")
	if m := w.message("a hidden table"); m.To != "U0KIM" {
		t.Errorf("everybody sees %+v", m)
	}
	if m := w.message("sent to you as a direct message"); m.To != "U0KIM" {
		t.Errorf("everybody sees %+v", m)
	}
	if f := w.slack.Files(); len(f) != 1 || f[0].Channel != "D0KIM" {
		t.Errorf("the file went to %+v", f)
	}
}

func TestSlackPictures(t *testing.T) {
	w := newWorld(t, nil)
	w.slash("/work", "picture")
	w.message("see the graph")
	w.await(func() bool { return len(w.slack.Files()) == 1 })
	if f := w.slack.Files()[0]; f.Name != "graph.png" || f.Alt != "A graph" || string(f.Bytes) != "png" {
		t.Errorf("the picture is %+v", f)
	}
	w.slack.Fail("files.getUploadURLExternal", fake.Fault{Error: "missing_scope"})
	w.slash("/work", "picture")
	w.message("The file graph.png could not be sent: Slack says missing_scope.")
}

func TestSlackDirect(t *testing.T) {
	w := newWorld(t, nil)
	w.slash("/work", "direct")
	if m := w.message("for you alone"); m.Channel != "D0KIM" {
		t.Errorf("sent to %s", m.Channel)
	}
}

func TestSlackAllPrivate(t *testing.T) {
	w := newWorld(t, func(w *world, _ *fake.Options) { w.private = true })
	w.slash("/work", "list")
	if m := w.message("ran work list"); m.To != "U0KIM" {
		t.Errorf("everybody sees %+v", m)
	}
}

func TestSlackDeletesInput(t *testing.T) {
	w := newWorld(t, func(w *world, _ *fake.Options) { w.delete = true })
	w.slash("/work", "pick")
	w.did(w.kim.Choose(w.ctx, w.message("Item 0"), "item-007"))
	w.message("ran work pick item=item-007")
	w.await(func() bool { return len(w.slack.Messages()) == 1 })
}

// Where the bot may not write, the asker is answered directly.
func TestSlackOutsideOfChannel(t *testing.T) {
	w := newWorld(t, nil)
	w.slack.AddChannel(fake.Channel{ID: "C0OUT", Name: "out"})
	w.did(w.kim.Mention(w.ctx, "C0OUT", "work list outside"))
	if m := w.message("filter=outside"); m.Channel != "D0KIM" {
		t.Errorf("sent to %s", m.Channel)
	}
}

func TestSlackLimitsRates(t *testing.T) {
	w := newWorld(t, nil)
	w.slack.Fail("chat.postMessage", fake.Fault{Status: 429, RetryAfter: 1}, fake.Fault{Status: 500})
	w.did(w.kim.Mention(w.ctx, "C0NOC", "work list patient"))
	w.message("filter=patient")
}

func TestSlackAckSpeaksOfTrouble(t *testing.T) {
	w := newWorld(t, nil)
	w.journal.down = errors.New("disk full CANARY")
	w.slash("/work", "list")
	if m := w.message("Something went wrong on lineman's side"); strings.Contains(m.All(), "CANARY") {
		t.Error("the inside is shown")
	}
}

// Nothing is waited for longer than Slack waits.
func TestSlackAcksInTime(t *testing.T) {
	w := newWorld(t, nil)
	w.journal.slow = make(chan struct{})
	defer close(w.journal.slow)
	if d := w.slash("/work", "list"); d.Ack.Status != 200 {
		t.Errorf("acknowledged with %d", d.Ack.Status)
	}
	w.message("took longer")
}

func TestSlackTokenRotation(t *testing.T) {
	w := newWorld(t, func(w *world, o *fake.Options) {
		o.ClientID, o.ClientSecret, o.RefreshToken = "1.2", "client-CANARY", "xoxe-first"
		w.set.TokenRotation, w.set.ClientID, w.set.ClientSecret, w.set.RefreshToken = true, "1.2", "client-CANARY", "xoxe-first"
	})
	w.slash("/work", "list one")
	w.message("filter=one")
	refreshed := func() int {
		n := 0
		for _, c := range w.slack.Calls() {
			if c.Method == "oauth.v2.access" {
				n++
			}
		}
		return n
	}
	w.clock.add(11 * time.Hour) // it lasts twelve
	w.did(w.kim.Mention(w.ctx, "C0NOC", "work list two"))
	w.message("filter=two")
	if n := refreshed(); n != 2 {
		t.Errorf("refreshed %d times, want 2", n)
	}
	w.slack.EndToken() // before its time
	w.did(w.kim.Mention(w.ctx, "C0NOC", "work list three"))
	w.message("filter=three")
	w.stop()
	w.start() // with what was stored
	w.did(w.kim.Mention(w.ctx, "C0NOC", "work list four"))
	w.message("filter=four")
	if n := refreshed(); n != 3 {
		t.Errorf("refreshed %d times, want 3", n)
	}
	if strings.Contains(w.logged(), "CANARY") || strings.Contains(w.logged(), "xoxe") {
		t.Error("a secret was logged")
	}
}

func TestSlackLookup(t *testing.T) {
	w := newWorld(t, nil)
	for i := range 500 {
		id := strings.Repeat("X", 3) + string(rune('A'+i%26)) + time.Duration(i).String()
		w.slack.AddChannel(fake.Channel{ID: "C" + id, Name: "c" + id, Bot: true})
		w.slack.AddUser(fake.User{ID: "U" + id, Name: "u" + id})
	}
	w.slack.AddChannel(fake.Channel{ID: "CZZZ", Name: "last", Bot: true})
	w.slack.AddUser(fake.User{ID: "UZZZ", Name: "last", Email: "last@noc.example"})
	w.slack.Fail("conversations.list", fake.Fault{Status: 429, RetryAfter: 1})
	d := w.platform.(platform.Directory)
	for _, tc := range []struct {
		kind models.GrantKind
		name string
		want string
	}{
		{models.GrantChannel, "#LAST", "CZZZ"},
		{models.GrantUser, "@last", "UZZZ"},
		{models.GrantUser, "Last@noc.example", "UZZZ"},
		{models.GrantUser, "nobody@noc.example", ""},
		{models.GrantChannel, "nowhere", ""},
		{models.GrantOrganization, "NOC", "T0NOC"},
	} {
		found, err := d.Lookup(w.ctx, tc.kind, tc.name)
		if err != nil || (tc.want == "") != (len(found) == 0) || tc.want != "" && found[0].ID != tc.want {
			t.Errorf("%s %s: %v, %v", tc.kind, tc.name, found, err)
		}
	}
	if _, err := d.Lookup(w.ctx, models.GrantOrganization, "other"); !errors.Is(err, platform.ErrNoLookup) {
		t.Errorf("another workspace: %v", err)
	}
}

func TestSlackSender(t *testing.T) {
	w := newWorld(t, nil)
	s := w.platform.(platform.Sender)
	at, err := s.Send(w.ctx, platform.Address{Channel: "C0NOC"}, chatops.Say("first"))
	if err != nil || at.Channel != "C0NOC" || at.Message == "" || at.Thread != at.Message {
		t.Fatalf("%+v, %v", at, err)
	}
	if _, err := s.Send(w.ctx, platform.Address{Channel: "C0NOC", Thread: at.Thread}, chatops.Say("under it")); err != nil {
		t.Fatal(err)
	}
	if m := w.message("under it"); m.Thread != at.Thread {
		t.Errorf("sent %+v", m)
	}
	if _, err := s.Update(w.ctx, at, chatops.Say("second")); err != nil {
		t.Fatal(err)
	}
	if m := w.message("second"); m.TS != at.Message {
		t.Errorf("updated %+v", m)
	}
	if _, err := s.Send(w.ctx, platform.Address{User: "U0KIM"}, chatops.Say("to you")); err != nil || w.message("to you").Channel != "D0KIM" {
		t.Error("a direct message did not arrive", err)
	}
	if _, err := s.Update(w.ctx, platform.Posted{Channel: "C0NOC", Message: "1.1"}, chatops.Say("x")); !errors.Is(err, platform.ErrFixed) {
		t.Errorf("a message that is gone: %v", err)
	}
	_, err = s.Send(w.ctx, platform.Address{Channel: "C0NONE"}, chatops.Say("x"))
	if failed := new(platform.SendError); !errors.As(err, &failed) || !failed.Fatal {
		t.Errorf("no such channel: %v", err)
	}
	w.slack.Fail("chat.postMessage", slices.Repeat([]fake.Fault{{Status: 429, RetryAfter: 30}}, 3)...)
	_, err = s.Send(w.ctx, platform.Address{Channel: "C0NOC"}, chatops.Say("x"))
	if failed := new(platform.SendError); !errors.As(err, &failed) || failed.Fatal || failed.Retry != 30*time.Second {
		t.Errorf("limited: %v", err)
	}
}

func TestSlackSockets(t *testing.T) {
	w := newWorld(t, func(w *world, _ *fake.Options) { w.set.AppToken = "xapp-app" })
	ack, err := w.slack.Envelope(w.ctx, "e-1", "something_new", []byte(`{"x":1}`), 0)
	if err != nil || ack.Envelope != "e-1" {
		t.Errorf("an unknown envelope: %+v, %v", ack, err)
	}
	for _, kind := range []string{"slash_commands", "interactive", "events_api"} {
		if _, err := w.slack.Envelope(w.ctx, "e-"+kind, kind, []byte(`"no payload"`), 0); err != nil {
			t.Errorf("a broken %s: %v", kind, err)
		}
	}
	if err := w.slack.Refresh(); err != nil {
		t.Fatal(err)
	}
	w.await(func() bool { now, ever := w.slack.Sockets(); return now == 2 && ever == 4 })
	w.slash("/work", "list refreshed")
	w.message("filter=refreshed")
	w.slack.Fail("apps.connections.open", slices.Repeat([]fake.Fault{{Error: "internal_error"}}, 2)...)
	w.slack.Break()
	w.await(func() bool { now, ever := w.slack.Sockets(); return now == 2 && ever == 6 })
	w.slash("/work", "list again")
	w.message("filter=again")
}

// Commands that run when the service stops are answered.
func TestSlackStops(t *testing.T) {
	overBoth(t, func(t *testing.T, w *world) {
		w.slash("/work", "wait")
		<-w.ran
		go close(w.hold)
		w.stop()
		w.message("waited")
		if now, _ := w.slack.Sockets(); now != 0 {
			t.Errorf("%d sockets are open", now)
		}
	})
}
