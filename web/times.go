package web

import (
	"cmp"
	"strings"
)

// held says that nobody has to come; empty where somebody has to, or where no source says.
func (v *view) held(s *slot) string {
	switch s.Modality {
	case "VIDEO":
		return v.Say("video")
	case "PHONE":
		return v.Say("phone")
	}
	return ""
}

// kindsOf makes what tells times apart that stand side by side: the kind of visit where there are several, else how it is
// held.
func (v *view) kindsOf(days []slotDay) func(*slot) string {
	title := func(s *slot) string { return cmp.Or(s.VisitTypeTitle, s.VisitTypeName) }
	titles, ways := map[string]bool{}, map[[2]string]bool{}
	for _, d := range days {
		for _, s := range d.slots {
			titles[title(s)] = true
			ways[[2]string{title(s), v.held(s)}] = true
		}
	}
	return func(s *slot) string {
		switch {
		case len(titles) < 2:
			return v.held(s)
		case len(ways) == len(titles):
			return title(s)
		default:
			return joined(title(s), v.held(s))
		}
	}
}

// timeKey is what slots have in common between which nobody has to choose: which of several people is there at that time
// matters to nobody who wants a flu shot.
type timeKey struct{ department, visitTypeID, visitTypeName, modality, start string }

func (s *slot) time() timeKey {
	k := timeKey{s.DepartmentIdentifier, s.VisitTypeID, strings.ToLower(s.VisitTypeName), "", s.SlotDateTime.text}
	if s.Modality == "VIDEO" || s.Modality == "PHONE" {
		k.modality = s.Modality
	}
	return k
}

// distinct leaves one slot for each time, one that can be booked if there is any.
func distinct(slots []*slot) (times []*slot) {
	known := map[timeKey]int{}
	for _, s := range slots {
		at, seen := known[s.time()]
		if !seen {
			known[s.time()] = len(times)
			times = append(times, s)
		} else if times[at].Booking.Flow == "none" && s.Booking.Flow != "none" {
			times[at] = s
		}
	}
	return times
}
