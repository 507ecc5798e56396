package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"timeslots/test/rig/figure"
)

// balancer sends requests to replicas that say they are ready, as a load balancer does: it asks them now and then, so
// what it knows is a little old.
type balancer struct {
	client *http.Client
	mu     sync.Mutex
	all    []*running
	ready  []*running
	next   int

	served, lost atomic.Int64
	why          sync.Map
}

func newBalancer(replicas ...*running) *balancer {
	b := &balancer{all: slices.Clone(replicas), client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 100, IdleConnTimeout: trusted}, Timeout: hanging}}
	b.look()
	return b
}

// trusted is how long these clients believe that a connection which says nothing is still there: not as long as a service
// that leaves waits for it (quiet). On a slow machine a visitor may come back later than that.
const trusted = time.Second

// look asks who is ready.
func (b *balancer) look() {
	b.mu.Lock()
	all := slices.Clone(b.all)
	b.mu.Unlock()
	var ready []*running
	for _, r := range all {
		if resp, err := b.client.Get(r.admin + "/readyz"); err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				ready = append(ready, r)
			}
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ready = ready
}

func (b *balancer) pick() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.next++
	return b.ready[b.next%len(b.ready)].public
}

// replace takes a replica in, in place of one that is gone.
func (b *balancer) replace(gone, with *running) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.all[slices.Index(b.all, gone)] = with
}

// loses counts a request that was not served, and why.
func (b *balancer) loses(why ...any) {
	b.lost.Add(1)
	b.why.Store(fmt.Sprintln(why...), true)
}

// send sends one request on a connection that may have been used before, and never a second time: its body can be read
// once, so Go's client cannot repeat it behind our backs.
func (b *balancer) send(path, body string, want int, headers ...string) {
	req, _ := http.NewRequest(http.MethodPost, b.pick()+path, io.NopCloser(strings.NewReader(body)))
	req.ContentLength = int64(len(body))
	req.Header.Set("Content-Type", "application/json")
	setHeaders(req, headers)
	resp, err := b.client.Do(req)
	if err != nil {
		b.loses(path, err)
		return
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil || resp.StatusCode != want {
		b.loses(path, resp.Status, err)
		return
	}
	b.served.Add(1)
}

// load sends reads and bookings until ctx ends.
func (b *balancer) load(ctx context.Context, perSecond int) {
	var visitors sync.WaitGroup
	defer visitors.Wait()
	tick := time.NewTicker(time.Second / time.Duration(perSecond))
	defer tick.Stop()
	for i := 0; ; i++ {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if i%10 == 0 {
			visitors.Go(func() {
				b.send(retail, "{}", http.StatusBadRequest, "Authorization", "Bearer p")
			})
			continue
		}
		visitors.Go(func() {
			b.send("/dexcare/v5/slots/search", `{"criteriaItems":[{"npi":"9000000017"}]}`, http.StatusOK)
		})
	}
}

// visit asks for the same answer again and again, on a connection that is kept until the service closes it. Nothing is
// tried twice.
func (b *balancer) visit(ctx context.Context) {
	var conn net.Conn
	var in *bufio.Reader
	failed := func(what string, err error) {
		b.loses(what, err)
		conn = nil
	}
	for last := time.Now(); ctx.Err() == nil; <-time.After(5 * time.Millisecond) {
		if time.Since(last) > trusted {
			conn = nil
		}
		if conn == nil {
			c, err := net.Dial("tcp", strings.TrimPrefix(b.pick(), "http://"))
			if err != nil {
				failed("connect", err)
				continue
			}
			defer c.Close()
			_ = c.SetDeadline(time.Now().Add(hanging))
			conn, in = c, bufio.NewReader(c)
		}
		if _, err := io.WriteString(conn, "GET "+hotClinic+" HTTP/1.1\r\nHost: a\r\n\r\n"); err != nil {
			failed("send", err)
			continue
		}
		resp, err := http.ReadResponse(in, nil)
		if err == nil {
			_, err = io.Copy(io.Discard, resp.Body)
		}
		switch {
		case err != nil || resp.StatusCode != http.StatusOK:
			failed("answer", err)
			continue
		case resp.Close:
			conn = nil
		}
		b.served.Add(1)
		last = time.Now()
	}
}

// TestARollingRestartUnderLoadLosesNoRequest has its whole load in make faults. Elsewhere it is smaller, and a replica
// that leaves stays for so long that a slow balancer learns of it, too.
func TestARollingRestartUnderLoadLosesNoRequest(t *testing.T) {
	figure.Long(t)
	figure.Beside(t)
	replicas, perSecond, visitors, delay := 2, 50, 5, "3s"
	if figure.Judged() {
		replicas, perSecond, visitors, delay = 3, 300, 20, "400ms"
	}
	addr := startTenant(t, "--latency", "20ms")
	replica := func() *running { // patient always: what a budget makes of an answer is not the question
		r := startService(t, served(addr)+"shutdown: {delay: "+delay+"}\nlog: {level: error}\nsearch: {budget: 20s}\n"+
			"sources: {careDirect: {timeout: 20s}, providerDirect: {timeout: 20s}, directory: {timeout: 20s}}\n")
		return r
	}
	var all []*running
	for range replicas {
		all = append(all, replica())
	}
	b := newBalancer(all...)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var busy sync.WaitGroup
	busy.Go(func() { b.load(ctx, perSecond) })
	for range visitors {
		busy.Go(func() { b.visit(ctx) })
	}
	busy.Go(func() {
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				b.look()
			}
		}
	})
	for _, old := range all {
		enough := b.served.Load() + 100
		eventually(t, "traffic", func() bool { return b.served.Load() > enough })
		if code := old.end(t); code != exitDone {
			t.Errorf("exit code %d:\n%s", code, old.err)
		}
		b.replace(old, replica())
		b.look()
	}
	enough := b.served.Load() + 100
	eventually(t, "traffic", func() bool { return b.served.Load() > enough })
	stop()
	busy.Wait()
	b.client.CloseIdleConnections()
	t.Logf("%d requests while %d replicas were replaced, %d lost", b.served.Load()+b.lost.Load(), replicas, b.lost.Load())
	b.why.Range(func(why, _ any) bool { t.Errorf("lost: %s", why); return true })
}

func TestABookingInFlightOutlivesTheGraceOfReads(t *testing.T) {
	figure.Long(t)
	figure.Beside(t)
	const more = "shutdown: {grace: 100ms}\nlog: {level: error}\n"
	tests := map[string]struct {
		read bool
		code int
	}{"a booking alone": {false, exitDone}, "a booking and a read": {true, exitFailed}}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			figure.Beside(t)
			// The read never gets its answer, so that it is there when the grace is over; the booking gets its own later.
			service, simulator, _ := startServed(t, more, "--fault", "retail-booking:latency=2s", "--fault", "department-timeslots:hang")
			results := make(chan string, 2)
			ask := func(method, path string, headers ...string) {
				r, err := send(t, &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}, method, service.public+path, "", headers...)
				if err != nil {
					results <- method + " cut off"
					return
				}
				results <- fmt.Sprint(method, " ", r.status)
			}
			if tt.read {
				go ask("GET", hotClinic)
				eventually(t, "the read being under way", func() bool { return calls(t, simulator)["department-timeslots"] == 1 })
			}
			go ask("POST", retail, "Authorization", "Bearer p")
			eventually(t, "the booking being under way", func() bool { return calls(t, simulator)["retail-booking"] == 1 })
			code := service.end(t)
			got := map[string]bool{<-results: true}
			if tt.read {
				got[<-results] = true
			}
			if !got["POST 400"] || got["GET cut off"] != tt.read || code != tt.code {
				t.Errorf("%v, exit code %d:\n%s", got, code, service.err)
			}
		})
	}
}
