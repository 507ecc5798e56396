package main

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// Bounds that keep a slip of the finger from becoming an attack.
const (
	maxRate     = 20_000 // requests a second
	maxDuration = 10 * time.Minute
	maxWorkers  = 20_000 // requests in flight; beyond it they leave late, and count as late
)

type options struct {
	command string // with "compare " before it, where two targets are compared

	Target      string        `help:"Base URL of the service." default:"http://127.0.0.1:8080" placeholder:"URL"`
	Rate        float64       `help:"Requests a second, at the peak; at most 20000." default:"200"`
	Duration    time.Duration `help:"How long to send; at most 10m. Else 15s, and 1m for nearme, app and accuracy."`
	Timeout     time.Duration `help:"How long to wait for one answer." default:"5s"`
	Workers     uint64        `help:"Most requests in flight." default:"5000"`
	Seed        uint64        `help:"Same seed, same requests." default:"1"`
	Simulator   string        `help:"Base URL of the simulated tenant behind the service: for its directory, its faults and its counts." placeholder:"URL"`
	Admin       string        `help:"Base URL of the service's admin listener, for what its metrics say: its upstream calls by source, CPU and memory." placeholder:"URL"`
	JSON        string        `name:"json" help:"Write the report to this file too." placeholder:"FILE"`
	HTML        string        `name:"html" help:"Write it as a page with plots." placeholder:"FILE"`
	AllowRemote bool          `help:"Allow targets on other machines. Make sure that they are yours."`

	scenarios `embed:""`

	Compare compareOptions `cmd:"" help:"Run a scenario twice, against the target and another one, and print the ratios."`
}

type scenarios struct {
	FindADoctor findADoctorOptions `cmd:"" name:"findadoctor" help:"Find-a-Doctor pages: lists of twenty clinicians and single profiles, popular ones far more often."`
	FluShot     struct{}           `cmd:"" name:"flushot-spike" help:"A television spot: from nothing to the peak in five seconds, area searches around a few cities, then hold."`
	Mixed       mixedOptions       `cmd:"" name:"mixed" help:"Find-a-Doctor pages and bookings."`
	Outage      outageOptions      `cmd:"" name:"outage" help:"Find-a-Doctor pages while a source fails and heals: a third before, during and after."`
	Trace       traceOptions       `cmd:"" name:"trace" help:"A day of page views, shortened: Zipf over clinicians, twelve filters, four products, people who look around themselves."`
	NearMe      nearMeOptions      `cmd:"" name:"nearme" help:"People of a metropolitan area who press 'use my location': a list, two filters, a calendar."`
	Accuracy    accuracyOptions    `cmd:"" name:"accuracy" help:"People who choose among the first offers of a clinic while its slots are sold elsewhere: how many offers are untrue, and how many bookings too late."`
	App         appOptions         `cmd:"" name:"app" help:"A day of DexCare's own app, shortened: it starts, lists from now on, opens calendars, books, cancels, waits for video visits."`
}

type compareOptions struct {
	With      string `required:"" help:"Base URL of the other one." placeholder:"URL"`
	scenarios `embed:""`
}

// Validate checks the bounds; kong calls it after parsing.
func (o *options) Validate() error {
	if !(o.Rate >= 1 && o.Rate <= maxRate) {
		return fmt.Errorf("--rate must be 1 to %d a second", maxRate)
	}
	if o.Duration < 0 || o.Duration > maxDuration { // 0: the scenario's own
		return fmt.Errorf("--duration must be more than 0 and at most %s", maxDuration)
	}
	if o.Timeout <= 0 || o.Timeout > time.Minute {
		return errors.New("--timeout must be more than 0 and at most 1m")
	}
	if o.Workers < 1 || o.Workers > maxWorkers {
		return fmt.Errorf("--workers must be 1 to %d", maxWorkers)
	}
	bases := map[string]string{"--target": o.Target, "--admin": o.Admin, "--simulator": o.Simulator, "--with": o.Compare.With}
	for flag, base := range bases {
		if base == "" && flag != "--target" {
			continue
		}
		if err := checkBase(flag, base, o.AllowRemote); err != nil {
			return err
		}
	}
	return nil
}

// checkBase accepts a base URL on this machine, or anywhere when remote targets are allowed.
func checkBase(flag, text string, allowRemote bool) error {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.RawQuery != "" {
		return fmt.Errorf("%s must be a base URL, such as http://127.0.0.1:8080", flag)
	}
	if !allowRemote && !isLoopback(u.Hostname()) {
		return fmt.Errorf("%s names another machine; add --allow-remote if you may load it", flag)
	}
	return nil
}

func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}
