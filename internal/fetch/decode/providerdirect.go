package decode

import (
	"errors"
	"net/url"

	"timeslots/internal/fetch/scan"
	"timeslots/internal/timeslot"
)

// providerDirect is asked for a clinician; v4 for a visit type of hers as well (docs/dexcare.md §5.3, §5.5).
var providerDirect = Upstream{
	Source: timeslot.ProviderDirect,
	Place: func(key *timeslot.FragmentKey) Place {
		switch {
		case key.Operation == timeslot.OpSlotsSearch:
			return ingress(key, SlotsKey, "slots", "search")
		case key.Version >= 5:
			return ingress(key, SlotsKey, "providers", key.NPI, "timeslots")
		default:
			return public(key, "providers", key.NPI, "timeslots")
		}
	},
	Ask: func(q url.Values, a *Asked) {
		if a.Key.Version < 5 {
			q.Set("visitType", a.Key.VisitType)
		}
	},
	parser: func(key *timeslot.FragmentKey) func(*builder) error {
		switch {
		case key.Operation != timeslot.OpProviderTimeslots:
			return nil
		case key.Version == 4:
			return (*builder).providerTimeslotsV4
		default:
			return (*builder).providerTimeslotsV5
		}
	},
	levels: func(key *timeslot.FragmentKey) []level {
		switch {
		case key.Operation == timeslot.OpSlotsSearch:
			return []level{{"results", true}, {"visitTypes", true}, {"slots", false}}
		case key.Version == 4:
			return scheduleDayLevels
		default:
			return []level{{"slots", false}, {"slotsByVisitType", false}, {"scheduleDays", true}, {"slotTimes", false}}
		}
	},
}

// providerTimeslotsV5 reads GET /v5/providers/{npi}/timeslots (docs/dexcare.md §5.3).
func (b *builder) providerTimeslotsV5() error {
	seen := false
	err := b.d.Object(func(d *scan.Scanner, key []byte) error {
		if string(key) != "slots" {
			return d.Skip()
		}
		if seen || d.Next() != scan.Array {
			return errors.New("slots is not one array")
		}
		seen = true
		return b.entries(d, b.providerDepartment)
	})
	if err == nil && !seen {
		err = errors.New("no slots")
	}
	if err != nil {
		return err
	}
	b.settleSlots()
	zones := make([]string, len(b.f.Schedules))
	for i := range b.f.Schedules {
		zones[i] = b.f.Schedules[i].Timezone
	}
	b.coverUntilLastDay(zones)
	return nil
}

// providerDepartment reads one clinician–department pair. Its names may come after its visit types, so the schedules
// read meanwhile are completed at the end.
func (b *builder) providerDepartment(d *scan.Scanner) error {
	var pair timeslot.Schedule
	first := len(b.f.Schedules)
	err := object(d, func(d *scan.Scanner, key []byte) error {
		switch string(key) {
		case "npi":
			return b.text(d, &pair.NPI)
		case "timezone":
			return b.text(d, &pair.Timezone)
		case "departmentId":
			if pair.DepartmentID != "" { // the composite came first
				return d.Skip()
			}
			return b.text(d, &pair.DepartmentID)
		case "departmentIdentifier":
			return b.departmentIdentifier(d, &pair)
		case "ehrSystemName":
			if pair.EHRInstance != "" {
				return d.Skip()
			}
			return b.text(d, &pair.EHRInstance)
		case "slotsByVisitType":
			return b.entries(d, b.providerVisitType)
		}
		return d.Skip()
	})
	if pair.NPI == "" {
		pair.NPI = b.read.Key.NPI
	}
	for i := first; i < len(b.f.Schedules); i++ {
		s := &b.f.Schedules[i]
		s.NPI, s.Timezone, s.EHRInstance, s.DepartmentID = pair.NPI, pair.Timezone, pair.EHRInstance, pair.DepartmentID
	}
	return err
}

// providerVisitType reads one visit type of a pair as a schedule of its own.
func (b *builder) providerVisitType(d *scan.Scanner) error {
	if len(b.f.Schedules) >= maxEntries {
		return errors.New("too many visit types")
	}
	i := uint32(len(b.f.Schedules))
	b.f.Schedules = append(b.f.Schedules, timeslot.Schedule{})
	var s timeslot.Schedule
	err := object(d, func(d *scan.Scanner, key []byte) error {
		switch string(key) {
		case "visitTypeId":
			return b.text(d, &s.VisitTypeID)
		case "visitTypeName":
			return b.text(d, &s.VisitTypeName)
		case "visitTypeTitle":
			return b.text(d, &s.VisitTypeTitle)
		case "forNewPatient":
			return b.tri(d, "forNewPatient", &s.ForNewPatient)
		case "forEstablishedPatient":
			return b.tri(d, "forEstablishedPatient", &s.ForEstablishedPatient)
		case "isBookable":
			return b.tri(d, "isBookable", &s.Bookable)
		case "scheduleDays":
			return b.entries(d, func(d *scan.Scanner) error { return b.providerDay(d, i) })
		}
		return d.Skip()
	})
	b.f.Schedules[i] = s
	return err
}

func (b *builder) providerDay(d *scan.Scanner, schedule uint32) error {
	return object(d, func(d *scan.Scanner, key []byte) error {
		if string(key) != "slotTimes" {
			return d.Skip()
		}
		return b.entries(d, func(d *scan.Scanner) error { return b.slotTime(d, schedule) })
	})
}

func (b *builder) slotTime(d *scan.Scanner, schedule uint32) error {
	var (
		at   instant
		slot = timeslot.SlotWithID{Slot: timeslot.Slot{Schedule: schedule}}
	)
	err := object(d, func(d *scan.Scanner, key []byte) error {
		switch string(key) {
		case "slotDateTime":
			return b.start(d, &at)
		case "duration":
			return b.minutes(d, &slot.Duration)
		}
		return d.Skip()
	})
	if err != nil {
		return err
	}
	if at.unix == 0 {
		b.loseStart(1)
		return nil
	}
	at.at(&slot.Slot)
	return b.slot(slot)
}

// coverUntilLastDay lets the answer speak for all starts from the first day asked for, or from when it was fetched, to
// the end of the last day: no more than every zone of the answer agrees on. An answer without slots names no zone; it
// begins where that day begins last and ends where the day ends first.
func (b *builder) coverUntilLastDay(zones []string) {
	if b.read.LastDay == 0 {
		return
	}
	from := b.read.FetchedAt
	if b.read.FirstDay != 0 {
		from = beginOf(b.read.FirstDay)
	}
	b.f.Covers = timeslot.Interval{From: from, Until: endOf(b.read.LastDay, zones)}
}
