package merge

// coverPools settles the rows of pools that name no member (see the package comment), and leaves nothing behind that
// is gone. Units ascend by start.
func (m *merger) coverPools(units []unit) []unit {
	if len(m.families) == 0 {
		return units
	}
	kept := units[:0]
	for len(units) > 0 {
		n := 1
		for n < len(units) && units[n].start == units[0].start {
			n++
		}
		kept = m.coverStart(units[:n], kept)
		units = units[n:]
	}
	return kept
}

// coverStart settles the units of one start, and appends those that stay to kept, which may share their memory.
func (m *merger) coverStart(units, kept []unit) []unit {
	for _, u := range units {
		if g := &m.groups[u.group]; g.family >= 0 && g.member != "" {
			m.families[g.family].memberAt = u.start
		}
	}
	for _, u := range units {
		if f := m.coveredFamily(u); f != nil {
			f.nobodyAt, f.covered = u.start, u.first
		}
	}
	for _, u := range units {
		if u.gone || m.coveredFamily(u) != nil {
			continue
		}
		if g := &m.groups[u.group]; g.family >= 0 {
			if f := &m.families[g.family]; f.nobodyAt == u.start {
				u.cover = f.covered
			}
		}
		kept = append(kept, u)
	}
	return kept
}

// coveredFamily is the pool whose members cover u, and nil when u names a member or no member has that start.
func (m *merger) coveredFamily(u unit) *family {
	g := &m.groups[u.group]
	if g.family < 0 || g.member != "" || m.families[g.family].memberAt != u.start {
		return nil
	}
	return &m.families[g.family]
}
