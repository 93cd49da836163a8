package main

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"lineman/parsers"
)

// suffixes are the files that parse looks at in folders.
var suffixes = []string{".eml", ".ics", ".html"}

// inputs gives the files that the words of a call mean, folders walked in
// order of names. single says that the call named exactly one file.
func inputs(args []string) (files []string, single bool, err error) {
	single = len(args) == 1
	for _, arg := range args {
		info, err := os.Stat(arg)
		if arg == "-" || err != nil || !info.IsDir() {
			files = append(files, arg) // what cannot be read gets its outcome like any other
			continue
		}
		single = false
		err = filepath.WalkDir(arg, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if !d.IsDir() && slices.Contains(suffixes, strings.ToLower(filepath.Ext(path))) {
				files = append(files, path)
			}
			return nil
		})
		if err != nil {
			return nil, false, fmt.Errorf("read the folder %s: %w", arg, err)
		}
	}
	return files, single, nil
}

// readInput reads a file, or standard input for -. One byte more than the
// limit is enough for the reader to refuse it.
func readInput(stdin io.Reader, file string) ([]byte, error) {
	in := stdin
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	raw, err := io.ReadAll(io.LimitReader(in, parsers.MaxMailSize+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	return raw, nil
}
