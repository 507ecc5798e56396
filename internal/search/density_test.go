package search

import (
	"context"
	"maps"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"timeslots/internal/fetch"
	"timeslots/internal/timeslot"
)

// city is an upstream whose answers for an area fit for so many days at most, with a slot a day.
type city struct {
	*desk
	fits  int
	each  int           // slots a day; 0 is 1
	opens timeslot.Date // there is nothing before

	alone   bool          // reads of several blocks are refused
	crowded timeslot.Date // answers that end before always fit
	mixed   error         // of reads of several visit types

	mu      sync.Mutex
	refused []uint8                // days of the reads that were too large
	read    []timeslot.FragmentKey // the others
	joined  int                    // reads of several blocks at once, too large or not
	types   int                    // reads of several visit types at once, whether they could be read or not
	most    int                    // visit types of one of them
}

func (c *city) FetchBlocks(ctx context.Context, key timeslot.FragmentKey, through timeslot.Block, call fetch.Call) ([]*timeslot.Fragment, error) {
	if key.Operation != timeslot.OpAvailabilitySlots {
		return c.desk.FetchBlocks(ctx, key, through, call)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if through > key.Block {
		c.joined++
	}
	if c.alone && through > key.Block {
		return nil, &timeslot.Error{Kind: timeslot.KindUpstream, Source: timeslot.CareOptions, Operation: key.Operation, Status: 400}
	}
	if days := int(through-key.Block)*timeslot.BlockDays + int(daysOf(key)); days > c.fits && min(key.LastDay(), through.Last()) >= c.crowded {
		c.refused = append(c.refused, daysOf(key))
		return nil, &timeslot.Error{Kind: timeslot.KindMalformed, Err: fetch.ErrTooLarge}
	}
	c.read = append(c.read, key)
	if len(call.Types) > 1 {
		c.types, c.most = c.types+1, max(c.most, len(call.Types))
		if c.mixed != nil {
			return nil, c.mixed
		}
	}
	var parts []*timeslot.Fragment
	for _, key := range fetch.KeysOf(key, through, append([]string{key.VisitType}, call.Types[min(1, len(call.Types)):]...)) {
		parts = append(parts, c.list(key))
	}
	return parts, nil
}

func (c *city) list(key timeslot.FragmentKey) *timeslot.Fragment {
	var starts []int64
	for day := max(key.FirstDay(), c.opens); day <= key.LastDay(); day++ {
		for n := range max(1, c.each) {
			if start := day.In(time.UTC).Add(20*time.Hour + time.Duration(n)*time.Second); start.After(time.Now()) {
				starts = append(starts, start.Unix())
			}
		}
	}
	f := listing(key, timeslot.Schedule{EHRInstance: "e", DepartmentID: "1", NPI: npi, VisitTypeID: "7101", VisitTypeName: key.VisitType, Timezone: clinic.Timezone}, starts)
	f.FetchedAt = time.Now()
	return f
}

func newCity(t *testing.T, fits int) (*city, *Engine) {
	c := &city{desk: newDesk(directoryOf(clinic)), fits: fits}
	return c, newEngine(t, c.desk, func(o *Options) {
		o.Fetcher = c
		o.Sources[timeslot.CareDirect] = SourceOptions{}
	})
}

// asked gives the reads since the last time that were not too large.
func (c *city) asked() []timeslot.FragmentKey {
	c.mu.Lock()
	defer c.mu.Unlock()
	read := c.read
	c.read = nil
	return read
}

func around(q timeslot.Query) *timeslot.Query {
	q.Point, q.VisitTypes = clinic.Point, []string{"Illness"}
	return queryOf(q)
}

func TestAnAreaThatIsTooLargeIsReadInSmallerPartsAtOnce(t *testing.T) {
	for fits, refused := range map[int][]uint8{28: nil, 14: {28}, 7: {28, 14}, 4: {28, 14, 7}, 1: {28, 14, 7, 4, 2}} {
		synctest.Test(t, func(t *testing.T) {
			c, e := newCity(t, fits)
			a := e.mustSearch(t, around(timeslot.Query{}), Caller{})
			if !a.Complete || a.Total < 14 {
				t.Errorf("answers fit for %d days: complete %t, %d slots", fits, a.Complete, a.Total)
			}
			for _, r := range a.Reports {
				if r.Source == timeslot.CareOptions && r.Slots != a.Total {
					t.Errorf("answers fit for %d days: %d slots are reported, and there are %d", fits, r.Slots, a.Total)
				}
			}
			slices.SortFunc(c.refused, func(a, b uint8) int { return int(b) - int(a) })
			if !slices.Equal(slices.Compact(c.refused), refused) {
				t.Errorf("answers fit for %d days: too large were %v, want %v", fits, c.refused, refused)
			}
			for _, key := range c.read {
				if key.Span.Days != 0 && (key.LastDay() < timeslot.EarliestToday(time.Now()) || key.FirstDay() > timeslot.LatestToday(time.Now())+14) {
					t.Errorf("nobody wanted the days from %v to %v", key.FirstDay(), key.LastDay())
				}
			}
			c.refused, c.read = nil, nil
			if a = e.mustSearch(t, around(timeslot.Query{EndDate: timeslot.LatestToday(time.Now()) + 40}), Caller{}); !a.Complete || len(c.refused) != 0 {
				t.Errorf("answers fit for %d days: asked later, too large were %v, complete %t", fits, c.refused, a.Complete)
			}
		})
	}
}

// A day is the smallest part. Where it is too large the limit is: the answer says so, and so does the log.
func TestAnAreaWhoseDayIsTooLargeFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, e := newCity(t, 0)
		_, err := e.search(t.Context(), around(timeslot.Query{}), Caller{})
		if err == nil {
			t.Error("an answer without anything")
		}
	})
}

// What is after the window is found in parts as well.
func TestTheNextSlotBehindAnEmptyWindowIsFoundInParts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, e := newCity(t, 7)
		today := timeslot.EarliestToday(time.Now())
		for _, days := range []timeslot.Date{3, 11, 25, 45} {
			c.opens = today + days
			a := e.mustSearch(t, around(timeslot.Query{Radius: 10 + int(days), EndDate: today + 1}), Caller{})
			want := c.opens.In(time.UTC).Add(20 * time.Hour).Unix()
			if a.Total != 0 || a.NextAvailable == nil || a.NextAvailable.Start != want {
				t.Errorf("opens in %d days: %d slots, then %+v, want one at %d", days, a.Total, a.NextAvailable, want)
			}
		}
	})
}

// What is after the window may be denser than the window is. That is learnt there as well.
func TestDaysBehindTheWindowThatAreTooLargeAreReadInParts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, e := newCity(t, 7)
		c.opens = timeslot.EarliestToday(time.Now()) + 40
		c.crowded = presentBlock().Last() + 1
		for n := range 3 {
			a := e.mustSearch(t, around(timeslot.Query{EndDate: timeslot.EarliestToday(time.Now()) + 1}), Caller{})
			if a.NextAvailable == nil || timeslot.DateOf(time.Unix(a.NextAvailable.Start, 0)) != c.opens {
				t.Fatalf("next is %+v, want a slot in 40 days", a.NextAvailable)
			}
			if n > 0 && len(c.refused) > 0 {
				t.Errorf("%d reads were too large again: %v", len(c.refused), c.refused)
			}
			c.refused = nil
			pass(policy.Fresh / 2)
		}
	})
}

func TestPartsGrowAgainWhereAnswersAreLight(t *testing.T) {
	d, now := newDensity(), time.Now()
	key := timeslot.FragmentKey{Operation: timeslot.OpAvailabilitySlots, VisitType: "Illness", Area: timeslot.Area{Radius: 26}}
	days := func() uint8 { return d.days(crowdedOf(key), now, func() int { return 500 }) }
	weigh := func(slots int) {
		key.Span = timeslot.SpanOf(0, days())
		d.weigh(key, slots, now)
	}
	if days() != 4 {
		t.Fatalf("five hundred clinics: %d days", days())
	}
	for range lightRuns - 1 {
		weigh(light)
	}
	weigh(light + 1) // one that is not light
	for range lightRuns - 1 {
		weigh(light)
	}
	if days() != 4 {
		t.Errorf("after answers that are not light each time: %d days", days())
	}
	if weigh(light); days() != 7 {
		t.Errorf("after light answers: %d days", days())
	}
	if weigh(heavy + 1); days() != 4 {
		t.Errorf("after a heavy answer: %d days", days())
	}
	if smaller, ok := d.tooLarge(key, now); !ok || smaller != 4 {
		t.Errorf("too large with seven days, four are asked for already: %d days, %t", smaller, ok)
	}
	key.Span = timeslot.SpanOf(0, 4)
	if smaller, ok := d.tooLarge(key, now); !ok || smaller != 2 || days() != 2 {
		t.Errorf("too large with four days: %d days, %t", smaller, ok)
	}
	for range 2 * lightRuns {
		weigh(light)
	}
	if days() != 2 {
		t.Errorf("four days were too large a moment ago: %d days", days())
	}
	now = now.Add(refusedKept)
	for range lightRuns {
		weigh(light)
	}
	if days() != 4 {
		t.Errorf("four days were too large an hour ago: %d days", days())
	}
	if now = now.Add(spanKept); days() != 4 {
		t.Errorf("after a day in which nobody asked: %d days", days())
	}
}

// A circle that nobody asked for is as dense as the nearest one that it touches; by its size, where it is larger.
func TestANewCircleBeginsWithWhatIsKnownOfItsNeighbours(t *testing.T) {
	now := time.Now()
	at := func(miles float64, radius uint8) timeslot.Area {
		return timeslot.AreaAround(timeslot.Point{Latitude: 47 + miles/69}.Rounded(2), radius)
	}
	d := newDensity()
	clinics := 0
	known := func(visitType string, area timeslot.Area, perDay int) {
		days := d.days(crowded{visitType, area}, now, func() int { return clinics })
		key := timeslot.FragmentKey{VisitType: visitType, Area: area, Span: timeslot.SpanOf(0, days)}
		d.weigh(key, perDay*int(days), now)
	}
	known("Illness", at(0, 30), 5_000)
	known("Illness", at(300, 30), 10)
	known("Physical", at(40, 30), 10)
	clinics = 40
	known("Checkup", at(900, 6), 60) // the middle of a city
	for name, c := range map[string]struct {
		visitType string
		area      timeslot.Area
		clinics   int
		want      uint8
	}{
		"beside the dense one":                    {"Illness", at(20, 30), 0, 7},
		"twice as wide":                           {"Illness", at(20, 60), 0, 2},
		"a sixth as wide":                         {"Illness", at(5, 5), 0, 28},
		"touches none of its kind":                {"Illness", at(66, 30), 0, 28},
		"another visit type":                      {"Flu", at(2, 30), 0, 7},
		"beside a thin one, far away":             {"Illness", at(310, 30), 0, 28},
		"touches nothing":                         {"Illness", at(150, 30), 0, 28},
		"around a city, twice as many clinics":    {"Checkup", at(900, 100), 80, 28},
		"around a city, nobody knows how many":    {"Checkup", at(900, 100), 0, 2},
		"around a city, thirty times the clinics": {"Checkup", at(900, 100), 1200, 14},
	} {
		d := &density{known: maps.Clone(d.known)}
		if got := d.days(crowded{c.visitType, c.area}, now, func() int { return c.clinics }); got != c.want {
			t.Errorf("%s: %d days, want %d", name, got, c.want)
		}
	}
}
