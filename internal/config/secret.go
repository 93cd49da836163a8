package config

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"
)

const redacted = "***"

// Secret is a text that never prints: fmt, JSON, YAML and slog give ***. Only
// Reveal gives the text.
type Secret string

// Reveal gives the text, for the one place that hands it to its receiver.
func (s Secret) Reveal() string { return string(s) }

// String gives ***.
func (s Secret) String() string { return redacted }

// GoString gives ***.
func (s Secret) GoString() string { return redacted }

// Format writes *** for every verb.
func (s Secret) Format(w fmt.State, _ rune) { _, _ = io.WriteString(w, redacted) }

// MarshalJSON gives "***".
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + redacted + `"`), nil }

// MarshalText gives ***.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// MarshalYAML gives ***.
func (s Secret) MarshalYAML() (any, error) { return redacted, nil }

// LogValue gives ***.
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// Tree is a part of the file whose keys are not checked here: strings, bools,
// ints, float64s, nil, []any and map[string]any, with ${NAME} and file: already
// resolved. It may hold tokens, so that only its first keys print.
type Tree map[string]any

// Reveal gives the content.
func (t Tree) Reveal() map[string]any { return t }

// keys is what may be shown.
func (t Tree) keys() map[string]string {
	shown := make(map[string]string, len(t))
	for k := range t {
		shown[k] = redacted
	}
	return shown
}

// String gives the first keys.
func (t Tree) String() string {
	return "{" + strings.Join(slices.Sorted(maps.Keys(t)), ", ") + "}"
}

// GoString gives the first keys.
func (t Tree) GoString() string { return t.String() }

// Format writes the first keys for every verb.
func (t Tree) Format(w fmt.State, _ rune) { _, _ = io.WriteString(w, t.String()) }

// MarshalJSON gives the first keys, each with "***".
func (t Tree) MarshalJSON() ([]byte, error) { return json.Marshal(t.keys()) }

// MarshalText gives the first keys.
func (t Tree) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// MarshalYAML gives the first keys, each with ***.
func (t Tree) MarshalYAML() (any, error) { return t.keys(), nil }

// LogValue gives the first keys.
func (t Tree) LogValue() slog.Value { return slog.StringValue(t.String()) }
