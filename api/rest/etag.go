package rest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"lineman/api/edge"
)

// An entity tag is `"<revision>-<digest>"`: the stored revision of the record
// that is shown, and a digest over the answer, so that two answers with one
// tag are the same byte for byte. Lists have the digest alone. A write compares
// the revision with the stored one inside its transaction: what else an answer
// shows (the phase, the inventory) may have moved without being lost.

var tagForm = regexp.MustCompile(`^"([1-9][0-9]{0,17})-[0-9a-f]{16}"$`)

// match is what If-Match says.
type match struct {
	given     bool
	any       bool    // *
	revisions []int64 // of strong tags of ours
}

func readMatch(values []string) match {
	m := match{given: len(values) > 0}
	for _, v := range strings.Split(strings.Join(values, ","), ",") {
		v = strings.TrimSpace(v)
		m.any = m.any || v == "*"
		if found := tagForm.FindStringSubmatch(v); found != nil {
			n, err := strconv.ParseInt(found[1], 10, 64)
			if err == nil && len(m.revisions) < 100 {
				m.revisions = append(m.revisions, n)
			}
		}
	}
	return m
}

// expected gives the revision at which a record may be written; 0 for any.
// current is the one that was just read.
func (m match) expected(current int64) (int64, error) {
	switch {
	case !m.given || m.any:
		return 0, nil
	case slices.Contains(m.revisions, current):
		return current, nil
	}
	return 0, stale()
}

func stale() error {
	return huma.NewError(http.StatusPreconditionFailed, "The record was changed since you read it, and nothing was written; read it again.")
}

// staleBy says what changed.
func staleBy(changes []string) error {
	details := make([]error, len(changes))
	for i, c := range changes {
		details[i] = &huma.ErrorDetail{Message: c}
	}
	return huma.NewError(http.StatusPreconditionFailed,
		"The record was changed since you read it, and nothing was written: "+strings.Join(changes, "; ")+". Read it again.", details...)
}

// reply is what handlers tell the middleware of their answer.
type reply struct{ revision int64 }

// buffered holds an answer back until it is known whole.
type buffered struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (b *buffered) WriteHeader(status int) {
	if b.status == 0 {
		b.status = status
	}
}

func (b *buffered) Write(p []byte) (int, error) {
	if b.status == 0 {
		b.status = http.StatusOK
	}
	return b.body.Write(p)
}

// finish sends an answer with its entity tag, or 304 to whoever has it. What
// is wrong with parameters is 400, with bodies 422.
func (b *buffered) finish(r *http.Request, said reply) {
	w, status := b.ResponseWriter, b.status
	if status == 0 {
		status = http.StatusOK
	}
	if status == http.StatusUnprocessableEntity {
		status = b.parameters()
	}
	if status < 300 && b.body.Len() > 0 {
		sum := sha256.Sum256(b.body.Bytes())
		tag := hex.EncodeToString(sum[:8])
		if said.revision > 0 {
			tag = strconv.FormatInt(said.revision, 10) + "-" + tag
		}
		tag = `"` + tag + `"`
		w.Header().Set("ETag", tag)
		if (r.Method == http.MethodGet || r.Method == http.MethodHead) && edge.HasTag(r.Header.Values("If-None-Match"), tag) {
			w.Header().Del("Content-Type")
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(b.body.Bytes()) // a client that is gone needs no answer
	}
}

// parameters gives the status of a refusal, and corrects its text, where all
// that is wrong stands in the address.
func (b *buffered) parameters() int {
	var p huma.ErrorModel
	if json.Unmarshal(b.body.Bytes(), &p) != nil || len(p.Errors) == 0 {
		return http.StatusUnprocessableEntity
	}
	for _, e := range p.Errors {
		if !strings.HasPrefix(e.Location, "query.") && !strings.HasPrefix(e.Location, "path.") {
			return http.StatusUnprocessableEntity
		}
	}
	p.Status, p.Title = http.StatusBadRequest, http.StatusText(http.StatusBadRequest)
	b.body.Reset()
	_ = json.NewEncoder(&b.body).Encode(p) // a buffer takes everything
	return http.StatusBadRequest
}
