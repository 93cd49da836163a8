package main

import (
	"log/slog"
	"os"

	"github.com/spf13/cobra"

	"lineman/internal/app"
	"lineman/internal/config"
)

func (c *call) demo() *cobra.Command {
	var d app.DemoOptions
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "See the whole product on sample mail, with nothing to configure",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			d.In, d.Out = cmd.InOrStdin(), cmd.OutOrStdout()
			d.Interactive, d.Width = terminal()
			quiet := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
			return app.Demo(cmd.Context(), app.Options{Config: config.Defaults(), Logger: quiet, Version: versionText()}, d)
		},
	}
	cmd.Flags().StringVar(&d.HTTP, "http", "127.0.0.1:8080", "`ADDRESS` to serve on; the next free port is taken when it is in use")
	cmd.Flags().BoolVar(&d.Once, "once", false, "print the summary and the maintenances, then exit")
	return cmd
}
