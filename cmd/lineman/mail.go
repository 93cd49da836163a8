package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"lineman/internal/app"
	"lineman/models"
)

func (c *call) mail() *cobra.Command {
	return group("mail", "The mails that were kept, with state, sender and provider", c.mailList(), c.mailShow())
}

func (c *call) mailList() *cobra.Command {
	var f models.MailFilter
	var states []string
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List mails, newest first; --state unknown-provider shows those that matched nobody",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			for _, s := range states {
				f.States = append(f.States, models.MailState(s))
			}
			if f.Page.Limit < 1 || f.Page.Limit > 1000 {
				return models.Invalid("--limit", "%d is not between 1 and 1000", f.Page.Limit)
			}
			return c.withApp(cmd, func(a *app.App) error {
				all, total, err := a.Mails(cmd.Context(), f)
				if err != nil {
					return err
				}
				return printMails(cmd.OutOrStdout(), all, total)
			})
		},
	}
	cmd.Flags().StringSliceVar(&states, "state", nil, "only in this `STATE`; several with commas")
	cmd.Flags().StringSliceVar(&f.Sources, "source", nil, "only of the source of this `NAME`")
	cmd.Flags().StringSliceVar(&f.Providers, "provider", nil, "only of the provider with this `SLUG`")
	cmd.Flags().StringVar(&f.Sender, "sender", "", "only from an address with this `PART`")
	cmd.Flags().IntVar(&f.Page.Limit, "limit", 50, "how many")
	return cmd
}

func printMails(out io.Writer, all []models.MailItem, total int) error {
	var rows [][]string
	for _, m := range all {
		rows = append(rows, []string{m.ID, m.Received.Format("2006-01-02 15:04"), string(m.State), orDash(m.Provider), orDash(m.Sender), cut(m.Subject, 60)})
	}
	if err := printTable(out, []string{"ID", "RECEIVED", "STATE", "PROVIDER", "SENDER", "SUBJECT"}, rows); err != nil {
		return err
	}
	if len(all) < total {
		fmt.Fprintf(out, "%d of %d\n", len(all), total)
	}
	return nil
}

func (c *call) mailShow() *cobra.Command {
	var raw bool
	cmd := &cobra.Command{
		Use:   "show ID",
		Short: "Show one mail: whose it is and why, where it was seen, what became of it",
		Args:  exactly("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withApp(cmd, func(a *app.App) error {
				if raw {
					bytes, err := a.RawMail(cmd.Context(), args[0])
					if err != nil {
						return err
					}
					_, err = cmd.OutOrStdout().Write(bytes)
					return err
				}
				d, matched, err := a.Mail(cmd.Context(), args[0])
				if err != nil {
					return err
				}
				return printMail(cmd.OutOrStdout(), d, matched)
			})
		},
	}
	cmd.Flags().BoolVar(&raw, "raw", false, "write the mail itself, as it was fetched")
	return cmd
}

func printMail(out io.Writer, d models.MailDetail, matched string) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(w, "%s\t%s\n", name, value)
		}
	}
	line("subject", d.Subject)
	line("received", d.Received.Format("2006-01-02 15:04:05 UTC"))
	line("sender", d.Sender)
	switch {
	case d.Provider != "" && matched != "":
		line("provider", d.Provider+" (by its address "+matched+")")
	default:
		line("provider", orDash(d.Provider))
	}
	line("state", string(d.State))
	line("because", d.Error)
	line("labels", strings.Join(models.Labels(d.State, d.Flags), ", "))
	line("maintenances", strings.Join(d.Maintenances, ", "))
	line("message-id", d.MessageID)
	line("sha-256", d.SHA256)
	line("size", fmt.Sprintf("%d bytes", d.Size))
	if d.Deleted {
		line("bytes", "removed by retention")
	}
	for _, m := range d.Messages {
		at := m.Ref.RemoteID
		if at == "" {
			at = fmt.Sprintf("UID %d", m.Ref.UID)
		}
		line("seen in", strings.TrimSpace(fmt.Sprintf("%s, %s, %s", m.Source, m.Ref.Folder, at)))
		line("label error", m.LabelError)
	}
	return w.Flush()
}

// cut shortens a text to n characters.
func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}
