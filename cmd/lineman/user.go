package main

import (
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"lineman/internal/app"
	"lineman/models"
)

func (c *call) user() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "user",
		Short: "People: their roles, what they see, their passwords",
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(
		c.userCreate(), c.userList(), c.userSet(), c.userPassword(), c.userDisable(true), c.userDisable(false), c.userDelete(),
		c.userLink(), c.userUnlink(), c.userLinks(),
	)
	return cmd
}

func (c *call) userCreate() *cobra.Command {
	var n app.NewUser
	var role, expires, passwordFrom string
	cmd := &cobra.Command{
		Use:   "create NAME --role viewer|operator|admin",
		Short: "Make a user",
		Long: "Makes a user, without a password unless --password-from says where one is read. Without --tenant, --site, --provider, " +
			"--tag and --circuit a user sees everything, else what touches any of them.",
		Args: exactly("NAME"),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			n.Name, n.Role = args[0], models.Role(role)
			if expires != "" {
				if n.Expires, err = parseSpan("--expires", expires); err != nil {
					return err
				}
			}
			if passwordFrom != "" {
				if n.Password, err = readPassword(cmd, passwordFrom); err != nil {
					return err
				}
			}
			return c.withApp(cmd, func(a *app.App) error { return a.CreateUser(cmd.Context(), n) })
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&role, "role", string(models.RoleViewer), "viewer, operator or admin")
	flags.StringVar(&expires, "expires", "", "let the user do nothing after this time, for example 90d or 12h")
	flags.StringVar(&passwordFrom, "password-from", "", "read a password from the first line of this `FILE`; - is standard input")
	scopeFlags(flags, &n.Scope)
	return cmd
}

func (c *call) userList() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the users",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.withApp(cmd, func(a *app.App) error {
				users, err := a.Users(cmd.Context())
				if err != nil {
					return err
				}
				w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
				fmt.Fprintln(w, "NAME\tROLE\tPASSWORD\tCREATED\tLAST SEEN\tEXPIRES\tDISABLED\tSEES")
				for _, u := range users {
					password := "-"
					if u.Password != "" {
						password = "set"
					}
					fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n",
						u.Name, u.Role, password, day(u.CreatedAt), day(u.LastSeen), day(u.ExpiresAt), day(u.DisabledAt), sees(u.Scope))
				}
				return w.Flush()
			})
		},
	}
}

func (c *call) userSet() *cobra.Command {
	var scope models.Scope
	var role, expires string
	cmd := &cobra.Command{
		Use:   "set NAME [--role ROLE] [--expires TIME|never] [--tenant T … | --everything]",
		Short: "Change a user's role, expiry or scope",
		Long:  "Changes what is named and leaves the rest. Scope flags take the place of the whole scope. The user's tokens follow at once.",
		Args:  exactly("NAME"),
	}
	flags := cmd.Flags()
	flags.StringVar(&role, "role", "", "viewer, operator or admin")
	flags.StringVar(&expires, "expires", "", "let the user do nothing after this time, for example 90d; or never")
	everything := flags.Bool("everything", false, "let the user see everything")
	scopeFlags(flags, &scope)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		var change app.ChangedUser
		switch {
		case *everything && !scope.Empty():
			return models.Invalid("--everything", "it does not go together with a narrower scope; leave one out")
		case *everything:
			change.Scope = &models.ScopeAll
		case !scope.Empty():
			change.Scope = &scope
		}
		if flags.Changed("role") {
			wanted := models.Role(role)
			change.Role = &wanted
		}
		if flags.Changed("expires") {
			var span time.Duration
			if expires != "never" {
				var err error
				if span, err = parseSpan("--expires", expires); err != nil {
					return err
				}
			}
			change.Expires = &span
		}
		if change == (app.ChangedUser{}) {
			return models.Invalid(cmd.CommandPath(), "nothing to change is named; see %s --help", cmd.CommandPath())
		}
		return c.withApp(cmd, func(a *app.App) error { return a.ChangeUser(cmd.Context(), args[0], change) })
	}
	return cmd
}

func (c *call) userPassword() *cobra.Command {
	var from string
	cmd := &cobra.Command{
		Use:   "password NAME",
		Short: "Set a user's password",
		Long: "Asks for the new password on a terminal, twice; otherwise reads it from the first line of standard input, or of a file. " +
			"The user's tokens stay as they are.",
		Args: exactly("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			password, err := readPassword(cmd, from)
			if err != nil {
				return err
			}
			return c.withApp(cmd, func(a *app.App) error {
				return a.ChangeUser(cmd.Context(), args[0], app.ChangedUser{Password: &password})
			})
		},
	}
	cmd.Flags().StringVar(&from, "from", "-", "read it from the first line of this `FILE`; - is standard input")
	return cmd
}

// userDisable is disable, and enable, which takes it back.
func (c *call) userDisable(disabled bool) *cobra.Command {
	use, short := "disable NAME", "Let a user do nothing; the user's tokens open nothing meanwhile"
	if !disabled {
		use, short = "enable NAME", "Let a disabled user go on"
	}
	return &cobra.Command{
		Use:   use,
		Short: short,
		Args:  exactly("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withApp(cmd, func(a *app.App) error {
				return a.ChangeUser(cmd.Context(), args[0], app.ChangedUser{Disabled: &disabled})
			})
		},
	}
}

func (c *call) userDelete() *cobra.Command {
	return &cobra.Command{
		Use:   "delete NAME",
		Short: "Delete a user and revoke the user's tokens",
		Args:  exactly("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withApp(cmd, func(a *app.App) error { return a.DeleteUser(cmd.Context(), args[0]) })
		},
	}
}
