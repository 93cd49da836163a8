package rest

import (
	"time"

	"lineman/models"
)

// ReviewJSON is one mail that waits for a person, or did; exported as Paging
// is.
type ReviewJSON struct {
	MailJSON
	Open      bool       `json:"open"`
	Reasons   []string   `json:"reasons" nullable:"false"`
	Priority  bool       `json:"priority" doc:"It names a circuit of the inventory"`
	Owner     string     `json:"owner" doc:"Who took it; empty: nobody"`
	Owned     *time.Time `json:"owned"`
	Decision  string     `json:"decision" doc:"The last one that holds; empty: none"`
	DecidedBy string     `json:"decided_by"`
	Decided   *time.Time `json:"decided"`
	Reading   string     `json:"reading" enum:",completed,dismissed" doc:"Whose reading is in force: empty is lineman's, else a person's"`
	Version   int64      `json:"version"`
}

func review(i models.ReviewItem) ReviewJSON {
	return ReviewJSON{
		MailJSON: mailOf(i.MailItem), Open: i.Open, Reasons: convert(i.Reasons, func(r models.ReviewReason) string { return string(r) }), Priority: i.Priority,
		Owner: i.Owner, Owned: instant(i.OwnedAt), Decision: string(i.Decision), DecidedBy: i.DecidedBy, Decided: instant(i.DecidedAt),
		Reading: string(i.Reading), Version: i.Version,
	}
}

type reviewDetailJSON struct {
	ReviewJSON
	Maintenances []string             `json:"maintenances" nullable:"false" doc:"Names"`
	Senders      []string             `json:"senders" nullable:"false"`
	LooksLike    string               `json:"looks_like" doc:"Reader that was used, or would be"`
	Format       string               `json:"format"`
	Notices      []reviewNoticeJSON   `json:"notices" nullable:"false" doc:"As they are in force, or what could be read of them"`
	Missing      []missingJSON        `json:"missing" nullable:"false"`
	Evidence     []reviewEvidenceJSON `json:"evidence" nullable:"false"`
	Named        []namedJSON          `json:"named" nullable:"false" doc:"Circuits of the inventory that the mail names and that were not read"`
	Circuits     []meantJSON          `json:"circuits" nullable:"false"`
	Proposed     *proposedJSON        `json:"proposed,omitempty" doc:"What a language model last proposed; left out where it was not asked, or a person read the mail"`
	Acts         []reviewActJSON      `json:"acts" nullable:"false" doc:"What people did, newest first"`
}

type reviewNoticeJSON struct {
	MaintenanceID string             `json:"maintenance_id"`
	Account       string             `json:"account"`
	Status        string             `json:"status"`
	Summary       string             `json:"summary"`
	Parser        string             `json:"parser"`
	Windows       []noticeWindowJSON `json:"windows" nullable:"false"`
}

type missingJSON struct {
	Field  string `json:"field"`
	Reason string `json:"reason"`
}

type reviewEvidenceJSON struct {
	Notice int    `json:"notice"`
	Field  string `json:"field"`
	Part   int    `json:"part" doc:"Of the mail; -1 is a header, -2 a person"`
	Text   string `json:"text"`
	Rule   string `json:"rule"`
}

type namedJSON struct {
	CID   string `json:"cid"`
	Text  string `json:"text"`
	Where string `json:"where"`
}

type meantJSON struct {
	Text        string           `json:"text" doc:"As the mail writes it"`
	CID         string           `json:"cid" doc:"In the inventory; empty: unknown"`
	Step        string           `json:"step" enum:",exact,alias,cross-connect,rule,person" doc:"How it was found"`
	Ambiguous   bool             `json:"ambiguous"`
	Suggestions []suggestionJSON `json:"suggestions" nullable:"false" doc:"Best first; never linked by themselves"`
}

type suggestionJSON struct {
	CID   string  `json:"cid"`
	Score float64 `json:"score" doc:"Likeness from 0 to 1"`
}

type reviewActJSON struct {
	ID       string     `json:"id"`
	Action   string     `json:"action"`
	Author   string     `json:"author"`
	At       *time.Time `json:"at"`
	Reason   string     `json:"reason"`
	Detail   string     `json:"detail"`
	UndoneBy string     `json:"undone_by"`
	Undone   *time.Time `json:"undone"`
}

func reviewDetail(d models.ReviewDetail) reviewDetailJSON {
	notices := d.Notices
	if len(notices) == 0 {
		notices = d.Evidence.Partial
	}
	return reviewDetailJSON{
		ReviewJSON: review(d.ReviewItem), Maintenances: append([]string{}, d.Maintenances...), Senders: append([]string{}, d.Evidence.Senders...),
		LooksLike: d.Evidence.Provider, Format: d.Evidence.Format,
		Notices: convert(notices, func(n models.Notice) reviewNoticeJSON {
			return reviewNoticeJSON{n.MaintenanceID, n.Account, string(n.Status), n.Summary, n.Parser, convert(n.Windows, noticeWindow)}
		}),
		Missing:  convert(d.Evidence.Missing, func(m models.MissingField) missingJSON { return missingJSON(m) }),
		Evidence: convert(d.Evidence.Found, func(f models.FoundField) reviewEvidenceJSON { return reviewEvidenceJSON(f) }),
		Named:    convert(d.Evidence.Named, func(n models.NamedCircuit) namedJSON { return namedJSON(n) }),
		Circuits: convert(d.Circuits, meant),
		Proposed: proposedOf(d.Proposed),
		Acts: convert(d.Acts, func(a models.ReviewAct) reviewActJSON {
			return reviewActJSON{a.ID, string(a.Action), a.Author, instant(a.At), a.Reason, a.Detail, a.UndoneBy, instant(a.UndoneAt)}
		}),
	}
}

func meant(c models.MeantCircuit) meantJSON {
	step := string(c.Match.Step)
	if c.Manual {
		step = "person"
	}
	return meantJSON{c.CID, c.Linked, step, c.Match.Ambiguous, convert(c.Match.Suggestions, func(s models.Suggestion) suggestionJSON {
		return suggestionJSON{s.CID, s.Score}
	})}
}

// reviewedJSON is what an action came to.
type reviewedJSON struct {
	Said         string           `json:"said"`
	Maintenances []string         `json:"maintenances" nullable:"false" doc:"Names of those that changed"`
	Mails        int              `json:"mails" doc:"Other mails that are read again"`
	Item         reviewDetailJSON `json:"item"`
}

type mailStateJSON struct {
	State string `json:"state"`
	Error string `json:"error"`
}

type reparsedJSON struct {
	ID           string                   `json:"id"`
	Changed      bool                     `json:"changed"`
	Before       mailStateJSON            `json:"before"`
	After        mailStateJSON            `json:"after"`
	Maintenances []changedMaintenanceJSON `json:"maintenances" nullable:"false"`
}

type changedMaintenanceJSON struct {
	Maintenance string             `json:"maintenance"`
	Changes     []changedFieldJSON `json:"changes" nullable:"false"`
}

type changedFieldJSON struct {
	Field string `json:"field"`
	Old   string `json:"old"`
	New   string `json:"new"`
}

func changedOf(all []models.ReparsedMaintenance) []changedMaintenanceJSON {
	return convert(all, func(m models.ReparsedMaintenance) changedMaintenanceJSON {
		return changedMaintenanceJSON{m.Name, convert(m.Changes, func(c models.Change) changedFieldJSON { return changedFieldJSON{c.Field, c.Old, c.New} })}
	})
}
