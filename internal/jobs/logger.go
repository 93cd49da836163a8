package jobs

import (
	"context"
	"log/slog"
)

// quiet lets River's warnings and errors through; what it has to tell beside
// them our worker logs in our own words.
type quiet struct{ slog.Handler }

// Enabled is false below Warn.
func (h quiet) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && h.Handler.Enabled(ctx, level)
}

// WithAttrs keeps the filter.
func (h quiet) WithAttrs(attrs []slog.Attr) slog.Handler { return quiet{h.Handler.WithAttrs(attrs)} }

// WithGroup keeps the filter.
func (h quiet) WithGroup(name string) slog.Handler { return quiet{h.Handler.WithGroup(name)} }
