package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

func main() {
	var o options
	command := kong.Parse(&o,
		kong.Name("loadtest"),
		kong.Description("Open-loop load on a running service; latency counts from when each request was due."),
		kong.UsageOnError(),
		kong.Exit(func(code int) { // usage errors end with 2, as the service's own do
			if code != 0 {
				code = 2
			}
			os.Exit(code)
		}))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	o.command = command.Command()
	if err := run(ctx, &o, os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "loadtest:", err)
		os.Exit(1)
	}
}
