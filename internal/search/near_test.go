package search

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"timeslots/internal/fetch"
	"timeslots/internal/timeslot"
)

// region is an upstream that knows where its clinics are, and answers for circles. Each clinic has three starts.
type region struct {
	*desk
	clinics []timeslot.Department
	earth   float64 // how much longer its miles are than ours
	opens   time.Time
	takes   time.Duration
	down    bool                            // areas cannot be read
	refuses func(timeslot.FragmentKey) bool // which ones cannot; nil: none
	alter   func(*timeslot.Fragment)        // changes an area's answer; nil: nothing
	fits    func(timeslot.FragmentKey) bool // whether an answer is not too large; nil: always
	full    map[int]bool                    // clinics without a free slot; guarded by desk.mu
	asked   map[timeslot.Area]bool          // guarded by desk.mu
	reads   map[timeslot.FragmentKey]int    // guarded by desk.mu
	codes   map[string]timeslot.Point       // where postal codes are
}

// areas are those that were asked for since they were last cleared.
func (r *region) areas() map[timeslot.Area]bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.asked)
}

func (r *region) FetchBlocks(ctx context.Context, key timeslot.FragmentKey, through timeslot.Block, call fetch.Call) ([]*timeslot.Fragment, error) {
	if key.Operation != timeslot.OpAvailabilitySlots {
		return r.desk.FetchBlocks(ctx, key, through, call)
	}
	var down bool
	r.set(func() { r.asked[key.Area], down = true, r.down || r.refuses != nil && r.refuses(key); r.reads[key]++ })
	pass(r.takes)
	if down {
		return nil, &timeslot.Error{Kind: timeslot.KindUpstream, Source: timeslot.CareOptions, Status: 500}
	}
	if r.fits != nil && !r.fits(key) {
		return nil, &timeslot.Error{Kind: timeslot.KindMalformed, Err: fetch.ErrTooLarge}
	}
	var parts []*timeslot.Fragment
	for ; key.Block <= through; key.Block++ {
		part := r.around(key)
		if r.alter != nil {
			r.alter(part)
		}
		parts = append(parts, part)
	}
	return parts, nil
}

func (r *region) around(key timeslot.FragmentKey) *timeslot.Fragment {
	f := &timeslot.Fragment{Key: key, FetchedAt: time.Now()}
	r.mu.Lock()
	defer r.mu.Unlock()
	center, byCode := r.codes[key.Area.PostalCode]
	if !byCode {
		center = key.Area.Point()
	}
	for i := range r.clinics {
		d := &r.clinics[i]
		if d.Point == nil || r.full[i] || center.MilesTo(*d.Point)*r.earth > float64(key.Area.Radius) {
			continue
		}
		f.Departments = append(f.Departments, *d)
		if byCode {
			if f.Distances == nil {
				f.Distances = map[string]float64{}
			}
			f.Distances[d.Key()] = math.Round(center.MilesTo(*d.Point)*r.earth*10) / 10
		}
		f.Schedules = append(f.Schedules, timeslot.Schedule{EHRInstance: "e", DepartmentID: d.ID, NPI: npi, VisitTypeID: "7101", VisitTypeName: key.VisitType, Timezone: "UTC"})
		for n := range 3 {
			start := r.start(i, n)
			if day := timeslot.DateOf(start); day >= key.FirstDay() && day <= min(key.LastDay(), key.Block.Last()) {
				f.Slots = append(f.Slots, timeslot.Slot{Start: start.Unix(), Duration: 20, Schedule: uint32(len(f.Schedules) - 1)})
			}
		}
	}
	slices.SortFunc(f.Slots, func(a, b timeslot.Slot) int { return cmp.Compare(a.Start, b.Start) })
	return f
}

func (r *region) start(clinic, n int) time.Time {
	return r.opens.Add(time.Duration(clinic%5+1)*time.Hour).AddDate(0, 0, n*3)
}

// newRegion scatters clinics around a place. The directory does not list the last few, and does not say where one or the other
// of the first is.
func newRegion(draw *rand.Rand, middle timeslot.Point, miles float64, clinics, strangers int) *region {
	r := &region{earth: 1 + (draw.Float64()-0.5)*1.8*timeslot.EarthDoubt, opens: time.Now(),
		full: map[int]bool{}, asked: map[timeslot.Area]bool{}, reads: map[timeslot.FragmentKey]int{}}
	for i := range clinics {
		d := timeslot.Department{EHRInstance: "e", ID: fmt.Sprint(i), URLName: fmt.Sprint("Clinic", i), Timezone: "UTC"}
		if at := near(draw, middle, miles); draw.IntN(20) > 0 {
			d.Point = &at
		}
		r.clinics = append(r.clinics, d)
	}
	list := slices.Clone(r.clinics[:clinics-strangers])
	if len(list) > 0 && draw.IntN(4) == 0 {
		list[draw.IntN(len(list))].Point = nil
	}
	r.desk = newDesk(directoryOf(list...))
	return r
}

// near draws a place around another, normal with so many miles.
func near(draw *rand.Rand, p timeslot.Point, miles float64) timeslot.Point {
	narrow := max(0.01, math.Cos(p.Latitude*math.Pi/180))
	at := timeslot.Point{Latitude: p.Latitude + draw.NormFloat64()*miles/69, Longitude: p.Longitude + draw.NormFloat64()*miles/69/narrow}
	at.Latitude = min(90, max(-90, at.Latitude))
	at.Longitude = math.Remainder(at.Longitude, 360)
	return at.Rounded(4)
}

func (r *region) engine(t *testing.T) *Engine {
	return newEngine(t, r.desk, func(o *Options) {
		o.Fetcher = r
		o.Sources[timeslot.CareDirect] = SourceOptions{}
		o.Limits.AreaSlack = 0.25
	})
}

// offered is what a person at a point should see: "clinic start miles", in the order of the answer.
func (r *region) offered(at timeslot.Point, radius int) []string {
	type offer struct {
		start int64
		miles float64
		id    string
	}
	var all []offer
	for i := range r.clinics {
		d := &r.clinics[i]
		if d.Point == nil || r.full[i] || at.MilesTo(*d.Point) > float64(radius) {
			continue
		}
		for n := range 3 {
			if start := r.start(i, n); start.After(time.Now()) && timeslot.DateOf(start) <= timeslot.DateOf(time.Now())+14 {
				all = append(all, offer{start.Unix(), at.MilesTo(*d.Point), d.ID})
			}
		}
	}
	slices.SortFunc(all, func(a, b offer) int {
		return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(a.miles, b.miles), cmp.Compare(a.id, b.id))
	})
	var texts []string
	for _, o := range all {
		texts = append(texts, fmt.Sprintf("%s %d %.9f", o.id, o.start, o.miles))
	}
	return texts
}

func shown(a *Answer) (texts []string) {
	for _, s := range a.Slots {
		texts = append(texts, fmt.Sprintf("%s %d %.9f", s.Schedule.DepartmentID, s.Start, s.Distance))
	}
	return texts
}

// sees fails the test where a person at a place sees anything but what lies in his circle.
func (r *region) sees(t *testing.T, e *Engine, at timeslot.Point, radius int) {
	t.Helper()
	a := e.mustSearch(t, nearby(at, radius), Caller{})
	want := r.offered(at, radius)
	if got := shown(a); !slices.Equal(want[:min(100, len(want))], got) || !a.Complete {
		t.Fatalf("%v within %d miles, complete %t:\ngot  %v\nwant %v", at, radius, a.Complete, got, want)
	}
}

// Whatever circles upstream was asked for, and for which callers: each visitor sees what lies in his own, wherever on Earth
// that is.
func TestEachVisitorSeesWhatLiesInHisOwnCircle(t *testing.T) {
	middles := []timeslot.Point{
		{Latitude: 47.61, Longitude: -122.33}, {Latitude: -17.8, Longitude: 179.99}, {Latitude: 0, Longitude: 0},
		{Latitude: 89.9, Longitude: 12}, {Latitude: -90, Longitude: -180}, {Latitude: 64.8, Longitude: -147.7},
	}
	for seed := range uint64(120) {
		synctest.Test(t, func(t *testing.T) {
			t.Logf("seed %d", seed)
			draw := rand.New(rand.NewPCG(seed, 17))
			middle, miles := middles[draw.IntN(len(middles))], []float64{2, 10, 30, 60}[draw.IntN(4)]
			r := newRegion(draw, middle, miles, 1+draw.IntN(30), 0)
			if draw.IntN(3) == 0 {
				r = newRegion(draw, middle, miles, 10, 1+draw.IntN(3))
			}
			e := r.engine(t)
			for range 25 {
				at, radius := near(draw, middle, miles), []int{1, 5, 10, 25, 50, 99, 100, 1 + draw.IntN(100)}[draw.IntN(8)]
				r.sees(t, e, at, radius)
				pass(time.Duration(draw.IntN(12)) * time.Second)
			}
		})
	}
}

// A campaign page: a thousand people of one city, each with his own position.
func TestACrowdSharesAFewCircles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		draw := rand.New(rand.NewPCG(1, 2))
		r := newRegion(draw, seattle, 12, 40, 20) // half of them the directory does not list
		e := r.engine(t)
		for range 1000 {
			at := near(draw, seattle, 8)
			r.sees(t, e, at, 25)
		}
		t.Logf("%d circles, %d calls of Care Options", len(r.areas()), r.count(timeslot.CareOptions))
		if len(r.areas()) > 12 {
			t.Errorf("a thousand visitors ask for %d circles", len(r.areas()))
		}
	})
}

// They come at once, when nothing is known yet: what others are waiting for serves them too.
func TestACrowdThatComesAtOnceSharesWhatIsBeingRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		draw := rand.New(rand.NewPCG(5, 6))
		r := newRegion(draw, seattle, 12, 40, 20)
		r.takes = 300 * time.Millisecond
		e := r.engine(t)
		var all sync.WaitGroup
		for range 200 {
			at := near(draw, seattle, 8)
			pass(time.Millisecond)
			all.Go(func() {
				a := e.mustSearch(t, nearby(at, 25), Caller{})
				if !slices.Equal(r.offered(at, 25)[:min(100, a.Total)], shown(a)) {
					t.Errorf("%v sees something else", at)
				}
			})
		}
		all.Wait()
		if t.Logf("%d circles", len(r.areas())); len(r.areas()) > 12 {
			t.Errorf("two hundred visitors ask for %d circles", len(r.areas()))
		}
	})
}

// A circle that is in use for a year is remembered for the days that may be served.
func TestOldDaysOfACircleAreForgotten(t *testing.T) {
	c, now := newCircles(), time.Now()
	key := timeslot.FragmentKey{Operation: timeslot.OpAvailabilitySlots, Area: timeslot.AreaAround(timeslot.Point{Latitude: 47}, 10)}
	for day := range 365 {
		key.Block, key.Span = timeslot.BlockOf(timeslot.Date(day)), timeslot.SpanOf(timeslot.Date(day), 1)
		c.note(&timeslot.Fragment{Key: key, Bounds: policy.Bounds(now, false)}, now)
		now = now.Add(24 * time.Hour)
	}
	if n := len(c.known[crowdedOf(key)].read); n > maxParts {
		t.Errorf("%d parts are remembered", n)
	}
}

// Where many circles touch a wish the largest are looked at.
func TestAWishLooksAtSomeCirclesOnly(t *testing.T) {
	c, now := newCircles(), time.Now()
	w := wish{radius: 5, own: shared(timeslot.Point{}, 5, 2, 0.25), days: func(timeslot.Area) []stretchOfDays { return []stretchOfDays{{}} }}
	for i := range 3 * maxNear {
		area := timeslot.AreaAround(timeslot.Point{Latitude: float64(i) / 1e4}, uint8(5+i%90))
		c.note(&timeslot.Fragment{Key: timeslot.FragmentKey{Operation: timeslot.OpAvailabilitySlots, Area: area}, Bounds: policy.Bounds(now, false)}, now)
	}
	near := c.candidates(&w, now)
	if len(near) != maxNear || near[0].area.Radius != 94 || near[maxNear-1].area.Radius < 60 {
		t.Errorf("%d circles are looked at, with %d to %d miles", len(near), near[len(near)-1].area.Radius, near[0].area.Radius)
	}
}

// However many places are asked about, few are remembered.
func TestCirclesAreBounded(t *testing.T) {
	c, now := newCircles(), time.Now()
	for i := range 2 * maxCircles {
		area := timeslot.AreaAround(timeslot.Point{Latitude: float64(i) / 100, Longitude: 1}, 10)
		c.note(&timeslot.Fragment{
			Key:    timeslot.FragmentKey{Operation: timeslot.OpAvailabilitySlots, VisitType: fmt.Sprint(i % 3), Area: area},
			Bounds: policy.Bounds(now, false),
		}, now)
	}
	listed := 0
	for _, list := range c.lists {
		listed += len(list)
	}
	if len(c.known) > maxCircles || listed != len(c.known) {
		t.Errorf("%d circles are remembered, %d of them in lists", len(c.known), listed)
	}
}
