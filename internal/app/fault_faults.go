//go:build faults

package app

import (
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
)

// fault kills this process at the step that FAULT_AT names, when it is
// reached for the nth time: "kept:3".
func fault() func(string) {
	at, times, _ := strings.Cut(os.Getenv("FAULT_AT"), ":")
	n, err := strconv.Atoi(times)
	if at == "" || err != nil {
		return nil
	}
	var seen atomic.Int64
	return func(step string) {
		if step == at && seen.Add(1) == int64(n) {
			syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {} // until it is delivered
		}
	}
}
