package slots

import (
	"encoding/json"

	"timeslots/internal/acme/form"
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

// areaMembers are what all Care Options bodies but the replay may have.
var areaMembers = form.Members{
	"clinicTypes": form.List(form.Text(0)), "departmentIds": form.List(form.Text(0)), "ehrInstances": form.List(form.Text(0)),
	"gender": form.Text(0), "specialty": form.Text(0), "radius": form.Integer(1, maxRadius),
	"patient": form.Object("patientId patientIdType ehrInstance", form.Each("patientId patientIdType ehrInstance", form.Text(0))),
}

var (
	pointMembers = form.Members{"latitude": form.Number(-90, 90), "longitude": form.Number(-180, 180)}
	zipMembers   = form.Members{"postalCode": form.Text(0)}
	slotsMembers = form.Members{
		"clinicianNPIs": form.List(form.Text(0)), "startDate": form.Text(0), "endDate": form.Text(0), "visitTypeNames": form.FilledList(form.Text(0)),
		"newOrEstablishedPatient": form.Word("newPatient establishedPatient bothNewAndEstablishedPatient"),
	}
	providersMembers = form.Members{"sortBy": form.Word("nextAvailable mostAvailable"), "visitTypeNames": form.List(form.Text(0))}
)

// slotsBody is the body of a search for slots: exactly one way of saying where, or a search context.
var slotsBody = form.OneOf(
	form.Object("latitude longitude visitTypeNames", areaMembers, slotsMembers, pointMembers),
	form.Object("departmentIds visitTypeNames", areaMembers, slotsMembers, pointMembers, zipMembers),
	form.Object("postalCode visitTypeNames", areaMembers, slotsMembers, zipMembers),
	form.Object("searchContext", form.Members{"searchContext": form.Text(0)}),
)

// providersBody is the body of a search for clinicians.
var providersBody = form.OneOf(
	form.Object("latitude longitude", areaMembers, providersMembers, pointMembers),
	form.Object("departmentIds", areaMembers, providersMembers, pointMembers, zipMembers),
	form.Object("postalCode", areaMembers, providersMembers, zipMembers),
)

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
