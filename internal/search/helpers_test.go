package search

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"timeslots/internal/cache"
	"timeslots/internal/fetch"
	"timeslots/internal/taken"
	"timeslots/internal/timeslot"
	"timeslots/test/rig"
)

// desk is an upstream that answers from a table, counts its calls, and can be slow or failing.
type desk struct {
	mu      sync.Mutex
	calls   map[timeslot.FragmentKey]int
	delay   map[timeslot.Source]time.Duration
	failure map[timeslot.Source]error
	failKey map[timeslot.FragmentKey]error
	answers map[timeslot.FragmentKey]*timeslot.Fragment             // missing: not found
	told    func(context.Context, timeslot.FragmentKey, fetch.Call) // of each call; nil: nobody
}

func newDesk(answers ...*timeslot.Fragment) *desk {
	d := &desk{
		calls: map[timeslot.FragmentKey]int{}, delay: map[timeslot.Source]time.Duration{},
		failure: map[timeslot.Source]error{}, failKey: map[timeslot.FragmentKey]error{}, answers: map[timeslot.FragmentKey]*timeslot.Fragment{},
	}
	for _, f := range append(answers, providerInfo) {
		d.answers[f.Key] = f
	}
	return d
}

// FetchBlocks counts one call for the first key, and answers for all.
func (d *desk) FetchBlocks(ctx context.Context, key timeslot.FragmentKey, through timeslot.Block, call fetch.Call) ([]*timeslot.Fragment, error) {
	asked, source := time.Now(), sourceOf(key)
	if d.told != nil {
		d.told(ctx, key, call)
	}
	d.mu.Lock()
	d.calls[key]++
	delay, failure := d.delay[source], cmp.Or(d.failKey[key], d.failure[source])
	d.mu.Unlock()
	select {
	case <-rig.After(delay):
	case <-ctx.Done(): // as the real client says it
		kind := timeslot.KindCanceled
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			kind = timeslot.KindTimeout
		}
		return nil, &timeslot.Error{Kind: kind, Source: source, Operation: key.Operation}
	}
	if failure != nil {
		return nil, failure
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	var parts []*timeslot.Fragment
	for ; key.Block <= through; key.Block++ {
		f := timeslot.Fragment{Key: key, NotFound: true}
		if answer := d.answers[key]; answer != nil {
			f = *answer
		}
		f.FetchedAt = asked
		parts = append(parts, &f)
	}
	return parts, nil
}

func (d *desk) set(change func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	change()
}

func (d *desk) count(source timeslot.Source) (n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for key, calls := range d.calls {
		if sourceOf(key) == source {
			n += calls
		}
	}
	return n
}

var policy = timeslot.Policy{Fresh: 15 * time.Second, Stale: 45 * time.Second, StaleOnError: 10 * time.Minute, Negative: 10 * time.Second}

// newEngine stands on a real memory cache and a real ledger. Close comes with the test's end.
func newEngine(t testing.TB, d *desk, change func(*Options)) *Engine {
	t.Helper()
	memory, err := cache.NewMemory(cache.MemoryOptions{MaxBytes: 64 << 20})
	if err != nil {
		t.Fatal(err)
	}
	ledger, err := taken.NewLedger(taken.LedgerOptions{})
	if err != nil {
		t.Fatal(err)
	}
	opt := Options{
		Store: memory, Fetcher: d, Taken: ledger, FlightLimit: 4 * time.Second,
		Limits: Limits{Window: 14, MaxWindow: 90, MaxProviders: 100, MaxDepartments: 100, PointPrecision: 2},
		Sources: map[timeslot.Source]SourceOptions{
			timeslot.CareDirect:     {Enabled: true, Version: "v2", Policy: policy},
			timeslot.ProviderDirect: {Enabled: true, Version: "v5", Policy: policy},
			timeslot.CareOptions:    {Enabled: true, Version: "v1", Policy: policy},
			timeslot.Directory:      {Enabled: true, Version: "v4", Policy: timeslot.Policy{Fresh: 10 * time.Minute, Stale: time.Hour, StaleOnError: 24 * time.Hour, Negative: 10 * time.Second}},
		},
	}
	if change != nil {
		change(&opt)
	}
	e, err := New(opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		e.Close()
		_ = memory.Close()
	})
	return e
}

// without switches sources off.
func without(off ...timeslot.Source) func(*Options) {
	return func(o *Options) {
		for _, source := range off {
			o.Sources[source] = SourceOptions{}
		}
	}
}

// bothVersions has Provider Direct asked in both.
func bothVersions(o *Options) {
	direct := o.Sources[timeslot.ProviderDirect]
	direct.Version = "both"
	o.Sources[timeslot.ProviderDirect] = direct
}

// hers is an engine before a clinician who has a slot in so many hours, and the question for her.
func hers(t *testing.T, hours ...int) (*desk, *Engine, *timeslot.Query) {
	t.Helper()
	var starts []int64
	for _, n := range hours {
		starts = append(starts, inHours(n))
	}
	d := newDesk(directoryOf(clinic), providerDirectOf(npi, presentBlock(), starts...))
	return d, newEngine(t, d, nil), queryOf(timeslot.Query{NPIs: []string{npi}})
}

// Inside a synctest bubble the clock starts at 2000-01-01; all of these lie in one block.
const npi = "9000000017"

var clinic = timeslot.Department{
	EHRInstance: "e", ID: "1", URLName: "AcmeRiverton", Name: "Riverton", Timezone: "America/Los_Angeles",
	Point: &timeslot.Point{Latitude: 47.61, Longitude: -122.33}, VisitTypes: []timeslot.VisitType{{ID: "7101", Name: "Illness"}},
}

// providerInfo is known to every desk: a directory that does not know her would be asked again every ten seconds.
var providerInfo = &timeslot.Fragment{
	Key:       timeslot.FragmentKey{Operation: timeslot.OpProviderInfo, Version: 1, NPI: npi},
	Providers: []timeslot.Provider{{NPI: npi, Name: "Example Provider-A"}},
}

func directoryOf(departments ...timeslot.Department) *timeslot.Fragment {
	return &timeslot.Fragment{Key: timeslot.FragmentKey{Operation: timeslot.OpDepartments, Version: 4}, Departments: departments}
}

func careDirectOf(urlName, visitType string, starts ...int64) *timeslot.Fragment {
	key := timeslot.FragmentKey{Operation: timeslot.OpDepartmentTimeslots, Version: 2, Department: urlName, VisitType: visitType}
	return listing(key, timeslot.Schedule{
		EHRInstance: "e", DepartmentID: "1", NPI: npi, ProviderID: "P-1", VisitTypeID: "7101", VisitTypeName: visitType, Timezone: clinic.Timezone,
	}, starts)
}

func providerDirectOf(npi string, block timeslot.Block, starts ...int64) *timeslot.Fragment {
	key := timeslot.FragmentKey{Operation: timeslot.OpProviderTimeslots, Version: 5, NPI: npi, Block: block}
	return listing(key, timeslot.Schedule{
		EHRInstance: "e", DepartmentID: "1", NPI: npi, VisitTypeID: "7101", VisitTypeName: "Illness", Timezone: clinic.Timezone,
	}, starts)
}

func listing(key timeslot.FragmentKey, s timeslot.Schedule, starts []int64) *timeslot.Fragment {
	f := &timeslot.Fragment{Key: key, Schedules: []timeslot.Schedule{s}}
	for _, start := range starts {
		f.Slots = append(f.Slots, timeslot.Slot{Start: start, Duration: 20, Offset: -480})
	}
	return f
}

// inHours is a start so many hours from now.
func inHours(n int) int64 { return time.Now().Add(time.Duration(n) * time.Hour).Unix() }

func presentBlock() timeslot.Block { return timeslot.BlockOf(timeslot.EarliestToday(time.Now())) }

func queryOf(q timeslot.Query) *timeslot.Query {
	if q.Sort == "" {
		q.Sort = timeslot.Soonest
	}
	q.Limit = 100
	q.Normalize()
	return &q
}

// nearby is the question of somebody at a place.
func nearby(at timeslot.Point, radius int) *timeslot.Query {
	return queryOf(timeslot.Query{Point: &at, Radius: radius, VisitTypes: []string{"Illness"}})
}

func (e *Engine) mustSearch(t testing.TB, q *timeslot.Query, caller Caller) *Answer {
	t.Helper()
	a, err := e.search(t.Context(), q, caller)
	if err != nil {
		t.Fatalf("Search: %v", err)
	}
	return a
}

// inBubble runs a situation in a bubble of its own (testing/synctest).
func inBubble(t *testing.T, name string, check func(*testing.T)) {
	t.Run(name, func(t *testing.T) { synctest.Test(t, check) })
}

// pass lets bubble time go by (testing/synctest).
func pass(d time.Duration) { <-rig.After(d) }

// search prepares a query and answers it.
func (e *Engine) search(ctx context.Context, q *timeslot.Query, caller Caller) (*Answer, error) {
	prepared, bad := e.Prepare(q, true)
	if len(bad) > 0 {
		return nil, &timeslot.InvalidQueryError{Violations: bad}
	}
	return e.Search(ctx, prepared, caller)
}

// prepared is a query that must be allowed.
func (e *Engine) prepared(t testing.TB, q *timeslot.Query) Prepared {
	t.Helper()
	p, bad := e.Prepare(q, true)
	if len(bad) > 0 {
		t.Fatal(bad)
	}
	return p
}

func sourceOf(key timeslot.FragmentKey) timeslot.Source {
	return timeslot.DexCare().SourceOf(key.Operation)
}
