package decode

import (
	"cmp"
	"fmt"
	"slices"
	"sync"

	"timeslots/internal/fetch/scan"
	"timeslots/internal/timeslot"
)

// builder collects one fragment. Strings are interned: an answer repeats few distinct ones many times.
type builder struct {
	read    Read
	d       *scan.Scanner
	f       *timeslot.Fragment
	slots   []timeslot.SlotWithID // until they are frozen
	room    *room                 // where they are; nil: there are none
	strings map[string]string
	index   map[timeslot.Schedule]uint32
	first   uint32 // the first schedule that a slot may belong to
	last    uint32 // the schedule met last: slots of one schedule come in runs
	locals  int    // starts without an offset
	unread  []byte // the last start that means nothing
	odd     []Oddity
}

func newBuilder(read Read, body []byte, slots int) *builder {
	f := &timeslot.Fragment{Key: read.Key, FetchedAt: read.FetchedAt, Body: body}
	var r *room
	var list []timeslot.SlotWithID
	if slots > 0 {
		r = rooms.Get().(*room)
		list = slices.Grow(r.slots[:0], slots)
	}
	return &builder{
		slots:   list,
		read:    read,
		d:       scan.New(body),
		f:       f,
		room:    r,
		strings: make(map[string]string, 32),
		index:   make(map[timeslot.Schedule]uint32, 8),
	}
}

// maxInterned bounds the intern table; slot ids, which never repeat, do not go through it.
const maxInterned = 50_000

func (b *builder) intern(raw []byte) string {
	if s, ok := b.strings[string(raw)]; ok {
		return s
	}
	s := string(raw)
	if len(b.strings) < maxInterned {
		b.strings[s] = s
	}
	return s
}

// schedule gives the index of s, adding it when it is new.
func (b *builder) schedule(s timeslot.Schedule) (uint32, error) {
	for _, i := range [...]uint32{b.last, b.last + 1, b.first} { // clinicians take turns
		if int(i) < len(b.f.Schedules) && b.f.Schedules[i] == s {
			b.last = i
			return i, nil
		}
	}
	i, ok := b.index[s]
	if !ok {
		if len(b.f.Schedules) >= maxEntries {
			return 0, fmt.Errorf("more than %d schedules", maxEntries)
		}
		i = uint32(len(b.f.Schedules))
		b.f.Schedules = append(b.f.Schedules, s)
		b.index[s] = i
	}
	b.last = i
	return i, nil
}

func (b *builder) slot(s timeslot.SlotWithID) error {
	if len(b.slots) >= MaxSlots {
		return ErrTooMany
	}
	b.slots = append(b.slots, s)
	return nil
}

// room is where the slots of an answer are collected and sorted, one after the other. How many there are is known at the end,
// and fragments are kept: each gets a list of its own that has no room to spare.
type room struct{ slots, spare []timeslot.SlotWithID }

var rooms = sync.Pool{New: func() any { return new(room) }}

// fragment freezes what was collected: slots in order, none twice. It is called once.
func (b *builder) fragment() *timeslot.Fragment {
	b.f.Schedules, b.f.Departments, b.f.Providers = exact(b.f.Schedules), exact(b.f.Departments), exact(b.f.Providers)
	if b.room == nil {
		return b.f
	}
	byStart := func(x, y timeslot.SlotWithID) int {
		if c := cmp.Compare(x.Start, y.Start); c != 0 {
			return c
		}
		return cmp.Compare(x.Schedule, y.Schedule)
	}
	b.room.slots = b.slots
	b.room.spare = slices.Grow(b.room.spare[:0], len(b.slots))[:len(b.slots)]
	sorted := sortRuns(b.room.slots, b.room.spare, byStart)
	sorted = slices.CompactFunc(sorted, func(x, y timeslot.SlotWithID) bool {
		return x.Start == y.Start && x.Schedule == y.Schedule
	})
	b.f.SetSlots(sorted)
	clear(b.room.slots) // which would keep the ids
	clear(b.room.spare)
	rooms.Put(b.room)
	b.room = nil
	return b.f
}

// exact is list, or a copy of it without room behind it.
func exact[T any](list []T) []T {
	if len(list) == cap(list) {
		return list
	}
	kept := make([]T, len(list))
	copy(kept, list)
	return kept
}
