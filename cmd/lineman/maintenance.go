package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"lineman/internal/app"
	"lineman/models"
)

func (c *call) maintenance() *cobra.Command {
	return group("maintenance", "Act on a maintenance without a mail: a phone call, a portal, work of your own",
		c.maintenanceShow(), c.maintenanceCreate(), c.maintenanceSet(),
		c.maintenanceDo("ack NAME", "Acknowledge it as it stands", func(*models.Write, []string) {}, models.EditAcknowledge),
		c.maintenanceDo("unack NAME", "Take the acknowledgement back", func(w *models.Write, _ []string) { w.Acts[0].Value = models.EditWithdraw }, models.EditAcknowledge),
		c.maintenanceDo("note NAME TEXT", "Write a note on it", func(w *models.Write, args []string) {
			w.Acts, w.Notes = nil, []models.NoteWrite{{Comment: args[0]}}
		}, "", "TEXT"),
		c.maintenanceDo("delete NAME", "Delete it; creating it again brings it back", func(*models.Write, []string) {}, models.EditDelete),
	)
}

func (c *call) maintenanceShow() *cobra.Command {
	return &cobra.Command{
		Use:   "show NAME",
		Short: "Show one maintenance",
		Args:  exactly("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withApp(cmd, func(a *app.App) error {
				m, err := a.Maintenance(cmd.Context(), args[0])
				if err != nil {
					return err
				}
				return printMaintenance(cmd.OutOrStdout(), m)
			})
		},
	}
}

// shownChanges is how many of the newest changes show prints.
const shownChanges = 10

func printMaintenance(out io.Writer, m models.MaintenanceDetail) error {
	fmt.Fprintf(out, "%s  %s  %s\nprovider %s, revision %d, acknowledged %t\n", m.Name, m.Status, m.Summary, m.ProviderSlug, m.Revision, m.Acknowledged())
	for _, c := range m.Conflicts {
		fmt.Fprintf(out, "CONFLICT: %s was set to %q, a later notice says %q\n", c.Field, c.Set, c.Notice)
	}
	if m.Trust != "" {
		fmt.Fprintf(out, "sender %s\n", m.Trust)
	}
	for _, p := range m.Pending {
		fmt.Fprintf(out, "PENDING: %s; its sender is %s: %s; lineman review accept %s, or reject\n", p.Text(), p.Trust, p.Reason, p.RawID)
	}
	var rows [][]string
	for _, w := range m.Windows {
		rows = append(rows, []string{fmt.Sprint(w.Ordinal), string(w.Kind), string(w.Status), clockText(w.Start), clockText(w.End)})
	}
	if err := section(out, []string{"WINDOW", "KIND", "STATUS", "START (UTC)", "END (UTC)"}, rows); err != nil {
		return err
	}
	rows = nil
	cids := map[string]string{}
	for _, k := range m.Circuits {
		is := "-"
		if k.Circuit != nil {
			is = k.Circuit.CID
			cids[k.Circuit.ID] = is
		}
		by := ""
		if k.Manual {
			by = "by a person"
		}
		rows = append(rows, []string{k.CID, string(k.Impact), is, by})
	}
	if err := section(out, []string{"CIRCUIT", "IMPACT", "IS", ""}, rows); err != nil {
		return err
	}
	rows = nil
	for _, x := range m.Changes[:min(len(m.Changes), shownChanges)] {
		by := x.Author
		if by == "" {
			by = string(x.Cause)
		}
		if strings.HasSuffix(x.Field, ".link") {
			x.Old, x.New = cmp.Or(cids[x.Old], x.Old), cmp.Or(cids[x.New], x.New)
		}
		rows = append(rows, []string{clockText(x.At), by, x.Field, orDash(x.Old), orDash(x.New)})
	}
	if err := section(out, []string{"AT (UTC)", "BY", "CHANGED", "FROM", "TO"}, rows); err != nil {
		return err
	}
	if older := len(m.Changes) - shownChanges; older > 0 {
		fmt.Fprintf(out, "and %d older changes; maintenance history %s in chat has them all\n", older, m.Name)
	}
	return nil
}

func (c *call) maintenanceCreate() *cobra.Command {
	var f recordFlags
	var by byPerson
	var provider, account string
	cmd := &cobra.Command{
		Use:   "create ID",
		Short: "Create a maintenance that no mail told of; mail with this ID joins it",
		Args:  exactly("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			w := models.Write{Reason: by.reason, Create: &models.Creation{Provider: provider, ID: args[0], Account: account, Summary: f.summary}}
			var err error
			if w.Create.Windows, err = f.windowsOf(); err != nil {
				return err
			}
			circuits, err := f.circuitsOf()
			if err != nil {
				return err
			}
			if len(w.Create.Windows) == 0 {
				return models.Invalid("--start", "a maintenance needs a window: give --start and --end, or --window")
			}
			for i := range w.Create.Windows {
				w.Create.Windows[i].Circuits = circuits
			}
			if s := f.statusOf(); s != "" && s != models.StatusTentative {
				w.Acts = append(w.Acts, models.SetStatus(s))
			}
			return c.edit(cmd, by, w, nil)
		},
	}
	by.flags(cmd, "revision", "revision")
	f.flags(cmd)
	cmd.Flags().StringVar(&provider, "provider", "", "`PROVIDER` whose work it is; work of your own where it is left out")
	cmd.Flags().StringVar(&account, "account", "", "the account, where the provider's ids are unique only within one")
	return cmd
}

func (c *call) maintenanceSet() *cobra.Command {
	var f recordFlags
	var by byPerson
	var links, unlinks []string
	cmd := &cobra.Command{
		Use:   "set NAME",
		Short: "Set status, windows, summary, impacts or circuits; what is set holds until a later notice changes it",
		Args:  exactly("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			w := models.Write{Maintenance: args[0], Reason: by.reason, Expected: by.expected}
			if err := f.acts(&w); err != nil {
				return err
			}
			for _, cid := range unlinks {
				w.Acts = append(w.Acts, models.Edit{Kind: models.EditUnlink, CID: cid})
			}
			if len(w.Acts)+len(links) == 0 {
				return models.Invalid("maintenance set", "nothing would change; give --status, --window, --summary, --circuit, --link or --unlink")
			}
			return c.edit(cmd, by, w, links)
		},
	}
	by.flags(cmd, "revision", "revision")
	f.flags(cmd)
	cmd.Flags().Lookup("circuit").Usage = "the impact on a listed circuit as CID=IMPACT; may be repeated"
	cmd.Flags().StringArrayVar(&links, "link", nil, "the circuit of the inventory that a listed one is, as CID=CIRCUIT, or CIRCUIT to add one; may be repeated")
	cmd.Flags().StringArrayVar(&unlinks, "unlink", nil, "a listed circuit that is none of the inventory's; may be repeated")
	return cmd
}

// acts adds what the flags set.
func (f recordFlags) acts(w *models.Write) error {
	windows, err := f.windowsOf()
	if err != nil {
		return err
	}
	if len(windows) > 0 {
		w.Acts = append(w.Acts, models.SetWindows(windows))
	}
	if f.summary != "" {
		w.Acts = append(w.Acts, models.SetSummary(f.summary))
	}
	if s := f.statusOf(); s != "" {
		w.Acts = append(w.Acts, models.SetStatus(s))
	}
	circuits, err := f.circuitsOf()
	for _, k := range circuits {
		w.Acts = append(w.Acts, models.Edit{Kind: models.EditImpact, CID: k.CID, Impact: k.Impact})
	}
	return err
}

// maintenanceDo makes a command that does one thing to a maintenance.
func (c *call) maintenanceDo(use, short string, prepare func(*models.Write, []string), kind models.EditKind, names ...string) *cobra.Command {
	var by byPerson
	cmd := &cobra.Command{
		Use:   use,
		Short: short,
		Args:  exactly(append([]string{"NAME"}, names...)...),
		RunE: func(cmd *cobra.Command, args []string) error {
			w := models.Write{Maintenance: args[0], Reason: by.reason, Expected: by.expected, Acts: []models.Edit{{Kind: kind}}}
			prepare(&w, args[1:])
			return c.edit(cmd, by, w, nil)
		},
	}
	by.flags(cmd, "revision", "revision")
	return cmd
}

// edit does a write, with links of circuits as they are written in flags, and
// shows what the record is then.
func (c *call) edit(cmd *cobra.Command, by byPerson, w models.Write, links []string) error {
	return c.withApp(cmd, func(a *app.App) error {
		if err := addLinks(cmd.Context(), a, &w, links); err != nil {
			return err
		}
		done, err := a.EditMaintenance(cmd.Context(), app.Person(by.author), w)
		if err != nil {
			return plainly(err)
		}
		out := cmd.OutOrStdout()
		fmt.Fprintf(out, "%s: %d changes, revision %d\n\n", done.Name, done.Changes, done.Revision)
		m, err := a.Maintenance(cmd.Context(), done.MaintenanceID)
		if err != nil { // it was deleted, by this very write
			return nil //nolint:nilerr // there is nothing to show
		}
		return printMaintenance(out, m)
	})
}

// plainly says what is wrong without the place of the only write.
func plainly(err error) error {
	if w := new(models.WriteError); errors.As(err, &w) {
		return w.Err
	}
	return err
}

func addLinks(ctx context.Context, a *app.App, w *models.Write, links []string) error {
	for _, text := range links {
		cid, circuit := strings.TrimSpace(text), strings.TrimSpace(text)
		if i := strings.LastIndex(text, "="); i > 0 {
			cid, circuit = strings.TrimSpace(text[:i]), strings.TrimSpace(text[i+1:])
		}
		m, err := a.Maintenance(ctx, w.Maintenance)
		if err != nil {
			return err
		}
		id, err := a.CircuitID(ctx, m.ProviderSlug, circuit)
		if err != nil {
			return err
		}
		w.Acts = append(w.Acts, models.Edit{Kind: models.EditLink, CID: cid, CircuitID: id})
	}
	return nil
}
