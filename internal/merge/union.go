package merge

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strings"
	"sync"
	"time"

	"timeslots/internal/timeslot"
)

// union is what all questions that the same fragments answer have in common. It is frozen once it is built, but for what is
// worked out when the first question asks for it.
type union struct {
	from    shelf
	within  window   // slots that begin outside are left out
	answers []answer // freshest first
	indexOf map[*timeslot.Fragment]int32
	places  []place // in the order of EHR instance and id
	placeOf map[placeKey]int32

	asOf, freshUntil, staleUntil time.Time
	clinicians                   timeslot.Clinicians

	byNPI, byURL map[string][]authority // by whom and what they speak for

	named map[string][]int32 // the answers that describe a clinician, but those in lists
	lists []int32            // the answers that describe many

	described sync.Map // NPI → *timeslot.Provider, as far as somebody asked
	schedules sync.Map // *group → *timeslot.Schedule, as answers show it
}

// world is what a union depends on beside fragments: the same for all questions that share one.
type world struct {
	zones    *Zones
	surfaces *timeslot.Surfaces
}

// shelf has partitions and clinics that were worked out already.
type shelf interface {
	partition(*timeslot.Fragment) *partition
	clinic(key sum, build func() *clinic) *clinic
}

// manyProviders is from how many on an answer's own index is asked for each clinician.
const manyProviders = 16

func unionOf(fragments []*timeslot.Fragment, within window, known world, from shelf) *union {
	u := &union{
		from:    from,
		within:  within,
		answers: byFreshness(fragments, known.surfaces), indexOf: make(map[*timeslot.Fragment]int32, len(fragments)),
		placeOf: map[placeKey]int32{},
		named:   map[string][]int32{},
	}
	for i := range u.answers {
		a := &u.answers[i]
		a.parts = from.partition(a.Fragment)
		u.indexOf[a.Fragment] = int32(i)
		u.bound(a.Fragment)
		u.noteProviders(int32(i))
	}
	u.clinicians = u.allClinicians()
	u.findPlaces()
	u.joinPlaces()
	u.byNPI, u.byURL = authorities(u.answers)
	areas := overlapsOf(u.answers)
	for i := range u.places {
		p := &u.places[i]
		areas.settle(p)
		p.nameSlugs()
		p.written = p.info.Timezone
		p.findZone(known.zones)
	}
	return u
}

func (u *union) allClinicians() timeslot.Clinicians {
	sets := make([]timeslot.Clinicians, len(u.answers))
	for i := range u.answers {
		sets[i] = u.answers[i].parts.clinicians
	}
	return timeslot.CliniciansIn(sets...)
}

// clinicsAt is what is listed at a place of the union, worked out for the first question that asks for it.
func (u *union) clinicsAt(p *place) []*clinic {
	p.once.Do(func() { u.buildAt(p, u.from) })
	return p.clinics
}

func (u *union) buildAt(p *place, from shelf) {
	d := desks.Get().(*desk)
	defer desks.Put(d)
	p.apart = unconnected(p.parts)
	p.clinics = make([]*clinic, len(p.apart))
	for i, parts := range p.apart {
		rights := u.rightsAt(p, parts)
		d.contents = p.appendContents(d.contents[:0], parts, u.within, rights)
		p.clinics[i] = from.clinic(sumOf(d.contents), func() *clinic {
			b := &builder{listed: parts, within: u.within, place: p, rights: rights, desk: d}
			return b.build()
		})
	}
}

// unconnected brings the parts of a place into lists that have nothing to do with each other, freshest first: one for each
// clinician, in the order of NPI, where every answer lists a single one there, else one of all. So questions share what is
// worked out about a clinician, also where they name others.
func unconnected(parts []listed) (lists [][]listed) {
	for i := range parts {
		if parts[i].npi == "" {
			return [][]listed{parts}
		}
	}
	byNPI := parts
	if !slices.IsSortedFunc(parts, func(a, b listed) int { return strings.Compare(a.npi, b.npi) }) {
		byNPI = slices.Clone(parts)
		slices.SortFunc(byNPI, func(a, b listed) int { return cmp.Or(strings.Compare(a.npi, b.npi), cmp.Compare(a.index, b.index)) })
	}
	for rest := byNPI; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n].npi == rest[0].npi {
			n++
		}
		lists = append(lists, rest[:n:n])
		rest = rest[n:]
	}
	return lists
}

// bound takes age and bounds from the answers about slots. "Not found" is one of them: the union is as old as its oldest
// part, and fresh as long as all its parts are.
func (u *union) bound(f *timeslot.Fragment) {
	if f.Key.Operation.OfDirectory() {
		return
	}
	u.asOf = earliest(u.asOf, f.FetchedAt)
	u.freshUntil = earliest(u.freshUntil, f.Bounds.Fresh)
	u.staleUntil = earliest(u.staleUntil, f.Bounds.Stale)
}

// earliest is the earlier one; zero stands for none yet.
func earliest(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}

// findPlaces finds what the answers list at each department.
func (u *union) findPlaces() {
	var keys []placeKey
	for i := range u.answers {
		for j := range u.answers[i].parts.listings {
			key := u.answers[i].parts.listings[j].key
			intern(u.placeOf, key, &keys, func() placeKey { return key })
		}
	}
	slices.SortFunc(keys, func(a, b placeKey) int { return cmp.Or(strings.Compare(a.ehr, b.ehr), strings.Compare(a.id, b.id)) })
	u.places = make([]place, len(keys))
	for i, key := range keys {
		u.places[i].ehr, u.places[i].id, u.places[i].key = key.ehr, key.id, timeslot.DepartmentKey(key.ehr, key.id)
		u.placeOf[key] = int32(i)
	}
	counts, n := make([]int32, len(keys)), 0
	at := make([]int32, 0, len(u.answers)) // of each listing
	for i := range u.answers {
		for j := range u.answers[i].parts.listings {
			at = append(at, u.placeOf[u.answers[i].parts.listings[j].key])
			counts[at[n]]++
			n++
		}
	}
	all := make([]listed, n)
	for i := range u.places {
		u.places[i].parts, all = all[:0:counts[i]], all[counts[i]:]
	}
	n = 0
	for i := range u.answers {
		a := &u.answers[i]
		for j := range a.parts.listings {
			p := &u.places[at[n]]
			p.parts = append(p.parts, listed{listing: &a.parts.listings[j], answer: a, index: int32(i)})
			n++
		}
	}
}

// rightsAt are the authorities that may end slots of some parts of a place.
func (u *union) rightsAt(p *place, parts []listed) (rights []authority) {
	for _, name := range p.urlNames {
		rights = append(rights, u.byURL[name]...)
	}
	if len(u.byNPI) == 0 {
		return rights
	}
	if npi := parts[0].npi; npi != "" && parts[len(parts)-1].npi == npi && len(p.apart) > 1 { // hers alone
		return append(rights, u.byNPI[npi]...)
	}
	var seen []string
	for i := range parts {
		part := &parts[i]
		for _, j := range part.schedules {
			npi := part.answer.Schedules[j].NPI
			if from, ok := u.byNPI[npi]; ok && !slices.Contains(seen, npi) {
				seen = append(seen, npi)
				rights = append(rights, from...)
			}
		}
	}
	return rights
}

// appendContents appends all that a clinic of some parts depends on. Of the ages of answers that is their order, and where one
// may overrule another, by how much they differ.
func (p *place) appendContents(b []byte, parts []listed, within window, rights []authority) []byte {
	b = binary.LittleEndian.AppendUint64(b, uint64(within.from))
	b = binary.LittleEndian.AppendUint64(b, uint64(within.until))
	for _, text := range [...]string{p.ehr, p.id, p.zoneName} {
		b = appendText(b, text)
	}
	b = binary.AppendUvarint(b, uint64(len(p.info.VisitTypes)))
	for i := range p.info.VisitTypes {
		v := &p.info.VisitTypes[i]
		b = appendText(appendText(appendText(b, v.ID), v.Name), v.Title)
	}
	b = binary.AppendUvarint(b, uint64(len(parts)))
	for i := range parts {
		b = parts[i].appendContents(b, len(rights) > 0)
	}
	for i := range rights {
		a := &rights[i]
		all := byte(0)
		if a.all {
			all = 1
		}
		own := slices.IndexFunc(parts, func(l listed) bool { return l.answer == a.answer })
		b = append(appendText(appendText(b, a.npi), a.name), all)
		b = binary.LittleEndian.AppendUint16(b, uint16(a.spelling))
		for _, n := range [...]int64{a.asked, a.from, a.until, int64(own)} {
			b = binary.LittleEndian.AppendUint64(b, uint64(n))
		}
	}
	return b
}

func (l *listed) appendContents(b []byte, dated bool) []byte {
	b = binary.LittleEndian.AppendUint16(b, uint16(l.answer.spelling))
	b = appendText(b, l.answer.Key.VisitType)
	b = binary.LittleEndian.AppendUint64(b, l.sum[0])
	b = binary.LittleEndian.AppendUint64(b, l.sum[1])
	b = binary.AppendUvarint(b, uint64(len(l.passed)))
	for _, days := range l.passed {
		b = binary.LittleEndian.AppendUint64(b, uint64(days.first))
		b = binary.LittleEndian.AppendUint64(b, uint64(days.last))
	}
	if dated {
		b = binary.LittleEndian.AppendUint64(b, uint64(l.answer.FetchedAt.UnixNano()))
	}
	return b
}

// beyond is the place as those answers have it that are not for an area: where it lies outside of the caller's
// circle, it counts as if upstream had been asked for that circle.
func (u *union) beyond(p *place, zones *Zones) *place {
	var parts []listed
	for i := range p.parts {
		if !p.parts[i].answer.ofArea() {
			parts = append(parts, p.parts[i])
		}
	}
	if len(parts) == 0 || len(parts) == len(p.parts) {
		return p // of the former nothing counts: see [group.ofArea]
	}
	if known := p.beyondAt.Load(); known != nil {
		return known
	}
	far := &place{ehr: p.ehr, id: p.id, key: p.key, info: p.info, urlNames: p.urlNames, written: p.written, miles: p.miles, parts: parts}
	far.findZone(zones)
	far.once.Do(func() { u.buildAt(far, unkept{}) })
	p.beyondAt.Store(far)
	return far
}
