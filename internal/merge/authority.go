package merge

// authority is an answer's right to say that a slot does not exist. It speaks for the starts that it covers, and
//
//   - from Provider Direct v5, which is asked for everything, for its clinician;
//   - from Provider Direct v4, for its clinician and the visit type that it was asked for;
//   - from Care Direct, for its department and the visit type that it was asked for.
//
// Care Options never overrules, nor does Provider Direct where the NPI is a pool, nor an answer "not found". A visit
// type is the one asked for when its short name is, or when the answer lists its id.
type authority struct {
	age         int32
	from, until int64 // Unix seconds, half open
	answer      int32
	all         bool  // every visit type
	name        int32 // the visit type asked for
}

type listedKey struct {
	answer  int32
	ehr, id string
}

// grantAuthority gives every group the authorities that could end one of its slots.
func (m *merger) grantAuthority() {
	byNPI, byURL := map[string][]authority{}, map[string][]authority{}
	byPlace := map[int32][]authority{}
	for i := range m.answers {
		a := &m.answers[i]
		if a.NotFound || a.Covers.Until.IsZero() {
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
	listed := m.listedIDs()
	for i := range m.groups {
		g := &m.groups[i]
		at := &m.sites[g.site]
		m.grant(g, byPlace[at.place], listed)
		if !at.pool {
			m.grant(g, byNPI[at.npi], listed)
		}
	}
}

func (m *merger) authorityOf(answer int32) authority {
	a := &m.answers[answer]
	return authority{
		age:  a.age,
		from: a.Covers.From.Unix(), until: a.Covers.Until.Unix(),
		answer: answer,
		all:    a.surface == surfaceProviderV5 && a.Key.VisitType == "",
		name:   m.nameOf(a.Key.VisitType),
	}
}

// listedIDs is the ids of visit types in the answers that were asked for one visit type.
func (m *merger) listedIDs() map[listedKey]struct{} {
	listed := map[listedKey]struct{}{}
	for i := range m.rows {
		r := &m.rows[i]
		switch m.answers[r.answer].surface {
		case surfaceCareDirect, surfaceProviderV4:
			if r.schedule.VisitTypeID != "" {
				listed[listedKey{r.answer, r.schedule.EHRInstance, r.schedule.VisitTypeID}] = struct{}{}
			}
		}
	}
	return listed
}

// grant keeps those of the authorities that speak for g and are fresher than its oldest row.
func (m *merger) grant(g *group, from []authority, listed map[listedKey]struct{}) {
	oldest := m.answers[m.rows[g.rows[len(g.rows)-1]].answer].age
	for _, a := range from {
		if a.age > oldest && (a.all || m.speaksFor(&a, g, listed)) {
			g.authorities = append(g.authorities, a)
		}
	}
}

func (m *merger) speaksFor(a *authority, g *group, listed map[listedKey]struct{}) bool {
	if a.name != noName && a.name == m.nameOf(g.schedule.VisitTypeName) {
		return true
	}
	for _, i := range g.rows {
		r := &m.rows[i]
		if a.name != noName && a.name == r.name {
			return true
		}
		if _, ok := listed[listedKey{a.answer, r.schedule.EHRInstance, r.schedule.VisitTypeID}]; ok {
			return true
		}
	}
	return false
}

// stands tells whether a slot of g, last listed by an answer of that age, still exists. The freshest answer that
// speaks for it and is fresher than that cannot list it, so looking for the slot in it is not needed.
func (g *group) stands(start int64, age int32) bool {
	for i := range g.authorities {
		a := &g.authorities[i]
		if a.age > age && start >= a.from && start < a.until {
			return false
		}
	}
	return true
}
