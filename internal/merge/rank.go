package merge

import (
	"cmp"
	"math"
	"slices"

	"timeslots/internal/timeslot"
)

// Each ranking profile is a total order; identity is EHR instance, department, NPI, local provider id (pools
// only), visit type id and its short name in lower case, compared as text in this order. Unknown distances come last.
//
//	soonest    start, distance, identity
//	nearest    distance, start, identity
//	balanced   score (larger first), start, distance, identity
//
// The score weighs four parts, each between 0 and 1:
//
//	wait      0.4   1 ÷ (1 + days until the start ÷ 3)
//	distance  0.3   1 ÷ (1 + miles ÷ 10), 0 when unknown
//	bookable  0.1   1 with a booking handle, 0.5 without, 0 where upstream forbids booking
//	spread    0.2   1 ÷ (1 + how many slots of the same NPI in the whole answer come before it, by start)
//
// A slot never comes before an earlier one of the same clinician, department and visit type, even when it alone has a
// booking handle: it then counts as if its score were the earlier one's. So each calendar is shown in the order of
// time, which is what lets a [Cursor] say what was shown while scores change.
//
// Parts and total are rounded to millionths, so that replicas on different processors agree.
const (
	weightWait     = 0.4
	weightDistance = 0.3
	weightBookable = 0.1
	weightSpread   = 0.2

	halfWaitDays  = 3
	halfWayMiles  = 10
	secondsPerDay = 86400
	million       = 1_000_000
)

// missing is what a slot's score lacks of a full one, in millionths.
func (q *question) missing(p *Profile, c *calendar, u *unit) uint64 {
	return million - uint64(math.Round(p.Score(q.score(c, u))*million))
}

// score is the parts of a slot's score, whichever profile ranks.
func (q *question) score(c *calendar, u *unit) timeslot.Score {
	days := float64(u.start-q.Now.Unix()) / secondsPerDay
	s := timeslot.Score{
		Wait:     rounded(1 / (1 + days/halfWaitDays)),
		Bookable: q.bookable(c, u),
		Spread:   rounded(1 / (1 + float64(q.before(c, u)))),
	}
	if miles := q.spots[c.spot].distance; miles >= 0 {
		s.Distance = rounded(1 / (1 + miles/halfWayMiles))
	}
	// The conversions forbid fusing, which would round differently on some processors.
	s.Total = rounded(float64(weightWait*s.Wait) + float64(weightDistance*s.Distance) +
		float64(weightBookable*s.Bookable) + float64(weightSpread*s.Spread))
	return s
}

func (q *question) bookable(c *calendar, u *unit) float64 {
	if q.scheduleOf(c, u).Bookable == timeslot.No {
		return 0
	}
	for i := range int(u.n) {
		if c.clinic.id(int(u.first)+i) != "" {
			return 1
		}
	}
	return 0.5
}

// before is how many slots of the same NPI come before one in the whole answer.
func (q *question) before(c *calendar, u *unit) (n int) {
	if q.siblings == nil {
		q.siblings = make(map[string][]int32, len(q.calendars))
		for i := range q.calendars {
			npi := q.calendars[i].group.schedule.NPI
			q.siblings[npi] = append(q.siblings[npi], int32(i))
		}
	}
	for _, i := range q.siblings[c.group.schedule.NPI] {
		n += q.calendars[i].until(u.start, c.rank)
	}
	return n
}

// until is how many of the calendar's slots come before a slot of a calendar of some rank, by start, then rank.
func (c *calendar) until(start int64, rank int32) int {
	if c.rank < rank {
		start++
	}
	n, _ := slices.BinarySearchFunc(c.units, start, func(u unit, at int64) int { return cmp.Compare(u.start, at) })
	return n
}

func rounded(x float64) float64 { return math.Round(x*million) / million }
