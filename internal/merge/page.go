package merge

import "timeslots/internal/timeslot"

// result builds the answer around the page that the query asks for.
func (q *question) result() *timeslot.Result {
	r := q.emptyResult()
	page, next := q.page()
	r.NextCursor = next
	r.Slots = q.offers(page, r)
	return r
}

// emptyResult is the frame of an answer.
func (q *question) emptyResult() *timeslot.Result {
	return &timeslot.Result{
		Total:       q.total(),
		Providers:   map[string]*timeslot.Provider{},
		Departments: map[string]*timeslot.DepartmentView{},
		Clinicians:  q.clinicians,
		AsOf:        q.asOf,
		FreshUntil:  q.freshUntil,
		StaleUntil:  q.staleUntil,
		FirstStart:  q.firstStart(),
	}
}

// offers turns picks into what the answer shows, and makes it name their clinicians and departments.
func (q *question) offers(picks []pick, r *timeslot.Result) []timeslot.Offer {
	offers := make([]timeslot.Offer, len(picks))
	schedules := q.referTo(picks, r)
	for i, p := range picks {
		q.fillOffer(&offers[i], p)
		offers[i].Schedule = schedules[p.shownAs()]
	}
	return offers
}

// page is the slots that the query's cursor and limit leave, and the text of the cursor behind them; empty at the end.
// Of a cursor that ParseCursor refuses nobody knows what it leaves: nothing then, rather than the beginning again and
// again.
func (q *question) page() (page []pick, next string) {
	before, err := ParseCursor(q.Query.Cursor, q.Query, q.Profiles)
	if err != nil {
		return nil, ""
	}
	if before == nil {
		before = &Cursor{}
	}
	limit := q.limit()
	if q.profile.Score != nil {
		return q.scoredPage(before, limit)
	}
	if q.Query.Cursor != "" {
		q.skipTo(q.profile, before.last)
	}
	more := !q.First && q.left() > limit
	page = q.inOrderOf(q.profile).take(limit)
	if !more {
		return page, ""
	}
	after := Cursor{last: q.behind(page)}
	return page, after.text(q.Query)
}

func (q *question) limit() int {
	if q.Query.Limit > 0 {
		return q.Query.Limit
	}
	return defaultLimit
}

// shownAs is the slots of a group that one schedule is shown for.
type shownAs struct {
	group *group
	list  int32
}

func (p *pick) shownAs() shownAs { return shownAs{p.calendar.group, p.calendar.group.listAt(p.unit)} }

// referTo fills the maps of providers and departments that picks refer to, and gives the schedules of their groups.
func (q *question) referTo(picks []pick, r *timeslot.Result) map[shownAs]*timeslot.Schedule {
	schedules := make(map[shownAs]*timeslot.Schedule, len(picks))
	for i := range picks {
		p := &picks[i]
		as := p.shownAs()
		if schedules[as] != nil {
			continue
		}
		s := q.shownSchedule(p)
		schedules[as] = s
		spot := &q.spots[p.calendar.spot]
		if key := spot.key; r.Departments[key] == nil {
			r.Departments[key] = &timeslot.DepartmentView{Department: spot.info, Distance: spot.distance}
		}
		if s.NPI != "" && r.Providers[s.NPI] == nil {
			if known := q.describe(s.NPI); known != nil {
				r.Providers[s.NPI] = known
			}
		}
	}
	return schedules
}

// shownSchedule is a schedule as the answer shows it, with what is known of the clinician's visit types: a copy, so that an
// answer that is kept does not keep the clinic. Nobody writes to it.
func (q *question) shownSchedule(p *pick) *timeslot.Schedule {
	g := p.calendar.group
	if known, ok := q.schedules.Load(g); ok && !g.mixed {
		return known.(*timeslot.Schedule)
	}
	s := *q.scheduleOf(p.calendar, p.unit)
	if known := q.describe(s.NPI); s.NPI != "" && known != nil {
		p.calendar.clinic.nameVisitType(&s, g, known.VisitTypes)
	}
	if g.mixed { // what it shows depends on the query
		return &s
	}
	kept, _ := q.schedules.LoadOrStore(g, &s)
	return kept.(*timeslot.Schedule)
}

// scheduleOf is what is shown of a slot beside its start.
func (q *question) scheduleOf(c *calendar, u *unit) *timeslot.Schedule {
	if !c.group.mixed {
		return &c.group.schedule
	}
	key := shownAs{c.group, c.group.listAt(u)}
	s := q.attributes[key]
	if s == nil {
		if q.attributes == nil {
			q.attributes = map[shownAs]*timeslot.Schedule{}
		}
		p := c.clinic.attributesOf(c.group, key.list, q.Query)
		s = &p.schedule
		q.attributes[key] = s
	}
	return s
}

// fillOffer joins what the listings of one slot say: booking handles and duration from the freshest that has one, and the
// sources of all.
func (q *question) fillOffer(o *timeslot.Offer, p pick) {
	c := p.calendar.clinic
	o.Start, o.Offset, o.Distance = p.unit.start, p.unit.offset, q.spots[p.calendar.spot].distance
	entries := c.entriesOf(p.unit)
	for i := range entries {
		c.addEntry(o, &entries[i])
		c.addHandle(o, int(p.unit.first)+i)
	}
	covers := c.coversOf(p.calendar.group, p.unit)
	for i := range covers {
		c.addEntry(o, &covers[i])
	}
	if q.Query.Explain {
		score := q.score(p.calendar, p.unit)
		o.Score = &score
	}
}

func (c *clinic) addEntry(o *timeslot.Offer, e *entry) {
	o.Sources |= c.rows[e.row].source
	setDefault(&o.Duration, e.duration)
}

// addHandle keeps what a booking needs (docs/dexcare.md §7.1, §7.2). Retail wants the provider id that came with its slot id.
func (c *clinic) addHandle(o *timeslot.Offer, entry int) {
	id := c.id(entry)
	if id == "" {
		return
	}
	switch r := &c.rows[c.entries[entry].row]; r.handle {
	case timeslot.RetailHandle:
		if o.RetailSlotID == "" {
			o.RetailSlotID, o.RetailProviderID = id, r.schedule.ProviderID
		}
	case timeslot.ProviderHandle:
		setDefault(&o.ProviderSlotID, id)
	}
}
