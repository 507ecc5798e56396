package search

import (
	"slices"

	"timeslots/internal/timeslot"
)

// chooseWidest gives the areas that serve somebody whose circle is about the largest that upstream takes. Hardly any
// contains it, and those that cover it together are many. But what lies there is known for a while: the whole of it was read
// within the last half-hour, and the directory and all answers so far say where there are clinics. So he is served by circles
// that hold the clinics; what is nowhere else but in his own, and was not read lately, is read for him.
func chooseWidest(w *wish, goal disc, near []candidate) []chosen {
	cover := coverOf(goal, only(near, func(r *candidate) bool { return r.seen }))
	if cover == nil {
		cover = coverOf(goal, only(near, func(r *candidate) bool { return r.seen || r.pending }))
	}
	if cover == nil {
		cover = extended(w, goal, near)
	}
	list := listed(only(cover, func(r *candidate) bool { return !r.seen }), whyTogether)
	clinics := slices.Clone(w.clinics)
	if len(list) == 0 && len(clinics) == 0 { // no clinic is known: then any circle around him says so
		clinics = append(clinics, w.at)
	}
	clinics = slices.DeleteFunc(clinics, func(p timeslot.Point) bool {
		return slices.ContainsFunc(list, func(a chosen) bool { return holds(a.Area, p) })
	})
	return append(list, listed(holders(clinics, near), whyClinics)...)
}

// holders are circles that hold the places: one that holds all, else several, those that are there before those that have to
// be waited for. What none holds is left out.
func holders(places []timeslot.Point, near []candidate) (list []candidate) {
	if len(places) == 0 {
		return nil
	}
	for worst := isFresh; worst <= isAwaited; worst++ {
		among := upTo(worst, near)
		for i := range among {
			if !slices.ContainsFunc(places, func(p timeslot.Point) bool { return !holds(among[i].area, p) }) {
				return among[i : i+1]
			}
		}
		list = nil
		left := slices.Clone(places)
		for i := range among {
			before := len(left)
			left = slices.DeleteFunc(left, func(p timeslot.Point) bool { return holds(among[i].area, p) })
			if len(left) < before {
				list = append(list, among[i])
			}
		}
		if len(left) == 0 {
			return list
		}
	}
	return list
}
