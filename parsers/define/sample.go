package define

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"sort"
	"strings"
	"time"

	"lineman/parsers"
)

// neededKeys are what an answer says of each window at least.
var neededKeys = []string{"maintenance_id", "account", "status", "start", "end", "circuits"}

// trial is one sample of a definition while it is tried.
type trial struct {
	Definition
	sample   string // the mail
	answer   string // the file of its answer
	problems []error
}

func (t *trial) add(field, format string, args ...any) {
	t.problems = append(t.problems, &Error{File: t.File, Field: field, Reason: t.sample + ": " + fmt.Sprintf(format, args...)})
}

// try reads every sample of the definition and compares what comes of it with
// the answer beside it.
func (d Definition) try(files fs.FS) []error {
	base := strings.TrimSuffix(d.File, path.Ext(d.File))
	samples, err := samplesOf(files, base)
	if err != nil {
		return []error{&Error{File: d.File, Field: "sample", Reason: err.Error()}}
	}
	var problems []error
	for _, s := range samples {
		t := trial{Definition: d, sample: s, answer: strings.TrimSuffix(s, path.Ext(s)) + ".json"}
		t.run(files)
		problems = append(problems, t.problems...)
	}
	return problems
}

// samplesOf lists NAME.eml and NAME.*.eml.
func samplesOf(files fs.FS, base string) ([]string, error) {
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		return nil, fmt.Errorf("the samples cannot be listed: %w", err)
	}
	var names []string
	for _, e := range entries {
		if n := e.Name(); n == base+".eml" || strings.HasPrefix(n, base+".") && strings.HasSuffix(n, ".eml") {
			names = append(names, n)
		}
	}
	sort.Strings(names)
	switch {
	case len(names) == 0:
		return nil, fmt.Errorf("there is no %s.eml beside it; put a mail of the provider there, and what it says into %s.json", base, base)
	case len(names) > maxSamples:
		return nil, fmt.Errorf("there are %d samples; %d are allowed", len(names), maxSamples)
	}
	return names, nil
}

func (t *trial) run(files fs.FS) {
	raw, err := readFile(files, t.sample, maxSample)
	if err != nil {
		t.add("sample", "%v", err)
		return
	}
	mail, err := parsers.ReadMail(raw)
	if err != nil {
		t.add("sample", "%v", err)
		return
	}
	src, err := readFile(files, t.answer, maxFile)
	if errors.Is(err, fs.ErrNotExist) {
		t.add("sample", "its answer is missing; write what the mail says into %s", t.answer)
		return
	}
	if err != nil {
		t.add("sample", "%s %v", t.answer, err)
		return
	}
	outcome, want, err := decodeAnswer(src)
	if err != nil {
		t.add("sample", "%s %v", t.answer, err)
		return
	}
	t.compare(parsers.NewEngine([]parsers.Provider{t.Provider}), mail, outcome, want)
}

// compare reads the sample and holds it against the answer.
func (t *trial) compare(engine *parsers.Engine, mail *parsers.Mail, outcome parsers.Outcome, want []map[string]any) {
	if detected := engine.Parse(mail, ""); detected.Provider != t.Provider.Slug {
		t.add("senders", "nothing in this mail tells that it is of this provider; add its sender, or a part of its subject to subjects")
	}
	r := engine.Parse(mail, t.Provider.Slug)
	switch {
	case r.Outcome == outcome:
	case r.Outcome == parsers.OutcomeError && len(r.Fields) > 0:
		for _, f := range r.Fields {
			t.add(f.Field, "%s", f.Reason)
		}
		return
	case r.Outcome == parsers.OutcomeError:
		t.add("labels", "nothing of the layout was found in this mail: %s", r.Reason)
		return
	default:
		t.add("outcome", "the definition reads %s (%s), %s says %s", r.Outcome, r.Reason, t.answer, outcome)
		return
	}
	got := r.Maintenances(true)
	if len(got) != len(want) {
		t.add("start", "the definition reads %d windows, %s has %d", len(got), t.answer, len(want))
		return
	}
	slices.SortStableFunc(want, func(a, b map[string]any) int {
		return strings.Compare(fmt.Sprintf("%020d", instantOf(a["start"])), fmt.Sprintf("%020d", instantOf(b["start"])))
	})
	for i, w := range want {
		t.window(i, w, got[i])
	}
}

// window compares every key that the answer has.
func (t *trial) window(n int, want map[string]any, read parsers.MaintenanceJSON) {
	src, err := json.Marshal(read)
	if err != nil {
		t.add("sample", "%v", err)
		return
	}
	got, err := decodeObject(src)
	if err != nil {
		t.add("sample", "%v", err)
		return
	}
	for _, key := range neededKeys {
		if _, ok := want[key]; !ok {
			t.add(key, "%s lacks it in window %d", t.answer, n+1)
		}
	}
	for _, key := range sortedKeys(want) {
		switch key {
		case "start", "end", "stamp":
			if a, b := instantOf(want[key]), instantOf(got[key]); a != b {
				t.differ(key, n, utc(b), utc(a))
			}
		case "circuits":
			if a, b := circuitSet(want[key]), circuitSet(got[key]); a != b {
				t.differ(key, n, b, a)
			}
		case "evidence", "format", "warnings", "supersedes":
		default:
			if !slices.Contains(allKeys, key) {
				t.add(key, "%s has this key, which no answer has", t.answer)
			} else if a, b := fmt.Sprint(want[key]), fmt.Sprint(got[key]); a != b {
				t.differ(key, n, b, a)
			}
		}
	}
}

// allKeys are the plain values of an answer that are compared as they are.
var allKeys = []string{"provider", "account", "maintenance_id", "status", "organizer", "uid", "sequence", "summary", "kind", "day", "days"}

func (t *trial) differ(key string, n int, got, want string) {
	t.add(key, "window %d: the definition reads %q, %s says %q", n+1, parsers.Clip(got, 200), t.answer, parsers.Clip(want, 200))
}

// decodeAnswer reads what a sample must come to: a list of windows as lineman
// parse prints them, or an object with outcome and maintenances.
func decodeAnswer(src []byte) (parsers.Outcome, []map[string]any, error) {
	dec := json.NewDecoder(bytes.NewReader(src))
	dec.UseNumber()
	var list []map[string]any
	if trimmed := bytes.TrimSpace(src); len(trimmed) > 0 && trimmed[0] == '{' {
		var whole struct {
			Outcome      parsers.Outcome  `json:"outcome"`
			Maintenances []map[string]any `json:"maintenances"`
			Note         string           `json:"note"`
		}
		dec.DisallowUnknownFields()
		if err := dec.Decode(&whole); err != nil {
			return "", nil, fmt.Errorf("is no answer: %w", err)
		}
		if whole.Outcome != parsers.OutcomeMaintenance && whole.Outcome != parsers.OutcomeIgnored {
			return "", nil, fmt.Errorf("has the outcome %q; write maintenance or ignored", whole.Outcome)
		}
		return whole.Outcome, whole.Maintenances, nil
	}
	if err := dec.Decode(&list); err != nil {
		return "", nil, fmt.Errorf("is no list of windows: %w", err)
	}
	if len(list) == 0 {
		return "", nil, errors.New("lists no window; for a mail that is no notice write {\"outcome\": \"ignored\"}")
	}
	return parsers.OutcomeMaintenance, list, nil
}

func decodeObject(src []byte) (map[string]any, error) {
	dec := json.NewDecoder(bytes.NewReader(src))
	dec.UseNumber()
	var m map[string]any
	err := dec.Decode(&m)
	return m, err
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// instantOf reads epoch seconds or "2026-03-11T05:00:00Z"; -1 for anything
// else.
func instantOf(v any) int64 {
	switch v := v.(type) {
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
	case string:
		if t, err := time.Parse(time.RFC3339, v); err == nil {
			return t.Unix()
		}
	}
	return -1
}

func utc(epoch int64) string {
	if epoch < 0 {
		return "no time"
	}
	return time.Unix(epoch, 0).UTC().Format(time.RFC3339)
}

// circuitSet gives circuits with their impacts in a form that can be compared;
// an impact that is not said is an outage.
func circuitSet(v any) string {
	list, ok := v.([]any)
	if !ok {
		return "no list"
	}
	var all []string
	for _, item := range list {
		switch c := item.(type) {
		case string:
			all = append(all, c+" OUTAGE")
		case map[string]any:
			impact := c["impact"]
			if impact == nil {
				impact = "OUTAGE"
			}
			all = append(all, fmt.Sprint(c["circuit_id"], " ", impact))
		default:
			all = append(all, fmt.Sprint(item))
		}
	}
	sort.Strings(all)
	return strings.Join(all, ", ")
}
