package main

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"timeslots/cmd/aggregator/internal/config"
	"timeslots/web"
)

type serveCommand struct {
	Config string `required:"" placeholder:"FILE" help:"Configuration file (YAML)."`
}

// Run serves until it is told to stop.
func (c *serveCommand) Run(p *program) error {
	load := func() (*config.Config, error) { return config.Load(c.Config, p.environ) }
	cfg, err := load()
	if err != nil {
		return err
	}
	return p.serve(cfg, serveOptions{file: c.Config, load: load})
}

// serveOptions are what demo adds to serving.
type serveOptions struct {
	file   string                         // watched for changes; empty: none
	load   func() (*config.Config, error) // for a reload; nil: there is none
	demo   *web.Demo                      // what its pages can do; nil: patients book elsewhere
	beside func(ctx context.Context, public, admin string)
}

// serve runs the service: build, listen, announce, wait, drain.
func (p *program) serve(cfg *config.Config, opt serveOptions) error {
	p.neverWaitForReaders(cfg.Log)
	log, level := newLogger(p.stderr, cfg.Log)
	opt.load = fitToMemory(cfg, opt.load, log)
	stop := p.listenForSignals()
	defer stop.release()
	off, err := disabledBy(p.environ, log)
	if err != nil {
		return err
	}
	s, err := newService(cfg, log, level, extras{off: off, demo: opt.demo})
	if err != nil {
		return err
	}
	if err := s.listen(cfg); err != nil {
		return errors.Join(err, s.close())
	}
	s.ready.Store(true)
	_, _ = fmt.Fprintf(p.stderr, "listening public=%s admin=%s\n", s.public.addr(), s.admin.addr())
	failure := s.runBeside(opt, stop)
	return errors.Join(failure, s.drain(stop.second))
}

// listen opens both listeners.
func (s *service) listen(cfg *config.Config) (err error) {
	public := endpoint{addr: cfg.Listen, connections: maxConnections(), fast: s, timeouts: publicTimeouts(cfg)}
	if s.public, err = newListener(s.door, public); err != nil {
		return err
	}
	s.onStop.push(s.public.close)
	admin := endpoint{addr: cfg.Admin.Listen, connections: leastConnections, timeouts: adminTimeouts}
	if s.admin, err = newListener(s.adminHandler(), admin); err != nil {
		return err
	}
	s.onStop.push(s.admin.close)
	return nil
}

// runBeside is run, with what stands beside it in the background.
func (s *service) runBeside(opt serveOptions, stop signals) error {
	ctx, end := context.WithCancel(context.Background())
	var beside sync.WaitGroup
	if opt.beside != nil {
		beside.Go(func() { opt.beside(ctx, s.public.addr(), s.admin.addr()) })
	}
	defer beside.Wait()
	defer end()
	return s.run(opt, stop)
}

// run answers requests to reload until it is time to stop; the error is why a listener failed.
func (s *service) run(opt serveOptions, stop signals) error {
	var changed <-chan struct{}
	if opt.file != "" {
		unwatch := make(chan struct{})
		defer close(unwatch)
		changed = watchFile(opt.file, s.log, unwatch)
	}
	for {
		select {
		case <-stop.first:
			return nil
		case err := <-s.public.failed:
			return err
		case err := <-s.admin.failed:
			return err
		case <-stop.reload:
			s.reload(opt.load)
		case <-changed:
			s.reload(opt.load)
		}
	}
}
