package search

import (
	"context"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"timeslots/internal/cache"
	"timeslots/internal/timeslot"
)

// A circle that serves nobody any more goes once another one holds its clinics: answers stay what they are, in an outage too.
func TestCopiesThatAnotherCircleStandsInForAreLetGoOf(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		draw := rand.New(rand.NewPCG(3, 4))
		r := newRegion(draw, seattle, 8, 30, 10)
		r.opens = time.Now().Add(24 * time.Hour)
		e := r.engine(t)
		ask := func(spread float64, radius int) {
			t.Helper()
			r.sees(t, e, near(draw, seattle, spread), radius)
		}
		for range 60 {
			ask(10, 3)
		}
		many := e.held()
		for range 30 { // from now on a circle of all clinics is in use
			ask(1, 60)
			pass(4 * time.Second)
		}
		if few := e.held(); many < 20 || few > 2 {
			t.Errorf("%d copies of areas were held, and %d are left; want those of the circle in use alone", many, few)
		}
		r.set(func() { r.down = true })
		for range 60 {
			ask(10, 3)
			pass(4 * time.Second)
		}
	})
}

// held is how many copies of the present block of areas are in memory.
func (e *Engine) held() (n int) {
	e.circles.mu.Lock()
	defer e.circles.mu.Unlock()
	for of, r := range e.circles.known {
		for days := range r.read {
			if days.block != presentBlock() {
				continue // what was looked ahead for
			}
			key := timeslot.FragmentKey{
				Operation: timeslot.OpAvailabilitySlots, Version: 1, VisitType: of.visitType, Area: of.area, Block: days.block, Span: days.span,
			}
			if hit := e.opt.Store.Lookup(context.Background(), []timeslot.FragmentKey{key})[0]; hit.Fragment != nil {
				n++
			}
		}
	}
	return n
}

// Of a circle whose clinics lie partly elsewhere, or that was read for other days, the copy stays.
func TestCopiesThatNobodyStandsInForAreKept(t *testing.T) {
	now := time.Now()
	clinicAt := func(latitude float64) timeslot.Department {
		return timeslot.Department{EHRInstance: "e", ID: "1", Point: &timeslot.Point{Latitude: latitude}}
	}
	read := func(latitude float64, radius uint8, first timeslot.Date, days uint8, at time.Time, clinics ...timeslot.Department) *timeslot.Fragment {
		return &timeslot.Fragment{
			Key: timeslot.FragmentKey{
				Operation: timeslot.OpAvailabilitySlots, VisitType: "Illness", Area: timeslot.AreaAround(timeslot.Point{Latitude: latitude}, radius),
				Block: timeslot.BlockOf(first), Span: timeslot.SpanOf(first, days),
			},
			FetchedAt: at, Bounds: policy.Bounds(at, false), Departments: clinics,
		}
	}
	monday := presentBlock().First()
	long := now.Add(-policy.Fresh - policy.Stale - time.Second)
	large := func(days uint8, from timeslot.Date) *timeslot.Fragment { return read(0, 60, from, days, now) }
	for name, tt := range map[string]struct {
		old  *timeslot.Fragment
		by   []*timeslot.Fragment
		goes bool
	}{
		"all its clinics and days":  {read(0.1, 10, monday, 7, long, clinicAt(0.1)), []*timeslot.Fragment{large(7, monday)}, true},
		"its days in several parts": {read(0.1, 10, monday, 2, long, clinicAt(0.1)), []*timeslot.Fragment{large(1, monday), large(1, monday+1)}, true},
		"a part of its days":        {read(0.1, 10, monday, 2, long, clinicAt(0.1)), []*timeslot.Fragment{large(1, monday)}, false},
		"other days":                {read(0.1, 10, monday, 7, long, clinicAt(0.1)), []*timeslot.Fragment{large(7, monday+7)}, false},
		"a clinic outside":          {read(0.9, 10, monday, 7, long, clinicAt(0.7), clinicAt(0.95)), []*timeslot.Fragment{large(7, monday)}, false},
		"a clinic without a place":  {read(0.1, 10, monday, 7, long, timeslot.Department{ID: "2"}), []*timeslot.Fragment{large(7, monday)}, false},
		"a circle that still serves": {
			read(0.1, 10, monday, 7, long.Add(2*time.Second), clinicAt(0.1)), []*timeslot.Fragment{large(7, monday)}, false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			e := newEngine(t, newDesk(), nil)
			put := func(f *timeslot.Fragment) {
				e.opt.Store.(*cache.Memory).Put(t.Context(), f)
				e.circles.note(f, now)
				e.letGo(f)
			}
			put(tt.old)
			for _, f := range tt.by {
				put(f)
			}
			if hit := e.opt.Store.Lookup(t.Context(), []timeslot.FragmentKey{tt.old.Key})[0]; (hit.Fragment == nil) != tt.goes {
				t.Errorf("it is gone: %t", hit.Fragment == nil)
			}
			for _, f := range tt.by {
				if hit := e.opt.Store.Lookup(t.Context(), []timeslot.FragmentKey{f.Key})[0]; hit.Fragment != f {
					t.Error("what stands in for it is gone")
				}
			}
		})
	}
}

// An area without a clinic has an answer, too. Another one, wherever it lies, does not stand in for it.
func TestTheCopyOfAnEmptyAreaIsKept(t *testing.T) {
	for _, others := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			r := newRegion(rand.New(rand.NewPCG(1, 2)), seattle, 2, 10, 0)
			for i := range r.clinics {
				r.full[i] = true
			}
			miami := timeslot.Department{EHRInstance: "e", ID: "m", URLName: "m", Timezone: "UTC", Point: &timeslot.Point{Latitude: 25.76, Longitude: -80.19}}
			r.clinics = append(r.clinics, miami)
			r.opens = time.Now().Add(24 * time.Hour)
			e := r.engine(t)
			if _, err := e.visit(t, 0, 20, 0); err != nil {
				t.Fatal(err)
			}
			pass(policy.Fresh + policy.Stale + time.Minute)
			if others {
				e.mustSearch(t, queryOf(timeslot.Query{Point: miami.Point, Radius: 20, VisitTypes: []string{"Illness"}}), Caller{})
			}
			r.set(func() { r.down = true })
			if _, err := e.visit(t, 0, 20, 0); err != nil {
				t.Errorf("others asked in Miami: %t: %v", others, err)
			}
		})
	}
}

// A clinic without a free slot is in no answer. A circle that stands in for a copy has to hold it all the same.
func TestTheCopyOfAnAreaWithAClinicThatIsFullIsKept(t *testing.T) {
	for _, others := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			east := func(miles float64) float64 { return miles / 46.6 } // degrees
			at := func(miles float64) *timeslot.Point {
				return &timeslot.Point{Latitude: seattle.Latitude, Longitude: seattle.Longitude + east(miles)}
			}
			r := newRegion(rand.New(rand.NewPCG(1, 2)), seattle, 1, 2, 0)
			r.earth, r.clinics[0].Point, r.clinics[1].Point = 1, at(12), at(-10)
			r.desk = newDesk(directoryOf(r.clinics...))
			r.full[1] = true
			r.opens = time.Now().Add(24 * time.Hour)
			e := r.engine(t)
			if _, err := e.visit(t, 0, 20, 0); err != nil {
				t.Fatal(err)
			}
			pass(policy.Fresh + policy.Stale + time.Minute)
			if others {
				if _, err := e.visit(t, east(25), 20, 0); err != nil {
					t.Fatal(err)
				}
			}
			r.set(func() { r.down = true })
			if _, err := e.visit(t, 0, 20, 0); err != nil {
				t.Errorf("others asked nearby: %t: %v", others, err)
			}
		})
	}
}

// A circle may be read anew while its old copy is let go of.
func TestAReadingThatIsNewIsNotForgottenWithTheCopyBefore(t *testing.T) {
	now, c := time.Now(), newCircles()
	key := timeslot.FragmentKey{Operation: timeslot.OpAvailabilitySlots, VisitType: "Illness", Area: timeslot.AreaAround(timeslot.Point{Latitude: 1}, 20), Block: presentBlock()}
	at := now.Add(-policy.Fresh - policy.Stale - time.Second)
	c.note(&timeslot.Fragment{Key: key, FetchedAt: at, Bounds: policy.Bounds(at, false)}, now)
	c.note(&timeslot.Fragment{Key: key, FetchedAt: now, Bounds: policy.Bounds(now, false)}, now)
	c.forgetCopies([]timeslot.FragmentKey{key}, now)
	if got := c.known[crowdedOf(key)].read[stretchOfDays{block: key.Block}].At(now); got != timeslot.Fresh {
		t.Errorf("it is %v", got)
	}
}
