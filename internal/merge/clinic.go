package merge

import (
	"math"
	"slices"
	"sync"
	"sync/atomic"

	"timeslots/internal/timeslot"
)

// clinic is what all questions about one department have in common: what the answers at hand list there, united; of one clinician
// where nothing connects them, see [unconnected]. It depends on what these answers say of the department and on nothing else, so
// that it stays when they are read again and say the same. It is frozen once it is built, but for the shade.
type clinic struct {
	rows    []row
	groups  []group // in the order of their identity
	entries []entry // of the units of a group side by side, and of a unit freshest first
	ids     []string
	idOf    []int32 // of each entry, in ids, −1 for none; nil where none has one
	clocks  []clock
	parts   []counted
	whole   window // from the first start that is listed until after the last

	npis  timeslot.Clinicians
	shade *atomic.Pointer[datedShade] // nil: what is taken is asked for each time

	odd *builder // where its slots are written in several clocks: see [clinic.inside]
}

// counted is the starts that one answer lists at the clinic, ascending, without those that a fresher answer for the same area
// lists as well.
type counted struct {
	from   int64    // Unix seconds
	after  []uint32 // how many seconds after from each is, see secondsTo
	clocks []uint16 // the clock of each; nil where all are the clinic's first one
}

// secondsTo is how long after from an instant is. What is more than 136 years after it, and so behind every window that reaches
// less far, is as if it were that.
func (c *counted) secondsTo(unix int64) uint32 {
	return uint32(min(max(unix-c.from, 0), math.MaxUint32))
}

// start is one of the starts.
func (c *counted) start(i int) int64 { return c.from + int64(c.after[i]) }

// clock is what some slots of a clinic are written in: the zone of the department, or an offset that upstream wrote.
type clock struct {
	zone   string
	offset int16 // minutes, where zone is empty
}

// listed is an answer's part in a clinic.
type listed struct {
	*listing
	answer *answer
	index  int32     // of the answer
	passed []stretch // days for which a fresher answer lists the clinic as well
}

// builder builds a clinic: of what is listed at a place, freshest first.
type builder struct {
	listed []listed
	within window // slots that begin outside are left out
	place  *place
	rights []authority // that may end slots of the clinic
	*desk

	// What follows is filled by the steps of [builder.build], in that order.
	clinic
	asked []int64 // when each part's answer was, in Unix nanoseconds
	zone  *zone   // of the place

	sites    []site
	visits   []visit
	families []family
	keyed    []keyed // all that is listed, by group and start, and the freshest first
}

// desk is the memory that clinics are built with, one after the other, and that none of them keeps.
type desk struct {
	contents []byte
	clockAt  map[clock]int32
	siteOf   map[string]int32
	visitOf  map[visitKey]int32
	namedAt  map[namedKey]int32 // the first visit type that a site has under a name
	names    names

	lists [2][]keyed
}

var desks = sync.Pool{New: func() any {
	return &desk{
		clockAt: map[clock]int32{}, siteOf: map[string]int32{}, visitOf: map[visitKey]int32{}, namedAt: map[namedKey]int32{},
		names: newNames(),
	}
}}

// maxNames is how many names of visit types are known at a desk before it begins anew.
const maxNames = 1000

// clear makes room for the next clinic. Names keep their numbers, as few of them are new there.
func (d *desk) clear() {
	clear(d.clockAt)
	clear(d.siteOf)
	clear(d.visitOf)
	clear(d.namedAt)
	if len(d.names.lowered) > maxNames {
		d.names = newNames()
	}
}

// build unites what is listed at the place.
func (b *builder) build() *clinic {
	b.desk.clear()
	b.zone = newZone(b.place.loc)
	for i := range b.listed {
		b.asked = append(b.asked, b.listed[i].answer.FetchedAt.UnixNano())
	}
	b.readRows()
	b.formGroups()
	b.describeGroups()
	b.grantAuthority()
	b.collect()
	b.arrange()
	b.finish()
	c := b.clinic
	c.shade = &atomic.Pointer[datedShade]{}
	if !c.even() {
		b.listed, b.place, b.rights, b.desk = nil, nil, nil, nil
		b.keyed = slices.Clone(b.keyed)
		c.odd = b
	}
	return &c
}

// arrange makes units of what is listed.
func (b *builder) arrange() {
	b.unite()
	b.coverPools()
	b.listElements()
}

// inside is a clinic that is written in several clocks with those slots alone whose listings lie inside the windows of their
// clocks.
func (c *clinic) inside(windows func(clock) window) *clinic {
	b := *c.odd
	b.zone = newZone(c.odd.zone.loc) // which remembers what it was asked last
	of := make([]window, len(c.clocks))
	for i := range of {
		of[i] = windows(c.clocks[i])
	}
	b.groups, b.keyed = slices.Clone(c.groups), nil
	for i := range b.groups {
		g := &b.groups[i]
		g.units, g.lists, g.listOf, g.covers = nil, nil, nil, nil
	}
	for _, k := range c.odd.keyed {
		if of[k.clock].holds(k.start) {
			b.keyed = append(b.keyed, k)
		}
	}
	b.arrange()
	return &b.clinic
}

// even reports whether all slots are written in one clock: then those inside a window are neighbours.
func (c *clinic) even() bool { return len(c.clocks) <= 1 }

// windowIn is the window of the clinic's clock, wide where every slot lies inside: also of those that were chosen by windows
// of their own.
func (c *clinic) windowIn(of func(clock) window) (w window, wide bool) {
	if len(c.clocks) != 1 {
		return c.whole, true
	}
	w = of(c.clocks[0])
	return w, w.from <= c.whole.from && c.whole.until <= w.until
}

// size is a measure of the memory that the clinic takes, in bytes.
func (c *clinic) size() int {
	const row, group, unit, entry, id, start = 320, 400, 16, 8, 4, 4
	n := len(c.rows)*row + len(c.groups)*group + len(c.entries)*entry + len(c.idOf)*id
	for i := range c.groups {
		n += len(c.groups[i].units) * unit
	}
	for i := range c.parts {
		n += len(c.parts[i].after) * start
	}
	return n
}

// clockOf is the number of the clock that one listing of a slot is read in, and the clock: the department's, or where
// upstream wrote another offset than that has, what upstream wrote. Upstream knows the rules of its clinics' clocks, and this
// program's may be older. An offset of zero is UTC, which surfaces write instants in, and no clinic's clock: it changes
// nothing where a zone is known.
func (b *builder) clockOf(s *timeslot.Slot) uint16 {
	c := clock{zone: b.place.zoneName}
	if b.zone.loc == nil || s.Offset != 0 && int64(s.Offset)*60 != b.zone.offsetAt(s.Start) {
		c = clock{offset: s.Offset}
	}
	if n := len(b.clocks); n > 0 && b.clocks[n-1] == c {
		return uint16(n - 1)
	}
	return uint16(intern(b.clockAt, c, &b.clocks, func() clock { return c }))
}

// offsetOf is how many seconds a clock is east of UTC at an instant.
func (b *builder) offsetOf(n uint16, unix int64) int64 {
	if c := &b.clocks[n]; c.zone == "" {
		return int64(c.offset) * 60
	}
	return b.zone.offsetAt(unix)
}
