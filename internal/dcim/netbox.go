package dcim

import (
	"context"
	"net/url"

	"lineman/internal/config"
)

// netbox is NetBox from 3.0 on. Circuit groups came with 4.1; with 4.2 a
// circuit ends at any kind of place, and that may be a location in a site.
var netbox = kind{
	name: "netbox", title: "NetBox", versionKey: "netbox-version", oldest: version{3, 0},
	lists: func(version) url.Values { return url.Values{"ordering": {"id"}} },
	filters: func(f config.InventoryFilters, _ version) url.Values {
		return wanted(map[string][]string{"provider": f.Provider, "type": f.Type, "status": f.Status, "tenant": f.Tenant, "tag": f.Tag})
	},
	places: func(ctx context.Context, c *client, _ version) (map[string]place, error) {
		return places(ctx, c, "dcim/sites/", url.Values{"ordering": {"id"}}, "dcim.site")
	},
	groups: func(v version) bool { return !v.before(version{4, 1}) },
}

// wanted makes parameters of the filters that are set.
func wanted(filters map[string][]string) url.Values {
	q := url.Values{}
	for name, values := range filters {
		if len(values) > 0 {
			q[name] = values
		}
	}
	return q
}

// places reads one kind of place, by its type and ID.
func places(ctx context.Context, c *client, path string, query url.Values, kind string) (map[string]place, error) {
	rows, err := list[placeJSON](ctx, c, path, query)
	if err != nil {
		return nil, err
	}
	all := make(map[string]place, len(rows))
	for _, p := range rows {
		parent := p.Parent.ID
		all[kind+"/"+p.ID.ID] = place{
			id: kind + "/" + p.ID.ID, name: clip(p.Name, maxText), kind: p.LocationType.text(), parent: parentKey(kind, parent),
			region: p.Region.text(), tenant: p.Tenant.text(), tags: tags(p.Tags),
		}
	}
	return all, nil
}

func parentKey(kind, id string) string {
	if id == "" {
		return ""
	}
	return kind + "/" + id
}
