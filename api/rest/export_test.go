package rest

// Routes are the patterns that an API serves: those that need no token, and
// the rest.
func Routes(o Options) (open, described []string, err error) {
	s, err := newServer(o)
	if err != nil {
		return nil, nil, err
	}
	return s.open.patterns, s.described.patterns, nil
}
