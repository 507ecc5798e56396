package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"
)

// fleet is what docker-compose.yml runs.
type fleet struct {
	*engine
	composition
	sold string // the id of the slot that was booked
}

var replicas = []string{"aggregator-1", "aggregator-2"}

// ready is how long a container may take from its start until it is as it should be.
const ready = 40 * time.Second

func (f *fleet) steps() []step {
	return []step{
		{"docker-compose.yml starts, less " + notToBeHad, 2 * time.Minute, f.start},
		{"health checks of the images", time.Minute, f.healthy},
		{"both replicas answer /v1/timeslots", time.Minute, f.answers},
		{"a slot is booked through one replica", time.Minute, f.book},
		{"the slot is gone from the other's answers", time.Minute, f.gone},
		{"Prometheus scrapes both, which share Redis", time.Minute, f.scraped},
		{"rules of Prometheus", time.Minute, f.rules},
		{"the crowd is answered", time.Minute, f.crowd},
		{"a replica that crashes is started again", time.Minute, f.crash},
		{"a replica is killed, the other goes on", 2 * time.Minute, f.kill},
		{"the replica comes back", time.Minute, f.comeBack},
		{"replicas end by themselves when they are told to", 2 * time.Minute, f.stop},
	}
}

func (f *fleet) start(ctx context.Context) (string, error) {
	if err := f.portsAreFree(ctx); err != nil {
		return "", err
	}
	names := f.services()
	if _, err := f.run(ctx, "podman-compose", append([]string{"-p", project, "up", "-d", "--no-build"}, names...)...); err != nil {
		return "", err
	}
	err := until(ctx, time.Second, ready, func(ctx context.Context) error { return f.allRun(ctx, names) })
	return fmt.Sprintf("%d containers run", len(names)), err
}

func (f *fleet) portsAreFree(ctx context.Context) error {
	for _, name := range f.services() {
		for _, published := range f.Services[name].Ports {
			outside := published[:strings.LastIndex(published, ":")]
			l, err := new(net.ListenConfig).Listen(ctx, "tcp", outside)
			if err != nil {
				return fmt.Errorf("%s has to be free for %s: %w", outside, name, err)
			}
			if err := l.Close(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f *fleet) allRun(ctx context.Context, names []string) error {
	for _, name := range names {
		if status, err := f.inspect(ctx, name, "{{.State.Status}}"); err != nil || status != "running" {
			return errors.Join(fmt.Errorf("wanted %s running, it is %q", name, status), err)
		}
	}
	return nil
}

func (f *fleet) inspect(ctx context.Context, service, format string) (string, error) {
	return f.podman(ctx, "container", "inspect", "--format", format, container(service))
}

// healthy runs each container's own health check, as an engine does, and wants none where the composition switches it off.
func (f *fleet) healthy(ctx context.Context) (string, error) {
	var checked []string
	for _, name := range f.services() {
		has, err := f.inspect(ctx, name, "{{if .Config.Healthcheck}}{{index .Config.Healthcheck.Test 0}}{{end}}")
		if err != nil {
			return "", err
		}
		if has == "" || has == "NONE" {
			continue
		}
		checked = append(checked, name)
		if err := until(ctx, 2*time.Second, ready, func(ctx context.Context) error {
			said, err := f.podman(ctx, "healthcheck", "run", container(name))
			if err != nil {
				return fmt.Errorf("wanted %s healthy, came: %s %w", name, said, err)
			}
			return nil
		}); err != nil {
			return "", err
		}
		if status, err := f.inspect(ctx, name, "{{.State.Health.Status}}"); err != nil || status != "healthy" {
			return "", errors.Join(fmt.Errorf("wanted %s healthy, it is %q", name, status), err)
		}
	}
	if !slices.Equal(checked, replicas) {
		return "", fmt.Errorf("wanted health checks of %v, these have one: %v", replicas, checked)
	}
	return "healthy: " + strings.Join(checked, ", "), nil
}
