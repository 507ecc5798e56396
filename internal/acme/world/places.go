package world

import "fmt"

// place is a city around which departments lie.
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
