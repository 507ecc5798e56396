package events

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// page is an answer that tests change.
type page struct {
	mu      sync.Mutex
	offered []string
	changed bool
	looks   int
	err     error
}

func (p *page) offer(ids ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.offered, p.changed = ids, true
}

func (p *page) Due() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.changed
}

func (p *page) Look(context.Context) ([]string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.looks++
	if p.err != nil {
		return nil, p.err
	}
	p.changed = false
	return slices.Clone(p.offered), nil
}

func join(t *testing.T, h *Hub, p *page, last string) *Listener {
	t.Helper()
	l, err := h.Join("q", func() Watched { return p }, last)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// hears wants the next events, written as "=a,b" for a whole list and "-a+b" for a change; "" for a heartbeat.
func hears(t *testing.T, l *Listener, want string) (last string) {
	t.Helper()
	events, err := l.Next(t.Context(), 10*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, e := range events {
		last = e.ID
		if e.Whole {
			got += fmt.Sprint("=", e.Offered)
			continue
		}
		got += fmt.Sprint("-", e.Removed, "+", e.Restored)
	}
	if got != want {
		t.Errorf("heard %q, want %q", got, want)
	}
	return last
}

func TestWhatIsTakenFadesAndWhatComesBackReturns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, p := New(), &page{}
		defer h.Close()
		p.offer("a", "b", "c")
		l := join(t, h, p, "")
		defer l.Leave()
		hears(t, l, "=[a b c]")
		p.offer("a", "c")
		began := time.Now()
		hears(t, l, "-[b]+[]")
		if took := time.Since(began); took > 250*time.Millisecond {
			t.Errorf("heard after %v", took)
		}
		p.offer("a", "b", "c", "d") // d was never shown: it is no news to who looks at this answer
		hears(t, l, "-[]+[b]")
		p.offer("a", "b", "c", "d", "e")
		hears(t, l, "")
		p.offer("e")
		hears(t, l, "-[a b c d]+[]")
	})
}

func TestWhoComesBackHearsWhatWasMissed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, p := New(), &page{}
		defer h.Close()
		p.offer("a", "b", "c")
		l := join(t, h, p, "")
		last := hears(t, l, "=[a b c]")
		l.Leave()
		p.offer("a", "b")
		time.Sleep(time.Second)
		p.offer("a")
		time.Sleep(time.Second)
		back := join(t, h, p, last)
		hears(t, back, "-[c]+[]-[b]+[]")
		for name, id := range map[string]string{"another stream's": "XXXXXXXX-1", "nonsense": "42", "from the future": last[:9] + "99", "negative": last[:9] + "-1"} {
			odd := join(t, h, p, id)
			t.Log(name)
			hears(t, odd, "=[a]")
			odd.Leave()
		}
		for i := range 2*maxChanges + 2 {
			if i%2 == 0 {
				p.offer()
			} else {
				p.offer("a")
			}
			time.Sleep(time.Second)
		}
		late := join(t, h, p, last)
		hears(t, late, "=[a]")
		hears(t, back, "=[a]") // slept all the while
		late.Leave()
		back.Leave()
	})
}

func TestACrowdIsOneStreamAndAnAbandonedOneEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, p := New(), &page{}
		h.most = 1
		p.offer("a")
		var crowd []*Listener
		for range 1000 {
			crowd = append(crowd, join(t, h, p, ""))
		}
		var wg sync.WaitGroup
		for _, l := range crowd {
			wg.Go(func() { hears(t, l, "=[a]") })
		}
		wg.Wait()
		if p.looks != 1 || h.Len() != 1 {
			t.Errorf("%d looks, %d streams", p.looks, h.Len())
		}
		if _, err := h.Join("other", func() Watched { return &page{} }, ""); !errors.Is(err, ErrFull) {
			t.Errorf("a second answer: %v", err)
		}
		for _, l := range crowd {
			l.Leave()
			l.Leave() // twice is once
		}
		time.Sleep(29 * time.Second)
		if h.Len() != 1 {
			t.Error("the stream ended while people could still come back")
		}
		time.Sleep(2 * time.Second)
		if h.Len() != 0 {
			t.Error("the stream stays though nobody listens")
		}
		h.Close()
	})
}

func TestAnAnswerThatCannotBeLookedAtIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, p := New(), &page{err: errors.New("no source answers"), changed: true}
		defer h.Close()
		l := join(t, h, p, "")
		defer l.Leave()
		hears(t, l, "")
		p.mu.Lock()
		p.err = nil
		p.mu.Unlock()
		p.offer("a")
		hears(t, l, "=[a]")
	})
}

func TestClosingSendsEverybodyHome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, p := New(), &page{}
		p.offer("a")
		l := join(t, h, p, "")
		hears(t, l, "=[a]")
		time.AfterFunc(time.Second, h.Close)
		if _, err := l.Next(t.Context(), time.Minute); !errors.Is(err, ErrClosed) {
			t.Errorf("%v", err)
		}
		if _, err := h.Join("q", func() Watched { return p }, ""); !errors.Is(err, ErrClosed) {
			t.Errorf("joining after: %v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		other := New()
		defer other.Close()
		if _, err := join(t, other, &page{}, "").Next(ctx, time.Minute); !errors.Is(err, context.Canceled) {
			t.Errorf("a client that left: %v", err)
		}
	})
}
