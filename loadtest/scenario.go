package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"
)

// scenario is a crowd: how it arrives, and what each of it asks for.
type scenario struct {
	name  string
	plan  *plan
	next  func(*rand.Rand) request                               // called by one goroutine at a time
	group func(r *vegeta.Result, due time.Duration) string       // what the report tells apart; nil: nothing
	along func(ctx context.Context, say func(line string)) error // what happens meanwhile; nil: nothing
	views uint64                                                 // page views that the requests make up; 0: one each

	send func(context.Context) (results <-chan *vegeta.Result, stop func() bool) // sends; nil: vegeta does, on the plan

	heard    func(r *vegeta.Result) // told every answer, one at a time; nil: nobody
	visitors func() *visitors       // what people did; nil: the scenario has none
	apps     func() *apps           // what apps did; nil: the scenario has none
	accuracy func() *accuracy       // how true offers were; nil: nobody looked

	progress io.Writer // a line a second
}

func usualDuration(name string) time.Duration {
	if name == "nearme" || name == "app" || name == "accuracy" {
		return time.Minute
	}
	return 15 * time.Second
}

// newScenario builds the one that the command line names. It may ask a directory for clinicians.
func newScenario(ctx context.Context, name string, o *options, progress io.Writer) (*scenario, error) {
	rate := schedule{peak: o.Rate, length: o.Duration}
	if name == "flushot-spike" {
		rate.ramp = min(5*time.Second, o.Duration)
	}
	s := &scenario{name: name, plan: rate.plan(o.Timeout), progress: progress}
	switch name {
	case "findadoctor":
		npis, err := o.FindADoctor.clinicians(ctx, o)
		if err != nil {
			return nil, err
		}
		s.next = findADoctor(npis, time.Now(), o.FindADoctor.Skew)
		return s, nil
	case "flushot-spike":
		s.next = fluShot(o.Seed)
		return s, nil
	case "mixed":
		return s, o.Mixed.prepare(ctx, o, s)
	case "outage":
		return s, o.Outage.prepare(ctx, o, s)
	case "trace":
		return s, o.Trace.prepare(ctx, o, s)
	case "nearme":
		return s, o.NearMe.prepare(o, s)
	case "accuracy":
		return s, o.Accuracy.prepare(ctx, o, s)
	case "app":
		return s, o.App.prepare(o, s)
	default:
		return nil, fmt.Errorf("no scenario %q", name)
	}
}

// targeter draws requests from the scenario. vegeta calls it from many goroutines; the lock gives every one the next
// request of one seeded sequence.
func (s *scenario) targeter(base string, seed uint64) vegeta.Targeter {
	var mu sync.Mutex
	random := rand.New(rand.NewPCG(seed, seed))
	base = strings.TrimSuffix(base, "/")
	return func(t *vegeta.Target) error {
		mu.Lock()
		r := s.next(random)
		mu.Unlock()
		t.Method, t.URL, t.Header, t.Body = cmp.Or(r.method, http.MethodGet), base+r.path, r.header, r.body
		if t.Header == nil {
			t.Header = pageHeader
		}
		return nil
	}
}

type request struct {
	method string // empty: GET
	path   string // with its query, below the target
	header http.Header
	body   []byte
}

func page(query url.Values) request { return request{path: "/v1/timeslots?" + query.Encode()} }

// pageHeader names the encoding, which keeps the transport from decompressing: bytes are those of the wire.
var pageHeader = http.Header{"Accept": {"application/json"}, "Accept-Encoding": {"gzip"}}
