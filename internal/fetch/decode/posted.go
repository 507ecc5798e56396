package decode

import (
	"strings"

	"timeslots/internal/fetch/scan"
	"timeslots/internal/timeslot"
)

// What a drop-in route repeats is never rendered anew, and much of it is not read. But answers to a POST speak of clinicians and
// list slots as well (docs/dexcare.md §5.4, §6.2, §6.3): who books a slot, or says that something is void, means those too.

// posted reads whom and what an answer to a POST speaks of, and whom its question names. They are schedules without anything that
// answers would need, and their slots.
func (b *builder) posted(levels []level) error {
	kind := b.d.Next()
	document, err := b.d.Raw()
	if err != nil || kind != scan.Object {
		return err
	}
	c := cutter{levels: levels, zones: postedZones(document), visit: b.spokenOf}
	if b.read.Zone != nil {
		c.zone = b.read.Zone
	}
	if _, err := c.cut(document, 0, leaf{}); err != nil {
		return err
	}
	if b.read.Key.Operation == timeslot.OpSlotsSearch && b.read.Key.Params != "" {
		asked := cutter{levels: []level{{"criteriaItems", false}}, visit: b.spokenOf}
		if _, err := asked.cut([]byte(b.read.Key.Params), 0, leaf{}); err != nil {
			return err
		}
	}
	return nil
}

// spokenOf takes over one slot, or who is named without one.
func (b *builder) spokenOf(s *timeslot.Schedule, slot *timeslot.SlotWithID) error {
	if s.NPI == "" && s.DepartmentID == "" {
		return nil
	}
	i, err := b.schedule(*s)
	if err != nil || slot.Start == 0 {
		return err
	}
	slot.Schedule = i
	return b.slot(*slot)
}

// postedZones are the zones that an answer gives its departments, by their keys.
func postedZones(document []byte) map[string]string {
	zones := map[string]string{}
	_ = scan.New(document).Object(func(d *scan.Scanner, key []byte) error { // what cannot be read is seen when the rest is
		if string(key) != "departments" || d.Next() != scan.Object {
			return d.Skip()
		}
		return d.Object(func(d *scan.Scanner, name []byte) error {
			if d.Next() != scan.Object || len(zones) >= maxEntries {
				return d.Skip()
			}
			var at leaf
			if ehr, id, ok := timeslot.SplitDepartmentKey(string(name)); ok {
				at.ehr, at.department = strings.Clone(ehr), strings.Clone(id)
			}
			err := d.Object(at.take)
			if at.zone != "" {
				zones[timeslot.DepartmentKey(at.ehr, at.department)] = at.zone
			}
			return err
		})
	})
	return zones
}
