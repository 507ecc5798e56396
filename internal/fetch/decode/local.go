package decode

import (
	"math"
	"time"

	"timeslots/internal/timeslot"
)

// localOffset marks the start of a slot, while its answer is read, as local time: the zone may be named after it. The
// start then holds the seconds that would be right in UTC.
const localOffset = math.MinInt16

// at puts a start into a slot.
func (i instant) at(slot *timeslot.Slot) {
	slot.Start, slot.Offset = i.unix, i.offset
	if i.local {
		slot.Offset = localOffset
	}
}

// placeLocal gives starts that upstream wrote without an offset their instants: they are the clinic's own time, in the zone
// of the answer, else in the directory's. What nobody knows the zone of is left out. A time that the clock skips is read
// with the offset before, and of two the first is meant.
func (b *builder) placeLocal() {
	if b.locals == 0 {
		return
	}
	zones := make([]*time.Location, len(b.f.Schedules))
	looked := make([]bool, len(b.f.Schedules))
	kept := b.slots[:0]
	for _, slot := range b.slots {
		if slot.Offset == localOffset {
			i := slot.Schedule
			if !looked[i] {
				zones[i], looked[i] = b.zoneFor(&b.f.Schedules[i]), true
			}
			if zones[i] == nil {
				b.lose(ReasonZone, "timezone", []byte(b.f.Schedules[i].Timezone))
				continue
			}
			slot.Start, slot.Offset = inZone(slot.Start, zones[i])
		}
		kept = append(kept, slot)
	}
	b.slots = kept
}

// zoneFor is the zone of a schedule's department; nil when nobody knows one.
func (b *builder) zoneFor(s *timeslot.Schedule) *time.Location {
	if loc, ok := zoneOf(s.Timezone); ok {
		return loc
	}
	if b.read.Zone != nil {
		if loc, ok := zoneOf(b.read.Zone(s.DepartmentKey())); ok {
			return loc
		}
	}
	return nil
}

// inZone is the instant at which clocks in loc show what clocks in UTC show at unix, and the offset then.
func inZone(unix int64, loc *time.Location) (start int64, offset int16) {
	utc := time.Unix(unix, 0).UTC()
	t := time.Date(utc.Year(), utc.Month(), utc.Day(), utc.Hour(), utc.Minute(), utc.Second(), 0, loc)
	_, seconds := t.Zone()
	return t.Unix(), int16(seconds / 60)
}
