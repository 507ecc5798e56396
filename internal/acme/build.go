package acme

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// builder makes a directory. Everything follows from the options; nothing is drawn from a running generator, so that
// a larger directory begins like a smaller one where it can.
type builder struct {
	options worldOptions
	*directory
	zones  map[string]*zone
	cities [len(places)][]*department // in the order of building
	ids    map[[2]int]int             // EHR index, kind → departments so far
	staff  map[*department]int        // NPIs at each department
	hired  [4]int                     // persons so far, by leading digit of their ids
}

// zoneMargin is how many days around the lookahead a zone knows by heart.
const zoneMargin = 40

func buildDirectory(o worldOptions) (*directory, error) {
	b := &builder{
		options: o,
		directory: &directory{
			byURLName: map[string]*department{}, byKey: map[string]*department{}, byNPI: map[string]*clinician{},
			people: map[*department][]*person{},
		},
		zones: map[string]*zone{},
		ids:   map[[2]int]int{},
		staff: map[*department]int{},
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
	b.dealStaff()
	for _, city := range b.cities {
		for _, dep := range hiringOrder(city) {
			for i := range b.staff[dep] {
				b.addClinician(dep, i)
			}
		}
	}
	if b.options.Untidy.has(TwoClinics) {
		b.addSameDayHomes()
	} else {
		b.addSecondHomes()
	}
	b.number()
	return b.directory, nil
}

func (b *builder) addEHR(i int) {
	e := &ehr{
		system:     fmt.Sprintf("org.%s.ehr.%s", b.options.Tenant, ehrNames[i]),
		instanceID: fmt.Sprintf("11111111-aaaa-4bbb-8ccc-%012d", i+1), visits: visitTypesOf(i, b.options.Untidy.has(SharedIDs)),
	}
	for _, v := range e.visits {
		v.lookahead = b.options.lookaheadOf(i, e.system, v.name)
	}
	b.ehrs = append(b.ehrs, e)
}

func (b *builder) loadZones() error {
	first, days := dayOf(b.options.Now.UTC())-zoneMargin, b.options.Lookahead+2*zoneMargin
	for _, p := range places {
		z, err := newZone(p.zone, first, days)
		if err != nil {
			return fmt.Errorf("the time zone database: %w", err)
		}
		b.zones[p.zone] = z
	}
	b.zones[lateZone] = lateRules(first, days)
	return nil
}

// kinds is the order in which a city gets its clinics.
var kinds = [...]kind{expressCare, primaryCare, fluShots, pooledCare, primaryCare, fluShots}

const nightClinic = 6 // the first city's seventh department never closes

func (b *builder) addDepartment(city int) {
	p, nth := places[city], len(b.cities[city])
	k := kinds[nth%len(kinds)]
	dep := &department{
		ehr: b.ehrs[p.ehr], kind: k, clinicType: clinicRetail, zone: b.zones[p.zone], week: hoursOf(k),
		brand: b.options.brand(), active: !(city == 3 && k == pooledCare),
	}
	if k == primaryCare {
		dep.clinicType = clinicPrimary
	}
	if city == 0 && nth == nightClinic {
		dep.week = roundTheClock()
	}
	if city == lateCity && b.options.Untidy.has(LateZoneRules) {
		dep.zone = b.zones[lateZone]
	}
	dep.visits = dep.ehr.visitTypesFor(k)
	b.nameDepartment(dep, city, nth)
	b.placeDepartment(dep, city, nth)
	b.untidyPlace(dep, len(b.departments))
	b.cities[city] = append(b.cities[city], dep)
	b.departments = append(b.departments, dep)
	b.byURLName[dep.urlName] = dep
	b.byKey[dep.key] = dep
}

// idBase separates the kinds' ids; pooled clinics are numbered with the other express care.
var idBase = [...]int{expressCare: 300, primaryCare: 410, fluShots: 520, pooledCare: 300}

func (b *builder) nameDepartment(dep *department, city, nth int) {
	p, part := places[city], quarter(nth/3)
	title, suffix := "Express Care", ""
	switch dep.kind {
	case primaryCare:
		title, suffix = "Primary Care", "PrimaryCare"
	case fluShots:
		title, suffix = "Flu Shots", "FluShot"
	}
	dep.urlName = dep.brand + p.name + part + suffix
	dep.name = dep.brand + " " + title + " - " + p.name
	if part != "" {
		dep.name += " " + part
	}
	if _, odd := b.oddName(nth); odd {
		dep.name += oddAnnexes[nth%len(oddAnnexes)]
	}
	counter := [2]int{p.ehr, idBase[dep.kind]}
	n := b.ids[counter]
	b.ids[counter]++
	dep.id = fmt.Sprint(4100200000 + idBase[dep.kind] + n%100 + n/100*1000)
	dep.key = dep.ehr.system + "|" + dep.id
	dep.uuid = fmt.Sprintf("33333333-aaaa-4bbb-8ccc-%03d%s", p.ehr, "000"+dep.id[len(dep.id)-6:])
	dep.serviceArea = "BSA-" + p.state
}

// placeDepartment puts the city's first department into its centre and the others up to ten miles around it.
func (b *builder) placeDepartment(dep *department, city, nth int) {
	p := places[city]
	h := hash(b.options.Seed, saltPlace, uint64(city), uint64(nth))
	dep.latitude, dep.longitude = p.latitude, p.longitude
	if nth > 0 {
		angle, miles := 2*math.Pi*fraction(h), 1+9*fraction(mix(h))
		dep.latitude = round(p.latitude+miles*math.Cos(angle)/69.0, 4)
		dep.longitude = round(p.longitude+miles*math.Sin(angle)/(69.0*math.Cos(p.latitude*math.Pi/180)), 4)
	}
	dep.address = address{
		Line1: fmt.Sprintf("%d %s", 100*(1+nth), streets[nth%len(streets)]),
		City:  p.name, State: p.state, PostalCode: fmt.Sprintf("%05d", p.postal+nth/3%100),
	}
	if nth%3 != 2 {
		dep.address.Line2 = fmt.Sprintf("Suite %d", 1+nth/3)
	}
	dep.phone = fmt.Sprintf("%s-555-%04d", p.areaCode, 100+nth)
}

func round(x float64, digits int) float64 {
	scale := math.Pow10(digits)
	return math.Round(x*scale) / scale
}

// dealStaff says how many NPIs each department gets: pools one, express care up to three, primary care the rest.
func (b *builder) dealStaff() {
	left := b.options.Providers
	var express, primary []*department
	for _, dep := range b.departments {
		b.staff[dep]++
		left--
		switch dep.kind {
		case expressCare:
			express = append(express, dep)
		case primaryCare:
			primary = append(primary, dep)
		}
	}
	left = b.dealNurses(left)
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

// hiringOrder is the order in which a city's departments get their clinicians: primary care comes before the express
// care built before it, so that the first clinician is one with a panel, as in the sample payloads.
func hiringOrder(city []*department) []*department {
	order := slices.Clone(city)
	for i := 0; i+1 < len(order); i += 2 {
		order[i], order[i+1] = order[i+1], order[i]
	}
	return order
}

// number gives every schedule its place in the directory: slot ids carry it.
func (b *builder) number() {
	for _, c := range b.clinicians {
		for _, o := range c.offers {
			o.at.offers = append(o.at.offers, o)
			for _, s := range o.schedules {
				s.index = len(b.schedules)
				s.salt = hash(b.options.Seed, saltBusy, uint64(s.index))
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
