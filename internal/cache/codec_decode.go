package cache

import (
	"math"
	"unsafe"

	"timeslots/internal/timeslot"
)

var (
	byteShape       = shape{1, 1}
	oddityShape     = shape{3, int(unsafe.Sizeof(timeslot.Oddity{}))}
	stringShape     = shape{1, int(unsafe.Sizeof(""))}
	scheduleShape   = shape{13, int(unsafe.Sizeof(timeslot.Schedule{}))}  // nine references and four bytes
	slotShape       = shape{5, int(unsafe.Sizeof(timeslot.SlotWithID{}))} // one byte in each column
	departmentShape = shape{15, int(unsafe.Sizeof(timeslot.Department{}))}
	providerShape   = shape{5, int(unsafe.Sizeof(timeslot.Provider{}))}
	visitTypeShape  = shape{3, int(unsafe.Sizeof(timeslot.VisitType{}))}
	distanceShape   = shape{9, distanceSize}
)

// parsePayload fills f. Every byte must have its place.
func parsePayload(payload []byte, f *timeslot.Fragment) error {
	r := payloadReader{rest: payload, room: maxDecoded}
	r.readTable()
	f.NotFound = r.bit()
	f.Dropped = int(r.between(math.MinInt64, math.MaxInt64))
	f.Odd = r.oddities()
	f.Schedules = r.schedules()
	f.Slots, f.SlotIDs = r.slots(len(f.Schedules))
	f.Departments = r.departments()
	f.Providers = r.providers()
	f.Distances = r.distances()
	if n, ok := r.count(byteShape); ok {
		// A copy of its own, so that the fragment does not keep the rest of the payload alive.
		f.Body = append(make([]byte, 0, n), r.take(n)...)
	}
	if r.err == nil && len(r.rest) > 0 {
		r.fail("bytes after the end")
	}
	return r.err
}

func (r *payloadReader) readTable() {
	n, _ := r.count(stringShape)
	r.table = make([]string, n)
	r.strings(n, func(i int, s string) { r.table[i] = s })
}

func (r *payloadReader) text() string {
	ref := r.below(uint64(len(r.table)) + 1)
	if ref == 0 {
		return ""
	}
	return r.table[ref-1]
}

func (r *payloadReader) texts(fields []*string) {
	for _, s := range fields {
		*s = r.text()
	}
}

func (r *payloadReader) oddities() []timeslot.Oddity {
	n, ok := r.count(oddityShape)
	if !ok {
		return nil
	}
	list := make([]timeslot.Oddity, n)
	for i := range list {
		o := &list[i]
		o.Reason = timeslot.OddReason(r.text())
		o.Count = int(r.between(math.MinInt64, math.MaxInt64))
		o.Sample = r.text()
	}
	return list
}

func (r *payloadReader) schedules() []timeslot.Schedule {
	n, ok := r.count(scheduleShape)
	if !ok {
		return nil
	}
	list := make([]timeslot.Schedule, n)
	for i := range list {
		s := &list[i]
		r.texts(scheduleText(s))
		s.Pool = r.bit()
		for _, tri := range [...]*timeslot.Tri{&s.ForNewPatient, &s.ForEstablishedPatient, &s.Bookable} {
			*tri = timeslot.Tri(r.byteBelow(byte(timeslot.Yes) + 1))
		}
	}
	return list
}

func (r *payloadReader) slots(schedules int) (list []timeslot.Slot, ids []string) {
	n, ok := r.count(slotShape)
	if !ok {
		return nil, nil
	}
	list = make([]timeslot.Slot, n)
	start := int64(0)
	for i := range list {
		start += r.between(math.MinInt64, math.MaxInt64)
		list[i].Start = start
	}
	for i := range list {
		list[i].Schedule = uint32(r.below(uint64(schedules)))
	}
	for i := range list {
		list[i].Duration = uint16(r.below(math.MaxUint16 + 1))
	}
	for i := range list {
		list[i].Offset = int16(r.between(math.MinInt16, math.MaxInt16))
	}
	r.strings(n, func(i int, s string) {
		if s != "" && ids == nil {
			ids = make([]string, n)
		}
		if ids != nil {
			ids[i] = s
		}
	})
	return list, ids
}

func (r *payloadReader) departments() []timeslot.Department {
	n, ok := r.count(departmentShape)
	if !ok {
		return nil
	}
	list := make([]timeslot.Department, n)
	for i := range list {
		d := &list[i]
		r.texts(departmentText(d))
		d.Inactive = r.bit()
		if r.bit() {
			d.Point = &timeslot.Point{Latitude: r.float(), Longitude: r.float()}
		}
		d.VisitTypes = r.visitTypes()
	}
	return list
}

func (r *payloadReader) providers() []timeslot.Provider {
	n, ok := r.count(providerShape)
	if !ok {
		return nil
	}
	list := make([]timeslot.Provider, n)
	for i := range list {
		p := &list[i]
		r.texts(providerText(p))
		if n, ok := r.count(stringShape); ok {
			p.Specialties = make([]string, n)
			for j := range p.Specialties {
				p.Specialties[j] = r.text()
			}
		}
		p.VisitTypes = r.visitTypes()
	}
	return list
}

func (r *payloadReader) visitTypes() []timeslot.VisitType {
	n, ok := r.count(visitTypeShape)
	if !ok {
		return nil
	}
	list := make([]timeslot.VisitType, n)
	for i := range list {
		r.texts(visitTypeText(&list[i]))
	}
	return list
}

func (r *payloadReader) distances() map[string]float64 {
	n, ok := r.count(distanceShape)
	if !ok {
		return nil
	}
	miles := make(map[string]float64, n)
	for range n {
		key := r.text()
		miles[key] = r.float()
	}
	return miles
}
