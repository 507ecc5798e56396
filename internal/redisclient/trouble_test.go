package redisclient_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"
	"timeslots/internal/redisclient"
	"timeslots/test/rig"
	"timeslots/test/rig/redistest"
)

// answering listens and says the same to whatever it is told.
func answering(t *testing.T, reply string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = c.Close() }()
				lines := bufio.NewScanner(c)
				for lines.Scan() {
					if !strings.HasPrefix(lines.Text(), "*") { // of a command, its length and its words
						continue
					}
					if reply == "" {
						return
					}
					if _, err := fmt.Fprint(c, reply+"\r\n"); err != nil {
						return
					}
				}
			}()
		}
	}()
	return l.Addr().String()
}

func TestEachTroubleHasItsKindAndOneLine(t *testing.T) {
	t.Parallel()
	password := rig.StartRedis(t)
	password.Do("CONFIG", "SET", "requirepass", "the-right-one")
	hangs := rig.StartRedis(t)
	hangs.Signal(syscall.SIGSTOP)
	t.Cleanup(func() { hangs.Signal(syscall.SIGCONT) })
	full := rig.StartRedis(t)
	full.Do("CONFIG", "SET", "maxmemory", "1")
	reads := rig.StartRedis(t)
	reads.Do("CONFIG", "SET", "min-replicas-to-write", "3")
	plain := rig.StartRedis(t)
	foreign := httptest.NewUnstartedServer(http.NotFoundHandler())
	foreign.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	foreign.StartTLS()
	t.Cleanup(foreign.Close)
	tests := []struct {
		name    string
		address string
		change  func(*redisclient.Options)
		want    redisclient.Trouble
		reads   bool
	}{
		{name: "nobody listens", address: rig.FreeAddress(t), want: redisclient.TroubleRefused},
		{name: "a name that does not exist", address: "redis.invalid:6379", want: redisclient.TroubleUnreachable},
		{name: "a server that hangs", address: hangs.Addr, want: redisclient.TroubleTimeout},
		{name: "no password", address: password.Addr, want: redisclient.TroubleAuth},
		{name: "a wrong password", address: password.Addr, change: func(o *redisclient.Options) { o.Password = "the-wrong-one" }, want: redisclient.TroubleAuth},
		{name: "a password where there is none", address: plain.Addr, change: func(o *redisclient.Options) { o.Username, o.Password = "nobody", "the-wrong-one" }, want: redisclient.TroubleAuth},
		{name: "no TLS there", address: plain.Addr, change: func(o *redisclient.Options) { o.TLS = &tls.Config{MinVersion: tls.VersionTLS12} }, want: redisclient.TroubleTLS},
		{name: "a certificate that nobody vouches for", address: foreign.Listener.Addr().String(), change: func(o *redisclient.Options) { o.TLS = &tls.Config{MinVersion: tls.VersionTLS12} }, want: redisclient.TroubleTLS},
		{name: "an HTTP server", address: answering(t, "HTTP/1.1 400 Bad Request\r\n\r\n"), want: redisclient.TroubleProtocol},
		{name: "an echo of what we sent", address: answering(t, "AUTH the-wrong-one"), change: func(o *redisclient.Options) { o.Password = "the-wrong-one" }, want: redisclient.TroubleProtocol},
		{name: "one that hangs up", address: answering(t, ""), want: redisclient.TroubleClosed},
		{name: "no such database", address: plain.Addr, change: func(o *redisclient.Options) { o.DB = 999 }, want: redisclient.TroubleProtocol},
		{name: "loading", address: answering(t, "-LOADING Redis is loading the dataset in memory"), want: redisclient.TroubleLoading},
		{name: "a long script", address: answering(t, "-BUSY Redis is busy running a script."), want: redisclient.TroubleLoading},
		{name: "too many clients", address: answering(t, "-ERR max number of clients reached"), want: redisclient.TroubleClients},
		{name: "no master", address: answering(t, "-MASTERDOWN Link with MASTER is down"), want: redisclient.TroubleMasterDown},
		{name: "a cluster that is down", address: answering(t, "-CLUSTERDOWN The cluster is down"), want: redisclient.TroubleClusterDown},
		{name: "protected mode", address: answering(t, "-DENIED Redis is running in protected mode"), want: redisclient.TroubleAuth},
		{name: "out of memory", address: full.Addr, want: redisclient.TroubleFull, reads: true},
		{name: "read-only", address: reads.Addr, want: redisclient.TroubleReadOnly, reads: true},
		{name: "all is well", address: plain.Addr, want: redisclient.TroubleNone, reads: true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var log rig.Log
			seen := redistest.NewCounter()
			o := redistest.Options(test.address)
			o.Timeout, o.Logger, o.Recorder = 300*time.Millisecond, log.Logger(), seen
			if test.change != nil {
				test.change(&o)
			}
			c := redistest.New(t, o)
			rig.Until(t, "the kind", func() bool { return c.State()[0].Kind == test.want && !c.State()[0].Since.IsZero() })
			for range 5 {
				c.Probe(t.Context())
			}
			said := log.String()
			if test.want != redisclient.TroubleTimeout && strings.Contains(strings.SplitN(said, "\n", 2)[0], "kind=timeout ") {
				_, said, _ = strings.Cut(said, "\n") // a busy machine: nothing came in time at first
			}
			if n := strings.Count(said, "\n"); n != 1 || test.want != redisclient.TroubleNone && (!strings.Contains(said, "kind="+string(test.want)+" ") || strings.Contains(said, `reason=""`)) {
				t.Errorf("%d lines, want one with kind=%s and a reason: %s", n, test.want, said)
			}
			if strings.Contains(said, "the-wrong-one") {
				t.Errorf("the password is in the log: %s", said)
			}
			if redistest.Bypassed(c) == test.reads {
				t.Errorf("bypassed %v", redistest.Bypassed(c))
			}
			if down := seen.Count("down") > 0; down != (test.want != redisclient.TroubleNone) {
				t.Errorf("recorded %v", seen)
			}
		})
	}
}

func TestEachChangeOfRedisIsOneLine(t *testing.T) {
	t.Parallel()
	server := rig.StartRedis(t)
	var log rig.Log
	o := redistest.Options(server.Addr)
	o.Logger = log.Logger()
	c := redistest.New(t, o)
	want := func(kind redisclient.Trouble) {
		t.Helper()
		rig.Until(t, "kind "+string(kind), func() bool { return c.State()[0].Kind == kind })
	}
	want(redisclient.TroubleNone)
	server.Kill()
	want(redisclient.TroubleRefused)
	server.Begin()
	want(redisclient.TroubleNone)
	server.Do("CONFIG", "SET", "min-replicas-to-write", "3")
	c.RoundTrip(t.Context(), "set", "timeslots:k", func(ctx context.Context) error { return c.Commands().Set(ctx, "timeslots:k", 1, 0).Err() })
	want(redisclient.TroubleReadOnly)
	server.Do("CONFIG", "SET", "min-replicas-to-write", "0")
	want(redisclient.TroubleNone)
	said := strings.Split(strings.TrimSpace(log.String()), "\n")
	for i, line := range []string{"in use", "kind=", "in use", "kind=read-only", "in use"} {
		if i >= len(said) || !strings.Contains(said[i], line) {
			t.Fatalf("line %d lacks %q: %s", i, line, log.String())
		}
	}
	if len(said) > 7 { // a server that starts may be refused, closed and loading
		t.Errorf("%d lines: %s", len(said), log.String())
	}
}
