package acme

import (
	"fmt"
	"slices"
)

// poolSize is how many persons stand behind the NPI of a pool.
var poolSize = [...]int{pooledCare: 3, fluShots: 2}

// addClinician hires the i-th NPI of a department, with the people behind it and what they offer there.
func (b *builder) addClinician(dep *department, i int) {
	c := &clinician{number: len(b.clinicians) + 1, home: dep, pool: b.pooled(dep.kind)}
	c.npi = NPI(c.number)
	staff := make([]*person, b.persons(dep.kind))
	for j := range staff {
		staff[j] = b.addPerson(c, j)
	}
	b.describe(c, staff[0])
	for _, v := range dep.visits {
		if offers(c, v) {
			b.addOffer(c, dep, v, rota{staff, roster(dep.kind, i)})
		}
	}
	b.clinicians = append(b.clinicians, c)
	b.byNPI[c.npi] = c
}

// offers tells whether the clinician sees patients for the visit type: not all do by video, not all take new patients.
func offers(c *clinician, v *visitType) bool {
	switch {
	case v.modality == "VIDEO":
		return c.number%3 != 2
	case v.name == "NewPatient":
		return c.number%5 != 0
	default:
		return true
	}
}

// serialGroup is the leading digit of local provider ids, by kind.
var serialGroup = [...]int{expressCare: 1, primaryCare: 2, fluShots: 3, pooledCare: 1}

func (b *builder) addPerson(c *clinician, j int) *person {
	k := c.home.kind
	group := serialGroup[k]
	b.hired[group]++
	serial := fmt.Sprintf("%d%03d", group, b.hired[group])
	h := hash(b.options.Seed, saltPerson, uint64(c.number), uint64(j))
	p := &person{
		providerID: "P-" + serial, emrID: "E-" + serial, npi: c.npi,
		credential: [...]string{expressCare: "NP", primaryCare: "MD", fluShots: "RN", pooledCare: "PA"}[k],
		lunch:      12*60 + 30*((c.number+j)%3),
	}
	p.firstName, p.lastName = personName(h)
	if name, odd := b.oddName(c.number + j); odd {
		p.firstName, p.lastName = name[0], name[1]
	}
	b.people[c.home] = append(b.people[c.home], p)
	return p
}

// describe gives the clinician what directories say. A pool is nobody: no gender, no specialties.
func (b *builder) describe(c *clinician, p *person) {
	if c.pool {
		c.name = c.home.name + " Team"
		return
	}
	h := hash(b.options.Seed, saltPerson, uint64(c.number))
	c.name = p.firstName + " " + p.lastName
	c.gender = genders[h%uint64(len(genders))]
	if c.number%4 != 3 {
		c.credentials = &p.credential
	}
	c.specialties = []string{"Urgent Care"}
	if c.home.kind == primaryCare {
		c.specialties = []string{specialties[mix(h)%uint64(len(specialties))]}
	}
	if c.number%9 == 2 {
		c.specialties = []string{}
	}
}

// roster is when the i-th clinician of a clinic works: which days, and between which minutes of the day.
func roster(k kind, i int) shift {
	s := shift{days: everyDay, until: minutesPerDay}
	switch k {
	case expressCare: // five days of seven, mornings or afternoons
		s.days &^= 1<<(2*i%7) | 1<<((2*i+1)%7)
		if s.until = 14 * 60; i%2 == 1 {
			s.from, s.until = 14*60, minutesPerDay
		}
	case primaryCare: // four days of five
		s.days &^= 1 << (1 + i%5)
	}
	return s
}

// shift is a person's working time at a department, before opening hours and breaks.
type shift struct {
	days        weekdays
	from, until int
}

// neverBookable are the visit types that are shown for information (docs/dexcare.md §5.3, isBookable).
// Where two share an id, walk-in care has one of these, too.
func neverBookable(c *clinician, v *visitType) bool {
	return c.number%7 == 3 && (v.name == "NewPatient" || v.name == "Wellness" && v.modality == "VIDEO")
}

// rota is who works when.
type rota struct {
	staff []*person
	when  shift
}

func (b *builder) addOffer(c *clinician, dep *department, v *visitType, r rota) {
	if !dep.active {
		return
	}
	o := &offer{who: c, at: dep, visit: v, bookable: !neverBookable(c, v)}
	for _, p := range r.staff {
		o.schedules = append(o.schedules, &schedule{
			offer: o, who: p, days: r.when.days, from: max(r.when.from, v.from), until: min(r.when.until, v.until),
		})
	}
	c.offers = append(c.offers, o)
}

// addSecondHomes lets every fourth clinician of a primary care department work in the city's next one on Tuesdays and
// Thursdays, so that some have two departments (docs/dexcare.md §5.3: one element of slots for each).
func (b *builder) addSecondHomes() {
	for _, city := range b.cities {
		b.deal(city, primaryCare, wholeDays)
	}
}

// wholeDays gives the second department its days and takes them from the schedule.
func wholeDays(s *schedule) shift {
	away := shift{days: s.days & otherDays, from: s.from, until: s.until}
	s.days &^= otherDays
	return away
}

// deal gives every fourth clinician of the city's clinics of a kind a second department, the next one of that kind.
// The part that away takes from each schedule is worked there.
func (b *builder) deal(city []*department, k kind, away func(*schedule) shift) {
	var same []*department
	for _, dep := range city {
		if dep.kind == k && dep.active {
			same = append(same, dep)
		}
	}
	if len(same) < 2 {
		return
	}
	for _, c := range b.clinicians {
		if i := slices.Index(same, c.home); i >= 0 && c.number%4 == 0 && !c.pool {
			b.addSecondHome(c, same[(i+1)%len(same)], away)
		}
	}
}

func (b *builder) addSecondHome(c *clinician, second *department, away func(*schedule) shift) {
	for _, o := range slices.Clone(c.offers) {
		s := o.schedules[0]
		b.addOffer(c, second, o.visit, rota{[]*person{s.who}, away(s)})
	}
	b.people[second] = append(b.people[second], c.offers[0].schedules[0].who)
}
