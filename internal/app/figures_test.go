package app_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"lineman/internal/fake/fleet"
	"lineman/internal/load"
	"lineman/internal/store/storetest"
)

// BenchmarkFigures measures `lineman serve` over HTTP as those who read it do:
// among 100,000 maintenances, 50,000 circuits and 300,000 impacts, on SQLite
// and on PostgreSQL. It prints what is wanted beside what is seen; what the
// overlaps cost of a change is BenchmarkFindings. The records
// are written by plain SQL (package fleet), those that it changes by lineman.
// LINEMAN_BENCH_FIGURES sets the seconds of each measurement at a rate, and
// LINEMAN_BENCH_ONLY a part of the names of those that are made.
func BenchmarkFigures(b *testing.B) {
	for name, address := range map[string]func(testing.TB) string{"sqlite": storetest.EmptySQLiteURL, "postgres": storetest.EmptyPostgresURL} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				s := serveFleet(b, address(b))
				fmt.Printf("\n%-50s %9s %9s %9s %9s  %s\n", name, "wanted", "p50", "p99", "max", "load")
				for _, f := range s.figures(b) {
					f.measure(b)
				}
				s.stop(b)
			}
		})
	}
}

// fleetService is a running service over a fleet, with those who ask it.
type fleetService struct {
	*service
	viewer, narrow, operator, calendar string // tokens
}

func serveFleet(b *testing.B, address string) fleetService {
	b.Helper()
	in := installation{dir: b.TempDir(), bin: binary(b)}
	in.config = filepath.Join(in.dir, "lineman.yaml")
	write(b, in.config, fmt.Appendf(nil, "database: {url: %q}\nlog: {level: warn}\nhttp: {address: \"127.0.0.1:0\", rate_per_token: 0}\nmetrics: {enable: true}\n", address))
	in.run(b, "migrate", "up")
	s := storetest.Open(b, address, time.Now)
	f := fleet.Fleet{Maintenances: 100_000, Circuits: 50_000, Now: time.Now(), Back: 5 * 365 * 24 * time.Hour, Ahead: 90 * 24 * time.Hour, Postgres: s.Pool() != nil}
	if err := f.Fill(b.Context(), s.SQL()); err != nil {
		b.Fatal(err)
	}
	if _, err := s.SweepFindings(b.Context()); err != nil {
		b.Fatal(err)
	}
	token := func(name, role string, more ...string) string {
		return strings.TrimSpace(in.run(b, append([]string{"token", "create", "--name", name, "--role", role}, more...)...))
	}
	return fleetService{
		viewer: token("viewer", "viewer"), narrow: token("narrow", "viewer", "--site", "site 7"),
		operator: token("operator", "operator"), calendar: token("calendar", "calendar"), service: in.serve(b),
	}
}

// figure is one measurement.
type figure struct {
	name   string
	wanted time.Duration // of the slowest hundredth; 0: it is only shown
	rate   float64       // 0: all at once
	count  int
	next   func(i int) (load.Request, error)
}

func (f figure) measure(b *testing.B) {
	b.Helper()
	if !strings.Contains(f.name, os.Getenv("LINEMAN_BENCH_ONLY")) {
		return
	}
	client := load.Client(time.Minute)
	defer client.CloseIdleConnections()
	// As a service that runs for a while: it has its connections, and knows the
	// inventory.
	warm := load.Run(b.Context(), load.Plan{Count: max(3, int(5*f.rate)), Rate: max(f.rate, 1), Next: func(i int) (load.Request, error) { return f.next(f.count + i) }, Do: client})
	if warm.Failed > 0 {
		b.Errorf("%s: %v", f.name, warm.First)
		return
	}
	r := load.Run(b.Context(), load.Plan{Count: f.count, Rate: f.rate, Next: f.next, Do: client})
	wanted, verdict := "", ""
	if f.wanted > 0 {
		wanted = strconv.FormatInt(f.wanted.Milliseconds(), 10)
		if r.Quantile(0.99) >= f.wanted {
			verdict = "  MISSED"
		}
	}
	average, _ := os.ReadFile("/proc/loadavg") // not everywhere
	machine, _, _ := strings.Cut(string(average), " ")
	fmt.Printf("%-50s %9s %9.1f %9.1f %9.1f  %s%s\n", f.name, wanted, ms(r.Quantile(0.5)), ms(r.Quantile(0.99)), ms(r.Quantile(1)), machine, verdict)
	if r.Failed > 0 {
		b.Errorf("%s: %d of %d failed: %v", f.name, r.Failed, f.count, r.First)
	}
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// figures are all measurements, in milliseconds.
func (s fleetService) figures(b *testing.B) []figure {
	seconds, err := strconv.Atoi(os.Getenv("LINEMAN_BENCH_FIGURES"))
	if err != nil || seconds <= 0 {
		seconds = 10
	}
	steady := func(name string, wanted time.Duration, next func(int) (load.Request, error)) figure {
		return figure{name + ", 100/s", wanted, 100, 100 * seconds, next}
	}
	oneByOne := func(name string, wanted time.Duration, next func(int) (load.Request, error)) figure {
		return figure{name, wanted, 1, 10, next}
	}
	const list, detail, graph = 20 * time.Millisecond, 10 * time.Millisecond, 50 * time.Millisecond
	all := []figure{
		steady("nothing but the token (/api/v1/me)", 0, s.at(s.viewer, "/api/v1/me")), // what this machine takes for any request
		steady("list by provider and status", list, s.list(s.viewer, byProvider)),
		steady("list by status and end", list, s.list(s.viewer, byEnd)),
		steady("list by site and provider", list, s.list(s.viewer, bySite)),
		steady("list by circuit and status", list, s.list(s.viewer, byCircuit)),
		steady("list as the Nautobot app", list, s.listAsApp),
		steady("detail", detail, s.detail(s.viewer)),
		steady("GraphQL of 100", graph, s.graph(s.viewer)),
		{"100 at once: lists, details, GraphQL", 500 * time.Millisecond, 0, 100, s.mixed},
		oneByOne("metrics", 500*time.Millisecond, s.at(s.viewer, "/metrics")),
		oneByOne("calendar of a year", 300*time.Millisecond, s.at("", "/calendar/"+s.calendar+".ics")),
		oneByOne("calendar of a site", 300*time.Millisecond, s.at("", "/calendar/"+s.calendar+".ics?site=site+7")),
		oneByOne("change of a window, to its answer", 0, s.change(b, 1)),
		oneByOne("change of a window at the hub, to its answer", 0, s.change(b, 0)),
		steady("one site's list by provider and status", 0, s.list(s.narrow, byProvider)),
		steady("one site's list", 0, s.list(s.narrow, nothingElse)),
		steady("one site's GraphQL of 100", 0, s.graph(s.narrow)),
		steady("list of everything", 0, s.list(s.viewer, nothingElse)),
		{"list from row 50,000 on, 20/s", 0, 20, 20 * seconds, s.list(s.viewer, deepOffset)},
		{"list read on by cursor, 20/s", 0, 20, 20 * seconds, s.cursors(b)},
		{"list by part of a name, 20/s", 0, 20, 20 * seconds, s.list(s.viewer, byText)},
		{"list by part of a summary, 20/s", 0, 20, 20 * seconds, s.list(s.viewer, bySummary)},
	}
	return all
}

// What lists are asked for; no two in a row are the same.
func byProvider(i int) string {
	return fmt.Sprintf("provider=%s&status=%s", slugs[i%len(slugs)], []string{"CONFIRMED", "COMPLETED", "CANCELLED", "TENTATIVE"}[i/len(slugs)%4])
}

var slugs = []string{"zayo", "lumen", "ntt", "arelion", "cogent", "colt", "gtt"}

func byEnd(i int) string {
	return fmt.Sprintf("status=%s&ends_after=%s", []string{"CONFIRMED", "TENTATIVE", "CANCELLED"}[i%3], time.Now().Add(time.Duration(i%1000)*time.Hour).UTC().Format(time.RFC3339))
}

func bySite(i int) string {
	return fmt.Sprintf("site=%s&provider=%s", url.QueryEscape(fmt.Sprint("site ", 1+i%1900)), slugs[i%len(slugs)])
}

func byCircuit(i int) string {
	return fmt.Sprintf("circuit=%s&status=COMPLETED", fleet.CID(i*13%50_000))
}

func nothingElse(int) string  { return "limit=50" }
func deepOffset(i int) string { return fmt.Sprintf("offset=%d", 50_000+i*50) }
func byText(i int) string     { return fmt.Sprint("q=m-", 1000+i) }
func bySummary(i int) string {
	return fmt.Sprint("summary=", url.QueryEscape(fmt.Sprint("TOWN ", i%500)))
}

func (s fleetService) list(token string, filters func(int) string) func(int) (load.Request, error) {
	return func(i int) (load.Request, error) {
		return load.Request{Method: http.MethodGet, URL: s.base + "/api/v1/maintenances?limit=50&" + strings.TrimPrefix(filters(i), "limit=50"), Header: load.Bearer(token)}, nil
	}
}

func (s fleetService) listAsApp(i int) (load.Request, error) {
	return load.Request{Method: http.MethodGet, URL: s.base + "/api/plugins/circuit-maintenance/maintenance/?limit=50&" + byProvider(i), Header: load.Bearer(s.viewer)}, nil
}

func (s fleetService) detail(token string) func(int) (load.Request, error) {
	return func(i int) (load.Request, error) {
		return load.Request{Method: http.MethodGet, URL: s.base + "/api/v1/maintenances/" + fleet.MaintenanceID(i*7919%100_000), Header: load.Bearer(token)}, nil
	}
}

func (s fleetService) graph(token string) func(int) (load.Request, error) {
	return func(i int) (load.Request, error) {
		query := fmt.Sprintf(`{circuit_maintenances(limit: 100, offset: %d) {id name status ack start_time end_time description provider {name slug}
			circuit_impacts {impact circuit {cid type {name} provider {name slug} terminations {term_side site {name}}}}}}`, i%20*100)
		if token == s.narrow {
			query = strings.Replace(query, "offset: "+strconv.Itoa(i%20*100), "offset: 0", 1)
		}
		body, err := json.Marshal(map[string]string{"query": query})
		header := load.Bearer(token)
		header.Set("Content-Type", "application/json")
		return load.Request{Method: http.MethodPost, URL: s.base + "/graphql", Header: header, Body: func() io.Reader { return strings.NewReader(string(body)) }}, err
	}
}

func (s fleetService) mixed(i int) (load.Request, error) {
	switch i % 10 {
	case 0:
		return s.graph(s.viewer)(i)
	case 1, 2, 3, 4:
		return s.list(s.viewer, byProvider)(i)
	}
	return s.detail(s.viewer)(i)
}

func (s fleetService) at(token, path string) func(int) (load.Request, error) {
	return func(int) (load.Request, error) {
		q := load.Request{Method: http.MethodGet, URL: s.base + path}
		if token != "" {
			q.Header = load.Bearer(token)
		}
		return q, nil
	}
}

// change makes a maintenance of three circuits of one provider, and gives
// requests that move its window, so that what falls together is found anew.
func (s fleetService) change(b *testing.B, hub int) func(int) (load.Request, error) {
	b.Helper()
	first := (1 - hub) * fleet.HubCircuits / fleet.Providers * fleet.Providers
	type window struct {
		Start time.Time `json:"start"`
		End   time.Time `json:"end"`
	}
	day := func(i int) []window {
		start := time.Now().UTC().Truncate(time.Second).Add(time.Duration(24*(i%20+1)) * time.Hour)
		return []window{{start, start.Add(6 * time.Hour)}}
	}
	body := map[string]any{"maintenance_id": fmt.Sprint("MOVED-", hub), "status": "CONFIRMED", "windows": day(0), "provider": s.providerOf(b, fleet.CID(first))}
	var circuits []map[string]string
	for k := range 3 {
		circuits = append(circuits, map[string]string{"circuit_id": fleet.CID(first + k*fleet.Providers), "impact": "OUTAGE"})
	}
	body["circuits"] = circuits
	var made struct{ ID string }
	s.post(b, body, &made)
	return func(i int) (load.Request, error) {
		text, err := json.Marshal(map[string]any{"windows": day(i)})
		header := load.Bearer(s.operator)
		header.Set("Content-Type", "application/json")
		header.Set("If-Match", "*")
		return load.Request{Method: http.MethodPatch, URL: s.base + "/api/v1/maintenances/" + made.ID, Header: header, Body: func() io.Reader { return strings.NewReader(string(text)) }}, err
	}
}

func (s fleetService) providerOf(b *testing.B, cid string) string {
	b.Helper()
	code, body := s.get(b, "/api/v1/circuits?cid="+cid)
	var list struct {
		Results []struct{ Provider struct{ Slug string } }
	}
	if err := json.Unmarshal([]byte(body), &list); err != nil || len(list.Results) != 1 {
		b.Fatalf("circuit %s: %d %s", cid, code, body)
	}
	return list.Results[0].Provider.Slug
}

func (s fleetService) post(b *testing.B, body any, made any) {
	b.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		b.Fatal(err)
	}
	req, err := http.NewRequestWithContext(b.Context(), http.MethodPost, s.base+"/api/v1/maintenances", strings.NewReader(string(text)))
	if err != nil {
		b.Fatal(err)
	}
	req.Header = load.Bearer(s.operator)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusCreated {
		b.Fatalf("make a maintenance: %d %s %v", resp.StatusCode, answer, err)
	}
	if err := json.Unmarshal(answer, made); err != nil {
		b.Fatal(err)
	}
}

// cursors gives requests for one page after the other, as their cursors were
// given.
func (s fleetService) cursors(b *testing.B) func(int) (load.Request, error) {
	b.Helper()
	next := []string{""}
	for len(next) < 20 {
		code, body := s.get(b, "/api/v1/maintenances?limit=1000&cursor="+next[len(next)-1])
		var page struct {
			Next string `json:"next_cursor"`
		}
		if err := json.Unmarshal([]byte(body), &page); err != nil || page.Next == "" {
			b.Fatalf("a page with a cursor: %d %.300s %v", code, body, err)
		}
		next = append(next, page.Next)
	}
	return func(i int) (load.Request, error) {
		return load.Request{Method: http.MethodGet, URL: s.base + "/api/v1/maintenances?limit=50&cursor=" + next[i%len(next)], Header: load.Bearer(s.viewer)}, nil
	}
}
