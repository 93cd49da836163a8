package app_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lineman/internal/fake/nautobot"
	"lineman/internal/fake/netbox"
	"lineman/internal/fake/paged"
	"lineman/internal/store/storetest"
)

// stocked makes an installation whose circuits come from other systems alone;
// yaml is what follows under inventory_sources.
func stocked(t *testing.T, database, yaml string) installation {
	t.Helper()
	in := installation{dir: t.TempDir(), bin: binary(t)}
	in.config = filepath.Join(in.dir, "lineman.yaml")
	text := fmt.Sprintf(`database: {url: "%s"}
log: {level: info}
http: {address: "127.0.0.1:0"}
metrics:
  enable: true
  labels_attached: {circuit: circuit.cid, device: device.name, port: interface, room: circuit.custom_fields.Room, site: site.name}
inventory_sources:
%s`, database, yaml)
	if err := os.WriteFile(in.config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return in
}

func listen(t *testing.T, h http.Handler) string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

const inventoryToken = "0123456789abcdef"

func inventoryYAML(name, kind, url, more string) string {
	return fmt.Sprintf("  - {name: %s, kind: %s, url: \"%s\", token: %s, aliases: [custom_fields.provider_cid], page_size: 2%s}\n", name, kind, url, inventoryToken, more)
}

// TestInventoryByHand: the whole program against a NetBox and a Nautobot, on
// both databases: what it prints, what a dry run leaves, what is refused.
func TestInventoryByHand(t *testing.T) {
	storetest.EachEmptyURL(t, func(t *testing.T, database string) {
		box := netbox.New(netbox.Options{Version: "4.2.2", Token: inventoryToken}, paged.Harbour())
		bot := nautobot.New(nautobot.Options{Version: "2.3.1", Token: inventoryToken}, paged.World{
			Providers: []paged.Provider{{ID: 1, Name: "Quay Net"}}, Circuits: []paged.Circuit{{ID: 1, CID: "QN-77", Type: "Transit", Status: "Active"}},
		})
		bot.Change(func(w *paged.World) { w.Providers[0].Slug, w.Circuits[0].Provider = "quay", "quay" })
		in := stocked(t, database, inventoryYAML("box", "netbox", listen(t, box), ", providers: {zayo-east: zayo lumen}")+inventoryYAML("bot", "nautobot", listen(t, bot), ""))

		in.run(t, "migrate", "up")
		dry := in.run(t, "inventory", "sync", "box", "--dry-run")
		if !strings.Contains(dry, "a dry run") || !strings.Contains(dry, "circuits: created 3, updated 0, removed 0, unchanged 0") {
			t.Errorf("dry run:\n%s", dry)
		}
		if out := in.run(t, "circuits", "export"); strings.Count(out, "\n") != 1 {
			t.Errorf("a dry run left circuits:\n%s", out)
		}
		out := in.run(t, "inventory", "sync")
		for _, want := range []string{
			"box: netbox 4.2.2\n", "bot: nautobot 2.3.1\n", "  circuits: created 3, updated 0, removed 0, unchanged 0\n", "  circuits: created 1, updated 0",
			"  groups: created 1, updated 0", "  providers: created 1, updated 1",
		} {
			if !strings.Contains(out, want) {
				t.Errorf("no %q in\n%s", want, out)
			}
		}
		if out := in.run(t, "circuits", "export"); !strings.Contains(out, "HX/1,zayo,Transit,active,Harbour,,XC-1,,uplink,Ops,gold") || !strings.Contains(out, "QN-77,quay-net,Transit") {
			t.Errorf("circuits:\n%s", out)
		}
		if out := in.run(t, "aliases", "export"); !strings.Contains(out, "zayo,PC-1,HX/1") || strings.Contains(out, "lumen") {
			t.Errorf("aliases:\n%s", out)
		}
		box.Change(func(w *paged.World) { w.Circuits = w.Circuits[2:] })
		c := in.command("inventory", "sync", "box")
		text, err := c.CombinedOutput()
		if err == nil || c.ProcessState.ExitCode() != 1 || !strings.Contains(string(text), "--accept-removals") {
			t.Errorf("two of three are gone: %v\n%s", err, text)
		}
		if out := in.run(t, "inventory", "list"); !strings.Contains(out, "--accept-removals") || !strings.Contains(out, "nautobot 2.3.1") {
			t.Errorf("list:\n%s", out)
		}
		if out := in.run(t, "inventory", "sync", "box", "--accept-removals"); !strings.Contains(out, "removed 2, unchanged 1") {
			t.Errorf("accepted:\n%s", out)
		}
		if strings.Contains(string(text)+out, inventoryToken) {
			t.Error("the token is printed")
		}
	})
}

// TestInventoryOnSchedule: the service syncs by itself through 429 and 503, and
// the records are in REST and in the gauge with device, port and custom field.
func TestInventoryOnSchedule(t *testing.T) {
	box := netbox.New(netbox.Options{Version: "4.1.3", Token: inventoryToken}, paged.Harbour())
	box.Fail(paged.Fault{Path: "circuits/circuits", Status: 429, RetryAfter: "1", Body: "{}", Times: 1})
	box.Fail(paged.Fault{Path: "circuits/providers", Status: 503, Body: "{}", Times: 1})
	dir := t.TempDir()
	left := netbox.New(netbox.Options{Version: "4.1.3", Token: inventoryToken}, paged.World{})
	database := "sqlite:" + filepath.Join(dir, "lineman.db")
	stocked(t, database, inventoryYAML("left", "netbox", listen(t, left), "")).run(t, "inventory", "sync")
	in := stocked(t, database, inventoryYAML("box", "netbox", listen(t, box), ", schedule: \"@every 1s\""))
	s := in.serve(t)
	until(t, "the circuits", func() bool { return s.count(t, "/api/v1/circuits") == 3 })
	_, figures := s.get(t, "/metrics")
	for _, want := range []string{
		`circuit_maintenance_status{circuit="HX/1",device="edge1",port="xe-0/0/1",room="12",site="Harbour"} 1`,
		`circuit_maintenance_status{circuit="QN-1",device="",port="",room="",site=""} 1`,
		`lineman_inventory_sync_up{inventory="box"} 1`, `lineman_inventory_sync_circuits{inventory="box",state="present"} 3`,
	} {
		if !strings.Contains(figures, want) {
			t.Errorf("no %s in\n%s", want, figures)
		}
	}
	if strings.Contains(figures, `inventory="left"`) {
		t.Error("the gauge tells of an inventory that is configured no more")
	}
	box.Change(func(w *paged.World) { w.Circuits[0].A.Device = "edge2" })
	until(t, "the next sync", func() bool {
		_, text := s.get(t, "/metrics")
		return strings.Contains(text, `circuit="HX/1",device="edge2"`)
	})
	s.stop(t)
	if strings.Contains(s.log.String(), inventoryToken) {
		t.Error("the token is in the log")
	}
}

func TestDoctorInventories(t *testing.T) {
	box := listen(t, netbox.New(netbox.Options{Version: "4.1.3", Token: inventoryToken}, paged.Harbour()))
	empty := listen(t, netbox.New(netbox.Options{Version: "4.1.3", Token: inventoryToken}, paged.World{}))
	text := "inventory_sources:\n" + inventoryYAML("box", "netbox", box, "") + inventoryYAML("empty", "netbox", empty, "") +
		inventoryYAML("other", "nautobot", box, "") + inventoryYAML("wrong", "netbox", "ftp://x", "")
	admit(t, text).finds("inventory",
		`ok    inventory box: NetBox 4.1.3 shows 3 circuits`,
		`warn  inventory empty: NetBox 4.1.3 shows no circuit; check the rights of its token and the filters`,
		`fail  inventory other: `+strings.TrimPrefix(box, "http://")+` is a NetBox 4.1.3; set kind: netbox`,
		`warn  inventory wrong: not checked, because its settings are wrong; put them right as the configuration's lines say`,
	)
}
