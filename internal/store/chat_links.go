package store

import (
	"context"
	"crypto/subtle"
	"errors"

	"gorm.io/gorm"

	"lineman/models"
)

type chatLinkItem struct {
	Row      chatLinkRow `gorm:"embedded"`
	UserName string
}

func (r chatLinkItem) model() models.ChatLink { return r.Row.model(r.UserName) }

func linksOf(tx *gorm.DB) *gorm.DB {
	return tx.Table("chat_links l").Joins("JOIN users u ON u.id = l.user_id")
}

// ChatAccount gives the user whom a chat user is linked to, whatever the
// user's state; models.ErrNotFound when there is none.
func (s *Store) ChatAccount(ctx context.Context, platform, chatUser string) (models.User, error) {
	var row userRow
	err := s.read(ctx, "read who a chat user is", func(tx *gorm.DB) error {
		query := tx.Joins("JOIN chat_links l ON l.user_id = users.id").Where("l.platform = ? AND l.chat_user = ?", platform, short(clean(chatUser)))
		return found(query.Take(&row).Error, "link of a chat user")
	})
	return row.model(), err
}

// ChatLinks lists who chat users are, by platform and id. Page.After are
// platform and id of a chat user.
func (s *Store) ChatLinks(ctx context.Context, f models.ChatLinkFilter) (all []models.ChatLink, total int, err error) {
	err = s.read(ctx, "read chat links", func(tx *gorm.DB) error {
		query := func() *gorm.DB {
			q := amongTexts(amongTexts(linksOf(tx), "l.platform", f.Platforms), "l.chat_user", f.ChatUsers)
			return amongTexts(q, "u.name", each(f.Users, userKey))
		}
		rows, n, err := listed[chatLinkItem](query, keyset{{"l.platform", byText, false}, {"l.chat_user", byText, false}}, f.Page, "l.*, u.name AS user_name")
		all, total = each(rows, chatLinkItem.model), n
		return err
	})
	return all, total, err
}

// LinkChat says who a chat user is, by the name of a user. An InputError when
// there is no such user, or the chat user is linked to another one. The write
// is in the audit log.
func (s *Store) LinkChat(ctx context.Context, by models.Principal, link models.ChatLink) (made models.ChatLink, err error) {
	if link.Platform == "" {
		return made, models.Invalid("platform", "is missing; write the platform's name, for example slack")
	}
	if tidy(link.ChatUser.ID) == "" {
		return made, models.Invalid("chat_user", "is missing; write the id that whoami shows in chat")
	}
	err = s.write(ctx, "link a chat user", func(w *work) error {
		made, err = w.linkChat(by, link)
		return err
	})
	return made, err
}

func (w *work) linkChat(by models.Principal, link models.ChatLink) (models.ChatLink, error) {
	var user userRow
	err := locked(w.s, w.DB).Where("name = ?", userKey(link.User)).Take(&user).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return models.ChatLink{}, models.Invalid("user", "there is no user called %.80q", link.User)
	}
	if err != nil {
		return models.ChatLink{}, err
	}
	row := chatLinkRow{
		Platform: tidy(link.Platform), ChatUser: short(tidy(link.ChatUser.ID)), ChatUserName: tidy(link.ChatUser.Name),
		UserID: user.ID, Author: clean(by.Name), CreatedAt: at(w.s.clock()),
	}
	var old chatLinkItem
	err = linksOf(w.DB).Select("l.*, u.name AS user_name").Where("l.platform = ? AND l.chat_user = ?", row.Platform, row.ChatUser).Take(&old).Error
	switch {
	case err == nil && old.Row.UserID == user.ID:
		return old.model(), nil
	case err == nil:
		return models.ChatLink{}, models.Invalid("chat_user", "%s on %s is linked to the user %s already; unlink it first", row.ChatUser, row.Platform, old.UserName)
	case !errors.Is(err, gorm.ErrRecordNotFound):
		return models.ChatLink{}, err
	}
	if err := w.Create(&row).Error; err != nil {
		return models.ChatLink{}, err
	}
	made := row.model(user.Name)
	return made, audit(w, []models.Audit{linkAudit(w.s, by, "link", made)})
}

// linkAudit is what the audit log says of a link.
func linkAudit(s *Store, by models.Principal, action string, l models.ChatLink) models.Audit {
	a := models.Audit{
		At: s.clock(), Author: by.Name, Role: by.Role, Action: action, Object: "chat link", Ref: l.Platform + " " + l.ChatUser.ID,
		Name: l.Platform + " " + l.ChatUser.Label() + " = " + l.User,
	}
	said := sha256Hex([]byte(l.Platform + "\x00" + l.ChatUser.ID + "\x00" + l.User))
	if action == "link" {
		a.After = said
	} else {
		a.Before = said
	}
	return a
}

// UnlinkChat ends a link; models.ErrNotFound when there is none. The write is
// in the audit log.
func (s *Store) UnlinkChat(ctx context.Context, by models.Principal, platform, chatUser string) error {
	return s.write(ctx, "unlink a chat user", func(w *work) error {
		var old chatLinkItem
		mine := []any{platform, short(clean(chatUser))}
		query := linksOf(w.DB).Select("l.*, u.name AS user_name").Where("l.platform = ? AND l.chat_user = ?", mine...)
		if err := query.Take(&old).Error; err != nil {
			return found(err, "link of %s on %s", chatUser, platform)
		}
		if err := w.Where("platform = ? AND chat_user = ?", mine...).Delete(&chatLinkRow{}).Error; err != nil {
			return err
		}
		return audit(w, []models.Audit{linkAudit(s, by, "unlink", old.model())})
	})
}

// OfferChatLink keeps an offer to link a chat user, in the place of an older
// one of the same chat user. models.ErrUsed when another code that holds is
// found by the same letters; make another one.
func (s *Store) OfferChatLink(ctx context.Context, o models.ChatLinkOffer) error {
	row := chatLinkCodeRow{
		Selector: o.Selector, Hash: o.Hash, Platform: o.Platform, ChatUser: short(clean(o.ChatUser.ID)), ChatUserName: clean(o.ChatUser.Name),
		ExpiresAt: at(o.Expires),
	}
	err := s.write(ctx, "keep a code", func(w *work) error {
		if err := w.Where("expires_at < ? OR platform = ? AND chat_user = ?", at(s.clock()), row.Platform, row.ChatUser).Delete(&chatLinkCodeRow{}).Error; err != nil {
			return err
		}
		return w.Create(&row).Error
	})
	if isUnique(err) {
		return models.ErrUsed
	}
	return err
}

// badCode says the same of every code that does not hold, so that nobody
// learns which letters are right.
func badCode() error {
	return models.Invalid("code", "this code does not hold: it is mistyped, older than 10 minutes, used, or was tried too often; write account link in chat for a new one")
}

// RedeemChatLink links the chat user that a code was given to, to a user, by
// name. An InputError when the code does not hold, which counts as a try, or
// as of LinkChat. A code holds once.
func (s *Store) RedeemChatLink(ctx context.Context, by models.Principal, user, code string) (made models.ChatLink, err error) {
	selector, hash, readable := models.LinkCode(code)
	if !readable {
		return made, badCode()
	}
	right := false
	err = s.write(ctx, "redeem a code", func(w *work) error {
		right = false
		var row chatLinkCodeRow
		err := locked(s, w.DB).Where("selector = ?", selector).Take(&row).Error
		if errors.Is(err, gorm.ErrRecordNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if row.Tries >= models.LinkCodeTries || !s.clock().Before(row.ExpiresAt.Time) {
			return nil
		}
		if subtle.ConstantTimeCompare([]byte(row.Hash), []byte(hash)) != 1 {
			return w.Model(&chatLinkCodeRow{}).Where("selector = ?", selector).Update("tries", gorm.Expr("tries + 1")).Error // committed
		}
		right = true
		if made, err = w.linkChat(by, models.ChatLink{
			Platform: row.Platform, ChatUser: models.ChatParty{ID: row.ChatUser, Name: row.ChatUserName}, User: user,
		}); err != nil {
			return err
		}
		return w.Where("selector = ?", selector).Delete(&chatLinkCodeRow{}).Error
	})
	if err == nil && !right {
		return made, badCode()
	}
	return made, err
}
