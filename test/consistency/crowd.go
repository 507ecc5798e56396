package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Workers, each with one request under way. A replica that hangs keeps its own readers, not those of the others.
const (
	readWorkers = 24
	bookWorkers = 16
)

// requestTimeout is longer than any breakage, on a slow machine too: what a stopped replica says once it goes on is judged
// as well.
const requestTimeout = time.Minute

// crowd is everybody who reads and books.
type crowd struct {
	client   *http.Client
	bases    []string // of the replicas
	upstream string   // the simulator's base
	targets  []target
	duties   duties
	seed     uint64
	history  *history
	library  *library
	tally    *tally

	mu       sync.Mutex
	bookable map[string][]offer // from the latest answer by path
	tried    map[string]bool    // slotIds that were sent already
	sent     int                // bookings: the number of the next patient
}

func newCrowd(f *fleet, targets []target, duties duties, seed uint64) *crowd {
	c := &crowd{
		client: &http.Client{Timeout: requestTimeout, Transport: &http.Transport{
			MaxIdleConnsPerHost: readWorkers + 2*bookWorkers, DisableCompression: true,
		}},
		targets: targets, duties: duties, seed: seed, history: newHistory(tombstone), library: newLibrary(), tally: newTally(),
		upstream: f.simulator.URL, bookable: map[string][]offer{}, tried: map[string]bool{},
	}
	for _, r := range f.replicas {
		c.bases = append(c.bases, r.Public)
	}
	return c
}

// run reads and books until ctx ends. What is under way then is still waited for.
func (c *crowd) run(ctx context.Context, readRate, bookRate float64) {
	var wg sync.WaitGroup
	defer c.client.CloseIdleConnections()
	defer wg.Wait()
	for i := range readWorkers {
		draw := rand.New(rand.NewPCG(c.seed, uint64(i)))
		wg.Go(func() {
			every(ctx, interval(readWorkers, readRate), draw, func() {
				t := &c.targets[draw.IntN(len(c.targets))]
				readers := c.duties.readers(t)
				c.read(ctx, readers[i%len(readers)], t)
			})
		})
	}
	for i := range bookWorkers {
		draw := rand.New(rand.NewPCG(c.seed, uint64(readWorkers+i)))
		wg.Go(func() {
			every(ctx, interval(bookWorkers, bookRate), draw, func() { c.book(ctx, draw) })
		})
	}
}

// maxSettle bounds how long the crowd waits before it begins.
const maxSettle = 10 * time.Second

// settle waits until every replica calls an answer strict, and gives how long that took. A replica that has just met its
// Redis does not yet know all that is taken, and says so; that is not what the run is to measure.
func (c *crowd) settle(ctx context.Context) time.Duration {
	ctx, cancel := context.WithTimeout(ctx, maxSettle)
	defer cancel()
	began := c.history.now()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	pages := &c.targets[0]
	for replica := 0; replica < len(c.bases); {
		if !slices.Contains(c.duties.readers(pages), replica) { // nor is it to be asked for anything
			replica++
			continue
		}
		if seen, err := c.ask(ctx, replica, pages); err == nil && seen.consistency == strict {
			replica++
			continue
		}
		select {
		case <-ctx.Done():
			return c.history.now() - began // the report will show it
		case <-tick.C:
		}
	}
	return c.history.now() - began
}

// interval is how often each of so many workers has its turn when all together keep the rate a second.
func interval(workers int, rate float64) time.Duration {
	return time.Duration(float64(workers) / rate * float64(time.Second))
}

// every gives a worker its turns, the first at a random moment of its first interval. A turn that comes while the
// worker is busy is dropped.
func every(ctx context.Context, interval time.Duration, draw *rand.Rand, do func()) {
	first := time.NewTimer(time.Duration(draw.Int64N(int64(interval))))
	defer first.Stop()
	select {
	case <-ctx.Done():
		return
	case <-first.C:
	}
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		do()
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// read asks one replica once, and judges the answer.
func (c *crowd) read(ctx context.Context, replica int, t *target) {
	seen, err := c.ask(ctx, replica, t)
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return // cut off by the end of the run
	}
	if err != nil {
		c.tally.failed(err)
		return
	}
	c.keep(t.path, seen.offers)
	c.tally.judged(seen.consistency, c.history.judge(seen))
}

// keep notes what can be booked.
func (c *crowd) keep(path string, offers []offer) {
	if len(offers) == 0 || !offers[0].bookable() && !offers[len(offers)-1].bookable() {
		return // the drop-in shape, and clinicians, never are
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.bookable[path] = offers
}

// maxBody bounds what is read of one answer, in bytes.
const maxBody = 8 << 20

// statusError is an answer other than 200.
type statusError int

func (s statusError) Error() string { return fmt.Sprintf("status %d", int(s)) }

// get asks for an address and gives the answer's header and body; it must be a 200.
func (c *crowd) get(ctx context.Context, address string) (http.Header, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, nil, err
	}
	status, header, body, err := c.send(req)
	if err == nil && status != http.StatusOK {
		err = statusError(status)
	}
	return header, body, err
}

// send makes a request and reads the whole answer.
func (c *crowd) send(req *http.Request) (status int, header http.Header, body []byte, err error) {
	resp, err := c.client.Do(req)
	if err != nil {
		return 0, nil, nil, err
	}
	defer resp.Body.Close()
	body, err = io.ReadAll(io.LimitReader(resp.Body, maxBody))
	return resp.StatusCode, resp.Header, body, err
}

// ask reads a target at a replica. The beginning is noted before anything is sent.
func (c *crowd) ask(ctx context.Context, replica int, t *target) (observation, error) {
	seen := observation{replica: replica, target: t.path, begun: c.history.now()}
	header, body, err := c.get(ctx, c.bases[replica]+t.path)
	if err != nil {
		return seen, err
	}
	seen.consistency, seen.cacheStatus = header.Get("Timeslots-Consistency"), header.Get("Cache-Status")
	if seen.offers, err = c.library.offers(body, t.decode); err != nil {
		return seen, fmt.Errorf("%w: %s: %w", errUnreadable, t.path, err)
	}
	return seen, nil
}
