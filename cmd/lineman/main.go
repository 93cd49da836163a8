// Command lineman reads providers' maintenance notices from mailboxes and
// answers for the circuits that they touch.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"lineman/internal/config"
	"lineman/models"
)

// Exit codes of every command (contract: "Commands").
const (
	exitFailed  = 1  // the work failed
	exitUsage   = 2  // the call's words or the configuration are off
	exitTryLate = 75 // a mail on standard input was not committed: try again
)

// exitError carries an exit code; its text was or need not be printed when
// empty.
type exitError struct {
	code int
	text string
}

func (e *exitError) Error() string { return e.text }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}

// run executes one call and says its failure in one line on standard error.
func run(ctx context.Context, args []string) (code int) {
	if fromPipe(args) {
		defer tryLater(&code)
	}
	root := newRoot()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	code = exitFailed
	var exit *exitError
	var input *models.InputError
	var settings *config.Error
	switch {
	case errors.As(err, &exit):
		code = exit.code
	case errors.As(err, &input), errors.As(err, &settings):
		code = exitUsage
	}
	if text := strings.TrimSpace(err.Error()); text != "" {
		fmt.Fprintln(os.Stderr, "lineman: "+text)
	}
	return code
}
