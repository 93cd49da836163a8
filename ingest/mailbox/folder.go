package mailbox

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
	"time"
	"unicode/utf8"

	"lineman/ingest"
	"lineman/internal/config"
)

func folderKind() Kind {
	return Kind{
		Name:    "folder",
		URLs:    []string{"folder:///PATH"},
		Accepts: acceptsScheme("folder"),
		Open: func(src config.Source, o Options) (ingest.Mailbox, error) {
			return openFiles(src, o, fileLayout{
				top: ".", all: folderFolders, one: folderFolder, id: folderID, quiet: 2 * time.Second,
			})
		},
	}
}

// folderID is the name of a file that may be a mail.
func folderID(name string) string {
	if strings.HasPrefix(name, ".") || !strings.EqualFold(path.Ext(name), ".eml") {
		return ""
	}
	return name
}

// folderFolders gives the root, which is ".", and the folders below it, without
// those whose names begin with a dot. Links are not followed.
func folderFolders(root *os.Root) ([]filePlace, error) {
	var all []filePlace
	err := fs.WalkDir(root.FS(), ".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil && p == ".":
			return err
		case err != nil: // it went, or nobody may read it: List says so
			return nil
		case !d.IsDir():
			return nil
		case p != "." && strings.HasPrefix(d.Name(), ".") || !utf8.ValidString(d.Name()):
			return fs.SkipDir
		case len(all) == fileMaxFolders:
			return fmt.Errorf("it has more than %d folders; name those to read", fileMaxFolders)
		}
		all = append(all, filePlace{name: p, dirs: []string{p}})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("%w: read %s: %w", ingest.ErrUnreachable, root.Name(), cause(err))
	}
	return all, nil
}

func folderFolder(root *os.Root, name string) (filePlace, bool, error) {
	p := path.Clean(strings.Trim(name, "/"))
	if !fs.ValidPath(p) {
		return filePlace{}, false, nil
	}
	info, err := root.Lstat(p)
	if errors.Is(err, fs.ErrPermission) {
		return filePlace{}, false, fmt.Errorf("%w: %s in %s cannot be read: %w", ingest.ErrFolder, p, root.Name(), cause(err))
	}
	if err != nil || !info.IsDir() {
		return filePlace{}, false, nil
	}
	return filePlace{name: p, dirs: []string{p}}, true, nil
}
