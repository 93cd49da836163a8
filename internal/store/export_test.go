package store

import (
	"context"
	"strings"
	"sync"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"lineman/models"
)

// Rows lists every row struct.
func Rows() []any {
	return []any{
		providerRow{}, providerEmailRow{}, providerTagRow{}, siteRow{}, siteTagRow{}, circuitTypeRow{}, circuitRow{},
		circuitTagRow{}, terminationRow{}, aliasRow{}, redundancyGroupRow{}, redundancyMemberRow{},
		sourceRow{}, cursorRow{}, pollRow{}, rawRow{}, rawBodyRow{}, messageRow{}, leaseRow{},
		tokenOfSourceRow{}, consentRow{}, holdRow{}, reviewRow{}, reviewActRow{},
		identityRow{}, maintenanceRow{}, windowRow{}, impactRow{}, noteRow{}, editRow{}, changeRow{}, noticeRow{},
		tokenRow{}, userRow{}, auditRow{}, inventoryLinkRow{}, inventorySourceRow{},
		findingRow{}, findingCircuitRow{}, findingMaintenanceRow{}, findingEventRow{}, findingSubjectRow{}, findingStateRow{}, providerHabitRow{}, driftRow{},
		announcementRow{}, deliveryRow{}, subscriptionRow{}, muteRow{}, threadRow{}, destinationRow{}, announcementStateRow{},
		chatGrantRow{}, chatCommandRow{}, chatConversationRow{}, chatSeenRow{}, chatLinkRow{}, chatLinkCodeRow{}, inventoryStampRow{},
		proposalRow{},
	}
}

// Writer gives the GORM handle, for tests that look below.
func (s *Store) Writer() *gorm.DB { return s.writer }

// Statements runs f and gives the statements that readers and writers sent.
func (s *Store) Statements(f func()) []string {
	c := &collector{Interface: logger.Discard}
	was, wasReader := s.writer.Logger, s.reader.Logger
	s.writer.Logger, s.reader.Logger = c, c
	defer func() { s.writer.Logger, s.reader.Logger = was, wasReader }()
	f()
	return c.all
}

type collector struct {
	logger.Interface
	mu  sync.Mutex
	all []string
}

func (c *collector) LogMode(logger.LogLevel) logger.Interface { return c }

func (c *collector) Trace(_ context.Context, _ time.Time, fc func() (string, int64), _ error) {
	sql, _ := fc()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all = append(c.all, strings.TrimSpace(sql))
}

// AddEdit keeps one act of a person.
func (s *Store) AddEdit(e models.Edit) error {
	return s.writer.Create(&editRow{
		ID: newID(), MaintenanceID: e.MaintenanceID, Kind: string(e.Kind), Author: e.Author, At: at(e.At), Field: e.Field,
		Value: e.Value, CID: e.CID, CircuitID: ref(e.CircuitID), Impact: string(e.Impact), Target: e.Target, Digest: e.Digest,
	}).Error
}

// Query is a statement with its values, as it was sent.
type Query struct {
	SQL  string
	Vars []any
}

// Queries runs f and gives what readers and writers sent.
func (s *Store) Queries(f func()) []Query {
	var mu sync.Mutex
	var all []Query
	on := true
	record := func(db *gorm.DB) {
		mu.Lock()
		defer mu.Unlock()
		if sql := db.Statement.SQL.String(); on && sql != "" {
			all = append(all, Query{sql, append([]any{}, db.Statement.Vars...)})
		}
	}
	for _, db := range []*gorm.DB{s.writer, s.reader} {
		c := db.Callback()
		name := "test:" + newID()
		for _, err := range []error{
			c.Create().After("gorm:create").Register(name, record), c.Query().After("gorm:query").Register(name, record),
			c.Update().After("gorm:update").Register(name, record), c.Delete().After("gorm:delete").Register(name, record),
			c.Row().After("gorm:row").Register(name, record), c.Raw().After("gorm:raw").Register(name, record),
		} {
			if err != nil {
				panic(err)
			}
		}
	}
	f()
	on = false
	return all
}

// ReachReason is reachReason.
var ReachReason = reachReason

// Now is the store's clock.
func (s *Store) Now() time.Time { return s.now() }

// Touch finds anew what falls together at the sites and groups of circuits.
func (s *Store) Touch(circuits ...string) error {
	return s.write(context.Background(), "touch circuits", func(w *work) error { return w.touchCircuits(models.CauseEdit, circuits) })
}

// ForgetFindings makes the next sweep compute everything.
func (s *Store) ForgetFindings() error {
	return s.writer.Where("name = ?", stateStamp).Delete(&findingStateRow{}).Error
}

// CircuitStatuses gives the circuits that are shown, each time anew.
func (s *Store) CircuitStatuses(ctx context.Context, scope models.Scope, when time.Time) ([]models.CircuitStatus, error) {
	shown, err := s.ShownCircuits(ctx, scope, when, "")
	return shown.Rows, err
}
