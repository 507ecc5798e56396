package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// series wants an expression to have so many series before long.
func (f *fleet) series(ctx context.Context, expr string, want int) error {
	return until(ctx, time.Second, ready, func(ctx context.Context) error {
		n, err := count(ctx, f.at("prometheus", "9090"), expr)
		if err == nil && n != want {
			err = fmt.Errorf("%s: wanted %d series, came %d", expr, want, n)
		}
		return err
	})
}

func (f *fleet) scraped(ctx context.Context) (string, error) {
	for _, expr := range []string{`up{job="aggregator"} == 1`, `aggregator_redis_up == 1`} {
		if err := f.series(ctx, expr, len(replicas)); err != nil {
			return "", err
		}
	}
	var build struct{ Data struct{ Version string } }
	err := getJSON(ctx, f.at("prometheus", "9090")+"/api/v1/status/buildinfo", &build)
	return "2 targets up, by Prometheus " + build.Data.Version, err
}

// rules wants every rule loaded and evaluated without an error.
func (f *fleet) rules(ctx context.Context) (string, error) {
	n := 0
	err := until(ctx, time.Second, ready, func(ctx context.Context) error {
		var a struct {
			Data struct {
				Groups []struct {
					Rules []struct{ Name, Health, LastError string }
				}
			}
		}
		if err := getJSON(ctx, f.at("prometheus", "9090")+"/api/v1/rules", &a); err != nil {
			return err
		}
		n = 0
		for _, g := range a.Data.Groups {
			for _, r := range g.Rules {
				if n++; r.Health != "ok" {
					return fmt.Errorf("rule %s: wanted ok, came %s %s", r.Name, r.Health, r.LastError)
				}
			}
		}
		if n == 0 {
			return errors.New("wanted rules, came none")
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%d are loaded and evaluated; the crowd counts as the product findadoctor", n), f.series(ctx, `product:requests:rate5m{product="findadoctor"} > 0`, 1)
}

// crowd wants a second in which all that the crowd asked was answered well, in the words of the load tool.
func (f *fleet) crowd(ctx context.Context) (string, error) {
	last := ""
	err := until(ctx, time.Second, ready, func(ctx context.Context) (err error) {
		if last, err = f.logs(ctx, container("traffic"), 1); err == nil && !strings.Contains(last, "ok 100.0 %") {
			err = fmt.Errorf("wanted ok 100.0 %%, came %s", last)
		}
		return err
	})
	return strings.Join(strings.Fields(last), " "), err
}
