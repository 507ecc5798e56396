package world

import (
	"fmt"
	"slices"
)

// MinutesPerDay is also the minute at which the last opening hour ends.
const MinutesPerDay = 24 * 60

// Kind is what sort of clinic a department is.
type Kind int

const (
	expressCare Kind = iota // walk-in clinic with a few clinicians, each with an NPI
	primaryCare             // clinicians with panels, booked by name
	FluShots                // short slots; a pool of vaccinators with one NPI
	pooledCare              // express care with a pool of clinicians with one NPI
)

// VisitType is a kind of visit in one EHR instance.
type VisitType struct {
	ID, Name, Title, GUID  string
	Minutes                int
	Modality               string
	ForNew, ForEstablished bool
	from, until            int // minutes of the day between which it is offered
	MinAge, MaxAge         int
	AgeUnit                string
	Lookahead              int // days after today that may be asked for
}

// visitTypesOf are the visit types of the EHR instance with that index, in the order of their ids. Ids differ between
// instances, short names do not. With shared ids two of walk-in care have one, and two of primary care.
func visitTypesOf(ehr int, shared bool) []*VisitType {
	all := []*VisitType{
		{ID: "101", Name: "Illness", Title: "Illness or Injury", Minutes: 20, ForNew: true, ForEstablished: true, MinAge: 18, MaxAge: 1440, AgeUnit: "MONTH"},
		{ID: "102", Name: "Wellness", Title: "Wellness", Minutes: 20, ForNew: true, ForEstablished: true, MinAge: 2, MaxAge: 120, AgeUnit: "YEAR"},
		{ID: "203", Name: "FollowUp", Title: "Follow Up Visit", Minutes: 30, ForEstablished: true, MaxAge: 120, AgeUnit: "YEAR"},
		{ID: "204", Name: "NewPatient", Title: "New Patient Visit", Minutes: 60, ForNew: true, until: 12 * 60, MaxAge: 120, AgeUnit: "YEAR"},
		{ID: "213", Name: "FollowUp", Title: "Follow Up Video Visit", Minutes: 20, ForEstablished: true, from: 13 * 60, Modality: "VIDEO", MaxAge: 120, AgeUnit: "YEAR"},
		{ID: "305", Name: "FluShot", Title: "Flu Shot", Minutes: 10, ForNew: true, ForEstablished: true, MaxAge: 120, AgeUnit: "YEAR"},
	}
	if shared {
		share(all[0], all[1])
		share(all[2], all[3])
		all[1].ForNew, all[1].Minutes = false, 30
	}
	for _, v := range all {
		v.GUID = fmt.Sprintf("22222222-aaaa-4bbb-8ccc-%08d%d%s", 0, ehr, v.ID)
		v.ID = fmt.Sprintf("%d%s", 7+ehr, v.ID)
		if v.Modality == "" {
			v.Modality = "INCLINIC"
		}
		if v.until == 0 {
			v.until = MinutesPerDay
		}
	}
	return all
}

// share gives the second the id of the first; it is by video.
func share(a, b *VisitType) { b.ID, b.Modality = a.ID, "VIDEO" }

// visitTypesFor are those of an instance's visit types that a clinic of that kind offers.
func (e *EHR) visitTypesFor(k Kind) []*VisitType {
	switch k {
	case primaryCare:
		return e.Visits[2:5]
	case FluShots:
		return e.Visits[5:6]
	default:
		return e.Visits[0:2]
	}
}

// Hours are a day's opening hours in minutes of the day; both zero when closed.
type Hours struct{ Open, Close int }

// hoursOf are the opening hours of a kind of clinic, Sunday first.
func hoursOf(k Kind) (week [7]Hours) {
	for d := range week {
		weekend := d == 0 || d == 6
		switch {
		case k == primaryCare && weekend:
		case k == primaryCare:
			week[d] = Hours{8 * 60, 17 * 60}
		case k == FluShots: // every day: a campaign has times for tomorrow whenever somebody looks
			week[d] = Hours{9 * 60, 18 * 60}
		case weekend:
			week[d] = Hours{9 * 60, 17 * 60}
		default:
			week[d] = Hours{8 * 60, 20 * 60}
		}
	}
	return week
}

// roundTheClock is a clinic that never closes, so that slots lie in the hours that daylight saving takes and gives.
func roundTheClock() (week [7]Hours) {
	for d := range week {
		week[d] = Hours{0, MinutesPerDay}
	}
	return week
}

var poolSize = [...]int{pooledCare: 3, FluShots: 2}

// addClinician adds the i-th NPI of a department, with the persons it stands for and what they offer there.
func (b *builder) addClinician(dep *Department, i int) {
	c := &Clinician{Number: len(b.Clinicians) + 1, Home: dep, Pool: b.pooled(dep.Kind)}
	c.NPI = NPI(c.Number)
	staff := make([]*Person, b.persons(dep.Kind))
	for j := range staff {
		staff[j] = b.addPerson(c, j)
	}
	b.describe(c, staff[0])
	for _, v := range dep.Visits {
		if offers(c, v) {
			b.addOffer(c, dep, v, rota{staff, roster(dep.Kind, i)})
		}
	}
	b.Clinicians = append(b.Clinicians, c)
	b.ByNPI[c.NPI] = c
}

// offers reports whether the clinician sees patients for the visit type: not all do by video, not all take new patients.
func offers(c *Clinician, v *VisitType) bool {
	switch {
	case v.Modality == "VIDEO":
		return c.Number%3 != 2
	case v.Name == "NewPatient":
		return c.Number%5 != 0
	default:
		return true
	}
}

// serialGroup is the leading digit of local provider ids, by kind.
var serialGroup = [...]int{expressCare: 1, primaryCare: 2, FluShots: 3, pooledCare: 1}

func (b *builder) addPerson(c *Clinician, j int) *Person {
	k := c.Home.Kind
	group := serialGroup[k]
	b.serials[group]++
	serial := fmt.Sprintf("%d%03d", group, b.serials[group])
	h := Hash(b.options.Seed, saltPerson, uint64(c.Number), uint64(j))
	p := &Person{
		ProviderID: "P-" + serial, EMRID: "E-" + serial, NPI: c.NPI,
		Credential: [...]string{expressCare: "NP", primaryCare: "MD", FluShots: "RN", pooledCare: "PA"}[k],
		lunch:      12*60 + 30*((c.Number+j)%3),
	}
	p.FirstName, p.LastName = PersonName(h)
	if name, odd := b.oddName(c.Number + j); odd {
		p.FirstName, p.LastName = name[0], name[1]
	}
	b.People[c.Home] = append(b.People[c.Home], p)
	return p
}

// describe gives the clinician what directories say. A pool is nobody: no gender, no specialties.
func (b *builder) describe(c *Clinician, p *Person) {
	if c.Pool {
		c.Name = c.Home.Name + " Team"
		return
	}
	h := Hash(b.options.Seed, saltPerson, uint64(c.Number))
	c.Name = p.FirstName + " " + p.LastName
	c.Gender = genders[h%uint64(len(genders))]
	if c.Number%4 != 3 {
		c.Credentials = &p.Credential
	}
	c.Specialties = []string{"Urgent Care"}
	if c.Home.Kind == primaryCare {
		c.Specialties = []string{specialties[Mix(h)%uint64(len(specialties))]}
	}
	if c.Number%9 == 2 {
		c.Specialties = []string{}
	}
}

// roster is when the i-th clinician of a clinic works: which days, and between which minutes of the day.
func roster(k Kind, i int) shift {
	s := shift{days: everyDay, until: MinutesPerDay}
	switch k {
	case expressCare: // five days of seven, mornings or afternoons
		s.days &^= 1<<(2*i%7) | 1<<((2*i+1)%7)
		if s.until = 14 * 60; i%2 == 1 {
			s.from, s.until = 14*60, MinutesPerDay
		}
	case primaryCare: // four days of five
		s.days &^= 1 << (1 + i%5)
	}
	return s
}

type shift struct {
	days        weekdays
	from, until int
}

// neverBookable are the visit types that are shown for information (docs/dexcare.md §5.3, isBookable).
// Where two share an id, walk-in care has one of these, too.
func neverBookable(c *Clinician, v *VisitType) bool {
	return c.Number%7 == 3 && (v.Name == "NewPatient" || v.Name == "Wellness" && v.Modality == "VIDEO")
}

type rota struct {
	staff []*Person
	when  shift
}

func (b *builder) addOffer(c *Clinician, dep *Department, v *VisitType, r rota) {
	if !dep.Active {
		return
	}
	o := &Offer{Clinician: c, Department: dep, VisitType: v, Bookable: !neverBookable(c, v)}
	for _, p := range r.staff {
		o.Schedules = append(o.Schedules, &Schedule{
			Offer: o, Person: p, days: r.when.days, from: max(r.when.from, v.from), until: min(r.when.until, v.until),
		})
	}
	c.Offers = append(c.Offers, o)
}

// addOtherDays lets every fourth clinician of a primary care department work in the city's next one on Tuesdays and
// Thursdays, so that some have two departments (docs/dexcare.md §5.3: one element of slots for each).
func (b *builder) addOtherDays() {
	for _, city := range b.cities {
		b.addSecondDepartments(city, primaryCare, wholeDays)
	}
}

// wholeDays gives the second department its days and takes them from the schedule.
func wholeDays(s *Schedule) shift {
	away := shift{days: s.days & otherDays, from: s.from, until: s.until}
	s.days &^= otherDays
	return away
}

// addSecondDepartments gives every fourth clinician of the city's clinics of a kind a second department, the next one of
// that kind. The part that away takes from each schedule is worked there.
func (b *builder) addSecondDepartments(city []*Department, k Kind, away func(*Schedule) shift) {
	var same []*Department
	for _, dep := range city {
		if dep.Kind == k && dep.Active {
			same = append(same, dep)
		}
	}
	if len(same) < 2 {
		return
	}
	for _, c := range b.Clinicians {
		if i := slices.Index(same, c.Home); i >= 0 && c.Number%4 == 0 && !c.Pool {
			b.addSecondDepartment(c, same[(i+1)%len(same)], away)
		}
	}
}

func (b *builder) addSecondDepartment(c *Clinician, second *Department, away func(*Schedule) shift) {
	for _, o := range slices.Clone(c.Offers) {
		s := o.Schedules[0]
		b.addOffer(c, second, o.VisitType, rota{[]*Person{s.Person}, away(s)})
	}
	b.People[second] = append(b.People[second], c.Offers[0].Schedules[0].Person)
}
