package store

import "lineman/models"

// proposalRow is one question to a language model about a mail.
type proposalRow struct {
	ID       string               `gorm:"primaryKey;not null"`
	RawID    string               `gorm:"not null"`
	Model    string               `gorm:"not null"`
	Author   string               `gorm:"not null"`
	Asked    instant              `gorm:"not null"`
	Answered instant              `gorm:""`
	Error    string               `gorm:"not null"`
	Refused  int                  `gorm:"not null"`
	Found    list[storedProposal] `gorm:"not null"`
}

func (proposalRow) TableName() string { return "proposals" }

func (r proposalRow) model() models.ProposalRun {
	return models.ProposalRun{
		ID: r.ID, RawID: r.RawID, Model: r.Model, By: r.Author, At: r.Asked.Time, Answered: r.Answered.Time, Error: r.Error, Refused: r.Refused,
		Proposals: each(r.Found, func(p storedProposal) models.Proposal {
			return models.Proposal{Field: p.Field, Value: p.Value, Evidence: p.Evidence, Part: p.Part, Model: r.Model}
		}),
	}
}

type storedProposal struct {
	Field    string `json:"field"`
	Value    string `json:"value"`
	Evidence string `json:"evidence"`
	Part     int    `json:"part"`
}

func storeProposal(p models.Proposal) storedProposal {
	return storedProposal{Field: clean(p.Field), Value: clean(p.Value), Evidence: clean(p.Evidence), Part: p.Part}
}
