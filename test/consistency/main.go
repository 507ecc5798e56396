package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// Exit codes, as the service's own (docs/interface.md §1).
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := command(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// command parses args, runs the check, prints the report and gives the exit code.
func command(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	o, err := parseOptions(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return exitDone
	}
	if err != nil {
		_, _ = fmt.Fprintln(stderr, "consistency:", err)
		return exitUsage
	}
	r, err := run(ctx, o, stderr)
	if err == nil {
		err = errors.Join(r.print(stdout), r.save(o.jsonFile), r.verdict(o))
	}
	if err != nil {
		_, _ = fmt.Fprintln(stderr, "consistency:", err)
		return exitFailed
	}
	return exitDone
}
