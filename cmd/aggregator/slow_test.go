package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"timeslots/test/rig/figure"
)

// hurried is the service behind a public listener whose deadlines are all a second, so that a test can see them pass.
func hurried(t *testing.T) *listener {
	t.Helper()
	text := served(startTenant(t)) + "log: {level: error}\n"
	s := built(t, text, io.Discard, patience(t, text)...)
	l, err := newListener(s.door, endpoint{
		addr: "127.0.0.1:0", connections: maxConnections(), fast: s, timeouts: timeouts{time.Second, time.Second, time.Second, time.Second},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

// slowly opens a connection, sends something, goes on sending a byte now and then, and reads nothing.
func slowly(t *testing.T, addr, begin, drip string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	_ = c.(*net.TCPConn).SetReadBuffer(4096)
	stop := make(chan struct{})
	var dripping sync.WaitGroup
	dripping.Go(func() {
		_, _ = io.WriteString(c, begin)
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for drip != "" {
			select {
			case <-stop:
				return
			case <-tick.C:
				if _, err := io.WriteString(c, drip); err != nil {
					return
				}
			}
		}
	})
	t.Cleanup(func() { close(stop); c.Close(); dripping.Wait() })
	return c
}

const (
	slowHeaders = "GET /v1/timeslots HTTP/1.1\r\nHost: a\r\nX: "
	slowBody    = "POST /dexcare/v5/slots/search HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n{"
	slowBooking = bookingHead + "Content-Length: 60000\r\n\r\n{"
)

func TestSlowClientsAreCutAtTheirDeadline(t *testing.T) {
	figure.Long(t)
	figure.Beside(t)
	l := hurried(t)
	addr := l.addr()
	t.Run("together", func(t *testing.T) { slowlyCut(t, addr) })
	for name, header := range map[string]string{"by net/http": "Origin: https://www.example.org\r\n", "by the accelerator": ""} {
		t.Run("an answer that is not read, "+name, func(t *testing.T) {
			get(t, "http://"+addr+hotClinic)
			began := time.Now()
			c := slowly(t, addr, strings.Repeat("GET "+hotClinic+" HTTP/1.1\r\nHost: a\r\n"+header+"\r\n", 200), "") // 3 MB
			eventually(t, "its end", func() bool {                                                                   // which only writing shows to somebody who does not read
				_, err := io.WriteString(c, "G")
				return err != nil
			})
			notEarly(t, began)
		})
	}
}

// slowlyCut tries each way of being slow before an answer, all at once.
func slowlyCut(t *testing.T, addr string) {
	for name, tt := range map[string]struct{ begin, drip string }{
		"nothing at all": {"", ""}, "a byte of a method": {"G", ""},
		"headers": {slowHeaders, "x"}, "a body": {slowBody, " "}, "a booking's body": {slowBooking, " "},
		"nothing after an answer": {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", ""}, "half a request after one": {"GET / HTTP/1.1\r\nHost: a\r\n\r\nGE", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			c := slowly(t, addr, tt.begin, tt.drip)
			_ = c.SetReadDeadline(time.Now().Add(hanging))
			if _, err := io.Copy(io.Discard, c); errors.Is(err, os.ErrDeadlineExceeded) {
				t.Fatal("it is never cut")
			}
			notEarly(t, began)
		})
	}
}

// notEarly wants a deadline of a second to have been kept. How long after it the end came is up to the machine.
func notEarly(t *testing.T, began time.Time) {
	t.Helper()
	took := time.Since(began)
	if t.Logf("cut after %v", took.Round(time.Millisecond)); took < 900*time.Millisecond {
		t.Error("too early")
	}
}

// p99 asks n times, one after the other, on connections that are kept.
func p99(t *testing.T, addr string, n int) time.Duration {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{}, Timeout: hanging}
	defer client.CloseIdleConnections()
	took := make([]time.Duration, n)
	for i := range took {
		var err error
		if took[i], err = fetched(t, client, "http://"+addr+hotClinic); err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(took)
	return took[n*99/100]
}

// TestHonestClientsDoNotNoticeSlowOnes is a story of latencies in make faults; elsewhere a smaller crowd shows that
// everybody is answered.
func TestHonestClientsDoNotNoticeSlowOnes(t *testing.T) {
	figure.Long(t)
	figure.Beside(t)
	var files syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files); err != nil || files.Cur < 8192 {
		t.Skipf("needs 8192 file descriptors, has %d", files.Cur)
	}
	slow, requests := 10, 100
	if figure.Judged() {
		slow, requests = 100, 1000
	}
	service, _, _ := startServed(t, "log: {level: error}\n")
	addr := strings.TrimPrefix(service.public, "http://")
	p99(t, addr, 100) // warm
	figure.Repeat(t, func() (within bool) {
		alone := p99(t, addr, requests)
		t.Run("beside slow ones", func(t *testing.T) {
			for range 2 * slow {
				slowly(t, addr, slowHeaders, "x")
				slowly(t, addr, slowBody, " ")
				slowly(t, addr, slowBooking, " ")
			}
			for range slow {
				slowly(t, addr, strings.Repeat("GET "+hotClinic+" HTTP/1.1\r\nHost: a\r\n\r\n", 100), "") // some 1.7 MB, of which none is read
			}
			for range 10 * slow {
				slowly(t, addr, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "") // answered, then idle
			}
			crowded := p99(t, addr, requests)
			limit := 2*alone + 20*time.Millisecond // the slow ones share this machine's two cores
			t.Logf("p99 %v alone, %v beside %d slow and %d idle connections, at most %v", alone, crowded, 7*slow, 10*slow, limit)
			within = crowded <= limit
		})
		return within
	})
}

func TestWithFewFileDescriptorsHonestClientsStillGetIn(t *testing.T) {
	figure.Long(t)
	figure.Beside(t)
	addr := startTenant(t)
	service := startProcess(t, "ulimit -n 256", "serve", "--config", written(t, served(addr)+"log: {level: error}\n"))
	for i := range 1000 {
		c, err := net.Dial("tcp", strings.TrimPrefix(service.public, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if i%100 != 0 {
			continue
		}
		for _, target := range []string{service.public + fmt.Sprintf("/v1/timeslots?npi=8%09d", i), service.admin + "/readyz"} {
			if r := get(t, target); r.status != http.StatusOK && r.status != http.StatusNotFound {
				t.Errorf("beside %d idle connections: %d %s", i, r.status, r.body)
			}
		}
	}
}

func TestConnectionsFitDescriptorsAndMemory(t *testing.T) {
	const none = 1<<63 - 1
	for _, tt := range []struct {
		files  uint64
		memory int64
		want   int
	}{
		{256, none, 128}, {1024, none, 512}, {20_000, none, 18_976}, {1 << 20, none, mostConnections}, {32, none, leastConnections},
		{1 << 20, 256 << 20, 1024}, {1 << 20, 1 << 20, leastConnections}, {1<<64 - 1, none, mostConnections},
	} {
		if got := connectionsFor(tt.files, tt.memory); got != tt.want {
			t.Errorf("%d files, %d bytes: %d connections, want %d", tt.files, tt.memory, got, tt.want)
		}
	}
}
