package decode

import (
	"errors"
	"math"
	"net/url"
	"strconv"
	"strings"

	"timeslots/internal/fetch/scan"
	"timeslots/internal/timeslot"
)

// careOptions is asked for an area (docs/dexcare.md §6).
var careOptions = Upstream{
	Source: timeslot.CareOptions,
	Place: func(key *timeslot.FragmentKey) Place {
		if key.Operation == timeslot.OpAvailabilityProviders {
			return ingress(key, CareOptionsKey, "availability", "providers")
		}
		return ingress(key, CareOptionsKey, "availability", "slots")
	},
	Ask: askArea,
	parser: func(key *timeslot.FragmentKey) func(*builder) error {
		if key.Operation != timeslot.OpAvailabilitySlots {
			return nil
		}
		return (*builder).availabilitySlots
	},
	levels: func(key *timeslot.FragmentKey) []level {
		switch {
		case key.Operation == timeslot.OpAvailabilityProviders:
			return []level{{"results", false}}
		case key.Operation != timeslot.OpAvailabilitySlots:
			return nil
		case key.Post:
			return []level{{"slots", true}, {"providerOptions", false}}
		default:
			return []level{{"slotsByVisitType", false}, {"scheduleDays", true}, {"slotTimes", true}, {"providerOptions", false}}
		}
	},
	shared: true,
}

// askArea asks for everything inside the circle. daysOfSlots is required there; as many as the blocks have days means all of
// them. Several visit types are written with commas (docs/dexcare.md §6.1).
func askArea(q url.Values, a *Asked) {
	if area := a.Key.Area; area.PostalCode != "" {
		q.Set("postalCode", area.PostalCode)
	} else {
		p := area.Point()
		q.Set("latitude", strconv.FormatFloat(p.Latitude, 'f', -1, 64))
		q.Set("longitude", strconv.FormatFloat(p.Longitude, 'f', -1, 64))
	}
	q.Set("radius", strconv.Itoa(int(a.Key.Area.Radius)))
	blocks := max(a.Key.Block, a.Through) - a.Key.Block + 1
	q.Set("daysOfSlots", strconv.Itoa(int(blocks)*timeslot.BlockDays+2))
	switch {
	case len(a.Types) > 1:
		q.Set("visitTypeNames", strings.Join(a.Types, ","))
	case a.Key.VisitType != "":
		q.Set("visitTypeNames", a.Key.VisitType)
	}
}

// availabilitySlots reads GET /v1/availability/slots (docs/dexcare.md §6.1). Zones and names live in maps that may come
// before or after the slots, so schedules are completed at the end.
func (b *builder) availabilitySlots() error {
	seen := false
	err := b.d.Object(func(d *scan.Scanner, key []byte) error {
		switch string(key) {
		case "slotsByVisitType":
			if seen || d.Next() != scan.Array {
				return errors.New("slotsByVisitType is not one array")
			}
			seen = true
			return b.entries(d, b.visitTypeSlots)
		case "providers":
			return object(d, b.optionProvider)
		case "departments":
			return object(d, b.optionDepartment)
		}
		return d.Skip()
	})
	if err == nil && !seen {
		err = errors.New("no slotsByVisitType")
	}
	if err != nil {
		return err
	}
	b.joinDepartments()
	return nil
}

// joinDepartments gives each schedule its department's zone. A department that is missing from the map is known by its key
// all the same: its place and zone are then the directory's business.
func (b *builder) joinDepartments() {
	zones := make(map[string]string, len(b.f.Departments))
	for i := range b.f.Departments {
		zones[b.f.Departments[i].Key()] = b.f.Departments[i].Timezone
	}
	for i := range b.f.Schedules {
		s := &b.f.Schedules[i]
		s.Timezone = zones[s.DepartmentKey()]
	}
	b.settleSlots()
}

// visitTypeSlots reads one element of slotsByVisitType: a visit type under one modality.
func (b *builder) visitTypeSlots(d *scan.Scanner) error {
	var visit timeslot.Schedule
	first := len(b.f.Schedules)
	b.first, b.last = uint32(first), uint32(first) // schedules of another element differ in what is filled in below
	clear(b.index)
	err := object(d, func(d *scan.Scanner, key []byte) error {
		switch string(key) {
		case "visitTypeEmrId":
			return b.text(d, &visit.VisitTypeID)
		case "visitTypeName":
			return b.text(d, &visit.VisitTypeName)
		case "visitTypeDisplayName":
			return b.text(d, &visit.VisitTypeTitle)
		case "modality":
			return b.text(d, (*string)(&visit.Modality))
		case "forNewPatient":
			return b.tri(d, "forNewPatient", &visit.ForNewPatient)
		case "forEstablishedPatient":
			return b.tri(d, "forEstablishedPatient", &visit.ForEstablishedPatient)
		case "scheduleDays":
			return b.entries(d, b.optionDay)
		}
		return d.Skip()
	})
	for i := first; i < len(b.f.Schedules); i++ {
		s := &b.f.Schedules[i]
		visit.NPI, visit.EHRInstance, visit.DepartmentID = s.NPI, s.EHRInstance, s.DepartmentID
		*s = visit
	}
	return err
}

func (b *builder) optionDay(d *scan.Scanner) error {
	return object(d, func(d *scan.Scanner, key []byte) error {
		if string(key) != "slotTimes" {
			return d.Skip()
		}
		return b.entries(d, b.optionTime)
	})
}

// optionTime reads one start with the clinicians who offer it. The start may come after them.
func (b *builder) optionTime(d *scan.Scanner) error {
	var at instant
	first := len(b.slots)
	err := object(d, func(d *scan.Scanner, key []byte) error {
		switch string(key) {
		case "slotDateTime":
			return b.start(d, &at)
		case "providerOptions":
			return b.entries(d, b.providerOption)
		}
		return d.Skip()
	})
	if at.unix == 0 {
		b.loseStart(len(b.slots) - first)
		b.slots = b.slots[:first]
	}
	for i := first; i < len(b.slots); i++ {
		at.at(&b.slots[i].Slot)
	}
	return err
}

func (b *builder) providerOption(d *scan.Scanner) error {
	var (
		s    timeslot.Schedule
		slot timeslot.SlotWithID
	)
	err := object(d, func(d *scan.Scanner, key []byte) error {
		switch string(key) {
		case "npi":
			return b.text(d, &s.NPI)
		case "departmentEhrIdentifier":
			return b.departmentIdentifier(d, &s)
		case "duration":
			return b.minutes(d, &slot.Duration)
		}
		return d.Skip()
	})
	if err != nil {
		return err
	}
	return b.add(s, slot)
}

// optionProvider reads one entry of the providers map, keyed by NPI.
func (b *builder) optionProvider(d *scan.Scanner, npi []byte) error {
	if len(b.f.Providers) >= maxEntries {
		return errors.New("too many providers")
	}
	p := timeslot.Provider{NPI: b.intern(npi)}
	err := object(d, func(d *scan.Scanner, key []byte) error {
		switch string(key) {
		case "name":
			return b.text(d, &p.Name)
		case "gender":
			return b.gender(d, &p.Gender)
		case "specialties":
			return b.texts(d, &p.Specialties)
		}
		return d.Skip()
	})
	b.f.Providers = append(b.f.Providers, p)
	return err
}

// optionDepartment reads one entry of the departments map, keyed by "<ehr>|<id>".
func (b *builder) optionDepartment(d *scan.Scanner, identifier []byte) error {
	if len(b.f.Departments) >= maxEntries {
		return errors.New("too many departments")
	}
	ehr, id, _ := timeslot.SplitDepartmentKey(b.intern(identifier))
	dep := timeslot.Department{EHRInstance: ehr, ID: id}
	distance := math.NaN()
	err := object(d, func(d *scan.Scanner, key []byte) (err error) {
		switch string(key) {
		case "departmentName":
			err = b.text(d, &dep.Name)
		case "timezone":
			err = b.text(d, &dep.Timezone)
		case "clinicType":
			err = b.text(d, &dep.ClinicType)
		case "distanceFrom":
			distance, err = number(d)
		case "address":
			err = b.address(d, &dep)
		default:
			err = d.Skip()
		}
		return err
	})
	if ehr == "" {
		b.lose(ReasonIdentity, "department", identifier)
		return err
	}
	b.f.Departments = append(b.f.Departments, dep)
	if distance >= 0 {
		if b.f.Distances == nil {
			b.f.Distances = map[string]float64{}
		}
		b.f.Distances[dep.Key()] = distance
	}
	return err
}
