package decode

import (
	"errors"
	"net/url"
	"time"

	"timeslots/internal/fetch/scan"
	"timeslots/internal/timeslot"
)

// careDirect is asked for a department and a visit type (docs/dexcare.md §4.3). What changes by the minute goes with it.
var careDirect = Upstream{
	Source: timeslot.CareDirect,
	Place: func(key *timeslot.FragmentKey) Place {
		switch {
		case key.Operation == timeslot.OpDepartmentTimeslots:
			return public(key, "departments", key.Department, "timeslots")
		case key.Operation == timeslot.OpPractice:
			return visit(key, "practices", key.Item)
		case key.Operation == timeslot.OpStatusPage:
			return public(key, "statuspage")
		case key.Item == "":
			return visit(key, "regions", "waittimes")
		default:
			return visit(key, "regions", key.Item, "waittimes")
		}
	},
	Ask: func(q url.Values, a *Asked) { q.Set("visitTypeName", a.Key.VisitType) },
	parser: func(key *timeslot.FragmentKey) func(*builder) error {
		if key.Operation != timeslot.OpDepartmentTimeslots {
			return nil
		}
		return (*builder).departmentTimeslots
	},
	levels: func(key *timeslot.FragmentKey) []level {
		if key.Operation != timeslot.OpDepartmentTimeslots {
			return nil
		}
		return scheduleDayLevels
	},
}

// scheduleDayLevels lead to the slots of the answer that Care Direct and v4 share.
var scheduleDayLevels = []level{{"scheduleDays", true}, {"timeSlots", false}}

// scheduleDays is the answer that Care Direct and v4 share (docs/dexcare.md §4.3, §5.5), apart from the meaning of its head.
type scheduleDays struct {
	timezone     string
	departmentID string
	npi          string
	start, end   instant // of the window searched; zero when absent or given as plain dates
	seen         bool    // the list of days was there
}

// departmentTimeslots reads GET /v2/departments/{urlName}/timeslots (v1 alike). Durations are strings there.
func (b *builder) departmentTimeslots() error {
	head, err := b.scheduleDays()
	if err != nil {
		return err
	}
	if head.start.unix != 0 && head.end.unix != 0 {
		b.f.Covers = timeslot.Interval{From: head.start.time(), Until: head.end.time().Add(time.Second)}
	}
	b.markPools()
	return nil
}

// providerTimeslotsV4 reads GET /v4/providers/{npi}/timeslots. It speaks for the clinician and the visit type asked.
func (b *builder) providerTimeslotsV4() error {
	head, err := b.scheduleDays()
	if err != nil {
		return err
	}
	b.coverUntilLastDay([]string{head.timezone})
	return nil
}

func (b *builder) scheduleDays() (head scheduleDays, err error) {
	err = b.d.Object(func(d *scan.Scanner, key []byte) error {
		switch string(key) {
		case "timezone":
			return b.text(d, &head.timezone)
		case "departmentId":
			return b.text(d, &head.departmentID)
		case "providerNationalId":
			return b.text(d, &head.npi)
		case "startDate":
			return readInstant(d, &head.start)
		case "endDate":
			return readInstant(d, &head.end)
		case "scheduleDays":
			if head.seen {
				return errors.New("scheduleDays twice")
			}
			head.seen = true
			return b.entries(d, b.scheduleDay)
		}
		return d.Skip()
	})
	if err == nil && !head.seen {
		err = errors.New("no scheduleDays")
	}
	b.completeSchedules(&head)
	return head, err
}

func readInstant(d *scan.Scanner, to *instant) error {
	raw, err := rawText(d)
	if err == nil {
		*to, _ = parseInstant(raw)
	}
	if to.local { // of a window; nobody knows yet where
		*to = instant{}
	}
	return err
}

// scheduleDay reads one day. Its date is ignored: days are computed from instants (docs/dexcare.md §3 rule 2).
func (b *builder) scheduleDay(d *scan.Scanner) error {
	return object(d, func(d *scan.Scanner, key []byte) error {
		if string(key) != "timeSlots" {
			return d.Skip()
		}
		return b.entries(d, b.timeSlot)
	})
}

func (b *builder) timeSlot(d *scan.Scanner) error {
	var (
		s    = timeslot.Schedule{VisitTypeName: b.read.Key.VisitType}
		slot timeslot.SlotWithID
		at   instant
	)
	err := object(d, func(d *scan.Scanner, key []byte) (err error) {
		switch string(key) {
		case "id":
			slot.ID, err = slotID(d)
		case "providerNationalId":
			err = b.text(d, &s.NPI)
		case "providerId":
			err = b.text(d, &s.ProviderID)
		case "departmentId":
			err = b.text(d, &s.DepartmentID)
		case "departmentIdentifier":
			err = b.departmentIdentifier(d, &s)
		case "visitTypeId":
			err = b.text(d, &s.VisitTypeID)
		case "duration":
			err = b.minutes(d, &slot.Duration)
		case "slotDateTime":
			err = b.start(d, &at)
		default:
			err = d.Skip()
		}
		return err
	})
	if err != nil {
		return err
	}
	if at.unix == 0 {
		b.loseStart(1)
		return nil
	}
	at.at(&slot.Slot)
	return b.add(s, slot)
}

// slotID reads the opaque id. Ids are never interned: each occurs once.
func slotID(d *scan.Scanner) (string, error) {
	raw, err := rawText(d)
	return string(raw), err
}

// departmentIdentifier reads "<ehr>|<departmentId>". The department id of the composite wins over a bare one: it is
// the one that is scoped.
func (b *builder) departmentIdentifier(d *scan.Scanner, s *timeslot.Schedule) error {
	raw, err := rawText(d)
	if err != nil {
		return err
	}
	if ehr, id, ok := timeslot.SplitDepartmentKey(b.intern(raw)); ok {
		s.EHRInstance, s.DepartmentID = ehr, id
	}
	return nil
}

func (b *builder) add(s timeslot.Schedule, slot timeslot.SlotWithID) (err error) {
	if slot.Schedule, err = b.schedule(s); err != nil {
		return err
	}
	return b.slot(slot)
}

// completeSchedules fills what only the head says, which may come after the slots, and drops the slots of schedules
// that stay without an identity.
func (b *builder) completeSchedules(head *scheduleDays) {
	for i := range b.f.Schedules {
		s := &b.f.Schedules[i]
		s.Timezone = head.timezone
		if s.DepartmentID == "" {
			s.DepartmentID = head.departmentID
		}
		if s.NPI == "" {
			s.NPI = head.npi
		}
	}
	b.settleSlots()
}

// settleSlots drops the slots of schedules that lack a part of their identity, and gives local starts their instants.
func (b *builder) settleSlots() {
	kept := b.slots[:0]
	for _, slot := range b.slots {
		s := &b.f.Schedules[slot.Schedule]
		if s.EHRInstance == "" || s.DepartmentID == "" || s.NPI == "" {
			b.loseNameless("slot without " + lacking(s))
			continue
		}
		kept = append(kept, slot)
	}
	b.slots = kept
	b.placeLocal()
}

// lacking names what a schedule lacks of its identity.
func lacking(s *timeslot.Schedule) string {
	switch {
	case s.NPI == "":
		return "npi"
	case s.DepartmentID == "":
		return "departmentId"
	default:
		return "ehrSystemName"
	}
}

// markPools finds the NPIs that stand for a pool of clinicians: those that the answer lists at one start under
// several provider ids (docs/architecture.md §6).
func (b *builder) markPools() {
	type moment struct {
		npi, visitType string
		start          int64
	}
	member := make(map[moment]string, len(b.slots))
	pools := map[string]bool{}
	for i := range b.slots {
		s := b.f.ScheduleOf(&b.slots[i].Slot)
		at := moment{s.NPI, s.VisitTypeID, b.slots[i].Start}
		if first, ok := member[at]; ok && first != s.ProviderID {
			pools[s.NPI] = true
		}
		member[at] = s.ProviderID
	}
	for i := range b.f.Schedules {
		b.f.Schedules[i].Pool = pools[b.f.Schedules[i].NPI]
	}
}
