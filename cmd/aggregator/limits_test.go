package main

import (
	"net/http"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
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
	counted(t, service.admin, `aggregator_http_requests_shed_total{product="default",reason="per_client"} 2`+"\n")
	reload(t, file, "perClientPerSecond: 0.01", "perClientPerSecond: 0")
	eventually(t, "the limit lifted by a reload", func() bool { return from("203.0.113.7").status == http.StatusOK })
}

func TestPagesOfOtherOriginsMayReadOnceTheyAreListed(t *testing.T) {
	const page = "https://www.example.org"
	service, _, file := startServed(t, "cors: {origins: []}\n")
	from := func(origin string) reply { return get(t, service.public+hotClinic, "Origin", origin) }
	if r := from(page); r.header.Get("Access-Control-Allow-Origin") != "" || slices.Contains(r.header.Values("Vary"), "Origin") {
		t.Errorf("by default: %v", r.header)
	}
	reload(t, file, "origins: []", "origins: ["+page+"]")
	eventually(t, "the origin listed by a reload", func() bool { return from(page).header.Get("Access-Control-Allow-Origin") == page })
	var other, none reply
	eventually(t, "the same cached answer for all", func() bool { // what is learned behind the first answer may change it
		first := from(page)
		other, none = from("https://evil.example"), get(t, service.public+hotClinic)
		return other.header.Get("ETag") == first.header.Get("ETag") && none.header.Get("ETag") == first.header.Get("ETag")
	})
	for name, r := range map[string]reply{"another page": other, "no page": none} {
		if r.header.Get("Access-Control-Allow-Origin") != "" || !slices.Contains(r.header.Values("Vary"), "Origin") {
			t.Errorf("%s: %v", name, r.header)
		}
	}
	booked := call(t, http.MethodPost, service.public+retail, "{}", "Origin", page, "Authorization", "Bearer p")
	if booked.header.Get("Access-Control-Allow-Origin") != page || booked.header.Get("Access-Control-Allow-Credentials") != "" {
		t.Errorf("a booking: %v", booked.header)
	}
}
