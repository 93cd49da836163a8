package config

import (
	"net/url"
	"slices"
)

// ValueFile is a file that a value file:/path was read from.
type ValueFile struct {
	Key  string
	Path string
}

// Reading is a configuration and how it was read, for whoever checks an
// installation. Config is complete only where Err is nil; else it holds what
// could be read, and Usable tells of which keys that is true.
type Reading struct {
	Config  Config
	File    string      // empty: none was found, the defaults hold
	Values  []ValueFile // in the order of the file, those of the environment last
	Written []string    // keys of secrets that stand in File itself
	Err     error       // an *Error

	lost     bool // the file as a whole could not be read
	problems problems
}

// wholeFile is the key of a problem with a file that is no mapping.
const wholeFile = "the file"

// Inspect reads the configuration as Load does, and gives what it could read
// also where something is wrong.
func Inspect(o Options) Reading {
	env := environment(o.Environ)
	r := Reading{Config: Defaults()}
	d := &decoder{
		problems: problems{where: map[string]place{}},
		env:      env,
		used:     map[string][]string{},
	}
	path, data, err := readConfig(o, env)
	if err != nil {
		return Reading{Config: r.Config, Err: &Error{Problems: []string{oneLine(err.Error())}}, lost: true}
	}
	if data != nil {
		d.file, r.File = path, path
		d.decodeFile(&r.Config, data)
		r.lost = d.about("") || d.about(wholeFile)
	}
	d.override(&r.Config)
	d.validate(r.Config)
	r.Values, r.Written, r.problems = d.files, d.written, d.problems
	r.Err = d.err()
	return r
}

// Usable reports whether the setting at a key, and all below it, were read and
// are right.
func (r Reading) Usable(key string) bool {
	return !r.lost && !slices.ContainsFunc(r.problems.list, func(p problem) bool {
		return p.key != "" && (under(key, p.key) || under(p.key, key))
	})
}

// secretText reports whether the text of a Secret is one: the address of a
// database is only where it holds a password.
func secretText(text string) bool {
	u, err := url.Parse(text)
	if err != nil || u.Scheme == "" {
		return text != ""
	}
	if u.Scheme == "sqlite" {
		return false
	}
	if u.Scheme != "postgres" && u.Scheme != "postgresql" {
		return true
	}
	_, password := u.User.Password()
	return password || u.Query().Has("password")
}
