// Package define makes providers of definition files: YAML that says who sends
// a notice and beside which labels or under which table headers its fields
// stand. A definition has a sample mail and its expected answer beside it and
// is refused when it does not read its own sample. The package is pure: it
// gets files, not paths, and neither logs nor watches them.
package define

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"sort"
	"strings"

	"lineman/parsers"
)

// Limits of a folder of definitions.
const (
	maxDefinitions = 500
	maxFile        = 256 << 10 // bytes of a definition or an answer
	maxSample      = 5 << 20   // bytes of a sample mail
	maxSamples     = 50        // of one definition
	maxProblems    = 20        // told of one definition
)

// Definition is a provider that a file describes.
type Definition struct {
	File     string // its name in the folder
	Provider parsers.Provider
}

// Error says what is wrong with one definition, as a sentence.
type Error struct {
	File   string // name of the definition
	Line   int    // 0: the file as a whole, or its sample
	Field  string // key of the definition, or field of the sample's answer
	Reason string
}

// Error gives the sentence: file, line, field, what is wrong, what to do.
func (e *Error) Error() string {
	at := e.File
	if e.Line > 0 {
		at = fmt.Sprintf("%s:%d", e.File, e.Line)
	}
	if e.Field != "" {
		at += ": " + e.Field
	}
	return at + ": " + e.Reason
}

// Load reads every definition (*.yaml, *.yml) at the top of a folder, in order
// of name, and tries each on its samples. Good ones are returned; each bad one
// is refused alone, with one Error for each thing that is wrong with it.
func Load(files fs.FS) ([]Definition, []error) {
	names, err := definitionFiles(files)
	if err != nil {
		return nil, []error{err}
	}
	var good []Definition
	var bad []error
	taken := map[string]string{}
	for _, name := range names {
		d, problems := load(files, name)
		if len(problems) == 0 {
			if other, ok := taken[d.Provider.Slug]; ok {
				problems = []error{&Error{File: name, Field: "slug", Reason: fmt.Sprintf("%q is the slug of %s already; choose another", d.Provider.Slug, other)}}
			}
		}
		if len(problems) > 0 {
			bad = append(bad, problems[:min(len(problems), maxProblems)]...)
			continue
		}
		taken[d.Provider.Slug] = name
		good = append(good, d)
	}
	return good, bad
}

// definitionFiles lists the definitions of a folder.
func definitionFiles(files fs.FS) ([]string, error) {
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		return nil, fmt.Errorf("the folder of provider definitions cannot be read: %w", err)
	}
	var names []string
	for _, e := range entries {
		if ext := strings.ToLower(path.Ext(e.Name())); !e.IsDir() && (ext == ".yaml" || ext == ".yml") && !strings.HasPrefix(e.Name(), ".") {
			names = append(names, e.Name())
		}
	}
	if len(names) > maxDefinitions {
		return nil, fmt.Errorf("the folder has %d provider definitions, more than the %d that are allowed; move some away", len(names), maxDefinitions)
	}
	sort.Strings(names)
	return names, nil
}

func load(files fs.FS, name string) (Definition, []error) {
	src, err := readFile(files, name, maxFile)
	if err != nil {
		return Definition{}, []error{&Error{File: name, Reason: err.Error()}}
	}
	f, problems := decode(name, src)
	if len(problems) > 0 {
		return Definition{}, problems
	}
	provider, problems := f.compile()
	if len(problems) > 0 {
		return Definition{}, problems
	}
	d := Definition{File: name, Provider: provider}
	return d, d.try(files)
}

// readFile reads a file of the folder up to a limit.
func readFile(files fs.FS, name string, limit int64) ([]byte, error) {
	info, err := fs.Stat(files, name)
	if err != nil {
		return nil, fmt.Errorf("cannot be read: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("is no regular file")
	}
	if info.Size() > limit {
		return nil, fmt.Errorf("is larger than the %d bytes that are allowed", limit)
	}
	src, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, fmt.Errorf("cannot be read: %w", err)
	}
	return src, nil
}

// Join puts definitions before the known providers, so that they are preferred
// where nothing else decides. A definition with the slug or another name of a
// known provider is refused.
func Join(definitions []Definition, known []parsers.Provider) ([]parsers.Provider, []error) {
	var all []parsers.Provider
	var bad []error
	for _, d := range definitions {
		clash := slices.ContainsFunc(known, func(p parsers.Provider) bool {
			return p.Slug == d.Provider.Slug || slices.Contains(p.Aliases, d.Provider.Slug)
		})
		if clash {
			bad = append(bad, &Error{File: d.File, Field: "slug", Reason: fmt.Sprintf("%q is a provider that lineman knows already; choose another", d.Provider.Slug)})
			continue
		}
		all = append(all, d.Provider)
	}
	return append(all, known...), bad
}
