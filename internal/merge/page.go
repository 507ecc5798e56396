package merge

import (
	"time"

	"timeslots/internal/timeslot"
)

// result builds the answer around the page that the query asks for.
func (m *merger) result(units []unit) *timeslot.Result {
	r := &timeslot.Result{
		Total:       len(units),
		Providers:   map[string]*timeslot.Provider{},
		Departments: map[string]*timeslot.DepartmentView{},
	}
	m.setBounds(r)
	limit := m.Query.Limit
	if limit <= 0 {
		limit = defaultLimit
	}
	rest, before := m.rest(units)
	page := rest[:min(limit, len(rest))]
	if len(page) > 0 && len(rest) > len(page) {
		r.NextCursor = m.cursorAfter(before, rest, len(page))
	}
	r.Slots = make([]timeslot.Offer, len(page))
	schedules := m.referTo(page, r)
	for i := range page {
		m.fillOffer(&r.Slots[i], &page[i])
		r.Slots[i].Schedule = schedules[page[i].group]
		if r.FirstStart == 0 || page[i].start < r.FirstStart {
			r.FirstStart = page[i].start
		}
	}
	return r
}

// rest is what of the ranked units the query's cursor leaves, and the cursor. Of a cursor that ParseCursor refuses
// nobody knows what it leaves: nothing then, rather than the beginning again and again.
func (m *merger) rest(units []unit) ([]unit, *Cursor) {
	c, err := ParseCursor(m.Query.Cursor, m.Query)
	switch {
	case err != nil:
		return nil, &Cursor{}
	case c == nil:
		return units, &Cursor{}
	case m.Query.Sort == timeslot.Balanced:
		return m.afterCalendars(units, &c.calendars), c
	default:
		return m.afterPosition(units, c.last), c
	}
}

// cursorAfter is the text of the cursor after the first n of what the cursor before left.
func (m *merger) cursorAfter(before *Cursor, rest []unit, n int) string {
	var c Cursor
	if m.Query.Sort == timeslot.Balanced {
		c.calendars = m.calendarsAfter(&before.calendars, rest, n)
	} else {
		c.last = m.positionOf(&rest[n-1])
	}
	return c.text(m.Query)
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

// referTo fills the maps of providers and departments that the page refers to, and gives the schedules of its groups:
// copies, so that an answer that is kept does not keep the merge's own tables.
func (m *merger) referTo(page []unit, r *timeslot.Result) map[int32]*timeslot.Schedule {
	schedules := map[int32]*timeslot.Schedule{}
	for i := range page {
		index := page[i].group
		if schedules[index] != nil {
			continue
		}
		g := &m.groups[index]
		s := g.schedule
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
			for _, row := range m.groups[index].rows {
				nameVisitType(s, m.rows[row].schedule.VisitTypeID, p.VisitTypes)
			}
		}
	}
	return schedules
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

// addHandle keeps what a booking needs (CONTRACT §7.1, §7.2). Retail wants the provider id that came with its slot id.
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
