package search

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"timeslots/internal/fetch"
	"timeslots/internal/timeslot"
)

// agenda is an upstream of one clinic whose slots are known by day, one each at noon in Los Angeles. Answers for its area fit
// for so many days at most.
type agenda struct {
	*desk
	mu   sync.Mutex
	fits map[string]int             // by visit type
	days map[string][]timeslot.Date // by visit type; of the clinician herself under her NPI
}

func (c *agenda) FetchBlocks(ctx context.Context, key timeslot.FragmentKey, through timeslot.Block, call fetch.Call) ([]*timeslot.Fragment, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	name, days := key.VisitType, c.days[key.VisitType]
	switch key.Operation {
	case timeslot.OpAvailabilitySlots:
		if n := int(through-key.Block)*timeslot.BlockDays + int(daysOf(key)); n > c.fits[name] {
			return nil, &timeslot.Error{Kind: timeslot.KindMalformed, Err: fetch.ErrTooLarge}
		}
	case timeslot.OpProviderTimeslots:
		name, days = "Illness", c.days[key.NPI]
	default:
		return c.desk.FetchBlocks(ctx, key, through, call)
	}
	var parts []*timeslot.Fragment
	for ; key.Block <= through; key.Block++ {
		var starts []int64
		for _, day := range days {
			if start := noonOf(day); day >= key.FirstDay() && day <= min(key.LastDay(), key.Block.Last()) && start > time.Now().Unix() {
				starts = append(starts, start)
			}
		}
		f := listing(key, timeslot.Schedule{EHRInstance: "e", DepartmentID: "1", NPI: npi, VisitTypeID: name, VisitTypeName: name, Timezone: clinic.Timezone}, starts)
		f.FetchedAt = time.Now()
		parts = append(parts, f)
	}
	return parts, nil
}

func noonOf(day timeslot.Date) int64 { return day.In(time.UTC).Add(20 * time.Hour).Unix() }

// Whatever is asked, of places as dense as they may be, at whatever time of the calendar: an answer has the slots inside the
// window, and where there are none the first one after it.
func TestAnEmptyAnswerSaysTheFirstSlotBehindAnyWindow(t *testing.T) {
	west, err := time.LoadLocation(clinic.Timezone)
	if err != nil {
		t.Fatal(err)
	}
	for seed := range uint64(250) {
		synctest.Test(t, func(t *testing.T) {
			draw := rand.New(rand.NewPCG(seed, 7))
			pass(time.Duration(draw.IntN(60*24)) * time.Hour)
			fits := []int{1, 2, 4, 7, 14, 28, 28, 56, 140}
			c := &agenda{desk: newDesk(directoryOf(clinic)), fits: map[string]int{}, days: map[string][]timeslot.Date{}}
			e := newEngine(t, c.desk, func(o *Options) { o.Fetcher, o.Sources[timeslot.CareDirect] = c, SourceOptions{} })
			today := timeslot.DateOf(time.Now().In(west))
			for _, whose := range []string{"Illness", "Physical", npi} {
				from := today + timeslot.Date(draw.IntN(90))
				for range draw.IntN(4) {
					if day := from + timeslot.Date(draw.IntN(30)); !slices.Contains(c.days[whose], day) {
						c.days[whose] = append(c.days[whose], day)
					}
				}
				slices.Sort(c.days[whose])
				c.fits[whose] = fits[draw.IntN(len(fits))]
			}
			for range 4 {
				q, whose := drawWindow(draw, today)
				a := e.mustSearch(t, queryOf(q), Caller{})
				inside, next := c.within(&q, whose, today)
				got := int64(0)
				if a.NextAvailable != nil {
					got = a.NextAvailable.Start
				}
				if (inside > 0) != (a.Total > 0) || got != next || !a.Complete {
					t.Fatalf("seed %d, today %v, from %v to %v, %v, in %v that fit for %v:\n%d slots of %d, complete %t; next is %v, want %v", seed, today,
						q.StartDate, q.EndDate, whose, c.days, c.fits, a.Total, inside, a.Complete, time.Unix(got, 0), time.Unix(next, 0))
				}
				pass(time.Duration(draw.IntN(40)) * time.Second)
			}
		})
	}
}

// drawWindow draws a question around the clinic, and under which names its days are.
func drawWindow(draw *rand.Rand, today timeslot.Date) (q timeslot.Query, whose []string) {
	whose = []string{"Illness", "Physical"}[:1+draw.IntN(2)]
	q = timeslot.Query{Point: clinic.Point, VisitTypes: slices.Clone(whose), Radius: 10 + draw.IntN(3)*20}
	if draw.IntN(3) == 0 {
		q.NPIs, whose = []string{npi}, append(slices.Clone(whose), npi)
	}
	if draw.IntN(2) == 0 {
		q.StartDate = today + timeslot.Date(draw.IntN(70))
	}
	if draw.IntN(2) == 0 {
		q.EndDate = max(q.StartDate, today) + timeslot.Date(draw.IntN(20))
	}
	if draw.IntN(3) == 0 {
		q.DaysOfSlots = 1 + draw.IntN(2)
	}
	return q, whose
}

// within is how many slots lie inside the window, and where there are none the first one after it, as far ahead as a window
// may reach; 0: none.
func (c *agenda) within(q *timeslot.Query, whose []string, today timeslot.Date) (inside int, next int64) {
	end := q.EndDate
	if end == 0 {
		end = max(q.StartDate, today) + 14
	}
	limit := timeslot.EarliestToday(time.Now()) + 90
	for _, name := range whose {
		for _, day := range c.days[name] {
			start := noonOf(day)
			switch {
			case day < max(q.StartDate, today) || start <= time.Now().Unix():
			case day <= end:
				inside++
			case day <= limit && (next == 0 || start < next):
				next = start
			}
		}
	}
	if inside > 0 {
		next = 0
	}
	return inside, next
}
