package cache

import (
	"bufio"
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
	password := startRedis(t)
	do(t, password.client(), []any{"CONFIG", "SET", "requirepass", "the-right-one"})
	hangs := startRedis(t)
	hangs.signal(syscall.SIGSTOP)
	t.Cleanup(func() { hangs.signal(syscall.SIGCONT) })
	full := startRedis(t)
	do(t, full.client(), []any{"CONFIG", "SET", "maxmemory", "1"})
	reads := startRedis(t)
	do(t, reads.client(), []any{"CONFIG", "SET", "min-replicas-to-write", "3"})
	plain := startRedis(t)
	foreign := httptest.NewUnstartedServer(http.NotFoundHandler())
	foreign.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	foreign.StartTLS()
	t.Cleanup(foreign.Close)
	tests := []struct {
		name    string
		address string
		change  func(*RedisOptions)
		want    Trouble
		reads   bool
	}{
		{name: "nobody listens", address: freeAddress(t), want: TroubleRefused},
		{name: "a name that does not exist", address: "redis.invalid:6379", want: TroubleUnreachable},
		{name: "a server that hangs", address: hangs.addr, want: TroubleTimeout},
		{name: "no password", address: password.addr, want: TroubleAuth},
		{name: "a wrong password", address: password.addr, change: func(o *RedisOptions) { o.Password = "the-wrong-one" }, want: TroubleAuth},
		{name: "a password where there is none", address: plain.addr, change: func(o *RedisOptions) { o.Username, o.Password = "nobody", "the-wrong-one" }, want: TroubleAuth},
		{name: "no TLS there", address: plain.addr, change: func(o *RedisOptions) { o.TLS = &tls.Config{MinVersion: tls.VersionTLS12} }, want: TroubleTLS},
		{name: "a certificate that nobody vouches for", address: foreign.Listener.Addr().String(), change: func(o *RedisOptions) { o.TLS = &tls.Config{MinVersion: tls.VersionTLS12} }, want: TroubleTLS},
		{name: "an HTTP server", address: answering(t, "HTTP/1.1 400 Bad Request\r\n\r\n"), want: TroubleProtocol},
		{name: "an echo of what we sent", address: answering(t, "AUTH the-wrong-one"), change: func(o *RedisOptions) { o.Password = "the-wrong-one" }, want: TroubleProtocol},
		{name: "one that hangs up", address: answering(t, ""), want: TroubleClosed},
		{name: "no such database", address: plain.addr, change: func(o *RedisOptions) { o.DB = 999 }, want: TroubleProtocol},
		{name: "loading", address: answering(t, "-LOADING Redis is loading the dataset in memory"), want: TroubleLoading},
		{name: "a long script", address: answering(t, "-BUSY Redis is busy running a script."), want: TroubleLoading},
		{name: "too many clients", address: answering(t, "-ERR max number of clients reached"), want: TroubleClients},
		{name: "no master", address: answering(t, "-MASTERDOWN Link with MASTER is down"), want: TroubleMasterDown},
		{name: "a cluster that is down", address: answering(t, "-CLUSTERDOWN The cluster is down"), want: TroubleClusterDown},
		{name: "protected mode", address: answering(t, "-DENIED Redis is running in protected mode"), want: TroubleAuth},
		{name: "out of memory", address: full.addr, want: TroubleFull, reads: true},
		{name: "read-only", address: reads.addr, want: TroubleReadOnly, reads: true},
		{name: "all is well", address: plain.addr, want: TroubleNone, reads: true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var log lines
			seen := newCounter()
			r := redisTier(t, test.address, func(o *RedisOptions) {
				o.Timeout, o.Logger, o.Recorder = 300*time.Millisecond, log.logger(), seen
				if test.change != nil {
					test.change(o)
				}
			})
			eventually(t, "the kind", func() bool { return r.State()[0].Kind == test.want && !r.State()[0].Since.IsZero() })
			for range 5 {
				r.probe(t.Context())
			}
			said := log.String()
			if test.want != TroubleTimeout && strings.Contains(strings.SplitN(said, "\n", 2)[0], "kind=timeout ") {
				_, said, _ = strings.Cut(said, "\n") // a busy machine: nothing came in time at first
			}
			if n := strings.Count(said, "\n"); n != 1 || test.want != TroubleNone && !strings.Contains(said, "kind="+string(test.want)+" ") {
				t.Errorf("%d lines, want one with kind=%s: %s", n, test.want, said)
			}
			if strings.Contains(said, "the-wrong-one") {
				t.Errorf("the password is in the log: %s", said)
			}
			if r.bypassed() == test.reads {
				t.Errorf("bypassed %v", r.bypassed())
			}
			if down := seen.count("down") > 0; down != (test.want != TroubleNone) {
				t.Errorf("recorded %v", seen.seen)
			}
		})
	}
	for _, kind := range Troubles() {
		if troubles[kind] == "" {
			t.Errorf("%s has no explanation", kind)
		}
	}
}

func TestEachChangeOfRedisIsOneLine(t *testing.T) {
	t.Parallel()
	server := startRedis(t)
	var log lines
	r := server.tier(t, func(o *RedisOptions) { o.Logger = log.logger() })
	want := func(kind Trouble) {
		t.Helper()
		eventually(t, "kind "+string(kind), func() bool { return r.State()[0].Kind == kind })
	}
	want(TroubleNone)
	server.kill()
	want(TroubleRefused)
	server.start()
	want(TroubleNone)
	do(t, server.client(), []any{"CONFIG", "SET", "min-replicas-to-write", "3"})
	r.Put(t.Context(), fragment(keyOfNPI(1), time.Now()))
	want(TroubleReadOnly)
	do(t, server.client(), []any{"CONFIG", "SET", "min-replicas-to-write", "0"})
	want(TroubleNone)
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

func TestAServerThatComesAndGoesDoesNotFloodTheLog(t *testing.T) {
	var log lines
	s := &servers{recorder: silent{}, log: log.logger(), tripped: func() {}}
	s.whole = newGate("here:6379", s.changed)
	for range 500 {
		s.whole.become(TroubleRefused, "")
		s.whole.become(TroubleNone, "")
	}
	if n := strings.Count(log.String(), "\n"); n != maxLines || !strings.Contains(log.String(), "changes often") {
		t.Errorf("%d lines, want %d and a word about it", n, maxLines)
	}
}
