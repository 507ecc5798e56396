package main

import (
	"encoding/json"
	"fmt"
	"hash/maphash"
	"slices"
	"sync"
	"time"
)

// handle is a name of a slot: the id of /v1/timeslots, upstream's slotId, or for one clinician's time whose and when.
type handle string

func idHandle(id string) handle     { return handle("id " + id) }
func slotHandle(slot string) handle { return handle("slotId " + slot) }

// offer is one slot that an answer lists.
type offer struct {
	handles []handle // those that are known, one or two

	// What a retail booking needs; slotID is empty when the answer does not say all of it.
	slotID, providerID, system, department string

	// And what a provider booking needs; npi is empty for a retail one.
	npi, visitType string
}

func (o offer) bookable() bool { return o.slotID != "" }

// decoder reads the offers of one kind of answer.
type decoder func(body []byte) ([]offer, error)

// slot is what an answer of GET /v1/timeslots says of one (docs/interface.md §3.1), as far as it is looked at.
type slot struct {
	ID           string
	NPI          string
	EHRInstance  string
	DepartmentID string
	SlotDateTime time.Time
	Booking      struct{ Flow, SlotID, ProviderID string }
}

func timeslotsIn(body []byte) ([]slot, error) {
	var a struct{ Timeslots *[]slot }
	if err := json.Unmarshal(body, &a); err != nil {
		return nil, err
	}
	if a.Timeslots == nil {
		return nil, fmt.Errorf("no timeslots in %.100s", body)
	}
	return *a.Timeslots, nil
}

// decodeTimeslots reads an answer of GET /v1/timeslots (docs/interface.md §3.1).
func decodeTimeslots(body []byte) ([]offer, error) {
	slots, err := timeslotsIn(body)
	out := make([]offer, len(slots))
	for i, s := range slots {
		if s.ID == "" {
			return nil, fmt.Errorf("timeslot %d has no id", i)
		}
		out[i].handles = []handle{idHandle(s.ID)}
		if s.Booking.SlotID == "" {
			continue
		}
		out[i].handles = append(out[i].handles, slotHandle(s.Booking.SlotID))
		if s.Booking.Flow == "retail" && s.Booking.ProviderID != "" {
			out[i].slotID, out[i].providerID = s.Booking.SlotID, s.Booking.ProviderID
			out[i].system, out[i].department = s.EHRInstance, s.DepartmentID
		}
	}
	return out, err
}

// dropInSlot is what an answer in DexCare's own shape says of a slot, as far as it is looked at.
type dropInSlot struct {
	ID, ProviderNationalID, DepartmentID, DepartmentIdentifier, VisitTypeID string
	SlotDateTime                                                            time.Time
}

func dropInSlotsIn(body []byte) (slots []dropInSlot, err error) {
	var a struct {
		ScheduleDays *[]struct{ TimeSlots []dropInSlot }
	}
	if err := json.Unmarshal(body, &a); err != nil {
		return nil, err
	}
	if a.ScheduleDays == nil {
		return nil, fmt.Errorf("no scheduleDays in %.100s", body)
	}
	for _, day := range *a.ScheduleDays {
		slots = append(slots, day.TimeSlots...)
	}
	if i := slices.IndexFunc(slots, func(s dropInSlot) bool { return s.ID == "" }); i >= 0 {
		return nil, fmt.Errorf("slot %d has no id", i)
	}
	return slots, nil
}

// decodeDropIn reads an answer of GET /dexcare/v2/departments/{urlName}/timeslots (docs/dexcare.md §4.3).
func decodeDropIn(body []byte) (out []offer, err error) {
	slots, err := dropInSlotsIn(body)
	for _, s := range slots {
		out = append(out, offer{handles: []handle{slotHandle(s.ID)}})
	}
	return out, err
}

// maxBodies bounds the library; when it is full, it starts over.
const maxBodies = 2_000

// library decodes each distinct body once. Most reads repeat one. Bodies are told apart by a hash of their own bytes: an
// ETag would be the word of what is being checked.
type library struct {
	seed     maphash.Seed
	mu       sync.RWMutex
	books    map[uint64][]offer // not written to once in here
	distinct int
}

func newLibrary() *library {
	return &library{seed: maphash.MakeSeed(), books: map[uint64][]offer{}}
}

func (l *library) offers(body []byte, decode decoder) ([]offer, error) {
	key := maphash.Bytes(l.seed, body)
	l.mu.RLock()
	offers, known := l.books[key]
	l.mu.RUnlock()
	if known {
		return offers, nil
	}
	offers, err := decode(body)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.books) >= maxBodies {
		clear(l.books)
	}
	l.books[key] = offers
	l.distinct++
	return offers, nil
}

func (l *library) size() int {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.distinct
}
