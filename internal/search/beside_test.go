package search

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"timeslots/internal/fetch"
	"timeslots/internal/timeslot"
)

// look has each visit type looked for from its place, ten times in each of some fresh times, and gives the calls that the last
// ones cost.
func look(t *testing.T, c *city, e *Engine, visitTypes []string, radius int, miles float64, rounds int) (calls int) {
	t.Helper()
	for n := range 10 * rounds {
		if n == 10*(rounds-3) {
			pass(time.Second) // what is under way counts for the rounds before
			c.asked()
		}
		for i, name := range visitTypes {
			at := timeslot.Point{Latitude: 47.61 + float64(i)*miles/69, Longitude: -122.33}
			a := e.mustSearch(t, queryOf(timeslot.Query{Point: &at, Radius: radius, VisitTypes: []string{name}}), Caller{})
			if a.Total == 0 || !a.Complete {
				t.Fatalf("%s: %d slots, complete %t", name, a.Total, a.Complete)
			}
		}
		pass(policy.Fresh / 10)
	}
	pass(time.Second)
	return len(c.asked())
}

// People of one place look for different visit types: from the second read on, one call brings them all. So it is with those of
// a whole region who would go a hundred miles.
func TestVisitTypesOfOneCircleAreReadAgainTogether(t *testing.T) {
	visitTypes := []string{"Flu", "Illness", "Physical"}
	for name, c := range map[string]struct {
		radius int
		miles  float64
	}{"of one place": {25, 0}, "of a region": {100, 12}} {
		inBubble(t, name, func(t *testing.T) {
			city, e := newCity(t, 5*timeslot.BlockDays)
			if n := look(t, city, e, visitTypes, c.radius, c.miles, 8); n < 3 || n > 4 {
				t.Errorf("%d calls in three fresh times, want one each", n)
			}
		})
	}
}

// Where answers for several visit types do not say which is which, or would be too large, each is read by itself.
func TestVisitTypesThatCannotBeHadTogetherAreReadByThemselves(t *testing.T) {
	for name, change := range map[string]func(*city){
		"nobody knows which is which": func(c *city) { c.mixed = &timeslot.Error{Kind: timeslot.KindMalformed, Source: timeslot.CareOptions} },
		"refused": func(c *city) {
			c.mixed = &timeslot.Error{Kind: timeslot.KindUpstream, Source: timeslot.CareOptions, Status: 414}
		},
		"too slow together": func(c *city) { c.mixed = &timeslot.Error{Kind: timeslot.KindTimeout, Source: timeslot.CareOptions} },
		"too much for one answer": func(c *city) {
			today := timeslot.EarliestToday(time.Now())
			c.each = together * 2 / 3 / int(timeslot.BlockOf(today).Last()-today+1)
		},
	} {
		inBubble(t, name, func(t *testing.T) {
			c, e := newCity(t, 5*timeslot.BlockDays)
			change(c)
			n, tries := look(t, c, e, []string{"Flu", "Illness"}, 25, 0, 8), 1
			if name == "refused" || name == "too slow together" { // which may have had another reason: once a minute, then
				tries = 2
			}
			c.mu.Lock()
			defer c.mu.Unlock()
			if n < 6 || n > 8 || c.types > tries {
				t.Errorf("%d calls in three fresh times, want two each; %d for both", n, c.types)
			}
		})
	}
}

// Upstream compares names without regard to case, and lists each visit type once: two spellings are never asked for together.
func TestTwoSpellingsOfAVisitTypeAreNotAskedForTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, e := newCity(t, 5*timeslot.BlockDays)
		look(t, c, e, []string{"Flu", "flu"}, 25, 0, 8)
		if c.types > 0 {
			t.Errorf("%d calls for both", c.types)
		}
	})
}

// People who ask may name any visit types: one call is for a few.
func TestACallIsForAFewVisitTypes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, e := newCity(t, 5*timeslot.BlockDays)
		var names []string
		for i := range 40 {
			names = append(names, fmt.Sprint("Made-up ", i))
		}
		look(t, c, e, names, 25, 0, 4)
		if c.types == 0 || c.most > maxTypes {
			t.Errorf("%d calls for several, one for %d", c.types, c.most)
		}
	})
}

// The flights of a season are one inside the other, and when the caller is gone they ask for their parts all at once.
func TestEachPartOfASeasonIsHandedOutOnce(t *testing.T) {
	s := &stretch{parts: map[timeslot.FragmentKey]*timeslot.Fragment{}}
	first := timeslot.FragmentKey{Operation: timeslot.OpProviderTimeslots, Version: 5, NPI: npi}
	keys := fetch.KeysOf(first, 100, []string{""})
	for _, key := range keys {
		s.parts[key] = &timeslot.Fragment{Key: key}
	}
	var handed atomic.Int32
	var flights sync.WaitGroup
	for range 4 {
		for _, key := range keys {
			flights.Go(func() {
				if s.handOut(key) != nil {
					handed.Add(1)
				}
			})
		}
	}
	flights.Wait()
	if handed.Load() != int32(len(keys)) {
		t.Errorf("%d of %d parts handed out", handed.Load(), len(keys))
	}
}

// Of two circles of the largest radius the older one serves, unless one call reads the other for several visit types.
func TestTheCircleThatOneCallReadsForSeveralVisitTypesServes(t *testing.T) {
	now, c := time.Now(), newCircles()
	at := timeslot.Point{Latitude: 47.5, Longitude: -122.3}
	first, second := timeslot.AreaAround(timeslot.Point{Latitude: 47.1, Longitude: -122.3}, 100), timeslot.AreaAround(at, 100)
	for i, area := range []timeslot.Area{first, second} {
		asked := now.Add(time.Duration(i) * time.Second)
		c.want([]ask{{key: timeslot.FragmentKey{Operation: timeslot.OpAvailabilitySlots, VisitType: "Illness", Area: area}}}, asked)
	}
	serves := func(when time.Time) timeslot.Area {
		w := wish{
			visitType: "Illness", at: at, radius: 100, own: second, calls: func() int { return 1 },
			days: func(timeslot.Area) []stretchOfDays { return []stretchOfDays{{}} },
		}
		c.want([]ask{{key: timeslot.FragmentKey{Operation: timeslot.OpAvailabilitySlots, VisitType: "Illness", Area: first}},
			{key: timeslot.FragmentKey{Operation: timeslot.OpAvailabilitySlots, VisitType: "Illness", Area: second}}}, when)
		return c.candidates(&w, when)[0].area
	}
	if got := serves(now.Add(2 * time.Second)); got != first {
		t.Errorf("%v serves, want the older one", got)
	}
	c.join(second, 3, now.Add(2*time.Second))
	if got := serves(now.Add(3 * time.Second)); got != second {
		t.Errorf("%v serves, want the one for three visit types", got)
	}
	if got := serves(now.Add(2*time.Second + jointFor)); got != first {
		t.Errorf("%v serves after a minute without such a call, want the older one", got)
	}
}
