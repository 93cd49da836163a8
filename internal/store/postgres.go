package store

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"

	"lineman/models"
)

const connectTimeout = 10 * time.Second

func (s *Store) openPostgres(ctx context.Context, address string) error {
	s.dialect = dialectPostgres
	config, err := pgxpool.ParseConfig(address)
	if err != nil {
		return models.Invalid("database.url", "%q cannot be read as a PostgreSQL address; write postgres://USER:PASSWORD@HOST:PORT/DATABASE, with special characters of the password percent-encoded", redact(address))
	}
	config.ConnConfig.RuntimeParams["timezone"] = "UTC"
	config.ConnConfig.RuntimeParams["application_name"] = "lineman"
	if config.ConnConfig.ConnectTimeout == 0 {
		config.ConnConfig.ConnectTimeout = connectTimeout
	}
	s.pool, err = pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return fmt.Errorf("make the connection pool: %w", errors.New(withoutPassword(err.Error(), config.ConnConfig.Password)))
	}
	s.closers = append(s.closers, func() error { s.pool.Close(); return nil })
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	if err := s.pool.Ping(ctx); err != nil {
		return models.Invalid("database.url", "cannot reach the database %s: %s; check that the server runs and that the address, user, password and database name are right",
			redact(address), reachReason(withoutPassword(err.Error(), config.ConnConfig.Password)))
	}
	s.sql = stdlib.OpenDBFromPool(s.pool)
	s.closers = append([]func() error{s.sql.Close}, s.closers...)
	s.writer, err = gorm.Open(postgres.New(postgres.Config{Conn: s.sql}), gormConfig())
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	s.reader = s.writer
	return nil
}

var passwordParameter = regexp.MustCompile(`(?i)(password=)[^&\s]+`)

// redact hides the password of a database URL. A URL that cannot be read is
// cut after its scheme: what follows might hold one.
func redact(address string) string {
	u, err := url.Parse(address)
	if err != nil || (u.Opaque != "" && strings.Contains(u.Opaque, "@")) {
		scheme, _, _ := strings.Cut(address, ":")
		return scheme + ":***"
	}
	if u.User != nil {
		if _, ok := u.User.Password(); ok {
			u.User = url.UserPassword(u.User.Username(), "***")
		}
	}
	text := passwordParameter.ReplaceAllString(u.String(), "${1}***")
	return strings.Replace(text, ":%2A%2A%2A@", ":***@", 1)
}

func withoutPassword(text, password string) string {
	if password == "" {
		return text
	}
	return strings.ReplaceAll(text, password, "***")
}

// driverWords is what the driver writes before a reason: user and database,
// then address and kind of each try. All of it is in the URL.
var driverWords = regexp.MustCompile("^(failed to connect to `[^`]*`:)? *(\\S+ \\([^)]*\\): )?((dial|server|tls|hostname resolving) error: )?")

const noTLS = "server refused TLS connection"

// reachReason makes a sentence of what the driver says of each address and each
// way of encryption that it tried, every reason once. That a server has no TLS
// is a reason only where it is the only one: then TLS is required.
func reachReason(text string) string {
	var parts []string
	for _, line := range strings.Split(text, "\n") {
		line = driverWords.ReplaceAllString(oneLine(line), "")
		if line != "" && !slices.Contains(parts, line) {
			parts = append(parts, line)
		}
	}
	if i := slices.Index(parts, noTLS); i >= 0 && len(parts) > 1 {
		parts = slices.Delete(parts, i, i+1)
	}
	return strings.Join(parts, "; ")
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
