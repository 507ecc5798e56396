package decode

import (
	"bytes"
	"cmp"
	"fmt"
	"time"

	"timeslots/internal/fetch/scan"
	"timeslots/internal/timeslot"
)

// Hidden reports whether a slot must be left out.
type Hidden func(s *timeslot.Schedule, slot *timeslot.SlotWithID) bool

// Rest is a body with some slots left out.
type Rest struct {
	Body    []byte
	Unclear int // slots whose start nobody can tell: whether they had to be left out is not known
}

// Without gives f's body with the slots left out that hidden names, in the surface's own shape; everything else stays
// as upstream wrote it. Containers that a surface does not list when they are empty go with their last slot. It gives
// the body itself when nothing is hidden, or when the operation lists no slots. Zone is as in [Read].
func Without(f *timeslot.Fragment, zone func(department string) string, hidden Hidden) (Rest, error) {
	c := cutter{hidden: hidden, pools: poolsOf(f), zones: zonesOf(f), zone: zone, levels: levelsOf(&f.Key)}
	document := bytes.TrimPrefix(f.Body, mark)
	if c.levels == nil || !f.Key.ListsSlots() || f.NotFound || len(document) == 0 {
		return Rest{Body: f.Body}, nil
	}
	body, err := c.cut(document, 0, leaf{visitType: f.Key.VisitType})
	if err != nil {
		return Rest{}, fmt.Errorf("leave taken slots out of %s: %w", f.Key.Operation, malformed(err))
	}
	if !body.removed {
		return Rest{f.Body, c.unclear}, nil
	}
	return Rest{body.json, c.unclear}, nil
}

// levelsOf are the arrays in which a read's answer lists slots, or clinicians.
func levelsOf(key *timeslot.FragmentKey) []level {
	if levels := dexCareOf(key).levels; levels != nil {
		return levels(key)
	}
	return nil
}

// level is one array on the way from the document to its slots (docs/dexcare.md §2).
type level struct {
	array    string // the field that holds it
	vanishes bool   // an element of this array is left out once nothing is left inside
}

// poolsOf are the NPIs that f's decoder found to stand for several clinicians.
func poolsOf(f *timeslot.Fragment) map[string]bool {
	var pools map[string]bool
	for i := range f.Schedules {
		if f.Schedules[i].Pool {
			if pools == nil {
				pools = map[string]bool{}
			}
			pools[f.Schedules[i].NPI] = true
		}
	}
	return pools
}

// zonesOf are the zones of f's departments, by their keys.
func zonesOf(f *timeslot.Fragment) map[string]string {
	zones := map[string]string{}
	for i := range f.Schedules {
		if s := &f.Schedules[i]; s.Timezone != "" {
			zones[s.DepartmentKey()] = s.Timezone
		}
	}
	return zones
}

// leaf is what is known of a slot on the way down to it: every level adds its own fields.
type leaf struct {
	ehr, department, npi, provider string
	zone                           string
	visitTypeID, visitType         string
	start                          instant
	duration                       uint16
	id                             string
}

// cutter rewrites one document.
type cutter struct {
	levels []level
	hidden Hidden
	pools  map[string]bool
	zones  map[string]string              // by department
	zone   func(department string) string // where the answer says none; nil: nobody knows

	visit   func(*timeslot.Schedule, *timeslot.SlotWithID) error // told each slot, in place of hidden; nil: nobody
	unclear int                                                  // slots whose start nobody can tell
}

// piece is one rewritten object.
type piece struct {
	json    []byte
	removed bool // something inside was left out
	left    int  // what its array holds now
}

// cut rewrites the object at the given depth. Fields may come in any order, so its array is read after the others.
func (c *cutter) cut(object []byte, depth int, known leaf) (piece, error) {
	var array []byte
	err := scan.New(object).Object(func(d *scan.Scanner, key []byte) (err error) {
		if string(key) == c.levels[depth].array && d.Next() == scan.Array {
			array, err = d.Raw()
			return err
		}
		return known.take(d, key)
	})
	if err != nil || array == nil {
		return piece{json: object, left: 1}, err
	}
	kept, removed, total, err := c.elements(array, depth, known)
	if err != nil || !removed {
		return piece{json: object, left: total}, err
	}
	at := cap(object) - cap(array) // array lies inside object
	out := make([]byte, 0, len(object))
	out = append(out, object[:at]...)
	out = append(out, '[')
	out = append(out, bytes.Join(kept, []byte{','})...)
	out = append(out, ']')
	out = append(out, object[at+len(array):]...)
	return piece{json: out, removed: true, left: len(kept)}, nil
}

// elements rewrites the elements of the array at the given depth.
func (c *cutter) elements(array []byte, depth int, known leaf) (kept [][]byte, removed bool, total int, err error) {
	err = scan.New(array).Array(func(d *scan.Scanner) error {
		total++
		kind := d.Next()
		raw, err := d.Raw()
		if err != nil || kind != scan.Object {
			kept = append(kept, raw)
			return err
		}
		p, err := c.element(raw, depth, known)
		if err != nil {
			return err
		}
		removed = removed || p.removed
		if !p.removed || p.left > 0 || depth+1 < len(c.levels) && !c.levels[depth].vanishes {
			kept = append(kept, p.json)
		}
		return nil
	})
	return kept, removed, total, err
}

// element is a slot on the last level, a container above it.
func (c *cutter) element(object []byte, depth int, known leaf) (piece, error) {
	if depth+1 < len(c.levels) {
		return c.cut(object, depth+1, known)
	}
	err := scan.New(object).Object(func(d *scan.Scanner, key []byte) error { return known.take(d, key) })
	if err != nil {
		return piece{}, err
	}
	schedule, slot := known.slot(c)
	if c.visit != nil {
		return piece{json: object, left: 1}, c.visit(&schedule, &slot)
	}
	removed := (slot.Start != 0 || slot.ID != "") && c.hidden(&schedule, &slot)
	if slot.Start == 0 && !removed {
		c.unclear++
	}
	return piece{json: object, removed: removed}, nil
}

// take reads one field by any of the names that the surfaces have for it (docs/dexcare.md §2).
func (l *leaf) take(d *scan.Scanner, key []byte) error {
	var to *string
	switch string(key) {
	case "npi", "providerNationalId":
		to = &l.npi
	case "providerId":
		to = &l.provider
	case "ehrInstance", "ehrSystemName":
		to = &l.ehr
	case "departmentId":
		to = &l.department
	case "visitTypeId", "visitTypeEmrId":
		to = &l.visitTypeID
	case "visitTypeName":
		to = &l.visitType
	case "timezone":
		to = &l.zone
	case "id":
		to = &l.id
	case "departmentIdentifier", "departmentEhrIdentifier":
		raw, err := rawText(d)
		if ehr, id, ok := timeslot.SplitDepartmentKey(string(raw)); ok {
			l.ehr, l.department = ehr, id
		}
		return err
	case "slotDateTime", "dateTime":
		raw, err := rawText(d)
		l.start, _ = parseInstant(raw)
		return err
	case "duration":
		raw, err := rawText(d)
		l.duration, _ = minutesOf(raw)
		return err
	default:
		return d.Skip()
	}
	raw, err := rawText(d)
	*to = string(raw)
	return err
}

// zoneOf is the zone of a leaf's department: that of the answer, else the directory's.
func (c *cutter) zoneOf(l *leaf) (*time.Location, bool) {
	department := timeslot.DepartmentKey(l.ehr, l.department)
	if loc, ok := zoneOf(cmp.Or(l.zone, c.zones[department])); ok || c.zone == nil {
		return loc, ok
	}
	return zoneOf(c.zone(department))
}

// slot is the leaf as a slot; one whose start nobody can tell has none.
func (l *leaf) slot(c *cutter) (timeslot.Schedule, timeslot.SlotWithID) {
	if l.start.local {
		loc, ok := c.zoneOf(l)
		if l.start.local = false; ok {
			l.start.unix, l.start.offset = inZone(l.start.unix, loc)
		} else {
			l.start = instant{}
		}
	}
	return timeslot.Schedule{
			EHRInstance: l.ehr, DepartmentID: l.department, NPI: l.npi, ProviderID: l.provider, Pool: c.pools[l.npi],
			VisitTypeID: l.visitTypeID, VisitTypeName: l.visitType,
			Timezone: cmp.Or(l.zone, c.zones[timeslot.DepartmentKey(l.ehr, l.department)]),
		},
		timeslot.SlotWithID{Slot: timeslot.Slot{Start: l.start.unix, Offset: l.start.offset, Duration: l.duration}, ID: l.id}
}
