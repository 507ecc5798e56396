package api

import (
	"context"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/maypok86/otter/v2"

	"timeslots/internal/api/door"
	"timeslots/internal/api/record"
)

// The hit path. A crowd asks the same few questions in the same few spellings, so what parsing and routing found out
// about a query string is remembered, and a request that the response cache can answer touches neither the router nor
// the parser:
//
//	route and raw query ──spellings──▶ canonical query, use case ──response cache──▶ bytes ──▶ client
//
// Whatever is not plain (another method, a spelling not seen before, an answer that is no longer good) goes the way of
// all others, which ends in the same place.

// spelling is what a query string was found to mean.
type spelling struct {
	key string // of the response cache
	use *useCase
}

// spellings maps the raw queries of one route to their meaning, bounded in bytes. They mean the same until a reload,
// which makes a new Server.
type spellings struct {
	route string // its text outlives every request
	cache *otter.Cache[string, *spelling]
}

// Bounds of a table: a scan of random queries takes no more than that, and the ones in use stay.
const (
	spellingsBytes   = 8 << 20
	spellingOverhead = 256
)

func newSpellings() (map[string]*spellings, error) {
	tables := map[string]*spellings{}
	for _, route := range []string{routeTimeslots, routeNextAvailable} {
		table, err := newSpellingTable(route)
		if err != nil {
			return nil, err
		}
		tables[route] = table
	}
	return tables, nil
}

func newSpellingTable(route string) (*spellings, error) {
	c, err := otter.New(&otter.Options[string, *spelling]{
		MaximumWeight: spellingsBytes,
		Weigher: func(raw string, s *spelling) uint32 {
			return uint32(len(raw) + len(s.key) + spellingOverhead)
		},
	})
	return &spellings{route: route, cache: c}, err
}

// cachedRoutes are the routes of the hit path.
const (
	routeTimeslots     = "/v1/timeslots"
	routeNextAvailable = "/v1/next-available"
)

// hit is a request that the response cache answers.
type hit struct {
	route  string
	use    *useCase
	answer *response
	strict bool
	at     time.Time
}

// serveHit answers from the response cache, and reports whether it could.
func (s *Server) serveHit(w http.ResponseWriter, r *http.Request) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	found, ok := s.findHit(r.URL.Path, r.URL.RawQuery)
	if !ok {
		return false
	}
	rec := s.beginHit(r.Context(), r.Header, &found)
	rec.Method, rec.CorrelationID = r.Method, door.CorrelationID(r.Header)
	h := w.Header()
	h[door.CorrelationHeader] = []string{rec.CorrelationID}
	h["X-Content-Type-Options"] = nosniff
	given := found.answer.send(w, r, sending{now: found.at, use: found.use, strict: found.strict, behind: s.encoders})
	rec.Status, rec.Bytes = given.status, int64(given.bytes)
	s.records.End(&rec)
	return true
}

// findHit looks a path and a raw query up. It is false where the response cache has no answer that may be served as it
// is. Neither text is kept.
func (s *Server) findHit(path, query string) (found hit, ok bool) {
	table, ok := s.spellings[path]
	if !ok {
		return hit{}, false
	}
	meaning, ok := table.cache.GetIfPresent(query)
	if !ok || s.off(meaning.use) {
		return hit{}, false
	}
	view, strict := s.opt.Engine.Taken(context.Background()) // waits for a round trip to Redis at most
	answer := s.responses.get(meaning.key, view)
	if answer == nil {
		return hit{}, false
	}
	return hit{route: table.route, use: meaning.use, answer: answer, strict: strict && !answer.doubtful, at: s.opt.Now()}, true
}

// beginHit counts a hit in. The header is nil for a request that cannot ask to be followed.
func (s *Server) beginHit(ctx context.Context, header http.Header, h *hit) record.Request {
	rec := record.Request{Start: h.at, Route: h.route, Product: h.use.label, Cache: h.answer.cacheLabel(h.at), FromMemory: true}
	s.records.Begin(ctx, header, &rec)
	s.records.CacheLookup("response", rec.Cache, 1)
	s.tellServing(h.answer, rec.Product, h.at)
	return rec
}

// remember lets the next request with this spelling take the hit path.
func (s *Server) remember(r *http.Request, route, key string, use *useCase) {
	s.spellings[route].cache.Set(r.URL.RawQuery, &spelling{key: key, use: use})
}

// tellServing counts what an answer is like that is about to be sent.
func (s *Server) tellServing(r *response, product string, now time.Time) {
	if !r.asOf.IsZero() {
		s.records.ServedAge(product, now.Sub(r.asOf))
	}
	for _, report := range r.failed {
		s.records.PartialResponse(product, report.Source, report.Reason)
	}
}

// Header values that never change. Each has no room to grow, so that whoever adds to one gets a copy.
var (
	nosniff          = []string{"nosniff"}
	contentJSON      = []string{"application/json"}
	varyEncoding     = []string{"Accept-Encoding"}
	strictly         = []string{"strict"}
	bestEffort       = []string{"best-effort"}
	revalidateAlways = []string{"public, no-cache"}
)

// clockHeaders are the header values that change once a second.
type clockHeaders struct {
	second           int64
	seconds          int64 // of age
	age, cacheStatus []string
	head             []byte // both, and the date
	control          atomic.Pointer[cacheControl]
}

// cacheControl is Cache-Control for the use case that asked last. As a rule there is one for each question.
type cacheControl struct {
	use   *useCase
	value []string
}

// clockHeadersAt gives Age and Cache-Status at now. Concurrent callers may make them twice in a second, which is
// harmless: both say the same.
func (r *response) clockHeadersAt(now time.Time) *clockHeaders {
	second := now.Unix()
	if h := r.clock.Load(); h != nil && h.second == second {
		return h
	}
	seconds := int64(r.age(now) / time.Second)
	h := &clockHeaders{
		second: second, seconds: seconds,
		age:         []string{strconv.FormatInt(seconds, 10)},
		cacheStatus: []string{r.cacheStatus(now)},
	}
	h.head = clockHead(h.age[0], h.cacheStatus[0], now)
	r.clock.Store(h)
	return h
}

// cacheControlFor is the Cache-Control of a complete answer.
func (h *clockHeaders) cacheControlFor(use *useCase) []string {
	if use.kept == 0 {
		return use.cacheControl
	}
	if known := h.control.Load(); known != nil && known.use == use {
		return known.value
	}
	value := []string{string(appendCacheControl(nil, use.kept, h.seconds))}
	h.control.Store(&cacheControl{use, value})
	return value
}
