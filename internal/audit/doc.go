// Package audit writes what lineman can prove of one circuit: when mailboxes
// were read and when not, every mail that names it, and what came of each; as
// text, and as a ZIP file with the mails, their hashes and an index. It reads
// no database.
package audit
