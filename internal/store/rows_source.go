package store

// tokenOfSourceRow is the OAuth token of a source, encrypted.
type tokenOfSourceRow struct {
	Source    string  `gorm:"primaryKey;not null"`
	Sealed    []byte  `gorm:"not null"`
	UpdatedAt instant `gorm:"not null"`
}

func (tokenOfSourceRow) TableName() string { return "source_tokens" }

// consentRow is a consent that was asked for.
type consentRow struct {
	State   string  `gorm:"primaryKey;not null"` // SHA-256 of what the browser brings back, hex
	Source  string  `gorm:"not null"`
	Sealed  []byte  `gorm:"not null"`
	Answer  string  `gorm:"not null"` // empty while nobody answered
	Expires instant `gorm:"not null"`
}

func (consentRow) TableName() string { return "consents" }

// holdRow keeps a maintenance and its mail from retention.
type holdRow struct {
	MaintenanceID string  `gorm:"primaryKey;not null"`
	Reason        string  `gorm:"not null"`
	Author        string  `gorm:"not null"`
	CreatedAt     instant `gorm:"not null"`
}

func (holdRow) TableName() string { return "holds" }
