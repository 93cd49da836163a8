package store_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"lineman/internal/store"
	"lineman/internal/store/storetest"
	"lineman/models"
)

func user(t *testing.T, s *store.Store, name string) models.User {
	t.Helper()
	return must(s.CreateUser(ctx, root, models.User{Name: name, Role: models.RoleViewer, Scope: models.Scope{Sites: []string{name}}}))
}

func link(platform, id, user string) models.ChatLink {
	return models.ChatLink{Platform: platform, ChatUser: models.ChatParty{ID: id}, User: user}
}

func TestChatLinks(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		eva := user(t, s, "eva")
		user(t, s, "max")
		for _, l := range []models.ChatLink{link("slack", "U1", "Eva"), link("slack", "U2", "eva"), link("mattermost", "U1", "max")} {
			must(s.LinkChat(ctx, root, l)) // several chat users to one user; ids are those of a platform
		}
		if got := must(s.ChatAccount(ctx, "slack", "U1")); got.ID != eva.ID || got.Scope.Sites[0] != "eva" {
			t.Errorf("%+v", got)
		}
		if got := must(s.ChatAccount(ctx, "mattermost", "U1")); got.Name != "max" {
			t.Errorf("%+v", got)
		}
		if err := second(s.ChatAccount(ctx, "slack", "U3")); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("%v", err)
		}
		var input *models.InputError
		for field, l := range map[string]models.ChatLink{
			"chat_user": link("slack", "U1", "max"), "user": link("slack", "U9", "nobody"), "platform": link("", "U9", "eva"),
		} {
			if err := second(s.LinkChat(ctx, root, l)); !errors.As(err, &input) || input.Field != field {
				t.Errorf("%s: %v", field, err)
			}
		}
		must(s.LinkChat(ctx, root, link("slack", "U1", "eva"))) // once more changes nothing
		if rows, total, err := s.ChatLinks(ctx, models.ChatLinkFilter{Users: []string{"EVA"}}); err != nil || total != 2 || rows[0].ChatUser.ID != "U1" || rows[0].By != root.Name {
			t.Errorf("%v %d %v", rows, total, err)
		}
		ok(t, s.UnlinkChat(ctx, root, "slack", "U2"))
		if err := s.UnlinkChat(ctx, root, "slack", "U2"); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("%v", err)
		}
		ok(t, s.DeleteUser(ctx, root, "eva", 0))
		if _, total, err := s.ChatLinks(ctx, models.ChatLinkFilter{}); err != nil || total != 1 {
			t.Errorf("%d links are left of a user who is gone, %v", total, err)
		}
		user(t, s, "eva")
		if err := second(s.ChatAccount(ctx, "slack", "U1")); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("another user of the same name has the link: %v", err)
		}
		var said []string
		for _, e := range must(first3(s.AuditLog(ctx, models.ScopeAll, models.Page{}))) {
			if e.Object == "chat link" {
				said = append(said, e.Action+" "+e.Name)
			}
		}
		if got := strings.Join(said, "; "); got != "unlink slack U2 = eva; link mattermost U1 = max; link slack U2 = eva; link slack U1 = eva" {
			t.Errorf("the audit log says %s", got)
		}
	})
}

// offer makes a code for a chat user.
func offer(t *testing.T, s *store.Store, seed byte, id string) string {
	t.Helper()
	code := must(models.NewLinkCode(bytes.NewReader(bytes.Repeat([]byte{seed, 7, seed + 1, 99, 3}, 2))))
	selector, hash, _ := models.LinkCode(code)
	ok(t, s.OfferChatLink(ctx, models.ChatLinkOffer{
		Selector: selector, Hash: hash, Platform: "slack", ChatUser: models.ChatParty{ID: id, Name: "n" + id}, Expires: s.Now().Add(models.LinkCodeTime),
	}))
	return code
}

func TestLinkCodes(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		now := day
		s := storetest.Open(t, url, func() time.Time { return now })
		user(t, s, "eva")
		user(t, s, "max")
		var input *models.InputError
		refused := func(why, who, code string) {
			t.Helper()
			if err := second(s.RedeemChatLink(ctx, root, who, code)); !errors.As(err, &input) || input.Field != "code" || !strings.Contains(input.Reason, "account link") {
				t.Errorf("%s: %v", why, err)
			}
		}
		code := offer(t, s, 1, "U1")
		for _, wrong := range []string{"", "x", "0000-0000-0000-0000", strings.Repeat("A", 5000), "ÄÖÜß-0000-0000-0000"} {
			refused("no code", "eva", wrong)
		}
		if err := second(s.RedeemChatLink(ctx, root, "nobody", code)); !errors.As(err, &input) || input.Field != "user" {
			t.Errorf("nobody: %v", err)
		}
		made := must(s.RedeemChatLink(ctx, root, "eva", " "+strings.ToLower(strings.ReplaceAll(code, "-", ""))+" "))
		if made.ChatUser.ID != "U1" || made.User != "eva" || made.ChatUser.Name != "nU1" || made.Platform != "slack" {
			t.Errorf("%+v", made)
		}
		refused("used", "eva", code)

		code = offer(t, s, 20, "U2")
		now = now.Add(models.LinkCodeTime)
		refused("expired", "eva", code)
		code = offer(t, s, 30, "U2")
		old := code
		code = offer(t, s, 40, "U2")
		refused("replaced by a newer one", "eva", old)
		must(s.RedeemChatLink(ctx, root, "eva", code))

		code = offer(t, s, 50, "U2")
		if err := second(s.RedeemChatLink(ctx, root, "max", code)); !errors.As(err, &input) || input.Field != "chat_user" {
			t.Errorf("linked to another user: %v", err)
		}

		// Who has found the first letters has five tries for the rest.
		code = offer(t, s, 60, "U3")
		for i := range models.LinkCodeTries {
			refused("guess", "max", code[:15]+string("0123456789"[(strings.IndexByte("0123456789", code[15])+1+i)%10])+code[16:])
		}
		refused("right, but tried too often", "max", code)
		if _, total, err := s.ChatLinks(ctx, models.ChatLinkFilter{Users: []string{"max"}}); err != nil || total != 0 {
			t.Errorf("%d links, %v", total, err)
		}
		random := rand.New(rand.NewPCG(1, 2))
		code = offer(t, s, 70, "U4")
		for range 300 {
			guess := make([]byte, 10)
			for i := range guess {
				guess[i] = byte(random.Uint32())
			}
			refused("guess", "max", must(models.NewLinkCode(bytes.NewReader(guess))))
		}
		must(s.RedeemChatLink(ctx, root, "max", code)) // nobody's guesses spend it
	})
}

// The database does not hold the code.
func TestLinkCodesAreHashed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		code := offer(t, s, 1, "U1")
		letters := strings.ReplaceAll(code, "-", "")
		var hash, selector string
		ok(t, s.SQL().QueryRowContext(ctx, "SELECT hash, selector FROM chat_link_codes").Scan(&hash, &selector))
		if strings.Contains(hash, letters[4:]) || selector != letters[:4] || len(hash) != 64 {
			t.Errorf("%s %s", selector, hash)
		}
	})
}
