package decode

import (
	"errors"
	"slices"
	"strings"

	"timeslots/internal/timeslot"
)

// ErrMixed says that an answer for several visit types does not say what is of which: it lists one under another name, upstream
// found nothing, or something could not be read.
var ErrMixed = errors.New("the answer does not say what is of which visit type")

// SplitTypes makes one fragment of each visit type of an area's answer that was asked for all of them, as if each had been asked
// for by itself. f's own key names the first.
func SplitTypes(f *timeslot.Fragment, names []string) ([]*timeslot.Fragment, error) {
	if f.NotFound || f.Dropped > 0 {
		return nil, ErrMixed
	}
	of := make([]int, len(f.Schedules)) // the visit type of each schedule
	for i := range f.Schedules {
		of[i] = slices.IndexFunc(names, func(name string) bool { return strings.EqualFold(name, f.Schedules[i].VisitTypeName) })
		if of[i] < 0 {
			return nil, ErrMixed
		}
	}
	parts := make([]*timeslot.Fragment, len(names))
	for n, name := range names {
		part := *f
		part.Key.VisitType = name
		part.Slots, part.SlotIDs = nil, nil // an area's have no ids
		for i := range f.Slots {
			if of[f.Slots[i].Schedule] == n {
				part.Slots = append(part.Slots, f.Slots[i])
			}
		}
		if n > 0 {
			part.Odd = nil // which is told once
		}
		keepUsed(&part)
		parts[n] = &part
	}
	return parts, nil
}
