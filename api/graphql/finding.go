package graphql

import (
	graph "github.com/graph-gophers/graphql-go"

	"lineman/models"
)

// finding is a Finding.
type finding struct {
	ID        graph.ID
	Kind      string
	Name      string
	Severity  string
	StartTime *dateTime
	EndTime   *dateTime
	Since     *dateTime
	Ack       bool
	Closed    *dateTime

	circuitIDs     []string
	circuits       *shared[*circuit]
	maintenanceIDs []string
	maintenances   *shared[*maintenance]
}

func newFindings(r *request, found []models.FindingItem) []*finding {
	var circuitIDs, maintenanceIDs []string
	for _, f := range found {
		circuitIDs, maintenanceIDs = append(circuitIDs, f.Finding.Circuits...), append(maintenanceIDs, f.Finding.Maintenances...)
	}
	circuits, maintenances := circuitsByID(r, circuitIDs), maintenancesByID(r, maintenanceIDs)
	nodes := make([]*finding, len(found))
	for i, f := range found {
		nodes[i] = &finding{
			ID: graph.ID(f.ID), Kind: string(f.Subject.Kind), Name: f.Subject.Name, Severity: string(f.Severity), StartTime: moment(f.Start),
			EndTime: moment(f.End), Since: moment(f.Since), Ack: f.Acknowledged(), Closed: moment(f.ClosedAt),
			circuitIDs: f.Finding.Circuits, circuits: circuits, maintenanceIDs: f.Finding.Maintenances, maintenances: maintenances,
		}
	}
	return nodes
}

// Circuits are those that are down or at risk in it.
func (f *finding) Circuits() []*circuit {
	return several(f.circuits, f.circuitIDs)
}

// CircuitMaintenances are those that it comes of.
func (f *finding) CircuitMaintenances() []*maintenance {
	return several(f.maintenances, f.maintenanceIDs)
}

// several gives the records that one refers to and counts them; what is out of
// sight is left out.
func several[N any](s *shared[*N], ids []string) []*N {
	nodes := []*N{}
	for _, id := range ids {
		if n := s.of(id); n != nil {
			nodes = append(nodes, n)
		}
	}
	s.r.take(len(nodes))
	return nodes
}
