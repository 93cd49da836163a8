package command

import (
	"context"
	"errors"
	"strconv"

	"lineman/chatops"
	"lineman/models"
)

// revisionParam is the revision that a write is meant for. A confirmation holds
// on to the one that was shown, so that nobody confirms what they did not see.
func revisionParam() chatops.Param {
	return chatops.Param{Name: "revision", Summary: "only while the record is at this revision", Kind: chatops.KindInt, Min: 1, Max: 1 << 31, NameOnly: true}
}

func reasonParam() chatops.Param {
	return chatops.Param{Name: "reason", Summary: "why, for the history", Kind: chatops.KindText, NameOnly: true}
}

// pinRevision holds on to the revision of the maintenance that is shown.
func pinRevision(o Options) func(context.Context, chatops.Call) (map[string]string, error) {
	return func(ctx context.Context, c chatops.Call) (map[string]string, error) {
		if c.Arg("revision") != "" {
			return nil, nil
		}
		m, err := readMaintenance(ctx, o, c)
		return map[string]string{"revision": strconv.FormatInt(m.Revision, 10)}, err
	}
}

func maintenanceAck(o Options) chatops.Subcommand {
	return chatops.Subcommand{
		Name: "ack", Aliases: []string{"acknowledge"}, Summary: "acknowledges a maintenance as it stands",
		Role: models.RoleOperator, Writes: true, Example: "maintenance ack zayo-TTN-1234567",
		Params: []chatops.Param{maintenanceParam(o, false), reasonParam(), revisionParam()},
		Pin:    pinRevision(o),
		Preview: func(ctx context.Context, c chatops.Call) (chatops.Message, error) {
			m, err := readMaintenance(ctx, o, c)
			if err != nil {
				return chatops.Message{}, err
			}
			if m.Ack != nil && m.Ack.Digest == models.AckDigest(m.Maintenance) {
				return chatops.Message{}, models.Invalid("", "%s is acknowledged already, by %s", m.Name, m.Ack.Author)
			}
			facts := chatops.Facts{}
			text(&facts, "status", string(m.Status))
			text(&facts, "impact", string(m.WorstImpact()))
			text(&facts, "summary", m.Summary)
			text(&facts, "circuits", cids(m.Circuits, most))
			return chatops.Message{Heading: "Acknowledge " + m.Name + " as it stands?", Blocks: []chatops.Block{facts, windowTable(m.Windows)}}, nil
		},
		Run: func(ctx context.Context, c chatops.Call) (chatops.Message, error) {
			return write(ctx, o, c, models.Write{Acts: []models.Edit{{Kind: models.EditAcknowledge}}}, "is acknowledged")
		},
	}
}

func maintenanceNote(o Options) chatops.Subcommand {
	note := func(c chatops.Call) models.NoteWrite {
		return models.NoteWrite{Comment: c.Arg("text"), Level: models.NoteLevel(c.Arg("level"))}
	}
	return chatops.Subcommand{
		Name: "note", Summary: "writes a note on a maintenance",
		Role: models.RoleOperator, Writes: true, Example: "maintenance note zayo-TTN-1234567 customers are told",
		Params: []chatops.Param{
			maintenanceParam(o, false),
			{Name: "text", Summary: "the note", Kind: chatops.KindText, Required: true, Rest: true},
			{Name: "level", Summary: "how much it matters", Kind: chatops.KindEnum, Values: names([]models.NoteLevel{models.NoteInfo, models.NoteWarning}), NameOnly: true},
		},
		Preview: func(ctx context.Context, c chatops.Call) (chatops.Message, error) {
			m, err := readMaintenance(ctx, o, c)
			if err != nil {
				return chatops.Message{}, err
			}
			if err := (models.Write{Maintenance: m.ID, Notes: []models.NoteWrite{note(c)}}).Check(); err != nil {
				return chatops.Message{}, err
			}
			return chatops.Message{Heading: "Write this note on " + m.Name + "?", Blocks: []chatops.Block{chatops.Text{Inline: chatops.T("%s", c.Arg("text"))}}}, nil
		},
		Run: func(ctx context.Context, c chatops.Call) (chatops.Message, error) {
			return write(ctx, o, c, models.Write{Notes: []models.NoteWrite{note(c)}}, "has the note")
		},
	}
}

// write does something to the maintenance that a call names, and says so.
func write(ctx context.Context, o Options, c chatops.Call, w models.Write, done string) (chatops.Message, error) {
	m, err := readMaintenance(ctx, o, c)
	if err != nil {
		return chatops.Message{}, err
	}
	w.Maintenance, w.Reason, w.Expected = m.ID, c.Arg("reason"), int64(c.Int("revision", 0))
	edited, err := o.Writer.Edit(ctx, c.Principal, []models.Write{w})
	if err != nil {
		return chatops.Message{}, refusal(m.Name, err)
	}
	msg := chatops.Say("%s %s.", edited[0].Name, done)
	msg.Blocks = append(msg.Blocks, chatops.Actions{Buttons: []chatops.Button{{Label: "Show", Command: "maintenance show " + chatops.Quote(edited[0].Name)}}})
	return msg, nil
}

// refusal is what the asker reads of a write that was refused.
func refusal(name string, err error) error {
	switch {
	case errors.Is(err, models.ErrStale):
		return models.Invalid("", "%s was changed meanwhile, and nothing was done; look at it and write the command again", name)
	case errors.Is(err, models.ErrDenied):
		return models.Invalid("", "you see only a part of %s, which does not suffice for this; ask somebody who sees all of it", name)
	case errors.Is(err, models.ErrNotFound):
		return unknown(chatops.KindMaintenance, name, nil, "maintenance list shows what there is")
	}
	return err
}
