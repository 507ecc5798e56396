package merge

// coverPools settles the rows of pools that name no member (see the package comment), and leaves nothing behind that
// is gone.
func (b *builder) coverPools() {
	for i := range b.families {
		b.coverPool(&b.families[i])
	}
}

func (b *builder) coverPool(f *family) {
	if f.nobody < 0 {
		return
	}
	nobody := &b.groups[f.nobody]
	at := make(map[int64]run, len(nobody.units))
	for i := range nobody.units {
		u := &nobody.units[i]
		at[u.start] = run{u.first, int32(u.n)}
	}
	covered := map[int64]bool{}
	for _, member := range f.members {
		g := &b.groups[member]
		for i := range g.units {
			start := g.units[i].start
			if listed, ok := at[start]; ok {
				covered[start] = true
				if g.covers == nil {
					g.covers = map[int64]run{}
				}
				g.covers[start] = listed
			}
		}
	}
	kept := nobody.units[:0]
	for i, u := range nobody.units {
		if !nobody.gone[i] && !covered[u.start] {
			kept = append(kept, u)
		}
	}
	nobody.units, nobody.gone = kept, nil
}
