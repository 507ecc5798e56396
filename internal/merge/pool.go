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
	at := make(map[int64]*unit, len(nobody.units))
	for i := range nobody.units {
		at[nobody.units[i].start] = &nobody.units[i]
	}
	covered := map[int64]bool{}
	for _, member := range f.members {
		units := b.groups[member].units
		for i := range units {
			if u := at[units[i].start]; u != nil {
				covered[u.start] = true
				units[i].cover, units[i].covers = u.first, u.n
			}
		}
	}
	kept := nobody.units[:0]
	for _, u := range nobody.units {
		if !u.gone && !covered[u.start] {
			kept = append(kept, u)
		}
	}
	nobody.units = kept
}
