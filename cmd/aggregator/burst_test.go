package main

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"timeslots/test/rig/figure"
)

// burst is what a crowd got.
type burst struct {
	served, shed atomic.Int64
	odd          atomic.Int64 // neither
	mu           sync.Mutex
	refusals     []time.Duration
}

// ask sends one request for a clinician that nobody has asked for, so that it takes as long as upstream does.
func (b *burst) ask(t *testing.T, client *http.Client, service *running, n int64) {
	begin := time.Now()
	r, err := send(t, client, http.MethodGet, fmt.Sprintf("%s/v1/timeslots?npi=8%09d", service.public, n), "")
	switch {
	case err == nil && (r.status == http.StatusOK || r.status == http.StatusNotFound):
		b.served.Add(1)
	case err == nil && r.status == http.StatusServiceUnavailable && r.header.Get("Retry-After") != "":
		b.shed.Add(1)
		b.mu.Lock()
		b.refusals = append(b.refusals, time.Since(begin))
		b.mu.Unlock()
	default:
		b.odd.Add(1)
	}
}

// places is how many of a limit of 20 the default product may take: two are reserved, and it leaves a tenth of the rest
// to higher ones.
const places = 16

// A full house, which stays so until the test opens the gate: what is beyond it is turned away, bookings are not.
func TestWhatIsBeyondTheLimitIsTurnedAwayAndBookingsAreNot(t *testing.T) {
	figure.Beside(t)
	const visitors = 100
	service, upstream := startGated(t, "/v5/providers/", "limits: {inFlight: 20}\nlog: {level: error}\n")
	client := &http.Client{Transport: &http.Transport{}, Timeout: hanging}
	defer client.CloseIdleConnections()
	var b burst
	var crowd sync.WaitGroup
	for n := range visitors {
		crowd.Go(func() { b.ask(t, client, service, int64(n)) })
	}
	eventually(t, "a full house", func() bool { return b.shed.Load() >= visitors-places && upstream.held.Load() >= places })
	for range 5 {
		if r := book(t, service.public, "{}", "p"); r.status != http.StatusBadRequest { // upstream's own word
			t.Errorf("a booking got %d", r.status)
		}
	}
	upstream.open()
	crowd.Wait()
	if b.served.Load() != places || b.shed.Load() != visitors-places {
		t.Errorf("%d were served, %d shed, %d got something else", b.served.Load(), b.shed.Load(), b.odd.Load())
	}
	b.afterwards(t, service)
}

// afterwards wants everything as it was, and the metrics to know of it.
func (b *burst) afterwards(t *testing.T, service *running) {
	t.Helper()
	if r := get(t, service.public+hotClinic); r.status != http.StatusOK {
		t.Errorf("after the burst: %d", r.status)
	}
	counted(t, service.admin, fmt.Sprintf(`aggregator_http_requests_shed_total{product="default",reason="in_flight"} %d`+"\n", b.shed.Load()))
}

func TestABurstOfTwentyTimesTheCapacityCostsNeitherGoodputNorBookings(t *testing.T) {
	figure.Only(t)
	figure.Repeat(t, func() bool {
		within := false
		t.Run("burst", func(t *testing.T) { within = goodput(t) })
		return within
	})
}

// goodput measures a service of its own.
func goodput(t *testing.T) (within bool) {
	service, _, _ := startServed(t, "limits: {inFlight: 20}\nsearch: {budget: 5s}\nsources: {providerDirect: {timeout: 5s}}\nlog: {level: error}\n", "--latency", "400ms")
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 400}, Timeout: 10 * time.Second}
	defer client.CloseIdleConnections()
	var n atomic.Int64
	during := func(seconds int, perSecond int) (b *burst, goodput float64) {
		begin := time.Now()
		b = &burst{}
		var crowd sync.WaitGroup
		if perSecond == 0 { // as many as there are places, each again and again
			end := time.Now().Add(time.Duration(seconds) * time.Second)
			for range places {
				crowd.Go(func() {
					for time.Now().Before(end) {
						b.ask(t, client, service, n.Add(1))
					}
				})
			}
		} else {
			tick := time.NewTicker(10 * time.Millisecond)
			defer tick.Stop()
			for range seconds * 100 {
				<-tick.C
				for range perSecond / 100 {
					crowd.Go(func() { b.ask(t, client, service, n.Add(1)) })
				}
			}
		}
		crowd.Wait()
		return b, float64(b.served.Load()) / time.Since(begin).Seconds()
	}
	_, capacity := during(3, 0)
	bookings, stop := make(chan int, 100), make(chan struct{})
	var buyer sync.WaitGroup
	buyer.Go(func() {
		for {
			select {
			case <-stop:
				return
			case bookings <- book(t, service.public, "{}", "p").status:
			}
		}
	})
	b, goodput := during(4, int(20*capacity/100)*100)
	close(stop)
	buyer.Wait()
	close(bookings)
	slices.Sort(b.refusals)
	t.Logf("capacity %.0f/s; at twenty times that %.0f/s, at least %.0f/s; %d odd answers, none may be; %d shed in p50 %v, p99 %v, and %d bookings",
		capacity, goodput, 0.9*capacity, b.odd.Load(), b.shed.Load(), b.refusals[len(b.refusals)/2], b.refusals[len(b.refusals)*99/100], len(bookings))
	if len(bookings) == 0 {
		t.Error("no booking was tried")
	}
	for status := range bookings {
		if status != http.StatusBadRequest { // upstream's own word
			t.Errorf("a booking got %d", status)
		}
	}
	b.afterwards(t, service)
	return goodput >= 0.9*capacity && b.odd.Load() == 0
}
