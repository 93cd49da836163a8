package store

import (
	"errors"
	"fmt"
	"strings"

	"lineman/models"
)

// known makes sure that every circuit of a record that a person makes is one
// of the inventory, and gives the links of those that the provider's rules do
// not find: of other providers, in work of one's own. PROVIDER:CID names the
// circuit of one provider.
func (e *editing) known(providerID string, windows []models.NoticeWindow) (links []models.Edit, err error) {
	done := map[string]string{}
	for i := range windows {
		for j := range windows[i].Circuits {
			c := &windows[i].Circuits[j]
			if cid, again := done[c.CID]; again {
				c.CID = cid
				continue
			}
			row, err := e.circuitFor(providerID, c.CID)
			if input, is := errors.AsType[*models.InputError](err); is {
				input.Field = fmt.Sprintf("circuits[%d].circuit_id", j)
			}
			if err != nil {
				return nil, err
			}
			typed := c.CID
			if row.ProviderID != providerID {
				c.CID = row.CID
				links = append(links, models.Edit{Kind: models.EditLink, CID: row.CID, CircuitID: row.ID, Impact: c.Impact})
			}
			done[typed] = c.CID
		}
	}
	return links, nil
}

// circuitFor finds the one circuit in sight that a person means.
func (e *editing) circuitFor(providerID, text string) (row circuitRow, err error) {
	q := e.w.Where("cid_key = ?", cidKey(text))
	if slug, rest, qualified := strings.Cut(text, ":"); qualified {
		q = e.w.Where("cid_key = ? OR (cid_key = ? AND provider_id IN (SELECT id FROM providers WHERE slug = ?))", cidKey(text), cidKey(rest), nameKey(slug))
	}
	var rows []circuitRow
	if err := q.Order("id").Find(&rows).Error; err != nil {
		return row, fmt.Errorf("look for circuit %s: %w", text, err)
	}
	var seen []circuitRow
	for _, r := range rows {
		ok, err := e.inSight(r.ID)
		if err != nil {
			return row, err
		}
		if ok && r.ProviderID == providerID {
			return r, nil
		}
		if ok {
			seen = append(seen, r)
		}
	}
	match, err := e.graph.links.match(providerID, text)
	switch {
	case err != nil:
		return row, err
	case match.CircuitID != "" && !match.Ambiguous:
		return circuitRow{ID: match.CircuitID, ProviderID: providerID, CID: text}, nil
	case len(seen) == 1:
		return seen[0], nil
	case len(seen) > 1:
		return row, models.Invalid("", "several providers have a circuit %q; write it as PROVIDER:CID", text)
	}
	return row, models.Invalid("", "the inventory has no circuit %q; import it first, or correct it", text)
}
