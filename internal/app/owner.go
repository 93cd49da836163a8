package app

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"

	"github.com/google/uuid"
)

// owner names this process in leases: machine, process, and a part that no
// other process with the same number has.
func owner() string {
	return fmt.Sprintf("%s/%d/%s", machine(), os.Getpid(), uuid.NewString()[:8])
}

// machine names the host and the space in which its process numbers count.
func machine() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown-host"
	}
	if space, err := os.Readlink("/proc/self/ns/pid"); err == nil {
		host += "," + space
	}
	return host
}

// dead reports whether an owner of a lease was a process of this machine that
// surely runs no more.
func dead(owner string) bool {
	rest, here := strings.CutPrefix(owner, machine()+"/")
	if !here {
		return false
	}
	number, _, _ := strings.Cut(rest, "/")
	pid, err := strconv.Atoi(number)
	if err != nil || pid <= 0 {
		return false
	}
	process, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	return errors.Is(process.Signal(syscall.Signal(0)), os.ErrProcessDone)
}
