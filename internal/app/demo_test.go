package app_test

import (
	"errors"
	"io"
	"log/slog"
	"testing"

	"lineman/internal/app"
	"lineman/internal/config"
	"lineman/models"
)

func TestDemoOpensOnLoopbackOnly(t *testing.T) {
	for address, open := range map[string]bool{
		"127.0.0.1:0": true, "[::1]:0": true, "localhost:0": true,
		"0.0.0.0:0": false, ":0": false, "[::]:0": false, "192.0.2.1:0": false, "nonsense": false,
	} {
		o := app.Options{Config: config.Defaults(), Logger: slog.New(slog.DiscardHandler), Version: "test"}
		err := app.Demo(t.Context(), o, app.DemoOptions{HTTP: address, Once: true, Out: io.Discard})
		input := new(models.InputError)
		if open && err != nil || !open && (!errors.As(err, &input) || input.Field != "--http") {
			t.Errorf("%s: %v", address, err)
		}
	}
}
