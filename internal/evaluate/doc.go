// Package evaluate says what lineman would have made of a mailbox: of the
// records that a trial run left it makes a Report, as text, as one HTML page and
// as CSV files that can be imported. It reads no mailbox and no database, and
// writes nowhere but where it is told to.
package evaluate
