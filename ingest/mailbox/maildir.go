package mailbox

import (
	"encoding/base64"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"unicode/utf16"

	"lineman/ingest"
	"lineman/internal/config"
)

func maildirKind() Kind {
	return Kind{
		Name:    "maildir",
		URLs:    []string{"maildir:///PATH"},
		Accepts: acceptsScheme("maildir"),
		Open: func(src config.Source, o Options) (ingest.Mailbox, error) {
			return openFiles(src, o, fileLayout{
				top: "INBOX", all: maildirFolders, one: maildirFolder, id: maildirID, fixed: true,
			})
		},
	}
}

// maildirID is the unique name of a message, without the flags that mail
// programs add after a colon.
func maildirID(name string) string {
	if strings.HasPrefix(name, ".") {
		return ""
	}
	id, _, _ := strings.Cut(name, ":")
	return id
}

// maildirFolders gives INBOX, which is the Maildir itself, and its subfolders
// as Maildir++ has them: .Work.Europe is Work/Europe.
func maildirFolders(root *os.Root) ([]filePlace, error) {
	inbox, ok := maildirPlace(root, "INBOX", ".")
	if !ok {
		return nil, fmt.Errorf("%w: %s is no Maildir: it has neither a folder new nor a folder cur", ingest.ErrUnreachable, root.Name())
	}
	all := []filePlace{inbox}
	err := eachEntry(root, ".", func(d fs.DirEntry) error {
		name, dot := strings.CutPrefix(d.Name(), ".")
		if !dot || name == "" || !d.IsDir() || len(all) >= fileMaxFolders {
			return nil
		}
		levels := strings.Split(name, ".")
		for i, level := range levels {
			levels[i] = maildirLevel(level)
		}
		if slices.Contains(levels, "") {
			return nil
		}
		if place, ok := maildirPlace(root, strings.Join(levels, "/"), d.Name()); ok {
			all = append(all, place)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("%w: read %s: %w", ingest.ErrUnreachable, root.Name(), cause(err))
	}
	return all, nil
}

func maildirFolder(root *os.Root, name string) (filePlace, bool, error) {
	if strings.EqualFold(name, "INBOX") {
		name = "INBOX"
	}
	all, err := maildirFolders(root)
	if i := slices.IndexFunc(all, func(p filePlace) bool { return p.name == name }); i >= 0 {
		return all[i], true, nil
	}
	return filePlace{}, false, err
}

func maildirPlace(root *os.Root, name, dir string) (filePlace, bool) {
	place := filePlace{name: name}
	for _, sub := range []string{"new", "cur"} {
		if p := path.Join(dir, sub); isDir(root, p) {
			place.dirs = append(place.dirs, p)
		}
	}
	return place, len(place.dirs) > 0
}

// maildirLevel reads a level of a folder name as IMAP servers write it
// (modified UTF-7, RFC 3501 section 5.1.3). What is not written so stays as it
// is; a level that is no text at all gives an empty name.
func maildirLevel(level string) string {
	var out strings.Builder
	rest := level
	for {
		before, after, shift := strings.Cut(rest, "&")
		out.WriteString(before)
		if !shift {
			break
		}
		code, tail, closed := strings.Cut(after, "-")
		text, ok := modifiedUTF7(code)
		if !closed || !ok {
			return strings.ToValidUTF8(level, "")
		}
		out.WriteString(text)
		rest = tail
	}
	return strings.ToValidUTF8(out.String(), "")
}

// modifiedUTF7 reads what stands between & and -.
func modifiedUTF7(code string) (string, bool) {
	if code == "" {
		return "&", true
	}
	raw, err := base64.RawStdEncoding.DecodeString(strings.ReplaceAll(code, ",", "/"))
	if err != nil || len(raw)%2 != 0 {
		return "", false
	}
	units := make([]uint16, len(raw)/2)
	for i := range units {
		units[i] = uint16(raw[2*i])<<8 | uint16(raw[2*i+1])
	}
	return string(utf16.Decode(units)), true
}
