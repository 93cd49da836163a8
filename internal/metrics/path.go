package metrics

import "lineman/models"

// resolve follows a dotted path from a termination (F47). known is false for a
// path that leads nowhere whatever the record. The names are those of NetBox
// and Nautobot, old and new: circuit.type and circuit.circuit_type, site and
// location, custom_fields and cf. Through circuit.terminations the first one is taken.
func resolve(row *models.CircuitStatus, path []string) (text string, known bool) {
	text, known = follow(row, path)
	if !known {
		return "", false
	}
	return text, true
}

func follow(row *models.CircuitStatus, path []string) (text string, known bool) {
	if len(path) == 0 {
		return "", false
	}
	t, rest := &row.Termination, path[1:]
	switch path[0] {
	case "circuit":
		return ofCircuit(&row.Circuit, rest)
	case "site", "location":
		return ofSite(&t.Site, rest)
	case "term_side", "side":
		return t.Side, len(rest) == 0
	case "xconnect_id", "xconnect":
		return t.XConnect, len(rest) == 0
	case "device":
		return named(t.Device, rest)
	case "interface":
		return named(t.Interface, rest)
	case "cable":
		if len(rest) == 1 && rest[0] == "label" {
			return t.Cable, true
		}
		return named(t.Cable, rest)
	case "connected_endpoint":
		return ofPort(t, rest)
	case "custom_fields", "custom_field_data", "_custom_field_data", "cf":
		return ofField(t.CustomFields, rest)
	case "id":
		return t.ID, len(rest) == 0
	}
	return "", false
}

// ofPort goes on from the interface that a termination's cable leads to.
func ofPort(t *models.Termination, path []string) (string, bool) {
	if len(path) > 0 && path[0] == "device" {
		return named(t.Device, path[1:])
	}
	return named(t.Interface, path)
}

// ofField gives a custom field: any name may be one.
func ofField(fields map[string]string, path []string) (string, bool) {
	if len(path) != 1 {
		return "", false
	}
	return fields[path[0]], true
}

func ofCircuit(c *models.Circuit, path []string) (string, bool) {
	if len(path) == 0 {
		return c.CID, true
	}
	rest := path[1:]
	switch path[0] {
	case "cid":
		return c.CID, len(rest) == 0
	case "id":
		return c.ID, len(rest) == 0
	case "description":
		return c.Description, len(rest) == 0
	case "status":
		return named(c.Status, rest)
	case "type", "circuit_type":
		return named(c.Type, rest)
	case "tenant":
		return named(c.Tenant, rest)
	case "custom_fields", "custom_field_data", "_custom_field_data", "cf":
		return ofField(c.CustomFields, rest)
	case "provider":
		return ofProvider(&c.Provider, rest)
	case "terminations":
		return ofEnd(c, rest, func(models.Termination) bool { return true })
	case "termination_a", "circuit_termination_a":
		return ofEnd(c, rest, func(t models.Termination) bool { return t.Side == models.SideA })
	case "termination_z", "circuit_termination_z":
		return ofEnd(c, rest, func(t models.Termination) bool { return t.Side == models.SideZ })
	}
	return "", false
}

// ofEnd goes on from the first termination that is meant.
func ofEnd(c *models.Circuit, path []string, meant func(models.Termination) bool) (string, bool) {
	if len(path) > 0 && path[0] == "circuit" {
		return "", false // no way round in circles
	}
	for _, t := range c.Terminations {
		if meant(t) {
			return follow(&models.CircuitStatus{Circuit: *c, Termination: t}, path)
		}
	}
	_, known := follow(&models.CircuitStatus{}, path)
	return "", known
}

func ofProvider(p *models.Provider, path []string) (string, bool) {
	if len(path) == 0 {
		return p.Name, true
	}
	switch path[0] {
	case "name":
		return p.Name, len(path) == 1
	case "slug":
		return p.Slug, len(path) == 1
	case "id":
		return p.ID, len(path) == 1
	case "tenant":
		return named(p.Tenant, path[1:])
	}
	return "", false
}

func ofSite(s *models.Site, path []string) (string, bool) {
	if len(path) == 0 {
		return s.Name, true
	}
	switch path[0] {
	case "name":
		return s.Name, len(path) == 1
	case "id":
		return s.ID, len(path) == 1
	case "region", "parent":
		return named(s.Region, path[1:])
	case "tenant":
		return named(s.Tenant, path[1:])
	}
	return "", false
}

// named is a thing of which only the name is known: its path may end there or
// in name.
func named(name string, path []string) (string, bool) {
	return name, len(path) == 0 || len(path) == 1 && path[0] == "name"
}
