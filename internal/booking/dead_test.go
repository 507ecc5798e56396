package booking

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

type connectionKey struct{}

// Connections that were made before some moment carry nothing any more, as behind a balancer that forgot their flows:
// the call that finds out pays for all of them.
func TestADeadConnectionCostsOneBooking(t *testing.T) {
	const crowd = 5
	var made, dead atomic.Int64
	var arrived sync.WaitGroup
	arrived.Add(crowd)
	leave := make(chan struct{})
	upstream := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		switch mine := r.Context().Value(connectionKey{}).(int64); {
		case dead.Load() == 0:
			arrived.Done()
			arrived.Wait() // so that each has a connection of its own
		case mine <= dead.Load():
			<-leave
		}
	}))
	upstream.Config.ConnContext = func(ctx context.Context, _ net.Conn) context.Context {
		return context.WithValue(ctx, connectionKey{}, made.Add(1))
	}
	upstream.Start()
	t.Cleanup(upstream.Close)
	t.Cleanup(func() { close(leave) })
	h := newHouse(t, upstream.URL, func(o *Options) { o.Timeout = time.Second })
	var bookings sync.WaitGroup
	for range crowd {
		bookings.Go(func() {
			if got := h.book(t, Retail(), someBooking); got.status != http.StatusOK {
				t.Errorf("before: %d", got.status)
			}
		})
	}
	bookings.Wait()
	dead.Store(made.Load())
	failed := 0
	for range crowd + 1 {
		if h.book(t, Retail(), someBooking).status != http.StatusOK {
			failed++
		}
	}
	if failed != 1 {
		t.Errorf("%d bookings failed on %d dead connections, want the one that found out", failed, dead.Load())
	}
}
