package main

import (
	"fmt"
	"net"

	"github.com/spf13/cobra"
)

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
			return a.Serve(cmd.Context(), func(addr net.Addr) {
				a.Logger.Info("ready", "url", fmt.Sprintf("http://%s", addr), "sources", len(a.Config.Sources))
			})
		},
	}
}
