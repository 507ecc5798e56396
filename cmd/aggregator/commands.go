package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/alecthomas/kong"

	"timeslots/cmd/aggregator/internal/config"
)

// Exit codes (docs/interface.md §1).
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// program is what a command may touch of the world.
type program struct {
	stdout, stderr io.Writer
	environ        []string
	stopping       context.Context // ends when the process is asked to stop; nil: on signals
	flush          func()          // writes what was printed and is not out yet; nil: all is
}

// commandLine is docs/interface.md §1.
type commandLine struct {
	Demo    demoCommand    `cmd:"" help:"An Acme tenant, the service in front of it and its pages, in one process."`
	Serve   serveCommand   `cmd:"" help:"The service in front of configured addresses."`
	Acme    acmeCommand    `cmd:"" help:"The DexCare simulator alone."`
	Check   checkCommand   `cmd:"" help:"Validate a configuration and print what is in effect, secrets redacted."`
	Probe   probeCommand   `cmd:"" help:"Exit 0 when the service on this machine is ready (container health check)."`
	Version versionCommand `cmd:"" help:"Print version, revision and Go release."`
}

// exit is how kong leaves: unwound in run.
type exit int

// run parses args, runs the command and gives the exit code.
func run(p program, args []string) (code int) {
	defer func() {
		switch e := recover().(type) {
		case nil:
		case exit:
			code = int(e)
		default:
			panic(e) // a fault of ours, which must not look like success
		}
	}()
	defer func() {
		if p.flush != nil {
			p.flush()
		}
	}()
	var line commandLine
	parser, err := kong.New(&line,
		kong.Name("aggregator"),
		kong.Description("Timeslot caching and aggregation in front of DexCare."),
		kong.Writers(p.stdout, p.stderr),
		kong.Exit(func(code int) { panic(exit(code)) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	)
	if err != nil {
		return p.fail(err)
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		_, _ = fmt.Fprintf(p.stderr, "aggregator: %v; see aggregator --help\n", err)
		return exitUsage
	}
	if err := parsed.Run(&p); err != nil {
		return p.fail(err)
	}
	return exitDone
}

// fail prints err and gives the exit code that fits it.
func (p *program) fail(err error) int {
	if e, ok := errors.AsType[*config.Error](err); ok {
		_, _ = fmt.Fprintln(p.stderr, e)
		return exitUsage
	}
	_, _ = fmt.Fprintf(p.stderr, "aggregator: %v\n", err)
	if _, ok := errors.AsType[*usageError](err); ok {
		return exitUsage
	}
	return exitFailed
}

// usageError is a mistake in the arguments of a command.
type usageError struct{ error }

type checkCommand struct {
	Config string `required:"" placeholder:"FILE" help:"Configuration file (YAML)."`
}

// Run validates and prints.
func (c *checkCommand) Run(p *program) error {
	cfg, err := config.Load(c.Config, p.environ)
	if err != nil {
		return err
	}
	return cfg.WriteYAML(p.stdout)
}

type probeCommand struct {
	Admin string `default:"127.0.0.1:9090" placeholder:"ADDR" env:"AGGREGATOR_ADMIN_LISTEN" help:"Address of the admin listener."`
}

// probeTimeout is how long a health check may take.
const probeTimeout = 2 * time.Second

// Run asks /readyz.
func (c *probeCommand) Run(*program) error {
	client := http.Client{Timeout: probeTimeout}
	resp, err := client.Get("http://" + c.Admin + "/readyz")
	if err != nil {
		return fmt.Errorf("probe %s: %w", c.Admin, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("probe %s: not ready (status %d)", c.Admin, resp.StatusCode)
	}
	return nil
}

type versionCommand struct{}

// Run prints one line.
func (versionCommand) Run(p *program) error {
	b := thisBuild()
	_, err := fmt.Fprintf(p.stdout, "aggregator %s revision %s %s\n", b.version, b.revision, b.release)
	return err
}
