package main

import (
	"net/http/httptest"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"lineman/internal/fake/nautobot"
	"lineman/internal/fake/netbox"
	"lineman/internal/fake/paged"
)

// fakesKey is where a script keeps the systems that it started, by kind.
type fakesKey struct{}

func setUpFakes(env *testscript.Env) error {
	env.Values[fakesKey{}] = map[string]*paged.Server{}
	env.Values[modelKey{}] = &askedOf{}
	return nil
}

// fakeCommands are what scripts have beside the program.
var fakeCommands = map[string]func(ts *testscript.TestScript, neg bool, args []string){
	"inventory-start":  startInventory,
	"inventory-change": changeInventory,
	"model-start":      startModel,
	"model-asked":      askedModel,
}

// startInventory is "inventory-start netbox|nautobot VERSION": it runs until
// the script ends, at the address $KIND_URL.
func startInventory(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: inventory-start netbox|nautobot VERSION")
	}
	fake := netbox.New(netbox.Options{Version: args[1], Token: "0123456789abcdef"}, paged.Harbour())
	if args[0] == "nautobot" {
		fake = nautobot.New(nautobot.Options{Version: args[1], Token: "0123456789abcdef"}, paged.Harbour())
	}
	ts.Value(fakesKey{}).(map[string]*paged.Server)[args[0]] = fake
	server := httptest.NewServer(fake)
	ts.Defer(server.Close)
	ts.Setenv(strings.ToUpper(args[0])+"_URL", server.URL)
}

// changeInventory is "inventory-change KIND remove CID..." or "inventory-change
// KIND move CID DEVICE".
func changeInventory(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: inventory-change KIND remove|move CID...")
	}
	fake := ts.Value(fakesKey{}).(map[string]*paged.Server)[args[0]]
	fake.Change(func(w *paged.World) {
		switch args[1] {
		case "remove":
			w.Circuits = slices.DeleteFunc(w.Circuits, func(c paged.Circuit) bool { return slices.Contains(args[2:], c.CID) })
		case "move":
			for i, c := range w.Circuits {
				if c.CID == args[2] {
					w.Circuits[i].A.Device = args[3]
				}
			}
		default:
			ts.Fatalf("nothing is called %s", args[1])
		}
	})
}
