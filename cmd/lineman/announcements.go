package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lineman/internal/app"
	"lineman/models"
)

func (c *call) announcements() *cobra.Command {
	return group("announcements", "What was told to whom, and why not", c.announcementsList(), c.announcementsShow(), c.announcementsResend())
}

func (c *call) announcementsList() *cobra.Command {
	var state, kind, destination string
	var limit int
	cmd := &cobra.Command{
		Use:   "list [--state STATE] [--kind KIND] [--destination NAME]",
		Short: "List announcements with where they went, newest first",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			f := models.AnnouncementFilter{Page: models.Page{Limit: limit}}
			if limit < 1 || limit > 1000 {
				return models.Invalid("--limit", "%d is out of range; use 1 to 1000", limit)
			}
			if state != "" {
				if f.States = []models.DeliveryState{models.DeliveryState(state)}; !slices.Contains(models.DeliveryStates, f.States[0]) {
					return models.Invalid("--state", "%q is no state; use one of %s", state, words(models.DeliveryStates))
				}
			}
			if kind != "" {
				if f.Kinds = []models.EventKind{models.EventKind(kind)}; !slices.Contains(models.EventKinds, f.Kinds[0]) {
					return models.Invalid("--kind", "%q is no kind of event; use one of %s", kind, words(models.EventKinds))
				}
			}
			if destination != "" {
				f.Destinations = []string{destination}
			}
			return c.withApp(cmd, func(a *app.App) error {
				all, err := a.Announcements(cmd.Context(), f)
				if err != nil {
					return err
				}
				var rows [][]string
				for _, v := range all {
					rows = append(rows, []string{v.ID, clockText(v.At), string(v.Kind), v.Name, went(v)})
				}
				return printTable(cmd.OutOrStdout(), []string{"ID", "AT (UTC)", "WHAT", "NAME", "WENT"}, rows)
			})
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&state, "state", "", "only those with a delivery in this state: "+words(models.DeliveryStates))
	flags.StringVar(&kind, "kind", "", "only of this kind, for example new or reminder")
	flags.StringVar(&destination, "destination", "", "only those that went, or were to go, to this destination")
	flags.IntVar(&limit, "limit", 50, "rows at most")
	return cmd
}

func words[T ~string](list []T) string {
	all := make([]string, len(list))
	for i, v := range list {
		all[i] = string(v)
	}
	return strings.Join(all, ", ")
}

func clockText(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format("2006-01-02 15:04:05")
}

// went says in a few words where an announcement is.
func went(a models.Announcement) string {
	if len(a.Deliveries) == 0 {
		if a.Routed.IsZero() {
			return "not routed yet"
		}
		return "nowhere: no rule asks for it"
	}
	var parts []string
	for _, d := range a.Deliveries {
		parts = append(parts, d.Destination+" "+string(d.State))
	}
	return strings.Join(parts, ", ")
}

func (c *call) announcementsShow() *cobra.Command {
	return &cobra.Command{
		Use:   "show ID",
		Short: "Show when, to whom and through what an announcement went, how often it was tried, and why not",
		Args:  exactly("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withApp(cmd, func(a *app.App) error {
				v, answers, err := a.Announcement(cmd.Context(), args[0])
				if err != nil {
					return err
				}
				out := cmd.OutOrStdout()
				fmt.Fprintf(out, "%s %s at %s UTC, cause %s\n\n", v.Kind, v.Name, clockText(v.At), v.Cause)
				var rows [][]string
				for _, d := range v.Deliveries {
					rows = append(rows, []string{d.RuleName, d.Destination, string(d.State), fmt.Sprint(d.Attempts), clockText(d.SentAt), clockText(d.NextAt), orDash(d.Reason)})
				}
				if err := printTable(out, []string{"RULE", "DESTINATION", "STATE", "TRIED", "SENT", "NEXT", "WHY"}, rows); err != nil {
					return err
				}
				rows = nil
				for _, r := range answers {
					if !r.Told {
						rows = append(rows, []string{r.Rule, r.Why})
					}
				}
				if len(rows) == 0 {
					return nil
				}
				fmt.Fprintln(out)
				return printTable(out, []string{"NOT BY RULE", "WHY, AS THINGS ARE NOW"}, rows)
			})
		},
	}
}

func (c *call) announcementsResend() *cobra.Command {
	var destination string
	cmd := &cobra.Command{
		Use:   "resend ID [--destination NAME]",
		Short: "Have the service send an announcement again, where it was not sent or to one destination",
		Args:  exactly("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withApp(cmd, func(a *app.App) error {
				n, err := a.Resend(cmd.Context(), args[0], destination)
				if err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%d deliveries wait for the service\n", n)
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&destination, "destination", "", "send it there, also if it was sent")
	return cmd
}

func (c *call) notify() *cobra.Command {
	test := &cobra.Command{
		Use:   "test DESTINATION",
		Short: "Send a destination a test message, now and from here",
		Args:  exactly("DESTINATION"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withApp(cmd, func(a *app.App) error {
				receipt, err := a.TestDestination(cmd.Context(), args[0])
				if err != nil {
					return fmt.Errorf("%s did not take the test: %w", args[0], err)
				}
				note := ""
				if receipt.Note != "" {
					note = ": " + receipt.Note
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s took the test%s\n", args[0], note)
				return nil
			})
		},
	}
	status := &cobra.Command{
		Use:   "status",
		Short: "Tell how deliveries to each destination go",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.withApp(cmd, func(a *app.App) error {
				all, err := a.Destinations(cmd.Context())
				if err != nil {
					return err
				}
				var rows [][]string
				for _, h := range all {
					rows = append(rows, []string{h.Name, orDash(h.Kind), fmt.Sprint(h.Waiting), clockText(h.LastSuccess), fmt.Sprint(h.Failures), clockText(h.OpenUntil), orDash(h.LastError)})
				}
				return printTable(cmd.OutOrStdout(), []string{"DESTINATION", "KIND", "WAITING", "LAST SUCCESS", "FAILURES", "LEFT ALONE UNTIL", "LAST ERROR"}, rows)
			})
		},
	}
	return group("notify", "The destinations of announcements", test, status, c.notifySilences())
}
