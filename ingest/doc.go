// Package ingest is the way of a mail: list and fetch, keep the raw mail,
// parse, fold, label. Every step commits before the next begins, so that a
// process that dies at any line loses nothing and doubles nothing.
//
// It knows mailboxes only as the interface Mailbox and the database only as
// the interfaces in store.go; it draws nothing and announces nothing.
package ingest
