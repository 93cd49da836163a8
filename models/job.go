package models

// JobKind names a kind of work in the queue.
type JobKind string

// The kinds of job.
const (
	JobPoll    JobKind = "poll"    // Args: Source
	JobProcess JobKind = "process" // Args: RawIDs
	JobLabel   JobKind = "label"   // Args: Source
	JobSweep   JobKind = "sweep"   // no Args

	JobReconcile JobKind = "reconcile" // Args: Source
	JobRetain    JobKind = "retain"    // no Args
	JobFindings  JobKind = "findings"  // no Args
	JobDrift     JobKind = "drift"     // no Args

	JobSync JobKind = "sync" // Args: Source, the name of an inventory

	JobRoute   JobKind = "route"   // no Args: events to deliveries
	JobDeliver JobKind = "deliver" // Args: Source, the name of a destination
	JobClock   JobKind = "clock"   // no Args: reminders and what else time brings

	JobPropose JobKind = "propose" // no Args: a model is asked about mail that could not be read
)

// Job is work to be done after the transaction that enqueues it commits.
type Job struct {
	Kind   JobKind
	Source string   // name of the source: poll, label, reconcile; of the inventory: sync
	RawIDs []string // process
}
