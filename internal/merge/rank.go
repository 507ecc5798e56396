package merge

import (
	"math"

	"timeslots/internal/timeslot"
)

// Ranking profiles. Each is a total order; identity is EHR instance, department, NPI, local provider id (pools
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

// rank brings units, which ascend by start and group, into the order of the query's profile.
func (m *merger) rank(units []unit) []unit {
	if m.Query.Explain || m.Query.Sort == timeslot.Balanced {
		m.countBefore(units)
	}
	switch m.Query.Sort {
	case timeslot.Nearest:
		return m.nearestFirst(units)
	case timeslot.Balanced:
		return m.balanced(units)
	default:
		return units
	}
}

// countBefore finds for every slot how many of the same NPI come before it.
func (m *merger) countBefore(units []unit) {
	number := map[string]int32{}
	var npis []struct{}
	npiOf := make([]int32, len(m.groups))
	for i := range m.groups {
		npiOf[i] = intern(number, m.groups[i].schedule.NPI, &npis, func() (none struct{}) { return none })
	}
	seen := make([]int32, len(npis))
	for i := range units {
		n := npiOf[units[i].group]
		units[i].nth = seen[n]
		seen[n]++
	}
}

// nearestFirst deals the units out by distance. Groups are numbered by distance, so equal distances are neighbours.
func (m *merger) nearestFirst(units []unit) []unit {
	rankOf := make([]int32, len(m.groups))
	for i := 1; i < len(m.groups); i++ {
		rankOf[i] = rankOf[i-1]
		if m.groups[i].place.distance != m.groups[i-1].place.distance {
			rankOf[i]++
		}
	}
	next := make([]int32, len(m.groups)+1)
	for i := range units {
		next[rankOf[units[i].group]+1]++
	}
	for i := 1; i < len(next); i++ {
		next[i] += next[i-1]
	}
	ranked := make([]unit, len(units))
	for _, u := range units {
		r := rankOf[u.group]
		ranked[next[r]] = u
		next[r]++
	}
	return ranked
}

// balanced sorts by score, but no slot before an earlier one of its group; what is equal keeps the order of start and
// group.
func (m *merger) balanced(units []unit) []unit {
	keys := make([]entry, len(units))
	least := make([]uint64, len(m.groups)) // of what is missing to a full score, in millionths
	for i := range units {
		missing := &least[units[i].group]
		*missing = max(*missing, million-uint64(math.Round(m.score(&units[i]).Total*million)))
		keys[i] = entry{key: *missing, slot: uint32(i)}
	}
	ranked := make([]unit, len(units))
	for i, k := range sortEntries(keys) {
		ranked[i] = units[k.slot]
	}
	return ranked
}

// score is the parts of a slot's score, whichever profile ranks.
func (m *merger) score(u *unit) timeslot.Score {
	g := &m.groups[u.group]
	days := float64(u.start-m.Now.Unix()) / secondsPerDay
	s := timeslot.Score{
		Wait:     rounded(1 / (1 + days/halfWaitDays)),
		Bookable: m.bookable(u),
		Spread:   rounded(1 / (1 + float64(u.nth))),
	}
	if miles := g.place.distance; miles >= 0 {
		s.Distance = rounded(1 / (1 + miles/halfWayMiles))
	}
	// The conversions forbid fusing, which would round differently on some processors.
	s.Total = rounded(float64(weightWait*s.Wait) + float64(weightDistance*s.Distance) +
		float64(weightBookable*s.Bookable) + float64(weightSpread*s.Spread))
	return s
}

func (m *merger) bookable(u *unit) float64 {
	if m.scheduleOf(u).Bookable == timeslot.No {
		return 0
	}
	for i, end := int(u.first), m.endOf(int(u.first)); i < end; i++ {
		if e := &m.entries[i]; m.answers[e.answer].Slots[e.slot].ID != "" {
			return 1
		}
	}
	return 0.5
}

func rounded(x float64) float64 { return math.Round(x*million) / million }
