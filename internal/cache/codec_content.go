package cache

import (
	"math"
	"unsafe"

	"timeslots/internal/timeslot"
)

// content goes over what a fragment holds in the order of the stored format, and writes it or reads it: one of the two is set.
type content struct {
	write *payloadWriter
	read  *payloadReader
}

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

func (c *content) fragment(f *timeslot.Fragment) {
	c.bit(&f.NotFound)
	c.integer(&f.Dropped)
	each(c, &f.Odd, oddityShape, (*content).oddity)
	each(c, &f.Schedules, scheduleShape, (*content).schedule)
	if c.write != nil {
		c.write.slots(f)
	} else {
		f.Slots, f.SlotIDs = c.read.slots(len(f.Schedules))
	}
	each(c, &f.Departments, departmentShape, (*content).department)
	each(c, &f.Providers, providerShape, (*content).provider)
	c.distances(&f.Distances)
	if c.write != nil {
		c.write.count(len(f.Body), f.Body == nil)
		c.write.body = append(c.write.body, f.Body...)
	} else if n, ok := c.read.count(byteShape); ok {
		// A copy of its own, so that the fragment does not keep the rest of the payload alive.
		f.Body = append(make([]byte, 0, n), c.read.take(n)...)
	}
}

// each goes over a list, of which nil and empty are told apart.
func each[T any](c *content, list *[]T, of shape, one func(*content, *T)) {
	if c.write != nil {
		c.write.count(len(*list), *list == nil)
	} else if n, ok := c.read.count(of); ok {
		*list = make([]T, n)
	}
	for i := range *list {
		one(c, &(*list)[i])
	}
}

func (c *content) oddity(o *timeslot.Oddity) {
	c.text((*string)(&o.Reason))
	c.integer(&o.Count)
	c.text(&o.Sample)
}

func (c *content) schedule(s *timeslot.Schedule) {
	c.texts(scheduleText(s))
	c.bit(&s.Pool)
	for _, tri := range [...]*timeslot.Tri{&s.ForNewPatient, &s.ForEstablishedPatient, &s.Bookable} {
		if c.write != nil {
			c.write.body = append(c.write.body, byte(*tri))
		} else {
			*tri = timeslot.Tri(c.read.byteBelow(byte(timeslot.Yes) + 1))
		}
	}
}

func (c *content) department(d *timeslot.Department) {
	c.texts(departmentText(d))
	c.bit(&d.Inactive)
	located := d.Point != nil
	if c.bit(&located); located {
		if d.Point == nil {
			d.Point = &timeslot.Point{}
		}
		c.float(&d.Point.Latitude)
		c.float(&d.Point.Longitude)
	}
	each(c, &d.VisitTypes, visitTypeShape, (*content).visitType)
}

func (c *content) provider(p *timeslot.Provider) {
	c.texts(providerText(p))
	each(c, &p.Specialties, stringShape, (*content).text)
	each(c, &p.VisitTypes, visitTypeShape, (*content).visitType)
}

func (c *content) visitType(v *timeslot.VisitType) { c.texts(visitTypeText(v)) }

func (c *content) distances(miles *map[string]float64) {
	if c.write != nil {
		c.write.count(len(*miles), *miles == nil)
		for key, v := range *miles {
			c.write.text(key)
			c.write.float(v)
		}
	} else if n, ok := c.read.count(distanceShape); ok {
		*miles = make(map[string]float64, n)
		for range n {
			key := c.read.text()
			(*miles)[key] = c.read.float()
		}
	}
}

func (c *content) text(s *string) {
	if c.write != nil {
		c.write.text(*s)
	} else {
		*s = c.read.text()
	}
}

func (c *content) texts(fields []*string) {
	for _, s := range fields {
		c.text(s)
	}
}

func (c *content) bit(v *bool) {
	if c.write != nil {
		c.write.bit(*v)
	} else {
		*v = c.read.byteBelow(2) == 1
	}
}

func (c *content) integer(n *int) {
	if c.write != nil {
		c.write.signed(int64(*n))
	} else {
		*n = int(c.read.between(math.MinInt64, math.MaxInt64))
	}
}

func (c *content) float(v *float64) {
	if c.write != nil {
		c.write.float(*v)
	} else {
		*v = c.read.float()
	}
}
