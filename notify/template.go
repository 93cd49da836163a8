package notify

import (
	"context"
	"embed"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/template"
	"time"

	"lineman/chatops"
	"lineman/models"
)

//go:embed templates/*.tmpl
var builtin embed.FS

// The templates that are not of an event alone.
const (
	TemplateRoot        = "root"         // the present state of a maintenance
	TemplateFindingRoot = "finding-root" // of a finding
	TemplateGroup       = "group"        // several events that came at once
	TemplateDigest      = "digest"       // events that were collected
	TemplateHandover    = "handover"     // for the next shift
)

// families say which template tells of a kind that has none of its own.
var families = map[models.EventKind]string{
	models.EventReminder: "clock", models.EventStarted: "clock", models.EventEnded: "clock", models.EventOverrun: "clock", models.EventPresumedOver: "clock",
	models.EventOverlapFound: "finding", models.EventOverlapWorse: "finding", models.EventOverlapGone: "finding",
	models.EventParseFailed: "mail", models.EventUnknownProvider: "mail", models.EventSourceDown: "source", models.EventSourceUp: "source",
	models.EventLayoutDrift: "drift", models.EventProviderSilent: "drift",
	models.EventTest: "test",
}

// familyOf gives the template of a kind: of maintenances, unless it is of
// another family.
func familyOf(k models.EventKind) string {
	if f, known := families[k]; known {
		return f
	}
	return "maintenance"
}

// Templates put parcels into words. Operators may have files of their own in
// the place of any of the built-in ones, and for single kinds of event.
type Templates struct {
	all      map[string]*template.Template
	own      map[string]bool
	base     string
	log      *slog.Logger
	handover func(ctx context.Context, scope models.Scope, now time.Time) (Handover, error)
}

// TemplateOptions are what Templates are made of.
type TemplateOptions struct {
	Folder    string // of files NAME.tmpl; empty: the built-in ones alone
	PublicURL string // without a slash at its end; empty: no links to pages
	Logger    *slog.Logger
	// Handover reads what the next shift should know.
	Handover func(ctx context.Context, scope models.Scope, now time.Time) (Handover, error)
}

// largestTemplate bounds a file.
const largestTemplate = 64 << 10

// NewTemplates reads the templates and tries each of them on samples. An
// InputError names a file that cannot be read, is called like no template, or
// fails.
func NewTemplates(o TemplateOptions) (*Templates, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	t := &Templates{all: map[string]*template.Template{}, own: map[string]bool{}, base: strings.TrimRight(o.PublicURL, "/"), log: o.Logger, handover: o.Handover}
	files, err := builtin.ReadDir("templates")
	if err != nil {
		return nil, fmt.Errorf("read the built-in templates: %w", err)
	}
	for _, f := range files {
		text, err := builtin.ReadFile("templates/" + f.Name())
		if err != nil {
			return nil, fmt.Errorf("read the built-in templates: %w", err)
		}
		if err := t.add(strings.TrimSuffix(f.Name(), ".tmpl"), string(text)); err != nil {
			return nil, err
		}
	}
	if o.Folder != "" {
		if err := t.folder(o.Folder); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// Names lists the templates that a file may replace.
func Names() []string {
	names := []string{"maintenance", "clock", "finding", "mail", "source", "test", TemplateRoot, TemplateFindingRoot, TemplateGroup, TemplateDigest, TemplateHandover}
	for _, k := range models.EventKinds {
		names = append(names, string(k))
	}
	return names
}

func (t *Templates) folder(dir string) error {
	files, err := os.ReadDir(dir)
	if err != nil {
		return models.Invalid("notify.templates.folder", "cannot be read: %v; create it or leave the key out", err)
	}
	for _, f := range files {
		name, is := strings.CutSuffix(f.Name(), ".tmpl")
		if !is {
			continue
		}
		path := filepath.Join(dir, f.Name())
		if !slices.Contains(Names(), name) {
			return models.Invalid(path, "there is no template called %q; name the file after one of %s", name, strings.Join(Names(), ", "))
		}
		info, err := f.Info()
		if err == nil && info.Size() > largestTemplate {
			return models.Invalid(path, "it is larger than %d bytes; shorten it", largestTemplate)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return models.Invalid(path, "cannot be read: %v", err)
		}
		if err := t.add(name, string(text)); err != nil {
			return models.Invalid(path, "%v", err)
		}
		t.own[name] = true
		if err := t.try(name); err != nil {
			return models.Invalid(path, "%v", err)
		}
	}
	return nil
}

func (t *Templates) add(name, text string) error {
	parsed, err := template.New(name).Option("missingkey=error").Funcs(functions()).Parse(text)
	if err != nil {
		return fmt.Errorf("the template cannot be read: %w", err)
	}
	guard(parsed)
	t.all[name] = parsed
	return nil
}

// try runs a template on samples of everything it may be asked to tell.
func (t *Templates) try(name string) error {
	for _, v := range samples(name) {
		if _, err := t.execute(name, v); err != nil {
			return fmt.Errorf("the template fails: %w", err)
		}
	}
	return nil
}

// longestDocument bounds what a template may write.
const longestDocument = 1 << 20

func (t *Templates) execute(name string, v View) (chatops.Message, error) {
	b := &limited{left: longestDocument}
	if err := t.all[name].Execute(b, v); err != nil {
		return chatops.Message{}, err
	}
	return document(b.String())
}

// limited is a text that does not grow beyond a limit.
type limited struct {
	strings.Builder
	left int
}

func (l *limited) Write(p []byte) (int, error) {
	if l.left -= len(p); l.left < 0 {
		return 0, fmt.Errorf("the message is longer than %d bytes", longestDocument)
	}
	return l.Builder.Write(p)
}

// Render implements Renderer. Where a template of the operator fails on what
// it meets, the built-in one tells it.
func (t *Templates) Render(ctx context.Context, p Parcel) (chatops.Message, *chatops.Message, error) {
	v := t.view(p)
	name := familyOf(v.Kind)
	switch {
	case len(p.Items) > 0 && p.Digest && slices.ContainsFunc(p.Items, func(i Item) bool { return i.Event.Kind == models.EventDigest }):
		name = TemplateHandover
		if err := t.fillHandover(ctx, p, &v); err != nil {
			return chatops.Message{}, nil, err
		}
	case p.Digest:
		name = TemplateDigest
	case p.Grouped:
		name = TemplateGroup
	case t.own[string(v.Kind)]:
		name = string(v.Kind)
	}
	m, err := t.words(name, familyOf(v.Kind), v)
	if err != nil || p.Thread == "" {
		return m, nil, err
	}
	root := TemplateRoot
	if v.Finding != nil {
		root = TemplateFindingRoot
	}
	if v.Maintenance == nil && v.Finding == nil && p.Root == "" {
		return m, nil, nil
	}
	head, err := t.words(root, root, v)
	return m, &head, err
}

func (t *Templates) fillHandover(ctx context.Context, p Parcel, v *View) error {
	if t.handover == nil {
		return nil
	}
	h, err := t.handover(ctx, p.Rule.Scope, p.At)
	if err != nil {
		return fmt.Errorf("read what the next shift should know: %w", err)
	}
	v.Handover = &h
	v.Total = len(v.Rows) + v.More
	return nil
}

// words runs a template, and a plain sentence where it fails: whatever
// happens, people are told.
func (t *Templates) words(name, family string, v View) (chatops.Message, error) {
	m, err := t.execute(name, v)
	if err == nil {
		return m, nil
	}
	t.log.Error("a template failed; a plain message is sent", "template", name, "error", err)
	if name != family && !t.own[family] {
		if m, err := t.execute(family, v); err == nil {
			return m, nil
		}
	}
	m = chatops.Say("%s: %s", v.Title, v.Name)
	m.Heading = v.Title
	return m, nil
}
