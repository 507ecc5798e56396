package search

import (
	"slices"
	"strings"
	"time"

	"timeslots/internal/timeslot"
)

// chosenSlot is a choice, with all the names that what it names is known under.
type chosenSlot struct {
	timeslot.Choice
	department *timeslot.Department // as the directory has it; nil: it does not
	day        timeslot.Date        // of the start, in the department's zone
	types      []timeslot.VisitType // the visit type: ids and names that are known to mean it
	candidates []ask                // its clinician's calendar and its clinic's list, as far as they may list it
	area       *ask                 // what is around the clinic, for where neither can say; nil: it cannot be asked
	asks       []ask                // that its verdict stands on

	verdict Verdict
}

// resolve finds out what a choice names.
func (c *check) resolve(choice timeslot.Choice) *chosenSlot {
	s := &chosenSlot{Choice: choice}
	if c.list != nil {
		for i := range c.list.Departments {
			d := &c.list.Departments[i]
			if s.DepartmentKey != "" && d.Key() == s.DepartmentKey || s.DepartmentKey == "" && d.URLName == s.URLName {
				s.department, s.DepartmentKey, s.URLName = d, d.Key(), d.URLName
				break
			}
		}
	}
	if c.list != nil && s.department == nil && s.VisitTypeName != "" {
		s.VisitTypeName = spelled([]string{s.VisitTypeName}, c.list.Departments)[0].asked
	}
	zone := time.UTC
	if s.department != nil {
		if loc, ok := c.engine.zones.Load(s.department.Timezone); ok {
			zone = loc
		}
		for _, t := range s.department.VisitTypes {
			if s.VisitTypeName != "" && strings.EqualFold(t.Name, s.VisitTypeName) || s.VisitTypeName == "" && t.ID == s.VisitTypeID {
				s.types = append(s.types, t)
			}
		}
	}
	if s.day = timeslot.DateOf(time.Unix(s.Start, 0).In(zone)); zone == time.UTC && s.Day != 0 {
		s.day = s.Day
	}
	s.types = append(s.types, timeslot.VisitType{ID: s.VisitTypeID, Name: s.VisitTypeName})
	s.candidates, s.area = c.candidatesOf(s), c.areaOf(s)
	return s
}

// learn takes over under which ids and names a copy has the visit type.
func (s *chosenSlot) learn(f *timeslot.Fragment) {
	for i := range f.Schedules {
		own := &f.Schedules[i]
		t := timeslot.VisitType{ID: own.VisitTypeID, Name: own.VisitTypeName}
		if s.isFor(f, own) && !slices.ContainsFunc(s.types, func(known timeslot.VisitType) bool { return known.ID == t.ID && known.Name == t.Name }) {
			s.types = append(s.types, t)
		}
	}
}

// typeName is the visit type's short name; empty when nobody says.
func (s *chosenSlot) typeName() string {
	for _, t := range s.types {
		if t.Name != "" {
			return t.Name
		}
	}
	return ""
}

// isFor reports whether a schedule of a copy is that of the choice.
func (s *chosenSlot) isFor(f *timeslot.Fragment, own *timeslot.Schedule) bool {
	return own.NPI == s.NPI && s.isAt(f, own) && s.isOfType(own.VisitTypeID, own.VisitTypeName)
}

// isAt reports whether a schedule is at the department. One that the directory does not list is known by what the copy says of
// it or, where that is all that the copy was asked for, by its key.
func (s *chosenSlot) isAt(f *timeslot.Fragment, own *timeslot.Schedule) bool {
	if s.DepartmentKey != "" {
		return own.DepartmentKey() == s.DepartmentKey
	}
	return f.Key.Department == s.URLName || slices.ContainsFunc(f.Departments, func(d timeslot.Department) bool {
		return d.URLName == s.URLName && d.Key() == own.DepartmentKey()
	})
}

// isOfType compares by name where both have one, since one id may stand for several visit types, else by id.
func (s *chosenSlot) isOfType(id, name string) bool {
	known := s.typeName()
	if known != "" && name != "" {
		return strings.EqualFold(known, name)
	}
	return id != "" && slices.ContainsFunc(s.types, func(t timeslot.VisitType) bool { return t.ID == id })
}

// in are the places of a copy's slots that are the choice: several where its NPI is that of a pool of clinicians, and nobody
// said which of them.
func (s *chosenSlot) in(f *timeslot.Fragment) (found []int) {
	first, _ := slices.BinarySearchFunc(f.Slots, s.Start, func(slot timeslot.Slot, start int64) int {
		return int(min(1, max(-1, slot.Start-start)))
	})
	for i := first; i < len(f.Slots) && f.Slots[i].Start == s.Start; i++ {
		if own := f.ScheduleOf(&f.Slots[i]); s.isFor(f, own) && (!own.Pool || s.isMember(own)) {
			found = append(found, i)
		}
	}
	return found
}

// isMember reports whether a member of a pool is the one that the choice's id names.
func (s *chosenSlot) isMember(own *timeslot.Schedule) bool {
	if s.ID == "" {
		return true
	}
	for _, t := range append(s.types, timeslot.VisitType{ID: own.VisitTypeID, Name: own.VisitTypeName}) {
		named := *own
		named.VisitTypeID, named.VisitTypeName = t.ID, t.Name
		if (&timeslot.Offer{Schedule: &named, Start: s.Start}).PublicID() == s.ID {
			return true
		}
	}
	return false
}

// knows reports whether a copy lists the clinician at the department, at whatever time.
func (s *chosenSlot) knows(f *timeslot.Fragment) bool {
	for i := range f.Schedules {
		if s.isFor(f, &f.Schedules[i]) {
			return true
		}
	}
	return false
}

// hides reports whether the slot was booked through this service: under any of the ids that its visit type has, as any copy
// describes it. A copy that does not list it any more still says who the members of a pool are.
func (c *check) hides(s *chosenSlot) bool {
	if c.view.Empty() {
		return false
	}
	for _, a := range s.reads() {
		for _, rd := range []*read{c.atHand[a.key], c.asked[a.key]} {
			if rd == nil || rd.fragment == nil {
				continue
			}
			if listed := s.in(rd.fragment); len(listed) > 0 {
				if c.hidesAll(rd.fragment, listed) {
					return true
				}
			} else if c.hidesSchedule(s, rd.fragment) {
				return true
			}
		}
	}
	ehr, id, _ := timeslot.SplitDepartmentKey(s.DepartmentKey)
	for _, t := range s.types {
		own := timeslot.Schedule{EHRInstance: ehr, DepartmentID: id, NPI: s.NPI, VisitTypeID: t.ID, VisitTypeName: t.Name}
		if c.view.Hides(&own, &timeslot.SlotWithID{Slot: timeslot.Slot{Start: s.Start}}, c.now) {
			return true
		}
	}
	return false
}

// hidesAll reports whether all of a copy's slots at these places are hidden.
func (c *check) hidesAll(f *timeslot.Fragment, places []int) bool {
	return !slices.ContainsFunc(places, func(i int) bool {
		slot := f.WithID(i)
		return !c.view.Hides(f.ScheduleOf(&slot.Slot), &slot, c.now)
	})
}

// hidesSchedule reports whether the start is hidden in a schedule of a copy that does not list it.
func (c *check) hidesSchedule(s *chosenSlot, f *timeslot.Fragment) bool {
	for i := range f.Schedules {
		own := &f.Schedules[i]
		if s.isFor(f, own) && (!own.Pool || s.ID != "" && s.isMember(own)) &&
			c.view.Hides(own, &timeslot.SlotWithID{Slot: timeslot.Slot{Start: s.Start}}, c.now) {
			return true
		}
	}
	return false
}

// publicID is how answers name the slot: as the caller did, as a search would now, or as far as it is known.
func (s *chosenSlot) publicID() string {
	switch {
	case s.ID != "":
		return s.ID
	case s.verdict.Offer != nil:
		return s.verdict.Offer.PublicID()
	}
	ehr, id, _ := timeslot.SplitDepartmentKey(s.DepartmentKey)
	own := timeslot.Schedule{EHRInstance: ehr, DepartmentID: id, NPI: s.NPI}
	for _, t := range s.types {
		if own.VisitTypeID == "" {
			own.VisitTypeID = t.ID
		}
		if own.VisitTypeName == "" {
			own.VisitTypeName = t.Name
		}
	}
	return (&timeslot.Offer{Schedule: &own, Start: s.Start}).PublicID()
}
