package command

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"lineman/chatops"
	"lineman/models"
)

// ReviewDesk is where people see to mail that waits for them.
type ReviewDesk interface {
	List(ctx context.Context, s models.Scope, f models.ReviewFilter) ([]models.ReviewItem, int, error)
	Show(ctx context.Context, s models.Scope, id string) (models.ReviewDetail, error)
	Act(ctx context.Context, by models.Principal, w models.ReviewWrite) (models.Reviewed, error)
}

// maintenanceReview lists mail that waits for a person, or shows one of it.
func maintenanceReview(o Options) chatops.Subcommand {
	return chatops.Subcommand{
		Name: "review", Summary: "lists mail that waits for a person, or shows one of it",
		Role: models.RoleOperator, Example: "maintenance review reason=failed",
		Params: []chatops.Param{
			{Name: "id", Summary: "id of one mail, to see what was read of it", Kind: chatops.KindText},
			{Name: "reason", Summary: "why it waits", Kind: chatops.KindEnum, Values: names(models.ReviewReasons), Many: true, NameOnly: true},
			{Name: "state", Summary: "what waits, what is done, or both", Kind: chatops.KindEnum, Values: names(models.ReviewListStates), NameOnly: true},
			{Name: "owner", Summary: "who took it", Kind: chatops.KindText, NameOnly: true},
			pageParam(),
		},
		Run: func(ctx context.Context, c chatops.Call) (chatops.Message, error) {
			if c.Arg("id") != "" {
				return reviewShow(ctx, o, c)
			}
			return reviewList(ctx, o, c)
		},
	}
}

func reviewList(ctx context.Context, o Options, c chatops.Call) (chatops.Message, error) {
	page := c.Int("page", 1)
	f := models.ReviewFilter{
		Reasons: given[models.ReviewReason](c.Args("reason")), State: models.ReviewState(c.Arg("state")), Owner: c.Arg("owner"),
		Page: models.Page{Limit: shown, Offset: (page - 1) * shown},
	}
	items, total, err := o.Review.List(ctx, c.Principal.Scope, f)
	if err != nil {
		return chatops.Message{}, fmt.Errorf("list what waits for review: %w", err)
	}
	if len(items) == 0 {
		return chatops.Say("No mail waits for a person."), nil
	}
	t := chatops.Table{Title: fmt.Sprintf("%d of %d; what names a known circuit is first", len(items), total), Columns: []string{"", "received", "why", "owner", "sender", "subject", "id"}}
	var buttons chatops.Actions
	for i, item := range items {
		mark := ""
		if item.Priority {
			mark = "!"
		}
		t.Rows = append(t.Rows, row{
			chatops.T("%s", mark), chatops.At(item.Received), chatops.T("%s", waitsFor(item)), chatops.T("%s", item.Owner),
			chatops.T("%s", item.Sender), chatops.T("%s", clip(item.Subject)), chatops.C(item.ID),
		})
		if i < 5 {
			buttons.Buttons = append(buttons.Buttons, chatops.Button{Label: "Show " + clip(item.Subject), Command: "maintenance review " + item.ID, Primary: i == 0})
		}
	}
	if page*shown < total {
		buttons.Buttons = append(buttons.Buttons, chatops.Button{Label: "More", Command: c.Again(map[string]string{"page": strconv.Itoa(page + 1)})})
	}
	return chatops.Message{Heading: "Mail that waits for a person", Blocks: []chatops.Block{t, buttons}}, nil
}

// waitsFor says why a mail waits, or what was decided.
func waitsFor(i models.ReviewItem) string {
	if !i.Open {
		return strings.TrimSpace("done: " + string(i.Decision) + " by " + i.DecidedBy)
	}
	return strings.Join(names(i.Reasons), ", ")
}

// readReview reads the one that a call names.
func readReview(ctx context.Context, o Options, c chatops.Call) (models.ReviewDetail, error) {
	d, err := o.Review.Show(ctx, c.Principal.Scope, c.Arg("id"))
	if errors.Is(err, models.ErrNotFound) {
		return d, models.Invalid("id", "There is no mail %q that you may see; maintenance review shows what waits", clip(c.Arg("id")))
	}
	if err != nil {
		return d, fmt.Errorf("read what waits for review: %w", err)
	}
	return d, nil
}

func reviewShow(ctx context.Context, o Options, c chatops.Call) (chatops.Message, error) {
	d, err := readReview(ctx, o, c)
	if err != nil {
		return chatops.Message{}, err
	}
	msg := chatops.Message{Heading: clip(d.Subject), Blocks: reviewBlocks(d, o.Now())}
	if a := reviewButtons(d); o.may(c) && len(a.Buttons) > 0 {
		msg.Blocks = append(msg.Blocks, a)
	}
	return msg, nil
}

// ageOf writes a span roughly.
func ageOf(d time.Duration) string {
	switch {
	case d < time.Hour:
		return fmt.Sprintf("%d min", max(0, int(d.Minutes())))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}

// reviewBlocks draw what is known of one mail.
func reviewBlocks(d models.ReviewDetail, now time.Time) []chatops.Block {
	facts := chatops.Facts{}
	code(&facts, "id", d.ID)
	facts.Items = append(facts.Items, chatops.Fact{Name: "received", Value: chatops.At(d.Received)})
	text(&facts, "age", ageOf(now.Sub(d.Received)))
	text(&facts, "sender", strings.Join(d.Evidence.Senders, ", "))
	text(&facts, "provider", d.Provider)
	if d.Provider == "" {
		text(&facts, "looks like", d.Evidence.Provider)
	}
	text(&facts, "waits for", waitsFor(d.ReviewItem))
	text(&facts, "because", d.Error)
	text(&facts, "owner", d.Owner)
	text(&facts, "maintenances", strings.Join(d.Maintenances, ", "))
	blocks := []chatops.Block{facts}
	add := func(t chatops.Table) {
		if len(t.Rows) > 0 {
			blocks = append(blocks, t)
		}
	}
	read := chatops.Table{Title: "Read", Columns: []string{"field", "text", "by"}}
	for _, f := range d.Evidence.Found[:min(len(d.Evidence.Found), shown)] {
		read.Rows = append(read.Rows, row{chatops.T("%s", f.Field), chatops.T("%s", clip(f.Text)), chatops.T("%s", f.Rule)})
	}
	missing := chatops.Table{Title: "Missing", Columns: []string{"field", "why"}}
	for _, m := range d.Evidence.Missing {
		missing.Rows = append(missing.Rows, row{chatops.T("%s", m.Field), chatops.T("%s", m.Reason)})
	}
	named := chatops.Table{Title: "Known circuits that it names and that were not read", Columns: []string{"circuit", "where"}}
	for _, n := range d.Evidence.Named {
		named.Rows = append(named.Rows, row{chatops.C(n.CID), chatops.T("%s", n.Where)})
	}
	circuits := chatops.Table{Title: "Circuits", Columns: []string{"as written", "is", "perhaps"}}
	for _, k := range d.Circuits[:min(len(d.Circuits), shown)] {
		var perhaps []string
		for _, s := range k.Match.Suggestions {
			perhaps = append(perhaps, s.CID)
		}
		is := k.Linked
		if k.Waits() {
			is = "unknown"
			if k.Match.Ambiguous {
				is = "ambiguous"
			}
		}
		circuits.Rows = append(circuits.Rows, row{chatops.C(k.CID), chatops.T("%s", is), chatops.T("%s", strings.Join(perhaps, ", "))})
	}
	acts := chatops.Table{Title: "What people did", Columns: []string{"when", "who", "what", "why"}}
	for _, a := range d.Acts[:min(len(d.Acts), history)] {
		what := string(a.Action)
		if a.UndoneBy != "" {
			what += ", undone by " + a.UndoneBy
		}
		acts.Rows = append(acts.Rows, row{chatops.At(a.At), chatops.T("%s", a.Author), chatops.T("%s", what), chatops.T("%s", a.Reason)})
	}
	for _, t := range []chatops.Table{read, missing, proposedTable(d.Proposed), named, circuits, acts} {
		add(t)
	}
	return blocks
}

// reviewButtons are what can be done with a mail as it stands.
func reviewButtons(d models.ReviewDetail) chatops.Actions {
	var a chatops.Actions
	button := func(label, command string, primary bool) {
		a.Buttons = append(a.Buttons, chatops.Button{Label: label, Command: command, Primary: primary})
	}
	if !d.Open {
		if d.Decision != "" {
			button("Undo", "review undo "+d.ID, false)
		}
		return a
	}
	for _, k := range d.Circuits {
		if k.Waits() && len(k.Match.Suggestions) > 0 && len(a.Buttons) < 2 {
			best := k.Match.Suggestions[0].CID
			button(clip(k.CID)+" is "+clip(best), fmt.Sprintf("review circuit %s %s text=%s", d.ID, chatops.Quote(best), chatops.Quote(k.CID)), true)
		}
	}
	if d.Provider == "" {
		command := "review assign " + d.ID
		if d.Evidence.Provider != "" {
			command += " " + chatops.Quote(d.Evidence.Provider)
		}
		button("Assign provider", command, true)
	}
	if command := fillProposed(d); command != "" {
		button("Fill in what is proposed", command, false)
	}
	if len(d.Notices) > 0 {
		button("Accept", "review accept "+d.ID, false)
		button("Reject", "review reject "+d.ID, false)
	}
	button("No maintenance", "review dismiss "+d.ID, false)
	if d.Owner == "" {
		button("Take", "review take "+d.ID, false)
	}
	return a
}

// Review does something with mail that waits.
func Review(o Options) chatops.Command {
	at := func(name string) chatops.Param {
		return chatops.Param{Name: name, Summary: name + " of the window", Kind: chatops.KindTime, NameOnly: true}
	}
	plain := func(action models.ReviewAction, summary string) chatops.Subcommand {
		return reviewAct(o, action, summary, "", nil, func(*models.ReviewWrite, chatops.Call) error { return nil })
	}
	return chatops.Command{Name: "review", Summary: "mail that waits for a person", Subcommands: []chatops.Subcommand{
		plain(models.ReviewAccept, "takes what a mail says as it is"),
		plain(models.ReviewReject, "makes what a mail says count no more"),
		reviewAct(o, models.ReviewAssign, "says whose mail it is, and remembers the sender", " zayo", []chatops.Param{
			{Name: "provider", Summary: "whose mail it is", Kind: chatops.KindText, Required: true},
			{Name: "sender", Summary: "address to remember, where it is another than the mail's", Kind: chatops.KindText, NameOnly: true},
			{Name: "once", Summary: "yes: this mail only, remember nothing", Kind: chatops.KindEnum, Values: []string{"yes", "no"}, NameOnly: true},
		}, func(w *models.ReviewWrite, c chatops.Call) error {
			w.Provider, w.Sender, w.Once = c.Arg("provider"), c.Arg("sender"), c.Arg("once") == "yes"
			return nil
		}),
		reviewAct(o, models.ReviewCircuit, "says which circuit a mail means, for all mail that writes it so", " OGYX/123456//ZYO", []chatops.Param{
			{Name: "cid", Summary: "circuit of the inventory", Kind: chatops.KindText, Required: true},
			{Name: "text", Summary: "as the mail writes it, where it lists several unknown ones", Kind: chatops.KindText, NameOnly: true},
		}, func(w *models.ReviewWrite, c chatops.Call) error {
			w.CID, w.Text = c.Arg("cid"), c.Arg("text")
			return nil
		}),
		reviewAct(o, models.ReviewFill, "gives the fields that could not be read", ` start="2026-03-01 22:00" end="2026-03-02 02:00"`, []chatops.Param{
			{Name: "maintenance-id", Summary: "as the provider writes it", Kind: chatops.KindText, NameOnly: true},
			{Name: "account", Summary: "that it names", Kind: chatops.KindText, NameOnly: true},
			{Name: "status", Summary: "its status", Kind: chatops.KindEnum, Values: names(models.NoticeStatuses), NameOnly: true},
			at("start"), at("end"),
			{Name: "summary", Summary: "what it is about", Kind: chatops.KindText, NameOnly: true},
			{Name: "circuit", Summary: "circuits, with commas between", Kind: chatops.KindText, Many: true, NameOnly: true},
			{Name: "impact", Summary: "on these circuits; outage where it is left out", Kind: chatops.KindEnum, Values: names(models.Impacts), NameOnly: true},
			{Name: "notice", Summary: "which notice of the mail, where it has several", Kind: chatops.KindInt, Min: 1, Max: 1000, NameOnly: true},
		}, fillOf),
		plain(models.ReviewDismiss, "says that a mail is no maintenance"),
		plain(models.ReviewTake, "says that you see to a mail"),
		plain(models.ReviewRelease, "leaves a mail to others again"),
		plain(models.ReviewUndo, "takes the last thing back that somebody did with a mail"),
	}}
}

// fillOf reads the fields that a call gives.
func fillOf(w *models.ReviewWrite, c chatops.Call) error {
	w.Fill = models.NoticeFill{
		Notice: c.Int("notice", 0), MaintenanceID: c.Arg("maintenance-id"), Account: c.Arg("account"),
		Status: models.Status(c.Arg("status")), Summary: c.Arg("summary"),
	}
	windows, err := windowOf(c)
	if err != nil {
		return err
	}
	w.Fill.Windows, w.Fill.Circuits = windows, circuitsOf(c)
	return nil
}

// windowOf is the window that a call gives, if any.
func windowOf(c chatops.Call) ([]models.NoticeWindow, error) {
	start, end := c.Time("start"), c.Time("end")
	switch {
	case start.IsZero() && end.IsZero():
		return nil, nil
	case start.IsZero():
		return nil, models.Invalid("start", "is missing; a window needs start and end")
	case end.IsZero():
		return nil, models.Invalid("end", "is missing; a window needs start and end")
	}
	return []models.NoticeWindow{{Kind: models.WindowPrimary, Start: start, End: end}}, nil
}

// circuitsOf are the circuits that a call gives.
func circuitsOf(c chatops.Call) []models.NoticeCircuit {
	impact := models.ImpactOutage
	if v := c.Arg("impact"); v != "" {
		impact = models.Impact(v)
	}
	var all []models.NoticeCircuit
	for _, cid := range c.Args("circuit") {
		all = append(all, models.NoticeCircuit{CID: cid, Impact: impact})
	}
	return all
}

// reviewAct makes the subcommand of one action; a confirmation holds on to the
// version that was shown.
func reviewAct(o Options, action models.ReviewAction, summary, example string, more []chatops.Param, fill func(*models.ReviewWrite, chatops.Call) error) chatops.Subcommand {
	id := chatops.Param{
		Name: "id", Summary: "id of the mail", Kind: chatops.KindText, Required: true,
		Options: func(ctx context.Context, c chatops.Call) ([]chatops.Option, error) { return reviewOptions(ctx, o, c) },
	}
	version := chatops.Param{Name: "version", Summary: "only while the mail is at this version", Kind: chatops.KindText, NameOnly: true}
	write := func(c chatops.Call) (models.ReviewWrite, error) {
		w := models.ReviewWrite{ID: c.Arg("id"), Action: action, Reason: c.Arg("reason")}
		if v := c.Arg("version"); v != "" {
			n, err := strconv.ParseInt(v, 10, 64)
			if err != nil {
				return w, models.Invalid("version", "%q is no version; leave it out", clip(v))
			}
			w.Expected = n
		}
		if err := fill(&w, c); err != nil {
			return w, err
		}
		return w, w.Check()
	}
	return chatops.Subcommand{
		Name: string(action), Summary: summary, Role: models.RoleOperator, Writes: true, Example: "review " + string(action) + " 019a0000-0000-7000-8000-000000000001" + example,
		Params: append(append([]chatops.Param{id}, more...), reasonParam(), version),
		Pin: func(ctx context.Context, c chatops.Call) (map[string]string, error) {
			if c.Arg("version") != "" {
				return nil, nil
			}
			d, err := readReview(ctx, o, c)
			return map[string]string{"version": strconv.FormatInt(d.Version, 10)}, err
		},
		Preview: func(ctx context.Context, c chatops.Call) (chatops.Message, error) {
			w, err := write(c)
			if err != nil {
				return chatops.Message{}, err
			}
			d, err := readReview(ctx, o, c)
			if err != nil {
				return chatops.Message{}, err
			}
			return chatops.Message{Heading: strings.ToUpper(string(action[:1])) + string(action[1:]) + "?", Blocks: []chatops.Block{fillFacts(d, w)}}, nil
		},
		Run: func(ctx context.Context, c chatops.Call) (chatops.Message, error) {
			w, err := write(c)
			if err != nil {
				return chatops.Message{}, err
			}
			done, err := o.Review.Act(ctx, c.Principal, w)
			if err != nil {
				return chatops.Message{}, reviewRefusal(w.ID, err)
			}
			msg := chatops.Say("%s", done.Said)
			msg.Blocks = append(msg.Blocks, chatops.Actions{Buttons: []chatops.Button{
				{Label: "Show", Command: "maintenance review " + w.ID}, {Label: "Undo", Command: "review undo " + w.ID},
			}})
			return msg, nil
		},
	}
}

func reviewOptions(ctx context.Context, o Options, c chatops.Call) ([]chatops.Option, error) {
	items, _, err := o.Review.List(ctx, c.Principal.Scope, models.ReviewFilter{Page: models.Page{Limit: 100}})
	if err != nil {
		return nil, fmt.Errorf("list what waits for review: %w", err)
	}
	var all []chatops.Option
	for _, i := range items {
		all = append(all, chatops.Option{Value: i.ID, Label: chatops.CleanLine(i.Received.UTC().Format(time.DateOnly) + " " + clip(i.Subject) + " (" + waitsFor(i) + ")")})
	}
	return all, nil
}

// reviewRefusal is what the asker reads of an act that was refused.
func reviewRefusal(id string, err error) error {
	switch {
	case len(models.StaleChanges(err)) > 0:
		return models.Invalid("", "the mail changed meanwhile, and nothing was done: %s; look at it and write the command again", strings.Join(models.StaleChanges(err), "; "))
	case errors.Is(err, models.ErrStale):
		return models.Invalid("", "the mail changed meanwhile, and nothing was done; look at it and write the command again")
	case errors.Is(err, models.ErrNotFound):
		return models.Invalid("id", "There is no mail %q that you may see; maintenance review shows what waits", clip(id))
	}
	return err
}
