package store_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lineman/internal/store"
	"lineman/internal/store/storetest"
	"lineman/models"
)

func TestImportsComeOutAsTheyWentIn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		providers := []models.ProviderRow{
			{Line: 2, Name: "Acme Fiber", Slug: "acme", Emails: []string{"noc@acme.example", "acme.example"}, Parser: "zayo", Tenant: "t1", Tags: []string{"a", "b"}},
			{Line: 3, Name: "Bare & Co."},
		}
		want := models.ImportResult{Created: 2}
		for range 2 {
			got, err := s.ImportProviders(ctx, providers)
			ok(t, err)
			if got != want {
				t.Errorf("providers %+v", got)
			}
			want = models.ImportResult{Unchanged: 2}
		}
		out := must(s.ExportProviders(ctx))
		if out[0].Slug != "acme" || !cmp.Equal(out[0].Emails, providers[0].Emails) || out[0].Parser != "zayo" || !cmp.Equal(out[0].Tags, providers[0].Tags) {
			t.Errorf("%+v", out[0])
		}
		if p := provider(t, s, "bare-co"); p.Builtin {
			t.Error("an imported provider is not built in")
		}

		siteRows := []models.SiteRow{{Line: 2, Name: "Paris", Region: "EU", Tenant: "t1", Tags: []string{"core"}}, {Line: 3, Name: "Rome"}}
		got, err := s.ImportSites(ctx, siteRows)
		ok(t, err)
		if got.Created != 2 {
			t.Errorf("sites %+v", got)
		}
		siteRows[0].Line, siteRows[1].Line = 0, 0
		if diff := cmp.Diff(siteRows, must(s.ExportSites(ctx))); diff != "" {
			t.Error(diff)
		}

		row := models.CircuitRow{
			Line: 2, CID: "AC/1", Provider: "ACME fiber", Type: "Transit", Status: "active", SiteA: "Paris", SiteZ: "Rome",
			XConnectA: "x1", XConnectZ: "x2", Description: "up", Tenant: "t1", Tags: []string{"gold"},
		}
		got, err = s.ImportCircuits(ctx, []models.CircuitRow{row})
		ok(t, err)
		row.Line, row.Provider = 0, "acme"
		if diff := cmp.Diff([]models.CircuitRow{row}, must(s.ExportCircuits(ctx))); diff != "" || got.Created != 1 {
			t.Errorf("%+v %s", got, diff)
		}
		got, err = s.ImportCircuits(ctx, []models.CircuitRow{{CID: "ac/1", Provider: "acme", Status: "planned", SiteA: "Rome"}})
		ok(t, err)
		row.CID, row.Status, row.SiteA = "ac/1", "planned", "Rome"
		if diff := cmp.Diff([]models.CircuitRow{row}, must(s.ExportCircuits(ctx))); diff != "" || got.Updated != 1 {
			t.Errorf("%+v %s", got, diff)
		}
	})
}

func TestImportEditsTheCatalogue(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		got, err := s.ImportProviders(ctx, []models.ProviderRow{{Line: 2, Name: "zayo"}, {Line: 3, Name: "Lumen", Emails: []string{"  SMC@Lumen.com "}}})
		ok(t, err)
		if got != (models.ImportResult{Updated: 1, Unchanged: 1}) {
			t.Errorf("%+v", got)
		}
		zayo, lumen := provider(t, s, "zayo"), provider(t, s, "lumen")
		if !zayo.Builtin || len(zayo.Emails) == 0 || lumen.Builtin || !cmp.Equal(lumen.Emails, []string{"smc@lumen.com"}) {
			t.Errorf("%+v %+v", zayo, lumen)
		}
		// Two providers exchange their names and an address.
		_, err = s.ImportProviders(ctx, []models.ProviderRow{
			{Line: 2, Slug: "zayo", Name: "Zayo Group", Emails: []string{"zayo.com", "smc@lumen.com"}},
			{Line: 3, Slug: "lumen", Name: "Zayo", Emails: []string{"lumen.com", "mr@zayo.com"}},
		})
		ok(t, err)
		if p := provider(t, s, "lumen"); p.Name != "Zayo" || p.Emails[1] != "mr@zayo.com" {
			t.Errorf("%+v", p)
		}
	})
}

func TestBadImports(t *testing.T) {
	providers := func(rows ...models.ProviderRow) func(*store.Store) error {
		return func(s *store.Store) error { _, err := s.ImportProviders(ctx, rows); return err }
	}
	circuits := func(rows ...models.CircuitRow) func(*store.Store) error {
		return func(s *store.Store) error { _, err := s.ImportCircuits(ctx, rows); return err }
	}
	fine := models.ProviderRow{Line: 2, Name: "Fine"}
	tests := map[string]struct {
		do   func(*store.Store) error
		want string
	}{
		"no name":           {providers(fine, models.ProviderRow{Line: 7}), "line 7: the name is missing"},
		"bad slug":          {providers(fine, models.ProviderRow{Line: 3, Name: "X", Slug: "a b"}), `line 3: "a b" is no slug`},
		"no slug":           {providers(fine, models.ProviderRow{Line: 3, Name: "日本"}), `line 3: "" is no slug`},
		"twice":             {providers(fine, models.ProviderRow{Line: 3, Name: "fine"}), "line 3: provider fine is on line 2 already"},
		"name in use":       {providers(models.ProviderRow{Line: 3, Name: "Zayo", Slug: "other"}), `line 3: the name "Zayo" belongs to provider zayo`},
		"address in use":    {providers(fine, models.ProviderRow{Line: 3, Name: "X", Emails: []string{" MR@zayo.com"}}), "line 3: the address mr@zayo.com belongs to provider zayo"},
		"address twice":     {providers(models.ProviderRow{Line: 2, Name: "B", Emails: []string{"b.example"}}, models.ProviderRow{Line: 3, Name: "A", Emails: []string{"B.example"}}), "line 3: the address b.example belongs to provider b"},
		"no address":        {providers(models.ProviderRow{Line: 2, Name: "B", Emails: []string{"@b.example"}}), `line 2: "@b.example" is no address`},
		"no domain":         {providers(models.ProviderRow{Line: 2, Name: "B", Emails: []string{"localhost"}}), `"localhost" is no address`},
		"two at":            {providers(models.ProviderRow{Line: 2, Name: "B", Emails: []string{"a@b@c.example"}}), "is no address"},
		"no cid":            {circuits(models.CircuitRow{Line: 2, CID: "  ", Provider: "zayo"}), "line 2: the cid is missing"},
		"unknown provider":  {circuits(models.CircuitRow{Line: 2, CID: "A", Provider: "nobody"}), `line 2: there is no provider "nobody"`},
		"unknown site":      {circuits(models.CircuitRow{Line: 2, CID: "A", Provider: "zayo"}, models.CircuitRow{Line: 9, CID: "B", Provider: "zayo", SiteZ: "Atlantis"}), `line 9: there is no site "Atlantis"`},
		"circuit twice":     {circuits(models.CircuitRow{Line: 2, CID: "A", Provider: "zayo"}, models.CircuitRow{Line: 3, CID: "a", Provider: "Zayo"}), "line 3: circuit a of zayo is on line 2 already"},
		"site without name": {func(s *store.Store) error { _, err := s.ImportSites(ctx, []models.SiteRow{{Line: 4}}); return err }, "line 4: the name is missing"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := storetest.SQLite(t)
			err := test.do(s)
			var input *models.InputError
			if !errors.As(err, &input) || !strings.Contains(input.Error(), test.want) {
				t.Fatalf("error %v, want %s", err, test.want)
			}
			if n := len(must(s.Providers(ctx))); n != 30 {
				t.Errorf("%d providers: something was imported", n)
			}
			if n := len(must(s.ExportCircuits(ctx))); n != 0 {
				t.Errorf("%d circuits: something was imported", n)
			}
		})
	}
}

func TestLinksByEveryStep(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		zayo := provider(t, s, "zayo")
		circuits(t, s,
			models.CircuitRow{CID: "EXACT/1", Provider: "zayo"},
			models.CircuitRow{CID: "CROSS/1", Provider: "zayo", XConnectA: "XC-77"},
			models.CircuitRow{CID: "RULE/000/1", Provider: "zayo"},
			models.CircuitRow{CID: "EXACT/1", Provider: "lumen"},
		)
		b.receive(zayo, notice(zayo, "TTN-1", 3, "exact/1", "xc-77", "RULE-000-2"))
		d := detail(t, s, "zayo-TTN-1")
		got := map[string]string{}
		for _, c := range d.Circuits {
			if c.Circuit != nil {
				got[c.CID] = c.Circuit.Provider.Slug + " " + c.Circuit.CID
			}
		}
		want := map[string]string{"exact/1": "zayo EXACT/1", "xc-77": "zayo CROSS/1"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}
