package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"

	"timeslots/internal/api/dropin"
	"timeslots/internal/api/encode"
	"timeslots/internal/api/events"
	"timeslots/internal/api/pages"
	"timeslots/internal/api/record"
	"timeslots/internal/api/response"
	"timeslots/internal/booking"
	"timeslots/internal/merge"
	"timeslots/internal/search"
	"timeslots/internal/timeslot"
	"timeslots/internal/trace"
)

// Searcher answers queries; see search.Engine for its errors.
type Searcher interface {
	events.Searcher
	// Warm keeps what an answer needs fresh; see search.Engine.
	Warm(ctx context.Context, q search.Prepared, caller search.Caller, ahead time.Duration) error
	// Explain says how a query would be answered now, and fetches nothing.
	Explain(ctx context.Context, q search.Prepared) *search.Explanation
	// Read and Repeat serve drop-in routes; see search.Engine.
	Read(ctx context.Context, key timeslot.FragmentKey, caller search.Caller) (*search.Reading, error)
	Repeat(ctx context.Context, r *search.Reading) (search.Repeated, error)
	// Clean leaves the taken slots out of an answer that passes through; see search.Engine.
	Clean(ctx context.Context, key timeslot.FragmentKey, body []byte) (cleaned []byte, strict bool)
}

// Meter measures how true the slots are that are shown. The real one is accuracy.Meter.
type Meter interface {
	// Product is the index of a product in [timeslot.Servings].
	Product(name string) int
}

// Product is how one use case is served (docs/interface.md §2, products.*).
type Product struct {
	Ranking timeslot.Ranking
	Budget  time.Duration // for a search, from the first byte of the request
	MaxAge  time.Duration // what browsers and CDNs may keep; 0: revalidate always
	Aliases []string      // other names that mean it, and travel upstream as they came
}

// DefaultProduct is the name whose settings serve products that are not configured.
const DefaultProduct = "default"

// OtherProduct is what products that are not configured are counted as.
const OtherProduct = "other"

// Options configure the public handler. Engine, Gateway and a product named "default" are needed.
type Options struct {
	Engine   Searcher
	Gateway  *booking.Gateway
	Products map[string]Product

	ResponseBytes int64              // of encoded answers kept in memory; 0: 128 MiB
	Links         encode.LinkOptions // hand-off links

	Surfaces *timeslot.Surfaces // that list the slots; nil: DexCare's
	Profiles []merge.Profile    // orders that may be asked for; nil: those of [merge.Profiles]

	BookingsOff func(product string) bool // whether a product's bookings are; nil: never

	Off func(product string) bool // whether a product is switched off; called for every request; nil: never

	UnknownProduct func(name string) *atomic.Int64 // counts the requests of a product that is not configured; nil: nobody counts

	Further []booking.Route // calls that pass through beside booking.Routes

	PointPrecision int // decimals of a degree that positions on drop-in routes keep

	Pages pages.Pages // nil: none

	VaryOrigin bool // answers differ by Origin: CORS is configured

	Meter Meter // says under which index servings for a product count; nil: nobody measures accuracy

	Tracer   *trace.Tracer    // nil: no request is followed
	Recorder record.Recorder  // nil: silent
	Logger   *slog.Logger     // nil: discards
	Now      func() time.Time // nil: time.Now
}

// Server is the public handler.
type Server struct {
	opt       Options
	echo      *echo.Echo
	encoder   *encode.Encoder
	useCases  useCases
	spellings map[string]*spellings // by route
	responses *response.Cache
	contexts  *dropin.Contexts
	domains   dropin.Domains
	coder     *response.Coder
	records   *record.Log
	streams   *events.Hub
	documents *pages.Documents // nil: there are no pages
	vary      *response.Field

	varyDomain *response.Field // of what drop-in routes repeat; net/http alone answers those
}

// New builds the routes.
func New(opt Options) (*Server, error) {
	if opt.Engine == nil || opt.Gateway == nil {
		return nil, errors.New("api: Engine and Gateway are needed")
	}
	if _, ok := opt.Products[DefaultProduct]; !ok {
		return nil, errors.New("api: a product named \"default\" is needed")
	}
	if opt.ResponseBytes == 0 {
		opt.ResponseBytes = 128 << 20
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	encoder, err := encode.New(opt.Links, opt.Surfaces)
	if err != nil {
		return nil, fmt.Errorf("api: %w", err)
	}
	spellings, err := newSpellings()
	if err != nil {
		return nil, err
	}
	responses, err := response.NewCache(opt.ResponseBytes, opt.Now) // from here on something would have to be closed
	if err != nil {
		return nil, err
	}
	contexts, err := dropin.NewContexts()
	if err != nil {
		return nil, err
	}
	s := &Server{
		opt: opt, echo: echo.New(), encoder: encoder, useCases: newUseCases(opt.Products, opt.Meter),
		spellings: spellings, responses: responses, contexts: contexts,
		coder: response.NewCoder(), records: record.New(record.Options{Tracer: opt.Tracer, Recorder: opt.Recorder, Logger: opt.Logger, Now: opt.Now}),
		streams: events.New(), vary: response.Vary(), varyDomain: response.NewField("Vary", "Accept-Encoding, domain"),
	}
	if opt.VaryOrigin {
		s.vary = response.Vary("Origin")
	}
	s.routes()
	return s, errors.Join(s.mountReference(), s.mountPages())
}

// dropIn is the base path for clients of DexCare that change nothing but their base URL (docs/interface.md §3.3).
const dropIn = "/dexcare"

func (s *Server) routes() {
	e := s.echo
	e.HideBanner, e.HidePort = true, true
	e.HTTPErrorHandler = s.handleError
	e.Use(s.record)
	e.Match(readMethods, routeTimeslots, s.timeslots)
	e.Match(readMethods, routeNextAvailable, s.nextAvailable)
	e.Match(readMethods, routeEvents, s.follow)
	s.mountDropIn()
	for _, route := range append(booking.Routes(), s.opt.Further...) {
		e.Add(route.Method, dropIn+route.Path, s.passThrough(route))
	}
	e.RouteNotFound(dropIn, s.gatewayNotFound)
	e.RouteNotFound(dropIn+"/*", s.gatewayNotFound)
}

// readMethods are those of a cached read.
var readMethods = []string{http.MethodGet, http.MethodHead}

// Close ends background work and gives up the response cache. No request may be under way.
func (s *Server) Close() {
	s.streams.Close()
	s.coder.Close()
	s.records.Close()
	for _, table := range s.spellings {
		table.cache.StopAllGoroutines()
	}
	s.responses.Close()
	s.contexts.Close()
	if s.documents != nil {
		s.documents.Close()
	}
}

// Responses is how many bytes and entries the response cache holds.
func (s *Server) Responses() (bytes, entries int64) { return s.responses.Size() }
