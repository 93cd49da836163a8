package command

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/google/uuid"

	"lineman/chatops"
	"lineman/models"
)

// Finder finds the records that people name, among those that they see. What
// it gives for one is read again as that one: the slug of a provider, the name
// of a site or maintenance, and of a circuit its provider's slug, a colon and
// its id, since several providers may have a circuit of one id. For a circuit
// that only notices name it is the id alone.
type Finder struct{ r Reader }

// NewFinder makes a Finder.
func NewFinder(r Reader) Finder { return Finder{r} }

// Find gives what a text may mean: one option where that is clear, else the
// candidates; an InputError when there is none.
func (f Finder) Find(ctx context.Context, c chatops.Call, kind chatops.Kind, text string) ([]chatops.Option, error) {
	text = chatops.CleanLine(text)
	s := c.Principal.Scope
	switch kind {
	case chatops.KindProvider:
		return f.provider(ctx, s, text)
	case chatops.KindSite:
		return f.site(ctx, s, text)
	case chatops.KindMaintenance:
		return f.maintenance(ctx, s, text)
	case chatops.KindCircuit:
		return f.circuit(ctx, s, c.Args("provider"), text)
	}
	return nil, fmt.Errorf("nobody knows how to find a %s", kind)
}

// Suggest gives circuit ids that begin with a text. The other kinds are chosen
// from menus, which say by themselves what is in them.
func (f Finder) Suggest(ctx context.Context, c chatops.Call, kind chatops.Kind, text string) ([]string, error) {
	if kind != chatops.KindCircuit {
		return nil, nil
	}
	begins := models.CIDKey(text)
	circuits, _, err := f.r.Circuits(ctx, c.Principal.Scope, models.CircuitFilter{
		Query: begins, Providers: c.Args("provider"), Page: models.Page{Limit: searched},
	})
	if err != nil {
		return nil, fmt.Errorf("look for circuits that begin with %q: %w", text, err)
	}
	var cids []string
	for _, k := range circuits {
		if strings.HasPrefix(models.CIDKey(k.CID), begins) {
			cids = append(cids, k.CID)
		}
	}
	return unique(cids), nil
}

// most bounds the candidates that are shown.
const most = 10

func (f Finder) provider(ctx context.Context, s models.Scope, text string) ([]chatops.Option, error) {
	seen, err := f.r.ProvidersSeen(ctx, s)
	if err != nil {
		return nil, fmt.Errorf("read the providers: %w", err)
	}
	option := func(p models.SeenProvider) chatops.Option { return chatops.Option{Value: p.Slug, Label: p.Name} }
	for _, same := range []func(p models.SeenProvider) bool{
		func(p models.SeenProvider) bool { return strings.EqualFold(p.Slug, text) || p.ID == text },
		func(p models.SeenProvider) bool { return strings.EqualFold(p.Name, text) },
	} {
		var fits []chatops.Option
		for _, p := range seen {
			if same(p) {
				fits = append(fits, option(p))
			}
		}
		if len(fits) > 0 {
			return fits, nil
		}
	}
	var words []string
	for _, p := range seen {
		words = append(words, p.Slug, p.Name)
	}
	var near []string
	for _, word := range chatops.Nearest(text, words, most) {
		i := slices.IndexFunc(seen, func(p models.SeenProvider) bool { return p.Slug == word || p.Name == word })
		if slug := seen[i].Slug; !slices.Contains(near, slug) {
			near = append(near, slug)
		}
	}
	return nil, unknown(chatops.KindProvider, text, near, "provider list shows which there are")
}

func (f Finder) site(ctx context.Context, s models.Scope, text string) ([]chatops.Option, error) {
	exact := models.SiteFilter{Names: []string{text}, Page: models.Page{Limit: most}}
	if uuid.Validate(text) == nil {
		exact = models.SiteFilter{IDs: []string{text}}
	}
	sites, _, err := f.r.FindSites(ctx, s, exact)
	if err == nil && len(sites) == 0 {
		sites, _, err = f.r.FindSites(ctx, s, models.SiteFilter{Query: text, Page: models.Page{Limit: searched}})
		sites = slices.DeleteFunc(sites, func(w models.Site) bool { return !strings.EqualFold(w.Name, text) })
	}
	if err != nil {
		return nil, fmt.Errorf("look for site %q: %w", text, err)
	}
	if len(sites) > 0 {
		var fits []chatops.Option
		for _, w := range sites {
			fits = append(fits, chatops.Option{Value: w.Name, Label: strings.TrimSpace(w.Name + " " + w.Region)})
		}
		return fits, nil
	}
	near, err := nearby(text, func(part string) ([]string, error) {
		sites, _, err := f.r.FindSites(ctx, s, models.SiteFilter{Query: part, Page: models.Page{Limit: searched}})
		var names []string
		for _, w := range sites {
			names = append(names, w.Name)
		}
		return names, err
	})
	if err != nil {
		return nil, fmt.Errorf("look for sites like %q: %w", text, err)
	}
	return nil, unknown(chatops.KindSite, text, near, "circuit list shows where circuits end")
}

func (f Finder) maintenance(ctx context.Context, s models.Scope, text string) ([]chatops.Option, error) {
	read := func(q models.MaintenanceFilter) ([]models.MaintenanceItem, error) {
		q.Page = models.Page{Limit: most}
		items, _, err := f.r.Maintenances(ctx, s, q)
		if err != nil {
			return nil, fmt.Errorf("look for maintenance %q: %w", text, err)
		}
		return items, nil
	}
	byName := models.MaintenanceFilter{Names: []string{text}}
	if uuid.Validate(text) == nil {
		byName = models.MaintenanceFilter{IDs: []string{text}}
	}
	items, err := read(byName)
	if err == nil && len(items) == 0 {
		var seen []models.SeenProvider
		if seen, err = f.r.ProvidersSeen(ctx, s); err != nil {
			return nil, fmt.Errorf("read the providers: %w", err)
		}
		var names []string
		for _, p := range seen {
			names = append(names, p.Slug+"-"+text)
		}
		if len(names) > 0 {
			items, err = read(models.MaintenanceFilter{Names: names})
		}
	}
	if err != nil {
		return nil, err
	}
	if len(items) > 0 {
		return maintenanceOptions(items), nil
	}
	near, err := nearby(text, func(part string) ([]string, error) {
		items, _, err := f.r.Maintenances(ctx, s, models.MaintenanceFilter{Query: part, Page: models.Page{Limit: searched}})
		var names []string
		for _, m := range items {
			names = append(names, m.Name)
		}
		return names, err
	})
	if err != nil {
		return nil, fmt.Errorf("look for maintenances like %q: %w", text, err)
	}
	return nil, unknown(chatops.KindMaintenance, text, near, "maintenance list shows what there is")
}

// maintenanceOptions are records to choose from: by their names, or by their
// ids where two have one name.
func maintenanceOptions(items []models.MaintenanceItem) []chatops.Option {
	times := map[string]int{}
	for _, m := range items {
		times[strings.ToLower(m.Name)]++
	}
	var options []chatops.Option
	for _, m := range items {
		o := chatops.Option{Value: m.Name, Label: chatops.CleanLine(fmt.Sprintf("%s %s %s", m.Name, m.Status, m.Summary))}
		if times[strings.ToLower(m.Name)] > 1 {
			o.Value = m.ID
		}
		options = append(options, o)
	}
	return options
}

func (f Finder) circuit(ctx context.Context, s models.Scope, providers []string, text string) ([]chatops.Option, error) {
	circuits, err := f.circuits(ctx, s, providers, text)
	if err != nil {
		return nil, err
	}
	if len(circuits) > 0 {
		return circuitOptions(circuits), nil
	}
	_, noticed, err := f.r.Maintenances(ctx, s, models.MaintenanceFilter{Circuits: []string{text}, Providers: providers, Page: models.Page{Limit: 1}})
	if err != nil {
		return nil, fmt.Errorf("look for notices of circuit %q: %w", text, err)
	}
	if noticed > 0 {
		return []chatops.Option{{Value: text}}, nil
	}
	near, err := nearby(text, func(part string) ([]string, error) {
		circuits, _, err := f.r.Circuits(ctx, s, models.CircuitFilter{Query: part, Providers: providers, Page: models.Page{Limit: searched}})
		var cids []string
		for _, k := range circuits {
			cids = append(cids, k.CID)
		}
		return cids, err
	})
	if err != nil {
		return nil, fmt.Errorf("look for circuits like %q: %w", text, err)
	}
	return nil, unknown(chatops.KindCircuit, text, near, "circuit list shows what there is")
}

var qualified = regexp.MustCompile(`^([A-Za-z0-9_-]+):(.+)$`)

// circuits are those of the inventory that a text names: by id, by provider
// and circuit id, by circuit id, or by another name that a provider uses.
func (f Finder) circuits(ctx context.Context, s models.Scope, providers []string, text string) ([]models.Circuit, error) {
	var tries []models.CircuitFilter
	if uuid.Validate(text) == nil {
		tries = append(tries, models.CircuitFilter{IDs: []string{text}})
	}
	if m := qualified.FindStringSubmatch(text); m != nil {
		tries = append(tries, models.CircuitFilter{Named: m[2], Providers: m[1:2]})
	}
	tries = append(tries, models.CircuitFilter{Named: text, Providers: providers})
	for _, q := range tries {
		q.Page = models.Page{Limit: searched}
		circuits, _, err := f.r.Circuits(ctx, s, q)
		if err != nil {
			return nil, fmt.Errorf("look for circuit %q: %w", text, err)
		}
		own := slices.DeleteFunc(slices.Clone(circuits), func(k models.Circuit) bool { return models.CIDKey(k.CID) != models.CIDKey(q.Named) })
		if len(own) > 0 {
			return own, nil
		}
		if len(circuits) > 0 {
			return circuits, nil
		}
	}
	return nil, nil
}

func circuitOptions(circuits []models.Circuit) []chatops.Option {
	var options []chatops.Option
	for _, k := range circuits {
		a, z := sites(&k)
		label := k.CID + " (" + k.Provider.Name
		if a+z != "" {
			label += ", " + strings.Trim(a+" – "+z, " –")
		}
		options = append(options, chatops.Option{Value: circuitValue(k), Label: chatops.CleanLine(label + ")")})
	}
	return options
}

// circuitValue names one circuit among those of all providers.
func circuitValue(k models.Circuit) string { return k.Provider.Slug + ":" + k.CID }

// searched bounds the names that are compared with a mistyped one.
const searched = 200

// nearby gives names like a text: those that contain it, else those that are
// within a few slips of it. A name with one slip still contains one half.
func nearby(text string, search func(part string) ([]string, error)) ([]string, error) {
	const hints = 3
	runes := []rune(text)
	if len(runes) == 0 || len(runes) > 100 {
		return nil, nil
	}
	whole, err := search(text)
	if err != nil || len(whole) > 0 {
		return unique(whole[:min(len(whole), hints)]), err
	}
	if len(runes) < 4 {
		return nil, nil
	}
	var all []string
	for _, part := range []string{string(runes[:len(runes)/2]), string(runes[len(runes)/2:])} {
		some, err := search(part)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return chatops.Nearest(text, unique(all), hints), nil
}

func unique(list []string) []string {
	var once []string
	for _, v := range list {
		if !slices.Contains(once, v) {
			once = append(once, v)
		}
	}
	return once
}

// unknown says that there is nothing of that name, and what is near.
func unknown(kind chatops.Kind, text string, near []string, advice string) error {
	if len(near) > 0 {
		advice = "near it there is " + chatops.CleanLine(strings.Join(near, ", "))
	}
	return models.Invalid("", "there is no %s %q; %s", kind, clip(text), advice)
}

// clip bounds a text that is said back.
func clip(text string) string {
	text = chatops.CleanLine(text)
	if runes := []rune(text); len(runes) > 80 {
		return string(runes[:80]) + "…"
	}
	return text
}
