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

// input is one thing to parse.
type input struct {
	path   string
	walked bool // found in a folder, not named by the call
}

// inputs gives the files that the words of a call mean, folders walked in
// order of names. single says that the call named exactly one file.
func inputs(args []string) (files []input, single bool, err error) {
	single = len(args) == 1
	for _, arg := range args {
		info, err := os.Stat(arg)
		if arg == "-" || err != nil || !info.IsDir() {
			files = append(files, input{path: arg}) // what cannot be read gets its outcome like any other
			continue
		}
		single = false
		err = filepath.WalkDir(arg, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if !d.IsDir() && slices.Contains(suffixes, strings.ToLower(filepath.Ext(path))) {
				files = append(files, input{path, true})
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

// read reads an input. A pipe in a folder would wait for a writer that may
// never come.
func (in input) read(stdin io.Reader) ([]byte, error) {
	if in.walked {
		info, err := os.Stat(in.path)
		if err == nil && !info.Mode().IsRegular() {
			err = fmt.Errorf("%s is no regular file; name it by itself to read it", in.path)
		}
		if err != nil {
			return nil, err
		}
	}
	return readInput(stdin, in.path)
}
