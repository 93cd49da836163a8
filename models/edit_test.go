package models_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"lineman/models"
)

func TestWritesAreChecked(t *testing.T) {
	day := time.Date(2031, 5, 1, 0, 0, 0, 0, time.UTC)
	window := func(kind models.WindowKind, start, end time.Time) models.Write {
		return models.Write{Maintenance: "x", Acts: []models.Edit{models.SetWindows([]models.NoticeWindow{{Kind: kind, Start: start, End: end}})}}
	}
	act := func(e models.Edit) models.Write { return models.Write{Maintenance: "x", Acts: []models.Edit{e}} }
	note := func(n models.NoteWrite) models.Write {
		return models.Write{Maintenance: "x", Notes: []models.NoteWrite{n}}
	}
	for name, tc := range map[string]struct {
		write models.Write
		field string // of the error; "-": none
	}{
		"nothing named":   {models.Write{}, "maintenance"},
		"both":            {models.Write{Maintenance: "x", Create: &models.Creation{ID: "1"}}, "maintenance"},
		"no id":           {models.Write{Create: &models.Creation{ID: " "}}, "maintenance_id"},
		"long id":         {models.Write{Create: &models.Creation{ID: strings.Repeat("x", 91)}}, "maintenance_id"},
		"status":          {act(models.SetStatus(models.StatusCompleted)), "-"},
		"no status":       {act(models.SetStatus(models.StatusNoChange)), "status"},
		"summary":         {act(models.SetSummary("")), "-"},
		"long summary":    {act(models.SetSummary(strings.Repeat("x", 70_000))), "summary"},
		"no windows":      {act(models.SetWindows(nil)), "windows"},
		"instant":         {window(models.WindowPrimary, day, day), "-"},
		"end first":       {window(models.WindowBackup, day, day.Add(-1)), "windows[0].end"},
		"kind":            {window("other", day, day), "windows[0].kind"},
		"year 1":          {window(models.WindowPrimary, time.Time{}, day), "windows[0].start"},
		"year 2100":       {window(models.WindowPrimary, day, time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)), "windows[0].end"},
		"other field":     {act(models.Edit{Kind: models.EditSet, Field: "organizer"}), "organizer"},
		"impact":          {act(models.Edit{Kind: models.EditImpact, CID: "A", Impact: models.ImpactNone}), "-"},
		"no impact":       {act(models.Edit{Kind: models.EditImpact, CID: "A"}), "impact"},
		"no circuit":      {act(models.Edit{Kind: models.EditUnlink, CID: " "}), "circuit"},
		"no target":       {act(models.Edit{Kind: models.EditMerge}), "into"},
		"no notice":       {act(models.Edit{Kind: models.EditRejectNotice}), "notice"},
		"create as act":   {act(models.Edit{Kind: models.EditCreate}), ""},
		"note as act":     {act(models.Edit{Kind: models.EditNote, Value: "x"}), ""},
		"note":            {note(models.NoteWrite{Comment: "x"}), "-"},
		"empty note":      {note(models.NoteWrite{Title: " "}), "comment"},
		"long title":      {note(models.NoteWrite{Title: strings.Repeat("ü", 201)}), "title"},
		"title that fits": {note(models.NoteWrite{Title: strings.Repeat("ü", 200)}), "-"},
		"level":           {note(models.NoteWrite{Comment: "x", Level: "LOUD"}), "level"},
		"remove nothing":  {note(models.NoteWrite{Remove: true}), "id"},
	} {
		err := tc.write.Check()
		var input *models.InputError
		if tc.field == "-" {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
		} else if !errors.As(err, &input) || input.Field != tc.field {
			t.Errorf("%s: %v", name, err)
		}
	}
}
