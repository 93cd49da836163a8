package main

import (
	"fmt"
	"net/http/httptest"

	"github.com/rogpeppe/go-internal/testscript"

	"lineman/internal/fake/model"
)

// startModel is "model-start FILE": a language model at $MODEL_URL that says
// what is in the file whenever it is asked, and wants the key CANARY-key.
func startModel(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: model-start FILE")
	}
	fake := model.New(model.Options{Key: "CANARY-key", Say: func(model.Question) model.Answer { return model.Answer{Text: ts.ReadFile(args[0])} }})
	ts.Setenv("MODEL_URL", serve(ts, fake))
	ts.Value(modelKey{}).(*askedOf).fake = fake
}

func serve(ts *testscript.TestScript, fake *model.Server) string {
	server := httptest.NewServer(fake)
	ts.Defer(server.Close)
	return server.URL + "/v1"
}

// askedModel is "model-asked N": it was asked so often.
func askedModel(ts *testscript.TestScript, neg bool, args []string) {
	got := fmt.Sprint(len(ts.Value(modelKey{}).(*askedOf).fake.Asked()))
	if len(args) != 1 || (got == args[0]) == neg {
		ts.Fatalf("the model was asked %s times, not %v", got, args)
	}
}

type (
	modelKey struct{}
	askedOf  struct{ fake *model.Server }
)
