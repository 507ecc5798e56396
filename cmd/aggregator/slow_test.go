package main

import (
	"bytes"
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

	"timeslots/cmd/aggregator/internal/config"
)

// hurried is the service behind a public listener whose deadlines are all a second, so that a test can see them pass.
func hurried(t *testing.T) *listener {
	t.Helper()
	sim := start(t, nil, "acme", "--listen", "127.0.0.1:0")
	cfg, err := config.LoadBytes("test", []byte(served(sim.err.waitFor(t, `listening public=(\S+)`)[1])+"log: {level: error}\n"), nil)
	if err != nil {
		t.Fatal(err)
	}
	log, level := newLogger(&bytes.Buffer{}, cfg.Log)
	s, err := newService(cfg, log, level, extras{})
	if err != nil {
		t.Fatal(err)
	}
	l, err := newFastListener("127.0.0.1:0", maxConnections(), s.door, timeouts{time.Second, time.Second, time.Second, time.Second}, s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(l.close(), s.close()); err != nil {
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
	l := hurried(t)
	addr := l.addr()
	t.Run("together", func(t *testing.T) { slowlyCut(t, addr) })
	for name, header := range map[string]string{"by net/http": "Origin: https://www.example.org\r\n", "by the accelerator": ""} {
		t.Run("an answer that is not read, "+name, func(t *testing.T) {
			get(t, "http://"+addr+hotClinic)
			eventually(t, "everybody else being gone", func() bool { return l.socket.Open() == 0 })
			began := time.Now()
			slowly(t, addr, strings.Repeat("GET "+hotClinic+" HTTP/1.1\r\nHost: a\r\n"+header+"\r\n", 200), "") // 3 MB
			eventually(t, "its connection", func() bool { return l.socket.Open() == 1 })
			eventually(t, "its end", func() bool { return l.socket.Open() == 0 })
			if took := time.Since(began); took < 900*time.Millisecond || took > 5*time.Second { // the accelerator's deadlines are a second inexact
				t.Errorf("cut after %v", took)
			}
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
			_ = c.SetReadDeadline(time.Now().Add(20 * time.Second))
			if _, err := io.Copy(io.Discard, c); errors.Is(err, os.ErrDeadlineExceeded) {
				t.Fatal("it is never cut")
			}
			if took := time.Since(began); took < 900*time.Millisecond || took > 4*time.Second { // a second, and another; the rest is for a busy machine
				t.Errorf("cut after %v", took)
			}
		})
	}
}

// p99 asks n times, one after the other, on connections that are kept.
func p99(t *testing.T, addr string, n int) time.Duration {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{}, Timeout: 10 * time.Second}
	defer client.CloseIdleConnections()
	took := make([]time.Duration, n)
	for i := range took {
		var err error
		if took[i], err = fetched(client, "http://"+addr+hotClinic); err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(took)
	return took[n*99/100]
}

func TestHonestClientsDoNotNoticeSlowOnes(t *testing.T) {
	var files syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files); err != nil || files.Cur < 8192 {
		t.Skipf("needs 8192 file descriptors, has %d", files.Cur)
	}
	service, _, _ := startServed(t, "log: {level: error}\n")
	addr := strings.TrimPrefix(service.public, "http://")
	p99(t, addr, 100) // warm
	alone := p99(t, addr, 1000)
	for range 200 {
		slowly(t, addr, slowHeaders, "x")
		slowly(t, addr, slowBody, " ")
		slowly(t, addr, slowBooking, " ")
	}
	for range 100 {
		slowly(t, addr, strings.Repeat("GET "+hotClinic+" HTTP/1.1\r\nHost: a\r\n\r\n", 100), "") // some 1.7 MB, of which none is read
	}
	for range 1000 {
		slowly(t, addr, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "") // answered, then idle
	}
	crowded := p99(t, addr, 1000)
	t.Logf("p99 %v alone, %v beside 700 slow and 1000 idle connections", alone, crowded)
	if crowded > 2*alone+20*time.Millisecond { // the slow ones share this machine's two cores
		t.Errorf("p99 %v, alone %v", crowded, alone)
	}
}

func TestWithFewFileDescriptorsHonestClientsStillGetIn(t *testing.T) {
	sim := start(t, nil, "acme", "--listen", "127.0.0.1:0")
	addr := sim.err.waitFor(t, `listening public=(\S+)`)[1]
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
