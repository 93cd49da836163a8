package main

import (
	"fmt"
	"net"
	"runtime"

	"github.com/spf13/cobra"
)

// headroom is how much the service may throw away before its memory is swept,
// however little it keeps: answers are made of much that is short-lived, and
// sweeping took a third of the time that they cost. It is asked of the system
// and never touched, so that it takes no memory itself.
const headroom = 96 << 20 // bytes

func (c *call) serve() *cobra.Command {
	return &cobra.Command{
		Use:   "serve",
		Short: "Run the service: schedule, mailboxes, HTTP",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			a, err := c.open(cmd)
			if err != nil {
				return err
			}
			defer a.Close()
			calm := make([]byte, headroom)
			defer runtime.KeepAlive(calm)
			return a.Serve(cmd.Context(), func(addr net.Addr) {
				a.Logger.Info("ready", "url", fmt.Sprintf("http://%s", addr), "sources", len(a.Config.Sources))
			})
		},
	}
}
