package store

import "lineman/models"

type auditRow struct {
	ID     string  `gorm:"primaryKey;not null"`
	At     instant `gorm:"not null"`
	Author string  `gorm:"not null"`
	Role   string  `gorm:"not null"`
	Action string  `gorm:"not null"`
	Object string  `gorm:"not null"`
	Ref    string  `gorm:"not null"`
	Name   string  `gorm:"not null"`
	Reason string  `gorm:"not null"`
	Before string  `gorm:"not null"`
	After  string  `gorm:"not null"`
}

func (auditRow) TableName() string { return "audit_log" }

func (r auditRow) model() models.Audit {
	return models.Audit{
		ID: r.ID, At: r.At.Time, Author: r.Author, Role: models.Role(r.Role), Action: r.Action, Object: r.Object,
		Ref: r.Ref, Name: r.Name, Reason: r.Reason, Before: r.Before, After: r.After,
	}
}

func newAuditRow(a models.Audit) auditRow {
	return auditRow{
		ID: newID(), At: at(a.At), Author: clean(a.Author), Role: string(a.Role), Action: a.Action, Object: a.Object,
		Ref: a.Ref, Name: clean(a.Name), Reason: clean(a.Reason), Before: a.Before, After: a.After,
	}
}
