package main

import (
	"os"

	"github.com/spf13/cobra"

	"lineman/internal/app"
	"lineman/models"
)

func (c *call) audit() *cobra.Command {
	var o app.AuditOptions
	var export string
	cmd := &cobra.Command{
		Use:   "audit --circuit CID --from DAY [--to DAY]",
		Short: "Prove what is known of a circuit: gaps in reading, mails that name it, what came of them",
		Long: "Lists when mailboxes were not read, every mail that names the circuit or one of its aliases, what became\n" +
			"of it, what it changed, and who acknowledged. With --export the mails, their SHA-256 hashes and an index\n" +
			"go into a ZIP file; sha256sum -c SHA256SUMS checks what was unpacked.",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.withApp(cmd, func(a *app.App) error {
				d, err := a.Audit(cmd.Context(), o)
				if err != nil {
					return err
				}
				if err := d.WriteText(cmd.OutOrStdout()); err != nil {
					return err
				}
				if export == "" {
					return nil
				}
				f, err := os.Create(export + ".part")
				if err != nil {
					return models.Invalid("--export", "%v; name a file that can be written", err)
				}
				files := reports{reportZip: f}
				defer files.discard()
				if err := a.WriteAudit(cmd.Context(), d, f); err != nil {
					return err
				}
				return files.done(cmd.OutOrStdout(), reportZip)
			})
		},
	}
	cmd.Flags().StringVar(&o.Circuit, "circuit", "", "the circuit's `CID`, or an alias of it")
	cmd.Flags().StringVar(&o.Provider, "provider", "", "the `SLUG` of its provider, where several have such a circuit")
	cmd.Flags().StringVar(&o.From, "from", "", "the first `DAY`, in the zone of display.time_zone, or an instant of RFC 3339")
	cmd.Flags().StringVar(&o.To, "to", "", "the last `DAY`, likewise (else now)")
	cmd.Flags().StringVar(&export, "export", "", "write the mails with hashes and an index to this ZIP `FILE`")
	return cmd
}

// reportZip is the name under which the ZIP file is among the reports.
const reportZip = "zip"
