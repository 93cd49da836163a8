package mailbox

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"lineman/ingest"
)

const (
	graphMaxFolders = 10000
	graphMaxDepth   = 50
)

// graphWellKnown are the folders that have the same name in every language.
var graphWellKnown = []string{"inbox", "archive", "junkemail", "deleteditems", "sentitems", "drafts", "msgfolderroot"}

// graphFolder is a folder as the API gives it.
type graphFolder struct {
	ID       string `json:"id"`
	Name     string `json:"displayName"`
	Children int    `json:"childFolderCount"`
}

// Folders resolves the configured names and patterns. A name is that of a
// well-known folder, or a path of the names that people see.
func (b *graphBox) Folders(ctx context.Context) ([]string, error) {
	ctx, done, err := b.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	var found, missing []string
	var tree map[string]string
	for _, want := range b.folders {
		names := []string{graphName(want)}
		if strings.ContainsAny(want, "*%") {
			if tree == nil {
				if tree, err = b.tree(ctx); err != nil {
					return nil, b.failed("list folders", err)
				}
			}
			names = matching(tree, graphName(want))
			maps.Copy(b.ids, tree)
		} else if _, err := b.resolve(ctx, names[0]); errors.Is(err, ingest.ErrFolder) {
			names = nil
		} else if err != nil {
			return nil, err
		}
		if len(names) == 0 {
			missing = append(missing, want)
		}
		for _, n := range names {
			if !slices.Contains(found, n) {
				found = append(found, n)
			}
		}
	}
	if len(missing) > 0 {
		return found, fmt.Errorf("%w: %s has no folder \"%s\"; check folders, levels are written with /",
			ingest.ErrFolder, b.src.Account, strings.Join(missing, `" or "`))
	}
	return found, nil
}

// graphName writes a name in the one way in which the ledger has it: INBOX in
// capitals, other well-known folders in small letters.
func graphName(name string) string {
	first, rest, deep := strings.Cut(name, "/")
	switch low := strings.ToLower(first); {
	case low == "inbox":
		first = "INBOX"
	case slices.Contains(graphWellKnown, low):
		first = low
	}
	if deep {
		return first + "/" + rest
	}
	return first
}

// resolve asks for the id of a folder that is no pattern.
func (b *graphBox) resolve(ctx context.Context, name string) (string, error) {
	levels := strings.Split(name, "/")
	id := ""
	if low := strings.ToLower(levels[0]); slices.Contains(graphWellKnown, low) {
		var f graphFolder
		if err := b.get(ctx, graphCall{link: b.url(nil, "mailFolders", low)}, &f); err != nil {
			return "", b.failed(fmt.Sprintf("find folder %q", name), err)
		}
		id, levels = f.ID, levels[1:]
	}
	for _, level := range levels {
		list, err := b.children(ctx, id, level)
		if err != nil {
			return "", b.failed(fmt.Sprintf("find folder %q", name), err)
		}
		i := slices.IndexFunc(list, func(f graphFolder) bool { return strings.EqualFold(f.Name, level) })
		if i < 0 {
			return "", fmt.Errorf("%w: %s has no folder %q", ingest.ErrFolder, b.src.Account, name)
		}
		id = list[i].ID
	}
	b.ids[name] = id
	return id, nil
}

// children lists the folders below one, or at the top; only those of a name
// unless it is empty.
func (b *graphBox) children(ctx context.Context, parent, name string) ([]graphFolder, error) {
	query := url.Values{"$top": {"250"}}
	if name != "" {
		query.Set("$filter", "displayName eq '"+strings.ReplaceAll(name, "'", "''")+"'")
	}
	link := b.url(query, "mailFolders")
	if parent != "" {
		link = b.url(query, "mailFolders", url.PathEscape(parent), "childFolders")
	}
	var all []graphFolder
	for link != "" {
		var page struct {
			Value []graphFolder `json:"value"`
			Next  string        `json:"@odata.nextLink"`
		}
		if err := b.get(ctx, graphCall{link: link}, &page); err != nil {
			return nil, err
		}
		all, link = append(all, page.Value...), page.Next
		if len(all) > graphMaxFolders {
			return nil, fmt.Errorf("%w: more than %d folders; name those to read", ingest.ErrFolder, graphMaxFolders)
		}
	}
	return all, nil
}

// tree gives the ids of all folders by their paths.
func (b *graphBox) tree(ctx context.Context) (map[string]string, error) {
	var inbox graphFolder
	if err := b.get(ctx, graphCall{link: b.url(nil, "mailFolders", "inbox")}, &inbox); err != nil {
		return nil, err
	}
	paths := map[string]string{}
	var walk func(parent, prefix string, depth int) error
	walk = func(parent, prefix string, depth int) error {
		list, err := b.children(ctx, parent, "")
		if err != nil {
			return err
		}
		for _, f := range list {
			path := prefix + f.Name
			if f.ID == inbox.ID {
				path = "INBOX"
			}
			paths[path] = f.ID
			if len(paths) > graphMaxFolders {
				return fmt.Errorf("%w: more than %d folders; name those to read", ingest.ErrFolder, graphMaxFolders)
			}
			if f.Children > 0 && depth < graphMaxDepth {
				if err := walk(f.ID, path+"/", depth+1); err != nil {
					return err
				}
			}
		}
		return nil
	}
	return paths, walk("", "", 1)
}

// matching gives the paths that a pattern means, sorted: * stands for anything,
// % for anything within one level.
func matching(tree map[string]string, pattern string) []string {
	var names []string
	for path := range tree {
		if wildcard(pattern, path) {
			names = append(names, path)
		}
	}
	slices.Sort(names)
	return names
}

func wildcard(pattern, name string) bool {
	// fits[i] tells whether the pattern so far fits the first i bytes.
	fits := make([]bool, len(name)+1)
	fits[0] = true
	for _, c := range []byte(pattern) {
		next := make([]bool, len(name)+1)
		for i := range next {
			switch {
			case c == '*' || c == '%':
				next[i] = fits[i] || i > 0 && next[i-1] && (c == '*' || name[i-1] != '/')
			case i > 0:
				next[i] = fits[i-1] && name[i-1] == c
			}
		}
		fits = next
	}
	return fits[len(name)]
}

// folderID gives the id of a folder that Folders gave.
func (b *graphBox) folderID(ctx context.Context, folder string) (string, error) {
	if id := b.ids[folder]; id != "" {
		return id, nil
	}
	return b.resolve(ctx, folder)
}

func notFound(err error) bool {
	var no *graphRefusal
	return errors.As(err, &no) && no.status == http.StatusNotFound && !no.noMailbox()
}
