package config

import (
	"fmt"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const (
	hour = time.Hour
	day  = 24 * hour
	week = 7 * day
)

// expected says in words what a single value must be.
func expected(v reflect.Value) string {
	switch {
	case v.Type() == durationType:
		return "a time span such as 90d, 12h, 30m or 0"
	case v.Kind() == reflect.Bool:
		return "true or false"
	case v.CanInt():
		return "a whole number"
	}
	return "a single value"
}

// setText resolves references in text and sets v, the setting at key.
func (d *decoder) setText(v reflect.Value, text, key string) {
	resolved, ok := d.resolve(text, key)
	if !ok {
		return
	}
	if v.Type() == secretType && resolved == "" && resolved != text {
		d.add(key, "is empty: %s holds nothing; fill it", text)
		return
	}
	if v.Type() == secretType && resolved == text && secretText(text) {
		d.written = append(d.written, key)
	}
	d.set(v, resolved, key, shown(text, resolved))
}

// shown is how a value may be named in a message: what came from elsewhere may
// be a secret in the wrong place.
func shown(written, resolved string) string {
	if written != resolved {
		return "the value of " + written
	}
	return strconv.Quote(resolved)
}

// set parses text by v's type.
func (d *decoder) set(v reflect.Value, text, key, show string) {
	switch {
	case v.Type() == durationType:
		span, err := parseDuration(text)
		if err != nil {
			d.add(key, "must be %s, not %s", expected(v), show)
			return
		}
		v.SetInt(int64(span))
	case v.Kind() == reflect.String:
		v.SetString(text)
	case v.Kind() == reflect.Bool:
		if lower := strings.ToLower(text); lower != "true" && lower != "false" {
			d.add(key, "must be %s, not %s", expected(v), show)
			return
		}
		v.SetBool(strings.EqualFold(text, "true"))
	case v.CanInt():
		n, err := strconv.ParseInt(text, 10, v.Type().Bits())
		if err != nil {
			d.add(key, "must be %s, not %s", expected(v), show)
			return
		}
		v.SetInt(n)
	default:
		panic("config: no way to read a " + v.Type().String())
	}
}

var reference = regexp.MustCompile(`\$?\$\{([^}]*)\}`)

var variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// resolve replaces each ${NAME} by the variable and a value file:/path by the
// file's content without its last line break. $${ stands for ${.
func (d *decoder) resolve(text, key string) (string, bool) {
	if path, ok := strings.CutPrefix(text, "file:"); ok {
		return d.resolveFile(path, key)
	}
	good := true
	out := reference.ReplaceAllStringFunc(text, func(match string) string {
		if strings.HasPrefix(match, "$$") {
			return match[1:]
		}
		name := match[2 : len(match)-1]
		if !variableName.MatchString(name) {
			d.add(key, "%s names no environment variable; write ${NAME}, or $${ for the two signs themselves", match)
			good = false
			return ""
		}
		d.used[name] = append(d.used[name], key)
		value, ok := d.env[name]
		if !ok {
			d.add(key, "environment variable %s is not set; set it or write another value", name)
			good = false
		}
		return value
	})
	return out, good
}

func (d *decoder) resolveFile(path, key string) (string, bool) {
	if !filepath.IsAbs(path) {
		d.add(key, "file:%s names no absolute path; write file:/path", path)
		return "", false
	}
	d.files = append(d.files, ValueFile{Key: key, Path: path})
	data, err := readFile(path)
	if err != nil {
		d.add(key, "cannot read %s: %v; check the path and its permissions", path, reason(err))
		return "", false
	}
	text := strings.TrimSuffix(string(data), "\n")
	return strings.TrimSuffix(text, "\r"), true
}

var spanPart = regexp.MustCompile(`^([0-9]+(?:\.[0-9]+)?)(w|d|h|ms|m|s)`)

// parseDuration reads 90d, 1w2d, 1h30m, 15s or 0.
func parseDuration(text string) (time.Duration, error) {
	if text == "0" {
		return 0, nil
	}
	units := map[string]time.Duration{"w": week, "d": day, "h": hour, "m": time.Minute, "s": time.Second, "ms": time.Millisecond}
	var total float64
	rest := text
	for rest != "" {
		part := spanPart.FindStringSubmatch(rest)
		if part == nil {
			return 0, fmt.Errorf("%q is no time span", text)
		}
		n, err := strconv.ParseFloat(part[1], 64)
		if err != nil {
			return 0, fmt.Errorf("%q is no time span", text)
		}
		total += n * float64(units[part[2]])
		rest = rest[len(part[0]):]
	}
	const longest = 100 * 365 * day
	if text == "" || total > float64(longest) {
		return 0, fmt.Errorf("%q is no time span", text)
	}
	return time.Duration(total), nil
}
