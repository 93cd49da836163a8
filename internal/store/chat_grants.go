package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"gorm.io/gorm"

	"lineman/models"
)

// Grants are those that may concern a platform, in the order in which they
// were made.
func (s *Store) Grants(ctx context.Context, platform string) ([]models.Grant, error) {
	var rows []chatGrantRow
	err := s.read(ctx, "read grants", func(tx *gorm.DB) error {
		return tx.Where("platform IN ?", []string{"", platform}).Order("created_at, id").Find(&rows).Error
	})
	return each(rows, chatGrantRow.model), err
}

// FindGrants lists grants: rules by their order, then the others by kind,
// command and value. Page.After are order, kind, command, subcommand, value
// and ID of a grant.
func (s *Store) FindGrants(ctx context.Context, f models.GrantFilter) (all []models.Grant, total int, err error) {
	err = s.read(ctx, "read grants", func(tx *gorm.DB) error {
		query := func() *gorm.DB {
			q := withIDs(tx.Table("chat_grants g"), "g.id", f.IDs)
			q = amongTexts(amongTexts(q, "g.kind", f.Kinds), "g.platform", f.Platforms)
			return amongTexts(amongTexts(q, "g.command", f.Commands), "g.value", f.Values)
		}
		keys := keyset{
			{"g.kind", byText, true}, {"g.position", byNumber, false}, {"g.command", byText, false}, {"g.subcommand", byText, false},
			{"g.value", byText, false}, {"g.id", byText, false},
		}
		rows, n, err := listed[chatGrantRow](query, keys, f.Page, "g.*")
		all, total = each(rows, chatGrantRow.model), n
		return err
	})
	return all, total, err
}

// tidyGrant is a grant as it is kept.
func tidyGrant(g models.Grant) models.Grant {
	for _, field := range []*string{&g.Platform, &g.Command, &g.Subcommand, &g.Value, &g.Name, &g.Text, &g.Comment} {
		*field = tidy(*field)
	}
	for _, list := range []*[]string{&g.Unless, &g.Organizations, &g.Channels, &g.Users} {
		if *list = unique(each(*list, tidy)); len(*list) == 0 {
			*list = nil
		}
	}
	if g.Kind != models.GrantRule && g.Effect == models.GrantAllow {
		g.Effect = "" // what it always does
	}
	g.Expires = storedTime(g.Expires)
	return g
}

// CreateGrant keeps a new grant and gives it as it is kept. An InputError when
// something is wrong with it, or there is one for the same already. The write
// is in the audit log.
func (s *Store) CreateGrant(ctx context.Context, by models.Principal, g models.Grant) (models.Grant, error) {
	g = tidyGrant(g)
	if err := g.Check(); err != nil {
		return models.Grant{}, err
	}
	err := s.write(ctx, "create a grant", func(w *work) error {
		g = w.newGrant(by, g)
		return w.keepGrant(by, models.Grant{}, g)
	})
	if isUnique(err) {
		return models.Grant{}, twice(g)
	}
	if err != nil {
		return models.Grant{}, err
	}
	return g, nil
}

func (w *work) newGrant(by models.Principal, g models.Grant) models.Grant {
	now := w.s.clock()
	g.ID, g.Author, g.CreatedAt, g.UpdatedAt, g.Revision = newID(), clean(by.Name), now, now, 1
	return g
}

func twice(g models.Grant) error {
	return models.Invalid("value", "there is a grant of %s already; change that one", g)
}

// keepGrant writes a grant that was before as said, and notes it.
func (w *work) keepGrant(by models.Principal, before, g models.Grant) error {
	row := newChatGrantRow(g)
	action, reason := "create", ""
	if before.ID == "" {
		if err := w.Create(&row).Error; err != nil {
			return err
		}
	} else {
		action, reason = "change", "before: "+before.String()
		if err := w.Save(&row).Error; err != nil {
			return err
		}
	}
	return audit(w, []models.Audit{w.grantAudit(by, action, before, g, reason)})
}

// grantAudit is what the audit log says of a grant.
func (w *work) grantAudit(by models.Principal, action string, before, after models.Grant, reason string) models.Audit {
	named := after
	if named.ID == "" {
		named = before
	}
	return models.Audit{
		At: w.s.clock(), Author: by.Name, Role: by.Role, Action: action, Object: "grant", Ref: named.ID, Name: named.String(),
		Reason: reason, Before: grantDigest(before), After: grantDigest(after),
	}
}

func grantDigest(g models.Grant) string {
	if g.ID == "" {
		return ""
	}
	text, err := json.Marshal(g)
	if err != nil {
		return "" // strings, numbers and times can always be written
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// takeGrant reads a grant that is about to be written.
func (w *work) takeGrant(id string, revision int64) (models.Grant, error) {
	var row chatGrantRow
	if !isID(id) {
		return models.Grant{}, fmt.Errorf("grant %.80q: %w", id, models.ErrNotFound)
	}
	if err := locked(w.s, w.DB).Where("id = ?", id).Take(&row).Error; err != nil {
		return models.Grant{}, found(err, "grant %s", id)
	}
	if revision != 0 && revision != row.Revision {
		return models.Grant{}, models.ErrStale
	}
	return row.model(), nil
}

// ReplaceGrant puts a grant in the place of the one with its ID and gives it as
// it is kept. models.ErrNotFound when there is none, models.ErrStale when it
// changed since the revision that was seen (0: any), an InputError as of
// CreateGrant. The write is in the audit log; what changes nothing is not.
func (s *Store) ReplaceGrant(ctx context.Context, by models.Principal, g models.Grant, revision int64) (models.Grant, error) {
	g = tidyGrant(g)
	if err := g.Check(); err != nil {
		return models.Grant{}, err
	}
	var kept models.Grant
	err := s.write(ctx, "change a grant", func(w *work) error {
		before, err := w.takeGrant(g.ID, revision)
		if err != nil {
			return err
		}
		kept, err = w.replace(by, before, g)
		return err
	})
	if isUnique(err) {
		return models.Grant{}, twice(g)
	}
	if err != nil {
		return models.Grant{}, err
	}
	return kept, nil
}

// replace writes a grant unless it says the same.
func (w *work) replace(by models.Principal, before, g models.Grant) (models.Grant, error) {
	g.ID, g.Author, g.CreatedAt, g.UpdatedAt, g.Revision = before.ID, before.Author, before.CreatedAt, before.UpdatedAt, before.Revision
	if grantDigest(g) == grantDigest(before) {
		return before, nil
	}
	g.UpdatedAt, g.Revision = w.s.clock(), before.Revision+1
	return g, w.keepGrant(by, before, g)
}

// DeleteGrant removes a grant; errors as of ReplaceGrant. The write is in the
// audit log.
func (s *Store) DeleteGrant(ctx context.Context, by models.Principal, id string, revision int64) error {
	return s.write(ctx, "delete a grant", func(w *work) error {
		before, err := w.takeGrant(id, revision)
		if err != nil {
			return err
		}
		if err := w.Where("id = ?", id).Delete(&chatGrantRow{}).Error; err != nil {
			return err
		}
		return audit(w, []models.Audit{w.grantAudit(by, "delete", before, models.Grant{}, "")})
	})
}

// ImportGrants creates grants, and changes those that are there: by ID, for an
// organization, a channel or a user by platform, command, subcommand and value
// as well. A rule that is there word for word is left. All or none; an
// InputError names the line.
func (s *Store) ImportGrants(ctx context.Context, by models.Principal, rows []models.GrantRow) (models.ImportResult, error) {
	var result models.ImportResult
	err := s.write(ctx, "import grants", func(w *work) error {
		result = models.ImportResult{}
		var stored []chatGrantRow
		if err := w.Order("created_at, id").Find(&stored).Error; err != nil {
			return err
		}
		known := newKnownGrants(each(stored, chatGrantRow.model))
		for _, row := range rows {
			if err := w.importGrant(by, known, row, &result); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return models.ImportResult{}, err
	}
	return result, nil
}

func (w *work) importGrant(by models.Principal, known *knownGrants, row models.GrantRow, result *models.ImportResult) error {
	g := tidyGrant(row.Grant)
	if err := g.Check(); err != nil {
		return models.Invalid(fmt.Sprintf("line %d", row.Line), "%v", err)
	}
	before, there := known.find(g)
	if !there {
		g = w.newGrant(by, g)
		known.add(g)
		result.Created++
		return lineTwice(w.keepGrant(by, models.Grant{}, g), row.Line, g)
	}
	kept, err := w.replace(by, before, g)
	if err != nil {
		return lineTwice(err, row.Line, g)
	}
	if kept.Revision == before.Revision {
		result.Unchanged++
	} else {
		known.add(kept)
		result.Updated++
	}
	return nil
}

func lineTwice(err error, line int, g models.Grant) error {
	if isUnique(err) {
		return models.Invalid(fmt.Sprintf("line %d", line), "%v", twice(g))
	}
	return err
}

// knownGrants finds the grant that one of a file means.
type knownGrants struct {
	byID, byKey, bySay map[string]models.Grant
}

func newKnownGrants(all []models.Grant) *knownGrants {
	k := &knownGrants{map[string]models.Grant{}, map[string]models.Grant{}, map[string]models.Grant{}}
	for _, g := range all {
		k.add(g)
	}
	return k
}

func (k *knownGrants) add(g models.Grant) {
	k.byID[g.ID] = g
	if key := g.Key(); key != "" {
		k.byKey[key] = g
	} else {
		k.bySay[says(g)] = g
	}
}

func (k *knownGrants) find(g models.Grant) (models.Grant, bool) {
	if known, is := k.byID[g.ID]; is && g.ID != "" {
		return known, true
	}
	if key := g.Key(); key != "" {
		known, is := k.byKey[key]
		return known, is
	}
	known, is := k.bySay[says(g)]
	return known, is
}

// says is a digest over what a grant says, whoever made it and when.
func says(g models.Grant) string {
	g.ID, g.Author, g.Revision, g.CreatedAt, g.UpdatedAt = "-", "", 0, time.Time{}, time.Time{}
	return grantDigest(g)
}
