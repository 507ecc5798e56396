package merge

import (
	"encoding/binary"
	"hash/maphash"

	"timeslots/internal/timeslot"
)

// partition is a fragment's schedules and slots by department: what two fragments list at a department can be compared,
// and is worked out again only where it differs.
type partition struct {
	listings   []listing
	clinicians timeslot.Clinicians
	places     chains[placeKey] // in Fragment.Departments
	providers  chains[string]   // by NPI, in Fragment.Providers
}

// listing is what a fragment lists at one department.
type listing struct {
	key       placeKey
	schedules []uint32 // indexes in Fragment.Schedules, ascending
	slots     []uint32 // indexes in Fragment.Slots, ascending by start
	sum       sum      // of schedules and slots
	npi       string   // whom all schedules are about; empty when that is several, or nobody
}

// sum stands for contents: two that differ have the same one in no practical case.
type sum [2]uint64

var sumSeeds = [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}

func sumOf(b []byte) sum { return sum{maphash.Bytes(sumSeeds[0], b), maphash.Bytes(sumSeeds[1], b)} }

// contents are what a partition is of. A fragment that upstream repeated shares them with the one before (decision 0020), and
// fragments of two keys share no list.
type contents struct {
	npi         string // of the key
	directory   bool
	schedules   *timeslot.Schedule
	slots       *timeslot.Slot
	departments *timeslot.Department
	providers   *timeslot.Provider
	lengths     [4]int
}

func contentsOf(f *timeslot.Fragment) contents {
	return contents{
		f.Key.NPI, f.Key.Operation.OfDirectory(), first(f.Schedules), first(f.Slots), first(f.Departments), first(f.Providers),
		[4]int{len(f.Schedules), len(f.Slots), len(f.Departments), len(f.Providers)},
	}
}

// first is where a list is, as nobody writes to it.
func first[T any](list []T) *T {
	if len(list) == 0 {
		return nil
	}
	return &list[0]
}

// size counts nothing: what a partition takes is little beside its fragment.
func (p *partition) size() int { return 0 }

func partitionOf(f *timeslot.Fragment) *partition {
	p := &partition{clinicians: timeslot.CliniciansOf(f)}
	of := p.readSchedules(f)
	p.readSlots(f, of)
	p.sumUp(f)
	p.places = chained(len(f.Departments), func(i int) placeKey { return placeKey{f.Departments[i].EHRInstance, f.Departments[i].ID} })
	p.providers = chained(len(f.Providers), func(i int) string { return f.Providers[i].NPI })
	return p
}

// readSchedules gives the department of every schedule. Answers list their schedules department by department, mostly.
func (p *partition) readSchedules(f *timeslot.Fragment) (of []int32) {
	of = make([]int32, len(f.Schedules))
	index := map[placeKey]int32{}
	counts := []int32{}
	for i := range f.Schedules {
		s := &f.Schedules[i]
		key := placeKey{s.EHRInstance, s.DepartmentID}
		if i > 0 && p.listings[of[i-1]].key == key {
			of[i] = of[i-1]
		} else {
			of[i] = intern(index, key, &p.listings, func() listing { return listing{key: key} })
		}
		if int(of[i]) == len(counts) {
			counts = append(counts, 0)
		}
		counts[of[i]]++
	}
	all := make([]uint32, len(f.Schedules))
	for i := range p.listings {
		p.listings[i].schedules, all = all[:0:counts[i]], all[counts[i]:]
	}
	for i := range f.Schedules {
		l, npi := &p.listings[of[i]], f.Schedules[i].NPI
		if len(l.schedules) == 0 {
			l.npi = npi
		} else if l.npi != npi {
			l.npi = ""
		}
		l.schedules = append(l.schedules, uint32(i))
	}
	return of
}

func (p *partition) readSlots(f *timeslot.Fragment, of []int32) {
	counts := make([]int32, len(p.listings))
	for i := range f.Slots {
		counts[of[f.Slots[i].Schedule]]++
	}
	all := make([]uint32, len(f.Slots))
	for i := range p.listings {
		p.listings[i].slots, all = all[:0:counts[i]], all[counts[i]:]
	}
	for i := range f.Slots {
		l := &p.listings[of[f.Slots[i].Schedule]]
		l.slots = append(l.slots, uint32(i))
	}
}

func (p *partition) sumUp(f *timeslot.Fragment) {
	place := make([]uint32, len(f.Schedules)) // of each schedule among those of its department
	b := make([]byte, 0, sumChunk+256)
	for i := range p.listings {
		l := &p.listings[i]
		b = b[:0]
		for j, s := range l.schedules {
			place[s] = uint32(j)
			b = inChunks(appendSchedule(b, &f.Schedules[s]))
		}
		for _, s := range l.slots {
			slot := &f.Slots[s]
			b = binary.LittleEndian.AppendUint64(b, uint64(slot.Start))
			b = binary.LittleEndian.AppendUint64(b, uint64(place[slot.Schedule])<<32|uint64(slot.Duration)<<16|uint64(uint16(slot.Offset)))
			b = inChunks(appendText(b, f.SlotID(int(s))))
		}
		l.sum = sumOf(b)
	}
}

// sumChunk is how many bytes are summed up at once.
const sumChunk = 4 << 10

// inChunks puts the sum of a chunk in its place once it is full.
func inChunks(b []byte) []byte {
	if len(b) < sumChunk {
		return b
	}
	s := sumOf(b)
	return binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(b[:0], s[0]), s[1])
}

func appendSchedule(b []byte, s *timeslot.Schedule) []byte {
	for _, text := range [...]string{
		s.NPI, s.ProviderID, s.VisitTypeID, s.VisitTypeName, s.VisitTypeTitle, string(s.Modality), s.Timezone,
	} {
		b = appendText(b, text)
	}
	pool := byte(0)
	if s.Pool {
		pool = 1
	}
	return append(b, pool, byte(s.ForNewPatient), byte(s.ForEstablishedPatient), byte(s.Bookable))
}

func appendText(b []byte, s string) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)))
	return append(b, s...)
}

// chains finds the entries of a list that have a key, in the order of the list.
type chains[K comparable] struct {
	first map[K]int32
	next  []int32 // the next entry of the same key, −1 for none
}

func chained[K comparable](n int, keyOf func(int) K) (c chains[K]) {
	if n == 0 {
		return c
	}
	c.first, c.next = make(map[K]int32, n), make([]int32, n)
	for i := n - 1; i >= 0; i-- {
		key := keyOf(i)
		c.next[i] = -1
		if later, ok := c.first[key]; ok {
			c.next[i] = later
		}
		c.first[key] = int32(i)
	}
	return c
}

// each visits the entries of a key.
func (c *chains[K]) each(key K, visit func(i int32)) {
	i, ok := c.first[key]
	for ; ok && i >= 0; i = c.next[i] {
		visit(i)
	}
}
