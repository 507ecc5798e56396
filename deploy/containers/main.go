// Command containers really builds the images and really runs docker-compose.yml and the Kubernetes manifests, with
// Podman, and looks at what comes of it (docs/deploy.md). It needs Debian, and root. It prints a line for each thing that
// it has seen, and removes all containers and networks at the end, however it ends.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// atMost is how long all of it may take. The first run makes base images and compiles everything.
const atMost = 25 * time.Minute

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	ctx, cancel := context.WithTimeout(ctx, atMost)
	err := run(ctx, os.Stdout)
	cancel()
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "containers:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer) (err error) {
	if os.Geteuid() != 0 {
		return errors.New("this needs root: for networks, and for a root file system made from packages")
	}
	c, err := readComposition("docker-compose.yml")
	if err != nil {
		return err
	}
	e, err := newEngine(ctx)
	if err != nil {
		return err
	}
	defer e.close()
	if err := e.clear(ctx); err != nil { // what an earlier run left that was killed
		return err
	}
	s := show{out: out, began: time.Now()}
	defer func() {
		if err != nil {
			e.printLogs(ctx, out)
		}
		err = errors.Join(err, s.step(context.WithoutCancel(ctx), step{"containers, networks and volumes are removed", 2 * time.Minute, e.removed}))
	}()
	steps := append(imageSteps(e, c), (&fleet{engine: e, composition: c}).steps()...)
	for _, next := range append(steps, podSteps(e)...) {
		if err := s.step(ctx, next); err != nil {
			return err
		}
	}
	return nil
}

// step is one thing to see, and how long it may take. It gives what was seen, in a few words.
type step struct {
	what   string
	within time.Duration
	see    func(context.Context) (string, error)
}

type show struct {
	out   io.Writer
	began time.Time
}

// step prints one line.
func (s show) step(ctx context.Context, next step) error {
	ctx, cancel := context.WithTimeout(ctx, next.within)
	defer cancel()
	began := time.Now()
	seen, err := next.see(ctx)
	took := time.Since(began).Seconds()
	if err != nil {
		_, _ = fmt.Fprintf(s.out, "FAIL %6.1f s  %s\n", took, next.what)
		return fmt.Errorf("%s: %w", next.what, err)
	}
	_, _ = fmt.Fprintf(s.out, "ok   %6.1f s  %s: %s\n", took, next.what, seen)
	return nil
}
