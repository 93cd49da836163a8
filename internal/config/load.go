package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Options say where the configuration is. The zero value is what a program
// without flags uses.
type Options struct {
	Path    string   // --config; empty: $LINEMAN_CONFIG, ./lineman.yaml, /etc/lineman/lineman.yaml, else no file
	Environ []string // NAME=value; nil: the process's
	Dir     string   // where lineman.yaml is looked for; empty: the working directory
	System  string   // the file looked for last; empty: /etc/lineman/lineman.yaml
}

const (
	fileName   = "lineman.yaml"
	systemFile = "/etc/lineman/" + fileName
	envPrefix  = "LINEMAN_"
	envConfig  = envPrefix + "CONFIG"

	maxFile = 1 << 20 // bytes of the file, and of each file: value
)

// Load reads the configuration: the defaults, the file over them, the
// environment over both. What is wrong is an *Error with a line for each
// problem; no value of a secret is in it.
func Load(o Options) (Config, error) {
	r := Inspect(o)
	if r.Err != nil {
		return Config{}, r.Err
	}
	return r.Config, nil
}

func environment(list []string) map[string]string {
	if list == nil {
		list = os.Environ()
	}
	env := make(map[string]string, len(list))
	for _, entry := range list {
		if name, value, ok := strings.Cut(entry, "="); ok {
			env[name] = value
		}
	}
	return env
}

// readConfig finds the file and reads it; data is nil when there is none.
func readConfig(o Options, env map[string]string) (path string, data []byte, err error) {
	for _, named := range []struct{ path, by string }{{o.Path, "--config"}, {env[envConfig], envConfig}} {
		if named.path == "" {
			continue
		}
		data, err := readFile(named.path)
		if err != nil {
			return "", nil, fmt.Errorf("%s: cannot read the configuration %s: %w; check the path and its permissions",
				named.by, named.path, reason(err))
		}
		return named.path, data, nil
	}
	system := o.System
	if system == "" {
		system = systemFile
	}
	for _, path := range []string{filepath.Join(o.Dir, fileName), system} {
		data, err := readFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return "", nil, fmt.Errorf("%s: cannot read the configuration: %w; check its permissions", path, reason(err))
		}
		return path, data, nil
	}
	return "", nil, nil
}

func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("it is larger than %d bytes", maxFile)
	}
	if data == nil {
		data = []byte{}
	}
	return data, nil
}

// reason drops the path that an error repeats.
func reason(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}

// decodeFile reads YAML over cfg.
func (d *decoder) decodeFile(cfg *Config, data []byte) {
	var doc, more yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(data))
	if err := dec.Decode(&doc); errors.Is(err, io.EOF) {
		return
	} else if err != nil {
		d.syntax(err)
		return
	}
	if err := dec.Decode(&more); !errors.Is(err, io.EOF) {
		if err != nil {
			d.syntax(err)
			return
		}
		d.addAt(place{d.file, more.Line}, "", "a second document begins here; keep the configuration in one")
		return
	}
	if len(doc.Content) == 1 {
		d.value(reflect.ValueOf(cfg).Elem(), doc.Content[0], "", 0)
	}
}

// syntax reports what the YAML library says, at its line.
func (d *decoder) syntax(err error) {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	at := place{name: d.file}
	var line int
	if n, _ := fmt.Sscanf(text, "line %d:", &line); n == 1 {
		at.line = line
		_, text, _ = strings.Cut(text, ": ")
	}
	d.addAt(at, "", "this is no valid YAML: %s; check indentation, quotes and colons there", text)
}
