package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"timeslots/cmd/aggregator/internal/config"
	"timeslots/internal/api"
	"timeslots/internal/ops"
	"timeslots/internal/timeslot"
)

// warmer keeps the queries of campaigns fresh (products.*.warm): one goroutine for each, from its moment on, a little
// off the beat so that replicas and queries do not march in step. It asks as anybody would, within every guard of
// upstream.
type warmer struct {
	server *api.Server
	log    *slog.Logger
	stop   context.CancelFunc
	done   sync.WaitGroup

	mu    sync.Mutex
	state []ops.Warm // in the order of the configuration
}

// warmTime bounds one round of one query.
const warmTime = 20 * time.Second

func startWarming(products config.Products, server *api.Server, log *slog.Logger) *warmer {
	ctx, stop := context.WithCancel(context.Background())
	w := &warmer{server: server, log: log, stop: stop}
	for _, name := range productNames(products) {
		for _, query := range products[name].Warm {
			i := len(w.state)
			w.state = append(w.state, ops.Warm{Product: name, Query: query.Query, From: query.From, Until: query.Until, Every: query.Every.Seconds()})
			w.done.Go(func() { w.keep(ctx, i, name, query) })
		}
	}
	return w
}

// keep runs one query until its time is over.
func (w *warmer) keep(ctx context.Context, i int, product string, query config.Warm) {
	next := time.Until(query.From)
	for {
		spread := rand.N(query.Every / 5)
		if !rest(ctx, max(next, 0)+spread) || !query.Until.IsZero() && !time.Now().Before(query.Until) {
			return
		}
		w.once(ctx, i, product, query)
		next = query.Every - query.Every/5 // with the spread, never longer than every
	}
}

// once makes one round and notes how it went. What is fresh for longer than a round takes to come again is left.
func (w *warmer) once(ctx context.Context, i int, product string, query config.Warm) {
	ctx, cancel := context.WithTimeout(ctx, warmTime)
	defer cancel()
	complete, err := w.server.Warm(ctx, product, query.Query, query.Every+time.Second)
	w.mu.Lock()
	defer w.mu.Unlock()
	s := &w.state[i]
	s.Rounds, s.Last, s.Complete, s.Error = s.Rounds+1, time.Now().UTC(), complete, ""
	if err != nil && ctx.Err() == nil {
		s.Error = reason(err)
		w.log.Warn("a query could not be warmed", "product", product, "number", i+1, "error", s.Error)
	}
}

// reason names what is wrong with a query, or that its sources failed, without repeating addresses.
func reason(err error) string {
	if invalid, ok := errors.AsType[*timeslot.InvalidQueryError](err); ok {
		return invalid.Error()
	}
	return fmt.Sprint("not answered: ", timeslot.KindOf(err))
}

// rest waits, and tells whether it was for the whole time.
func rest(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// list is what is kept warm.
func (w *warmer) list() []ops.Warm {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.state)
}

// close ends all rounds and waits for those under way.
func (w *warmer) close() {
	w.stop()
	w.done.Wait()
}

const warmFix = `give {"query":"what follows the ? of GET /v1/timeslots"}`

// readWarm reads the body of POST /ops/warm: a query, for a product that is configured or for none.
func (s *service) readWarm(r *http.Request) (query string, wrong *mistake) {
	object, wrong := readObject(r, warmFix, "query")
	if wrong == nil {
		query, wrong = field[string](object, "query", warmFix)
	}
	if wrong != nil {
		return "", wrong
	}
	values, err := url.ParseQuery(query)
	if err != nil || len(values) == 0 {
		return "", &mistake{"query", "is not one", warmFix}
	}
	for _, product := range values["product"] {
		if known := s.path.Load().products; !slices.Contains(known, product) {
			return "", &mistake{"query", "names the product " + shown(product) + ", which is not configured", "there are: " + strings.Join(known, ", ")}
		}
	}
	return query, nil
}

// warm is POST /ops/warm: one round for a query, now, on this replica; the fragments are everybody's.
func (s *service) warm(w http.ResponseWriter, r *http.Request) {
	query, wrong := s.readWarm(r)
	if wrong != nil {
		refuseMistake(w, wrong)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), warmTime)
	defer cancel()
	complete, err := s.path.Load().server.Warm(ctx, "", query, time.Second)
	if err != nil {
		if _, invalid := errors.AsType[*timeslot.InvalidQueryError](err); invalid {
			refuseMistake(w, &mistake{"query", "is not one: " + reason(err), warmFix})
			return
		}
		refuse(w, http.StatusBadGateway, reason(err))
		return
	}
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, "{\"complete\":%t}\n", complete)
}
