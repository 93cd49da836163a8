package netbox

import (
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"

	"lineman/internal/fake/paged"
)

func object(id int, short, full map[string]any, match map[string][]string) paged.Object {
	for name, v := range short {
		if _, set := full[name]; !set {
			full[name] = v
		}
	}
	full["created"], full["last_updated"] = "2030-01-01T00:00:00.000000Z", "2030-01-01T00:00:00.000000Z"
	text := strconv.Itoa(id)
	if match == nil {
		match = map[string][]string{}
	}
	match["id"] = []string{text}
	return paged.Object{ID: text, Full: full, Brief: short, Match: match}
}

// brief is an object where another names it.
func brief(path string, id int, name string) map[string]any {
	return map[string]any{
		"id": id, "url": fmt.Sprintf("http://netbox.example/api/%s/%d/", path, id), "display": name, "name": name, "slug": slug(name),
	}
}

// nested is an object that is only known by its name; null without one.
func nested(path, name string) any {
	if name == "" {
		return nil
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(path + name)) // a hash takes everything
	return brief(path, int(h.Sum32()%1_000_000), name)
}

func choice(label string) any {
	if label == "" {
		return nil
	}
	return map[string]any{"value": slug(label), "label": strings.ToUpper(label[:1]) + label[1:]}
}

func tags(names []string) []any {
	all := []any{}
	for i, name := range names {
		all = append(all, map[string]any{"id": i + 1, "url": "", "display": name, "name": name, "slug": slug(name), "color": "9e9e9e"})
	}
	return all
}

func fields(f map[string]any) map[string]any {
	if f == nil {
		return map[string]any{}
	}
	return f
}

func slug(name string) string { return strings.ReplaceAll(strings.ToLower(name), " ", "-") }

func releaseOf(text string) release {
	parts := strings.SplitN(text, ".", 3)
	major, _ := strconv.Atoi(parts[0]) // a test's own version
	minor := 0
	if len(parts) > 1 {
		minor, _ = strconv.Atoi(parts[1])
	}
	return release(100*major + minor)
}
