package search

import (
	"cmp"
	"math"
	"slices"
	"time"

	"timeslots/internal/timeslot"
)

// wish is a caller's own circle for a visit type.
type wish struct {
	visitType string
	at        timeslot.Point
	radius    int
	own       timeslot.Area                               // the shared one that contains it
	share     func(timeslot.Point) timeslot.Area          // the shared one around another place
	days      func(timeslot.Area) (parts []stretchOfDays) // that he asks for, as the area is read
}

// candidate is a circle that may serve a wish, as it lies on the plane around the caller.
type candidate struct {
	disc
	area     timeslot.Area
	standing standing
}

// Why an area is asked for.
const (
	whyNew      = "no circle that is in use contains the caller's own"
	whyContains = "in use, and contains the caller's own circle"
	whyTogether = "in use, and covers a part of the caller's own circle"
	whyExtended = "covers what is missing beside circles that are in use"
	whyRing     = "a clinic beyond the largest circle that upstream takes"
)

// chosen is an area, and why.
type chosen struct {
	timeslot.Area
	why string
}

// choose gives the areas that serve a wish: one that contains it or several that cover it, those that are there before those
// that have to be waited for; else such with a new one.
func (c *circles) choose(w wish, now time.Time) []chosen {
	near := c.candidates(w, now)
	goal := disc{r: min(float64(w.radius), w.own.SureMiles()-w.own.Point().MilesTo(w.at))}
	if goal.r <= 0 {
		return []chosen{{w.own, whyNew}}
	}
	for worst := isFresh; worst < isGone; worst++ {
		among := slices.DeleteFunc(slices.Clone(near), func(r candidate) bool { return r.standing > worst })
		if len(among) == 0 {
			continue
		}
		if cover := coverOf(goal, among); cover != nil {
			return inUse(cover)
		}
	}
	return extend(w, goal, near)
}

// candidates are the circles that touch a wish and may serve it, the smallest first.
func (c *circles) candidates(w wish, now time.Time) (near []candidate) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range c.lists[w.visitType] {
		reach := float64(w.radius) + float64(r.area.Radius)
		if r.gone(now) || farApart(r.center, w.at, reach) {
			continue
		}
		d := project(w.at, r.area)
		if d.away() >= float64(w.radius)+d.r {
			continue
		}
		if s := r.standing(w.days(r.area), now); s != isGone {
			near = append(near, candidate{d, r.area, s})
		}
	}
	slices.SortFunc(near, func(a, b candidate) int { return compareAreas(a.area, b.area) })
	return near
}

// farApart tells cheaply that two places are more than so many miles apart; where it does not, they may be all the same.
func farApart(a, b timeslot.Point, miles float64) bool {
	const fewestMiles = 68.6 // of a degree of latitude
	return math.Abs(a.Latitude-b.Latitude)*fewestMiles > miles
}

// compareAreas orders areas by radius, and so that of equal ones always the same comes first.
func compareAreas(a, b timeslot.Area) int {
	return cmp.Or(int(a.Radius)-int(b.Radius), int(a.Latitude)-int(b.Latitude), int(a.Longitude)-int(b.Longitude))
}

func inUse(cover []candidate) []chosen {
	why := whyContains
	if len(cover) > 1 {
		why = whyTogether
	}
	list := make([]chosen, len(cover))
	for i := range cover {
		list[i] = chosen{cover[i].area, why}
	}
	return list
}

// extend adds a circle to those at hand, so that together they cover a wish. It lies as far out on the side of what is
// missing as half the radius, if it covers that from there, else nearer; at last it is the caller's own.
func extend(w wish, goal disc, near []candidate) []chosen {
	missing := gaps(goal, near)
	if len(near) > 0 && len(missing) > 0 {
		towards := bearing(missing)
		for out := 8; out > 0; out-- {
			area := w.share(destination(w.at, towards, goal.r*float64(out)/16))
			added := append(slices.Clone(near), candidate{project(w.at, area), area, isAwaited})
			if cover := coverOf(goal, added); cover != nil {
				list := inUse(cover)
				for i := range list {
					if list[i].Area == area {
						list[i].why = whyExtended
					}
				}
				return list
			}
		}
	}
	return []chosen{{w.own, whyNew}}
}
