package models

// Status is what a provider says of a maintenance (BCOP X-MAINTNOTE-STATUS and
// the values in use beside it).
type Status string

// The statuses. NoChange is said only by a notice ("this mail states no
// status"); Unknown only by a record whose first notice stated none.
const (
	StatusTentative   Status = "TENTATIVE"
	StatusConfirmed   Status = "CONFIRMED"
	StatusCancelled   Status = "CANCELLED"
	StatusInProcess   Status = "IN-PROCESS"
	StatusCompleted   Status = "COMPLETED"
	StatusRescheduled Status = "RE-SCHEDULED"
	StatusNoChange    Status = "NO-CHANGE"
	StatusUnknown     Status = "UNKNOWN"
)

// RecordStatuses are the statuses a Maintenance can have, in the order of
// their life.
var RecordStatuses = []Status{
	StatusTentative, StatusConfirmed, StatusRescheduled, StatusInProcess,
	StatusCompleted, StatusCancelled, StatusUnknown,
}

// Closed reports whether the status ends the life of a maintenance.
func (s Status) Closed() bool { return s == StatusCancelled || s == StatusCompleted }

// Active reports whether a running window under this status means work on the
// circuit: the rule of the gauge circuit_maintenance_status (F46).
func (s Status) Active() bool {
	return s == StatusConfirmed || s == StatusInProcess || s == StatusRescheduled
}

// Impact is what a maintenance does to a circuit (BCOP X-MAINTNOTE-IMPACT).
type Impact string

// The impacts, least first.
const (
	ImpactNone              Impact = "NO-IMPACT"
	ImpactReducedRedundancy Impact = "REDUCED-REDUNDANCY"
	ImpactDegraded          Impact = "DEGRADED"
	ImpactOutage            Impact = "OUTAGE"
)

// Impacts lists the impacts, least first.
var Impacts = []Impact{ImpactNone, ImpactReducedRedundancy, ImpactDegraded, ImpactOutage}

// Worse reports whether i is a worse impact than j. The empty impact is less
// than every other.
func (i Impact) Worse(j Impact) bool { return i.rank() > j.rank() }

func (i Impact) rank() int {
	for n, v := range Impacts {
		if v == i {
			return n + 1
		}
	}
	return 0
}

// WindowKind tells the planned nights from the spare ones.
type WindowKind string

// The kinds of window. A backup window is a risk until a notice calls it.
const (
	WindowPrimary WindowKind = "primary"
	WindowBackup  WindowKind = "backup"
)

// Cause is why a record changed.
type Cause string

// The causes of a Change. Only a live change is announced as news.
const (
	CauseLive     Cause = "live"
	CauseBackfill Cause = "backfill"
	CauseReparse  Cause = "reparse"
	CauseImport   Cause = "import"
	CauseSync     Cause = "sync"
	CauseEdit     Cause = "edit"
	CauseShadow   Cause = "shadow" // of a source that is only watched: nothing is ever told of it
	CauseClock    Cause = "clock"  // nothing but that time went on; of findings only
)
