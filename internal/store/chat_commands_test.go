package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lineman/internal/store"
	"lineman/internal/store/storetest"
	"lineman/models"
)

// chatCommand is the nth command of a day in chat.
func chatCommand(n int) models.ChatCommand {
	return models.ChatCommand{
		ID: fmt.Sprintf("ref%04d", n), Platform: "slack", EventID: fmt.Sprintf("Ev%d", n),
		Organization: models.ChatParty{ID: "T1", Name: "acme"}, Channel: models.ChatParty{ID: "C1", Name: "noc"}, User: models.ChatParty{ID: "U1", Name: "eva"},
		Thread: "17.5", Principal: "chatbot", Command: "maintenance", Subcommand: "list", Args: map[string][]string{"provider": {"zayo", "lumen"}},
		Line: "maintenance list provider=zayo,lumen", Reply: "https://hooks.example/1", State: models.ChatAccepted, Attempts: 1,
		Outcome: models.ChatUnknown, Received: day.Add(time.Duration(n) * time.Second),
	}
}

func TestChatCommands(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		now := day
		s := storetest.Open(t, url, func() time.Time { return now })
		c := chatCommand(1)
		if !must(s.AcceptCommand(ctx, c)) {
			t.Error("not fresh")
		}
		again := chatCommand(1)
		again.ID, again.Line = "other", "maintenance show X"
		if must(s.AcceptCommand(ctx, again)) {
			t.Error("an event that came before is fresh")
		}
		for i := range 2 { // without an id of an event nothing is a repeat
			none := chatCommand(2 + i)
			none.EventID = ""
			if !must(s.AcceptCommand(ctx, none)) {
				t.Errorf("command %d without an event is not fresh", i)
			}
		}
		elsewhere := chatCommand(4)
		elsewhere.EventID, elsewhere.Platform = "Ev1", "webex"
		if !must(s.AcceptCommand(ctx, elsewhere)) {
			t.Error("the same id of another platform is a repeat")
		}
		if err := second(s.AcceptCommand(ctx, models.ChatCommand{ID: c.ID, Platform: "slack", EventID: "Ev99", Received: day})); err == nil {
			t.Error("a reference that is in use is taken for a repeat")
		}
		rows, total, err := s.ChatLog(ctx, models.ChatCommandFilter{IDs: []string{c.ID}})
		ok(t, err)
		if diff := cmp.Diff([]models.ChatCommand{c}, rows); diff != "" || total != 1 {
			t.Errorf("of %d:\n%s", total, diff)
		}
		c.State, c.Outcome, c.Line, c.Reply, c.Details = models.ChatAnswered, models.ChatFailed, "", "", strings.Repeat("é\x00", 30_000)
		c.Waited, c.RunTime = 1500*time.Microsecond, 2*time.Second
		ok(t, s.UpdateCommand(ctx, c))
		got := must(first3(s.ChatLog(ctx, models.ChatCommandFilter{Outcomes: []models.ChatOutcome{models.ChatFailed}})))
		if len(got) != 1 || got[0].Line != "" || got[0].Reply != "" || got[0].RunTime != 2*time.Second || got[0].Waited != 1500*time.Microsecond || len(got[0].Details) > 20_000 {
			t.Errorf("%.300v", got)
		}
		if err := s.UpdateCommand(ctx, chatCommand(77)); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("unknown: %v", err)
		}
	})
}

func TestChatLogFilters(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		question := chatCommand(8) // no command
		question.State, question.Outcome = models.ChatAsked, models.ChatNoCommand
		must(s.AcceptCommand(ctx, question))
		for n := range 7 {
			c := chatCommand(n)
			if n == 3 {
				c.Platform, c.Command, c.User.ID, c.Channel.ID, c.Principal = "webex", "circuit", "U9", "C9", "eva"
			}
			must(s.AcceptCommand(ctx, c))
		}
		for name, f := range map[string]models.ChatCommandFilter{
			"platform": {Platforms: []string{"webex"}}, "command": {Commands: []string{"circuit"}}, "id of a user": {Users: []string{"U9"}},
			"name of a user": {Users: []string{"Eva"}}, "channel": {Channels: []string{"C9"}},
			"time": {After: day.Add(3 * time.Second), Before: day.Add(4 * time.Second)},
		} {
			rows, total, err := s.ChatLog(ctx, f)
			if err != nil || total != 1 || len(rows) != 1 || rows[0].ID != "ref0003" {
				t.Errorf("%s: %d %v %v", name, total, rows, err)
			}
		}
		var ids []string
		page := models.Page{Limit: 3}
		for {
			rows, total, err := s.ChatLog(ctx, models.ChatCommandFilter{Page: page})
			ok(t, err)
			if total != 7 {
				t.Errorf("of %d", total)
			}
			for _, r := range rows {
				ids = append(ids, r.ID)
			}
			if len(rows) < 3 {
				break
			}
			last := rows[len(rows)-1]
			page.After = []string{last.Received.Format(time.RFC3339Nano), last.ID}
		}
		if want := []string{"ref0006", "ref0005", "ref0004", "ref0003", "ref0002", "ref0001", "ref0000"}; !slices.Equal(ids, want) {
			t.Errorf("%v", ids)
		}
	})
}

// Two processes that look for what was left each get some, and none gets what
// the other has.
func TestTwoProcessesReclaim(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		now := day
		clock := func() time.Time { return now }
		s := storetest.Open(t, url, clock)
		other := storetest.Open(t, url, clock)
		const left = 150
		for n := range left {
			must(s.AcceptCommand(ctx, chatCommand(n)))
		}
		answered := chatCommand(0)
		answered.State = models.ChatAnswered
		ok(t, s.UpdateCommand(ctx, answered))
		elsewhere := chatCommand(900)
		elsewhere.Platform = "webex"
		must(s.AcceptCommand(ctx, elsewhere))
		if got := must(s.ReclaimCommands(ctx, "slack", now)); len(got) != 0 {
			t.Errorf("%d that somebody has are taken", len(got))
		}
		now = now.Add(time.Minute)
		held := chatCommand(1)
		held.State = models.ChatRunning
		ok(t, s.UpdateCommand(ctx, held)) // touched
		ok(t, s.TouchCommands(ctx, []string{"ref0002", "nothing"}))
		ok(t, s.TouchCommands(ctx, nil))
		var mu sync.Mutex
		times := map[string]int{}
		var all sync.WaitGroup
		for i := range 6 {
			process := s
			if i%2 == 1 {
				process = other
			}
			all.Go(func() {
				for {
					got, err := process.ReclaimCommands(ctx, "slack", now.Add(-30*time.Second))
					if err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					for _, c := range got {
						times[c.ID]++
						if c.Attempts != 2 || c.Line == "" || c.Reply == "" || c.Platform != "slack" {
							t.Errorf("%+v", c)
						}
					}
					mu.Unlock()
					if len(got) == 0 {
						return
					}
				}
			})
		}
		all.Wait()
		for id, n := range times {
			if n != 1 {
				t.Errorf("%s was taken %d times", id, n)
			}
		}
		if len(times) != left-3 || times["ref0000"]+times["ref0001"]+times["ref0002"] != 0 {
			t.Errorf("%d were taken, of %d", len(times), left-3)
		}
		now = now.Add(time.Hour) // whoever took them is gone, too
		if got := must(s.ReclaimCommands(ctx, "slack", now.Add(-30*time.Second))); len(got) == 0 || got[len(got)-1].Attempts != 3 {
			t.Errorf("%d are taken again", len(got))
		}
	})
}

func TestConversations(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		s, other := storetest.Open(t, url, time.Now), storetest.Open(t, url, time.Now)
		c := models.Conversation{
			ID: "AAAAAAAAAAAAAAAA", Platform: "slack", Channel: "C1", User: "U1", Line: "maintenance ack",
			Args: map[string]string{"id": "ZAYO-1"}, Confirm: true, Expires: day,
		}
		ok(t, s.KeepConversations(ctx, []models.Conversation{c, {ID: "B", Expires: day}}))
		if diff := cmp.Diff(c, must(other.Conversation(ctx, c.ID))); diff != "" {
			t.Error(diff)
		}
		if err := second(s.Conversation(ctx, "nothing")); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("%v", err)
		}
		var first, used int
		var mu sync.Mutex
		var all sync.WaitGroup
		for i := range 8 {
			process := s
			if i%2 == 1 {
				process = other
			}
			all.Go(func() {
				err := process.UseConversation(ctx, c.ID, day)
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					first++
				case errors.Is(err, models.ErrUsed):
					used++
				default:
					t.Error(err)
				}
			})
		}
		all.Wait()
		if first != 1 || used != 7 || !must(s.Conversation(ctx, c.ID)).Used.Equal(day) {
			t.Errorf("used by %d, refused to %d", first, used)
		}
		if err := s.UseConversation(ctx, "nothing", day); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("%v", err)
		}
	})
}

func TestSeen(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		see := func(kind models.GrantKind, id, name string, after time.Duration) models.ChatSeen {
			return models.ChatSeen{Platform: "slack", Kind: kind, Party: models.ChatParty{ID: id, Name: name}, First: day.Add(after), Last: day.Add(after)}
		}
		ok(t, s.SeeChat(ctx, []models.ChatSeen{see(models.GrantUser, "U1", "eva", 0), see(models.GrantChannel, "C1", "noc", 0)}))
		ok(t, s.SeeChat(ctx, []models.ChatSeen{see(models.GrantUser, "U1", "", time.Hour), see(models.GrantChannel, "C1", "noc-emea", time.Minute)}))
		ok(t, s.SeeChat(ctx, []models.ChatSeen{see(models.GrantUser, "U1", "", 0)})) // late
		got, total, err := s.SeenChat(ctx, models.ChatSeenFilter{Platforms: []string{"slack"}})
		ok(t, err)
		want := []models.ChatSeen{
			{Platform: "slack", Kind: models.GrantUser, Party: models.ChatParty{ID: "U1", Name: "eva"}, First: day, Last: day.Add(time.Hour)},
			{Platform: "slack", Kind: models.GrantChannel, Party: models.ChatParty{ID: "C1", Name: "noc-emea"}, First: day, Last: day.Add(time.Minute)},
		}
		if diff := cmp.Diff(want, got); diff != "" || total != 2 {
			t.Errorf("of %d:\n%s", total, diff)
		}
		if got = must(first3(s.SeenChat(ctx, models.ChatSeenFilter{Kinds: []models.GrantKind{models.GrantChannel}}))); len(got) != 1 {
			t.Errorf("%v", got)
		}
	})
}

func TestRetainChat(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		now := day
		s := storetest.Open(t, url, func() time.Time { return now })
		for n := range 450 {
			must(s.AcceptCommand(ctx, chatCommand(n)))
		}
		ok(t, s.KeepConversations(ctx, []models.Conversation{{ID: "old", Expires: day.Add(-time.Second)}, {ID: "new", Expires: day.Add(time.Hour)}}))
		plan := models.RetentionPlan{CommandsBefore: day.Add(440 * time.Second), DryRun: true}
		if would := must(s.Retain(ctx, plan)); would.Commands != 440 {
			t.Errorf("%+v", would)
		}
		plan.DryRun = false
		if done := must(s.Retain(ctx, plan)); done.Commands != 440 {
			t.Errorf("%+v", done)
		}
		if _, left, err := s.ChatLog(ctx, models.ChatCommandFilter{}); err != nil || left != 10 {
			t.Errorf("%d are left, %v", left, err)
		}
		if err := second(s.Conversation(ctx, "old")); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("old: %v", err)
		}
		must(s.Conversation(ctx, "new"))
	})
}
