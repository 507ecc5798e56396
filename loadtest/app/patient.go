package app

import "context"

// Patient is who books.
type Patient struct {
	GUID string `json:"patientGuid"`
}

var home = object{"line1": "1 Test Street", "city": "Testville", "state": "WA", "postalCode": "98101"}

const (
	email    = "pat@example.org"
	phone    = "206-555-0100" // as typed
	digitsOf = "2065550100"   // as bookings want it
	ehr      = "org.acme.ehr.main"
)

// Register finds or creates the patient who is signed in, from what the form has.
func (p *Phone) Register(ctx context.Context) (who Patient, err error) {
	err = p.ask(ctx, findSelf, question{body: object{
		"name": object{"family": "Patient", "given": "Pat"}, "addresses": []object{home}, "birthdate": "1990-01-31",
		"email": email, "gender": "male", "ssn": "0000", "homePhone": phone, "identifiers": []object{{"system": ehr}},
	}}, &who)
	if err != nil {
		return who, err
	}
	return who, p.ask(ctx, patient, question{}, nil)
}
