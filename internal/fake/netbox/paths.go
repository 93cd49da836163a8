package netbox

import (
	"fmt"
	"regexp"
	"strconv"

	"lineman/internal/fake/paged"
)

var pathsOf = regexp.MustCompile(`^circuits/circuit-terminations/(\d+)/paths/$`)

// paths answers with the cable paths through a termination: from the interface
// behind the panel, and back to it from beyond the circuit.
func paths(w *paged.World, path string) (any, bool) {
	asked := pathsOf.FindStringSubmatch(path)
	if asked == nil {
		return nil, false
	}
	id, _ := strconv.Atoi(asked[1]) // digits
	e := w.CircuitOf(id / 2).A
	if id%2 == 1 {
		e = w.CircuitOf(id / 2).Z
	}
	if e == nil || e.Behind == "" {
		return []any{}, true
	}
	port := func(kind, device, name string) []any {
		return []any{map[string]any{
			"id": id, "url": fmt.Sprintf("http://netbox.example/api/dcim/%s/%d/", kind, id), "display": name, "name": name, "cable": id, "_occupied": true,
			"device": map[string]any{"id": id, "url": "", "display": device, "name": device},
		}}
	}
	cable := func(n int) []any {
		return []any{map[string]any{"id": n, "url": fmt.Sprintf("http://netbox.example/api/dcim/cables/%d/", n), "display": "#", "label": ""}}
	}
	other := id ^ 1
	way := []any{
		port("interfaces", e.Behind, e.BehindAt), cable(7001), port("rear-ports", e.Device, "rear"), port("front-ports", e.Device, e.Port), cable(id),
		[]any{brief("circuits/circuit-terminations", id, "T")}, []any{brief("circuits/circuit-terminations", other, "T")}, cable(7002), port("interfaces", "far1", "far"),
	}
	back := make([]any, len(way))
	for i, step := range way {
		back[len(way)-1-i] = step
	}
	return []any{
		map[string]any{"id": 1, "path": back, "is_active": true, "is_complete": true, "is_split": false},
		map[string]any{"id": 2, "path": way, "is_active": true, "is_complete": true, "is_split": false},
	}, true
}
