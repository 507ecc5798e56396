package decode

import (
	"time"

	"timeslots/internal/timeslot"
)

// Reason says what was odd about a part of an answer. The set is closed (docs/metrics.md).
type Reason = timeslot.OddReason

// The reasons. What the first four name is left out of the fragment and counted in its Dropped.
const (
	ReasonStart    Reason = "start"    // a slot whose start is missing, or means nothing
	ReasonZone     Reason = "zone"     // a slot whose start has no offset, at a clinic whose zone nobody knows
	ReasonIdentity Reason = "identity" // a slot without clinician, department or EHR instance; a department without its key
	ReasonShape    Reason = "shape"    // an entry of a list that is no object

	ReasonDuration Reason = "duration" // a duration that means nothing; the slot stays, with an unknown one
	ReasonFlag     Reason = "flag"     // a text where yes or no belongs; unknown

	ReasonZoneMissing Reason = "zone_missing" // a department without a zone
	ReasonZoneUnknown Reason = "zone_unknown" // or with a name that the time zone database does not have
	ReasonZoneOffset  Reason = "zone_offset"  // a start written with another offset than its zone has then
)

// Dropped reports whether what is odd was left out, or read as unknown: it counts in decode_dropped_total.
func Dropped(r Reason) bool {
	return r != ReasonZoneMissing && r != ReasonZoneUnknown && r != ReasonZoneOffset
}

// Oddity is what an answer had of one reason.
type Oddity = timeslot.Oddity

// maxSample bounds a sample, in bytes of what upstream wrote.
const maxSample = 48

// shapeOfText is raw without its content.
func shapeOfText(raw []byte) string {
	out := make([]byte, 0, min(len(raw), maxSample)+3)
	for i, c := range raw {
		switch {
		case i == maxSample:
			return string(append(out, "..."...))
		case c >= '0' && c <= '9':
			c = '9'
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= 0x80:
			c = 'a'
		case c < ' ' || c == 0x7f:
			c = ' '
		}
		out = append(out, c)
	}
	return string(out)
}

// note counts an oddity; field and raw are what its first sample is made of.
func (b *builder) note(reason Reason, field string, raw []byte) {
	b.noteAs(reason, func() string { return field + `: "` + shapeOfText(raw) + `"` })
}

func (b *builder) noteAs(reason Reason, sample func() string) {
	if b.read.Odd == nil {
		return
	}
	for i := range b.odd {
		if b.odd[i].Reason == reason {
			b.odd[i].Count++
			return
		}
	}
	b.odd = append(b.odd, Oddity{Reason: reason, Count: 1, Sample: sample()})
}

// lose is note for what is left out.
func (b *builder) lose(reason Reason, field string, raw []byte) {
	b.f.Dropped++
	b.note(reason, field, raw)
}

// loseNameless is lose for what lacks a part of its identity.
func (b *builder) loseNameless(what string) {
	b.f.Dropped++
	b.noteAs(ReasonIdentity, func() string { return what })
}

// tellOddities hands over what was odd once the answer is read.
func (b *builder) tellOddities() {
	if b.read.Odd == nil {
		return
	}
	b.checkZones()
	b.f.Odd = b.odd
	b.read.tell(b.odd)
}

func (r *Read) tell(odd []Oddity) {
	for _, o := range odd {
		if r.Odd != nil {
			r.Odd(o)
		}
	}
}

// checkZones looks for zones that are missing or foreign, and for starts that were written with another offset than their
// zone has. Nothing is changed: what upstream wrote is what people read (docs/architecture.md §7).
func (b *builder) checkZones() {
	if b.read.Key.Operation == timeslot.OpDepartments || b.read.Key.Operation == timeslot.OpDepartmentInfo {
		for i := range b.f.Departments {
			b.checkZone(b.f.Departments[i].Timezone)
		}
		return
	}
	of := clocksOf(b.f.Schedules)
	checked := map[string]bool{}
	for i := range b.f.Schedules {
		if name := b.f.Schedules[i].Timezone; !checked[name] {
			checked[name] = true
			b.checkZone(name)
		}
	}
	for i := range b.f.Slots {
		s := &b.f.Slots[i]
		if c := of[s.Schedule]; c != nil && s.Offset != 0 && c.offsetAt(s.Start) != int(s.Offset) {
			b.noteAs(ReasonZoneOffset, func() string {
				at := time.Unix(s.Start, 0)
				written := at.In(time.FixedZone("", int(s.Offset)*60))
				return "offset " + written.Format("-07:00") + ", where " + c.loc.String() + " has " + at.In(c.loc).Format("-07:00")
			})
		}
	}
}

func (b *builder) checkZone(name string) {
	if name == "" {
		b.note(ReasonZoneMissing, "timezone", nil)
	} else if _, ok := zoneOf(name); !ok {
		b.note(ReasonZoneUnknown, "timezone", []byte(name))
	}
}
