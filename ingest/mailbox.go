package ingest

import (
	"context"
	"errors"
	"time"

	"lineman/models"
)

// Mailbox is one open source of mail. Reading never changes what people see:
// unseen stays unseen. A Mailbox is used by one goroutine at a time; a
// cancelled context ends the running call soon.
//
// An error of List or Fetch means that the source cannot go on (ErrLogin,
// ErrUnreachable, ErrFolder tell why, wrapped); what was kept before it stays.
type Mailbox interface {
	// Folders gives the folders to read, patterns resolved, in a stable
	// order. ErrFolder when a configured folder is not there.
	Folders(ctx context.Context) ([]string, error)

	// List gives up to limit messages of folder after the cursor, oldest
	// first. A first cursor (Cursor.First) starts with the first message
	// received at since or later. When the folder was rebuilt (another
	// UIDValidity), or the cursor is too old for the server, it starts at since
	// again and says Reset. It may repeat messages: the ledger drops what it
	// knows.
	List(ctx context.Context, folder string, after models.Cursor, since time.Time, limit int) (Listing, error)

	// Fetch calls keep once for every reference, in any order, with the whole
	// message or with the error that it alone met (gone, refused by the
	// server). An error from keep ends the call.
	Fetch(ctx context.Context, refs []models.MailRef, keep func(models.MailRef, []byte, error) error) error

	// Close ends the session. It may be called at any time, from another
	// goroutine too, and more than once.
	Close() error
}

// Labeler is a Mailbox that can label. Labels are the configured names of the
// label keys.
type Labeler interface {
	// Label adds and removes labels of one message. It may be repeated with
	// the same arguments without doing anything twice. messageID finds the
	// message again where labelling copies it.
	Label(ctx context.Context, ref models.MailRef, messageID string, add, remove []string) error
}

// Inspector is a Mailbox that tells people what it can be labelled with.
type Inspector interface {
	// Labels lists the labels and folders of the mailbox, in a stable order.
	Labels(ctx context.Context) ([]MailboxLabel, error)
	// CanLabel is nil when the configured labels can be set, or ErrLabels with
	// the reason. It changes nothing.
	CanLabel(ctx context.Context) error
}

// MailboxLabel is something that mail in a mailbox carries or lies in.
type MailboxLabel struct {
	Name string
	ID   string // where it is another than the name
	Kind string // label, system label, keyword, folder
}

// GroupLabeler is a Labeler that labels many messages in one exchange.
type GroupLabeler interface {
	// LabelTogether adds the same labels to messages of one folder and gives
	// those of which the mailbox said that they have them now. The others, and
	// all of them after an error, are to be labelled one by one.
	LabelTogether(ctx context.Context, refs []models.MailRef, add []string) ([]models.MailRef, error)
}

// Watcher is a Mailbox that is told of new mail.
type Watcher interface {
	// Wait returns nil once the folder may hold mail that was not there when
	// the folder was last listed, or when a quarter of an hour has gone by. It
	// uses a session of its own: List and Fetch of another Mailbox go on. An
	// error is that of a source that cannot go on, or ctx's.
	Wait(ctx context.Context, folder string) error
}

// Listing is one answer of List.
type Listing struct {
	Messages []Listed
	Cursor   models.Cursor // where the folder stands once Messages are stored
	More     bool          // there are further messages after Cursor
	Reset    bool          // the folder was rebuilt: the old cursor means nothing
}

// Listed is one message as the mailbox lists it, before its body is fetched.
type Listed struct {
	Ref      models.MailRef
	Size     int64
	Received time.Time // INTERNALDATE or its like, UTC
}

// The reasons for which a source cannot be read; wrapped with detail.
var (
	ErrLogin       = errors.New("login refused")
	ErrUnreachable = errors.New("unreachable")
	ErrFolder      = errors.New("folder not found")
	ErrLabels      = errors.New("labels not supported")
	ErrGone        = errors.New("message gone") // one message: moved, deleted, or its folder rebuilt
)
