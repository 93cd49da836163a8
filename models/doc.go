// Package models holds the records of lineman, their vocabulary (the NANOG
// BCOP for maintenance notices) and the pure rules on them: Fold, identity,
// Match, Phase, Validate. It does no I/O, reads no clock and imports nothing
// of ours.
//
// Every time.Time in this package is in UTC; every ID is a UUID as text unless
// its comment says otherwise.
package models
