// Package jobs is the queue: work that follows a transaction, and the
// schedule. It runs River on the database of the records, so that a job is
// there exactly when the transaction that asked for it was committed, and so
// that several processes on one PostgreSQL share the work without doing any of
// it twice.
//
// The package holds all policy of background work, once: how long a job may
// run, how often and when it is tried again, how many run at a time. It knows
// nothing of what a job does; handlers are given to New.
//
// A job of a kind that works through "all that is due" (poll, label, sweep) is
// not added while an equal one waits. A running one does not count: what falls
// due while it runs must not be missed, and that two polls of one source never
// overlap is the business of the lease in the store.
package jobs
