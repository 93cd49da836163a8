package command

import (
	"context"
	"strconv"
	"time"

	"lineman/chatops"
	"lineman/models"
)

func maintenanceSet(o Options) chatops.Subcommand {
	return chatops.Subcommand{
		Name: "set", Summary: "sets status, times, summary or impact, until a later notice changes them",
		Role: models.RoleOperator, Writes: true, Example: `maintenance set zayo-TTN-1234567 status=cancelled reason="phone call"`,
		Params: []chatops.Param{
			maintenanceParam(o, false),
			{Name: "status", Summary: "its status", Kind: chatops.KindEnum, Values: names(models.RecordStatuses), NameOnly: true},
			{Name: "start", Summary: "start of a window", Kind: chatops.KindTime, NameOnly: true},
			{Name: "end", Summary: "end of a window", Kind: chatops.KindTime, NameOnly: true},
			{Name: "window", Summary: "number of the window that start and end are of, where there are several", Kind: chatops.KindInt, Min: 1, Max: 1000, NameOnly: true},
			{Name: "summary", Summary: "what it is about", Kind: chatops.KindText, NameOnly: true},
			{Name: "impact", Summary: "impact on a circuit", Kind: chatops.KindEnum, Values: names(models.Impacts), NameOnly: true},
			{Name: "cid", Summary: "listed circuit that the impact is on, where there are several", Kind: chatops.KindText, NameOnly: true},
			reasonParam(), revisionParam(),
		},
		Pin: pinRevision(o),
		Preview: func(ctx context.Context, c chatops.Call) (chatops.Message, error) {
			m, err := readMaintenance(ctx, o, c)
			if err != nil {
				return chatops.Message{}, err
			}
			s, err := settingOf(m.Maintenance, c)
			if err != nil {
				return chatops.Message{}, err
			}
			t := chatops.Table{Columns: []string{"what", "now", "then"}, Rows: s.rows}
			return chatops.Message{Heading: "Change " + m.Name + "?", Blocks: []chatops.Block{t}}, nil
		},
		Run: func(ctx context.Context, c chatops.Call) (chatops.Message, error) {
			m, err := readMaintenance(ctx, o, c)
			if err != nil {
				return chatops.Message{}, err
			}
			s, err := settingOf(m.Maintenance, c)
			if err != nil {
				return chatops.Message{}, err
			}
			return write(ctx, o, c, models.Write{Acts: s.acts}, "is changed")
		},
	}
}

// setting is what is to be set of a maintenance, and how it differs.
type setting struct {
	acts []models.Edit
	rows []row
}

func (s *setting) add(what string, before, after chatops.Inline) {
	s.rows = append(s.rows, row{chatops.T("%s", what), before, after})
}

// settingOf reads what a call wants to be set; an InputError when it is
// nothing, or nothing else than what is there.
func settingOf(m models.Maintenance, c chatops.Call) (setting, error) {
	var s setting
	if v := c.Arg("status"); v != "" && v != string(m.Status) {
		s.acts = append(s.acts, models.SetStatus(models.Status(v)))
		s.add("status", chatops.T("%s", string(m.Status)), chatops.T("%s", v))
	}
	if err := s.times(m, c); err != nil {
		return s, err
	}
	if v := c.Arg("summary"); v != "" && v != m.Summary {
		s.acts = append(s.acts, models.SetSummary(v))
		s.add("summary", chatops.T("%s", m.Summary), chatops.T("%s", v))
	}
	if err := s.impact(m, c); err != nil {
		return s, err
	}
	if len(s.acts) == 0 {
		return s, models.Invalid("", "nothing would change; say what shall, with status=, start=, end=, summary= or impact=")
	}
	return s, models.Write{Maintenance: m.Name, Acts: s.acts}.Check()
}

// times sets start and end of one window; the other windows stay.
func (s *setting) times(m models.Maintenance, c chatops.Call) error {
	start, end := c.Time("start"), c.Time("end")
	if start.IsZero() && end.IsZero() {
		if c.Arg("window") != "" {
			return models.Invalid("window", "needs start= or end= with it")
		}
		return nil
	}
	ordinal := c.Int("window", 0)
	if ordinal == 0 && len(m.Windows) > 1 {
		return models.Invalid("window", "%s has %d windows; say which one, for example window=1", m.Name, len(m.Windows))
	}
	var windows []models.NoticeWindow
	changed, found := false, false
	for _, w := range m.Windows {
		n := models.NoticeWindow{Kind: w.Kind, Start: w.Start, End: w.End}
		if ordinal == 0 || w.Ordinal == ordinal {
			found = true
			for _, side := range []struct {
				name string
				is   *time.Time
				to   time.Time
			}{{"start", &n.Start, start}, {"end", &n.End, end}} {
				if !side.to.IsZero() && !side.to.Equal(*side.is) {
					s.add(side.name+" of window "+strconv.Itoa(w.Ordinal), chatops.At(*side.is), chatops.At(side.to))
					*side.is, changed = side.to, true
				}
			}
		}
		windows = append(windows, n)
	}
	if !found {
		return models.Invalid("window", "%s has no window %d; maintenance show tells which it has", m.Name, ordinal)
	}
	if changed {
		s.acts = append(s.acts, models.SetWindows(windows))
	}
	return nil
}

func (s *setting) impact(m models.Maintenance, c chatops.Call) error {
	impact, cid := c.Arg("impact"), c.Arg("cid")
	if impact == "" {
		if cid != "" {
			return models.Invalid("cid", "needs impact= with it")
		}
		return nil
	}
	var fits []models.CircuitImpact
	for _, k := range m.Circuits {
		if cid == "" || models.CIDKey(k.CID) == models.CIDKey(cid) {
			fits = append(fits, k)
		}
	}
	switch {
	case len(fits) == 0:
		return models.Invalid("cid", "%s lists no circuit %q; maintenance show tells which it lists", m.Name, clip(cid))
	case len(fits) > 1 && cid == "":
		return models.Invalid("cid", "%s lists %d circuits; say which one with cid=", m.Name, len(m.Circuits))
	case string(fits[0].Impact) != impact:
		s.acts = append(s.acts, models.Edit{Kind: models.EditImpact, CID: fits[0].CID, Impact: models.Impact(impact)})
		s.add("impact on "+fits[0].CID, chatops.T("%s", string(fits[0].Impact)), chatops.T("%s", impact))
	}
	return nil
}
