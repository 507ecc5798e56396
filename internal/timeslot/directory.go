package timeslot

// Department is a clinic as directories and Care Options describe it. Empty strings and a nil Point mean unknown.
type Department struct {
	EHRInstance string
	ID          string // unique only inside EHRInstance
	URLName     string // slug, the path key of Care Direct
	Name        string
	ClinicType  string // "Retail", "Virtual", "Primary Care", …
	Timezone    string // IANA
	Phone       string
	Address     Address
	Point       *Point
	VisitTypes  []VisitType // what may be booked there; empty when unknown
	Inactive    bool
}

// Key is the composite identifier "<ehrInstance>|<departmentId>".
func (d *Department) Key() string { return DepartmentKey(d.EHRInstance, d.ID) }

// Address is a postal address. Parts that upstream leaves out are empty.
type Address struct {
	Line1, Line2, City, State, PostalCode string
}

// IsZero reports whether nothing of the address is known.
func (a Address) IsZero() bool { return a == Address{} }

// VisitType names a kind of visit three ways: EMR id, short name (query parameter) and title for people.
type VisitType struct {
	ID, Name, Title string
}

// Provider is a clinician as directories and Care Options describe her.
type Provider struct {
	NPI         string
	Name        string
	Gender      string // canonical: "female", "male", or upstream's own in lower case; empty when unknown
	Specialties []string
	VisitTypes  []VisitType // what she offers; from provider information only
}
