package merge

import "time"

// authority is an answer's right to say that a slot does not exist. It speaks for the starts that it covers, and
//
//   - from Provider Direct v5, which is asked for everything, for its clinician;
//   - from Provider Direct v4, for its clinician and the visit type that it was asked for;
//   - from Care Direct, for its department and the visit type that it was asked for;
//
// and of these only for the calendars that its surface has shown to speak of: this answer of it or another one at hand
// names the clinician at the department under the visit type. Silence about a calendar that a surface never spoke of
// denies nothing: retail clinicians are not in Provider Direct. Nor does an answer deny of which something could not be
// read, since that may be what it seems to leave out. Which copy is older by the time of one call tells nothing
// either: see settle.
//
// Care Options never overrules, nor does Provider Direct where the NPI is a pool, nor an answer "not found". A visit
// type is the one asked for when its short name is, or when the answer lists it.
type authority struct {
	asked       int64 // Unix nanoseconds
	from, until int64 // Unix seconds, half open
	answer      int32
	all         bool  // every visit type
	name        int32 // the visit type asked for
}

// settle is how much fresher an answer must be to deny what another one lists: longer than two calls take. Times of
// fetching are those of asking, so that which of two calls upstream saw first is not known when they are closer.
const settle = 5 * time.Second

// grantAuthority gives every group the authorities that could end one of its slots.
func (m *merger) grantAuthority() {
	byNPI, byURL := map[string][]authority{}, map[string][]authority{}
	byPlace := map[int32][]authority{}
	for i := range m.answers {
		a := &m.answers[i]
		if a.NotFound || a.Dropped > 0 || a.Covers.Until.IsZero() {
			continue
		}
		right := m.authorityOf(int32(i))
		switch a.surface {
		case surfaceProviderV5, surfaceProviderV4:
			byNPI[a.Key.NPI] = append(byNPI[a.Key.NPI], right)
		case surfaceCareDirect:
			byURL[a.Key.Department] = append(byURL[a.Key.Department], right)
		}
	}
	for i := range m.places {
		for _, name := range m.places[i].urlNames {
			byPlace[int32(i)] = append(byPlace[int32(i)], byURL[name]...)
		}
	}
	for i := range m.groups {
		g := &m.groups[i]
		at := &m.sites[g.site]
		m.grant(g, byPlace[at.place])
		if !at.pool {
			m.grant(g, byNPI[at.npi])
		}
	}
}

func (m *merger) authorityOf(answer int32) authority {
	a := &m.answers[answer]
	return authority{
		asked: a.FetchedAt.UnixNano(),
		from:  a.Covers.From.Unix(), until: a.Covers.Until.Unix(),
		answer: answer,
		all:    a.surface == surfaceProviderV5 && a.Key.VisitType == "",
		name:   m.nameOf(a.Key.VisitType),
	}
}

// grant keeps those of the authorities that speak for g and are fresher than its oldest row.
func (m *merger) grant(g *group, from []authority) {
	oldest := m.answers[m.rows[g.rows[len(g.rows)-1]].answer].FetchedAt.UnixNano()
	shown := m.surfacesOf(g)
	if g.family >= 0 && g.member == "" { // who names a member speaks of the pool
		for _, member := range m.families[g.family].members {
			shown |= m.surfacesOf(&m.groups[member])
		}
	}
	for _, a := range from {
		if a.deniesSince(oldest) && shown&m.answers[a.answer].surface != 0 && (a.all || m.speaksFor(&a, g)) {
			g.authorities = append(g.authorities, a)
		}
	}
}

// surfacesOf is the surfaces that name the group.
func (m *merger) surfacesOf(g *group) (set surface) {
	for _, r := range g.rows {
		set |= m.answers[m.rows[r].answer].surface
	}
	return set
}

// deniesSince reports whether the answer is so much fresher than one that was asked for at that time that it may deny what
// that lists.
func (a *authority) deniesSince(asked int64) bool { return a.asked-asked > int64(settle) }

func (m *merger) speaksFor(a *authority, g *group) bool {
	if a.name != noName && a.name == m.nameOf(g.schedule.VisitTypeName) {
		return true
	}
	for _, i := range g.rows {
		r := &m.rows[i]
		if r.answer == a.answer || a.name != noName && a.name == r.name {
			return true
		}
	}
	return false
}

// stands reports whether a slot of g still exists whose freshest listing was asked for at that time (Unix nanoseconds). An
// answer that denies it is fresher, so it cannot list it: looking for the slot in it is not needed.
func (g *group) stands(start int64, asked int64) bool {
	for i := range g.authorities {
		a := &g.authorities[i]
		if a.deniesSince(asked) && start >= a.from && start < a.until {
			return false
		}
	}
	return true
}
