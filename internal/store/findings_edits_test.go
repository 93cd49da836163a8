package store_test

import (
	"testing"
	"time"

	"lineman/models"
)

// TestFindingFollowsLinks: a circuit that a person links is hit where the
// notice lists it, and one that a person adds in every window, beside those
// that were hit before.
func TestFindingFollowsLinks(t *testing.T) {
	eachPlant(t, func(t *testing.T, p plant) {
		sites(t, p.s, "Oslo", "Bonn")
		circuits(t, p.s,
			models.CircuitRow{CID: "L/3", Provider: "lumen", SiteA: "Oslo"}, models.CircuitRow{CID: "Z/3", Provider: "zayo", SiteA: "Oslo"},
			models.CircuitRow{CID: "Z/5", Provider: "zayo", SiteA: "Bonn"}, models.CircuitRow{CID: "Z/6", Provider: "zayo", SiteA: "Bonn"},
		)
		link := func(maintenance, cid, circuit string) {
			t.Helper()
			write(t, p.s, eva, models.Write{Maintenance: maintenance, Acts: []models.Edit{{Kind: models.EditLink, CID: cid, CircuitID: p.circuitID(circuit)}}})
		}
		nights := p.says(p.lumen, "L", 10, 12, "L/1", "their name")
		nights.Windows = append(nights.Windows, p.says(p.lumen, "L", 34, 36, "L/1").Windows...)
		p.receive(p.lumen, nights)
		p.receive(p.zayo, p.says(p.zayo, "T", 34, 36, "Z/3"))
		link("lumen-L", "their name", "L/3") // of the first night alone
		p.want(models.FindingsOpen)
		link("lumen-L", "L/3", "L/3") // in both
		p.want(models.FindingsOpen, "Oslo isolated 34-36 L/3 Z/3 by lumen-L, zayo-T")

		// The windows name no circuits: all are hit in each.
		p.receive(p.zayo, p.says(p.zayo, "U", 50, 52))
		p.receive(p.zayo, with(p.says(p.zayo, "U", 50, 52, "Z/5"), func(n *models.Notice) { n.Windows[0].Start, n.Windows[0].End = time.Time{}, time.Time{} }))
		link("zayo-U", "Z/6", "Z/6")
		p.want(models.FindingsOpen, "Bonn isolated 50-52 Z/5 Z/6 by zayo-U", "Oslo isolated 34-36 L/3 Z/3 by lumen-L, zayo-T")
	})
}
