package world

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// EHR is one EHR instance: it scopes department ids and visit type ids.
type EHR struct {
	System     string
	InstanceID string
	Visits     []*VisitType
}

// Department is a clinic.
type Department struct {
	EHR         *EHR
	ID          string
	Key         string // "<ehrSystemName>|<departmentId>"
	URLName     string
	Brand       string
	Name        string
	Kind        Kind
	ClinicType  string
	Zone        *Zone
	ZoneText    *string // as the directory and Care Options write it; nil: null
	ZonePlain   bool    // ZoneText tells every reader the zone
	Week        [7]Hours
	Latitude    float64
	Longitude   float64
	Shown       Point // as the directory and Care Options write it
	Address     Address
	Phone       string
	UUID        string
	Active      bool
	Offers      []*Offer // grouped by clinician
	Visits      []*VisitType
	ServiceArea string
}

// Retail reports whether Care Direct lists the department's slots.
func (d *Department) Retail() bool { return d.ClinicType == ClinicRetail }

// The clinic types: Care Direct lists the slots of the first.
const (
	ClinicRetail  = "Retail"
	clinicPrimary = "Primary Care"
)

// Point is where the department is, whatever the directory writes.
func (d *Department) Point() Point { return Point{d.Latitude, d.Longitude} }

// Address is a postal address as the directory spells it.
type Address struct {
	Line1      string `json:"line1"`
	Line2      string `json:"line2,omitempty"`
	City       string `json:"city"`
	State      string `json:"state"`
	PostalCode string `json:"postalCode"`
}

// Clinician is what an NPI stands for: one person, or the pool of a clinic.
type Clinician struct {
	Number      int // 1, 2, 3, …; see NPI
	NPI         string
	Name        string
	Credentials *string
	Gender      string // empty: unknown
	Specialties []string
	Pool        bool
	Home        *Department
	Offers      []*Offer // grouped by department
}

// Person is one who sees patients and cannot be in two places. A clinician without a pool has one.
type Person struct {
	ProviderID, EMRID   string
	FirstName, LastName string
	Credential          string
	NPI                 string
	lunch               int // minute of the day when the break begins
}

// Offer is one clinician at one department for one visit type, with a schedule for each person.
type Offer struct {
	Clinician  *Clinician
	Department *Department
	VisitType  *VisitType
	Bookable   bool // false: shown on v5, and nowhere else
	Schedules  []*Schedule
}

// Directory is everything that can be asked for. It is not written to after it was built.
type Directory struct {
	EHRs        []*EHR
	Departments []*Department
	Clinicians  []*Clinician
	schedules   []*Schedule // by index

	ByURLName map[string]*Department
	ByKey     map[string]*Department
	ByNPI     map[string]*Clinician
	People    map[*Department][]*Person // those who work there, in the order of their ids
}

// Near is where a postal code lies: at a department that has it, else in the city whose codes begin like it.
func (d *Directory) Near(postalCode string) (Point, bool) {
	code, _, _ := strings.Cut(postalCode, "-")
	for _, dep := range d.Departments {
		if dep.Address.PostalCode == code {
			return dep.Point(), true
		}
	}
	for _, dep := range d.Departments {
		if dep.Address.PostalCode[:3] == code[:3] {
			return dep.Point(), true
		}
	}
	return Point{}, false
}

// Point is a place in degrees.
type Point struct{ Latitude, Longitude float64 }

// MilesTo is the great-circle distance in statute miles, by the spherical law of cosines.
func (p Point) MilesTo(q Point) float64 {
	const rad, radius = math.Pi / 180, 3958.8
	if p == q {
		return 0
	}
	cosine := math.Sin(p.Latitude*rad)*math.Sin(q.Latitude*rad) +
		math.Cos(p.Latitude*rad)*math.Cos(q.Latitude*rad)*math.Cos((p.Longitude-q.Longitude)*rad)
	return radius * math.Acos(min(1, max(-1, cosine)))
}

// NPI is the n-th clinician's national provider id (n from 1): "9", n in eight digits, and a check digit. NPIs that
// begin with 9 cannot exist.
func NPI(n int) string {
	digits := fmt.Appendf(nil, "9%08d", n)
	sum := 0
	for i, d := range digits[1:] {
		v := int(d - '0')
		if i%2 == 1 {
			v = v*2%10 + v*2/10
		}
		sum += v
	}
	return string(append(digits, byte('0'+(19-sum%10)%10)))
}

// Departments are where the clinician works, home first.
func (c *Clinician) Departments() []*Department {
	out := []*Department{c.Home}
	for _, o := range c.Offers {
		if !slices.Contains(out, o.Department) {
			out = append(out, o.Department)
		}
	}
	return out
}

// VisitTypes are what the clinician offers anywhere, each once.
func (c *Clinician) VisitTypes() (out []*VisitType) {
	for _, o := range c.Offers {
		if !slices.Contains(out, o.VisitType) {
			out = append(out, o.VisitType)
		}
	}
	return out
}

// LongestLookahead is the largest among the visit types wanted, 0 when there is none.
func (d *Directory) LongestLookahead(want func(*EHR, *VisitType) bool) (days int) {
	for _, e := range d.EHRs {
		for _, v := range e.Visits {
			if want(e, v) {
				days = max(days, v.Lookahead)
			}
		}
	}
	return days
}

// LongestLookahead is the largest among the offers wanted.
func (c *Clinician) LongestLookahead(want func(*Offer) bool) (days int) {
	for _, o := range c.Offers {
		if want(o) {
			days = max(days, o.VisitType.Lookahead)
		}
	}
	return days
}

type place struct {
	name, state string
	zone        string
	ehr         int // index into ehrNames
	latitude    float64
	longitude   float64
	areaCode    string
	postal      int // the first postal code; the three digits in front mean the city
}

// places are the cities: in seven zones, among them two without daylight saving and one east of UTC.
// The first is the one of the sample payloads.
var places = [...]place{
	{"Riverton", "WA", "America/Los_Angeles", 0, 47.61, -122.33, "206", 98000},
	{"Portland", "OR", "America/Los_Angeles", 0, 45.52, -122.68, "503", 97200},
	{"Phoenix", "AZ", "America/Phoenix", 1, 33.45, -112.07, "602", 85000},
	{"Denver", "CO", "America/Denver", 1, 39.74, -104.99, "303", 80200},
	{"Chicago", "IL", "America/Chicago", 2, 41.88, -87.63, "312", 60600},
	{"NewYork", "NY", "America/New_York", 2, 40.71, -74.01, "212", 10000},
	{"Honolulu", "HI", "Pacific/Honolulu", 0, 21.31, -157.86, "808", 96800},
	{"Berlin", "BE", "Europe/Berlin", 2, 52.52, 13.40, "304", 10100},
}

// placeOrder gives departments to cities; the first city gets two of nine, so that an area search there finds many.
var placeOrder = [...]int{0, 1, 2, 0, 3, 4, 5, 6, 7}

// quarters name the parts of a city; the first is the city itself.
var quarters = [...]string{
	"", "Harbor", "Hillside", "Market", "Lakeview", "OldTown", "Station", "Orchard", "University", "Northgate", "Southside", "Airport",
}

// quarter is the name of a city's i-th part, and differs for each i.
func quarter(i int) string {
	if i < len(quarters) {
		return quarters[i]
	}
	return fmt.Sprintf("%s%d", quarters[1+i%(len(quarters)-1)], i)
}

// ehrNames are the EHR instances, "org.<tenant>.ehr.<name>" in full. Department ids are numbered in each of them, so they
// collide (docs/dexcare.md §2).
var ehrNames = [...]string{"main", "mountain", "east"}

var streets = [...]string{"Example Way", "Sample Street", "Specimen Avenue", "Pattern Road", "Template Boulevard", "Model Lane"}

var firstNames = [...]string{
	"Ada", "Benjamin", "Carla", "Daniel", "Elena", "Farid", "Grace", "Hiroshi", "Ingrid", "Jamal", "Katya", "Liam", "Maya",
	"Nikhil", "Olga", "Pedro", "Quinn", "Rosa", "Samuel", "Tara", "Umar", "Vera", "Wendell", "Ximena", "Yusuf", "Zoe",
}

var lastNames = [...]string{
	"Abernathy", "Bellweather", "Castellano", "Dunmore", "Eastwick", "Fairbourne", "Greenhalgh", "Hawthorne", "Ironwood",
	"Juniper", "Kestrel", "Larkspur", "Merriweather", "Northcott", "Okafor", "Pemberton", "Quillfeather", "Ravenscroft",
	"Silverton", "Thistlewood", "Underhill", "Valdez", "Winterbourne", "Yamaguchi", "Zimmerlin",
}

// genders are spelled as carelessly as upstream spells them (docs/dexcare.md §3); an empty one becomes null.
var genders = [...]string{"Female", "Male", "FEMALE", "male", "female", "", "M", "F"}

var specialties = [...]string{"Family Medicine", "Internal Medicine", "Pediatrics", "Geriatrics", "Women's Health"}

// PersonName is the name that goes with a hash.
func PersonName(h uint64) (first, last string) {
	return firstNames[h%uint64(len(firstNames))], lastNames[Mix(h)%uint64(len(lastNames))]
}

// Street is the street that goes with a hash.
func Street(h uint64) string { return streets[h%uint64(len(streets))] }
