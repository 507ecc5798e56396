package slots

import (
	"encoding/json"
	"errors"

	"timeslots/internal/acme/wire"
	"timeslots/internal/acme/world"
)

// areaBody is the body of Care Options' two POSTs (docs/dexcare.md §6.2, §6.3) in all shapes.
type areaBody struct {
	Latitude       *float64  `json:"latitude"`
	Longitude      *float64  `json:"longitude"`
	PostalCode     string    `json:"postalCode"`
	Radius         float64   `json:"radius"`
	DepartmentIDs  []string  `json:"departmentIds"`
	EHRInstances   []string  `json:"ehrInstances"`
	ClinicTypes    []string  `json:"clinicTypes"`
	ClinicType     oneOrMany `json:"clinicType"` // the SDK's spelling
	VisitTypeNames []string  `json:"visitTypeNames"`
	ClinicianNPIs  []string  `json:"clinicianNPIs"`
	Specialty      string    `json:"specialty"`
	Gender         string    `json:"gender"`
	PatientKind    string    `json:"newOrEstablishedPatient"`
	StartDate      string    `json:"startDate"`
	EndDate        string    `json:"endDate"`
	SortBy         string    `json:"sortBy"`
	SearchContext  *string   `json:"searchContext"`

	Patient json.RawMessage `json:"patient"` // as it came
}

// oneOrMany is a text or a list of texts. Anything else is as good as absent: no document names this member.
type oneOrMany []string

// UnmarshalJSON never fails.
func (o *oneOrMany) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil && one != "" {
		*o = oneOrMany{one}
		return nil
	}
	var many []string
	if json.Unmarshal(b, &many) == nil {
		*o = many
	}
	return nil
}

// readAreaBody reads the body. The error is the message of a 40001.
func readAreaBody(q *wire.Request) (areaBody, error) {
	var b areaBody
	if wrong := q.Read(&b); wrong.Found() {
		return b, errors.New(wrong.String())
	}
	return b, nil
}

// terms are what the body asks for. The patient it may be for changes nothing but the search context.
func (b areaBody) terms() areaTerms {
	terms := areaTerms{
		postalCode: b.PostalCode, radius: int(b.Radius), departments: b.DepartmentIDs, instances: b.EHRInstances,
		clinicTypes: append(b.ClinicTypes, b.ClinicType...), visitTypes: b.VisitTypeNames, npis: b.ClinicianNPIs,
		specialty: b.Specialty, gender: b.Gender, patientKind: b.PatientKind,
		startDate: b.StartDate, endDate: b.EndDate, dates: fractionForm, who: "POST " + string(b.Patient),
	}
	if terms.radius == 0 {
		terms.radius = defaultRadius
	}
	if b.Latitude != nil && b.Longitude != nil {
		terms.point = &world.Point{Latitude: *b.Latitude, Longitude: *b.Longitude}
	}
	return terms
}
