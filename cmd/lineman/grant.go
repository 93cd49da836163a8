package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"lineman/internal/app"
	"lineman/models"
)

func (c *call) grant() *cobra.Command {
	return group("grant", "Who may give which commands in chat; without a grant, nobody",
		c.grantAdd(), c.grantList(), c.grantShow(), c.grantDelete(), c.grantImport(), c.grantExport(), c.grantExplain(), c.grantSeen())
}

// grantFlags are the flags that a grant is made of.
type grantFlags struct {
	g                                  models.Grant
	kind, class, effect, place, expiry string
	lookup                             string
}

func (f *grantFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&f.kind, "kind", "", "organization, channel, user or rule; left out with --effect: rule")
	flags.StringVar(&f.g.Command, "command", "", "command, or a pattern of commands such as get-*; * is every one")
	flags.StringVar(&f.g.Subcommand, "subcommand", models.Any, "subcommand, or a pattern")
	flags.StringVar(&f.g.Value, "value", "", "id on the chat platform, as whoami or `lineman grant seen` show it; * is any")
	flags.StringVar(&f.lookup, "lookup", "", "find the id by this `NAME` where the platform can")
	flags.StringVar(&f.g.Name, "name", "", "what people call it; it decides nothing")
	flags.StringVar(&f.g.Platform, "platform", "", "on this platform alone, for example slack")
	flags.StringVar(&f.class, "class", "", "read or write: only commands that do")
	flags.StringVar(&f.expiry, "expires", "", "end it after this time, for example 30d or 12h")
	flags.StringVar(&f.g.Comment, "comment", "", "why it is there")
	flags.StringVar(&f.effect, "effect", "", "of a rule: allow, deny, or only (those whom it names, and nobody else)")
	flags.IntVar(&f.g.Order, "order", 0, "of a rule: those of a smaller `N` are asked first, of the same deny before only before allow")
	flags.StringVar(&f.g.Text, "text", "", "of a rule: a `PATTERN` of the whole command line, for example \"circuit list provider=*\"")
	flags.StringArrayVar(&f.g.Unless, "unless", nil, "of a rule: not for command lines of this `PATTERN` (repeatable)")
	flags.StringVar(&f.place, "place", "", "of a rule: direct (messages) or channel")
	flags.StringArrayVar(&f.g.Organizations, "organization", nil, "of a rule: id or pattern of an organization (repeatable)")
	flags.StringArrayVar(&f.g.Channels, "channel", nil, "of a rule: id or pattern of a channel (repeatable)")
	flags.StringArrayVar(&f.g.Users, "user", nil, "of a rule: id or pattern of a user (repeatable)")
}

// grant is what the flags say.
func (f *grantFlags) grant(now time.Time) (models.Grant, error) {
	g := f.g
	g.Kind, g.Class, g.Effect, g.Place = models.GrantKind(f.kind), models.GrantClass(f.class), models.GrantEffect(f.effect), models.GrantPlace(f.place)
	if f.kind == "" && f.effect != "" {
		g.Kind = models.GrantRule
	}
	if g.Kind == models.GrantRule && g.Effect == "" {
		g.Effect = models.GrantAllow
	}
	span, err := parseSpan("--expires", f.expiry)
	if err != nil {
		return g, err
	}
	if span > 0 {
		g.Expires = now.Add(span).UTC()
	}
	return g, nil
}

func (c *call) grantAdd() *cobra.Command {
	var f grantFlags
	cmd := &cobra.Command{
		Use:   "add --kind KIND --command COMMAND [--subcommand SUB] --value ID|--lookup NAME",
		Short: "Add a grant, and print its id",
		Long: "A command is permitted when its organization, its channel and its user are each covered by a grant. A rule (--effect) covers " +
			"all three at once and is asked first. In patterns * is anything, ? one character, [ab] one of a set.",
		Example: "  lineman grant add --kind organization --command '*' --value T202B88NN --name my-org\n" +
			"  lineman grant add --kind channel --command maintenance --platform slack --lookup noc\n" +
			"  lineman grant add --effect only --command maintenance --class write --user U2049K991 --channel C3030I566",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.withApp(cmd, func(a *app.App) error {
				g, err := f.grant(a.Now())
				if err != nil {
					return err
				}
				if g, err = a.AddGrant(cmd.Context(), g, f.lookup); err != nil {
					return err
				}
				fmt.Fprintln(cmd.OutOrStdout(), g.ID)
				fmt.Fprintln(cmd.ErrOrStderr(), g)
				return nil
			})
		},
	}
	f.add(cmd.Flags())
	return cmd
}

func (c *call) grantList() *cobra.Command {
	var kinds, platforms, commands []string
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the grants, rules first in the order in which they are asked",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			f := models.GrantFilter{Platforms: platforms, Commands: commands}
			for _, k := range kinds {
				f.Kinds = append(f.Kinds, models.GrantKind(k))
			}
			return c.withApp(cmd, func(a *app.App) error {
				all, err := a.Grants(cmd.Context(), f)
				if err != nil {
					return err
				}
				w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
				fmt.Fprintln(w, "ID\tKIND\tGRANT\tBY\tSINCE\tCOMMENT")
				for _, g := range all {
					fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", g.ID, g.Kind, g, g.Author, day(g.CreatedAt), g.Comment)
				}
				return w.Flush()
			})
		},
	}
	cmd.Flags().StringArrayVar(&kinds, "kind", nil, "only this kind (repeatable)")
	cmd.Flags().StringArrayVar(&platforms, "platform", nil, "only those for this platform (repeatable)")
	cmd.Flags().StringArrayVar(&commands, "command", nil, "only those that name this command, as they write it (repeatable)")
	return cmd
}

func (c *call) grantShow() *cobra.Command {
	return &cobra.Command{
		Use:   "show ID",
		Short: "Show all that is known of a grant",
		Args:  exactly("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withApp(cmd, func(a *app.App) error {
				g, err := a.Grant(cmd.Context(), args[0])
				if err != nil {
					return err
				}
				w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
				order := ""
				if g.Kind == models.GrantRule {
					order = fmt.Sprint(g.Order)
				}
				for _, f := range [][2]string{
					{"id", g.ID}, {"kind", string(g.Kind)}, {"platform", g.Platform}, {"command", g.Command}, {"subcommand", g.Subcommand},
					{"class", string(g.Class)}, {"value", g.Value}, {"name", g.Name}, {"effect", string(g.Effect)}, {"order", order}, {"text", g.Text},
					{"unless", strings.Join(g.Unless, " | ")}, {"place", string(g.Place)}, {"organizations", strings.Join(g.Organizations, " ")},
					{"channels", strings.Join(g.Channels, " ")}, {"users", strings.Join(g.Users, " ")}, {"expires", day(g.Expires)},
					{"comment", g.Comment}, {"by", g.Author}, {"since", day(g.CreatedAt)}, {"changed", day(g.UpdatedAt)},
				} {
					if f[1] != "" {
						fmt.Fprintf(w, "%s\t%s\n", f[0], f[1])
					}
				}
				return w.Flush()
			})
		},
	}
}

func (c *call) grantDelete() *cobra.Command {
	return &cobra.Command{
		Use:   "delete ID",
		Short: "Delete a grant",
		Args:  exactly("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withApp(cmd, func(a *app.App) error { return a.DeleteGrant(cmd.Context(), args[0]) })
		},
	}
}

func (c *call) grantImport() *cobra.Command {
	return &cobra.Command{
		Use:   "import FILE.csv",
		Short: "Import grants, all or nothing; - is standard input",
		Long: "Reads the columns Command, Sub-command, Grant type, Name and Value as other bots have them, and those that `lineman grant export` " +
			"writes besides. What is there already is changed, nothing is deleted.",
		Args: exactly("FILE.csv"),
		RunE: func(cmd *cobra.Command, args []string) error {
			in := cmd.InOrStdin()
			if args[0] != "-" {
				f, err := os.Open(args[0])
				if err != nil {
					return models.Invalid("grant import", "%v; check the name and its permissions", err)
				}
				defer f.Close()
				in = f
			}
			return c.withApp(cmd, func(a *app.App) error {
				r, err := a.ImportGrants(cmd.Context(), in)
				if err != nil {
					return inFile(args[0], err)
				}
				fmt.Fprintf(cmd.OutOrStdout(), "grants: created %d, updated %d, unchanged %d\n", r.Created, r.Updated, r.Unchanged)
				return nil
			})
		},
	}
}

func (c *call) grantExport() *cobra.Command {
	return &cobra.Command{
		Use:   "export",
		Short: "Write all grants as CSV to standard output",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.withApp(cmd, func(a *app.App) error { return a.ExportGrants(cmd.Context(), cmd.OutOrStdout()) })
		},
	}
}

func (c *call) grantExplain() *cobra.Command {
	var ask models.ChatAsk
	cmd := &cobra.Command{
		Use:     `explain --platform P --organization ID --channel ID --user ID "command line"`,
		Short:   "Tell whether a command would be permitted, and why",
		Example: `  lineman grant explain --platform slack --organization T1 --channel C1 --user U1 "maintenance list today"`,
		Args:    exactly("COMMANDLINE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			ask.Text = args[0]
			return c.withApp(cmd, func(a *app.App) error {
				e, err := a.Explain(cmd.Context(), ask)
				if err != nil {
					return err
				}
				verdict := "denied"
				if e.Allowed() {
					verdict = "permitted"
				}
				fmt.Fprintln(cmd.OutOrStdout(), verdict)
				for _, why := range e.Why() {
					fmt.Fprintln(cmd.OutOrStdout(), why)
				}
				return nil
			})
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&ask.Platform, "platform", "", "the chat platform")
	flags.StringVar(&ask.Organization, "organization", "", "id of the organization")
	flags.StringVar(&ask.Channel, "channel", "", "id of the channel")
	flags.StringVar(&ask.User, "user", "", "id of the chat user")
	flags.BoolVar(&ask.Direct, "direct", false, "in a direct message")
	return cmd
}

func (c *call) grantSeen() *cobra.Command {
	var platforms []string
	var kind, format string
	cmd := &cobra.Command{
		Use:   "seen",
		Short: "List the organizations, channels and users that wrote to lineman, with their ids",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			f := models.ChatSeenFilter{Platforms: platforms}
			if kind != "" {
				f.Kinds = []models.GrantKind{models.GrantKind(kind)}
			}
			return c.withApp(cmd, func(a *app.App) error {
				all, err := a.Seen(cmd.Context(), f)
				if err != nil {
					return err
				}
				if format == "json" {
					out := json.NewEncoder(cmd.OutOrStdout())
					for _, s := range all {
						if err := out.Encode(map[string]any{
							"platform": s.Platform, "kind": s.Kind, "id": s.Party.ID, "name": s.Party.Name, "first": s.First, "last": s.Last,
						}); err != nil {
							return err
						}
					}
					return nil
				}
				w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
				fmt.Fprintln(w, "PLATFORM\tKIND\tID\tNAME\tFIRST\tLAST")
				for _, s := range all {
					fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", s.Platform, s.Kind, app.OneLine(s.Party.ID), app.OneLine(s.Party.Name), day(s.First), day(s.Last))
				}
				return w.Flush()
			})
		},
	}
	cmd.Flags().StringArrayVar(&platforms, "platform", nil, "only of this platform (repeatable)")
	cmd.Flags().StringVar(&kind, "kind", "", "only organization, channel or user")
	cmd.Flags().StringVar(&format, "format", "table", "table or json")
	return cmd
}
