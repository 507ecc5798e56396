package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"syscall"
	"time"
)

// crash ends a replica's process as a fault of its own would. The engine has to start it again.
func (f *fleet) crash(ctx context.Context) (string, error) {
	victim := replicas[0]
	text, err := f.inspect(ctx, victim, "{{.State.Pid}}")
	if err != nil {
		return "", err
	}
	pid, err := strconv.Atoi(text)
	if err != nil || pid < 2 {
		return "", fmt.Errorf("%s: process id %q: %w", victim, text, err)
	}
	began := time.Now()
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		return "", err
	}
	err = until(ctx, 100*time.Millisecond, ready, func(ctx context.Context) error {
		restarts, err := f.inspect(ctx, victim, "{{.RestartCount}}")
		if err != nil || restarts != "1" {
			return errors.Join(fmt.Errorf("%s: wanted one restart, came %q", victim, restarts), err)
		}
		_, err = get(ctx, f.at(victim, "9090")+"/readyz")
		return err
	})
	return fmt.Sprintf("%s was ready %d ms later", victim, time.Since(began).Milliseconds()), err
}

// scraped is more than the time between two scrapes (deploy/prometheus/prometheus.yml).
const scraped = 6 * time.Second

// kill has the engine end a replica, which then stays down. The other one has to answer all the while.
func (f *fleet) kill(ctx context.Context) (string, error) {
	victim, other := replicas[0], replicas[1]
	if _, err := f.podman(ctx, "kill", container(victim)); err != nil {
		return "", err
	}
	began, answered := time.Now(), 0
	down := fmt.Sprintf(`up{instance="%s:9090"} == 0`, victim)
	var unanswered error
	err := until(ctx, 100*time.Millisecond, ready, func(ctx context.Context) error {
		if unanswered = f.wantOffered(ctx, other, f.sold, false); unanswered != nil {
			return nil // the first one is enough
		}
		answered++
		if time.Since(began) < scraped {
			return errors.New("it may be that Prometheus has not asked since")
		}
		n, err := count(ctx, f.at("prometheus", "9090"), down)
		if err == nil && n != 1 {
			err = fmt.Errorf("%s: wanted 1 series, came %d", down, n)
		}
		return err
	})
	if err := errors.Join(unanswered, err); err != nil {
		return "", err
	}
	if _, err := get(ctx, f.at(victim, "9090")+"/readyz"); err == nil {
		return "", fmt.Errorf("%s: wanted no answer after it was killed, came one", victim)
	}
	alert := fmt.Sprintf(`ALERTS{alertname="TimeslotsReplicaDown",instance="%s:9090"}`, victim)
	return fmt.Sprintf("%d answers of %s, Prometheus sees %s down, its alert is pending", answered, other, victim), f.series(ctx, alert, 1)
}

// comeBack starts the killed one again. It has nothing in memory, and must not offer what was sold before.
func (f *fleet) comeBack(ctx context.Context) (string, error) {
	victim := replicas[0]
	if _, err := f.podman(ctx, "start", container(victim)); err != nil {
		return "", err
	}
	if err := until(ctx, 100*time.Millisecond, ready, func(ctx context.Context) error { return f.wantOffered(ctx, victim, f.sold, false) }); err != nil {
		return "", err
	}
	return victim + " answers, without the slot that was sold; Prometheus sees both", f.series(ctx, `up{job="aggregator"} == 1`, len(replicas))
}

// stop wants an end of the replicas' own, within stop_grace_period, and not the engine's.
func (f *fleet) stop(ctx context.Context) (string, error) {
	for _, replica := range replicas {
		if _, err := f.podman(ctx, "stop", "--time", "40", container(replica)); err != nil {
			return "", err
		}
		if code, err := f.inspect(ctx, replica, "{{.State.Status}} {{.State.ExitCode}}"); err != nil || code != "exited 0" {
			return "", errors.Join(fmt.Errorf("%s: wanted exited 0, came %q", replica, code), err)
		}
	}
	return "exit code 0", nil
}
