// Command load asks a running lineman over HTTP at a fixed rate and prints how
// long its answers took.
//
// usage: load -url http://127.0.0.1:8080 -token TOKEN [-rate 100] [-for 10s] PATH…
//
// The paths are asked in turn; {n} in one of them is the number of the request.
// With -rate 0 all requests of the time at 100 a second are sent at once.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"time"

	"lineman/internal/load"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

const fallbackRate = 100

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("load", flag.ContinueOnError)
	base := flags.String("url", "http://127.0.0.1:8080", "address of lineman")
	token := flags.String("token", "", "a token of `lineman token create`")
	rate := flags.Float64("rate", fallbackRate, "requests a second; 0: all at once")
	span := flags.Duration("for", 10*time.Second, "how long")
	if err := flags.Parse(args); err != nil {
		return err
	}
	paths := flags.Args()
	if len(paths) == 0 || *rate < 0 || *span <= 0 {
		return errors.New("name at least one path, a rate of 0 or more and a time above 0")
	}
	per := *rate
	if per == 0 {
		per = fallbackRate
	}
	r := load.Run(ctx, load.Plan{
		Count: max(1, int(per*span.Seconds())), Rate: *rate, Do: load.Client(time.Minute),
		Next: func(i int) (load.Request, error) {
			path := strings.ReplaceAll(paths[i%len(paths)], "{n}", strconv.Itoa(i))
			return load.Request{Method: http.MethodGet, URL: strings.TrimSuffix(*base, "/") + path, Header: load.Bearer(*token)}, nil
		},
	})
	fmt.Fprintln(out, r)
	if r.Failed > 0 {
		return fmt.Errorf("%d of them failed, the first so: %w", r.Failed, r.First)
	}
	return nil
}
