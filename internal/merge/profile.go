package merge

import (
	"slices"

	"timeslots/internal/timeslot"
)

// Profile is an order of answers: by what Before or Score says, then by start, distance and identity (docs/ranking.md). At most
// one of the two is set.
type Profile struct {
	Name  timeslot.Ranking // as requests and configuration choose it
	About string           // for the description of the API: what goes before what

	// Before orders slots by what comes before their starts; nil: nothing does. It sees positions without a start, so that
	// it is the same for all slots of a calendar, and pages go on behind the position where one ended.
	Before func(a, b *Position) int

	// Score is what slots are ordered by before their starts, from 0 to 1, the largest first; nil: nothing. Scores move with
	// the slots around them, so pages remember how far each calendar was shown.
	Score func(timeslot.Score) float64
}

var profiles = [...]Profile{
	{Name: timeslot.Soonest, About: "by start, then distance"},
	{
		Name: timeslot.Nearest, About: "by distance, then start",
		Before: func(a, b *Position) int { return compareDistance(a.Distance, b.Distance) },
	},
	{
		Name: timeslot.Balanced, About: "by a score over waiting time, distance, whether it can be booked, and spread over clinicians",
		Score: func(s timeslot.Score) float64 { return s.Total },
	},
}

// Profiles are those that there are. The first is that of a query that names none.
func Profiles() []Profile { return slices.Clone(profiles[:]) }

// Names are the names of a list of profiles; nil: of [Profiles].
func Names(list []Profile) (names []string) {
	for _, p := range orOurs(list) {
		names = append(names, string(p.Name))
	}
	return names
}

func orOurs(list []Profile) []Profile {
	if list == nil {
		return profiles[:]
	}
	return list
}

// byStart is the order of what a profile says nothing about.
var byStart = &Profile{}

// profileOf is the profile that the query names, of a list or, where that is nil, of [Profiles].
func profileOf(q *timeslot.Query, list []Profile) *Profile {
	list = orOurs(list)
	return &list[max(0, slices.IndexFunc(list, func(p Profile) bool { return p.Name == q.Sort }))]
}
