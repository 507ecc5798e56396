package api

import (
	"context"
	"net/http"
	"time"
	"unsafe"

	"github.com/maypok86/otter/v2"

	"timeslots/internal/api/door"
	"timeslots/internal/api/record"
	"timeslots/internal/api/response"
	"timeslots/internal/api/wire"
)

// The hit path. A crowd asks the same few questions in the same few spellings, so what parsing and routing found out
// about a query string is remembered, and a request that the response cache can answer touches neither the router nor
// the parser:
//
//	route and raw query ──spellings──▶ canonical query, use case ──response cache──▶ bytes ──▶ client
//
// Whatever is not plain (another method, a spelling not seen before, an answer that is no longer good) goes the way of
// all others. Whichever way it came, [Server.answer] decides what is said, and its record ends in one place.

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

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		if found, ok := s.remembered(r.URL.Path, r.URL.RawQuery); ok {
			rec := s.fromMemory(r.Context(), r.Header, &found)
			rec.Method, rec.CorrelationID = r.Method, door.CorrelationID(r.Header)
			m := s.answer(&rec, &found, response.AskOf(r), rec.Start)
			w.Header()[door.CorrelationHeader] = []string{rec.CorrelationID}
			m.Send(w)
			s.records.End(&rec)
			return
		}
	}
	s.echo.ServeHTTP(w, r)
}

// Respond implements wire.Responder, for connections that are answered without net/http.
func (s *Server) Respond(r *wire.Request, w *wire.Reply) bool {
	found, ok := s.remembered(unsafeText(r.Path), unsafeText(r.Query))
	if !ok {
		return false
	}
	rec := s.fromMemory(context.Background(), nil, &found)
	if rec.Method = http.MethodGet; r.Head {
		rec.Method = http.MethodHead
	}
	var texts [2]string
	m := s.answer(&rec, &found, response.Ask{
		AcceptEncoding: listed(&texts[0], r.AcceptEncoding), IfNoneMatch: listed(&texts[1], r.IfNoneMatch), HeadOnly: r.Head,
	}, rec.Start)
	w.Head = append(m.AppendHead(w.Head), door.CorrelationHeader+": "...)
	idAt := len(w.Head)
	w.Head, w.Body = appendCorrelationID(w.Head, r.CorrelationID), m.Body
	rec.CorrelationID = unsafeText(w.Head[idAt:])
	s.records.End(&rec)
	w.Head = append(w.Head, "\r\n\r\n"...)
	return true
}

// listed is a header that comes once, as a list in text's place; nil: it does not come.
func listed(text *string, header []byte) []string {
	if header == nil {
		return nil
	}
	*text = unsafeText(header)
	return unsafe.Slice(text, 1)
}

// unsafeText is b as a string, for a look-up that ends before b changes.
func unsafeText(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// appendCorrelationID appends the client's own id, when it looks like one, else a new one.
func appendCorrelationID(b, own []byte) []byte {
	if door.IsCorrelationID(unsafeText(own)) {
		return append(b, own...)
	}
	id := door.RandomUUID()
	return append(b, id[:]...)
}

// remembered looks a path and a raw query up. It is false where the response cache has no answer that may be served as it
// is. Neither text is kept.
func (s *Server) remembered(path, query string) (found finding, ok bool) {
	table, ok := s.spellings[path]
	if !ok {
		return found, false
	}
	meaning, ok := table.cache.GetIfPresent(query)
	if !ok || s.off(meaning.use) {
		return found, false
	}
	view, strict := s.opt.Engine.Taken(context.Background()) // waits for a round trip to Redis at most
	answer := s.responses.Get(meaning.key, view)
	if answer == nil {
		return found, false
	}
	meaning.use.count()
	return finding{Response: answer, use: meaning.use, strict: strict && !answer.Doubtful, route: table.route}, true
}

// fromMemory begins the record of a request that the response cache answers. The header is nil for one that cannot ask to
// be followed.
func (s *Server) fromMemory(ctx context.Context, header http.Header, found *finding) record.Request {
	rec := record.Request{Start: s.opt.Now(), Route: found.route, FromMemory: true}
	s.records.Begin(ctx, header, &rec)
	s.records.CacheLookup("response", found.CacheLabel(rec.Start), 1)
	return rec
}

// answer decides all that is said in answer to a request, and notes in its record what it was like.
func (s *Server) answer(rec *record.Request, found *finding, ask response.Ask, now time.Time) response.Message {
	vary := s.vary
	if found.repeats {
		vary = s.varyDomain
	}
	m := found.Message(ask, response.Serving{
		Now: now, Lifetime: found.use.lifetime, Strict: found.strict, Vary: vary, Coder: s.coder,
	})
	rec.Product, rec.Cache, rec.Status, rec.Bytes = found.use.label, found.CacheLabel(now), m.Status, int64(len(m.Body))
	if !found.AsOf.IsZero() {
		s.records.ServedAge(rec.Product, now.Sub(found.AsOf))
	}
	found.Shown.Serve(found.use.shownAs, now)
	if found.Shown != nil || !found.repeats {
		s.records.Consistency(rec.Product, found.strict)
	}
	for _, report := range found.Failed {
		s.records.PartialResponse(rec.Product, report.Source, report.Reason)
	}
	return m
}

// remember lets the next request with this spelling take the hit path.
func (s *Server) remember(r *http.Request, route, key string, use *useCase) {
	s.spellings[route].cache.Set(r.URL.RawQuery, &spelling{key: key, use: use})
}
