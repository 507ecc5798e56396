package fetch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/time/rate"

	"timeslots/internal/fetch/decode"
	"timeslots/internal/timeslot"
)

// Recorder is told about upstream calls. The real one is metrics.Metrics.
type Recorder interface {
	// UpstreamStarted and UpstreamEnded frame one call that was really sent.
	UpstreamStarted(source timeslot.Source)
	UpstreamEnded(timeslot.UpstreamCall)
	// UpstreamRefused counts calls that our own guard did not let through.
	UpstreamRefused(source timeslot.Source, reason timeslot.Kind)
	// UpstreamHedged counts a second call beside a late one; won reports whether its answer was taken.
	UpstreamHedged(source timeslot.Source, won bool)
	// BreakerChanged reports 0 closed, 1 half-open, 2 open.
	BreakerChanged(source timeslot.Source, operation timeslot.Operation, state int)
	// DecodeDropped counts single entries that decoding left out, or values in them that it read as unknown.
	DecodeDropped(source timeslot.Source, reason string, n int)
}

// Options configure a Fetcher.
type Options struct {
	Public  *url.URL // base of the public reads (docs/dexcare.md §1.1)
	Ingress *url.URL // base of v5 and Care Options
	Visit   *url.URL // base of /api/…; nil: Public
	NoVisit bool     // the tenant has no visit base: what is read there is not found, without a call

	// API keys per service, empty for none (docs/dexcare.md §1.2). Public reads are sent the slots key as DexCare's SDK does.
	CareOptionsKey, SlotsKey, BookingKey string

	PublicTransport, IngressTransport http.RoundTripper // nil: NewTransport's default

	Surfaces  *timeslot.Surfaces                // nil: DexCare's
	Upstreams []decode.Upstream                 // how they and the directory are read; nil: as DexCare's
	Sources   map[timeslot.Source]SourceOptions // a source that is missing uses defaults
	Lookahead int                               // days from today that upstream may be asked for; 0: 90

	Recorder Recorder         // nil: silent
	Logger   *slog.Logger     // nil: discards
	Now      func() time.Time // nil: time.Now

	// Odd is told what was odd about an answer that was read all the same, once for each reason; nil: nobody is.
	Odd func(source timeslot.Source, operation timeslot.Operation, o Oddity)
}

// Oddity is what was odd about an answer, with its reason, how often, and a sample of its shape.
type Oddity = decode.Oddity

// SourceOptions bound the calls to one source (docs/interface.md §2, sources.*).
type SourceOptions struct {
	Timeout       time.Duration // of one call, body included; 0: 2 s
	Concurrency   int           // calls at a time; 0: 64
	RatePerSecond float64       // 0: no limit
	HedgeAfter    time.Duration // a second call beside one that is this late; 0: adaptive, negative: never
	MaxBody       int64         // bytes after decompression; 0: 8 MiB
	Breaker       BreakerOptions

	surfaces *timeslot.Surfaces // the fetcher's own
}

// Call says on whose behalf a read is made, and what is known already. The labels travel upstream; they never influence the
// answer.
type Call struct {
	Product       string // sent as `product` (docs/dexcare.md §1.5); empty: none
	CorrelationID string // sent as `correlation-id`; empty: none

	// Brackets are the parameters of an exact read that its caller spelled "name[]".
	Brackets []string

	// Lookahead is how many days ahead this read may ask (docs/dexcare.md §5.6); 0: the fetcher's own limit.
	Lookahead int

	// Types are the visit types that an area is asked for together, the key's own first; nil: that alone.
	Types []string

	// Last is what was read before, of each block in order, for one visit type after the other. Where upstream says the same
	// again of all of them, the fragments share that content, and nothing is decoded. With one that is missing everything is.
	Last []*timeslot.Fragment

	Alone bool // on a connection of its own, not one that was kept

	// Zones gives what tells the zone of a department by its key, for starts that upstream writes without an offset or a
	// zone beside them. It is called with the context of the call and may wait for the directory. nil: nobody knows.
	Zones func(ctx context.Context) func(department string) string

	through timeslot.Block // the last block that the call covers, when it is behind the key's own
}

// Fetcher reads fragments from DexCare.
type Fetcher struct {
	client *client
	guards map[timeslot.Source]*guard
	opt    Options

	upstreams map[timeslot.Source]*decode.Upstream

	refusals rate.Sometimes // logged now and then: a wrong key is refused with every call
}

// New builds a Fetcher. It makes no connection.
func New(opt Options) (*Fetcher, error) {
	if opt.Public == nil || opt.Ingress == nil {
		return nil, errors.New("fetch: the public and the ingress base URL are both needed")
	}
	if opt.Visit == nil {
		opt.Visit = opt.Public
	}
	if opt.Upstreams == nil {
		opt.Upstreams = decode.DexCare()
	}
	if opt.Lookahead == 0 {
		opt.Lookahead = 90
	}
	if opt.Recorder == nil {
		opt.Recorder = silent{}
	}
	if opt.Logger == nil {
		opt.Logger = slog.New(slog.DiscardHandler)
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	program() // so that no call waits for it
	f := &Fetcher{
		client: newClient(&opt), guards: map[timeslot.Source]*guard{}, opt: opt, upstreams: map[timeslot.Source]*decode.Upstream{},
		refusals: rate.Sometimes{First: 3, Interval: 10 * time.Second},
	}
	for i := range opt.Upstreams {
		f.upstreams[opt.Upstreams[i].Source] = &opt.Upstreams[i]
	}
	retries := newRetryBudget()
	for _, s := range opt.Surfaces.ReadFrom() {
		if f.upstreams[s] == nil {
			return nil, fmt.Errorf("fetch: nothing says how %s is read", s)
		}
		source := opt.Sources[s].withDefaults()
		source.surfaces = opt.Surfaces
		f.guards[s] = newGuard(s, source, retries, opt.Recorder)
	}
	return f, nil
}

func (f *Fetcher) sourceOf(key timeslot.FragmentKey) timeslot.Source {
	return f.opt.Surfaces.SourceOf(key.Operation)
}

func (f *Fetcher) upstreamOf(key timeslot.FragmentKey) *decode.Upstream {
	return f.upstreams[f.sourceOf(key)]
}

func (o SourceOptions) withDefaults() SourceOptions {
	if o.Timeout == 0 {
		o.Timeout = 2 * time.Second
	}
	if o.Concurrency == 0 {
		o.Concurrency = 64
	}
	if o.MaxBody == 0 {
		o.MaxBody = 8 << 20
	}
	o.Breaker = o.Breaker.withDefaults()
	return o
}

// Close gives back idle connections. Calls under way are not touched.
func (f *Fetcher) Close() {
	f.client.public.close()
	f.client.ingress.close()
}

// Fetch reads key from upstream once, within the source's guard. The fragment has no Bounds: how long it may be
// served is not this package's business. Every error is a [timeslot.Error].
func (f *Fetcher) Fetch(ctx context.Context, key timeslot.FragmentKey, call Call) (*timeslot.Fragment, error) {
	if f.opt.NoVisit && f.upstreamOf(key).Place(&key).Base == decode.Visit {
		return nil, &timeslot.Error{
			Kind: timeslot.KindNotFound, Source: f.sourceOf(key), Operation: key.Operation, Status: http.StatusNotFound,
			Body: []byte(`{"message":"no Route matched with those values"}`),
		}
	}
	guard := f.guards[f.sourceOf(key)]
	fragment, err := guard.do(ctx, key.Operation, func(ctx context.Context, alone bool) (*timeslot.Fragment, error) {
		call := call
		call.Alone = call.Alone || alone
		return f.read(ctx, key, call)
	})
	if err != nil {
		return nil, f.explain(key, err)
	}
	return fragment, nil
}

// explain completes an error with source and operation, and logs refusals: they mean that our key or our request is
// wrong, which nobody would notice otherwise (docs/faults.md row 4).
func (f *Fetcher) explain(key timeslot.FragmentKey, err error) error {
	e, ok := errors.AsType[*timeslot.Error](err)
	if !ok {
		e = &timeslot.Error{Kind: timeslot.KindUpstream, Err: err}
	}
	e.Source, e.Operation = f.sourceOf(key), key.Operation
	if isRejection(e.Status) {
		f.refusals.Do(func() {
			f.opt.Logger.Warn("upstream refused our request", "source", e.Source, "operation", e.Operation, "status", e.Status)
		})
	}
	return e
}

type silent struct{}

func (silent) UpstreamStarted(timeslot.Source)                                                {}
func (silent) UpstreamEnded(timeslot.UpstreamCall)                                            {}
func (silent) UpstreamRefused(timeslot.Source, timeslot.Kind)                                 {}
func (silent) UpstreamHedged(timeslot.Source, bool)                                           {}
func (silent) BreakerChanged(source timeslot.Source, operation timeslot.Operation, state int) {}
func (silent) DecodeDropped(timeslot.Source, string, int)                                     {}
