package dcim

import (
	"context"
	"maps"
	"net/url"

	"lineman/internal/config"
)

// nautobot is Nautobot from 1.0 on. With 2.0 sites became locations, the type of
// a circuit got another name, and what an object refers to is only whole with
// depth=1.
var nautobot = kind{
	name: "nautobot", title: "Nautobot", versionKey: "nautobot-version", oldest: version{1, 0},
	lists: nautobotLists,
	filters: func(f config.InventoryFilters, v version) url.Values {
		kind, tag := "circuit_type", "tags"
		if v.major < 2 {
			kind, tag = "type", "tag"
		}
		q := wanted(map[string][]string{"provider": f.Provider, kind: f.Type, "status": f.Status, "tenant": f.Tenant, tag: f.Tag})
		maps.Copy(q, nautobotLists(v))
		return q
	},
	places: func(ctx context.Context, c *client, v version) (map[string]place, error) {
		if v.major < 2 {
			return places(ctx, c, "dcim/sites/", nil, "dcim.site")
		}
		return places(ctx, c, "dcim/locations/", nautobotLists(v), "dcim.location")
	},
	groups: func(version) bool { return false },
}

func nautobotLists(v version) url.Values {
	if v.major < 2 {
		return url.Values{}
	}
	return url.Values{"depth": {"1"}, "exclude_m2m": {"false"}}
}
