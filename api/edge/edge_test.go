package edge_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"lineman/api/edge"
)

func TestProblem(t *testing.T) {
	w := httptest.NewRecorder()
	edge.Problem(w, http.StatusConflict, `Say "when".`)
	const want = `{"title":"Conflict","status":409,"detail":"Say \"when\"."}` + "\n"
	if w.Code != http.StatusConflict || w.Header().Get("Content-Type") != "application/problem+json" || w.Body.String() != want {
		t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
	}
}

func TestHasTag(t *testing.T) {
	for _, tc := range []struct {
		lines []string
		want  bool
	}{
		{nil, false},
		{[]string{""}, false},
		{[]string{`"a"`}, true},
		{[]string{`W/"a"`}, true},
		{[]string{`"b", "a"`}, true},
		{[]string{`"b"`, ` W/"c" ,W/"a"`}, true},
		{[]string{"*"}, true},
		{[]string{`"b"`}, false},
		{[]string{"a"}, false},
		{[]string{`"A"`}, false},
	} {
		if got := edge.HasTag(tc.lines, `"a"`); got != tc.want {
			t.Errorf("%q: %t", tc.lines, got)
		}
	}
}
