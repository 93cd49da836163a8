package dcim

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// maxTraced is how many cables are followed through patch panels in one
// reading: each takes a call.
const maxTraced = 1000

// cablePath is a way through cables and panels as NetBox keeps it: what stands
// at each step, with cables between.
type cablePath struct {
	Path [][]json.RawMessage `json:"path"`
}

type stepJSON struct {
	object
	URL string `json:"url"`
}

// trace follows the cables of NetBox terminations that end at a patch panel to
// the interface behind it. Where that cannot be found out the panel stays.
func (o *reading) trace(ctx context.Context, ends []endJSON) error {
	traced := 0
	for i := range ends {
		e := &ends[i]
		if e.LinkPeersType != "dcim.frontport" && e.LinkPeersType != "dcim.rearport" {
			continue
		}
		if traced++; traced > maxTraced {
			o.warn("more than %d cables end at patch panels; the others show the panel", maxTraced)
			return nil
		}
		var paths []cablePath
		err := o.client.get(ctx, o.client.at("circuits/circuit-terminations/"+e.key()+"/paths/", nil), &paths)
		if refused(err, http.StatusForbidden, http.StatusUnauthorized, http.StatusNotFound) {
			o.warn("cables are not followed through patch panels: %v", err)
			return nil
		}
		if err != nil {
			return err
		}
		for _, p := range paths {
			if end, found := p.beyond(e.key()); found {
				e.connectedMachine, e.connectedPort = end.Device, end.text()
				break
			}
		}
	}
	return nil
}

// beyond gives the interface at the end of the path that leaves a termination
// by its cable.
func (p cablePath) beyond(termination string) (peer, bool) {
	at := slices.IndexFunc(p.Path, func(nodes []json.RawMessage) bool {
		return stepOf(nodes, "/circuit-terminations/").key() == termination
	})
	if at < 0 {
		return peer{}, false
	}
	last := len(p.Path) - 1
	switch {
	case at > 0 && stepOf(p.Path[at-1], "/cables/").key() != "":
		return interfaceOf(p.Path[0])
	case at < last && stepOf(p.Path[at+1], "/cables/").key() != "":
		return interfaceOf(p.Path[last])
	}
	return peer{}, false
}

// stepOf reads the first node of a step if it is of this kind.
func stepOf(nodes []json.RawMessage, kind string) stepJSON {
	var s stepJSON
	if len(nodes) == 0 || json.Unmarshal(nodes[0], &s) != nil || !strings.Contains(s.URL, kind) {
		return stepJSON{}
	}
	return s
}

func interfaceOf(nodes []json.RawMessage) (peer, bool) {
	var p peer
	if stepOf(nodes, "/interfaces/").key() == "" || p.UnmarshalJSON(nodes[0]) != nil {
		return peer{}, false
	}
	return p, p.Device != (ref{})
}
