package merge

import (
	"time"

	"timeslots/internal/timeslot"
)

// result builds the answer around the page that the query asks for.
func (m *merger) result(units []unit) *timeslot.Result {
	r := m.emptyResult(units)
	page, next := m.page(units)
	r.NextCursor = next
	r.Slots = m.offers(page, r)
	return r
}

// emptyResult is the frame of an answer that has units, which ascend by start only under soonest.
func (m *merger) emptyResult(units []unit) *timeslot.Result {
	r := &timeslot.Result{
		Total:       len(units),
		Providers:   map[string]*timeslot.Provider{},
		Departments: map[string]*timeslot.DepartmentView{},
		Clinicians:  timeslot.CliniciansOf(m.Fragments...),
	}
	m.setBounds(r)
	for i := range units {
		if start := units[i].start; r.FirstStart == 0 || start < r.FirstStart {
			r.FirstStart = start
		}
	}
	return r
}

// offers turns units into what the answer shows, and makes it name their clinicians and departments.
func (m *merger) offers(units []unit, r *timeslot.Result) []timeslot.Offer {
	offers := make([]timeslot.Offer, len(units))
	schedules := m.referTo(units, r)
	for i := range units {
		m.fillOffer(&offers[i], &units[i])
		offers[i].Schedule = schedules[shownAs{units[i].group, units[i].shown}]
	}
	return offers
}

// page is the units that the query's cursor and limit leave, and the text of the cursor behind them; empty at the end.
// Of a cursor that ParseCursor refuses nobody knows what it leaves: nothing then, rather than the beginning again and
// again.
func (m *merger) page(units []unit) (page []unit, next string) {
	before, err := ParseCursor(m.Query.Cursor, m.Query)
	if err != nil {
		return nil, ""
	}
	if before == nil {
		before = &Cursor{}
	}
	limit := m.Query.Limit
	if limit <= 0 {
		limit = defaultLimit
	}
	if m.Query.Sort == timeslot.Balanced {
		return m.balancedPage(units, before, limit)
	}
	if m.Query.Cursor != "" {
		units = m.afterPosition(units, before.last)
	}
	if len(units) <= limit {
		return units, ""
	}
	after := Cursor{last: m.positionOf(&units[limit-1])}
	return units[:limit], after.text(m.Query)
}

// setBounds takes age and bounds from the answers about slots. "Not found" is one of them: the answer is as old as its
// oldest part, and fresh as long as all its parts are.
func (m *merger) setBounds(r *timeslot.Result) {
	for i := range m.answers {
		f := m.answers[i].Fragment
		if f.Key.Source() == timeslot.Directory {
			continue
		}
		r.AsOf = earliest(r.AsOf, f.FetchedAt)
		r.FreshUntil = earliest(r.FreshUntil, f.Bounds.Fresh)
		r.StaleUntil = earliest(r.StaleUntil, f.Bounds.Stale)
	}
}

// earliest is the earlier one; zero stands for none yet.
func earliest(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}

// referTo fills the maps of providers and departments that units refer to, and gives the schedules of their groups:
// copies, so that an answer that is kept does not keep the merge's own tables.
func (m *merger) referTo(units []unit, r *timeslot.Result) map[shownAs]*timeslot.Schedule {
	schedules := map[shownAs]*timeslot.Schedule{}
	for i := range units {
		index := shownAs{units[i].group, units[i].shown}
		if schedules[index] != nil {
			continue
		}
		g := &m.groups[index.group]
		s := *m.scheduleOf(&units[i])
		schedules[index] = &s
		if key := s.DepartmentKey(); r.Departments[key] == nil {
			r.Departments[key] = &timeslot.DepartmentView{Department: g.place.info, Distance: g.place.distance}
		}
		if s.NPI != "" && r.Providers[s.NPI] == nil {
			r.Providers[s.NPI] = &timeslot.Provider{}
		}
	}
	m.joinProviders(r.Providers)
	for index, s := range schedules {
		if p := r.Providers[s.NPI]; p != nil {
			m.nameVisitType(s, &m.groups[index.group], p.VisitTypes)
		}
	}
	return schedules
}

// shownAs is the slots of a group that one schedule is shown for.
type shownAs struct{ group, profile int32 }

// scheduleOf is what is shown of a slot beside its start.
func (m *merger) scheduleOf(u *unit) *timeslot.Schedule {
	g := &m.groups[u.group]
	if g.mixed {
		return &g.shown[u.shown].schedule
	}
	return &g.schedule
}

// fillOffer joins what the rows of one slot say: booking handles and duration from the freshest that has one, and the
// sources of all.
func (m *merger) fillOffer(o *timeslot.Offer, u *unit) {
	p := m.groups[u.group].place
	o.Start = u.start
	o.Offset = int16(m.zoneOf(u).offsetAt(u.start) / 60)
	o.Distance = p.distance
	for i, end := int(u.first), m.endOf(int(u.first)); i < end; i++ {
		m.addEntry(o, &m.entries[i])
		m.addHandle(o, &m.entries[i])
	}
	if u.cover >= 0 {
		for i, end := int(u.cover), m.endOf(int(u.cover)); i < end; i++ {
			m.addEntry(o, &m.entries[i])
		}
	}
	if m.Query.Explain {
		score := m.score(u)
		o.Score = &score
	}
}

func (m *merger) addEntry(o *timeslot.Offer, e *entry) {
	a := &m.answers[e.answer]
	o.Sources = o.Sources.With(a.Key.Source())
	setDefault(&o.Duration, a.Slots[e.slot].Duration)
}

// addHandle keeps what a booking needs (docs/dexcare.md §7.1, §7.2). Retail wants the provider id that came with its slot id.
func (m *merger) addHandle(o *timeslot.Offer, e *entry) {
	a := &m.answers[e.answer]
	slot := &a.Slots[e.slot]
	if slot.ID == "" {
		return
	}
	switch a.surface {
	case surfaceCareDirect:
		if o.RetailSlotID == "" {
			o.RetailSlotID, o.RetailProviderID = slot.ID, a.ScheduleOf(slot).ProviderID
		}
	case surfaceProviderV4, surfaceProviderV5:
		setDefault(&o.ProviderSlotID, slot.ID)
	}
}
