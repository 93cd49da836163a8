package graphql

import (
	graph "github.com/graph-gophers/graphql-go"

	"lineman/models"
)

// impact is a CircuitImpact.
type impact struct {
	ID          graph.ID
	Impact      string
	Created     *dateTime
	LastUpdated *dateTime

	circuitID     string
	circuit       *circuit // known already, or among circuits
	circuits      *shared[*circuit]
	maintenanceID string
	maintenance   *maintenance // known already, or among maintenances
	maintenances  *shared[*maintenance]
}

// Maintenance is the one that the impact is of.
func (i *impact) Maintenance() *maintenance {
	if i.maintenance != nil {
		return i.maintenance
	}
	return i.maintenances.of(i.maintenanceID)
}

// Circuit is the one that the impact is on.
func (i *impact) Circuit() *circuit {
	if i.circuit != nil {
		return i.circuit
	}
	return i.circuits.of(i.circuitID)
}

// newImpacts makes impacts that were read by themselves.
func newImpacts(r *request, items []models.ImpactItem) []*impact {
	var circuitIDs, maintenanceIDs []string
	for _, i := range items {
		circuitIDs, maintenanceIDs = append(circuitIDs, i.CircuitID), append(maintenanceIDs, i.MaintenanceID)
	}
	circuits, maintenances := circuitsByID(r, circuitIDs), maintenancesByID(r, maintenanceIDs)
	nodes := make([]*impact, len(items))
	for n, i := range items {
		nodes[n] = &impact{
			ID: graph.ID(i.ID), Impact: string(i.Impact), Created: moment(i.CreatedAt), LastUpdated: moment(i.UpdatedAt),
			circuitID: i.CircuitID, circuits: circuits, maintenanceID: i.MaintenanceID, maintenances: maintenances,
		}
	}
	return nodes
}

// listedCircuit is a ListedCircuit.
type listedCircuit struct {
	CID       string
	Account   string
	Impact    string
	Cancelled bool

	circuitID string
	circuits  *shared[*circuit]
}

// Circuit is the inventory's, null when it knows none.
func (l *listedCircuit) Circuit() *circuit {
	if l.circuitID == "" {
		return nil
	}
	return l.circuits.of(l.circuitID)
}
