package parsers

import "strings"

// parseAddresses reads an address header (RFC 5322) tolerantly: what is no
// address is left out. Names are decoded, addresses lower case. Groups give
// their members.
func parseAddresses(v string) []Address {
	all, _ := addressList(v)
	return all
}

// addressList reads an address header; plain says that it had nothing but
// well-formed addresses: no group, no second <...>, no junk.
func addressList(v string) (all []Address, plain bool) {
	plain = true
	if len(v) > MaxHeaderSize {
		return nil, false
	}
	for v != "" && len(all) < maxAddresses {
		item, rest, end := cutAddress(v)
		v = rest
		if end == ':' || end == ';' {
			plain = false
		}
		if end == ':' || strings.TrimSpace(item) == "" {
			continue // a group's name
		}
		a, ok := oneAddress(item)
		if !ok {
			plain = false
			continue
		}
		all = append(all, a)
	}
	return all, plain && v == ""
}

// cutAddress splits at the first comma, semicolon or group colon outside
// quotes, comments and angle brackets.
func cutAddress(v string) (item, rest string, end byte) {
	depth, angle := 0, false
	for i := 0; i < len(v); i++ {
		switch c := v[i]; {
		case c == '\\':
			i++
		case c == '"' && depth == 0:
			i = skipQuoted(v, i)
		case c == '(':
			depth++
		case c == ')' && depth > 0:
			depth--
		case depth > 0:
		case c == '<':
			angle = true
		case c == '>':
			angle = false
		case !angle && (c == ',' || c == ';' || c == ':' && !mailtoAt(v[:i])):
			return v[:i], v[i+1:], c
		}
	}
	return v, "", 0
}

func mailtoAt(before string) bool {
	return strings.HasSuffix(strings.ToLower(before), "mailto")
}

// skipQuoted gives the index of the quote that closes the one at i; the end of
// the text if none does.
func skipQuoted(v string, i int) int {
	for i++; i < len(v); i++ {
		switch v[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return len(v)
}

// oneAddress reads one mailbox: "addr", "Name <addr>", "addr (Name)".
func oneAddress(item string) (Address, bool) {
	var name, addr, comment strings.Builder
	depth, angles, inAngle := 0, 0, false
	for i := 0; i < len(item); i++ {
		c := item[i]
		switch {
		case c == '"' && depth == 0 && !inAngle:
			end := skipQuoted(item, i)
			name.WriteString(strings.ReplaceAll(item[i+1:min(end, len(item))], `\`, ""))
			i = end
		case c == '(':
			depth++
		case c == ')' && depth > 0:
			depth--
		case depth > 0:
			comment.WriteByte(c)
		case c == '<':
			angles++
			inAngle = true
		case c == '>' && inAngle:
			inAngle = false
		case inAngle:
			addr.WriteByte(c)
		default:
			name.WriteByte(c)
		}
	}
	if angles > 1 {
		return Address{}, false
	}
	a := Address{Name: name.String(), Addr: addr.String()}
	if angles == 0 {
		a = Address{Name: comment.String(), Addr: name.String()}
	}
	a.Name = Fold(decodeWords(a.Name))
	a.Addr = NormalizeAddress(a.Addr)
	return a, a.Addr != ""
}

// NormalizeAddress gives a mail address trimmed, in lower case and without
// "mailto:" and the final dot of its domain; empty if it is none.
func NormalizeAddress(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	s = strings.TrimSuffix(strings.TrimPrefix(s, "mailto:"), ".")
	local, domain, ok := strings.Cut(s, "@")
	if !ok || local == "" || domain == "" || len(s) > 320 || strings.Contains(domain, "@") {
		return ""
	}
	for _, r := range s {
		if r <= ' ' || r == 0x7f || strings.ContainsRune(`<>(),;:"[]\`, r) {
			return ""
		}
	}
	return s
}
