package acme

// referred is a provider as Care Options describes it; emrId and specialties are absent for some.
type referred struct {
	EMRID       string    `json:"emrId,omitempty"`
	Name        string    `json:"name"`
	Gender      *string   `json:"gender"`
	Specialties *[]string `json:"specialties,omitempty"`
}

func referredProvider(c *clinician) referred {
	out := referred{Name: c.name}
	if c.gender != "" {
		out.Gender = &c.gender
	}
	if c.number%5 != 4 {
		out.EMRID = c.offers[0].schedules[0].who.emrID
	}
	if c.number%7 != 5 && c.specialties != nil {
		out.Specialties = &c.specialties
	}
	return out
}

// referredPlace is a department as Care Options describes it.
type referredPlace struct {
	UUID        string        `json:"departmentUuid"`
	EMRID       string        `json:"departmentEmrId"`
	EHRInstance string        `json:"ehrInstance"`
	Name        string        `json:"departmentName"`
	Distance    float64       `json:"distanceFrom"`
	Timezone    *string       `json:"timezone"`
	ClinicType  string        `json:"clinicType"`
	Address     placedAddress `json:"address"`
}

// placedAddress spells the postal code twice, as upstream does.
type placedAddress struct {
	Line1      string  `json:"line1"`
	Line2      string  `json:"line2"`
	City       string  `json:"city"`
	State      string  `json:"state"`
	ZipCode    string  `json:"zipCode"`
	PostalCode string  `json:"postalCode"`
	Latitude   float64 `json:"latitude"`
	Longitude  float64 `json:"longitude"`
}

func referredDepartment(d *department, miles float64) referredPlace {
	a := d.address
	return referredPlace{
		UUID: d.uuid, EMRID: d.id, EHRInstance: d.ehr.system, Name: d.name, Distance: roundMiles(miles),
		Timezone: d.zoneText, ClinicType: d.clinicType,
		Address: placedAddress{a.Line1, a.Line2, a.City, a.State, a.PostalCode, a.PostalCode, d.shown.latitude, d.shown.longitude},
	}
}
