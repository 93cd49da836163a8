package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"lineman/internal/app"
	"lineman/models"
)

func (c *call) token() *cobra.Command {
	return group("token", "API tokens", c.tokenCreate(), c.tokenList(), c.tokenRevoke())
}

func (c *call) tokenCreate() *cobra.Command {
	var n app.NewToken
	var role, expires string
	cmd := &cobra.Command{
		Use:   "create --name NAME --role calendar|viewer|operator|admin",
		Short: "Print a new API token, alone, on standard output",
		Long: "Prints a new API token, alone, on standard output; it is kept nowhere. Without --tenant, --site, --provider, --tag and " +
			"--circuit it sees everything, else what touches any of them. A user's token (--user) sees what the user sees as well, stops with " +
			"the user, and has values that the user's scope has. A token with the role calendar opens calendar feeds " +
			"(/calendar/TOKEN.ics) and nothing else.",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			n.Role = models.Role(role)
			if expires != "" {
				var err error
				if n.Expires, err = parseSpan("--expires", expires); err != nil {
					return err
				}
			}
			return c.withApp(cmd, func(a *app.App) error {
				secret, err := a.CreateToken(cmd.Context(), n)
				if err != nil {
					return err
				}
				fmt.Fprintln(cmd.OutOrStdout(), secret)
				return nil
			})
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&n.Name, "name", "", "what the token is for")
	flags.StringVar(&role, "role", string(models.RoleViewer), "calendar, viewer, operator or admin")
	flags.StringVar(&expires, "expires", "", "end its validity after this time, for example 90d or 12h")
	flags.StringVar(&n.User, "user", "", "make it this user's: named USER/NAME, and never with more than the user may do and see")
	scopeFlags(flags, &n.Scope)
	return cmd
}

// scopeFlags are the flags that narrow what somebody sees.
func scopeFlags(flags *pflag.FlagSet, s *models.Scope) {
	flags.StringArrayVar(&s.Tenants, "tenant", nil, "show what belongs to this tenant (repeatable)")
	flags.StringArrayVar(&s.Sites, "site", nil, "show what ends at this site (repeatable)")
	flags.StringArrayVar(&s.Providers, "provider", nil, "show everything of this provider, by slug (repeatable)")
	flags.StringArrayVar(&s.Tags, "tag", nil, "show what has this tag (repeatable)")
	flags.StringArrayVar(&s.Circuits, "circuit", nil, "show this circuit, by CID or PROVIDER:CID (repeatable)")
}

func (c *call) tokenList() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the tokens; their secrets are kept nowhere",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.withApp(cmd, func(a *app.App) error {
				tokens, err := a.Tokens(cmd.Context())
				if err != nil {
					return err
				}
				var rows [][]string
				for _, t := range tokens {
					rows = append(rows, []string{t.Name, string(t.Role), day(t.CreatedAt), day(t.LastUsed), day(t.ExpiresAt), day(t.RevokedAt), sees(t.Scope)})
				}
				return printTable(cmd.OutOrStdout(), []string{"NAME", "ROLE", "CREATED", "LAST USED", "EXPIRES", "REVOKED", "SEES"}, rows)
			})
		},
	}
}

// sees is a scope in words.
func sees(s models.Scope) string {
	if s.All {
		return "everything"
	}
	var parts []string
	for _, p := range []struct {
		what   string
		values []string
	}{{"tenant", s.Tenants}, {"site", s.Sites}, {"provider", s.Providers}, {"tag", s.Tags}, {"circuit", s.Circuits}} {
		for _, v := range p.values {
			parts = append(parts, p.what+" "+v)
		}
	}
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, ", ")
}

func (c *call) tokenRevoke() *cobra.Command {
	return &cobra.Command{
		Use:   "revoke NAME",
		Short: "End the validity of a token",
		Args:  exactly("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withApp(cmd, func(a *app.App) error { return a.RevokeToken(cmd.Context(), args[0]) })
		},
	}
}

func day(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format(time.DateTime)
}
