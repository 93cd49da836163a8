package mailbox

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"google.golang.org/api/gmail/v1"

	"lineman/ingest"
	"lineman/models"
)

// gmailOwn are the labels of Gmail that say where a mail is or whether it was
// read.
var gmailOwn = []string{"INBOX", "SPAM", "TRASH", "UNREAD", "SENT", "DRAFT", "CHAT"}

// gmailID is the form of the ids that Gmail gives to people's labels.
var gmailID = regexp.MustCompile(`^Label_[0-9]+$`)

// Folders resolves the configured labels, by id or by name, in the order of
// the configuration; `*` stands for any part of a name and `%` for one level.
// Without any the folder is the whole mailbox. Labels that are there are given
// together with an ErrFolder that names those that are not.
func (b *gmailBox) Folders(ctx context.Context) ([]string, error) {
	if len(b.set.folders) == 0 {
		_, err := b.profile(ctx)
		return []string{gmailWhole}, err
	}
	if err := b.readLabels(ctx); err != nil {
		return nil, err
	}
	var found, lost []string
	for _, want := range b.set.folders {
		names := b.matching(want)
		if len(names) == 0 {
			lost = append(lost, want)
		}
		for _, n := range names {
			if !slices.Contains(found, n) {
				found = append(found, n)
			}
		}
	}
	if len(lost) > 0 {
		return found, fmt.Errorf("%w: %s has no label \"%s\"; `lineman sources labels %s` lists them",
			ingest.ErrFolder, b.set.account, strings.Join(lost, `" or "`), b.set.source)
	}
	return found, nil
}

// matching gives the folders that a configured one means. A pattern means
// people's labels only, and not those that lineman sets.
func (b *gmailBox) matching(want string) []string {
	if want == gmailWhole {
		return []string{gmailWhole}
	}
	if !strings.ContainsAny(want, "*%") {
		if b.findLabel(want) == nil {
			return nil
		}
		return []string{want}
	}
	pattern := regexp.QuoteMeta(want)
	pattern = strings.ReplaceAll(strings.ReplaceAll(pattern, `\*`, ".*"), "%", "[^/]*")
	match, err := regexp.Compile("(?is)^" + pattern + "$")
	if err != nil {
		return nil
	}
	var names []string
	for _, l := range b.labels {
		own := slices.ContainsFunc(b.set.labelled, func(n string) bool { return strings.EqualFold(n, l.Name) || n == l.Id })
		if l.Type != "system" && !own && match.MatchString(l.Name) {
			names = append(names, l.Name)
		}
	}
	slices.Sort(names)
	return names
}

// labelOf gives the id of a folder's label; empty for the whole mailbox.
func (b *gmailBox) labelOf(ctx context.Context, folder string) (string, error) {
	if folder == gmailWhole {
		return "", nil
	}
	if err := b.readLabels(ctx); err != nil {
		return "", err
	}
	if l := b.findLabel(folder); l != nil {
		return l.Id, nil
	}
	return "", fmt.Errorf("%w: %s has no label %q", ingest.ErrFolder, b.set.account, folder)
}

// findLabel finds a label by its id, then by its name, of which letter case
// does not matter.
func (b *gmailBox) findLabel(idOrName string) *gmail.Label {
	for _, same := range []func(*gmail.Label) bool{
		func(l *gmail.Label) bool { return l.Id == idOrName },
		func(l *gmail.Label) bool { return l.Name == idOrName },
		func(l *gmail.Label) bool { return strings.EqualFold(l.Name, idOrName) },
	} {
		if i := slices.IndexFunc(b.labels, same); i >= 0 {
			return b.labels[i]
		}
	}
	return nil
}

func (b *gmailBox) readLabels(ctx context.Context) error {
	var list *gmail.ListLabelsResponse
	err := b.call(ctx, "list the labels", func(ctx context.Context) (err error) {
		list, err = b.api.Users.Labels.List("me").Context(ctx).Do()
		return err
	})
	if err == nil {
		b.labels = list.Labels
	}
	return err
}

// Labels lists all labels of the mailbox with their ids.
func (b *gmailBox) Labels(ctx context.Context) ([]ingest.MailboxLabel, error) {
	if err := b.readLabels(ctx); err != nil {
		return nil, err
	}
	var list []ingest.MailboxLabel
	for _, l := range b.labels {
		kind := "label"
		if l.Type == "system" {
			kind = "system label"
		}
		list = append(list, ingest.MailboxLabel{Name: l.Name, ID: l.Id, Kind: kind})
	}
	slices.SortFunc(list, func(x, y ingest.MailboxLabel) int { return strings.Compare(x.Kind+x.Name, y.Kind+y.Name) })
	return list, nil
}

// Label adds and removes labels of one message. Labels are ids or names; a
// name that the mailbox does not have is made a label when it is added.
// Nothing else of the message changes. ErrGone when the message is not there
// any more.
func (b *gmailLabelBox) Label(ctx context.Context, ref models.MailRef, _ string, add, remove []string) error {
	remove = slices.DeleteFunc(slices.Clone(remove), func(l string) bool { return slices.Contains(add, l) })
	if len(add) == 0 && len(remove) == 0 {
		return nil
	}
	for attempt := 0; ; attempt++ {
		if b.labels == nil || attempt > 0 {
			if err := b.readLabels(ctx); err != nil {
				return err
			}
		}
		change, err := b.change(ctx, add, remove)
		if err != nil || change == nil {
			return err
		}
		err = b.call(ctx, "label a message", func(ctx context.Context) error {
			_, err := b.api.Users.Messages.Modify("me", ref.RemoteID, change).Fields("id").Context(ctx).Do()
			return err
		})
		switch {
		case isGmailCode(err, http.StatusNotFound):
			return fmt.Errorf("%w: message %s is not in the mailbox any more", ingest.ErrGone, ref.RemoteID)
		case isGmailCode(err, http.StatusBadRequest) && attempt == 0: // a label was deleted meanwhile
			continue
		}
		return b.labelError(err)
	}
}

// change resolves labels to ids; nil: there is nothing to change.
func (b *gmailLabelBox) change(ctx context.Context, add, remove []string) (*gmail.ModifyMessageRequest, error) {
	change := &gmail.ModifyMessageRequest{}
	for _, name := range add {
		l := b.findLabel(name)
		if l == nil {
			var err error
			if l, err = b.create(ctx, name); err != nil {
				return nil, err
			}
		}
		change.AddLabelIds = append(change.AddLabelIds, l.Id)
	}
	for _, name := range remove {
		if l := b.findLabel(name); l != nil && !slices.Contains(change.AddLabelIds, l.Id) {
			change.RemoveLabelIds = append(change.RemoveLabelIds, l.Id)
		}
	}
	if len(change.AddLabelIds)+len(change.RemoveLabelIds) == 0 {
		return nil, nil
	}
	return change, nil
}

// create makes a label. Somebody else may make it at the same time.
func (b *gmailLabelBox) create(ctx context.Context, name string) (*gmail.Label, error) {
	if gmailID.MatchString(name) {
		return nil, fmt.Errorf("%s has no label with the id %s; `lineman sources labels %s` lists the ids", b.set.account, name, b.set.source)
	}
	var made *gmail.Label
	err := b.call(ctx, fmt.Sprintf("create the label %q", name), func(ctx context.Context) (err error) {
		made, err = b.api.Users.Labels.Create("me", &gmail.Label{
			Name: name, LabelListVisibility: "labelShow", MessageListVisibility: "show",
		}).Context(ctx).Do()
		return err
	})
	if isGmailCode(err, http.StatusConflict) {
		if err := b.readLabels(ctx); err != nil {
			return nil, err
		}
		if l := b.findLabel(name); l != nil {
			return l, nil
		}
	}
	if err != nil {
		return nil, b.labelError(err)
	}
	b.labels = append(b.labels, made)
	return made, nil
}

// labelError tells a token that may not label from one that may not log in.
func (b *gmailLabelBox) labelError(err error) error {
	var scope *gmailScope
	if errors.As(err, &scope) {
		return fmt.Errorf("%w: %s", ingest.ErrLabels, scope.text)
	}
	return err
}
