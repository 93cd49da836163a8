package command

import (
	"context"
	"fmt"
	"slices"

	"lineman/chatops"
	"lineman/models"
)

func maintenanceAccept(o Options) chatops.Subcommand {
	return maintenanceAnswer(o, chatops.Subcommand{
		Name: "accept", Summary: "accepts a notice that waits because its sender is in doubt", Example: "maintenance accept zayo-TTN-1234567",
	}, models.EditAcceptNotice, "Accept what waits of", "follows the notice now")
}

func maintenanceReject(o Options) chatops.Subcommand {
	return maintenanceAnswer(o, chatops.Subcommand{
		Name: "reject", Summary: "rejects a notice that waits because its sender is in doubt", Example: "maintenance reject zayo-TTN-1234567",
	}, models.EditRejectNotice, "Reject what waits of", "stays as it is")
}

// maintenanceAnswer completes a command that answers a notice which waits.
func maintenanceAnswer(o Options, s chatops.Subcommand, kind models.EditKind, asks, done string) chatops.Subcommand {
	s.Role, s.Writes = models.RoleOperator, true
	s.Params = []chatops.Param{
		maintenanceParam(o, false),
		{Name: "notice", Summary: "id of the notice, where several wait", Kind: chatops.KindText, NameOnly: true},
		reasonParam(), revisionParam(),
	}
	s.Pin = pinRevision(o)
	s.Preview = func(ctx context.Context, c chatops.Call) (chatops.Message, error) {
		m, err := readMaintenance(ctx, o, c)
		if err != nil {
			return chatops.Message{}, err
		}
		p, err := pendingOf(m.Maintenance, c.Arg("notice"))
		if err != nil {
			return chatops.Message{}, err
		}
		t := pendingTable([]models.Pending{p})
		t.Title = ""
		return chatops.Message{Heading: fmt.Sprintf("%s %s?", asks, m.Name), Blocks: []chatops.Block{t}}, nil
	}
	s.Run = func(ctx context.Context, c chatops.Call) (chatops.Message, error) {
		m, err := readMaintenance(ctx, o, c)
		if err != nil {
			return chatops.Message{}, err
		}
		p, err := pendingOf(m.Maintenance, c.Arg("notice"))
		if err != nil {
			return chatops.Message{}, err
		}
		return write(ctx, o, c, models.Write{Acts: []models.Edit{{Kind: kind, NoticeID: p.NoticeID}}}, done)
	}
	return s
}

// pendingOf finds the notice that waits; an InputError when none does, or
// several do and none is named.
func pendingOf(m models.Maintenance, notice string) (models.Pending, error) {
	switch i := slices.IndexFunc(m.Pending, func(p models.Pending) bool { return p.NoticeID == notice }); {
	case i >= 0:
		return m.Pending[i], nil
	case len(m.Pending) == 0:
		return models.Pending{}, models.Invalid("", "nothing of %s waits for a person (any more)", m.Name)
	case notice != "":
		return models.Pending{}, models.Invalid("notice", "no notice of %s with the id %q waits; maintenance show tells which do", m.Name, clip(notice))
	case len(m.Pending) > 1:
		return models.Pending{}, models.Invalid("notice", "%d notices of %s wait; say which one with notice=, or press a button of maintenance show", len(m.Pending), m.Name)
	}
	return m.Pending[0], nil
}

// standing is the status of a maintenance, and whether something waits.
func standing(m models.Maintenance) string {
	if len(m.Pending) > 0 {
		return string(m.Status) + ", PENDING"
	}
	return string(m.Status)
}

func pendingTable(all []models.Pending) chatops.Table {
	t := chatops.Table{Title: "PENDING: waits for a person", Columns: []string{"received", "status", "old window", "new window", "without", "sender"}}
	for _, p := range all[:min(len(all), history)] {
		status := chatops.T("%s", string(p.Status))
		if p.Was != p.Status {
			status = chatops.T("%s → %s", string(p.Was), string(p.Status))
		}
		t.Rows = append(t.Rows, row{
			chatops.At(p.Received), status, pendingWindows(p.Old()), pendingWindows(p.New()), chatops.T("%s", cidList(p.Circuits)),
			chatops.T("%s: %s", string(p.Trust), p.Reason),
		})
	}
	return t
}

// pendingWindows are the first windows of a list.
func pendingWindows(list []models.PendingWindow) chatops.Inline {
	if len(list) == 0 {
		return chatops.T("none")
	}
	var all []chatops.Inline
	for n, w := range list[:min(len(list), 3)] {
		if n > 0 {
			all = append(all, chatops.T("; "))
		}
		all = append(all, chatops.At(w.Start), chatops.T(" to "), chatops.At(w.End))
	}
	if more := len(list) - 3; more > 0 {
		all = append(all, chatops.T(" and %d more", more))
	}
	return chatops.Join(all...)
}

func cidList(list []string) string {
	var circuits []models.CircuitImpact
	for _, cid := range list {
		circuits = append(circuits, models.CircuitImpact{CID: cid})
	}
	return cids(circuits, 3)
}

// pendingButtons answer the notices that wait.
func pendingButtons(m models.Maintenance) []chatops.Button {
	var all []chatops.Button
	for n, p := range m.Pending[:min(len(m.Pending), 3)] {
		number := ""
		if len(m.Pending) > 1 {
			number = fmt.Sprintf(" %d", n+1)
		}
		words := chatops.Quote(m.Name) + " notice=" + chatops.Quote(p.NoticeID)
		all = append(all,
			chatops.Button{Label: "Accept" + number, Command: "maintenance accept " + words, Primary: true},
			chatops.Button{Label: "Reject" + number, Command: "maintenance reject " + words})
	}
	return all
}
