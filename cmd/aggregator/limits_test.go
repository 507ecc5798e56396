package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// startServed runs a simulator with these flags and the service in front of it, with more of a configuration.
func startServed(t *testing.T, more string, flags ...string) (service *running, simulator, file string) {
	t.Helper()
	sim := start(t, nil, append([]string{"acme", "--listen", "127.0.0.1:0"}, flags...)...)
	addr := sim.err.waitFor(t, `listening public=(\S+)`)[1]
	file = written(t, served(addr)+more)
	service = start(t, nil, "serve", "--config", file)
	service.listening(t)
	return service, "http://" + addr, file
}

// reload puts another text into the configuration's file and asks for it to be read.
func reload(t *testing.T, file, old, new string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(strings.Replace(string(text), old, new, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(os.Getpid(), syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
}

// burst is what a crowd got.
type burst struct {
	served, shed atomic.Int64
	odd          atomic.Int64 // neither
	mu           sync.Mutex
	refusals     []time.Duration
}

// ask sends one request for a clinician that nobody has asked for, so that it takes as long as upstream does.
func (b *burst) ask(client *http.Client, service *running, n int64) {
	begin := time.Now()
	resp, err := client.Get(fmt.Sprintf("%s/v1/timeslots?npi=8%09d", service.public, n))
	if err != nil {
		b.odd.Add(1)
		return
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body)
	switch {
	case resp.StatusCode == http.StatusOK, resp.StatusCode == http.StatusNotFound:
		b.served.Add(1)
	case resp.StatusCode == http.StatusServiceUnavailable && resp.Header.Get("Retry-After") != "":
		b.shed.Add(1)
		b.mu.Lock()
		b.refusals = append(b.refusals, time.Since(begin))
		b.mu.Unlock()
	default:
		b.odd.Add(1)
	}
}

func TestABurstOfTwentyTimesTheCapacityCostsNeitherGoodputNorBookings(t *testing.T) {
	service, _, _ := startServed(t, "limits: {inFlight: 20}\nsearch: {budget: 5s}\nsources: {providerDirect: {timeout: 5s}}\nlog: {level: error}\n", "--latency", "400ms")
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 400}, Timeout: 10 * time.Second}
	defer client.CloseIdleConnections()
	var n atomic.Int64
	const places = 16 // of 20: two are reserved, and the default product leaves a tenth of the rest to higher ones
	during := func(seconds int, perSecond int) (b *burst, goodput float64) {
		begin := time.Now()
		b = &burst{}
		var crowd sync.WaitGroup
		if perSecond == 0 { // as many as there are places, each again and again
			end := time.Now().Add(time.Duration(seconds) * time.Second)
			for range places {
				crowd.Go(func() {
					for time.Now().Before(end) {
						b.ask(client, service, n.Add(1))
					}
				})
			}
		} else {
			tick := time.NewTicker(10 * time.Millisecond)
			defer tick.Stop()
			for range seconds * 100 {
				<-tick.C
				for range perSecond / 100 {
					crowd.Go(func() { b.ask(client, service, n.Add(1)) })
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
			case bookings <- call(t, "POST", service.public+"/dexcare/api/6/visits/retail", "{}", "Authorization", "Bearer p").status:
			}
		}
	})
	b, goodput := during(4, int(20*capacity/100)*100)
	close(stop)
	buyer.Wait()
	close(bookings)
	slices.Sort(b.refusals)
	t.Logf("capacity %.0f/s; at twenty times that %.0f/s, %d shed in p50 %v, p99 %v, and %d bookings", capacity, goodput, b.shed.Load(), b.refusals[len(b.refusals)/2], b.refusals[len(b.refusals)*99/100], len(bookings))
	if goodput < 0.9*capacity || b.odd.Load() > 0 {
		t.Errorf("goodput %.0f/s of %.0f/s, %d odd answers", goodput, capacity, b.odd.Load())
	}
	if len(bookings) == 0 {
		t.Error("no booking was tried")
	}
	for status := range bookings {
		if status != http.StatusBadRequest { // upstream's own word
			t.Errorf("a booking got %d", status)
		}
	}
	if r := get(t, service.public+hotClinic); r.status != http.StatusOK {
		t.Errorf("after the burst: %d", r.status)
	}
	if metrics := string(get(t, service.admin+"/metrics").body); !strings.Contains(metrics, fmt.Sprintf(`aggregator_http_requests_shed_total{product="default",reason="in_flight"} %d`, b.shed.Load())) {
		t.Errorf("%d were shed, which the metrics do not say", b.shed.Load())
	}
}

func TestClientsAreToldApartByWhatTrustedProxiesSay(t *testing.T) {
	const limits = "limits: {perClientPerSecond: 0.01, perClientBurst: 2, trustedProxies: [127.0.0.0/8]}\n"
	service, _, file := startServed(t, limits)
	from := func(forwarded string) reply { return get(t, service.public+hotClinic, "X-Forwarded-For", forwarded) }
	for range 2 {
		if r := from("203.0.113.7"); r.status != http.StatusOK {
			t.Fatalf("within the burst: %d %s", r.status, r.body)
		}
	}
	over := from("198.51.100.1, 203.0.113.7")
	if over.status != http.StatusTooManyRequests || over.header.Get("Retry-After") == "" || !strings.Contains(string(over.body), `"correlationId"`) {
		t.Errorf("over the rate, with a forged chain: %d %v %s", over.status, over.header, over.body)
	}
	if r := from("203.0.113.8"); r.status != http.StatusOK {
		t.Errorf("somebody else: %d", r.status)
	}
	if r := from("2001:db8::1"); r.status != http.StatusOK {
		t.Errorf("IPv6: %d", r.status)
	}
	from("2001:db8::2")
	if r := from("2001:db8::3"); r.status != http.StatusTooManyRequests {
		t.Errorf("a third address of the same /64: %d", r.status)
	}
	if metrics := string(get(t, service.admin+"/metrics").body); !strings.Contains(metrics, `aggregator_http_requests_shed_total{product="default",reason="per_client"} 2`) {
		t.Error("the metrics do not count two")
	}
	reload(t, file, "perClientPerSecond: 0.01", "perClientPerSecond: 0")
	eventually(t, "the limit lifted by a reload", func() bool { return from("203.0.113.7").status == http.StatusOK })
}

func TestPagesOfOtherOriginsMayReadOnceTheyAreListed(t *testing.T) {
	const page = "https://www.example.org"
	service, simulator, file := startServed(t, "cors: {origins: []}\n")
	from := func(origin string) reply { return get(t, service.public+hotClinic, "Origin", origin) }
	if r := from(page); r.header.Get("Access-Control-Allow-Origin") != "" || slices.Contains(r.header.Values("Vary"), "Origin") {
		t.Errorf("by default: %v", r.header)
	}
	reload(t, file, "origins: []", "origins: ["+page+"]")
	eventually(t, "the origin listed by a reload", func() bool { return from(page).header.Get("Access-Control-Allow-Origin") == page })
	first, other, none := from(page), from("https://evil.example"), get(t, service.public+hotClinic)
	for name, r := range map[string]reply{"another page": other, "no page": none} { // the same cached answer
		if r.header.Get("Access-Control-Allow-Origin") != "" || r.header.Get("ETag") != first.header.Get("ETag") || !slices.Contains(r.header.Values("Vary"), "Origin") {
			t.Errorf("%s: %v", name, r.header)
		}
	}
	before := calls(t, simulator)["booking"]
	r := call(t, http.MethodOptions, service.public+"/dexcare/api/6/visits/retail", "", "Origin", page,
		"Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization,content-type")
	if r.status != http.StatusNoContent || r.header.Get("Access-Control-Allow-Headers") != "authorization,content-type" || r.header.Get("Access-Control-Allow-Credentials") != "" {
		t.Errorf("preflight: %d %v", r.status, r.header)
	}
	booked := call(t, http.MethodPost, service.public+"/dexcare/api/6/visits/retail", "{}", "Origin", page, "Authorization", "Bearer p")
	if booked.header.Get("Access-Control-Allow-Origin") != page || booked.header.Get("Access-Control-Allow-Credentials") != "" {
		t.Errorf("a booking: %v", booked.header)
	}
	if n := calls(t, simulator)["booking"] - before; n != 1 {
		t.Errorf("upstream saw %d bookings, want the one that was sent", n)
	}
}
