package cache

import (
	"math"
	"unsafe"

	"timeslots/internal/timeslot"
)

// Costs that no field shows, in bytes.
const (
	entryOverhead = 256 // the cache's own node, hash table share and policy state for one key
	distanceSize  = 40  // one entry of Distances: 24 bytes, in a table that is two thirds full on average
)

// Weight is how many bytes of memory f keeps alive. Strings that several schedules share are counted each time, so it
// errs to the large side.
func Weight(f *timeslot.Fragment) uint32 {
	n := entryOverhead + int(unsafe.Sizeof(*f)) + keyBytes(&f.Key) + cap(f.Body)
	n += cap(f.Odd) * int(unsafe.Sizeof(timeslot.Oddity{}))
	for i := range f.Odd {
		n += len(f.Odd[i].Sample)
	}
	n += cap(f.Schedules) * int(unsafe.Sizeof(timeslot.Schedule{}))
	for i := range f.Schedules {
		n += textBytes(scheduleText(&f.Schedules[i]))
	}
	n += cap(f.Slots) * int(unsafe.Sizeof(timeslot.Slot{}))
	n += cap(f.SlotIDs) * int(unsafe.Sizeof(""))
	for _, id := range f.SlotIDs {
		n += len(id)
	}
	n += cap(f.Departments) * int(unsafe.Sizeof(timeslot.Department{}))
	for i := range f.Departments {
		n += departmentBytes(&f.Departments[i])
	}
	n += cap(f.Providers) * int(unsafe.Sizeof(timeslot.Provider{}))
	for i := range f.Providers {
		n += providerBytes(&f.Providers[i])
	}
	for key := range f.Distances {
		n += len(key) + distanceSize
	}
	return uint32(min(n, math.MaxUint32))
}

func keyBytes(k *timeslot.FragmentKey) int {
	return len(k.NPI) + len(k.Department) + len(k.VisitType) + len(k.Area.PostalCode)
}

func departmentBytes(d *timeslot.Department) int {
	n := textBytes(departmentText(d)) + visitTypeBytes(d.VisitTypes)
	if d.Point != nil {
		n += int(unsafe.Sizeof(*d.Point))
	}
	return n
}

func providerBytes(p *timeslot.Provider) int {
	n := textBytes(providerText(p)) + visitTypeBytes(p.VisitTypes)
	n += cap(p.Specialties) * int(unsafe.Sizeof(""))
	for _, s := range p.Specialties {
		n += len(s)
	}
	return n
}

func visitTypeBytes(list []timeslot.VisitType) int {
	n := cap(list) * int(unsafe.Sizeof(timeslot.VisitType{}))
	for i := range list {
		n += textBytes(visitTypeText(&list[i]))
	}
	return n
}

func textBytes(fields []*string) int {
	n := 0
	for _, s := range fields {
		n += len(*s)
	}
	return n
}

// The functions below list the text fields of the domain's structs once, for the weigher and both directions of the
// codec. Their order is part of the stored format. The results stay on the caller's stack where they are inlined.

func scheduleText(s *timeslot.Schedule) []*string {
	return []*string{
		&s.EHRInstance, &s.DepartmentID, &s.NPI, &s.ProviderID,
		&s.VisitTypeID, &s.VisitTypeName, &s.VisitTypeTitle, (*string)(&s.Modality), &s.Timezone,
	}
}

func departmentText(d *timeslot.Department) []*string {
	return []*string{
		&d.EHRInstance, &d.ID, &d.URLName, &d.Name, &d.ClinicType, &d.Timezone, &d.Phone,
		&d.Address.Line1, &d.Address.Line2, &d.Address.City, &d.Address.State, &d.Address.PostalCode,
	}
}

func providerText(p *timeslot.Provider) []*string { return []*string{&p.NPI, &p.Name, &p.Gender} }

func visitTypeText(v *timeslot.VisitType) []*string { return []*string{&v.ID, &v.Name, &v.Title} }
