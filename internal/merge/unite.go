package merge

// entry is one slot of one answer. The key holds the seconds from now to its start, and in its low bits its group, so
// that sorting by it brings the spellings of one slot together, in the order of starts.
type entry struct {
	key          uint64
	answer, slot uint32
}

// unit is one slot of the answer: what equal entries have become.
type unit struct {
	start int64 // Unix seconds
	group int32
	first int32 // its freshest entry; all with the same key follow, older and older
	cover int32 // first entry of the rows of its pool that name no member, −1 when there is none at that start
	nth   int32 // how many slots of the same NPI come before it
	shown int32 // of a mixed group: the profile of its elements
	gone  bool  // overruled, and only kept for what it may cover
}

// collect finds the slots inside the window, and counts them for every answer. Those of groups that are filtered are
// left out here already, except in pools: there they still cover.
func (m *merger) collect() []entry {
	n := 0
	for i := range m.answers {
		a := &m.answers[i]
		a.first, a.end = m.mayBeInside(a.Slots)
		n += a.end - a.first
	}
	entries := make([]entry, 0, n)
	now := m.Now.Unix()
	for i := range m.answers {
		a := &m.answers[i]
		rows := m.rows[a.firstRow : a.firstRow+len(a.Schedules)]
		passed := m.passed(int32(i), rows)
		inside := 0
		for j := a.first; j < a.end; j++ {
			s := &a.Slots[j]
			index := rows[s.Schedule].group
			if index == nowhere {
				continue
			}
			g := &m.groups[index]
			z := m.clockOf(g.place, s)
			if s.Start < z.from || s.Start >= z.until {
				continue
			}
			if passed != nil && within(passed[s.Schedule], z.day(s.Start)) {
				continue
			}
			inside++
			if g.out && g.family < 0 {
				continue
			}
			key := uint64(s.Start-now)<<m.shift | uint64(index)
			entries = append(entries, entry{key: key, answer: uint32(i), slot: uint32(j)})
		}
		m.perFragment[a.index] = inside
	}
	return entries
}

// unite makes one unit of all entries of one slot, and drops those that a fresher answer has overruled, unless they
// may be covered: then a fresher answer that lists a member lists them too. Units ascend by start, then group.
func (m *merger) unite(entries []entry) []unit {
	m.entries = sortEntries(entries)
	units := make([]unit, 0, len(entries))
	now := m.Now.Unix()
	mask := uint64(1)<<m.shift - 1
	for i := 0; i < len(m.entries); i = m.endOf(i) {
		e := &m.entries[i]
		u := unit{start: now + int64(e.key>>m.shift), group: int32(e.key & mask), first: int32(i), cover: -1}
		g := &m.groups[u.group]
		u.gone = !g.stands(u.start, m.answers[e.answer].FetchedAt.UnixNano())
		if !u.gone || g.family >= 0 && g.member == "" {
			units = append(units, u)
		}
	}
	return units
}

// endOf is the index after the last entry of the slot whose first entry is i.
func (m *merger) endOf(i int) int {
	key := m.entries[i].key
	for i++; i < len(m.entries) && m.entries[i].key == key; i++ {
	}
	return i
}

// offerable drops what is filtered and what is taken.
func (m *merger) offerable(units []unit) []unit {
	kept := units[:0]
	for _, u := range units {
		if !m.groups[u.group].out && !m.taken(u) {
			kept = append(kept, u)
		}
	}
	return kept
}

// taken asks for every spelling of a slot.
func (m *merger) taken(u unit) bool {
	if m.Taken == nil {
		return false
	}
	if m.anyTaken(u.first) || u.cover >= 0 && m.anyTaken(u.cover) {
		return true
	}
	e := &m.entries[u.first]
	slot := &m.answers[e.answer].Slots[e.slot]
	for _, s := range m.groups[u.group].spellings {
		if m.Taken.Hides(s, slot, m.Now) {
			return true
		}
	}
	return false
}

func (m *merger) anyTaken(first int32) bool {
	for i, end := int(first), m.endOf(int(first)); i < end; i++ {
		e := &m.entries[i]
		a := &m.answers[e.answer]
		slot := &a.Slots[e.slot]
		if m.Taken.Hides(m.rows[a.firstRow+int(slot.Schedule)].schedule, slot, m.Now) {
			return true
		}
	}
	return false
}

// anyDoubtful reports whether one of the slots may be a taken one that nobody could name. Whole groups are asked for.
func (m *merger) anyDoubtful(units []unit) bool {
	if m.Taken == nil || !m.Taken.Doubting() {
		return false
	}
	asked := make([]bool, len(m.groups))
	for i := range units {
		g := units[i].group
		if asked[g] {
			continue
		}
		asked[g] = true
		for _, row := range m.groups[g].rows {
			if m.Taken.Doubts(m.rows[row].schedule, m.Now) {
				return true
			}
		}
	}
	return false
}
