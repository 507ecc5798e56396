package main

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"timeslots/deploy/rendered"
)

// prober asks the probes of a Deployment's container as they are written, as a kubelet does.
type prober struct {
	ports                        map[string]int
	startup, readiness, liveness probe
}

type probe struct {
	name, path    string
	port          int
	every, within time.Duration
	failures      int
}

func newProber(deployment rendered.Object) (p prober, err error) {
	p.ports = map[string]int{}
	list, _ := deployment.At("spec", "template", "spec", "containers", 0, "ports").([]any)
	for _, one := range list {
		port, _ := one.(map[string]any)
		name, _ := port["name"].(string)
		p.ports[name], _ = port["containerPort"].(int)
	}
	for name, into := range map[string]*probe{"startupProbe": &p.startup, "readinessProbe": &p.readiness, "livenessProbe": &p.liveness} {
		text := func(key ...any) any {
			return deployment.At(append([]any{"spec", "template", "spec", "containers", 0, name}, key...)...)
		}
		number := func(key string, unset int) int {
			if n, is := text(key).(int); is {
				return n
			}
			return unset
		}
		path, _ := text("httpGet", "path").(string)
		port, _ := text("httpGet", "port").(string)
		*into = probe{name: name, path: path, port: p.ports[port], failures: number("failureThreshold", 3)} // Kubernetes' defaults
		into.every = time.Duration(number("periodSeconds", 10)) * time.Second
		into.within = time.Duration(number("timeoutSeconds", 1)) * time.Second
		if path == "" || into.port == 0 {
			return p, fmt.Errorf("%s: wanted a path and the name of a port, came %v", name, text())
		}
	}
	return p, nil
}

// ask is one try. Everything from 200 to 399 is good.
func (p probe) ask(ctx context.Context, ip string) error {
	ctx, cancel := context.WithTimeout(ctx, p.within)
	defer cancel()
	a, err := ask(ctx, http.MethodGet, fmt.Sprintf("http://%s:%d%s", ip, p.port, p.path), nil)
	if err == nil && (a.status < 200 || a.status > 399) {
		err = fmt.Errorf("wanted 200 to 399, came %v", a)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", p.name, err)
	}
	return nil
}

// started tries as often as the startup probe may fail, and gives how often that was. A pod that has started has to be
// ready within as many tries as readiness may fail.
func (p prober) started(ctx context.Context, ip string) (tries int, err error) {
	for tries = 1; ; tries++ {
		if err = p.startup.ask(ctx, ip); err == nil {
			break
		}
		if tries == p.startup.failures {
			return tries, err
		}
		time.Sleep(p.startup.every)
	}
	within := time.Duration(p.readiness.failures) * p.readiness.every
	return tries, until(ctx, p.readiness.every, within, func(ctx context.Context) error { return p.readiness.ask(ctx, ip) })
}
