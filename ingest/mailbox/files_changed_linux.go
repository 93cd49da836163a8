package mailbox

import (
	"io/fs"
	"syscall"
)

// fileChanged gives the time at which a file was last written, renamed or
// linked. Unlike the time of modification nobody can set it back, so a message
// that is moved into a folder counts as new there, however old it is.
func fileChanged(info fs.FileInfo) int64 {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return st.Ctim.Nano()
	}
	return info.ModTime().UnixNano()
}
