// Package edge holds what everything under api answers alike: problems
// (RFC 9457) and entity tags. It knows no records.
package edge

import (
	"encoding/json"
	"net/http"
	"strings"
)

// Problem answers with a status and a sentence for whoever asked, as
// application/problem+json.
func Problem(w http.ResponseWriter, status int, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	// A client that is gone needs no answer.
	_ = json.NewEncoder(w).Encode(struct {
		Title  string `json:"title"`
		Status int    `json:"status"`
		Detail string `json:"detail"`
	}{http.StatusText(status), status, detail})
}

// HasTag reports whether If-None-Match, given by its header lines, names an
// entity tag; weak ones compare as strong (RFC 9110, 13.1.2).
func HasTag(lines []string, tag string) bool {
	for _, line := range lines {
		for one := range strings.SplitSeq(line, ",") {
			one = strings.TrimPrefix(strings.TrimSpace(one), "W/")
			if one == tag || one == "*" {
				return true
			}
		}
	}
	return false
}
