package fetch

import (
	"crypto/tls"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"sync"
	"testing"
	"time"

	"timeslots/internal/timeslot"
	"timeslots/test/rig"
)

// behindARelay is a fetcher whose upstream speaks TLS, with HTTP/2 or without, behind a relay.
func behindARelay(t *testing.T, http2 bool, change func(*http.Transport, *SourceOptions), answer http.HandlerFunc) (*Fetcher, *rig.Relay) {
	t.Helper()
	server := httptest.NewUnstartedServer(answer)
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	server.EnableHTTP2 = http2
	server.StartTLS()
	t.Cleanup(server.Close)
	r, err := rig.NewRelay(server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	transport := NewTransport(server.Client().Transport.(*http.Transport).TLSClientConfig)
	transport.ForceAttemptHTTP2 = http2
	if !http2 {
		transport.TLSNextProto = map[string]func(string, *tls.Conn) http.RoundTripper{}
	}
	source := SourceOptions{Timeout: 2 * time.Second, HedgeAfter: -1}
	change(transport, &source)
	base, err := url.Parse("https://" + r.Addr)
	if err != nil {
		t.Fatal(err)
	}
	f, err := New(Options{
		Public: base, Ingress: base.JoinPath("ingress"), PublicTransport: transport, Now: func() time.Time { return now },
		Sources: map[timeslot.Source]SourceOptions{timeslot.Directory: source},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return f, r
}

// noPings leaves it to the calls to find out that a connection is dead.
func noPings(t *http.Transport, _ *SourceOptions) { t.HTTP2 = nil }

func known(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `[]`)
}

func read(t *testing.T, f *Fetcher) error {
	t.Helper()
	_, err := f.Fetch(t.Context(), timeslot.FragmentKey{Operation: timeslot.OpDepartments, Version: 4}, Call{})
	return err
}

// crowd makes n calls that are under way at the same time, so that each has a connection of its own on HTTP/1.1.
func crowd(t *testing.T, f *Fetcher, n int, arrived *sync.WaitGroup) {
	t.Helper()
	arrived.Add(n)
	var calls sync.WaitGroup
	for range n {
		calls.Go(func() {
			if err := read(t, f); err != nil {
				t.Errorf("before: %v", err)
			}
		})
	}
	calls.Wait()
}

// Each kept connection costs one call at most, and what died together is found out together.
func TestADeadConnectionCostsOneCall(t *testing.T) {
	for name, http2 := range map[string]bool{"HTTP/2": true, "HTTP/1.1": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const callers = 5
			var arrived sync.WaitGroup
			together := true
			f, r := behindARelay(t, http2, noPings, func(w http.ResponseWriter, req *http.Request) {
				if together {
					arrived.Done()
					arrived.Wait()
				}
				known(w, req)
			})
			crowd(t, f, callers, &arrived)
			together = false
			for range 2 { // new connections may die as well
				r.Silence()
				failed := 0
				for read(t, f) != nil {
					if failed++; failed > callers {
						t.Fatalf("%d calls failed one after the other", failed)
					}
				}
				if failed > 1 {
					t.Errorf("%d calls failed, want one at most", failed)
				}
				made := r.Connections()
				for range 5 {
					if err := read(t, f); err != nil {
						t.Errorf("after the first answer: %v", err)
					}
				}
				if more := r.Connections() - made; more > 0 {
					t.Errorf("%d more connections after the first answer; want it used again", more)
				}
			}
		})
	}
}

func TestASecondCallSparesEvenThatOne(t *testing.T) {
	for name, http2 := range map[string]bool{"HTTP/2": true, "HTTP/1.1": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, r := behindARelay(t, http2, func(tr *http.Transport, s *SourceOptions) {
				noPings(tr, s)
				s.HedgeAfter, s.Timeout = 3*time.Second, time.Minute // nothing else is that late, so the budget is whole
			}, known)
			if err := read(t, f); err != nil {
				t.Fatal(err)
			}
			r.Silence()
			for i := range 10 { // many more than the budget has second calls
				if err := read(t, f); err != nil {
					t.Fatalf("call %d: %v", i, err)
				}
			}
		})
	}
}

// A caller who takes the second answer may ask again at once, perhaps before the first call was ended or its own timer ran.
func TestTheFirstCallsConnectionIsJudgedBeforeASecondCallIsSent(t *testing.T) {
	const late = time.Minute
	for name, c := range map[string]struct {
		silent time.Duration
		http2  bool
		doubt  bool
	}{
		"HTTP/2, silent":                   {silent: late, http2: true, doubt: true},
		"HTTP/2, carries something":        {silent: late / 4, http2: true},
		"HTTP/1.1, where others are whole": {silent: late},
	} {
		t.Run(name, func(t *testing.T) {
			kept := newConnections(NewTransport(nil))
			first, w := kept.begin(false, late)
			w.line, w.shared, w.since = newLine(nil), c.http2, time.Now().Add(-late)
			w.line.heard.Add(int64(-c.silent))
			_, second := kept.begin(true, late)
			if second != nil {
				t.Error("a call with a connection of its own is watched")
			}
			next, w2 := kept.begin(false, late)
			if got := next != first; got != c.doubt {
				t.Errorf("the next call gets a new connection: %v, want %v", got, c.doubt)
			}
			w.end(nil)
			w2.end(nil)
			if n := len(kept.watches); n != 0 {
				t.Errorf("%d calls are watched after their end", n)
			}
		})
	}
}

// The connection dies in the middle of an answer: behind its headers, or behind a part of its body.
func TestAConnectionThatDiesDuringAnAnswerIsNotUsedAgain(t *testing.T) {
	for name, http2 := range map[string]bool{"HTTP/2": true, "HTTP/1.1": false} {
		for part, first := range map[string]string{"behind the headers": "", "in the body": "["} {
			t.Run(name+" "+part, func(t *testing.T) {
				t.Parallel()
				begun, dead := make(chan struct{}), make(chan struct{})
				var once sync.Once
				f, r := behindARelay(t, http2, noPings, func(w http.ResponseWriter, req *http.Request) {
					w.Header().Set("Content-Type", "application/json")
					_, _ = io.WriteString(w, first)
					_ = http.NewResponseController(w).Flush()
					once.Do(func() {
						close(begun)
						<-dead
					})
					_, _ = io.WriteString(w, "[]"[len(first):])
				})
				go func() {
					<-begun
					r.Silence()
					close(dead)
				}()
				if err := read(t, f); timeslot.KindOf(err) != timeslot.KindTimeout {
					t.Fatalf("on the dying connection: %v, want a timeout", err)
				}
				for range 3 {
					if err := read(t, f); err != nil {
						t.Errorf("the next call: %v", err)
					}
				}
			})
		}
	}
}

func TestASilentHTTP2ConnectionIsPingedAndClosed(t *testing.T) {
	t.Parallel()
	f, r := behindARelay(t, true, func(tr *http.Transport, _ *SourceOptions) {
		tr.HTTP2.SendPingTimeout, tr.HTTP2.PingTimeout = 50*time.Millisecond, 50*time.Millisecond
	}, known)
	if err := read(t, f); err != nil {
		t.Fatal(err)
	}
	for range r.Silence() {
		select {
		case <-r.Left:
		case <-time.After(time.Minute):
			t.Fatal("a dead connection is still open")
		}
	}
	if err := read(t, f); err != nil {
		t.Errorf("after that: %v", err)
	}
}

// Another call's bytes are a sign of life: one answer that takes long is no reason for new connections.
func TestASlowAnswerOnABusyConnectionLeavesItInUse(t *testing.T) {
	t.Parallel()
	slow, asked := make(chan struct{}), make(chan struct{})
	f, r := behindARelay(t, true, func(tr *http.Transport, s *SourceOptions) {
		noPings(tr, s)
		s.Timeout = time.Minute // late after a quarter
	}, func(w http.ResponseWriter, req *http.Request) {
		if req.Header.Get("Correlation-Id") == "slow" {
			close(asked)
			<-slow
		}
		known(w, req)
	})
	var call sync.WaitGroup
	call.Go(func() {
		if _, err := f.Fetch(t.Context(), timeslot.FragmentKey{Operation: timeslot.OpSuffixes, Version: 1, Exact: true}, Call{CorrelationID: "slow"}); err != nil {
			t.Error(err)
		}
	})
	select {
	case <-asked:
	case <-time.After(time.Minute):
		t.Fatal("the slow call did not arrive")
	}
	for i := range 50 {
		if err := read(t, f); err != nil {
			t.Errorf("call %s: %v", strconv.Itoa(i), err)
		}
	}
	close(slow)
	call.Wait()
	if made := r.Connections(); made != 1 {
		t.Errorf("%d connections, want the first one used by all", made)
	}
}
