package app

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"slices"
	"strings"
)

// files looks at every file that holds a secret: whether it can be read, and
// who else may read it. A value's file that cannot be read is told by the
// configuration.
func (d *doctor) files(context.Context) []Finding {
	var list []Finding
	var seen []string
	for _, v := range d.Reading.Values {
		if slices.Contains(seen, v.Path) {
			continue
		}
		seen = append(seen, v.Path)
		if info, err := os.Stat(v.Path); err == nil {
			list = append(list, private("file "+v.Path, v.Key, v.Path, info))
		}
	}
	for i, src := range d.config.Sources {
		path := src.CredentialsFile
		if path == "" || slices.Contains(seen, path) {
			continue
		}
		seen = append(seen, path)
		list = append(list, secretFile(fmt.Sprintf("notification_sources[%d].credentials_file", i), path))
	}
	if len(d.Reading.Written) > 0 && d.Reading.File != "" {
		if info, err := os.Stat(d.Reading.File); err == nil {
			list = append(list, private("file "+d.Reading.File, clip(d.Reading.Written, 3), d.Reading.File, info))
		}
	}
	return list
}

// secretFile looks at a file that nobody has read so far.
func secretFile(key, path string) Finding {
	name := "file " + path
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		return fail(name, "%s is no regular file; name the file itself", key)
	}
	if err == nil {
		var f *os.File
		if f, err = os.Open(path); err == nil {
			err = f.Close()
		}
	}
	if err != nil {
		return fail(name, "%s cannot be read: %v; check the path and its permissions", key, reasonOf(err))
	}
	return private(name, key, path, info)
}

// private tells of a file that others may read. Systems without such
// permissions tell nothing by them.
func private(name, keys, path string, info fs.FileInfo) Finding {
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o007 != 0 {
		return warn(name, "it holds %s, and everybody on this machine may read it (%v); run chmod o= %s", keys, info.Mode().Perm(), path)
	}
	return fine(name, "it holds %s, and not everybody may read it", keys)
}

// reasonOf drops the path that an error of the file system repeats.
func reasonOf(err error) string {
	text := err.Error()
	if i := strings.LastIndex(text, ": "); i >= 0 {
		return text[i+2:]
	}
	return text
}
