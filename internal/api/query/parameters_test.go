package query

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"timeslots/internal/timeslot"
)

// TestEveryParameterMeansWhatTheInterfaceSays: each in the forms that it takes, beside one clinician.
func TestEveryParameterMeansWhatTheInterfaceSays(t *testing.T) {
	day, _ := timeslot.ParseDate("2030-03-04")
	tests := map[string]struct {
		query string
		want  func(*timeslot.Query)
	}{
		"npi, repeated and listed":           {"npi=9000000025,9000000033", func(q *timeslot.Query) { q.NPIs = []string{"9000000017", "9000000025", "9000000033"} }},
		"npi without a check digit test":     {"npi=1111111111", func(q *timeslot.Query) { q.NPIs = []string{"1111111111", "9000000017"} }},
		"departmentUrlName keeps its case":   {"departmentUrlName=acme.B_c-1,Acme&visitTypeName=x", func(q *timeslot.Query) { q.Departments, q.VisitTypes = []string{"Acme", "acme.B_c-1"}, []string{"x"} }},
		"a point":                            {"latitude=-90&longitude=180", func(q *timeslot.Query) { q.Point = &timeslot.Point{Latitude: -90, Longitude: 180} }},
		"a postal code":                      {"postalCode=98101-1234", func(q *timeslot.Query) { q.PostalCode = "98101" }},
		"radius, the least":                  {"radius=1", func(q *timeslot.Query) { q.Radius, q.RadiusExplicit = 1, true }},
		"radius, the most":                   {"radius=100", func(q *timeslot.Query) { q.Radius, q.RadiusExplicit = 100, true }},
		"visitTypeName with blanks":          {"visitTypeName=Flu+Shot,%20Illness", func(q *timeslot.Query) { q.VisitTypes = []string{"Flu Shot", "Illness"} }},
		"new patients":                       {"newOrEstablishedPatient=newPatient", func(q *timeslot.Query) { q.Patient = timeslot.NewPatient }},
		"established patients":               {"newOrEstablishedPatient=establishedPatient", func(q *timeslot.Query) { q.Patient = timeslot.EstablishedPatient }},
		"clinicType in any case":             {"clinicType=Primary%20Care,RETAIL", func(q *timeslot.Query) { q.ClinicTypes = []string{"primary care", "retail"} }},
		"specialty beyond ASCII":             {"specialty=Médecine", func(q *timeslot.Query) { q.Specialties = []string{"médecine"} }},
		"gender by its letter":               {"gender=M&gender=F", func(q *timeslot.Query) { q.Genders = []string{"female", "male"} }},
		"ehrInstance":                        {"ehrInstance=org.Acme", func(q *timeslot.Query) { q.EHRInstances = []string{"org.acme"} }},
		"modality":                           {"modality=VIDEO,phone", func(q *timeslot.Query) { q.Modalities = []string{"phone", "video"} }},
		"one day":                            {"startDate=2030-03-04&endDate=2030-03-04", func(q *timeslot.Query) { q.StartDate, q.EndDate = day, day }},
		"daysOfSlots":                        {"daysOfSlots=1", func(q *timeslot.Query) { q.DaysOfSlots = 1 }},
		"userTimezone":                       {"userTimezone=America/Argentina/Buenos_Aires", func(q *timeslot.Query) { q.Zone = "America/Argentina/Buenos_Aires" }},
		"sort":                               {"sort=balanced", func(q *timeslot.Query) { q.Sort = timeslot.Balanced }},
		"limit, the most":                    {"limit=500", func(q *timeslot.Query) { q.Limit = 500 }},
		"limit, the least":                   {"limit=1", func(q *timeslot.Query) { q.Limit = 1 }},
		"explain":                            {"explain=true", func(q *timeslot.Query) { q.Explain = true }},
		"explain, not":                       {"explain=false", func(*timeslot.Query) {}},
		"product, which is not of the query": {"product=Flu.Shot_2026-A", func(*timeslot.Query) {}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, _, err := List("npi=9000000017&" + tt.query)
			if err != nil {
				t.Fatal(err)
			}
			want, _, err := List("npi=9000000017")
			if err != nil {
				t.Fatal(err)
			}
			tt.want(want)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
