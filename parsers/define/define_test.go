package define

import (
	"errors"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"lineman/parsers"
)

// folder gives the samples of the package as files that a test may change.
func folder(t *testing.T) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	for _, name := range []string{"quaynet.yaml", "quaynet.eml", "quaynet.json", "quaynet.cancelled.eml", "quaynet.cancelled.json"} {
		data, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: data}
	}
	return files
}

// change replaces a text of a file.
func change(t *testing.T, files fstest.MapFS, name, from, to string) {
	t.Helper()
	before := string(files[name].Data)
	if !strings.Contains(before, from) {
		t.Fatalf("%s does not have %q", name, from)
	}
	files[name] = &fstest.MapFile{Data: []byte(strings.Replace(before, from, to, 1))}
}

func TestLoad(t *testing.T) {
	files := folder(t)
	files["bad.yaml"] = &fstest.MapFile{Data: []byte("slug: bad\n")}
	files["notes.txt"] = &fstest.MapFile{Data: []byte("no definition")}
	good, bad := Load(files)
	if len(good) != 1 || good[0].Provider.Slug != "quaynet" || good[0].File != "quaynet.yaml" {
		t.Fatalf("good: %+v", good)
	}
	if len(bad) == 0 {
		t.Fatal("the bad definition was not refused")
	}
	for _, err := range bad {
		var e *Error
		if !errors.As(err, &e) || e.File != "bad.yaml" || e.Reason == "" {
			t.Errorf("%v: want an Error of bad.yaml", err)
		}
	}
	if _, bad := Load(os.DirFS("testdata/absent")); len(bad) != 1 || !strings.Contains(bad[0].Error(), "cannot be read") {
		t.Errorf("an absent folder: %v", bad)
	}
	if good, bad := Load(fstest.MapFS{}); len(good)+len(bad) != 0 {
		t.Errorf("an empty folder: %v %v", good, bad)
	}
}

// TestRefused changes one thing of a good definition, and holds what is said
// of it: the line, the field and a part of the reason.
func TestRefused(t *testing.T) {
	const def = "quaynet.yaml"
	for name, tt := range map[string]struct {
		file, from, to string
		want           string
	}{
		"unknown key":            {def, "organizer:", "organiser:", "quaynet.yaml:5: organiser: is no key"},
		"unknown field":          {def, "  start:", "  begin:", "quaynet.yaml:10: labels.begin: is no key"},
		"key twice":              {def, "organizer: noc@quaynet.example", "name: X", "quaynet.yaml:5: name: is there twice, first in line 2"},
		"no slug":                {def, "slug: quaynet\n", "", "quaynet.yaml: slug: is missing"},
		"bad slug":               {def, "slug: quaynet", "slug: Quay Net", "quaynet.yaml:1: slug: \"Quay Net\" cannot be used"},
		"no name":                {def, "name: Quay Net\n", "", "quaynet.yaml: name: is missing"},
		"empty value":            {def, "slug: quaynet", "slug:", "quaynet.yaml:1: slug: is empty"},
		"list for one value":     {def, "slug: quaynet", "slug: [a, b]", "quaynet.yaml:1: slug: must be a single value"},
		"keys for a list":        {def, "subjects: [quay net maintenance]", "subjects: {a: b}", "quaynet.yaml:4: subjects: must be a list"},
		"no keys below":          {def, "headers:\n  circuit: [Line, Line ID]\n  impact: [Effect]", "headers: Line", "quaynet.yaml:17: headers: must have keys"},
		"bad sender":             {def, "noc@quaynet.example, ", "quaynet, ", "quaynet.yaml:3: senders[0]: \"quaynet\" is no address"},
		"short subject":          {def, "[quay net maintenance]", "[qn]", "quaynet.yaml:4: subjects: \"qn\" is too short"},
		"label of two fields":    {def, "account: [Customer]", "account: [Ticket]", "labels.maintenance_id: \"Ticket\" stands for account already"},
		"label without a letter": {def, "account: [Customer]", "account: ['---']", "quaynet.yaml:9: labels.account: \"---\" has no letter"},
		"end without start":      {def, "  start: [Start of work]\n", "", "start: is missing beside end"},
		"no ticket":              {def, "  maintenance_id: [Ticket, Ticket No.]\n", "", "labels.maintenance_id: is missing"},
		"no account":             {def, "  account: [Customer]\n", "", "labels.account: is missing"},
		"no circuit":             {def, "  circuit: [Line, Line ID]\n", "", "labels.circuit: is missing"},
		"no zone of the world":   {def, "zone: Europe/Berlin", "zone: Berlin", "quaynet.yaml:22: zone: \"Berlin\" is no time zone"},
		"date order":             {def, "zone:", "date_order: us\nzone:", "quaynet.yaml:22: date_order: \"us\" is neither"},
		"time layout":            {def, `"HH:mm"]`, `"HH:mm Uhr"]`, "quaynet.yaml:21: time_layouts[2]: \"HH:mm Uhr\" has a word"},
		"pattern":                {def, "zone:", "patterns: {circuit: '(QL'}\nzone:", "quaynet.yaml:22: patterns.circuit: \"(QL\" is no pattern"},
		"pattern with groups":    {def, "zone:", "patterns: {circuit: '(Q)(L)'}\nzone:", "has 2 groups"},
		"status word":            {def, "  re-scheduled:", "  moved:", "quaynet.yaml:26: status_words.moved: is no key"},
		"no YAML":                {def, "name: Quay Net", "name: [Quay", "quaynet.yaml: is no YAML: line "},
		"two documents":          {def, "name: Quay Net", "---\nname: Quay Net", "has a second document"},
		"alias":                  {def, "name: Quay Net", "name: *x", "is no YAML"},
		"other zone":             {def, "Europe/Berlin", "Etc/UTC", "quaynet.yaml: start: quaynet.cancelled.eml: window 1: the definition reads \"2026-03-11T01:00:00Z\""},
		"layout that misses":     {def, `"DD.MM.YYYY HH:mm", "HH:mm"`, `"MM/DD/YYYY HH:mm"`, "quaynet.yaml: start: quaynet.cancelled.eml: \"11.03.2026 01:00\""},
		"label that misses":      {def, "[Ticket, Ticket No.]", "[Ticket No.]", "quaynet.yaml: maintenance_id: quaynet.cancelled.eml: the mail names no maintenance id"},
		"header that misses":     {def, "[Line, Line ID]", "[Line ID]", "quaynet.yaml: circuits: quaynet.eml: the mail names no circuit"},
		"sender that misses":     {"quaynet.eml", "noc@quaynet.example>", "noc@other.example>", ""},
		"nothing tells":          {def, "senders: [noc@quaynet.example, \"*.quaynet.example\"]\nsubjects: [quay net maintenance]", "senders: [x@other.example]", "quaynet.yaml: senders: quaynet.cancelled.eml: nothing in this mail tells"},
		"other status":           {def, "  cancelled: [takes no longer place, abgesagt]\n", "", "quaynet.yaml: circuits: quaynet.cancelled.eml: the mail names no circuit"},
		"other impact":           {"quaynet.json", `"REDUCED-REDUNDANCY"`, `"OUTAGE"`, "quaynet.yaml: circuits: quaynet.eml: window 1: the definition reads \"QL-100 OUTAGE, QL-200 REDUCED-REDUNDANCY\""},
		"other summary":          {"quaynet.json", "A crane", "The crane", "quaynet.yaml: summary: quaynet.eml: window 1"},
		"a window too few":       {"quaynet.json", "\n  },\n  {", "\n  }, {\"start\": 0}, {", "quaynet.yaml: start: quaynet.eml: the definition reads 2 windows, quaynet.json has 3"},
		"answer lacks a field":   {"quaynet.json", `    "account": "Harbour ISP",` + "\n", "", "quaynet.yaml: account: quaynet.eml: quaynet.json lacks it"},
		"answer has a field":     {"quaynet.json", `"account"`, `"custommer": "x", "account"`, "custommer: quaynet.eml: quaynet.json has this key"},
		"answer is no JSON":      {"quaynet.json", "[", "", "sample: quaynet.eml: quaynet.json is no"},
		"answer of no notice":    {"quaynet.cancelled.json", "[", "{\"outcome\": \"ignored\"} [", "outcome: quaynet.cancelled.eml: the definition reads maintenance"},
	} {
		t.Run(name, func(t *testing.T) {
			files := folder(t)
			change(t, files, tt.file, tt.from, tt.to)
			good, bad := Load(files)
			if tt.want == "" {
				if len(bad) > 0 {
					t.Errorf("refused: %v", bad)
				}
				return
			}
			var all []string
			for _, err := range bad {
				all = append(all, err.Error())
			}
			if len(good) > 0 || !strings.Contains(strings.Join(all, "\n"), tt.want) {
				t.Errorf("good %d, bad:\n%s\nwant %q", len(good), strings.Join(all, "\n"), tt.want)
			}
		})
	}
}

func TestSampleIsNeeded(t *testing.T) {
	for missing, want := range map[string]string{
		"quaynet.eml":  "",
		"quaynet.json": "quaynet.yaml: sample: quaynet.eml: its answer is missing; write what the mail says into quaynet.json",
	} {
		files := folder(t)
		delete(files, missing)
		if _, bad := Load(files); want == "" && len(bad) != 0 || want != "" && (len(bad) != 1 || bad[0].Error() != want) {
			t.Errorf("without %s: %v", missing, bad)
		}
	}
	files := folder(t)
	delete(files, "quaynet.eml")
	delete(files, "quaynet.cancelled.eml")
	if _, bad := Load(files); len(bad) != 1 || !strings.Contains(bad[0].Error(), "there is no quaynet.eml beside it") {
		t.Errorf("without any sample: %v", bad)
	}
}

func TestIgnoredSample(t *testing.T) {
	files := folder(t)
	change(t, files, "quaynet.yaml", "zone:", "ignore: [newsletter]\nzone:")
	files["quaynet.news.eml"] = &fstest.MapFile{Data: []byte("From: noc@quaynet.example\nSubject: Our Newsletter\n\nHello.\n")}
	files["quaynet.news.json"] = &fstest.MapFile{Data: []byte(`{"outcome": "ignored"}`)}
	if _, bad := Load(files); len(bad) > 0 {
		t.Error(bad)
	}
}

func TestSlugTwice(t *testing.T) {
	files := folder(t)
	for name, file := range folder(t) {
		files["z"+name] = file
	}
	good, bad := Load(files)
	if len(good) != 1 || len(bad) != 1 || !strings.Contains(bad[0].Error(), `zquaynet.yaml: slug: "quaynet" is the slug of quaynet.yaml already`) {
		t.Errorf("good %d, bad %v", len(good), bad)
	}
}

func TestJoin(t *testing.T) {
	known := []parsers.Provider{{Slug: "zayo", Aliases: []string{"old"}}}
	of := func(slug string) Definition {
		return Definition{File: slug + ".yaml", Provider: parsers.Provider{Slug: slug}}
	}
	all, bad := Join([]Definition{of("quaynet"), of("zayo"), of("old")}, known)
	if len(all) != 2 || all[0].Slug != "quaynet" || all[1].Slug != "zayo" {
		t.Errorf("%+v", all)
	}
	if len(bad) != 2 || bad[0].Error() != `zayo.yaml: slug: "zayo" is a provider that lineman knows already; choose another` {
		t.Errorf("%v", bad)
	}
}

func TestLimits(t *testing.T) {
	files := folder(t)
	change(t, files, "quaynet.yaml", "zone:", "ignore: ["+strings.Repeat("word, ", 200)+"word]\nzone:")
	if _, bad := Load(files); len(bad) != 1 || !strings.Contains(bad[0].Error(), "ignore: must have 1 to 100 entries") {
		t.Errorf("a long list: %v", bad)
	}
	files = folder(t)
	files["quaynet.yaml"] = &fstest.MapFile{Data: make([]byte, maxFile+1)}
	if _, bad := Load(files); len(bad) != 1 || !strings.Contains(bad[0].Error(), "is larger than") {
		t.Errorf("a large file: %v", bad)
	}
	files["quaynet.yaml"] = &fstest.MapFile{Data: []byte(strings.Repeat("a: [", 50_000))}
	if _, bad := Load(files); len(bad) == 0 {
		t.Error("a deep file was not refused")
	}
	files["quaynet.yaml"] = &fstest.MapFile{Data: []byte(strings.Repeat("x: y\n", 500))}
	if _, bad := Load(files); len(bad) != maxProblems {
		t.Errorf("%d problems told, want %d", len(bad), maxProblems)
	}
}
