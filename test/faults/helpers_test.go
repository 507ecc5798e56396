package faults

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"timeslots/internal/acme"
	"timeslots/test/faults/evil"
	"timeslots/test/rig"
	"timeslots/test/rig/figure"
)

func TestMain(m *testing.M) { rig.Main(m, 6) }

// The queries of most tests: an area (Care Options and Care Direct), a clinician (Provider Direct) and a clinic.
const (
	area      = "/v1/timeslots?latitude=47.61&longitude=-122.33&radius=15&visitTypeName=Illness"
	clinician = "/v1/timeslots?npi=9000000017"
	clinic    = "/v1/timeslots?departmentUrlName=AcmeRiverton&visitTypeName=Illness&limit=500" // whose slots can be booked
)

// recovery is how long anything may take to be back to normal.
const recovery = 10 * time.Second

type scene struct {
	*rig.Service
	upstream *evil.Upstream
	tenant   *acme.Tenant
}

// newScene starts both. The settings replace or add top-level keys of the configuration.
func newScene(t testing.TB, settings ...string) *scene {
	t.Helper()
	return newSceneOf(t, newTenant(t, acme.Keys{}), settings...)
}

func newSceneOf(t testing.TB, tenant *acme.Tenant, settings ...string) *scene {
	t.Helper()
	figure.Long(t)
	u := evil.New(tenant)
	return &scene{Service: rig.Serve(t, configuration(rig.Listen(t, u), settings...)), upstream: u, tenant: tenant}
}

func newTenant(t testing.TB, keys acme.Keys) *acme.Tenant {
	t.Helper()
	tenant, err := acme.New(acme.Options{Seed: 1, Latency: 2 * time.Millisecond, Keys: keys})
	must(t, err)
	return tenant
}

// lifetimes is the sources' section with the given lifetimes of fragments and small, quick breakers.
func lifetimes(fresh, stale, staleOnError time.Duration) string {
	return lifetimesOf(calls(), fresh, stale, staleOnError)
}

func lifetimesOf(call string, fresh, stale, staleOnError time.Duration) string {
	window := figure.Form("2s", "1m") // a slow machine makes few calls in two seconds
	text := "sources:\n"
	for _, source := range []string{"careDirect", "providerDirect", "careOptions", "directory"} {
		text += fmt.Sprintf("  %s: {%s, fresh: %s, stale: %s, staleOnError: %s, negative: 200ms, breaker: {window: %s, minRequests: 10, openFor: 1s}}\n", source, call, fresh, stale, staleOnError, window)
	}
	return text
}

// calls are the bounds of one upstream call. Where nothing is measured no call is given up because the machine is slow,
// and none is made twice.
func calls() string { return figure.Form("timeout: 600ms", "timeout: 1m, hedgeAfter: -1s") }

// giveUp are the bounds of a call for stories of sources that hang: it is given up, and how soon changes nothing.
const giveUp = "timeout: 600ms"

// upstreamHere stands in settings for the upstream's address.
const upstreamHere = "http://upstream.here"

func configuration(upstream string, settings ...string) string {
	sections := []string{
		lifetimes(500*time.Millisecond, 20*time.Second, oldAge()), "booking: {tombstone: 48h}", "log: {level: warn}",
	}
	if !figure.Judged() { // how long an answer may take where it does not matter
		sections = append(sections, "search: {budget: 1m}")
	}
	for _, s := range settings {
		sections = append(sections, strings.ReplaceAll(s, upstreamHere, upstream))
	}
	return rig.Configuration(upstream, sections...)
}

// oldAge is for how long a copy is of use once its source fails: where nothing is measured, longer than any test takes.
func oldAge() time.Duration { return figure.Form(40*time.Second, time.Hour) }

func (s *scene) settle(t testing.TB, query string) rig.Answer {
	t.Helper()
	var a rig.Answer
	rig.Until(t, "a complete answer to "+query, func() bool {
		r := rig.Get(t, s.Public+query)
		if r.Status != 200 {
			return false
		}
		a = r.Answer(t)
		return a.Complete && a.Total > 0
	})
	return a
}

// fresh waits until every source of a query is fresh, or was fetched since: the second half of every test. What is made of
// several copies, a clinician's two halves of a month on some days, may never be fresh all at once when lifetimes are short.
func (s *scene) fresh(t testing.TB, query string) time.Duration {
	t.Helper()
	since := time.Now().Truncate(time.Millisecond) // as answers write it
	return rig.Until(t, "fresh answers to "+query, func() bool {
		r := rig.Get(t, s.Public+query)
		if r.Status != 200 {
			return false
		}
		a := r.Answer(t)
		for _, source := range a.Sources {
			fetched := source.Status == "stale" && source.Reason == "" && !source.FetchedAt.Before(since)
			if source.Status != "fresh" && !fetched {
				return false
			}
		}
		return a.Complete
	})
}

// measured is a story with figures, which runs beside others unless they are judged.
func measured(t *testing.T, story func(*testing.T, *figure.Figures)) {
	t.Helper()
	figure.Beside(t)
	figure.Measure(t, story)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// inShort leaves a case to the long form, unless it is one of those that stand for all.
func inShort(t *testing.T, representative bool) {
	t.Helper()
	if !representative && !figure.Judged() {
		t.Skip("part of make faults")
	}
}
