package search

import (
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"timeslots/internal/timeslot"
)

// everywhere is whether the directory says where each clinic is.
func (r *region) everywhere() bool {
	listed := r.answers[timeslot.FragmentKey{Operation: timeslot.OpDepartments, Version: 4}].Departments
	for i := range r.clinics {
		if r.clinics[i].Point != nil && (i >= len(listed) || listed[i].Point == nil) {
			return false
		}
	}
	return true
}

// No circle is larger than the callers' own, and few are read for them: yet each sees what lies in his own, whether the
// directory lists all clinics, some, or where they are. Only in the outermost ring of the largest radius is a clinic missing
// that neither the directory nor any answer knew, so nobody asks for that where there are such.
func TestWhoAsksForTheLargestRadiusSeesWhatLiesInHisOwnCircle(t *testing.T) {
	middles := []timeslot.Point{
		{Latitude: 47.61, Longitude: -122.33}, {Latitude: -17.8, Longitude: 179.99}, {Latitude: 0, Longitude: 0}, {Latitude: 89.5, Longitude: 12},
	}
	for seed := range uint64(80) {
		synctest.Test(t, func(t *testing.T) {
			draw := rand.New(rand.NewPCG(seed, 19))
			middle, miles := middles[draw.IntN(len(middles))], []float64{5, 25, 60, 90}[draw.IntN(4)]
			clinics := 1 + draw.IntN(25)
			r := newRegion(draw, middle, miles, clinics, []int{0, draw.IntN(clinics + 1)}[draw.IntN(2)])
			e := r.engine(t)
			radii := []int{80, 85, 90, 95, 98}
			if r.everywhere() {
				radii = append(radii, 99, 100, 100, 100)
			}
			for range 40 {
				r.sees(t, e, near(draw, middle, 20), radii[draw.IntN(len(radii))])
				pass([]time.Duration{0, time.Second, 20 * time.Second, 4 * time.Minute}[draw.IntN(4)])
			}
		})
	}
}

// A clinic far out has no free slot while its place is looked at, and then has some. Who asks for the largest radius sees
// them like anybody else's where the directory or an answer has named the clinic; else when the place is looked at again.
func TestAClinicThatWasFullIsSeenAgain(t *testing.T) {
	for name, c := range map[string]struct {
		listed, named bool
		within        time.Duration
	}{
		"listed":  {listed: true, within: policy.Fresh},
		"named":   {named: true, within: policy.Fresh},
		"neither": {within: seenFor + policy.Fresh},
	} {
		inBubble(t, name, func(t *testing.T) {
			draw := rand.New(rand.NewPCG(3, 4))
			r := newRegion(draw, seattle, 3, 10, 0)
			far := timeslot.Department{EHRInstance: "e", ID: "far", Timezone: "UTC", Point: &timeslot.Point{Latitude: 48.7, Longitude: -122.33}}
			r.clinics = append(r.clinics, far)
			if c.listed {
				r.desk = newDesk(directoryOf(r.clinics...))
			}
			e := r.engine(t)
			crowd := func(d time.Duration) {
				for range d / time.Second {
					at := near(draw, seattle, 6)
					e.mustSearch(t, nearby(at, 100), Caller{})
					pass(time.Second)
				}
			}
			full := func(yes bool) { r.set(func() { r.full[10] = yes }) }
			full(!c.named)
			crowd(30 * time.Second)
			full(true)
			crowd(time.Minute)
			full(false)
			crowd(c.within)
			for range 5 {
				r.sees(t, e, near(draw, seattle, 6), 100)
			}
		})
	}
}

// Where no clinic is known, what was read around it lately says so, and is not read again for each who asks.
func TestWhereNoClinicIsKnownOneCircleSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		draw := rand.New(rand.NewPCG(5, 6))
		r := newRegion(draw, timeslot.Point{Latitude: 10}, 5, 10, 0)
		e, middle := r.engine(t), timeslot.Point{Latitude: 47.61, Longitude: -122.33}
		ask := func() (area timeslot.SourceReport) {
			at := near(draw, middle, 5)
			a := e.mustSearch(t, nearby(at, 100), Caller{})
			for _, report := range a.Reports {
				if report.Source == timeslot.CareOptions {
					area = report
				}
			}
			return area
		}
		for range 60 {
			ask()
		}
		before := len(r.areas())
		if report := ask(); report.Status != timeslot.StatusFresh || len(r.areas()) != before {
			t.Errorf("the area's report is %+v, %d circles were read for it", report, len(r.areas())-before)
		}
	})
}

// An answer of which something could not be read may have named a clinic, and one that it names may be anywhere. Who
// relies on such an answer would not see them.
func TestAnAnswerThatIsNotClearShowsNothing(t *testing.T) {
	key := timeslot.FragmentKey{Operation: timeslot.OpAvailabilitySlots, Area: timeslot.AreaAround(timeslot.Point{Latitude: 47}, 100)}
	now := time.Now()
	for name, c := range map[string]struct {
		answer timeslot.Fragment
		seen   bool
	}{
		"clear":                    {timeslot.Fragment{Departments: []timeslot.Department{clinic}}, true},
		"empty":                    {timeslot.Fragment{}, true},
		"an entry was dropped":     {timeslot.Fragment{Departments: []timeslot.Department{clinic}, Dropped: 1}, false},
		"a clinic without a place": {timeslot.Fragment{Departments: []timeslot.Department{clinic, {ID: "2"}}}, false},
	} {
		circles, f := newCircles(), c.answer
		f.Key, f.FetchedAt, f.Bounds = key, now, policy.Bounds(now, false)
		circles.note(&f, now)
		r, days := circles.known[crowdedOf(key)], []stretchOfDays{{}}
		if got := circles.seen(r, days, now.Add(seenFor-1)); got != c.seen {
			t.Errorf("%s: what was there is known: %t, want %t", name, got, c.seen)
		}
		if circles.seen(r, days, now.Add(seenFor)) {
			t.Errorf("%s: it is known for ever", name)
		}
	}
}

// However many clinics answers name, as many are remembered as there is room for; what was read before is looked at again.
func TestPlacesAreBounded(t *testing.T) {
	c, now := newCircles(), time.Now()
	read := func(area float64, from, to int) timeslot.FragmentKey {
		key := timeslot.FragmentKey{Operation: timeslot.OpAvailabilitySlots, Area: timeslot.AreaAround(timeslot.Point{Latitude: area}, 100)}
		f := &timeslot.Fragment{Key: key, FetchedAt: now, Bounds: policy.Bounds(now, false)}
		for i := from; i < to; i++ {
			f.Departments = append(f.Departments, timeslot.Department{Point: &timeslot.Point{Latitude: area, Longitude: float64(i) / 1000}})
		}
		c.note(f, now)
		return key
	}
	first := read(47, 0, maxNamed)
	now = now.Add(time.Second)
	if !c.seen(c.known[crowdedOf(first)], []stretchOfDays{{}}, now) || len(c.named) != maxNamed {
		t.Fatalf("%d places are remembered", len(c.named))
	}
	read(48, 0, 10)
	now = now.Add(time.Second)
	if c.seen(c.known[crowdedOf(first)], []stretchOfDays{{}}, now) || len(c.named) > maxNamed {
		t.Errorf("%d places are remembered, and the first ones count as known", len(c.named))
	}
	again := read(47, 0, 10)
	if len(c.places.around(timeslot.Point{Latitude: 47}, 10)) != 10 || !c.seen(c.known[crowdedOf(again)], []stretchOfDays{{}}, now) {
		t.Error("what was read again is not known")
	}
}
