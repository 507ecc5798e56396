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
	places     map[placeKey][]int32 // in Fragment.Departments
	providers  map[string][]int32   // by NPI, in Fragment.Providers
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
	p.readListings(f)
	p.sumUp(f)
	p.places = indexed(f.Departments, func(d *timeslot.Department) placeKey { return placeKey{d.EHRInstance, d.ID} })
	p.providers = indexed(f.Providers, func(p *timeslot.Provider) string { return p.NPI })
	return p
}

// readListings deals schedules and slots out to their departments. Answers list their schedules department by department,
// mostly.
func (p *partition) readListings(f *timeslot.Fragment) {
	of := make([]int32, len(f.Schedules))
	index := map[placeKey]int32{}
	for i := range f.Schedules {
		s := &f.Schedules[i]
		key := placeKey{s.EHRInstance, s.DepartmentID}
		if i > 0 && p.listings[of[i-1]].key == key {
			of[i] = of[i-1]
		} else {
			of[i] = intern(index, key, &p.listings, func() listing { return listing{key: key, npi: s.NPI} })
		}
		if l := &p.listings[of[i]]; l.npi != s.NPI {
			l.npi = ""
		}
	}
	ofSlots := make([]int32, len(f.Slots))
	for i := range f.Slots {
		ofSlots[i] = of[f.Slots[i].Schedule]
	}
	schedules, slots := dealt(of, len(p.listings)), dealt(ofSlots, len(p.listings))
	for i := range p.listings {
		p.listings[i].schedules, p.listings[i].slots = schedules[i], slots[i]
	}
}

// dealt gives each of some owners the indexes of what is theirs, ascending.
func dealt(ownerOf []int32, owners int) [][]uint32 {
	counts := make([]int, owners)
	for _, owner := range ownerOf {
		counts[owner]++
	}
	all, hands := make([]uint32, len(ownerOf)), make([][]uint32, owners)
	for i, count := range counts {
		hands[i], all = all[:0:count], all[count:]
	}
	for i, owner := range ownerOf {
		hands[owner] = append(hands[owner], uint32(i))
	}
	return hands
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

// indexed gives the entries of a list that have a key, in the order of the list.
func indexed[K comparable, T any](list []T, keyOf func(*T) K) map[K][]int32 {
	index := make(map[K][]int32, len(list))
	for i := range list {
		key := keyOf(&list[i])
		index[key] = append(index[key], int32(i))
	}
	return index
}
