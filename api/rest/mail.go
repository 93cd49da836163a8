package rest

import (
	"context"
	"fmt"
	"slices"
	"time"

	"lineman/models"
)

func (s *server) registerMails() {
	get(s, "/api/v1/notices", "list-notices", "What mails said, newest first", s.listNotices)
	get(s, "/api/v1/notices/{id}", "get-notice", "One notice", s.getNotice)
	get(s, "/api/v1/notifications", "list-notifications", "Mails without their bytes, newest first", s.listMails)
	get(s, "/api/v1/notifications/{id}", "get-notification", "One mail without its bytes, with where it was seen", s.getMail)
	get(s, "/api/v1/sources", "list-sources", "Sources and how they are", s.listSources)
	get(s, "/api/v1/sources/{id}", "get-source", "One source by id or name", s.getSource)
	get(s, "/api/v1/polls", "list-polls", "Passes over sources, newest first", s.listPolls)
	get(s, "/api/v1/polls/{id}", "get-poll", "One pass over a source", s.getPoll)
	get(s, "/api/v1/audit", "list-audit", "Who wrote what, newest first", s.listAudit)
}

// NoticeJSON is a notice with what it is part of.
type NoticeJSON struct {
	SaidJSON
	Maintenance   string             `json:"maintenance" doc:"Name of the maintenance"`
	MaintenanceID string             `json:"maintenance_id" doc:"As the mail writes it"`
	Provider      string             `json:"provider"`
	Windows       []noticeWindowJSON `json:"windows" nullable:"false"`
}

type noticeWindowJSON struct {
	Kind     string         `json:"kind"`
	Start    *time.Time     `json:"start"`
	End      *time.Time     `json:"end"`
	Circuits []CircuitWrite `json:"circuits" nullable:"false"`
}

type noticesQuery struct {
	Cursors
	Q            string   `query:"q" maxLength:"200" doc:"Part of the maintenance's name or of the summary"`
	Maintenance  []string `query:"maintenance,explode" maxItems:"1000" doc:"Any of these maintenances, by name or id"`
	Notification []string `query:"notification,explode" maxItems:"1000" doc:"Any of these mails, by id"`
}

func (s *server) listNotices(ctx context.Context, in *noticesQuery) (*answer[flow[NoticeJSON]], error) {
	page, err := in.pageFrom(ctx, "notices")
	if err != nil {
		return nil, err
	}
	f := models.NoticeFilter{Query: in.Q, Maintenances: in.Maintenance, Raws: in.Notification, Page: page}
	rows, total, err := s.o.Reader.FindNotices(ctx, whoAsks(ctx).Scope, f)
	if err != nil {
		return nil, fmt.Errorf("list notices: %w", err)
	}
	keys := func(n models.NoticeItem) []string { return []string{timeKey(n.Received), n.ID} }
	return newFlow(ctx, "notices", rows, total, page, keys, fullNotice), nil
}

func (s *server) getNotice(ctx context.Context, in *idPath) (*answer[NoticeJSON], error) {
	n, err := s.notice(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &answer[NoticeJSON]{Body: fullNotice(n)}, nil
}

func fullNotice(n models.NoticeItem) NoticeJSON {
	return NoticeJSON{
		SaidJSON: noticeOf(n.Notice), Maintenance: n.MaintenanceName, MaintenanceID: n.MaintenanceID, Provider: n.Provider,
		Windows: convert(n.Windows, noticeWindow),
	}
}

func noticeWindow(w models.NoticeWindow) noticeWindowJSON {
	return noticeWindowJSON{
		Kind: string(w.Kind), Start: instant(w.Start), End: instant(w.End),
		Circuits: convert(w.Circuits, func(c models.NoticeCircuit) CircuitWrite { return CircuitWrite{c.CID, string(c.Impact)} }),
	}
}

// MailJSON is a mail without its bytes; exported as Paging is.
type MailJSON struct {
	ID        string     `json:"id"`
	Subject   string     `json:"subject"`
	Sender    string     `json:"sender"`
	Source    string     `json:"source"`
	Provider  string     `json:"provider" doc:"Slug; empty where none matched"`
	State     string     `json:"state"`
	Flags     []string   `json:"flags" nullable:"false"`
	Error     string     `json:"error"`
	MessageID string     `json:"message_id"`
	SHA256    string     `json:"sha256"`
	Size      int64      `json:"size"`
	Received  *time.Time `json:"received"`

	Trust       string `json:"trust" doc:"How sure it is that it comes from its provider: verified, unverified or failed; empty: nobody judged"`
	TrustReason string `json:"trust_reason"`
}

func mailOf(m models.MailItem) MailJSON {
	flags := []string{}
	for name, set := range map[string]bool{"incomplete": m.Flags.Incomplete, "out-of-sequence": m.Flags.OutOfSequence, "unknown-cids": m.Flags.UnknownCIDs} {
		if set {
			flags = append(flags, name)
		}
	}
	slices.Sort(flags)
	return MailJSON{
		ID: m.ID, Subject: m.Subject, Sender: m.Sender, Source: m.Source, Provider: m.Provider, State: string(m.State), Flags: flags,
		Error: m.Error, MessageID: m.MessageID, SHA256: m.SHA256, Size: m.Size, Received: instant(m.Received),
		Trust: string(m.Trust.Level), TrustReason: m.Trust.Reason,
	}
}

type mailDetailJSON struct {
	MailJSON
	Maintenances []string   `json:"maintenances" nullable:"false" doc:"Names"`
	Seen         []seenJSON `json:"seen" nullable:"false" doc:"Where it was seen"`
}

type seenJSON struct {
	Source string `json:"source"`
	Folder string `json:"folder"`
}

type mailsQuery struct {
	Cursors
	Q        string   `query:"q" maxLength:"200" doc:"Part of the subject"`
	State    []string `query:"state,explode" maxItems:"20" enum:"received,parsed,ignored,parsing-failed,unknown-provider,duplicate,needs-review,quarantined,skipped" doc:"Any of these states"`
	Source   []string `query:"source,explode" maxItems:"100" doc:"Any of these sources, by name"`
	Provider []string `query:"provider,explode" maxItems:"100" doc:"Any of these provider slugs"`
	Sender   string   `query:"sender" maxLength:"200" doc:"Part of the sender's address"`
	Since    string   `query:"since" maxLength:"40" doc:"Received at this time or later"`
}

func (s *server) listMails(ctx context.Context, in *mailsQuery) (*answer[flow[MailJSON]], error) {
	f := models.MailFilter{Query: in.Q, States: likeStrings[models.MailState](in.State), Sources: in.Source, Providers: in.Provider, Sender: in.Sender}
	var err error
	if f.Received.From, err = instantOf("since", in.Since); err != nil {
		return nil, err
	}
	if f.Page, err = in.pageFrom(ctx, "notifications"); err != nil {
		return nil, err
	}
	rows, total, err := s.o.Reader.Mails(ctx, whoAsks(ctx).Scope, f)
	if err != nil {
		return nil, fmt.Errorf("list mails: %w", err)
	}
	keys := func(m models.MailItem) []string { return []string{timeKey(m.Received), m.ID} }
	return newFlow(ctx, "notifications", rows, total, f.Page, keys, mailOf), nil
}

func (s *server) getMail(ctx context.Context, in *idPath) (*answer[mailDetailJSON], error) {
	m, err := s.o.Reader.Mail(ctx, whoAsks(ctx).Scope, in.ID)
	if err != nil {
		return nil, fmt.Errorf("read a mail: %w", err)
	}
	return &answer[mailDetailJSON]{Body: mailDetailJSON{
		MailJSON: mailOf(m.MailItem), Maintenances: append([]string{}, m.Maintenances...),
		Seen: convert(m.Messages, func(x models.SeenMessage) seenJSON { return seenJSON{x.Source, x.Ref.Folder} }),
	}}, nil
}

type auditJSON struct {
	ID     string     `json:"id"`
	At     *time.Time `json:"at"`
	Author string     `json:"author"`
	Role   string     `json:"role"`
	Action string     `json:"action"`
	Object string     `json:"object"`
	Ref    string     `json:"ref" doc:"Id of the object"`
	Name   string     `json:"name"`
	Reason string     `json:"reason"`
	Before string     `json:"before" doc:"SHA-256 over the record before; empty where it was not there"`
	After  string     `json:"after" doc:"and after"`
}

func (s *server) listAudit(ctx context.Context, in *struct{ Cursors }) (*answer[flow[auditJSON]], error) {
	page, err := in.pageFrom(ctx, "audit")
	if err != nil {
		return nil, err
	}
	rows, total, err := s.o.Reader.AuditLog(ctx, whoAsks(ctx).Scope, page)
	if err != nil {
		return nil, fmt.Errorf("read the audit log: %w", err)
	}
	keys := func(a models.Audit) []string { return []string{timeKey(a.At), a.ID} }
	return newFlow(ctx, "audit", rows, total, page, keys, func(a models.Audit) auditJSON {
		return auditJSON{
			ID: a.ID, At: instant(a.At), Author: a.Author, Role: string(a.Role), Action: a.Action, Object: a.Object,
			Ref: a.Ref, Name: a.Name, Reason: a.Reason, Before: a.Before, After: a.After,
		}
	}), nil
}
