package acme

import (
	"math"
	"slices"
	"strings"
)

// ehr is one EHR instance: it scopes department ids and visit type ids.
type ehr struct {
	system     string
	instanceID string
	visits     []*visitType
}

// department is a clinic.
type department struct {
	ehr         *ehr
	id          string
	key         string // "<ehrSystemName>|<departmentId>"
	urlName     string
	brand       string
	name        string
	kind        kind
	clinicType  string
	zone        *zone
	zoneText    *string // as the directory and Care Options write it; nil: null
	zonePlain   bool    // zoneText tells every reader the zone
	week        [7]hours
	latitude    float64
	longitude   float64
	shown       point // as the directory and Care Options write it
	address     address
	phone       string
	uuid        string
	active      bool
	offers      []*offer // grouped by clinician
	visits      []*visitType
	serviceArea string
}

// retail tells whether Care Direct lists the department's slots.
func (d *department) retail() bool { return d.clinicType == clinicRetail }

const (
	clinicRetail  = "Retail"
	clinicPrimary = "Primary Care"
)

func (d *department) point() point { return point{d.latitude, d.longitude} }

// address is a postal address as the directory spells it.
type address struct {
	Line1      string `json:"line1"`
	Line2      string `json:"line2,omitempty"`
	City       string `json:"city"`
	State      string `json:"state"`
	PostalCode string `json:"postalCode"`
}

// clinician is what an NPI stands for: one person, or the pool behind a clinic.
type clinician struct {
	number      int // 1, 2, 3, …; see NPI
	npi         string
	name        string
	credentials *string
	gender      string // empty: unknown
	specialties []string
	pool        bool
	home        *department
	offers      []*offer // grouped by department
}

// person is one who sees patients and cannot be in two places. A clinician without a pool has one.
type person struct {
	providerID, emrID   string
	firstName, lastName string
	credential          string
	npi                 string
	lunch               int // minute of the day when the break begins
}

// offer is one clinician at one department for one visit type, with a schedule for each person.
type offer struct {
	who       *clinician
	at        *department
	visit     *visitType
	bookable  bool // false: shown on v5, and nowhere else
	schedules []*schedule
}

// directory is everything that can be asked for. It is not written to after it was built.
type directory struct {
	ehrs        []*ehr
	departments []*department
	clinicians  []*clinician
	schedules   []*schedule // by index

	byURLName map[string]*department
	byKey     map[string]*department
	byNPI     map[string]*clinician
	people    map[*department][]*person // those who work there, in the order of their ids
}

// near is where a postal code lies: at a department that has it, else in the city whose codes begin like it.
func (d *directory) near(postalCode string) (point, bool) {
	code, _, _ := strings.Cut(postalCode, "-")
	for _, dep := range d.departments {
		if dep.address.PostalCode == code {
			return dep.point(), true
		}
	}
	for _, dep := range d.departments {
		if dep.address.PostalCode[:3] == code[:3] {
			return dep.point(), true
		}
	}
	return point{}, false
}

// point is a place in degrees.
type point struct{ latitude, longitude float64 }

// milesTo is the great-circle distance in statute miles, by the spherical law of cosines.
func (p point) milesTo(q point) float64 {
	const rad, radius = math.Pi / 180, 3958.8
	if p == q {
		return 0
	}
	cosine := math.Sin(p.latitude*rad)*math.Sin(q.latitude*rad) +
		math.Cos(p.latitude*rad)*math.Cos(q.latitude*rad)*math.Cos((p.longitude-q.longitude)*rad)
	return radius * math.Acos(min(1, max(-1, cosine)))
}

// NPI is the n-th clinician's national provider id (n from 1): "9", n in eight digits, and a check digit. NPIs that
// begin with 9 cannot exist.
func NPI(n int) string {
	digits := []byte("900000000")
	for i := len(digits) - 1; i > 0 && n > 0; i-- {
		digits[i] = byte('0' + n%10)
		n /= 10
	}
	sum := 0
	for i := len(digits) - 1; i > 0; i-- {
		v := int(digits[i] - '0')
		if (len(digits)-1-i)%2 == 0 {
			v = v*2%10 + v*2/10
		}
		sum += v
	}
	return string(append(digits, byte('0'+(19-sum%10)%10)))
}

// departments are where the clinician works, home first.
func (c *clinician) departments() []*department {
	out := []*department{c.home}
	for _, o := range c.offers {
		if !slices.Contains(out, o.at) {
			out = append(out, o.at)
		}
	}
	return out
}

func (c *clinician) visitTypes() (out []*visitType) {
	for _, o := range c.offers {
		if !slices.Contains(out, o.visit) {
			out = append(out, o.visit)
		}
	}
	return out
}

// lookaheadOf is the largest among the visit types wanted, 0 when there is none.
func (d *directory) lookaheadOf(want func(*ehr, *visitType) bool) (days int) {
	for _, e := range d.ehrs {
		for _, v := range e.visits {
			if want(e, v) {
				days = max(days, v.lookahead)
			}
		}
	}
	return days
}

// lookaheadOf is the largest among the offers wanted.
func (c *clinician) lookaheadOf(want func(*offer) bool) (days int) {
	for _, o := range c.offers {
		if want(o) {
			days = max(days, o.visit.lookahead)
		}
	}
	return days
}
