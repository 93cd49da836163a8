package main

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

func TestDrawIsWellFormed(t *testing.T) {
	var out strings.Builder
	if err := draw(&out, strings.NewReader("provider  id\n\nzayo      <TTN> & \"more\" é\n\n"), "lineman demo"); err != nil {
		t.Fatal(err)
	}
	var texts []string
	d := xml.NewDecoder(strings.NewReader(out.String()))
	inText := false
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("the picture is no XML: %v", err)
		}
		switch x := token.(type) {
		case xml.StartElement:
			inText = x.Name.Local == "text"
		case xml.CharData:
			if inText {
				texts = append(texts, string(x))
			}
		case xml.EndElement:
			inText = false
		}
	}
	want := []string{"$ lineman demo", "provider  id", `zayo      <TTN> & "more" é`}
	if strings.Join(texts, "|") != strings.Join(want, "|") {
		t.Errorf("texts are %q, want %q", texts, want)
	}
}
