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
	calls     func() int                                  // that his own would take
	clinics   []timeslot.Point                            // known inside of it: the directory's, and then those that answers named; only of the widest, or in an outage
	outage    bool                                        // nothing can be read: whatever copy there is serves
}

// widest reports whether no circle can be larger than the caller's own, so that hardly any contains it.
func (w *wish) widest() bool { return w.own.Radius == timeslot.MaxRadius }

// candidate is a circle that may serve a wish, as it lies on the plane around the caller.
type candidate struct {
	disc
	area     timeslot.Area
	standing standing
	types    int       // that one call reads it for, if it is of the largest radius
	since    time.Time // when it was first asked for
	pending  bool      // somebody waits for it
	seen     bool      // it was read lately for the wanted days, so all is known that is there; only for the widest wishes
	heavy    bool      // takes many more calls than the caller's own would
	why      string    // of a new one
}

// Why an area is asked for.
const (
	whyNew      = "no circle that is in use contains the caller's own"
	whyContains = "in use, and contains the caller's own circle"
	whyTogether = "in use, and covers a part of the caller's own circle"
	whyClinics  = "in use, and holds clinics that are known in the caller's own circle"
	whyExtended = "covers what is missing beside circles that are in use"
	whyOutage   = "could not be read, and there is an older copy of this one"
	whyRing     = "a clinic beyond the largest circle that upstream takes"
)

// chosen is an area, and why.
type chosen struct {
	timeslot.Area
	why      string
	borrowed bool // used while it is fresh; others have it refreshed
	waits    bool // nobody can be served with it at once
	gaps     bool // with the others, it holds the clinics that are known in the caller's circle, and not all of the circle
}

// choose gives the areas that serve a wish: one that contains it or several that cover it, those that are there before those
// that have to be waited for; else such with a new one. Of several the largest is taken, which most others can share, and of
// equal ones that which one call reads for the most visit types, then that which is in use for the longest time: so all
// choose the same, and what nobody chooses any more grows old.
//
// A circle that takes many more calls than the caller's own would, as in dense places large ones do, serves him while it is
// fresh. It is not refreshed for his sake: it lives on only where others ask for as much.
func (c *circles) choose(w *wish, now time.Time) []chosen {
	near := c.candidates(w, now)
	goal := disc{r: min(float64(w.radius), w.own.SureMiles()-w.own.Point().MilesTo(w.at))}
	if goal.r <= 0 {
		return []chosen{{Area: w.own, why: whyNew, waits: true}}
	}
	switch {
	case w.outage:
		return chooseOld(w, goal, near)
	case w.widest():
		return chooseWidest(w, goal, near)
	}
	for worst := isFresh; worst <= isAwaited; worst++ {
		if cover := coverOf(goal, upTo(worst, near)); len(cover) == 1 {
			return listed(cover, whyContains)
		} else if cover != nil {
			return listed(cover, whyTogether)
		}
	}
	return listed(extended(w, goal, near), whyTogether)
}

// chooseOld gives copies that serve a wish while nothing can be read: of circles that cover it, else of those that hold all the
// clinics that are known there; nil where there are none.
func chooseOld(w *wish, goal disc, near []candidate) []chosen {
	for worst := isFresh; worst <= isOld; worst++ {
		if cover := coverOf(goal, upTo(worst, near)); cover != nil {
			return listed(cover, whyOutage)
		}
	}
	for _, clinic := range w.clinics {
		if !slices.ContainsFunc(near, func(r candidate) bool { return holds(r.area, clinic) }) {
			return nil
		}
	}
	list := listed(holders(w.clinics, near), whyOutage)
	for i := range list {
		list[i].gaps = true
	}
	return list
}

func upTo(worst standing, near []candidate) []candidate {
	return only(near, func(r *candidate) bool { return r.standing <= worst })
}

func only(near []candidate, keep func(*candidate) bool) (among []candidate) {
	for i := range near {
		if keep(&near[i]) {
			among = append(among, near[i])
		}
	}
	return among
}

// candidates are the circles that touch a wish and may serve it, or show what is there, in the order in which they are
// chosen.
func (c *circles) candidates(w *wish, now time.Time) (near []candidate) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range c.lists[w.visitType] {
		if r.gone(now) && !(w.widest() && r.seenLately(now)) && !w.outage ||
			farApart(r.center, w.at, float64(w.radius)+float64(r.area.Radius)) {
			continue
		}
		d := project(w.at, r.area)
		if d.away() >= float64(w.radius)+d.r {
			continue
		}
		days := w.days(r.area)
		it := candidate{disc: d, area: r.area, standing: r.standing(days, now), types: c.typesRead(r.area, now), since: r.since, pending: r.pending(now)}
		if w.widest() {
			it.seen = c.seen(r, days, now)
		} else {
			it.heavy = len(days) > 1 && len(days) > muchMore*w.calls()
		}
		switch {
		case w.outage && it.standing == isAwaited:
			continue
		case !w.outage && (r.gone(now) && !it.seen || it.heavy && it.standing != isFresh):
			continue
		}
		near = append(near, it)
	}
	if w.widest() || w.outage {
		w.clinics = append(w.clinics, c.places.around(w.at, float64(w.radius))...)
	}
	slices.SortFunc(near, func(a, b candidate) int {
		return cmp.Or(int(b.area.Radius)-int(a.area.Radius), b.types-a.types, a.since.Compare(b.since), compareAreas(a.area, b.area))
	})
	return near[:min(len(near), maxNear)]
}

// maxNear is how many circles are looked at for one wish, the largest ones: the time that a cover takes to find grows with the
// cube of their number.
const maxNear = 64

// muchMore is how many times as many calls as the caller's own a circle may take that he has refreshed.
const muchMore = 2

// farApart tells cheaply that two places are more than so many miles apart; where it does not, they may be all the same.
func farApart(a, b timeslot.Point, miles float64) bool {
	const fewestMiles = 68.6 // of a degree of latitude
	return math.Abs(a.Latitude-b.Latitude)*fewestMiles > miles
}

// within reports whether two places are at most so many miles apart.
func within(a, b timeslot.Point, miles float64) bool {
	return !farApart(a, b, miles) && a.MilesTo(b) <= miles
}

// compareAreas orders areas of one radius, always alike.
func compareAreas(a, b timeslot.Area) int {
	return cmp.Or(int(a.Latitude)-int(b.Latitude), int(a.Longitude)-int(b.Longitude))
}

// listed are circles, and why; new ones have reasons of their own.
func listed(cover []candidate, why string) []chosen {
	list := make([]chosen, len(cover))
	for i := range cover {
		list[i] = chosen{Area: cover[i].area, why: cmp.Or(cover[i].why, why), borrowed: cover[i].heavy, waits: cover[i].standing > isStale}
	}
	return list
}

// extended adds a circle to those at hand, so that together they cover a wish. It lies as far out on the side of what is
// missing as half the radius, if it covers that from there, else nearer; at last it is the caller's own.
func extended(w *wish, goal disc, near []candidate) []candidate {
	added := func(area timeslot.Area, why string) candidate {
		return candidate{disc: project(w.at, area), area: area, standing: isAwaited, why: why}
	}
	missing := gaps(goal, near)
	if len(near) > 0 && len(missing) > 0 {
		towards := bearing(missing)
		for out := 8; out > 0; out-- {
			area := w.share(destination(w.at, towards, goal.r*float64(out)/16))
			if cover := coverOf(goal, append(slices.Clone(near), added(area, whyExtended))); cover != nil {
				return cover
			}
		}
	}
	return []candidate{added(w.own, whyNew)}
}
