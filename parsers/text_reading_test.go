package parsers

import (
	"fmt"
	"testing"
)

func TestReadingKeepsFewReasons(t *testing.T) {
	var r Reading
	for i := range 10_000 {
		r.Warn(fmt.Sprint("warning ", i%5000))
		r.Missing("start", fmt.Sprint("reason ", i%5000))
	}
	r.Missing("end", "none")
	if n := len(r.Warnings); n != maxWarnings+1 {
		t.Errorf("%d warnings", n)
	}
	if n := len(r.Fields); n != maxWarnings+1 || r.Fields[n-1].Field != "end" {
		t.Errorf("%d fields, the last %+v", n, r.Fields[n-1])
	}
}
