package main

import (
	"context"
	"errors"
	"fmt"

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

// serve runs the service: listen, announce, wait, drain.
func (p *program) serve(cfg *config.Config, opt serveOptions) error {
	p.neverWaitForReaders(cfg.Log)
	log, level := newLogger(p.stderr, cfg.Log)
	takeMemoryLimit(log)
	if limit := memoryLimit(); fitCaches(&cfg.Cache.Memory, limit) {
		log.Warn("caches are smaller than configured, to fit the memory limit", "limit", limit,
			"fragments", cfg.Cache.Memory.Fragments, "responses", cfg.Cache.Memory.Responses)
		opt.load = fitted(opt.load, limit)
	}
	stop := p.listenForSignals()
	defer stop.release()
	off, err := disabledBy(p.environ, log)
	if err != nil {
		return err
	}
	service, err := newService(cfg, log, level, extras{off: off, demo: opt.demo})
	if err != nil {
		return err
	}
	public, err := newFastListener(cfg.Listen, maxConnections(), service.door, publicTimeouts(cfg), service)
	if err != nil {
		return errors.Join(err, service.close())
	}
	admin, err := newListener(cfg.Admin.Listen, leastConnections, service.adminHandler(), adminTimeouts)
	if err != nil {
		return errors.Join(err, public.close(), service.close())
	}
	service.ready.Store(true)
	_, _ = fmt.Fprintf(p.stderr, "listening public=%s admin=%s\n", public.addr(), admin.addr())

	beside, endBeside := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if opt.beside != nil {
			opt.beside(beside, public.addr(), admin.addr())
		}
	}()
	failure := service.run(opt, stop, public, admin)
	endBeside()
	<-done
	return errors.Join(failure, drain(service, cfg, public, admin, stop.second))
}

// run answers requests to reload until it is time to stop; the error is why a listener failed.
func (s *service) run(opt serveOptions, stop signals, public, admin *listener) error {
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
		case err := <-public.failed:
			return err
		case err := <-admin.failed:
			return err
		case <-stop.reload:
			s.reload(opt.load)
		case <-changed:
			s.reload(opt.load)
		}
	}
}
