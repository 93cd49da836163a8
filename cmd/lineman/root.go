package main

import (
	"io"
	"log/slog"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"lineman/internal/app"
	"lineman/internal/config"
	"lineman/models"
)

// call is what every command shares.
type call struct {
	configFile string
}

func newRoot() *cobra.Command {
	c := &call{}
	root := &cobra.Command{
		Use:           "lineman",
		Short:         "Circuit maintenances, from the provider's mail to an answer",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          noArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.PersistentFlags().StringVar(&c.configFile, "config", "", "configuration `FILE` (else $LINEMAN_CONFIG, ./lineman.yaml, /etc/lineman/lineman.yaml)")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return models.Invalid(cmd.CommandPath(), "%v; see %s --help", err, cmd.CommandPath())
	})
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(
		c.demo(), c.serve(), c.ingest(), c.parse(), c.lint(), c.chat(),
		c.inventory("providers"), c.inventory("circuits"), c.inventory("sites"), c.inventory("aliases"), c.inventory("redundancy"),
		c.inventories(),
		c.sources(), c.mail(), c.review(), c.reparse(), c.maintenance(), c.hold(), c.retention(), c.evaluate(), c.audit(),
		c.announcements(), c.notify(), c.propose(),
		c.token(), c.user(), c.grant(), c.chatLog(), c.migrate(), c.doctor(), c.version(),
	)
	return root
}

// group is a command that only has commands below it.
func group(name, short string, below ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{
		Use:   name,
		Short: short,
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(below...)
	return cmd
}

// noArgs refuses words that a command does not take.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return models.Invalid(cmd.CommandPath(), "%q is unknown here; see %s --help", args[0], cmd.CommandPath())
}

// exactly takes n words, named for the error.
func exactly(names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == len(names) {
			return nil
		}
		return models.Invalid(cmd.CommandPath(), "takes %s, got %d words; see %s --help", strings.Join(names, " "), len(args), cmd.CommandPath())
	}
}

// options reads the configuration.
func (c *call) options() (app.Options, error) {
	cfg, err := config.Load(config.Options{Path: c.configFile})
	if err != nil {
		return app.Options{}, err
	}
	return app.Options{Config: cfg, Logger: logger(cfg.Log, os.Stderr), Version: versionText()}, nil
}

// open opens lineman on the configured database; the caller closes it.
func (c *call) open(cmd *cobra.Command) (*app.App, error) {
	o, err := c.options()
	if err != nil {
		return nil, err
	}
	return app.Open(cmd.Context(), o)
}

// withApp runs f on the configured database.
func (c *call) withApp(cmd *cobra.Command, f func(*app.App) error) error {
	a, err := c.open(cmd)
	if err != nil {
		return err
	}
	defer a.Close()
	return f(a)
}

func logger(c config.Log, w io.Writer) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.Level)); err != nil {
		level = slog.LevelInfo
	}
	options := &slog.HandlerOptions{Level: level}
	if c.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}
