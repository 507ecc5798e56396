package world

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// builder makes a directory. Everything follows from the options; nothing is drawn from a running generator, so that
// a larger directory begins like a smaller one where it can.
type builder struct {
	options Options
	*Directory
	zones   map[string]*Zone
	cities  [len(places)][]*Department // in the order of building
	ids     map[[2]int]int             // EHR index, kind → departments so far
	staff   map[*Department]int        // NPIs at each department
	serials [4]int                     // of persons so far, by leading digit of their ids
}

// zoneMargin is how many days before and after the lookahead a zone has the midnights of.
const zoneMargin = 40

func buildDirectory(o Options) (*Directory, error) {
	b := &builder{
		options: o,
		Directory: &Directory{
			ByURLName: map[string]*Department{}, ByKey: map[string]*Department{}, ByNPI: map[string]*Clinician{},
			People: map[*Department][]*Person{},
		},
		zones: map[string]*Zone{},
		ids:   map[[2]int]int{},
		staff: map[*Department]int{},
	}
	for i := range ehrNames {
		b.addEHR(i)
	}
	if err := b.loadZones(); err != nil {
		return nil, err
	}
	for i := range o.Departments {
		b.addDepartment(placeOrder[i%len(placeOrder)])
	}
	b.assignStaff()
	for _, city := range b.cities {
		for _, dep := range staffingOrder(city) {
			for i := range b.staff[dep] {
				b.addClinician(dep, i)
			}
		}
	}
	if b.options.Untidy.Has(TwoClinics) {
		b.addSameDays()
	} else {
		b.addOtherDays()
	}
	b.number()
	return b.Directory, nil
}

func (b *builder) addEHR(i int) {
	e := &EHR{
		System:     fmt.Sprintf("org.%s.ehr.%s", b.options.Tenant, ehrNames[i]),
		InstanceID: fmt.Sprintf("11111111-aaaa-4bbb-8ccc-%012d", i+1), Visits: visitTypesOf(i, b.options.Untidy.Has(SharedIDs)),
	}
	for _, v := range e.Visits {
		v.Lookahead = b.options.lookahead(i, e.System, v.Name)
	}
	b.EHRs = append(b.EHRs, e)
}

func (b *builder) loadZones() error {
	first, days := dayOf(b.options.Now.UTC())-zoneMargin, b.options.Lookahead+2*zoneMargin
	for _, p := range places {
		z, err := NewZone(p.zone, first, days)
		if err != nil {
			return fmt.Errorf("the time zone database: %w", err)
		}
		b.zones[p.zone] = z
	}
	b.zones[lateZone] = lateRules(first, days)
	return nil
}

// kinds is the order in which a city gets its clinics.
var kinds = [...]Kind{expressCare, primaryCare, FluShots, pooledCare, primaryCare, FluShots}

const nightClinic = 6 // the first city's seventh department never closes

func (b *builder) addDepartment(city int) {
	p, nth := places[city], len(b.cities[city])
	k := kinds[nth%len(kinds)]
	dep := &Department{
		EHR: b.EHRs[p.ehr], Kind: k, ClinicType: ClinicRetail, Zone: b.zones[p.zone], Week: hoursOf(k),
		Brand: b.options.Brand(), Active: !(city == 3 && k == pooledCare),
	}
	if k == primaryCare {
		dep.ClinicType = clinicPrimary
	}
	if city == 0 && nth == nightClinic {
		dep.Week = roundTheClock()
	}
	if city == lateCity && b.options.Untidy.Has(LateZoneRules) {
		dep.Zone = b.zones[lateZone]
	}
	dep.Visits = dep.EHR.visitTypesFor(k)
	b.nameDepartment(dep, city, nth)
	b.placeDepartment(dep, city, nth)
	b.untidyPlace(dep, len(b.Departments))
	b.cities[city] = append(b.cities[city], dep)
	b.Departments = append(b.Departments, dep)
	b.ByURLName[dep.URLName] = dep
	b.ByKey[dep.Key] = dep
}

// idBase separates the kinds' ids; pooled clinics are numbered with the other express care.
var idBase = [...]int{expressCare: 300, primaryCare: 410, FluShots: 520, pooledCare: 300}

func (b *builder) nameDepartment(dep *Department, city, nth int) {
	p, part := places[city], quarter(nth/3)
	title, suffix := "Express Care", ""
	switch dep.Kind {
	case primaryCare:
		title, suffix = "Primary Care", "PrimaryCare"
	case FluShots:
		title, suffix = "Flu Shots", "FluShot"
	}
	dep.URLName = dep.Brand + p.name + part + suffix
	dep.Name = dep.Brand + " " + title + " - " + p.name
	if part != "" {
		dep.Name += " " + part
	}
	if _, odd := b.oddName(nth); odd {
		dep.Name += oddAnnexes[nth%len(oddAnnexes)]
	}
	counter := [2]int{p.ehr, idBase[dep.Kind]}
	n := b.ids[counter]
	b.ids[counter]++
	dep.ID = fmt.Sprint(4100200000 + idBase[dep.Kind] + n%100 + n/100*1000)
	dep.Key = dep.EHR.System + "|" + dep.ID
	dep.UUID = fmt.Sprintf("33333333-aaaa-4bbb-8ccc-%03d%s", p.ehr, "000"+dep.ID[len(dep.ID)-6:])
	dep.ServiceArea = "BSA-" + p.state
}

// placeDepartment puts the city's first department into its centre and the others up to ten miles around it.
func (b *builder) placeDepartment(dep *Department, city, nth int) {
	p := places[city]
	h := Hash(b.options.Seed, saltPlace, uint64(city), uint64(nth))
	dep.Latitude, dep.Longitude = p.latitude, p.longitude
	if nth > 0 {
		angle, miles := 2*math.Pi*Fraction(h), 1+9*Fraction(Mix(h))
		dep.Latitude = round(p.latitude+miles*math.Cos(angle)/69.0, 4)
		dep.Longitude = round(p.longitude+miles*math.Sin(angle)/(69.0*math.Cos(p.latitude*math.Pi/180)), 4)
	}
	dep.Address = Address{
		Line1: fmt.Sprintf("%d %s", 100*(1+nth), streets[nth%len(streets)]),
		City:  p.name, State: p.state, PostalCode: fmt.Sprintf("%05d", p.postal+nth/3%100),
	}
	if nth%3 != 2 {
		dep.Address.Line2 = fmt.Sprintf("Suite %d", 1+nth/3)
	}
	dep.Phone = fmt.Sprintf("%s-555-%04d", p.areaCode, 100+nth)
}

func round(x float64, digits int) float64 {
	scale := math.Pow10(digits)
	return math.Round(x*scale) / scale
}

// assignStaff says how many NPIs each department gets: pools one, express care up to three, primary care the rest.
func (b *builder) assignStaff() {
	left := b.options.Providers
	var express, primary []*Department
	for _, dep := range b.Departments {
		b.staff[dep]++
		left--
		switch dep.Kind {
		case expressCare:
			express = append(express, dep)
		case primaryCare:
			primary = append(primary, dep)
		}
	}
	for _, dep := range b.Departments { // flu shot clinics get the rest of their nurses
		if dep.Kind == FluShots && b.options.Untidy.Has(Crowded) {
			more := min(left, crowd-1)
			b.staff[dep] += more
			left -= more
		}
	}
	for round := 0; round < 2; round++ {
		for _, dep := range express {
			if left > 0 && len(primary) > 0 {
				b.staff[dep]++
				left--
			}
		}
	}
	rest := primary
	if len(rest) == 0 {
		rest = express
	}
	for i := range left {
		b.staff[rest[i%len(rest)]]++
	}
}

// staffingOrder is the order in which a city's departments get their clinicians: primary care comes before the express
// care built before it, so that the first clinician is one with a panel, as in the sample payloads.
func staffingOrder(city []*Department) []*Department {
	order := slices.Clone(city)
	for i := 0; i+1 < len(order); i += 2 {
		order[i], order[i+1] = order[i+1], order[i]
	}
	return order
}

// number gives every schedule its place in the directory: slot ids carry it.
func (b *builder) number() {
	for _, c := range b.Clinicians {
		for _, o := range c.Offers {
			o.Department.Offers = append(o.Department.Offers, o)
			for _, s := range o.Schedules {
				s.Index = len(b.schedules)
				s.salt = Hash(b.options.Seed, SaltBusy, uint64(s.Index))
				b.schedules = append(b.schedules, s)
			}
		}
	}
}

// weekdays is a set of days of the week, bit 0 for Sunday.
type weekdays uint8

const (
	everyDay  weekdays = 0b1111111
	otherDays weekdays = 1<<time.Tuesday | 1<<time.Thursday // at a second department
)

func (w weekdays) has(d time.Weekday) bool { return w>>d&1 == 1 }
